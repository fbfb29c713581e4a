internal import Glibc

/// A line of output, for as long as the buffer it stands in.
struct OutputLine {
    /// Its bytes, without what ended it.
    var bytes: UnsafeRawBufferPointer
    /// The line of the output that it stands in, from 1; what carriage returns part stands in one line.
    var number: Int
    /// Whether it was longer than is looked at, and the rest passed over.
    var isCut: Bool
}

/// Cuts output into lines as it comes, in bounded memory; empty ones are counted and not given.
///
/// A carriage return ends a line too, for progress bars write over themselves. The job waits while this runs, so it
/// searches with the system's own functions.
struct LineSplitter {
    private var pending: [UInt8] = []
    private var isCut = false
    private var number = 1

    /// Takes the next bytes and gives each line that they end.
    mutating func add(_ bytes: UnsafeRawBufferPointer, _ line: (OutputLine) -> Void) {
        func find(_ byte: Int32, from start: Int) -> Int {
            guard start < bytes.count, let base = bytes.baseAddress,
                let place = memchr(base + start, byte, bytes.count - start)
            else { return bytes.count }
            return UnsafeRawPointer(place) - base
        }
        var start = 0
        var (feed, carriage) = (find(0x0A, from: 0), find(0x0D, from: 0))
        while start < bytes.count {
            let end = min(feed, carriage)
            let piece = UnsafeRawBufferPointer(rebasing: bytes[start..<end])
            guard end < bytes.count else { return keep(piece) }
            if pending.isEmpty, piece.count <= StepLimits.longestLine {
                if !piece.isEmpty { line(OutputLine(bytes: piece, number: number, isCut: false)) }
            } else {
                keep(piece)
                flush(line)
            }
            start = end + 1
            if end == feed {
                number += 1
                feed = find(0x0A, from: start)
            } else {
                carriage = find(0x0D, from: start)
            }
        }
    }

    private mutating func keep(_ piece: UnsafeRawBufferPointer) {
        let room = max(0, StepLimits.longestLine - pending.count)
        isCut = isCut || piece.count > room
        pending.append(contentsOf: piece.prefix(room))
    }

    /// Gives the last line where nothing ended it.
    mutating func flush(_ line: (OutputLine) -> Void) {
        if !pending.isEmpty {
            pending.withUnsafeBytes { line(OutputLine(bytes: $0, number: number, isCut: isCut)) }
        }
        pending.removeAll(keepingCapacity: true)
        isCut = false
    }
}
