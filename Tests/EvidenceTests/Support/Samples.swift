import Documents
import Estate
import Evidence
import Probability

/// Records for tests, made the way users make them.
enum Sample {
    static let stepTime = Metric(name: "step_time", unit: "s", direction: .lower)
    static let rate = Metric(name: "throughput", unit: "tokens/s", direction: .higher)

    static func summary(_ values: [Double], metric: String = stepTime.name) throws -> SampleSummary {
        var builder = SeriesBuilder(metric: metric)
        for value in values { try builder.add(value) }
        return try builder.finish()
    }

    static func run(
        _ id: String,
        _ values: [Double],
        metric: Metric = stepTime,
        started: Int? = nil,
        conditions: [String: String] = [:]
    ) throws -> Run {
        Run(
            id: id,
            started: started.flatMap { minute in
                Timestamp(
                    "2026-03-01T\(minute / 60 < 10 ? "0" : "")\(minute / 60):\(minute % 60 < 10 ? "0" : "")\(minute % 60):00Z"
                )
            },
            conditions: conditions.map { Condition(name: $0.key, value: $0.value) },
            series: [try summary(values, metric: metric.name)]
        )
    }

    static func record(
        model: DeploymentModel? = nil,
        metrics: [Metric] = [stepTime],
        facts: [String: String] = [:],
        hosts: [String: [[Run]]],
        file: String = ""
    ) throws -> Record {
        let facts = facts.map { HostFact(name: $0.key, value: $0.value, evidence: "declared") }
        return try Record(
            Record.Content(
                declaredModel: model,
                metrics: metrics,
                hosts: hosts.keys.sorted().map { host in
                    Host(
                        id: host,
                        facts: facts,
                        boots: (hosts[host] ?? []).enumerated().map {
                            Boot(id: "boot-\(host)-\($0.offset)", runs: $0.element)
                        }
                    )
                }
            ),
            file: file
        )
    }

    /// A record of one host with one boot and a run for each value: a run is one sample.
    static func record(
        _ values: [Double],
        host: String,
        model: DeploymentModel? = nil,
        metric: Metric = stepTime,
        facts: [String: String] = [:],
        started: [Int]? = nil,
        pairs: [String]? = nil,
        boot: String = "1"
    ) throws -> Record {
        let runs = try values.enumerated().map { index, value in
            try run(
                "\(index + 1)",
                [value],
                metric: metric,
                started: started?[index],
                conditions: pairs.map { ["pair": $0[index]] } ?? [:]
            )
        }
        let facts = facts.map { HostFact(name: $0.key, value: $0.value, evidence: "declared") }
        return try Record(
            Record.Content(
                declaredModel: model,
                metrics: [metric],
                hosts: [Host(id: host, facts: facts, boots: [Boot(id: boot, runs: runs)])]
            )
        )
    }

    static func csv(_ text: String, metric: Metric = stepTime, _ change: (inout CSVRecordOptions) -> Void = { _ in })
        throws -> Record
    {
        var options = CSVRecordOptions(metric: metric)
        change(&options)
        return try CSVRecordParser.record(from: Array(text.utf8), file: "runs.csv", options: options).record
    }
}
