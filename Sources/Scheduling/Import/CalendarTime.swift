/// A time as a trace writes it: `2023-11-16 18:15:46.68`, with `T` or a space, with or without a zone.
struct CalendarTime: Sendable, Hashable {
    /// Milliseconds from 1970-01-01T00:00:00, in the zone if one was written, else on the local clock.
    var milliseconds: Int64
    /// Whether a zone was written; then ``milliseconds`` are UTC.
    var hasZone: Bool

    init(milliseconds: Int64, hasZone: Bool) {
        self.milliseconds = milliseconds
        self.hasZone = hasZone
    }

    /// Reads a field; nil when it is no time, or no day of the calendar.
    init?(_ bytes: Span<UInt8>, _ field: FieldRange) {
        var reader = Digits(at: Int(field.lower), end: Int(field.upper))
        guard let year = reader.number(bytes, 4), reader.skip(bytes, UInt8(ascii: "-"), UInt8(ascii: "/")),
            let month = reader.number(bytes, 2), reader.skip(bytes, UInt8(ascii: "-"), UInt8(ascii: "/")),
            let day = reader.number(bytes, 2), let days = Self.days(year, month, day)
        else { return nil }
        milliseconds = days * 86_400_000
        hasZone = false
        guard reader.at < reader.end else { return }
        guard reader.skip(bytes, UInt8(ascii: "T"), UInt8(ascii: " ")), let hour = reader.number(bytes, 2), hour < 24,
            reader.skip(bytes, UInt8(ascii: ":"), UInt8(ascii: ":")), let minute = reader.number(bytes, 2), minute < 60
        else { return nil }
        milliseconds += (hour * 60 + minute) * 60_000
        if reader.skip(bytes, UInt8(ascii: ":"), UInt8(ascii: ":")) {
            // 60 is a leap second: the first of the next minute.
            guard let second = reader.number(bytes, 2), second <= 60 else { return nil }
            milliseconds += second * 1_000
            if reader.skip(bytes, UInt8(ascii: "."), UInt8(ascii: ",")) {
                guard let fraction = reader.thousandths(bytes) else { return nil }
                milliseconds += fraction
            }
        }
        guard let zone = reader.zone(bytes) else { return nil }
        if case .offset(let minutes) = zone {
            hasZone = true
            milliseconds -= minutes * 60_000
        }
    }

    /// Days from 1970-01-01 to a day of the Gregorian calendar; nil where there is no such day.
    static func days(_ year: Int64, _ month: Int64, _ day: Int64) -> Int64? {
        guard (1...9999).contains(year), (1...12).contains(month), day >= 1 else { return nil }
        let isLeap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
        let length: Int64 =
            month == 2 ? (isLeap ? 29 : 28) : (month == 4 || month == 6 || month == 9 || month == 11 ? 30 : 31)
        guard day <= length else { return nil }
        // Years that begin in March, so that the leap day is the last; 719,468 days from 0000-03-01 to 1970-01-01.
        let shifted = month > 2 ? year : year - 1
        let monthFromMarch = (month + 9) % 12
        let dayOfYear = (153 * monthFromMarch + 2) / 5 + day - 1
        return shifted * 365 + shifted / 4 - shifted / 100 + shifted / 400 + dayOfYear - 719_468
    }

    private enum Zone {
        case none
        case offset(Int64)
    }

    /// A cursor over digits.
    private struct Digits {
        var at: Int
        let end: Int

        mutating func number(_ bytes: Span<UInt8>, _ count: Int) -> Int64? {
            guard end - at >= count else { return nil }
            var value: Int64 = 0
            for _ in 0..<count {
                let digit = bytes[at] &- UInt8(ascii: "0")
                guard digit < 10 else { return nil }
                value = value * 10 + Int64(digit)
                at += 1
            }
            return value
        }

        mutating func skip(_ bytes: Span<UInt8>, _ one: UInt8, _ other: UInt8) -> Bool {
            guard at < end, bytes[at] == one || bytes[at] == other else { return false }
            at += 1
            return true
        }

        /// Digits after the point, cut after the third.
        mutating func thousandths(_ bytes: Span<UInt8>) -> Int64? {
            var value: Int64 = 0
            var count = 0
            while at < end {
                let digit = bytes[at] &- UInt8(ascii: "0")
                guard digit < 10 else { break }
                if count < 3 { value = value * 10 + Int64(digit) }
                count += 1
                at += 1
            }
            guard count > 0 else { return nil }
            for _ in count..<max(count, 3) { value *= 10 }
            return value
        }

        /// What stands behind the time: nothing, `Z`, ` UTC` or an offset; nil for anything else.
        mutating func zone(_ bytes: Span<UInt8>) -> Zone? {
            while at < end, bytes[at] == 0x20 { at += 1 }
            guard at < end else { return Zone.none }
            let rest = FieldRange(lower: Int32(clamping: at), upper: Int32(clamping: end))
            if Scan.equals(bytes, rest, "z") || Scan.equals(bytes, rest, "utc") { return .offset(0) }
            let isNegative = bytes[at] == UInt8(ascii: "-")
            guard skip(bytes, UInt8(ascii: "+"), UInt8(ascii: "-")), let hours = number(bytes, 2), hours <= 14 else {
                return nil
            }
            _ = skip(bytes, UInt8(ascii: ":"), UInt8(ascii: ":"))
            var minutes: Int64 = 0
            if at < end {
                guard let written = number(bytes, 2), written < 60, at == end else { return nil }
                minutes = written
            }
            let total = hours * 60 + minutes
            return .offset(isNegative ? -total : total)
        }
    }
}

/// The day of the date last read: most rows of a trace repeat it.
struct DayCache: Sendable {
    private var first: UInt64 = 0
    private var rest: UInt64 = 0
    private var milliseconds: Int64 = 0

    /// A time in the form `2023-11-16T18:15:46` or with a space; nil for any other, which ``CalendarTime`` may read.
    @inline(__always)
    mutating func time(_ bytes: Span<UInt8>, _ field: FieldRange) -> CalendarTime? {
        guard field.count == 19 else { return nil }
        let lower = Int(field.lower)
        let first = ByteWords.load(bytes, lower)
        // The last two bytes of the day, the letter between, and the time.
        let middle = ByteWords.load(bytes, lower + 8)
        let clock = ByteWords.load(bytes, lower + 11)
        let letter = UInt8(truncatingIfNeeded: middle >> 16)
        guard letter == UInt8(ascii: "T") || letter == UInt8(ascii: " ") else { return nil }
        // Digits and colons become their values and zero.
        let digits = clock ^ 0x3030_3A30_303A_3030
        guard ((digits & ~ByteWords.tops) &+ 0x7676_7F76_767F_7676 | digits) & ByteWords.tops == 0 else { return nil }
        func pair(_ shift: UInt64) -> Int64 {
            Int64(truncatingIfNeeded: ((digits >> shift) & 0xF) &* 10 &+ ((digits >> (shift + 8)) & 0xF))
        }
        let (hour, minute, second) = (pair(0), pair(24), pair(48))
        guard hour < 24, minute < 60, second <= 60 else { return nil }
        if first != self.first || middle & 0xFFFF != rest {
            guard let day = CalendarTime(bytes, FieldRange(lower, lower + 10)) else { return nil }
            (self.first, rest, milliseconds) = (first, middle & 0xFFFF, day.milliseconds)
        }
        return CalendarTime(
            milliseconds: milliseconds &+ ((hour &* 60 &+ minute) &* 60 &+ second) &* 1_000,
            hasZone: false
        )
    }
}
