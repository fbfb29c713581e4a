internal import Glibc
internal import Synchronization

/// Reads what a command prints, on a thread of its own, and keeps its end: for an error message, and nothing else.
final class OutputTail: Sendable {
    private let kept = Mutex<[UInt8]>([])
    private let stop: NetworkSignal
    private let done: NetworkSignal
    private static let mostBytes = 8_192

    /// Reads from a descriptor that does not block, until ``finish()``; nil where the system has no thread to give.
    init?(_ descriptor: Int32) {
        guard let stop = try? NetworkSignal(), let done = try? NetworkSignal() else { return nil }
        (self.stop, self.done) = (stop, done)
        guard NetworkThread.start({ [self] in follow(descriptor) }) else { return nil }
    }

    private func follow(_ descriptor: Int32) {
        var buffer = [UInt8](repeating: 0, count: 1 << 16)
        var isOpen = true
        var places = [
            pollfd(fd: stop.descriptor, events: Int16(POLLIN), revents: 0),
            pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0),
        ]
        while true {
            _ = poll(&places, isOpen ? 2 : 1, -1)
            let isStopped = places[0].revents != 0
            // Bounded, so that one that never stops talking cannot keep us from being stopped.
            for _ in 0..<64 where isOpen {
                let count = read(descriptor, &buffer, buffer.count)
                if count < 0, errno == EINTR { continue }
                if count == 0 { isOpen = false }
                guard count > 0 else { break }
                let bytes = buffer[..<count]
                kept.withLock { kept in
                    kept += bytes
                    if kept.count > 2 * Self.mostBytes { kept.removeFirst(kept.count - Self.mostBytes) }
                }
            }
            if isStopped { break }
        }
        done.give()
    }

    /// Ends the thread, which no longer reads from the descriptor then, and gives the last lines.
    func finish() -> [String] {
        stop.give()
        while !done.take(until: MonotonicClock.seconds() + 60) {}
        let bytes = kept.withLock { $0 }
        var lines: [String] = []
        var splitter = LineSplitter()
        let add = { (line: OutputLine) in
            lines.append(String(decoding: line.bytes.prefix(StepLimits.keptBytes), as: UTF8.self))
        }
        bytes.withUnsafeBytes { splitter.add($0, add) }
        splitter.flush(add)
        return lines.suffix(StepLimits.keptLines)
    }
}
