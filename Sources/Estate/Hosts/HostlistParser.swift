/// Reads the Slurm form of a host list, byte by byte; no recursion, and nothing is expanded before it is counted.
struct HostlistParser {
    /// Numbers from `low` to `high`, written with at least `width` digits.
    private struct Range {
        let low: Int
        let high: Int
        let width: Int

        var count: Int { high - low + 1 }
    }

    private enum Piece {
        case text(String)
        case ranges([Range])
    }

    private let bytes: [UInt8]
    private var index = 0
    private var names: [String] = []
    private var seen: Set<String> = []

    init(_ text: String) {
        bytes = Array(text.utf8)
    }

    mutating func parse() throws(HostlistError) -> [String] {
        skipSpaces()
        guard index < bytes.count else { throw error("the list is empty; write host names such as gpu[01-08]") }
        while true {
            skipSpaces()
            let start = index
            try expand(try pieces(), from: start)
            skipSpaces()
            guard index < bytes.count else { return names }
            index += 1  // pieces() stops only at the end, at a space or at a comma
        }
    }

    // MARK: Reading one item

    private mutating func pieces() throws(HostlistError) -> [Piece] {
        var pieces: [Piece] = []
        var text: [UInt8] = []
        let start = index
        while index < bytes.count, bytes[index] != UInt8(ascii: ",") {
            let byte = bytes[index]
            if Self.isNameByte(byte) {
                text.append(byte)
                index += 1
            } else if byte == UInt8(ascii: "[") {
                if !text.isEmpty { pieces.append(.text(String(decoding: text, as: UTF8.self))) }
                text = []
                pieces.append(.ranges(try ranges()))
            } else if byte == UInt8(ascii: " ") {
                skipSpaces()
                guard index == bytes.count || bytes[index] == UInt8(ascii: ",") else {
                    throw error("names are separated by commas, not by spaces; write a,b")
                }
            } else if byte == UInt8(ascii: "]") {
                throw error("']' closes no bracket; remove it")
            } else {
                throw error("\(shown) is not allowed in a host name; use letters, digits, '.', '-' and '_'")
            }
        }
        if !text.isEmpty { pieces.append(.text(String(decoding: text, as: UTF8.self))) }
        guard !pieces.isEmpty else { throw error("a name is missing; remove the extra comma", at: start) }
        if case .text(let first)? = pieces.first, !Self.canBegin(first) {
            throw error("a host name begins with a letter or a digit", at: start)
        }
        return pieces
    }

    private mutating func ranges() throws(HostlistError) -> [Range] {
        let open = index
        index += 1
        var ranges: [Range] = []
        while true {
            ranges.append(try range(open: open))
            guard index < bytes.count else { throw unclosed(open) }
            switch bytes[index] {
            case UInt8(ascii: ","): index += 1
            case UInt8(ascii: "]"):
                index += 1
                return ranges
            default: throw error("\(shown) is not allowed in brackets; write numbers and ranges as in [01-08,12]")
            }
        }
    }

    private mutating func range(open: Int) throws(HostlistError) -> Range {
        let start = index
        let low = try number(open: open)
        guard index < bytes.count, bytes[index] == UInt8(ascii: "-") else {
            return Range(low: low.value, high: low.value, width: low.digits)
        }
        index += 1
        let high = try number(open: open)
        guard low.value <= high.value else {
            throw error(
                "the range \(low.value)-\(high.value) runs backwards; write \(high.value)-\(low.value)",
                at: start
            )
        }
        guard !(low.isPadded || high.isPadded) || low.digits == high.digits || (low.isPadded && !high.isPadded) else {
            throw error("the numbers of a range with leading zeros need the same width, as in [01-08]", at: start)
        }
        return Range(low: low.value, high: high.value, width: low.isPadded ? low.digits : 1)
    }

    private mutating func number(open: Int) throws(HostlistError) -> (value: Int, digits: Int, isPadded: Bool) {
        let start = index
        var value = 0
        while index < bytes.count, let digit = Self.digit(bytes[index]) {
            guard index - start < 18 else { throw error("a number has more than 18 digits", at: start) }
            value = value * 10 + digit
            index += 1
        }
        guard index > start else {
            if index >= bytes.count { throw unclosed(open) }
            throw error("a number is missing before \(shown); write numbers and ranges as in [01-08,12]")
        }
        let digits = index - start
        return (value, digits, digits > 1 && bytes[start] == UInt8(ascii: "0"))
    }

    // MARK: Writing out one item

    private mutating func expand(_ pieces: [Piece], from start: Int) throws(HostlistError) {
        try count(pieces, from: start)
        var expanded = [""]
        for piece in pieces {
            switch piece {
            case .text(let text): for index in expanded.indices { expanded[index] += text }
            case .ranges(let ranges):
                let numbers = ranges.flatMap { range in
                    (range.low...range.high).map { Self.padded($0, to: range.width) }
                }
                expanded = expanded.flatMap { prefix in numbers.map { prefix + $0 } }
            }
        }
        for name in expanded {
            guard seen.insert(name).inserted else { throw Self.twice(name, at: start + 1) }
        }
        names += expanded
    }

    /// Checks the number of names and their length before any is made.
    private func count(_ pieces: [Piece], from start: Int) throws(HostlistError) {
        var count = 1
        var length = 0
        for piece in pieces {
            switch piece {
            case .text(let text): length += text.utf8.count
            case .ranges(let ranges):
                var choices = 0
                for range in ranges {
                    let (sum, overflow) = choices.addingReportingOverflow(range.count)
                    guard !overflow, sum <= Hostlist.maximumCount else { throw Self.tooMany(at: start + 1) }
                    choices = sum
                }
                let (product, overflow) = count.multipliedReportingOverflow(by: choices)
                guard !overflow else { throw Self.tooMany(at: start + 1) }
                count = product
                length += ranges.map { max($0.width, Self.padded($0.high, to: 1).utf8.count) }.max() ?? 0
            }
            guard count <= Hostlist.maximumCount - names.count else { throw Self.tooMany(at: start + 1) }
            guard length <= Hostlist.maximumNameLength else {
                throw error("a host name is longer than \(Hostlist.maximumNameLength) characters", at: start)
            }
        }
    }

    // MARK: Bytes and errors

    static func isNameByte(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "_"), UInt8(ascii: "."):
            true
        default: false
        }
    }

    /// Whether a name may begin so: one that began with a hyphen would read as an option of a command.
    static func canBegin(_ name: String) -> Bool {
        guard let first = name.utf8.first else { return false }
        return isNameByte(first) && ![UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_")].contains(first)
    }

    static func digit(_ byte: UInt8) -> Int? {
        (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) ? Int(byte - UInt8(ascii: "0")) : nil
    }

    static func padded(_ value: Int, to width: Int) -> String {
        let digits = String(value)
        return String(repeating: "0", count: max(0, width - digits.utf8.count)) + digits
    }

    static func tooMany(at position: Int) -> HostlistError {
        HostlistError(position: position, problem: "the list names more than \(Hostlist.maximumCount) hosts; split it")
    }

    static func twice(_ name: String, at position: Int) -> HostlistError {
        HostlistError(position: position, problem: "'\(name)' is named twice; name each host once")
    }

    private mutating func skipSpaces() {
        while index < bytes.count, bytes[index] == UInt8(ascii: " ") { index += 1 }
    }

    /// The character at the cursor, for a message.
    private var shown: String {
        guard index < bytes.count else { return "the end" }
        let byte = bytes[index]
        if byte < 0x20 || byte == 0x7F { return "a control character" }
        return "'\(String(decoding: bytes[index...].prefix(4), as: UTF8.self).prefix(1))'"
    }

    private func unclosed(_ open: Int) -> HostlistError {
        error("'[' is not closed; write a range as gpu[01-08]", at: open)
    }

    private func error(_ problem: String, at place: Int? = nil) -> HostlistError {
        // Positions count characters as a reader sees them, not bytes.
        let before = bytes.prefix(place ?? index)
        return HostlistError(position: String(decoding: before, as: UTF8.self).count + 1, problem: problem)
    }
}
