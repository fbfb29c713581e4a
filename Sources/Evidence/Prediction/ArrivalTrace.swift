/// When requests came, from a file: the first column, one request a line.
package enum ArrivalTrace {
    /// The most arrivals read.
    package static let most = 5_000_000

    /// Seconds from the first arrival, ascending.
    ///
    /// The first column (up to a comma, semicolon or tab) is seconds as a number, or a time such as
    /// `2023-11-16 18:15:46.68`; a first line that is neither is a header.
    package static func times(_ text: String, file: String) throws(PredictionError) -> [Double] {
        var times: [Double] = []
        var number = 0
        for line in text.utf8.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false) {
            number += 1
            let column = line.prefix { $0 != UInt8(ascii: ",") && $0 != UInt8(ascii: ";") && $0 != UInt8(ascii: "\t") }
            let word = String(decoding: column, as: UTF8.self).filter { $0 != "\r" && $0 != "\"" }
            let trimmed = String(word.drop { $0 == " " })
            guard !trimmed.isEmpty else { continue }
            guard let seconds = seconds(trimmed) else {
                if number == 1 { continue }
                throw .unusable(
                    "\(file):\(number): '\(trimmed.prefix(40))' is no time; expected seconds, or a time such as "
                        + "2023-11-16 18:15:46.68, in the first column"
                )
            }
            if let last = times.last, seconds < last {
                throw .unusable(
                    "\(file):\(number): is before the line above it; expected arrivals in order, so sort them"
                )
            }
            guard times.count < most else { throw .unusable("\(file): has more than \(most) arrivals; cut it") }
            times.append(seconds)
        }
        guard let first = times.first else { throw .unusable("\(file): has no arrival; expected one time a line") }
        return times.map { $0 - first }
    }

    private static func seconds(_ word: String) -> Double? {
        if let number = Double(word) { return number.isFinite && abs(number) < 1e12 ? number : nil }
        let parts = word.split { $0 == " " || $0 == "T" }
        guard parts.count == 2 else { return nil }
        let date = parts[0].split(separator: "-").compactMap { Int($0) }
        let clock = parts[1].filter { $0 != "Z" }.split(separator: ":")
        guard date.count == 3, clock.count == 3, let hour = Int(clock[0]), let minute = Int(clock[1]),
            let second = Double(clock[2]), (1...9999).contains(date[0]), (1...12).contains(date[1]),
            (1...31).contains(date[2]), (0...23).contains(hour), (0...59).contains(minute), (0...61).contains(second)
        else { return nil }
        // Days from the civil calendar, years beginning in March.
        let year = date[1] <= 2 ? date[0] - 1 : date[0]
        let era = year / 400
        let yearOfEra = year - era * 400
        let month = (date[1] + 9) % 12
        let dayOfYear = (153 * month + 2) / 5 + date[2] - 1
        let days = era * 146_097 + yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear
        return Double(days) * 86_400 + Double(hour * 3_600 + minute * 60) + second
    }
}
