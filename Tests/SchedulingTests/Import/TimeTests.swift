import Testing

@testable import Scheduling

@Suite struct TimeTests {
    private func time(_ text: String) -> CalendarTime? {
        let bytes = Array(text.utf8)
        return CalendarTime(bytes.span, FieldRange(0, bytes.count))
    }

    @Test(
        arguments: [
            ("1970-01-01", 0), ("1970-01-01T00:00:01", 1_000), ("2000-02-29 12:00", 951_825_600_000),
            ("2023-11-16 18:15:46.6805900", 1_700_158_546_680), ("2023-11-16T18:15:46Z", 1_700_158_546_000),
            ("2023-11-16T18:15:46+01:00", 1_700_154_946_000), ("2023-11-16T18:15:46-0530", 1_700_178_346_000),
            ("2023/11/16 18:15:46 UTC", 1_700_158_546_000), ("9999-12-31T23:59:60", 253_402_300_800_000),
        ] as [(String, Int64)]
    )
    func `a time is milliseconds since 1970`(_ text: String, _ milliseconds: Int64) {
        #expect(time(text)?.milliseconds == milliseconds)
    }

    @Test(arguments: [
        "", "2023", "2023-13-01", "2023-02-29", "1900-02-29", "2023-04-31", "0000-01-01", "2023-01-00",
        "2023-01-01T24:00:00",
        "2023-01-01T10:60", "2023-01-01T10:00:61", "2023-01-01x", "2023-01-01T10:00:00+15:00", "2023-01-01T10:00:00.",
        "20230101",
        "2023-01-01T10:00:00 CEST",
    ])
    func `what is no time is none`(_ text: String) {
        #expect(time(text) == nil)
    }

    /// The day count against counting days one by one.
    @Test func `days are counted as the calendar has them`() {
        var expected: Int64 = -25_567
        for year in Int64(1900)...2110 {
            for month in Int64(1)...12 {
                for day in Int64(1)...31 {
                    guard let days = CalendarTime.days(year, month, day) else { continue }
                    #expect(days == expected)
                    expected += 1
                }
            }
        }
        #expect(CalendarTime.days(2111, 1, 1) == expected)
    }

    /// Europe/Berlin in 2026: forward on 29 March and back on 25 October, both at 01:00 UTC.
    @Test func `clocks that change are read by the rule in force`() {
        let (march, october): (Int64, Int64) = (1_774_746_000_000, 1_792_890_000_000)
        let berlin = TimeZoneRule(
            name: "Europe/Berlin",
            before: 3_600_000,
            periods: [.init(start: march, offset: 7_200_000), .init(start: october, offset: 3_600_000)]
        )
        // For every instant but those of the repeated hour, the local time leads back to it.
        for hour in Int64(-48)...48 {
            for turn in [march, october] {
                let instant = turn + hour * 1_800_000
                let offset: Int64 = instant >= march && instant < october ? 7_200_000 : 3_600_000
                let (found, again) = berlin.instant(local: instant + offset)
                let repeated = turn == october && (-2..<2).contains(hour)
                #expect(again == (repeated ? found + 3_600_000 : nil))
                #expect(found == (repeated && hour >= 0 ? instant - 3_600_000 : instant))
            }
        }
        // 02:30 on the day of the jump never was; it is read by the offset before.
        #expect(berlin.instant(local: march + 5_400_000).instant == march + 1_800_000)
    }

    @Test(
        arguments: [
            ("UTC", 0), ("Z", 0), ("+01:00", 3_600_000), ("-0530", -19_800_000), ("+1", 3_600_000), ("+14", 50_400_000),
        ] as [(String, Int64)]
    )
    func `offsets are read`(_ text: String, _ offset: Int64) {
        #expect(TimeZoneRule(offset: text)?.instant(local: 0).instant == -offset)
    }

    @Test(arguments: ["", "+", "Berlin", "+25:00", "+01:60", "+1:2:3", "01:00"])
    func `what is no offset is none`(_ text: String) {
        #expect(TimeZoneRule(offset: text) == nil)
    }

    @Test(
        arguments: [
            ("00:00:01", 1_000), ("1-00:00:00", 86_400_000), ("10:00", 600_000), ("00:00.500", 500),
            ("123:00:00", 442_800_000),
        ] as [(String, Int64)]
    )
    func `Slurm's durations are read`(_ text: String, _ milliseconds: Int64) {
        let bytes = Array(text.utf8)
        #expect(SlurmText.duration(bytes.span, FieldRange(0, bytes.count)) == .milliseconds(milliseconds))
    }

    @Test(arguments: [
        "", "5", "1-", "1-2-3:00", "::", "a:b", "1:2:3:4", "1:2.", "00:00.x", "1-25:00:00", "0-24:00:00", "00:60:00",
        "00:61", "-1:00:00",
    ])
    func `what is no duration is malformed`(_ text: String) {
        let bytes = Array(text.utf8)
        #expect(SlurmText.duration(bytes.span, FieldRange(0, bytes.count)) == .malformed)
    }

    @Test(
        arguments: [
            ("64G", 65_536), ("512M", 512), ("1K", 1), ("1.5T", 1_572_864), ("4000Mn", 4_000), ("100", 100), ("0", 0),
        ] as [(String, Int64)]
    )
    func `Slurm's sizes are read`(_ text: String, _ mib: Int64) {
        let bytes = Array(text.utf8)
        #expect(SlurmText.memoryMiB(bytes.span, FieldRange(0, bytes.count))?.mib == mib)
    }
}
