internal import Glibc

/// A command that loads the machine while something else is measured.
package struct Neighbour {
    private let process: JobProcess
    private let tail: OutputTail?

    /// Why there is no neighbour, as a sentence without its full stop.
    package struct Absence: Error, Sendable, Hashable, CustomStringConvertible {
        /// The sentence.
        package let description: String
        /// The last lines of what it printed, for an error message only.
        package let lastLines: [String]
    }

    /// Starts the command and lets it come up to speed.
    ///
    /// - Throws: where it cannot be started or has already ended.
    package init(_ command: String, settleSeconds: Double) throws(Absence) {
        do { process = try JobProcess(command) } catch {
            throw Absence(description: "the neighbour could not run: \(error.reason)", lastLines: [])
        }
        tail = OutputTail(process.output)
        let end = MonotonicClock.seconds() + settleSeconds
        while !JobSignals.isStopAsked, process.isRunning {
            let left = end - MonotonicClock.seconds()
            guard left > 0 else { break }
            usleep(UInt32(min(left, 0.05) * 1e6))
        }
        if let absence = finish("had ended before the measurement began") { throw absence }
    }

    /// Ends it with all it started, unless it had ended by itself: then it says so, for a clause such as `ended during
    /// the run`.
    package func end(_ clause: String) -> Absence? {
        if let absence = finish(clause) { return absence }
        _ = process.end(tail)
        return nil
    }

    private func finish(_ clause: String) -> Absence? {
        guard !process.isRunning else { return nil }
        let (status, lines) = process.end(tail)
        let how = JobEnding.words(status)
        return Absence(description: "the neighbour \(clause) (\(how)); it must outlast it", lastLines: lines)
    }
}
