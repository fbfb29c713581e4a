internal import CProbe

/// The counters of this machine while one end of a run works.
struct NetworkWatch {
    private let processors: [Int]
    private let before: DisturbanceCounters
    private let usedBefore: UInt64
    private let preemptionsBefore: Int
    private let begin: Double

    init() {
        processors = MachineLayout.allowedProcessors()
        before = .withoutInterrupts(processors)
        usedBefore = assay_own_processor_ns()
        preemptionsBefore = assay_own_preemptions()
        begin = MonotonicClock.seconds()
    }

    /// Writes into the report what was used and what disturbed.
    func finish(_ report: inout NetworkReport) {
        report.processorSeconds = Double(assay_own_processor_ns() &- usedBefore) * 1e-9
        report.preemptions = max(0, assay_own_preemptions() - preemptionsBefore)
        let seen = DisturbanceReport(
            before: before,
            after: .withoutInterrupts(processors),
            measured: processors,
            ownSeconds: report.processorSeconds,
            elapsedSeconds: MonotonicClock.seconds() - begin
        )
        report.disturbances = seen.disturbances
    }
}

extension DisturbanceCounters {
    /// The counters without the time of interrupts: moving packets is the measurement's own work, and the kernel does
    /// not count it as ours.
    static func withoutInterrupts(_ processors: [Int]) -> DisturbanceCounters {
        DisturbanceCounters(processors: processors) { path in
            guard path == "/proc/stat", let text = LiveText.read(path) else { return LiveText.read(path) }
            return withoutInterrupts(statistics: text)
        }
    }

    /// `/proc/stat` with the columns of interrupts at zero.
    static func withoutInterrupts(statistics: String) -> String {
        statistics.split(separator: "\n").map { line in
            var words = line.split(separator: " ").map(String.init)
            guard line.hasPrefix("cpu"), words.count > 7 else { return String(line) }
            (words[6], words[7]) = ("0", "0")
            return words.joined(separator: " ")
        }.joined(separator: "\n")
    }
}
