/// A value that JSON cannot spell: a defect of the writer, not of the user's input.
package struct JSONWritingError: Error, Sendable, Hashable, CustomStringConvertible {
    /// Where the value stands, such as `workloads[2].cost`.
    package var path: String
    /// What is wrong with it.
    package var problem: String

    /// One sentence: `workloads[2].cost: is not a number, which JSON cannot spell`.
    package var description: String { path.isEmpty ? problem : "\(path): \(problem)" }

    /// The same error seen from one step further out.
    fileprivate func inside(_ step: String) -> JSONWritingError {
        JSONWritingError(path: path.isEmpty || path.hasPrefix("[") ? step + path : "\(step).\(path)", problem: problem)
    }
}

extension JSON {
    /// The one spelling of this value that is hashed: RFC 8785 (JCS).
    ///
    /// Keys are sorted by UTF-16 code units, nothing stands between tokens, numbers are the shortest text that reads
    /// back to the same `Double` in ECMAScript's layout (`1e+21`, `0.000001`, no `-0`, no `.0`), and strings escape
    /// only quotes, backslashes and control characters. `integer(1)` and `number(1)` are the same text.
    ///
    /// - Throws: for numbers that are not finite, whole numbers beyond 2^53 - 1, and keys that stand twice.
    package func canonical() throws(JSONWritingError) -> [UInt8] {
        var writer = JSONWriter(sorted: true, indented: false)
        try writer.write(self, level: 0)
        return writer.bytes
    }

    /// The text for people and pipes: keys in the order given, two spaces a level, a line break at the end.
    ///
    /// Lists of numbers and truth values stand on one line. Numbers, strings and errors are those of ``canonical()``.
    package func pretty() throws(JSONWritingError) -> String {
        var writer = JSONWriter(sorted: false, indented: true)
        try writer.write(self, level: 0)
        writer.bytes.append(0x0A)
        return String(decoding: writer.bytes, as: UTF8.self)
    }
}

/// Appends values to a buffer in one of the two layouts.
struct JSONWriter {
    let sorted: Bool
    let indented: Bool
    var bytes: [UInt8] = []

    init(sorted: Bool, indented: Bool) {
        self.sorted = sorted
        self.indented = indented
    }

    mutating func write(_ json: JSON, level: Int) throws(JSONWritingError) {
        switch json {
        case .bool(let flag): text(flag ? "true" : "false")
        case .integer(let number):
            guard number.magnitude < 1 << 53 else {
                throw error("\(number) is beyond 2^53 - 1, which JSON does not carry exactly")
            }
            text(String(number))
        case .number(let number):
            guard number.isFinite else {
                throw error(
                    number.isNaN ? "is not a number, which JSON cannot spell" : "is infinite, which JSON cannot spell"
                )
            }
            self.number(number)
        case .string(let string): quote(string)
        case .array(let items): try array(items, level)
        case .object(let members): try object(members, level)
        }
    }

    private mutating func array(_ items: [JSON], _ level: Int) throws(JSONWritingError) {
        let inline = items.allSatisfy(\.isShort)
        text("[")
        for (index, item) in items.enumerated() {
            if index > 0 { text(indented && inline ? ", " : ",") }
            if !inline { lineBreak(level + 1) }
            do { try write(item, level: level + 1) } catch { throw error.inside("[\(index)]") }
        }
        if !inline { lineBreak(level) }
        text("]")
    }

    private mutating func object(_ members: [JSONMember], _ level: Int) throws(JSONWritingError) {
        var keys = Set<String>(minimumCapacity: members.count)
        if let duplicate = members.first(where: { !keys.insert($0.key).inserted }) {
            throw error("has the key \(quoted(duplicate.key)) twice")
        }
        let ordered = sorted ? members.sorted { $0.key.utf16.lexicographicallyPrecedes($1.key.utf16) } : members
        text("{")
        for (index, member) in ordered.enumerated() {
            if index > 0 { text(",") }
            lineBreak(level + 1)
            quote(member.key)
            text(indented ? ": " : ":")
            do { try write(member.value, level: level + 1) } catch {
                throw error.inside(Trail(nil, .key(member.key)).description)
            }
        }
        if !members.isEmpty { lineBreak(level) }
        text("}")
    }

    private mutating func lineBreak(_ level: Int) {
        guard indented else { return }
        bytes.append(0x0A)
        bytes.append(contentsOf: repeatElement(0x20, count: 2 * level))
    }

    private mutating func number(_ number: Double) {
        // Between these bounds the standard library's layout is ECMAScript's, but for ".0".
        guard (1e-4..<1e15).contains(number.magnitude) else { return text(DecimalDigits(number).ecmaScript) }
        text(number.description)
        if bytes.suffix(2).elementsEqual([UInt8(ascii: "."), UInt8(ascii: "0")]) { bytes.removeLast(2) }
    }

    private mutating func text(_ text: String) { bytes.append(contentsOf: text.utf8) }

    private mutating func quote(_ string: String) {
        text("\"")
        for byte in string.utf8 {
            switch byte {
            case UInt8(ascii: "\""): text("\\\"")
            case UInt8(ascii: "\\"): text("\\\\")
            case 0x08: text("\\b")
            case 0x09: text("\\t")
            case 0x0A: text("\\n")
            case 0x0C: text("\\f")
            case 0x0D: text("\\r")
            case 0..<0x20:
                let digits = String(byte, radix: 16)
                text(digits.utf8.count == 1 ? "\\u000\(digits)" : "\\u00\(digits)")
            default: bytes.append(byte)
            }
        }
        text("\"")
    }

    private func error(_ problem: String) -> JSONWritingError {
        JSONWritingError(path: "", problem: problem)
    }
}

extension JSON {
    /// Whether a list of such values reads well on one line.
    fileprivate var isShort: Bool {
        switch self {
        case .bool, .integer, .number: true
        case .string, .array, .object: false
        }
    }
}
