/// A row of a table that goes on over several lines, for a quote of it is still open.
///
/// The rule of RFC 4180: line ends inside quotes are text. A stray quote must not take the rest of a file with it, so a row
/// has bounds, and lines are only one row where that has as many fields as the header.
struct QuotedRecord: Sendable {
    /// The most lines of a row.
    static let mostLines = 1_000
    /// The most bytes of a row.
    static let mostBytes = 1 << 20

    /// The lines so far, with line feeds between them.
    private(set) var bytes: ContiguousArray<UInt8> = []
    /// Where each line starts.
    private(set) var starts: ContiguousArray<Int> = []
    /// The number of the first line.
    private(set) var line = 0

    /// Whether a row is open.
    var isOpen: Bool { !starts.isEmpty }

    /// Whether there is no more room.
    var isFull: Bool { starts.count >= Self.mostLines || bytes.count > Self.mostBytes }

    /// Adds a line, the first with its number.
    mutating func add(_ text: Span<UInt8>, number: Int) {
        if starts.isEmpty { line = number } else { bytes.append(0x0A) }
        starts.append(bytes.count)
        text.withUnsafeBufferPointer { bytes.append(contentsOf: $0) }
    }

    /// Forgets the lines.
    mutating func clear() {
        bytes.removeAll(keepingCapacity: true)
        starts.removeAll(keepingCapacity: true)
    }

    /// The lines one by one, with their numbers.
    var lines: [(range: Range<Int>, number: Int)] {
        starts.indices.map { index in
            let end = index + 1 < starts.count ? starts[index + 1] - 1 : bytes.count
            return (starts[index]..<end, line + index)
        }
    }

    /// How a line leaves the row.
    enum After: Sendable, Hashable {
        /// Still inside quotes.
        case open
        /// At its end.
        case closed
        /// A quote closed in the middle of a field: the line is no part of the row.
        case damaged
    }

    /// How a line that starts inside quotes leaves the row.
    static func after(_ line: Span<UInt8>, separator: UInt8) -> After {
        let quote = UInt8(ascii: "\"")
        var at = 0
        let end = line.count
        while true {
            while at < end, line[at] != quote { at += 1 }
            guard at < end else { return .open }
            if at + 1 < end, line[at + 1] == quote {
                at += 2
                continue
            }
            at += 1
            // Behind the quote; then over fields without, to the next that starts with one.
            while true {
                while at < end, line[at] == 0x20 { at += 1 }
                guard at < end else { return .closed }
                guard line[at] == separator else { return .damaged }
                at += 1
                while at < end, line[at] == 0x20 { at += 1 }
                if at < end, line[at] == quote { break }
                while at < end, line[at] != separator { at += 1 }
            }
            at += 1
        }
    }

    /// Whether the quotes of a line come in pairs.
    static func isPaired(_ line: Span<UInt8>) -> Bool {
        var isPaired = true
        for index in line.indices where line[index] == UInt8(ascii: "\"") { isPaired.toggle() }
        return isPaired
    }
}
