internal import CNVML

/// What the GPUs of the machine did during a run, from samples about a second apart.
package struct GPUSamples: Sendable, Hashable {
    /// One GPU.
    package struct Device: Sendable, Hashable {
        /// Shares of time in which a kernel ran, 0...1, sample by sample.
        package var activity: [Double] = []
        /// Watts.
        package var power: [Double] = []
        /// MHz.
        package var clock: [Double] = []
        /// Samples in which heat or the power supply held the clocks down.
        package var throttled = 0

        /// No samples yet.
        package init() {}
    }

    /// By index.
    package var devices: [Device]
    /// How activity was told: `NVML GPM` or `NVML utilization`.
    package var source: String

    /// Samples of these GPUs.
    package init(devices: [Device] = [], source: String = "") {
        self.devices = devices
        self.source = source
    }

    /// GPUs on which a kernel ran at all: those that the job can have used.
    package var active: [Device] { devices.filter { ($0.activity.max() ?? 0) > 0 } }

    /// The numbers of a run: means over active GPUs, power as their sum; nothing without samples.
    package var readings: [JobReading] {
        func mean(_ values: [Double]) -> Double? {
            values.isEmpty ? nil : values.reduce(0, +) / Double(values.count)
        }
        let active = active
        guard !active.isEmpty else {
            return devices.contains { !$0.activity.isEmpty } ? [JobReading(.gpuActivity, 0)] : []
        }
        var readings: [JobReading] = []
        if let activity = mean(active.compactMap { mean($0.activity) }) {
            readings.append(JobReading(.gpuActivity, activity))
        }
        let power = active.compactMap { mean($0.power) }
        if power.count == active.count { readings.append(JobReading(.gpuPower, power.reduce(0, +))) }
        if let clock = mean(active.compactMap { mean($0.clock) }) { readings.append(JobReading(.gpuClock, clock)) }
        return readings
    }

    /// Whether heat or the power supply held down the clocks of a GPU in use, in samples.
    package var throttledSamples: Int { active.reduce(0) { $0 + $1.throttled } }
}

/// Looks at the GPUs now and then, through NVML; used from one task.
package final class GPUSampler {
    private let handles: [NVMLDeviceHandle]
    private let activities: [NVMLActivity?]
    private var samples = GPUSamples()

    /// Why there is no sampler on this machine, as a clause.
    package struct Absence: Error, Sendable, Hashable, CustomStringConvertible {
        /// The clause.
        package let description: String
    }

    /// HW slowdown, thermal slowdown by software and hardware, and the power brake: what is no limit that was set.
    private static let throttling: UInt64 = 0x8 | 0x20 | 0x40 | 0x80

    /// A sampler of every GPU that NVML shows; `path` is of another library than the system's.
    package init(path: String? = nil) throws(Absence) {
        let library: NVMLLibrary
        do { library = try NVMLLibrary(path: path) } catch {
            throw Absence(description: "NVML cannot be opened: \(error)")
        }
        let count = (try? library.deviceCount()) ?? 0
        handles = (0..<min(max(0, count), 256)).compactMap { try? library.device(at: $0) }
        guard !handles.isEmpty else { throw Absence(description: "NVML shows no GPU") }
        activities = handles.map { handle in
            (try? handle.gpmSupport()) == true ? try? NVMLActivity(handle) : nil
        }
    }

    /// Begins a run.
    package func start() {
        let hasGPM = activities.contains { $0 != nil }
        samples = GPUSamples(
            devices: handles.map { _ in GPUSamples.Device() },
            source: hasGPM ? "NVML GPM" : "NVML utilization"
        )
        for activity in activities { _ = try? activity?.read([.graphics]) }
    }

    /// Takes one sample of each GPU.
    package func sample() {
        for (index, handle) in handles.enumerated() where index < samples.devices.count {
            var share = (try? activities[index]?.read([.graphics]))?[.graphics].map { $0 / 100 }
            if share == nil { share = (try? handle.utilization()).map { Double($0.gpu) / 100 } }
            if let share { samples.devices[index].activity.append(min(max(share, 0), 1)) }
            if let power = try? handle.number(.powerUsage) { samples.devices[index].power.append(Double(power) / 1000) }
            if let clock = try? handle.number(.clock, .processors) {
                samples.devices[index].clock.append(Double(clock))
            }
            if let reasons = try? handle.clocksEventReasons(), reasons & Self.throttling != 0 {
                samples.devices[index].throttled += 1
            }
        }
    }

    /// What the run's samples say.
    package func finish() -> GPUSamples { samples }
}
