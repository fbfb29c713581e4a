internal import Glibc

/// A command that loads the machine while something else is measured.
package struct Neighbour {
    private let process: JobProcess

    /// Why there is no neighbour, as a sentence without its full stop.
    package struct Absence: Error, Sendable, Hashable, CustomStringConvertible {
        /// The sentence.
        package let description: String

        /// An absence, for this reason.
        package init(description: String) { self.description = description }
    }

    /// Starts the command and lets it come up to speed.
    ///
    /// - Throws: where it cannot be started or has already ended.
    package init(_ command: String, settleSeconds: Double) throws(Absence) {
        do { process = try JobProcess(command, readsOutput: false) } catch {
            throw Absence(description: "the neighbour could not run: \(error.reason)")
        }
        let end = MonotonicClock.seconds() + settleSeconds
        while !JobSignals.isStopAsked, process.isRunning {
            let left = end - MonotonicClock.seconds()
            guard left > 0 else { break }
            usleep(UInt32(min(left, 0.05) * 1e6))
        }
        guard process.isRunning else {
            process.end()
            throw Absence(description: "the neighbour had ended before the measurement began; it must outlast it")
        }
    }

    /// Whether it is still there.
    package var isRunning: Bool { process.isRunning }

    /// Ends it with all it started.
    package func end() { process.end() }
}
