import Evidence
import Glibc
import Study

/// The one place that reads the clock.
enum Clock {
    /// Today's date in UTC.
    static var today: CalendarDate {
        var seconds = time(nil)
        var parts = tm()
        gmtime_r(&seconds, &parts)
        let year = Int(parts.tm_year) + 1900
        // A clock before 1970 or after 2200 is set wrong; the study's own date should be given then.
        return CalendarDate(year: year, month: Int(parts.tm_mon) + 1, day: Int(parts.tm_mday)) ?? epoch
    }

    /// The moment in UTC, to the second.
    static var now: Timestamp {
        var seconds = time(nil)
        var parts = tm()
        gmtime_r(&seconds, &parts)
        func two(_ number: Int32) -> String { number < 10 ? "0\(number)" : "\(number)" }
        let clock = "\(two(parts.tm_hour)):\(two(parts.tm_min)):\(two(parts.tm_sec))"
        guard let now = Timestamp("\(today)T\(clock)Z") ?? Timestamp("1970-01-01T00:00:00Z") else {
            preconditionFailure("the first second of 1970 has a spelling")
        }
        return now
    }

    private static let epoch: CalendarDate = {
        guard let date = CalendarDate(year: 1970, month: 1, day: 1) else {
            preconditionFailure("the first day of 1970 exists")
        }
        return date
    }()
}
