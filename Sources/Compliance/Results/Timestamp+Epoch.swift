internal import Evidence

extension Timestamp {
    /// A moment as RFC 3339 in UTC, to the second; moments beyond the years 1970 to 9999 are cut to them.
    init(epochSeconds: Double) {
        let whole = Int(min(max(epochSeconds.rounded(.down), 0), 253_402_300_799))
        let (day, clock) = whole.quotientAndRemainder(dividingBy: 86_400)
        // Howard Hinnant's civil_from_days.
        let shifted = day + 719_468
        let era = shifted / 146_097
        let dayOfEra = shifted - era * 146_097
        let yearOfEra = (dayOfEra - dayOfEra / 1_460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let part = (5 * dayOfYear + 2) / 153
        let month = part < 10 ? part + 3 : part - 9
        let year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
        func two(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }
        let date = "\(year)-\(two(month))-\(two(dayOfYear - (153 * part + 2) / 5 + 1))"
        let time = "\(two(clock / 3_600)):\(two(clock / 60 % 60)):\(two(clock % 60))"
        guard let moment = Timestamp("\(date)T\(time)Z") else {
            preconditionFailure("a moment between 1970 and 9999 has a spelling")
        }
        self = moment
    }
}
