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

    private static let epoch: CalendarDate = {
        guard let date = CalendarDate(year: 1970, month: 1, day: 1) else {
            preconditionFailure("the first day of 1970 exists")
        }
        return date
    }()
}
