/// Where a field stands in its line, without the spaces around it and without its quotation marks.
struct FieldRange: Sendable, Hashable {
    var lower: Int32
    var upper: Int32
    /// Whether quotation marks are doubled inside.
    var hasDoubledQuotes = false

    /// A field that is not there.
    static let absent = FieldRange(lower: 0, upper: 0)

    init(lower: Int32, upper: Int32) {
        self.lower = lower
        self.upper = upper
    }

    init(_ lower: Int, _ upper: Int) {
        self.lower = Int32(clamping: lower)
        self.upper = Int32(clamping: upper)
    }

    var isEmpty: Bool { upper <= lower }
    var count: Int { Int(upper) - Int(lower) }
    var range: Range<Int> { isEmpty ? 0..<0 : Int(lower)..<Int(upper) }
}

/// The fields of one line, in storage that is used again for the next.
struct FieldSplitter: Sendable {
    private var fields: ContiguousArray<FieldRange>
    /// How many fields the last line had; one more than there is room for stands for any number above that.
    private(set) var count = 0

    /// Room for the fields of a line.
    init(capacity: Int) {
        fields = ContiguousArray(repeating: .absent, count: max(capacity, 1))
    }

    /// The field at an index; absent where the line has fewer.
    subscript(index: Int) -> FieldRange {
        index >= 0 && index < min(count, fields.count) ? fields[index] : .absent
    }

    /// Splits at a separator.
    ///
    /// With `quotes`, a field may stand in double quotes, in which the separator is text and a doubled quote is one.
    ///
    /// - Returns: false when a quote is not closed on the line, or text follows it.
    mutating func split(_ line: Span<UInt8>, separator: UInt8, quotes: Bool) -> Bool {
        var output = fields.mutableSpan
        let room = output.count
        var found = 0
        var at = 0
        let end = line.count
        while true {
            // At the start of a field.
            while at < end, line[at] == 0x20 { at += 1 }
            guard found < room else {
                count = room + 1
                return true
            }
            if quotes, at < end, line[at] == UInt8(ascii: "\"") {
                let start = at + 1
                var doubled = false
                at = start
                while true {
                    guard at < end else { return false }
                    if line[at] == UInt8(ascii: "\"") {
                        guard at + 1 < end, line[at + 1] == UInt8(ascii: "\"") else { break }
                        doubled = true
                        at += 1
                    }
                    at += 1
                }
                var field = FieldRange(start, at)
                field.hasDoubledQuotes = doubled
                output[found] = field
                at += 1
                while at < end, line[at] == 0x20 { at += 1 }
                guard at == end || line[at] == separator else { return false }
            } else {
                let start = at
                while at < end, line[at] != separator { at += 1 }
                var upper = at
                while upper > start, line[upper - 1] == 0x20 { upper -= 1 }
                output[found] = FieldRange(start, upper)
            }
            found += 1
            guard at < end else {
                count = found
                return true
            }
            at += 1
        }
    }

    /// Splits at runs of spaces and tabs.
    mutating func splitAtBlanks(_ line: Span<UInt8>) {
        var output = fields.mutableSpan
        let room = output.count
        var found = 0
        var at = 0
        let end = line.count
        while true {
            while at < end, line[at] == 0x20 || line[at] == 0x09 { at += 1 }
            guard at < end else { break }
            guard found < room else {
                found = room + 1
                break
            }
            let start = at
            while at < end, line[at] != 0x20, line[at] != 0x09 { at += 1 }
            output[found] = FieldRange(start, at)
            found += 1
        }
        count = found
    }
}
