package import Documents

/// Bytes in chunks of any size in, one JSON text out: what formats that are one JSON text are read by.
///
/// Tools print warnings before and after their JSON. Where text is allowed, the JSON begins at the first line that begins
/// with `{` and ends where that object closes; the text around it is no part of it. Lines and columns of errors are
/// those of the file.
package struct JSONFeed: Sendable {
    private let file: String
    private let allowsText: Bool
    private let limits: JSONDocument.Limits
    private let repeats: JSONDocument.Repeats?
    private var bytes: [UInt8] = []

    /// A feed; `file` is the name that errors carry.
    package init(
        file: String,
        allowsText: Bool = false,
        limits: JSONDocument.Limits = .init(),
        repeats: JSONDocument.Repeats? = nil
    ) {
        self.file = file
        self.allowsText = allowsText
        self.limits = limits
        self.repeats = repeats
    }

    /// Takes the next bytes.
    ///
    /// - Throws: beyond the limit, before more memory is spent.
    package mutating func append(_ more: [UInt8]) throws(DocumentError) {
        guard bytes.count + more.count <= limits.bytes else {
            throw DocumentError(
                file: file,
                problem: "is larger than \(limits.bytes >> 20) MiB, the most that is read of one JSON text; "
                    + "write a file for each run"
            )
        }
        bytes += more
    }

    /// The JSON text, once all bytes were fed, and whether other text stood around it.
    ///
    /// - Throws: for what is no JSON, and for several objects one after another.
    package func document() throws(DocumentError) -> (root: Reader, hadText: Bool) {
        var text = bytes
        if text.starts(with: [0xEF, 0xBB, 0xBF]) { text.replaceSubrange(0..<3, with: [0x20, 0x20, 0x20]) }
        var hadText = false
        if allowsText { hadText = try Self.blankAround(&text, file: file) }
        let value = try JSONDocument.parse(text, file: file, limits: limits, repeats: repeats)
        return (Reader(value, file: file), hadText)
    }

    /// Replaces what stands before the first object and behind it by spaces, so that lines keep their numbers.
    private static func blankAround(_ text: inout [UInt8], file: String) throws(DocumentError) -> Bool {
        guard let begin = beginning(of: text) else {
            throw DocumentError(file: file, problem: "holds no JSON object: no line begins with '{'")
        }
        let end = ending(of: text, from: begin)
        if let next = beginning(of: text[end...]) {
            let line = 1 + text[..<next].count { $0 == 0x0A }
            throw DocumentError(
                file: file,
                line: line,
                problem: "another JSON object begins here; put each into a file of its own, or keep the last where one "
                    + "run wrote several"
            )
        }
        var hadText = false
        for index in text.indices where index < begin || index >= end {
            switch text[index] {
            case 0x20, 0x09, 0x0D, 0x0A: break
            default:
                hadText = true
                text[index] = 0x20
            }
        }
        return hadText
    }

    /// Where the first line that begins with `{` has it.
    private static func beginning(of text: ArraySlice<UInt8>) -> Int? {
        var isAtStart = true
        for index in text.indices {
            switch text[index] {
            case 0x0A: isAtStart = true
            case 0x20, 0x09, 0x0D: break
            case UInt8(ascii: "{"): if isAtStart { return index }
            default: isAtStart = false
            }
        }
        return nil
    }

    private static func beginning(of text: [UInt8]) -> Int? { beginning(of: text[...]) }

    /// Behind the brace that closes the object; the end of the text where none does.
    private static func ending(of text: [UInt8], from begin: Int) -> Int {
        var (depth, inText, isEscaped) = (0, false, false)
        for index in begin..<text.count {
            let byte = text[index]
            if inText {
                if isEscaped {
                    isEscaped = false
                } else if byte == UInt8(ascii: "\\") {
                    isEscaped = true
                } else if byte == UInt8(ascii: "\"") {
                    inText = false
                }
                continue
            }
            switch byte {
            case UInt8(ascii: "\""): inText = true
            case UInt8(ascii: "{"), UInt8(ascii: "["): depth += 1
            case UInt8(ascii: "}"), UInt8(ascii: "]"):
                depth -= 1
                if depth <= 0 { return index + 1 }
            default: break
            }
        }
        return text.count
    }
}
