import Evidence
import Glibc
import Testing

@testable import Probing

/// Records and files as the tests of pairs need them.
enum PairFixture {
    /// A record of one run of one value.
    static func record(
        host: String = "node",
        boot: String = "b1",
        value: Double,
        metric: Metric = Metric(name: "step_time", unit: "s", direction: .lower),
        facts: [HostFact] = [],
        runs: Int = 1,
        conditions: [Condition] = [],
        version: String = "1.0"
    ) throws -> Record {
        let made = try (0..<runs).map { number in
            var builder = SeriesBuilder(metric: metric.name)
            for step in 0..<5 { try builder.add(value * (1 + 0.001 * Double(step + number))) }
            return Run(
                id: "round-\(number + 1)",
                started: Timestamp("2020-05-05T00:00:0\(number)Z"),
                conditions: conditions,
                series: [try builder.finish()]
            )
        }
        return try Record(
            Record.Content(
                tool: .init(name: "assay measure", version: version),
                metrics: [metric],
                hosts: [Host(id: host, facts: facts, boots: [Boot(id: boot, runs: made)])]
            )
        )
    }

    /// The bytes of a file.
    static func read(_ path: String) throws -> [UInt8] {
        let file = try #require(fopen(path, "rb"))
        defer { fclose(file) }
        var bytes: [UInt8] = []
        while case let byte = fgetc(file), byte != EOF { bytes.append(UInt8(truncatingIfNeeded: byte)) }
        return bytes
    }

    /// Writes a file.
    static func write(_ path: String, _ bytes: [UInt8]) throws {
        let file = try #require(fopen(path, "wb"))
        defer { fclose(file) }
        #expect(fwrite(bytes, 1, bytes.count, file) == bytes.count)
    }
}
