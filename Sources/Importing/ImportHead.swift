/// The beginning of a file, by which its format is recognised.
package struct ImportHead: Sendable {
    /// How many bytes of a file are looked at.
    package static let size = 64 << 10

    /// The first bytes, at most ``size``.
    package let bytes: [UInt8]
    /// The same as text; what is not UTF-8 is replaced.
    package let text: String
    /// Whether these are all bytes of the file.
    package let isWhole: Bool

    /// The beginning of a file.
    package init(_ bytes: [UInt8], isWhole: Bool) {
        self.bytes = Array(bytes.prefix(Self.size))
        // A byte order mark is no part of the text; the feeds pass over it as well.
        let mark = self.bytes.starts(with: [0xEF, 0xBB, 0xBF]) ? 3 : 0
        text = String(decoding: self.bytes[mark...], as: UTF8.self)
        self.isWhole = isWhole && bytes.count <= Self.size
    }

    /// The lines of the beginning, the last one possibly cut; a carriage return at the end is not part of a line.
    package var lines: [Substring] {
        text.split(omittingEmptySubsequences: false) { $0 == "\n" || $0 == "\r\n" }
    }

    /// Whether the first character that is not a space opens a JSON object.
    package var opensObject: Bool { text.first { !$0.isWhitespace } == "{" }

    /// Whether the beginning holds this text.
    package func holds(_ part: String) -> Bool { text.contains(part) }
}
