package import Evidence

/// What is counted around a run.
package enum JobMetric: String, Sendable, Hashable, CaseIterable {
    case completionTime = "completion_time"
    case processorTime = "cpu_time"
    case peakMemory = "peak_memory"
    case voluntarySwitches = "voluntary_switches"
    case involuntarySwitches = "involuntary_switches"
    case majorFaults = "major_faults"
    case stolenTime = "stolen_time"
    case processorPressure = "cpu_pressure"
    case ioPressure = "io_pressure"
    case memoryPressure = "memory_pressure"
    case diskRead = "disk_read"
    case diskWritten = "disk_written"
    case diskBusy = "disk_busy"
    case networkReceived = "network_received"
    case networkSent = "network_sent"
    case rdmaReceived = "rdma_received"
    case rdmaSent = "rdma_sent"
    case rdmaErrors = "rdma_errors"
    case gpuActivity = "gpu_activity"
    case gpuPower = "gpu_power"
    case gpuClock = "gpu_clock"

    /// The unit in the record.
    package var unit: String {
        switch self {
        case .completionTime, .processorTime, .stolenTime, .processorPressure, .ioPressure, .memoryPressure, .diskBusy:
            "s"
        case .peakMemory, .diskRead, .diskWritten, .networkReceived, .networkSent, .rdmaReceived, .rdmaSent: "MiB"
        case .voluntarySwitches, .involuntarySwitches: "switches"
        case .majorFaults: "faults"
        case .rdmaErrors: "errors"
        case .gpuActivity: "share"
        case .gpuPower: "W"
        case .gpuClock: "MHz"
        }
    }

    /// The metric; only the time to completion is the job's own, all else is looked at besides.
    package func metric(role: Metric.Role = .exploratory) -> Metric {
        Metric(
            name: rawValue,
            unit: unit,
            direction: self == .gpuActivity || self == .gpuClock ? .higher : .lower,
            role: role,
            kind: self == .completionTime ? .job : .component
        )
    }
}

/// One number around a run.
package struct JobReading: Sendable, Hashable {
    /// What was counted.
    package var metric: JobMetric
    /// How much, in the metric's unit; finite and not negative.
    package var value: Double

    /// A reading.
    package init(_ metric: JobMetric, _ value: Double) {
        self.metric = metric
        self.value = value
    }
}
