package import Documents

/// Bytes in chunks of any size in, lines out, one in memory at a time.
///
/// Feed with ``append(_:)``, take every line with ``next()`` until it has none, and at the end of the file call
/// ``end()`` and take what is left. A carriage return before a line feed is no part of the line.
package struct LineFeed: Sendable {
    /// The longest line, in bytes: beyond, the file is not what it was taken for.
    package static let limit = 1 << 20

    private let file: String
    private let stripsColours: Bool
    private var pending: [UInt8] = []
    /// Where the next line begins.
    private var start = 0
    /// Up to where no line feed was found.
    private var searched = 0
    private var hasEnded = false
    private var number = 0

    /// A feed; `file` is the name that errors carry.
    ///
    /// Tools that colour what they print even into a file need `stripsColours`.
    package init(file: String, stripsColours: Bool = false) {
        self.file = file
        self.stripsColours = stripsColours
    }

    /// How many lines were handed over.
    package var linesRead: Int { number }

    /// Takes the next bytes.
    package mutating func append(_ bytes: [UInt8]) {
        if start > 0 {
            pending.removeSubrange(..<start)
            searched -= start
            start = 0
        }
        pending += bytes
    }

    /// Says that no bytes follow: what stands after the last line feed is a line too.
    package mutating func end() { hasEnded = true }

    /// The next line, or nil where none is complete.
    ///
    /// - Throws: for a line beyond ``limit``.
    package mutating func next() throws(DocumentError) -> ImportLine? {
        if let end = pending[searched...].firstIndex(of: 0x0A) {
            let line = try line(pending[start..<end], isTerminated: true)
            (start, searched) = (end + 1, end + 1)
            return line
        }
        searched = pending.count
        guard hasEnded, start < pending.count else {
            guard pending.count - start <= Self.limit else { throw tooLong() }
            return nil
        }
        let line = try line(pending[start...], isTerminated: false)
        start = pending.count
        return line
    }

    private mutating func line(_ bytes: ArraySlice<UInt8>, isTerminated: Bool) throws(DocumentError) -> ImportLine {
        guard bytes.count <= Self.limit else { throw tooLong() }
        number += 1
        var bytes = bytes
        if bytes.last == 0x0D { bytes.removeLast() }
        if number == 1, bytes.starts(with: [0xEF, 0xBB, 0xBF]) { bytes.removeFirst(3) }
        let text =
            stripsColours && bytes.contains(EscapeSequences.escape)
            ? String(decoding: bytes.withUnsafeBytes(EscapeSequences.stripped), as: UTF8.self)
            : String(decoding: bytes, as: UTF8.self)
        return ImportLine(number: number, text: text, isTerminated: isTerminated)
    }

    private func tooLong() -> DocumentError {
        DocumentError(
            file: file,
            line: number + 1,
            problem:
                "the line is longer than \(Self.limit >> 20) MiB; expected the text that a tool printed, line by line"
        )
    }
}
