import Foundation
import Scheduling
import Testing

@Suite struct ExampleTraceTests {
    private static let path = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().deletingLastPathComponent().appendingPathComponent("Examples/traces/research.csv")

    @Test func `the trace that is shipped is the one that is generated`() throws {
        #expect(try [UInt8](Data(contentsOf: Self.path)) == ExampleTrace.csv())
        #expect(ExampleTrace.csv().count < 400_000)
        #expect(ExampleTrace.csv(seed: 1) != ExampleTrace.csv())
    }

    /// What Examples/traces/README.md states, within four standard errors.
    @Test func `its distributions are those that are stated`() throws {
        let imported = try Read.trace(ExampleTrace.csv())
        #expect(imported.audit.entries.isEmpty)
        let jobs = Read.jobs(imported)
        let stated: [(name: String, perDay: Double, byDay: Double, median: Double, sigma: Double)] = [
            ("notebook", 78, 0.85, 5_400, 1.1), ("batch", 90, 0.3, 1_800, 1.3), ("fine-tuning", 24, 0.6, 12_000, 1.0),
            ("training", 3, 0.7, 28_000, 0.9),
        ]
        for kind in stated {
            let number = try #require(imported.classes.firstIndex(of: kind.name))
            let mine = jobs.filter { Int($0.speedClass) == number }
            let expected = kind.perDay * 28
            #expect(abs(Double(mine.count) - expected) < 4 * expected.squareRoot())
            let office = mine.count { job in
                let (day, second) = (job.submit / 86_400_000 % 7, job.submit / 1_000 % 86_400)
                return day < 5 && (28_800..<72_000).contains(second)
            }
            // Of what comes evenly, 60 of 168 hours fall in the working day.
            let share = kind.byDay + (1 - kind.byDay) * 60 / 168
            #expect(abs(Double(office) - share * expected) < 4 * (share * expected).squareRoot())
            let lengths = mine.map { Double($0.duration) / 1_000 }.sorted()
            let error = 1.2533 * kind.sigma / Double(lengths.count).squareRoot()
            #expect(abs(log(lengths[lengths.count / 2] / kind.median)) < 4 * error)
        }
        let vision = try #require(imported.trace.teams.firstIndex(of: "vision"))
        let part = Double(jobs.count { Int($0.team) == vision }) / Double(jobs.count)
        #expect(abs(part - 0.32) < 4 * (0.32 * 0.68 / Double(jobs.count)).squareRoot())
        #expect(jobs.allSatisfy { $0.requested >= $0.duration && $0.requested % 900_000 == 0 })
    }
}
