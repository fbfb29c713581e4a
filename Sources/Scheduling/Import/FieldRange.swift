/// Where a field stands in its line, without the spaces around it and without its quotation marks.
struct FieldRange: Sendable, Hashable {
    var lower: Int32
    var upper: Int32
    /// Whether quotation marks are doubled inside.
    var hasDoubledQuotes = false

    /// A field that is not there.
    static let absent = FieldRange(lower: 0, upper: 0)

    var isEmpty: Bool { upper <= lower }
    var count: Int { Int(upper) - Int(lower) }
    var range: Range<Int> { isEmpty ? 0..<0 : Int(lower)..<Int(upper) }
}

/// The fields of one line, in storage that is used again for the next.
struct FieldSplitter: Sendable {
    private(set) var fields: ContiguousArray<FieldRange> = []

    /// The field at an index; absent where the line has fewer.
    subscript(index: Int) -> FieldRange {
        index >= 0 && index < fields.count ? fields[index] : .absent
    }

    var count: Int { fields.count }

    /// Splits at a separator; a field may stand in double quotes, in which the separator is text and a doubled quote is
    /// one.
    ///
    /// - Returns: false when a quote is not closed on the line.
    mutating func split(_ line: Span<UInt8>, separator: UInt8, quotes: Bool) -> Bool {
        fields.removeAll(keepingCapacity: true)
        var start = 0
        var at = 0
        let end = line.count
        while true {
            if quotes, at < end, at == start || isBlank(line, start, at), line[at] == UInt8(ascii: "\"") {
                guard let closed = quoted(line, from: at + 1, separator: separator) else { return false }
                guard closed < end else { return true }
                at = closed + 1
                start = at
                continue
            }
            while at < end, line[at] != separator {
                if quotes, line[at] == UInt8(ascii: "\""), isBlank(line, start, at) { break }
                at += 1
            }
            if at < end, line[at] != separator { continue }
            append(line, start, at)
            guard at < end else { return true }
            at += 1
            start = at
        }
    }

    /// Splits at runs of spaces and tabs.
    mutating func splitAtBlanks(_ line: Span<UInt8>) {
        fields.removeAll(keepingCapacity: true)
        var at = 0
        let end = line.count
        while true {
            while at < end, line[at] == 0x20 || line[at] == 0x09 { at += 1 }
            guard at < end else { return }
            let start = at
            while at < end, line[at] != 0x20, line[at] != 0x09 { at += 1 }
            fields.append(FieldRange(lower: Int32(clamping: start), upper: Int32(clamping: at)))
        }
    }

    /// Appends the quoted field whose text starts at `from`; where its separator or the end of the line is, nil when
    /// the quote is not closed or something else than a separator follows it.
    private mutating func quoted(_ line: Span<UInt8>, from start: Int, separator: UInt8) -> Int? {
        var doubled = false
        var at = start
        while at < line.count {
            guard line[at] == UInt8(ascii: "\"") else {
                at += 1
                continue
            }
            if at + 1 < line.count, line[at + 1] == UInt8(ascii: "\"") {
                doubled = true
                at += 2
                continue
            }
            fields.append(
                FieldRange(lower: Int32(clamping: start), upper: Int32(clamping: at), hasDoubledQuotes: doubled)
            )
            at += 1
            while at < line.count, line[at] != separator {
                guard line[at] == 0x20 else { return nil }
                at += 1
            }
            return at
        }
        return nil
    }

    private func isBlank(_ line: Span<UInt8>, _ lower: Int, _ upper: Int) -> Bool {
        for index in lower..<upper where line[index] != 0x20 { return false }
        return true
    }

    private mutating func append(_ line: Span<UInt8>, _ start: Int, _ end: Int) {
        var (lower, upper) = (start, end)
        while lower < upper, line[lower] == 0x20 { lower += 1 }
        while upper > lower, line[upper - 1] == 0x20 { upper -= 1 }
        fields.append(FieldRange(lower: Int32(clamping: lower), upper: Int32(clamping: upper)))
    }
}
