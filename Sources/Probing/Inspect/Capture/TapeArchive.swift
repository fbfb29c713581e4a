package import Documents

/// Plain POSIX tape archives (ustar): regular files only, written the same for the same content.
package enum TapeArchive {
    /// One file of an archive.
    package struct Entry: Sendable, Equatable {
        /// Its path, relative, with slashes.
        package var name: String
        /// Its content.
        package var bytes: [UInt8]

        /// A file.
        package init(name: String, bytes: [UInt8]) {
            self.name = name
            self.bytes = bytes
        }
    }

    /// An archive may be this long.
    package static let maximumBytes = 64 << 20
    /// An archive may have this many entries.
    package static let maximumEntries = 100_000

    private static let block = 512

    // MARK: Writing

    /// Whether a name fits into a header: at most 100 bytes, or 155 and 100 around a slash.
    package static func fits(_ name: String) -> Bool { split(name) != nil }

    /// The archive of these files; names that do not fit (``fits(_:)``) are left out.
    ///
    /// Owner 0, mode 0644 and time 0: two captures of the same answers are the same bytes.
    package static func write(_ entries: [Entry]) -> [UInt8] {
        var bytes: [UInt8] = []
        for entry in entries {
            guard let name = split(entry.name) else { continue }
            bytes += header(name: name.name, prefix: name.prefix, size: entry.bytes.count)
            bytes += entry.bytes
            bytes += zeros(padding(entry.bytes.count))
        }
        return bytes + zeros(2 * block)
    }

    private static func split(_ name: String) -> (prefix: [UInt8], name: [UInt8])? {
        let bytes = Array(name.utf8)
        guard !bytes.isEmpty else { return nil }
        if bytes.count <= 100 { return ([], bytes) }
        for (index, byte) in bytes.enumerated() where byte == UInt8(ascii: "/") {
            let rest = bytes.count - index - 1
            if index <= 155, index > 0, (1...100).contains(rest) {
                return (Array(bytes[..<index]), Array(bytes[(index + 1)...]))
            }
        }
        return nil
    }

    private static func header(name: [UInt8], prefix: [UInt8], size: Int) -> [UInt8] {
        var header = zeros(block)
        func put(_ text: [UInt8], at offset: Int) {
            for (index, byte) in text.enumerated() where offset + index < header.count { header[offset + index] = byte }
        }
        func octal(_ number: Int, _ digits: Int) -> [UInt8] {
            let text = String(number, radix: 8)
            return Array((String(repeating: "0", count: max(0, digits - text.utf8.count)) + text).utf8)
        }
        put(name, at: 0)
        put(octal(0o644, 7), at: 100)
        put(octal(0, 7), at: 108)
        put(octal(0, 7), at: 116)
        put(octal(size, 11), at: 124)
        put(octal(0, 11), at: 136)
        put(Array("        ".utf8), at: 148)
        put([UInt8(ascii: "0")], at: 156)
        put(Array("ustar\u{0}00".utf8), at: 257)
        put(prefix, at: 345)
        put(octal(sum(header[...]), 6) + [0, UInt8(ascii: " ")], at: 148)
        return header
    }

    // MARK: Reading

    /// The regular files of an archive, in its order; folders are passed over.
    ///
    /// - Throws: for anything that a hostile archive might try: links, devices, absolute paths, `..`, names that stand
    ///   twice, sizes beyond the end, wrong checksums, and more bytes or entries than the limits.
    package static func read(_ bytes: [UInt8], file: String) throws(DocumentError) -> [Entry] {
        func fail(_ problem: String) -> DocumentError { DocumentError(file: file, problem: problem) }
        guard bytes.count <= maximumBytes else {
            throw fail("has \(bytes.count) bytes; a capture has at most \(maximumBytes)")
        }
        var entries: [Entry] = []
        var names: Set<String> = []
        var offset = 0
        while offset < bytes.count {
            guard bytes.count - offset >= block else { throw fail("ends inside a header; copy the archive again") }
            let header = bytes[offset..<offset + block]
            if header.allSatisfy({ $0 == 0 }) { return entries }
            guard entries.count < maximumEntries else { throw fail("has more than \(maximumEntries) entries") }
            guard octal(header, 148, 8) == checksum(header) else {
                throw fail(
                    "has a wrong checksum at byte \(offset): it is no tar archive, or is damaged (not compressed?)"
                )
            }
            let name = text(header, 345, 155, joinedBy: text(header, 0, 100, joinedBy: nil))
            guard let size = octal(header, 124, 12), size <= bytes.count - offset - block else {
                throw fail("says that \(shown(name)) is longer than the archive; copy it again")
            }
            offset += block
            switch header[header.startIndex + 156] {
            case UInt8(ascii: "5"):
                guard size == 0 else { throw fail("has a folder \(shown(name)) with content") }
            case UInt8(ascii: "0"), 0:
                let safe = try path(name, fail)
                guard names.insert(safe).inserted else { throw fail("has \(shown(name)) twice") }
                entries.append(Entry(name: safe, bytes: Array(bytes[offset..<offset + size])))
            default:
                throw fail(
                    "has \(shown(name)), which is neither a file nor a folder; a capture has no links, devices or "
                        + "extended headers (repack it with --format=ustar)"
                )
            }
            // The padding of a last entry may be missing; the next turn then ends the loop.
            offset += min(size + padding(size), bytes.count - offset)
        }
        return entries
    }

    private static func path(
        _ name: String,
        _ fail: (String) -> DocumentError
    ) throws(DocumentError) -> String {
        let parts = name.split(separator: "/", omittingEmptySubsequences: false).filter { $0 != "." }
        guard !parts.isEmpty, parts.count <= 128, parts.allSatisfy({ !$0.isEmpty && $0 != ".." }) else {
            throw fail("has a file \(shown(name)), which would lie outside the archive")
        }
        return parts.joined(separator: "/")
    }

    private static func shown(_ name: String) -> String { quoted(name) }

    /// An octal number that ends at a space, a NUL or its field; nil for anything else.
    private static func octal(_ header: ArraySlice<UInt8>, _ offset: Int, _ count: Int) -> Int? {
        let start = header.startIndex + offset
        let digits = header[start..<start + count].drop { $0 == UInt8(ascii: " ") }
            .prefix { $0 != UInt8(ascii: " ") && $0 != 0 }
        guard !digits.isEmpty else { return nil }
        var number = 0
        for digit in digits {
            guard (UInt8(ascii: "0")...UInt8(ascii: "7")).contains(digit) else { return nil }
            number = number * 8 + Int(digit - UInt8(ascii: "0"))
        }
        return number
    }

    private static func text(_ header: ArraySlice<UInt8>, _ offset: Int, _ count: Int, joinedBy name: String?) -> String
    {
        let start = header.startIndex + offset
        let text = String(decoding: header[start..<start + count].prefix { $0 != 0 }, as: UTF8.self)
        guard let name else { return text }
        // Only POSIX headers have a prefix; GNU's put other things there.
        let isPOSIX = header[header.startIndex + 257..<header.startIndex + 263].elementsEqual("ustar\u{0}".utf8)
        return text.isEmpty || !isPOSIX ? name : text + "/" + name
    }

    private static func checksum(_ header: ArraySlice<UInt8>) -> Int {
        var copy = Array(header)
        for index in 148..<156 { copy[index] = UInt8(ascii: " ") }
        return sum(copy[...])
    }

    private static func sum(_ bytes: ArraySlice<UInt8>) -> Int { bytes.reduce(0) { $0 + Int($1) } }
    private static func padding(_ size: Int) -> Int { (block - size % block) % block }
    private static func zeros(_ count: Int) -> [UInt8] { [UInt8](repeating: 0, count: count) }
}
