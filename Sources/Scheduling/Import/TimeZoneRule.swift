/// How times without a zone become UTC.
package struct TimeZoneRule: Sendable, Hashable {
    /// From one instant on, how far local time is ahead of UTC; both in milliseconds.
    package struct Period: Sendable, Hashable {
        package var start: Int64
        package var offset: Int64

        package init(start: Int64, offset: Int64) {
            self.start = start
            self.offset = offset
        }
    }

    /// What the user called it.
    package let name: String
    /// The periods after the first, ascending.
    private let periods: [Period]
    private let firstOffset: Int64

    /// UTC.
    package static let utc = TimeZoneRule(name: "UTC", offset: 0)

    /// One offset for all times, in milliseconds.
    package init(name: String, offset: Int64) {
        self.name = name
        firstOffset = offset
        periods = []
    }

    /// Offsets that change; `periods` ascend, and `before` holds until the first of them.
    package init(name: String, before: Int64, periods: [Period]) {
        self.name = name
        firstOffset = before
        self.periods = periods
    }

    /// `UTC`, `Z`, `+01:00`, `-0530` or `+1`; nil for anything else.
    package init?(offset text: String) {
        if text == "UTC" || text == "Z" || text == "GMT" {
            self = .utc
            return
        }
        var bytes = Array(text.utf8)
        guard let sign = bytes.first, sign == UInt8(ascii: "+") || sign == UInt8(ascii: "-") else { return nil }
        bytes.removeFirst()
        if bytes.count == 5, bytes[2] == UInt8(ascii: ":") { bytes.remove(at: 2) }
        guard (1...4).contains(bytes.count), bytes.allSatisfy({ (0x30...0x39).contains($0) }),
            let digits = Int64(String(decoding: bytes, as: UTF8.self))
        else { return nil }
        let (hours, minutes) = bytes.count > 2 ? (digits / 100, digits % 100) : (digits, 0)
        guard hours <= 14, minutes < 60 else { return nil }
        let offset = (hours * 60 + minutes) * 60_000
        self.init(name: text, offset: sign == UInt8(ascii: "-") ? -offset : offset)
    }

    /// UTC for a local time, both in milliseconds; of a time that comes twice, the first, and of one that the clocks
    /// skipped, the instant at which they jumped or later.
    ///
    /// - Returns: the instant, and where the local time came twice the second.
    func instant(local: Int64) -> (instant: Int64, again: Int64?) {
        guard !periods.isEmpty else { return (local - firstOffset, nil) }
        var found: Int64?
        var again: Int64?
        var end = periods[0].start
        var offset = firstOffset
        // Only periods near the time can hold it: offsets are less than a day.
        var index = max(0, firstPeriod(after: local - 86_400_000 * 2) - 1)
        if index > 0 { (offset, end) = (periods[index - 1].offset, periods[index].start) }
        while true {
            let begin = index == 0 ? Int64.min : periods[index - 1].start
            let candidate = local - offset
            if candidate >= begin, candidate < end {
                if found == nil { found = candidate } else { again = again ?? candidate }
            }
            if begin > local, begin - local > 86_400_000 * 2 { break }
            guard index < periods.count else { break }
            offset = periods[index].offset
            index += 1
            end = index < periods.count ? periods[index].start : .max
        }
        // In the gap no clock showed it: read it by the offset before the jump.
        return (found ?? local - self.offset(at: local - 86_400_000), again)
    }

    private func offset(at instant: Int64) -> Int64 {
        let index = firstPeriod(after: instant)
        return index == 0 ? firstOffset : periods[index - 1].offset
    }

    /// The index of the first period that starts after an instant.
    private func firstPeriod(after instant: Int64) -> Int {
        var (lower, upper) = (0, periods.count)
        while lower < upper {
            let middle = (lower + upper) / 2
            if periods[middle].start <= instant { lower = middle + 1 } else { upper = middle }
        }
        return lower
    }
}
