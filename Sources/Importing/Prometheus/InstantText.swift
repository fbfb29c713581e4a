/// Instants in UTC as RFC 3339 writes them.
package enum InstantText {
    /// `2026-11-01T09:30:00Z`, with milliseconds where there are any.
    package static func text(_ milliseconds: Int64) -> String {
        // Years 1 to 9999 can be written; what is beyond is held at their ends.
        let clamped = min(max(milliseconds, -62_135_596_800_000), 253_402_300_799_999)
        let day = clamped.quotientAndRemainder(dividingBy: 86_400_000)
        var (days, rest) = (day.quotient, day.remainder)
        if rest < 0 { (days, rest) = (days - 1, rest + 86_400_000) }
        let (year, month, date) = calendar(days)
        let seconds = rest / 1_000
        let clock = [seconds / 3_600, seconds / 60 % 60, seconds % 60].map { padded($0, 2) }.joined(separator: ":")
        let fraction = rest % 1_000 > 0 ? "." + padded(rest % 1_000, 3) : ""
        return "\(padded(year, 4))-\(padded(month, 2))-\(padded(date, 2))T\(clock)\(fraction)Z"
    }

    /// `2026-11-01`.
    package static func date(_ milliseconds: Int64) -> String { String(text(milliseconds).prefix(10)) }

    /// The day of the Gregorian calendar that is so many days from 1970-01-01.
    private static func calendar(_ days: Int64) -> (Int64, Int64, Int64) {
        // Eras of 400 years that begin in March, so that the leap day is the last of its year.
        let shifted = days + 719_468
        let era = (shifted >= 0 ? shifted : shifted - 146_096) / 146_097
        let dayOfEra = shifted - era * 146_097
        let yearOfEra = (dayOfEra - dayOfEra / 1_460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let month = (5 * dayOfYear + 2) / 153
        let date = dayOfYear - (153 * month + 2) / 5 + 1
        let civil = month < 10 ? month + 3 : month - 9
        return (yearOfEra + era * 400 + (civil <= 2 ? 1 : 0), civil, date)
    }

    private static func padded(_ number: Int64, _ digits: Int) -> String {
        let text = String(number)
        return String(repeating: "0", count: max(0, digits - text.count)) + text
    }
}
