/// A recursive-descent parser whose depth is bounded by its limits.
struct JSONParser {
    let bytes: [UInt8]
    let file: String
    let limits: JSONDocument.Limits
    let repeats: JSONDocument.Repeats?
    var at = 0
    var line = 1
    var lineStart = 0
    private var depth = 0
    private var values = 0
    /// The key of the member whose value is read.
    private var container: String?

    init(bytes: [UInt8], file: String, limits: JSONDocument.Limits, repeats: JSONDocument.Repeats? = nil) {
        self.bytes = bytes
        self.file = file
        self.limits = limits
        self.repeats = repeats
    }

    /// The whole text: one value and nothing after it.
    mutating func document() throws(DocumentError) -> Value {
        guard bytes.count <= limits.bytes else {
            throw DocumentError(
                file: file,
                problem: "has \(bytes.count) bytes; at most \(limits.bytes) are read, so split the file"
            )
        }
        if bytes.starts(with: [0xEF, 0xBB, 0xBF]) {
            throw fail("the file starts with a byte order mark; save it as UTF-8 without one")
        }
        skipWhitespace()
        guard at < bytes.count else { throw fail("the file is empty; expected a JSON value") }
        let value = try value()
        skipWhitespace()
        guard at == bytes.count else {
            throw fail("expected the end of the file at column \(column), found \(found) after the value")
        }
        return value
    }

    private mutating func value() throws(DocumentError) -> Value {
        let (line, column) = (line, column)
        values += 1
        guard values <= limits.values else {
            throw fail("the file holds more than \(limits.values) values; summarise or split it")
        }
        let content: Content
        switch try peek("a value") {
        case UInt8(ascii: "{"): content = try nested { (parser) throws(DocumentError) in try parser.object() }
        case UInt8(ascii: "["): content = try nested { (parser) throws(DocumentError) in try parser.array() }
        case UInt8(ascii: "\""): content = .string(try string())
        case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"): content = .number(try number())
        case UInt8(ascii: "t"): content = try word("true", .bool(true))
        case UInt8(ascii: "f"): content = try word("false", .bool(false))
        case UInt8(ascii: "n"): content = try word("null", .null)
        default: throw fail("expected a value at column \(self.column), found \(found)\(advice)")
        }
        return Value(content, line: line, column: column)
    }

    private mutating func nested(
        _ body: (inout JSONParser) throws(DocumentError) -> Content
    ) throws(DocumentError) -> Content {
        guard depth < limits.depth else {
            throw fail("lists and objects are nested deeper than \(limits.depth) levels; flatten the file")
        }
        depth += 1
        at += 1
        skipWhitespace()
        let content = try body(&self)
        depth -= 1
        return content
    }

    private mutating func array() throws(DocumentError) -> Content {
        var elements: [Value] = []
        if try peek("']' or a value") == UInt8(ascii: "]") {
            at += 1
            return .sequence(elements)
        }
        while true {
            elements.append(try value())
            guard try another(closing: UInt8(ascii: "]")) else { return .sequence(elements) }
        }
    }

    private mutating func object() throws(DocumentError) -> Content {
        let name = container
        var members: [Member] = []
        if try peek("'}' or a key") == UInt8(ascii: "}") {
            at += 1
            return .mapping(members)
        }
        while true {
            guard try peek("a key") == UInt8(ascii: "\"") else {
                throw fail("expected a key in double quotes at column \(column), found \(found)\(advice)")
            }
            let (line, column) = (line, column)
            let key = try string()
            skipWhitespace()
            guard try peek("':'") == UInt8(ascii: ":") else {
                throw fail("expected ':' after \(quoted(key)) at column \(self.column), found \(found)")
            }
            at += 1
            skipWhitespace()
            container = key
            members.append(Member(key: key, line: line, column: column, value: try value()))
            guard try another(closing: UInt8(ascii: "}")) else { break }
        }
        if let repeats, depth == 2, name == repeats.object { members.dropRepeats(of: repeats.keys) }
        if let duplicate = members.firstDuplicate {
            throw DocumentError(
                file: file,
                line: duplicate.line,
                problem: "the key \(quoted(duplicate.key)) stands twice in one object; remove one of them"
            )
        }
        return .mapping(members)
    }

    /// Whether another element follows (its comma read), or the list or object is closed.
    private mutating func another(closing: UInt8) throws(DocumentError) -> Bool {
        skipWhitespace()
        let next = try peek("',' or \(name(closing))")
        if next == closing {
            at += 1
            return false
        }
        guard next == UInt8(ascii: ",") else {
            throw fail("expected ',' or \(name(closing)) at column \(column), found \(found)")
        }
        at += 1
        skipWhitespace()
        guard try peek("a value") != closing else {
            throw fail("there is a comma before \(name(closing)) at column \(column); remove it")
        }
        return true
    }

    private mutating func word(_ text: StaticString, _ content: Content) throws(DocumentError) -> Content {
        let end = at + text.utf8CodeUnitCount
        let matches = text.withUTF8Buffer { expected in
            end <= bytes.count && bytes[at..<end].elementsEqual(expected)
        }
        guard matches else {
            // A word that the end of the file cuts is a cut file, not a wrong word.
            let cut = text.withUTF8Buffer { $0.starts(with: bytes[at...]) }
            if cut { throw ended(expecting: "the rest of '\(text)'") }
            throw fail("expected a value at column \(column), found \(quoted(bareWord))\(advice)")
        }
        at = end
        return content
    }

    // MARK: Places and messages

    /// The column of the next byte, from 1.
    var column: Int { at - lineStart + 1 }

    mutating func skipWhitespace() {
        while at < bytes.count {
            switch bytes[at] {
            case 0x20, 0x09, 0x0D: at += 1
            case 0x0A:
                at += 1
                line += 1
                lineStart = at
            default: return
            }
        }
    }

    func peek(_ expected: @autoclosure () -> String) throws(DocumentError) -> UInt8 {
        guard at < bytes.count else { throw ended(expecting: expected()) }
        return bytes[at]
    }

    func ended(expecting expected: String) -> DocumentError {
        fail("the file ends here, where \(expected) was expected; it looks cut short, so write it again")
    }

    func fail(_ problem: String) -> DocumentError {
        DocumentError(file: file, line: line, problem: problem)
    }

    /// The next byte, for a message.
    private var found: String { at < bytes.count ? name(bytes[at]) : "the end of the file" }

    private func name(_ byte: UInt8) -> String {
        guard (0x20..<0x7F).contains(byte) else { return "byte 0x\(String(byte, radix: 16, uppercase: true))" }
        return "'\(Character(Unicode.Scalar(byte)))'"
    }

    /// The letters that follow, at most 40.
    private var bareWord: String {
        let letters = bytes[at...].prefix(40).prefix { byte in
            (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte | 0x20)
        }
        return String(decoding: letters, as: UTF8.self)
    }

    /// What to do about the usual mistakes.
    private var advice: String {
        guard at < bytes.count else { return "" }
        switch bytes[at] {
        case UInt8(ascii: "/"), UInt8(ascii: "#"): return "; JSON has no comments"
        case UInt8(ascii: "'"): return "; JSON uses double quotes"
        case UInt8(ascii: "N"), UInt8(ascii: "I"), UInt8(ascii: "+"):
            return "; numbers must be finite, such as 0 or -1.5e3"
        case UInt8(ascii: "."): return "; write a digit before the point"
        case UInt8(ascii: "T"), UInt8(ascii: "F"): return "; JSON writes true and false in small letters"
        case UInt8(ascii: "0")...UInt8(ascii: "9"):
            return "; where that is the rest of a number with a decimal comma, run the tool with LC_ALL=C"
        default: return ""
        }
    }
}

extension [Member] {
    /// Removes members of those keys that say again what the first of the key says; nested values never count as equal.
    fileprivate mutating func dropRepeats(of keys: Set<String>) {
        var first: [String: Content] = [:]
        removeAll { member in
            guard keys.contains(member.key) else { return false }
            if let known = first[member.key] { return known == member.value.content }
            first[member.key] = member.value.content
            return false
        }
    }
}
