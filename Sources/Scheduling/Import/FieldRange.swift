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
    /// Whether the last line ended inside quotes.
    private(set) var endsInQuotes = false

    /// Room for the fields of a line.
    init(capacity: Int) {
        fields = ContiguousArray(repeating: .absent, count: max(capacity, 1))
    }

    /// The field at an index; absent where the line has fewer.
    @inline(__always)
    subscript(index: Int) -> FieldRange {
        index >= 0 && index < min(count, fields.count) ? fields[index] : .absent
    }

    /// The field at an index that is known to be below ``count``.
    @inline(__always)
    func field(_ index: Int) -> FieldRange { fields[index] }

    /// Splits at a separator.
    ///
    /// With `quotes`, a field may stand in double quotes, in which the separator is text and a doubled quote is one.
    ///
    /// - Returns: false when a quote is not closed on the line, or text follows it.
    mutating func split(_ line: Span<UInt8>, separator: UInt8, quotes: Bool) -> Bool {
        endsInQuotes = false
        var output = fields.mutableSpan
        let room = output.count
        let separators = ByteWords.filled(separator)
        let quotationMarks = ByteWords.filled(UInt8(ascii: "\""))
        let spaces = ByteWords.filled(0x20)
        // Its top bits say whether any byte was a space; most lines have none, and then no field needs a look.
        var blanks: UInt64 = 0
        var found = 0
        var start = 0
        var base = 0
        let end = line.count
        var hasQuotes = false
        while base < end, !hasQuotes {
            // The separators of up to 64 bytes, a bit for each: rows of a file have as many, and so one loop over them
            // guesses right where one for each word does not.
            var hits: UInt64 = 0
            var at = base
            let stop = min(base + 64, end)
            while at < stop {
                let word = ByteWords.loadTail(line, at)
                // Quotation marks want a closer look, from the field in which the first stands.
                if quotes, ByteWords.hasZero(word ^ quotationMarks) {
                    hasQuotes = true
                    break
                }
                let spaced = word ^ spaces
                blanks |= (spaced &- ByteWords.filled(1)) & ~spaced
                hits |= ByteWords.mask(ByteWords.zeros(word ^ separators)) &<< UInt64(truncatingIfNeeded: at &- base)
                at &+= 8
            }
            while hits != 0 {
                guard found < room else {
                    count = room + 1
                    return true
                }
                let place = base &+ hits.trailingZeroBitCount
                output[unchecked: found] = FieldRange(
                    lower: Int32(truncatingIfNeeded: start),
                    upper: Int32(truncatingIfNeeded: place)
                )
                found &+= 1
                start = place &+ 1
                hits &= hits &- 1
            }
            base &+= 64
        }
        if blanks & ByteWords.tops != 0 {
            for index in 0..<found { output[index] = Self.trimmed(line, output[index]) }
        }
        guard hasQuotes else {
            // The last field.
            if found < room {
                output[found] = Self.trimmed(
                    line,
                    FieldRange(lower: Int32(truncatingIfNeeded: start), upper: Int32(truncatingIfNeeded: end))
                )
            }
            count = found < room ? found + 1 : room + 1
            return true
        }
        return splitQuoted(line, separator: separator, found: found, from: start)
    }

    /// A field without the spaces around it; both places lie in the line.
    @inline(__always)
    private static func trimmed(_ line: Span<UInt8>, _ field: FieldRange) -> FieldRange {
        var (lower, upper) = (Int(field.lower), Int(field.upper))
        while lower < upper, line[unchecked: lower] == 0x20 { lower += 1 }
        while upper > lower, line[unchecked: upper - 1] == 0x20 { upper -= 1 }
        return FieldRange(lower: Int32(truncatingIfNeeded: lower), upper: Int32(truncatingIfNeeded: upper))
    }

    /// The rest of a line with quotation marks, byte by byte, from the start of a field.
    private mutating func splitQuoted(_ line: Span<UInt8>, separator: UInt8, found: Int, from start: Int) -> Bool {
        var output = fields.mutableSpan
        let room = output.count
        var found = found
        var at = start
        let end = line.count
        while true {
            // At the start of a field.
            while at < end, line[at] == 0x20 { at += 1 }
            guard found < room else {
                count = room + 1
                return true
            }
            if at < end, line[at] == UInt8(ascii: "\"") {
                let start = at + 1
                var doubled = false
                at = start
                while true {
                    guard at < end else {
                        endsInQuotes = true
                        return false
                    }
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
        let (spaces, tabs) = (ByteWords.filled(0x20), ByteWords.filled(0x09))
        var found = 0
        var start = -1
        var base = 0
        let end = line.count
        while base < end {
            let word = ByteWords.loadTail(line, base)
            var text = ~(ByteWords.zeros(word ^ spaces) | ByteWords.zeros(word ^ tabs)) & ByteWords.tops
            // Behind the line there is none.
            if end - base < 8 { text &= (1 << UInt64(truncatingIfNeeded: 8 * (end - base))) &- 1 }
            // Where text begins or ends.
            var edges = text ^ ((text << 8) | (start >= 0 ? 0x80 : 0))
            while edges != 0 {
                let at = base + edges.trailingZeroBitCount >> 3
                edges &= edges &- 1
                guard start >= 0 else {
                    start = at
                    continue
                }
                guard found < room else {
                    count = room + 1
                    return
                }
                output[unchecked: found] = FieldRange(
                    lower: Int32(truncatingIfNeeded: start),
                    upper: Int32(truncatingIfNeeded: at)
                )
                found += 1
                start = -1
            }
            base += 8
        }
        if start >= 0 {
            if found < room { output[found] = FieldRange(start, end) }
            found += 1
        }
        count = found
    }
}
