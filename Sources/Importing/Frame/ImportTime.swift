package import Evidence

/// Moments as other tools write them.
package enum ImportTime {
    /// The moment so many milliseconds after 1970-01-01T00:00:00Z; nil before, or after the year 9999.
    package static func unix(milliseconds: Double) -> Timestamp? {
        guard milliseconds.isFinite, milliseconds >= 0, milliseconds < 253_402_300_800_000 else { return nil }
        let whole = Int(milliseconds.rounded(.down))
        let (seconds, rest) = (whole / 1000, whole % 1000)
        let (year, month, day) = date(daysSince1970: seconds / 86_400)
        let clock = seconds % 86_400
        let text =
            "\(padded(year, 4))-\(padded(month, 2))-\(padded(day, 2))T\(padded(clock / 3600, 2)):"
            + "\(padded(clock / 60 % 60, 2)):\(padded(clock % 60, 2))"
        return Timestamp(text + (rest > 0 ? "." + padded(rest, 3) : "") + "Z")
    }

    /// The moment as mail writes it: `Sun, 22 Nov 2026 07:23:59 +0000`; nil for anything else.
    package static func mail(_ text: String) -> Timestamp? {
        let words = text.split { $0 == " " || $0 == "," }
        guard words.count >= 5, words.count <= 6, let month = months.firstIndex(of: String(words[2])),
            let day = Int(words[1]), (1...31).contains(day), let year = Int(words[3]), (1900...9999).contains(year)
        else { return nil }
        let zone = words.count > 5 ? words[5] : "GMT"
        let offset: String
        if zone == "GMT" || zone == "UTC" {
            offset = "Z"
        } else if zone.count == 5 {
            offset = "\(zone.prefix(3)):\(zone.suffix(2))"
        } else {
            return nil
        }
        return Timestamp("\(padded(year, 4))-\(padded(month + 1, 2))-\(padded(day, 2))T\(words[4])\(offset)")
    }

    private static let months = [
        "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
    ]

    private static func padded(_ number: Int, _ width: Int) -> String {
        let digits = String(number)
        return String(repeating: "0", count: max(0, width - digits.utf8.count)) + digits
    }

    /// The Gregorian date; the year is taken to begin in March, so that the day that leap years add is the last.
    private static func date(daysSince1970 days: Int) -> (year: Int, month: Int, day: Int) {
        let shifted = days + 719_468
        let era = shifted / 146_097
        let dayOfEra = shifted % 146_097
        let yearOfEra = (dayOfEra - dayOfEra / 1_460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let month = (5 * dayOfYear + 2) / 153
        let day = dayOfYear - (153 * month + 2) / 5 + 1
        let year = yearOfEra + era * 400 + (month >= 10 ? 1 : 0)
        return (year, month < 10 ? month + 3 : month - 9, day)
    }
}
