import Documents
import Estate
import Scheduling

/// How a decision took the jobs of its trace: replayed the same way, they wait on the estate that it chose as it said they would.
struct DecidedReplay: Sendable {
    /// What it knew of a workload.
    struct Workload: Sendable {
        var terms: WorkloadTerms
        var overheads: [DeploymentModel: Double]
    }

    var recordedUnder: DeploymentModel
    var recordedStartUpMilliseconds: Int64
    /// By name.
    var workloads: [String: Workload] = [:]
    /// What each platform costs a job, the workloads' own overheads aside.
    var platforms: [DeploymentModel: ModelOverheads] = [:]

    /// Reads `replay` of a decision.json; nil where it is of a version that did not say so much.
    ///
    /// - Throws: where it lacks a platform or a workload of the estate chosen: what nothing says would cost nothing.
    init?(_ replay: Reader, for parts: [MixedOptions.Part]) throws(DocumentError) {
        let fields = try replay.mapping()
        guard let startUp = fields["recorded_start_up_s"], let platforms = fields["platforms"] else { return nil }
        recordedStartUpMilliseconds = try Self.milliseconds(startUp)
        recordedUnder = try Self.model(fields.require("recorded_under"))
        for entry in try platforms.array(maximum: 16) {
            let bill = try entry.mapping()
            self.platforms[try Self.model(bill.require("model"))] = ModelOverheads(
                startUpMilliseconds: try Self.milliseconds(bill.require("start_up_s")),
                repartitionMilliseconds: try Self.milliseconds(bill.require("instance_creation_s")),
                switching: try bill.require("switching").double(in: 0...100),
                interference: try bill.require("interference").double(in: 0...100)
            )
        }
        for entry in try fields.require("workloads").array(maximum: 10_000) {
            let workload = try entry.mapping()
            var overheads: [DeploymentModel: Double] = [:]
            for (key, value) in try workload.require("overhead").mapping(maximum: 16).members {
                guard let model = DeploymentModel(rawValue: key) else {
                    throw value.fail("is of no deployment model")
                }
                overheads[model] = try value.double(in: -1...100)
            }
            workloads[try workload.require("name").string()] = Workload(
                terms: WorkloadTerms(
                    activity: try workload.require("activity").double(in: 0...1),
                    need: try workload.require("compute_need").double(in: 0...1),
                    leastSpeed: try workload.require("least_speed").double(in: 0...1_000),
                    memoryMiB: Int32(clamping: try workload.require("memory_mib").int(in: 0...1_000_000_000)),
                    bareMetalShare: try workload.require("bare_metal_share").double(in: 0...1_000)
                ),
                overheads: overheads
            )
        }
        for part in parts {
            guard self.platforms[part.model] != nil else {
                throw platforms.fail("lack \(part.model), which the estate chosen has; decide again")
            }
            for name in part.workloads where workloads[name] == nil {
                throw replay.fail("has no workload '\(name)', which the estate chosen serves; decide again")
            }
        }
    }

    /// The jobs in the work that they are on the estate chosen.
    ///
    /// - Parameters:
    ///   - trace: the jobs as recorded.
    ///   - selector: the position of each job's selector in `parts`, all selectors in a row; negative for none.
    ///   - parts: of the estate, from the same decision.
    ///   - geometry: of its GPUs.
    /// - Returns: durations stretched by the overheads of the models chosen.
    /// - Throws: ``SimulationError``, as the engine, and for parts of another decision.
    func work(
        _ trace: Trace,
        _ selector: ContiguousArray<Int32>,
        _ parts: [MixedOptions.Part],
        _ geometry: MIGGeometry?
    ) throws(SimulationError) -> WorkTrace {
        var known: [WorkloadTerms] = []
        var overheads: [Double] = []
        for part in parts {
            for name in part.workloads {
                guard let workload = workloads[name] else {
                    throw .option("the decision's replay has no workload '\(name)'; decide again")
                }
                known.append(workload.terms)
                overheads.append(workload.overheads[part.model] ?? 0)
            }
        }
        var own = trace
        for index in 0..<own.count {
            var job = own[index]
            // A job of no part is refused whatever it needs.
            job.speedClass = max(selector[index], 0)
            own[index] = job
        }
        var recorded = ModelOverheads()
        recorded.startUpMilliseconds = recordedStartUpMilliseconds
        let jobs = try NormalisedJobs(
            own,
            known,
            under: RecordedModel(recordedUnder, overheads: recorded, geometry: geometry)
        )
        let stretched = jobs.stretched(zip(known, overheads).map { $0.stretch($1) })
        return try WorkTrace(
            stretched,
            under: RecordedModel(.bareMetal),
            traits: TraitTable(classes: zip(known, overheads).map { $0.traits($1) })
        )
    }

    private static func milliseconds(_ reader: Reader) throws(DocumentError) -> Int64 {
        Int64((try reader.double(in: 0...1e9, unit: "seconds") * 1_000).rounded())
    }

    private static func model(_ reader: Reader) throws(DocumentError) -> DeploymentModel {
        guard let model = DeploymentModel(rawValue: try reader.string()) else {
            throw reader.fail("is not a deployment model")
        }
        return model
    }
}
