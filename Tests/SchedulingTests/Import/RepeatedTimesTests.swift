import Scheduling
import Testing

/// Clocks in Berlin were set back at 01:00 UTC on 25 October 2026, from 03:00 to 02:00.
@Suite struct RepeatedTimesTests {
    private static let options: TraceImportOptions = {
        var options = TraceImportOptions()
        options.zone = TimeZoneRule(
            name: "Europe/Berlin",
            before: 7_200_000,
            periods: [.init(start: 1_792_890_000_000, offset: 3_600_000)]
        )
        return options
    }()

    /// A row of sacct on that day, by its clocks.
    private static func row(
        _ id: Int,
        _ submit: String,
        _ start: String,
        _ end: String,
        elapsed: Int,
        eligible: String = "Unknown"
    ) -> String {
        func day(_ clock: String) -> String { clock == "Unknown" ? clock : "2026-10-25T\(clock):00" }
        return SacctTests.row(
            "\(id)",
            submit: day(submit),
            eligible: day(eligible),
            start: day(start),
            end: day(end),
            elapsed: "\(elapsed)"
        )
    }

    struct Case: Sendable {
        var rows: String
        /// Minutes after 00:00 UTC, 02:00 in Berlin, of each submission and start, in the order of the file.
        var minutes: [[Int64]]
        var ambiguous = 0
    }

    @Test(arguments: [
        // It ran over the change: 80 minutes and 20.
        Case(rows: row(1, "01:50", "02:50", "02:10", elapsed: 1_200), minutes: [[-10, 50]]),
        Case(rows: row(1, "01:50", "02:10", "02:30", elapsed: 4_800), minutes: [[-10, 10]]),
        // What the end leaves open, and what it does not.
        Case(rows: row(1, "01:50", "02:40", "03:00", elapsed: 1_200), minutes: [[-10, 100]]),
        Case(rows: row(1, "01:50", "02:40", "03:00", elapsed: 4_800), minutes: [[-10, 40]]),
        Case(rows: row(1, "01:50", "02:10", "02:30", elapsed: 1_200), minutes: [[-10, 10]], ambiguous: 1),
        // A job cannot start before it came; without a wait both are of one instant.
        Case(rows: row(1, "02:40", "02:05", "03:05", elapsed: 3_600), minutes: [[40, 65]]),
        Case(rows: row(1, "02:40", "02:40", "02:50", elapsed: 4_200), minutes: [[40, 40]]),
        Case(rows: row(1, "02:40", "02:40", "03:40", elapsed: 3_600), minutes: [[100, 100]]),
        // A row counts once, however many of its times stay open.
        Case(
            rows: row(1, "02:10", "02:20", "02:50", elapsed: 1_800, eligible: "02:15"),
            minutes: [[15, 20]],
            ambiguous: 1
        ),
        // Later numbers came later.
        Case(
            rows: row(1, "02:50", "02:55", "02:10", elapsed: 900) + row(2, "02:05", "03:10", "03:20", elapsed: 600)
                + row(3, "02:55", "03:10", "03:20", elapsed: 600),
            minutes: [[50, 55], [65, 130], [115, 130]]
        ),
        // A number that stands lower came earlier, and says nothing.
        Case(
            rows: row(5, "02:50", "02:55", "02:10", elapsed: 900) + row(2, "02:05", "03:10", "03:20", elapsed: 600),
            minutes: [[50, 55], [5, 130]],
            ambiguous: 1
        ),
    ])
    func `the rest of a row says which of two times was meant`(_ item: Case) throws {
        let imported = try Read.trace(SacctTests.header + item.rows, Self.options)
        let midnight: Int64 = 1_792_886_400_000
        let origin = try #require(imported.trace.epochMilliseconds) - midnight
        let found = Read.jobs(imported).enumerated().map { index, job in
            (job.id, [(job.submit + origin) / 60_000, (imported.recordedStart[index] + origin) / 60_000])
        }
        let numbers = item.rows.split(separator: "\n").compactMap { Int64($0.prefix { $0 != "|" }) }
        #expect(numbers.compactMap { number in found.first { $0.0 == number }?.1 } == item.minutes)
        #expect(imported.audit.count(.ambiguousTime) == item.ambiguous)
        #expect(imported.audit.count(.durationDisagrees) == 0)
        #expect(imported.audit.count(.startsBeforeSubmit) == 0)
    }

    @Test func `rows of a table in the order of submission keep it`() throws {
        func table(_ clocks: [String]) -> String {
            "job,submit,duration_s,gpus\n"
                + clocks.enumerated().map { "j\($0.offset),2026-10-25 \($0.element):00,60,1\n" }.joined()
        }
        let ordered = try Read.trace(table(["02:20", "02:50", "02:05", "02:30", "03:10"]), Self.options)
        #expect(ordered.trace.submit.map { $0 / 60_000 } == [0, 30, 45, 70, 110])
        #expect(ordered.audit.count(.unsorted) == 0)
        // The first two fit both.
        #expect(ordered.audit.count(.ambiguousTime) == 2)
        // Where a row above was late, the order says nothing.
        let unordered = try Read.trace(table(["04:00", "02:50", "02:05"]), Self.options)
        #expect(unordered.trace.submit.map { $0 / 60_000 } == [0, 45, 175])
        #expect(unordered.audit.count(.ambiguousTime) == 2)
    }

    @Test func `a table's length may say it as well`() throws {
        let text = """
            job,submit,start,end,duration_s,gpus
            a,2026-10-25 01:50:00,2026-10-25 02:50:00,2026-10-25 02:10:00,1200,1
            b,2026-10-25 01:50:00,2026-10-25 02:50:00,2026-10-25 02:10:00,,1

            """
        let imported = try Read.trace(text, Self.options)
        #expect(Array(imported.trace.duration) == [1_200_000, 1_200_000])
        #expect(Read.findings(imported).isEmpty)
    }

    @Test(arguments: [Int64.min, .max], [1, Int64.min, .max])
    func `numbers beyond any time beside a time that came twice are counted`(_ time: Int64, _ length: Int64) throws {
        let came = "2026-10-25 02:10:00"
        let imported = try Read.trace(
            """
            job,submit,start,end,duration_s,gpus
            a,\(came),\(came),\(time),\(length),1
            b,\(came),\(time),\(came),\(length),1
            c,\(came),\(came),2026-10-25 03:10:00,7200,1

            """,
            Self.options
        )
        #expect(imported.trace.count == 1 && imported.audit.rows == 3)
    }
}
