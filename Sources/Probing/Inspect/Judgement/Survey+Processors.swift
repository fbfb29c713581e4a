extension Survey {
    /// Clocks, idle states, time stolen or rationed, and the kernel's settings.
    mutating func processors(_ examination: inout Examination) {
        clockSource(&examination)
        frequency(&examination)
        idleStates(&examination)
        stolenTime()
        quota(&examination)
        mitigations(&examination)
        hostParameters(&examination)
    }

    private mutating func clockSource(_ examination: inout Examination) {
        let path = "/sys/devices/system/clocksource/clocksource0/current_clocksource"
        examination.check("clock-source", "The source of time", obstacle: facts.kernel.clockSource.obstacle)
        guard let source = facts.kernel.clockSource.value,
            ["hpet", "acpi_pm", "xen", "jiffies", "pit"].contains(source)
        else { return }
        let offersTSC = facts.kernel.clockSources.contains("tsc")
        found(
            "slow-clock",
            "host",
            .high,
            "Time comes from \(source).",
            cost: "Each reading of the clock is a system call, and for some sources a register access of about a "
                + "microsecond: programs that take many time stamps slow down, and ours lose resolution.",
            .high,
            from: path,
            mend: offersTSC
                ? "echo tsc > \(path)"
                : isVirtual
                    ? "Give the guest an invariant TSC: <feature policy='require' name='invtsc'/>."
                    : "Boot with tsc=reliable."
        )
    }

    private mutating func frequency(_ examination: inout Examination) {
        let governors = facts.kernel.governors
        let title = "The frequency governor"
        guard !governors.isEmpty else {
            if isVirtual {
                examination.skip("governor", title, because: "the host decides")
            } else {
                examination.check("governor", title, obstacle: "no frequency policy is readable")
            }
            return
        }
        examination.check("governor", title, obstacle: nil)
        let slow = governors.filter { $0 != "performance" }
        guard !slow.isEmpty else { return }
        // With these drivers the hardware chooses quickly, and 'powersave' is the usual name for it.
        let isHardware = ["intel_pstate", "amd-pstate-epp"].contains(facts.kernel.frequencyDriver ?? "")
        found(
            "governor",
            "host",
            isHardware ? .low : .medium,
            "The frequency governor is \(slow.joined(separator: ", ")), not performance.",
            cost: "Cores start slowly after each wait: launch latency and data loading vary from step to step.",
            .medium,
            from: "/sys/devices/system/cpu/cpufreq/policy*/scaling_governor",
            mend: "cpupower frequency-set -g performance"
        )
    }

    private mutating func idleStates(_ examination: inout Examination) {
        let id = "idle-states", title = "Idle states and how long it takes to leave them"
        guard !facts.kernel.idleStates.isEmpty else {
            if isVirtual {
                examination.skip(id, title, because: "the host decides")
            } else {
                examination.check(id, title, obstacle: "no idle state is readable")
            }
            return
        }
        examination.check(id, title, obstacle: nil)
        guard let deepest = facts.kernel.idleStates.max(by: { $0.latencyMicroseconds < $1.latencyMicroseconds }),
            deepest.latencyMicroseconds > 100
        else { return }
        found(
            "deep-idle-states",
            "host",
            .low,
            "Idle state \(deepest.name) takes \(deepest.latencyMicroseconds) microseconds to leave and is enabled.",
            cost: "A core that waits for the GPU or the network may wake that much later.",
            .medium,
            from: "/sys/devices/system/cpu/cpu0/cpuidle",
            mend: "cpupower idle-set -D 10"
        )
    }

    private mutating func stolenTime() {
        guard let stolen = facts.kernel.stolen, stolen.ticks > 0, stolen.total > 0 else { return }
        let share = Double(stolen.ticks) / Double(stolen.total)
        found(
            "stolen-time",
            "host",
            share >= 0.005 ? .high : .low,
            "The hypervisor took \(percent(share)) of processor time away since the guest started.",
            cost: "Tightly coupled jobs wait for the slowest rank: what matters is how long each theft lasts.",
            .high,
            from: "/proc/stat",
            mend: "On the host: give the guest processors of its own (virsh vcpupin) and stop overcommitting them."
        )
    }

    private mutating func quota(_ examination: inout Examination) {
        examination.check(
            "processor-quota",
            "A processor quota of the control group",
            obstacle: facts.kernel.quotaText.obstacle
        )
        guard let quota = facts.kernel.quota else { return }
        let cores = Double(quota.microseconds) / Double(quota.period)
        let throttled = facts.kernel.throttledMicroseconds ?? 0
        found(
            "processor-quota",
            "host",
            throttled > 0 ? .high : .medium,
            "A quota allows \(decimal(cores, 2)) processors, and held the group back for \(throttled / 1000) ms so far.",
            cost: "When the quota of a period is spent, every thread stops until the next one begins, for up to "
                + "\(quota.period / 1000) ms.",
            .high,
            from: facts.kernel.quotaPath,
            mend: "Remove the limit on processors (keep the request), or pin whole cores: static CPU manager policy."
        )
    }

    private mutating func mitigations(_ examination: inout Examination) {
        examination.check(
            "mitigations",
            "Processor flaws and their mitigations",
            obstacle: facts.kernel.vulnerabilityList.obstacle
        )
        let setting = facts.kernel.parameters["mitigations"] ?? "default"
        let open = facts.kernel.vulnerabilities.filter { $0.text.hasPrefix("Vulnerable") }.map(\.name)
        guard setting.hasPrefix("off") || !open.isEmpty else { return }
        found(
            "mitigations-open",
            "host",
            .note,
            setting.hasPrefix("off")
                ? "Mitigations are off." : "Processor flaws stand open: \(open.joined(separator: ", ")).",
            cost:
                "System calls and exits are faster than with mitigations on: compare only hosts set alike, and do not "
                + "mix tenants here.",
            .high,
            from: "/sys/devices/system/cpu/vulnerabilities",
            mend: "Boot every arm with the same mitigations= and update microcode."
        )
    }

    private mutating func hostParameters(_ examination: inout Examination) {
        guard !facts.kernel.kvmParameters.isEmpty else { return }
        examination.check("kvm-parameters", "KVM's parameters on this host", obstacle: nil)
        for (name, value) in facts.kernel.kvmParameters where ["N", "0"].contains(value) {
            if name == "ept" || name == "npt" {
                found(
                    "no-nested-paging",
                    "host",
                    .invalid,
                    "KVM has nested paging off (\(name)=\(value)).",
                    cost: "Each change of a page table leaves the guest: memory-bound work slows down several times.",
                    .high,
                    from: "/sys/module/kvm_\(name == "ept" ? "intel" : "amd")/parameters/\(name)",
                    mend: "modprobe -r kvm_\(name == "ept" ? "intel" : "amd") && modprobe kvm_"
                        + "\(name == "ept" ? "intel ept=1" : "amd npt=1")"
                )
            } else if name == "enable_apicv" || name == "avic" {
                found(
                    "no-posted-interrupts",
                    "host",
                    .low,
                    "KVM does not use the processor's own interrupt delivery (\(name)=\(value)).",
                    cost: "Each interrupt of a passed-through device leaves the guest: a few microseconds of latency.",
                    .medium,
                    from: "/sys/module/kvm_\(name == "avic" ? "amd/parameters/avic" : "intel/parameters/enable_apicv")",
                    mend: "When no guest runs: "
                        + (name == "avic"
                            ? "modprobe -r kvm_amd && modprobe kvm_amd avic=1"
                            : "modprobe -r kvm_intel && modprobe kvm_intel enable_apicv=1")
                )
            }
        }
    }
}

/// A fraction as a percentage with two places.
func percent(_ fraction: Double) -> String { decimal(fraction * 100, 2) + " %" }

/// A number with so many places, for prose; rounded half away from zero.
func decimal(_ number: Double, _ places: Int) -> String {
    var scale = 1.0
    for _ in 0..<places { scale *= 10 }
    let scaled = (number.magnitude * scale).rounded()
    guard scaled < 1e15 else { return String(number) }
    let whole = Int(scaled), unit = Int(scale)
    let fraction = String(whole % unit)
    let zeros = String(repeating: "0", count: max(0, places - fraction.utf8.count))
    return (number < 0 ? "-" : "") + String(whole / unit) + (places > 0 ? "." + zeros + fraction : "")
}
