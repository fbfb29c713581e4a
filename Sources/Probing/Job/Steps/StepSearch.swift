internal import CProbe
internal import Documents
internal import Synchronization

/// Looks for steps in the lines that were kept, on a thread of its own.
///
/// A pattern with a repetition inside a repetition may take for ever over one line, and nothing can be told to stop
/// inside a match: so whoever waits for the thread can leave it.
enum StepSearch {
    /// How it ended.
    enum Ending: Sendable, Hashable {
        /// All lines were looked at.
        case done(StepFindings)
        /// The pattern was not done in time, with the line that it was at.
        case late(line: Int)
        /// This process was asked to end.
        case interrupted
        /// There is no thread to be had.
        case failed(String)
    }

    private struct State {
        var line = 0
        var findings: StepFindings?
        var isAbandoned = false
    }

    private final class Shared: Sendable {
        let state = Mutex(State())
    }

    /// Looks at every line, at most so many seconds.
    static func run(_ spool: LineSpool, pattern: String, unit: StepUnit, seconds: Double) -> Ending {
        let shared = Shared()
        let signal: NetworkSignal
        do { signal = try NetworkSignal() } catch { return .failed("\(error)") }
        let isStarted = NetworkThread.start {
            let findings = search(spool, pattern, unit, shared)
            shared.state.withLock { $0.findings = findings }
            signal.give()
        }
        guard isStarted else { return .failed("there is no thread to look for steps in its output") }
        let deadline = MonotonicClock.seconds() + seconds
        while true {
            if let findings = shared.state.withLock({ $0.findings }) { return .done(findings) }
            let left = deadline - MonotonicClock.seconds()
            let isStopped = assay_job_stop_asked()
            guard left > 0, !isStopped else {
                let line = shared.state.withLock { state in
                    state.isAbandoned = true
                    return state.line
                }
                return isStopped ? .interrupted : .late(line: line)
            }
            _ = assay_job_await(signal.descriptor, Int32(min(left * 1000 + 1, 1000)))
        }
    }

    private static func search(
        _ spool: LineSpool,
        _ pattern: String,
        _ unit: StepUnit,
        _ shared: Shared
    ) -> StepFindings {
        // It was compiled once before the first run, so it can be.
        guard let pattern = try? NumberPattern(pattern) else { return StepFindings() }
        var collector = StepCollector(pattern: pattern, unit: unit)
        spool.forEach { line in
            let isAbandoned = shared.state.withLock { state in
                state.line = line.number
                return state.isAbandoned
            }
            guard !isAbandoned else { return false }
            let text =
                line.bytes.contains(EscapeSequences.escape)
                ? String(decoding: EscapeSequences.stripped(line.bytes), as: UTF8.self)
                : String(decoding: line.bytes, as: UTF8.self)
            collector.add(line: text, number: line.number, isCut: line.isCut)
            return collector.fault == nil
        }
        return collector.findings
    }
}
