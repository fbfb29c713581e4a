/// A moment as RFC 3339 writes it, kept as it was written.
package struct Timestamp: Sendable, Hashable, Comparable, CustomStringConvertible {
    /// The text: `2026-03-01T09:30:00.5Z`.
    package let text: String
    /// Seconds since 1970-01-01T00:00:00Z, leap seconds not counted.
    package let seconds: Double

    /// The moment that the text names, or nil where it is not RFC 3339 (`2026-03-01T09:30:00Z`).
    ///
    /// Years 1900 to 9999; a second of 60 is accepted, as RFC 3339 does for leap seconds.
    package init?(_ text: String) {
        var cursor = Cursor(bytes: Array(text.utf8.prefix(64)))
        guard text.utf8.count <= 64,
            let year = cursor.digits(4), year >= 1900, cursor.take("-"),
            let month = cursor.digits(2), (1...12).contains(month), cursor.take("-"),
            let day = cursor.digits(2), day >= 1, day <= Self.days(in: month, of: year),
            cursor.take("T") || cursor.take("t") || cursor.take(" "),
            let hour = cursor.digits(2), hour < 24, cursor.take(":"),
            let minute = cursor.digits(2), minute < 60, cursor.take(":"),
            let second = cursor.digits(2), second <= 60
        else { return nil }
        var fraction = 0.0
        if cursor.take(".") {
            guard let read = cursor.fraction() else { return nil }
            fraction = read
        }
        guard let offset = cursor.zoneSeconds(), cursor.isAtEnd else { return nil }
        self.text = text
        let clock = hour * 3600 + minute * 60 + second - offset
        seconds = Double(Self.dayNumber(year, month, day) * 86_400 + clock) + fraction
    }

    /// The text, as written.
    package var description: String { text }

    /// Whether the first moment is before the second.
    package static func < (a: Timestamp, b: Timestamp) -> Bool { a.seconds < b.seconds }

    private static func days(in month: Int, of year: Int) -> Int {
        switch month {
        case 2: year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) ? 29 : 28
        case 4, 6, 9, 11: 30
        default: 31
        }
    }

    /// Days since 1970-01-01 in the Gregorian calendar; the year is taken to begin in March.
    private static func dayNumber(_ year: Int, _ month: Int, _ day: Int) -> Int {
        let year = month <= 2 ? year - 1 : year
        let dayOfYear = (153 * ((month + 9) % 12) + 2) / 5 + day - 1
        return year * 365 + year / 4 - year / 100 + year / 400 + dayOfYear - 719_468
    }

    private struct Cursor {
        let bytes: [UInt8]
        var index = 0

        var isAtEnd: Bool { index == bytes.count }

        mutating func take(_ character: Unicode.Scalar) -> Bool {
            guard index < bytes.count, bytes[index] == UInt8(ascii: character) else { return false }
            index += 1
            return true
        }

        mutating func digit() -> Int? {
            guard index < bytes.count, (0x30...0x39).contains(bytes[index]) else { return nil }
            index += 1
            return Int(bytes[index - 1] - 0x30)
        }

        mutating func digits(_ count: Int) -> Int? {
            var number = 0
            for _ in 0..<count {
                guard let digit = digit() else { return nil }
                number = number * 10 + digit
            }
            return number
        }

        mutating func fraction() -> Double? {
            var (number, scale) = (0.0, 1.0)
            guard let first = digit() else { return nil }
            (number, scale) = (Double(first), 10)
            while let digit = digit() { (number, scale) = (number * 10 + Double(digit), scale * 10) }
            return number / scale
        }

        mutating func zoneSeconds() -> Int? {
            if take("Z") || take("z") { return 0 }
            let sign: Int
            if take("+") { sign = 1 } else if take("-") { sign = -1 } else { return nil }
            guard let hours = digits(2), hours < 24, take(":"), let minutes = digits(2), minutes < 60 else {
                return nil
            }
            return sign * (hours * 3600 + minutes * 60)
        }
    }
}
