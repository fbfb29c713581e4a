/// The kernel and how it is set.
package struct KernelFacts: Sendable {
    /// Its release: `6.8.0-45-generic`.
    package var release: String?
    /// The kept words of its command line, by key; a flag has an empty value.
    package var parameters: [String: String]
    /// Modules that are there, built-in ones with parameters included.
    package var modules: Set<String>
    /// The source of time now, and those on offer.
    package var clockSource: HostAnswer<String>
    /// Sources of time on offer.
    package var clockSources: [String]
    /// The governor of each frequency policy, without repetition, in order.
    package var governors: [String]
    /// The frequency driver.
    package var frequencyDriver: String?
    /// Idle states of the first processor that are enabled: name and exit latency in microseconds.
    package var idleStates: [(name: String, latencyMicroseconds: Int)]
    /// The idle driver.
    package var idleDriver: String?
    /// Processors kept free of other work, as a list.
    package var isolated: String?
    /// Processors without a periodic tick, as a list.
    package var tickless: String?
    /// Its command line, as far as it is kept.
    package var commandLine: HostAnswer<String>
    /// The processor flaws that it lists.
    package var vulnerabilityList: HostAnswer<[String]>
    /// The control group's processor quota, as written: `max 100000` in version 2, microseconds in version 1.
    package var quotaText: HostAnswer<String>
    /// The file that the quota was read from.
    package var quotaPath: String
    /// What the kernel says of each known processor flaw.
    package var vulnerabilities: [(name: String, text: String)]
    /// Clock ticks stolen by the hypervisor since boot, and all ticks.
    package var stolen: (ticks: Int, total: Int)?
    /// Ticks that guests of this system have run.
    package var guestTicks: Int
    /// A processor quota of the control group: microseconds in a period.
    package var quota: (microseconds: Int, period: Int)?
    /// Microseconds in which the quota held the group back.
    package var throttledMicroseconds: Int?
    /// KVM's parameters on a host: `ept`, `npt`, `enable_apicv`, `avic`.
    package var kvmParameters: [(name: String, value: String)]

    init(_ view: HostView, modules: Set<String>) {
        self.modules = modules
        release = view.text("/proc/sys/kernel/osrelease").value
        commandLine = view.text("/proc/cmdline")
        parameters = [:]
        for word in (commandLine.value ?? "").split(separator: " ") {
            let parts = word.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            parameters[String(parts[0])] = parts.count > 1 ? String(parts[1]) : ""
        }
        let clock = "/sys/devices/system/clocksource/clocksource0"
        clockSource = view.text(clock + "/current_clocksource")
        clockSources = Self.words(view.text(clock + "/available_clocksource").value)
        let cpu = "/sys/devices/system/cpu"
        let policies = (view.list(cpu + "/cpufreq").value ?? []).filter { $0.hasPrefix("policy") }
        governors = Set(policies.compactMap { view.text("\(cpu)/cpufreq/\($0)/scaling_governor").value }).sorted()
        frequencyDriver = policies.first.flatMap { view.text("\(cpu)/cpufreq/\($0)/scaling_driver").value }
        idleDriver = view.text(cpu + "/cpuidle/current_driver").value
        idleStates = (view.list(cpu + "/cpu0/cpuidle").value ?? []).compactMap { state in
            let folder = "\(cpu)/cpu0/cpuidle/\(state)"
            guard view.number(folder + "/disable") == 0, let name = view.text(folder + "/name").value,
                let latency = view.number(folder + "/latency")
            else { return nil }
            return (name, latency)
        }
        isolated = view.text(cpu + "/isolated").value.flatMap { $0.isEmpty ? nil : $0 }
        tickless = view.text(cpu + "/nohz_full").value.flatMap { $0.isEmpty || $0 == "(null)" ? nil : $0 }
        vulnerabilityList = view.list(cpu + "/vulnerabilities")
        vulnerabilities = (vulnerabilityList.value ?? []).compactMap { name in
            view.text("\(cpu)/vulnerabilities/\(name)").value.map { (name, $0) }
        }
        (stolen, guestTicks) = Self.ticks(view.text("/proc/stat").value)
        let group = Self.group(view)
        (quotaText, quotaPath, quota) = (group.text, group.path, group.quota)
        throttledMicroseconds = group.throttled
        kvmParameters = [
            "kvm_intel/parameters/ept", "kvm_intel/parameters/enable_apicv", "kvm_intel/parameters/nested",
            "kvm_amd/parameters/npt", "kvm_amd/parameters/avic", "kvm_amd/parameters/nested",
            "kvm/parameters/halt_poll_ns",
        ].compactMap { path in
            guard let module = path.split(separator: "/").first, modules.contains(String(module)),
                let name = path.split(separator: "/").last
            else { return nil }
            return view.text("/sys/module/\(path)").value.map { (String(name), $0) }
        }
    }

    private static func words(_ text: String?) -> [String] { (text ?? "").split(separator: " ").map(String.init) }

    private static func ticks(_ text: String?) -> (stolen: (ticks: Int, total: Int)?, guest: Int) {
        guard let line = text?.split(separator: "\n").first(where: { $0.hasPrefix("cpu ") }) else { return (nil, 0) }
        let numbers = line.split(separator: " ").dropFirst().compactMap { Int($0) }.map { max(0, $0) }
        guard numbers.count >= 8 else { return (nil, 0) }
        // The times of guests are contained in those of user and nice.
        let total = numbers.prefix(8).reduce(0) { sum, number in
            let (result, overflow) = sum.addingReportingOverflow(number)
            return overflow ? .max : result
        }
        return ((numbers[7], total), numbers.count > 8 ? numbers[8] : 0)
    }

    /// The quota of the control group that is mounted here: version 2, else the processor controller of version 1.
    private static func group(
        _ view: HostView
    ) -> (text: HostAnswer<String>, path: String, quota: (microseconds: Int, period: Int)?, throttled: Int?) {
        let path = "/sys/fs/cgroup/cpu.max"
        let unified = view.text(path)
        guard unified == .missing, view.has("/sys/fs/cgroup/cpu") else {
            let parts = words(unified.value).compactMap { Int($0) }
            let throttled = counter("throttled_usec", in: view.text("/sys/fs/cgroup/cpu.stat").value)
            return (unified, path, parts.count == 2 ? quota(parts[0], parts[1]) : nil, throttled)
        }
        let folder = "/sys/fs/cgroup/cpu"
        let text = view.text(folder + "/cpu.cfs_quota_us")
        // -1 is no limit. Version 1 counts nanoseconds.
        let allowed = text.value.flatMap { Int($0) }.flatMap { microseconds in
            view.number(folder + "/cpu.cfs_period_us").flatMap { quota(microseconds, $0) }
        }
        let throttled = counter("throttled_time", in: view.text(folder + "/cpu.stat").value).map { $0 / 1000 }
        return (text, folder + "/cpu.cfs_quota_us", allowed, throttled)
    }

    private static func counter(_ name: String, in text: String?) -> Int? {
        text?.split(separator: "\n").first { $0.hasPrefix(name + " ") }.flatMap { Int($0.dropFirst(name.count + 1)) }
    }

    private static func quota(_ microseconds: Int, _ period: Int) -> (microseconds: Int, period: Int)? {
        microseconds > 0 && period > 0 ? (microseconds, period) : nil
    }
}
