/// A day of the proleptic Gregorian calendar.
package struct CalendarDate: Sendable, Hashable, Comparable, CustomStringConvertible {
    package let year: Int
    package let month: Int
    package let day: Int

    /// Makes a date, or nothing when there is no such day between the years 1970 and 2200.
    package init?(year: Int, month: Int, day: Int) {
        guard (1970...2200).contains(year), (1...12).contains(month), day >= 1 else { return nil }
        guard day <= CalendarDate.days(inMonth: month, of: year) else { return nil }
        self.year = year
        self.month = month
        self.day = day
    }

    /// Reads `2026-11-22`, or `2026-11` for the first of that month.
    package init?(_ text: String) {
        let parts = text.split(separator: "-", omittingEmptySubsequences: false)
        guard parts.count == 2 || parts.count == 3, parts[0].utf8.count == 4 else { return nil }
        var numbers: [Int] = []
        for (index, part) in parts.enumerated() {
            guard index == 0 || part.utf8.count == 2, part.utf8.allSatisfy({ (48...57).contains($0) }),
                let number = Int(part)
            else { return nil }
            numbers.append(number)
        }
        self.init(year: numbers[0], month: numbers[1], day: numbers.count == 3 ? numbers[2] : 1)
    }

    private static func days(inMonth month: Int, of year: Int) -> Int {
        switch month {
        case 4, 6, 9, 11: 30
        case 2: year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) ? 29 : 28
        default: 31
        }
    }

    /// Days since 0000-03-01, by Howard Hinnant's days_from_civil.
    package var dayNumber: Int {
        let shifted = month <= 2 ? year - 1 : year
        let era = shifted / 400
        let yearOfEra = shifted - era * 400
        let dayOfYear = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1
        return era * 146_097 + yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear
    }

    /// Years from this day to another, in years of 365.25 days; negative when the other is earlier.
    package func years(to other: CalendarDate) -> Double {
        Double(other.dayNumber - dayNumber) / 365.25
    }

    package static func < (left: CalendarDate, right: CalendarDate) -> Bool {
        left.dayNumber < right.dayNumber
    }

    package var description: String {
        let month = month < 10 ? "0\(month)" : "\(month)"
        let day = day < 10 ? "0\(day)" : "\(day)"
        return "\(year)-\(month)-\(day)"
    }
}
