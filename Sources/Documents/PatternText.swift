/// What the text of a regular expression says by itself, without a match; empty where it is not plain enough to tell.
///
/// It knows literals, classes, groups and repetitions. Alternatives at the top, options such as `(?i)`, and looking
/// ahead or behind make a text that every match holds hard to tell, so it tells none.
struct PatternText {
    /// A text that every match holds, from before the capture where there is one to tell by; empty for none.
    private(set) var literal: [UInt8] = []
    /// The expression before the capture, where it holds a text to tell a step by.
    private(set) var lead: String?
    /// The literal directly before the capture.
    private(set) var before: UInt8?
    /// The literal directly after the capture.
    private(set) var after: UInt8?

    private let bytes: [UInt8]
    private var place = 0

    init(_ text: String) {
        bytes = Array(text.utf8)
        guard read() else {
            (literal, lead, before, after) = ([], nil, nil, nil)
            return
        }
    }

    /// Canonical equivalence lets other characters match these.
    private static let ambiguous = Set("K;`".utf8)

    private mutating func read() -> Bool {
        var run: [UInt8] = []
        var longest: [UInt8] = []
        var isAfterCapture = false
        func end() {
            if run.count > longest.count { longest = run }
            run = []
        }
        while place < bytes.count {
            let start = place
            let byte = bytes[place]
            place += 1
            var atom: UInt8?
            switch byte {
            case UInt8(ascii: "|"), UInt8(ascii: ")"), UInt8(ascii: "*"), UInt8(ascii: "+"), UInt8(ascii: "?"):
                return false
            case UInt8(ascii: "["):
                guard skipClass() else { return false }
            case UInt8(ascii: "("):
                guard let isCapture = skipGroup() else { return false }
                if isCapture {
                    before = run.last
                    end()
                    if Self.tells(longest) {
                        literal = longest
                        lead = String(decoding: bytes[..<start], as: UTF8.self)
                    }
                    isAfterCapture = true
                    skipRepetition()
                    continue
                }
            case UInt8(ascii: "\\"):
                guard place < bytes.count else { return false }
                let escaped = bytes[place]
                place += 1
                switch escaped {
                case _ where Self.isLetter(escaped):
                    guard "dDsSwWbBnrtRhHvVNAzZ".utf8.contains(escaped) else { return false }
                case 0x30...0x39, 0x80...: return false
                default: atom = escaped
                }
            case UInt8(ascii: "."), UInt8(ascii: "^"), UInt8(ascii: "$"), UInt8(ascii: "{"), UInt8(ascii: "}"), 0x80...:
                break
            default: atom = byte
            }
            let isKept = skipRepetition()
            if let atom, isKept.required, !Self.ambiguous.contains(atom) {
                if isAfterCapture { after = atom }
                run.append(atom)
                if isKept.repeated { end() }
            } else {
                end()
            }
            isAfterCapture = false
        }
        end()
        if literal.isEmpty { literal = longest }
        return true
    }

    /// Whether a text is enough to say that a line with it means to say a step.
    private static func tells(_ text: [UInt8]) -> Bool { text.count >= 2 && text.contains(where: isLetter) }

    private static func isLetter(_ byte: UInt8) -> Bool { (0x61...0x7A).contains(byte | 0x20) }

    /// Passes over what says how often; whether what stands before it must be there once, and may be there more often.
    @discardableResult
    private mutating func skipRepetition() -> (required: Bool, repeated: Bool) {
        guard place < bytes.count else { return (true, false) }
        var (required, repeated) = (true, false)
        switch bytes[place] {
        case UInt8(ascii: "*"), UInt8(ascii: "?"): required = false
        case UInt8(ascii: "+"): repeated = true
        case UInt8(ascii: "{"):
            // Else it stands for itself.
            let inside = bytes[(place + 1)...].prefix { (0x30...0x39).contains($0) || $0 == UInt8(ascii: ",") }
            guard inside.endIndex < bytes.count, bytes[inside.endIndex] == UInt8(ascii: "}") else {
                return (true, false)
            }
            required = false
            place = inside.endIndex
        default: return (true, false)
        }
        place += 1
        // Reluctant or possessive.
        if place < bytes.count, "?+".utf8.contains(bytes[place]) { place += 1 }
        return (required, repeated)
    }

    /// Passes over the rest of a class; false where it is not a plain one.
    private mutating func skipClass() -> Bool {
        if place < bytes.count, bytes[place] == UInt8(ascii: "^") { place += 1 }
        guard place < bytes.count, bytes[place] != UInt8(ascii: "]") else { return false }
        while place < bytes.count {
            let byte = bytes[place]
            place += 1
            switch byte {
            case UInt8(ascii: "]"): return true
            case UInt8(ascii: "["): return false
            case UInt8(ascii: "\\"): place += 1
            default: break
            }
        }
        return false
    }

    /// Passes over the rest of a group and says whether it captures; nil where it is not a plain one.
    private mutating func skipGroup() -> Bool? {
        var isCapture = true
        if place < bytes.count, bytes[place] == UInt8(ascii: "?") {
            let rest = bytes[(place + 1)...].prefix(2)
            if rest.first == UInt8(ascii: ":") {
                isCapture = false
                place += 2
            } else if rest.first == UInt8(ascii: "<"), let name = rest.last, Self.isLetter(name) {
                place += 2
            } else {
                return nil
            }
        }
        while place < bytes.count {
            let byte = bytes[place]
            place += 1
            switch byte {
            case UInt8(ascii: ")"): return isCapture
            case UInt8(ascii: "("):
                // A capture inside a group may be there once, many times or not at all.
                guard skipGroup() != nil else { return nil }
            case UInt8(ascii: "["):
                guard skipClass() else { return nil }
            case UInt8(ascii: "\\"):
                guard place < bytes.count, !"QEKX".utf8.contains(bytes[place]) else { return nil }
                place += 1
            default: break
            }
        }
        return nil
    }
}
