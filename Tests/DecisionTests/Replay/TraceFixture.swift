import Estate
import Probability
import Scheduling
import Study
import Testing

@testable import Decision

/// Traces written in the test, read as a user's file is read.
enum TraceFixture {
    /// One kind of jobs: arrivals by the seed, evenly over the days.
    struct Kind {
        var team: String
        var perDay: Double
        var hours: Double
        var gpus = 1
        var memoryMiB = 4_096
        var nodes = 0
    }

    static let header = "job,submit_s,duration_s,gpus,gpu_memory_mib,nodes,team"

    /// The rows of some kinds over days, in order of submission; lengths are exponential about the mean.
    static func csv(_ kinds: [Kind], days: Int = 14, seed: UInt64 = 11) -> String {
        var rows: [(submit: Int, text: String)] = []
        for (index, kind) in kinds.enumerated() {
            var random = RandomGenerator(seed: seed, stream: UInt64(index) + 1)
            let count = Int(kind.perDay * Double(days))
            for _ in 0..<count {
                let submit = Int(random.uniform() * Double(days) * 86_400)
                let length = -Double.log2Natural(max(random.uniform(), 1e-12)) * kind.hours * 3_600
                let duration = max(Int(length), 60)
                rows.append(
                    (submit, "\(submit),\(duration),\(kind.gpus),\(kind.memoryMiB),\(kind.nodes),\(kind.team)")
                )
            }
        }
        let sorted = rows.sorted { ($0.submit, $0.text) < ($1.submit, $1.text) }
        return header + "\n" + sorted.enumerated().map { "\($0.offset + 1),\($0.element.text)\n" }.joined()
    }

    static func read(_ text: String, file: String = "trace.csv") throws -> RecordedTrace {
        var importer = TraceImporter(file: file, options: TraceImportOptions())
        try importer.consume(Array(text.utf8).span)
        return RecordedTrace(
            imported: try importer.finish(),
            file: file,
            sha256: String(repeating: "0123456789abcdef", count: 4)
        )
    }

    /// A study whose workloads are the teams of a trace, demand left to the trace.
    static func study(
        _ teams: [String],
        _ models: [DeploymentModel],
        overhead: [DeploymentModel: Distribution] = [:],
        activity: Double = 1,
        need: Double = 1,
        recordedUnder: DeploymentModel = .bareMetal,
        startUp: Double = 0,
        promise: WaitObjective = WaitObjective(percent: 95, seconds: 600),
        draws: Int = 256
    ) throws -> Study {
        let workloads = try teams.map { team in
            var workload = try Fixture.workload(team, on: recordedUnder, activity: activity, need: need, memory: 4)
            for (model, distribution) in overhead {
                workload.overhead[model] = Fixture.quantity(
                    "workloads.\(team).overhead.\(model.rawValue)",
                    distribution
                )
            }
            workload.jobs = TracedJobs(selector: JobSelector(teams: [team]))
            workload.leastSpeed = try Fixture.quantity("workloads.\(team).least_speed", 0.1)
            return workload
        }
        let platforms = try models.map { model in
            var platform = try Fixture.platform(model, people: 1)
            platform.replay = ReplayTerms(
                startUp: try Fixture.quantity("platforms.\(model).start_up_s", model.isVirtual ? startUp : 0),
                creation: try Fixture.quantity("platforms.\(model).instance_creation_s", 0),
                switching: try Fixture.quantity("platforms.\(model).switching", 0)
            )
            return platform
        }
        var study = try Fixture.study(workloads, platforms, today: models.last ?? .bareMetal, hosts: 1, draws: draws)
        study.facility.availability = try Fixture.quantity("prices.availability", 1)
        study.trace = StudyTrace(file: "trace.csv", recordedUnder: recordedUnder, promise: promise)
        return study
    }
}

extension Double {
    /// The natural logarithm without Foundation: from the exponent and a series of the significand.
    fileprivate static func log2Natural(_ value: Double) -> Double {
        let fraction = value.significand
        let z = (fraction - 1) / (fraction + 1)
        var (sum, power) = (0.0, z)
        for term in stride(from: 1, to: 40, by: 2) {
            sum += power / Double(term)
            power *= z * z
        }
        return 2 * sum + Double(value.exponent) * 0.693_147_180_559_945_3
    }
}
