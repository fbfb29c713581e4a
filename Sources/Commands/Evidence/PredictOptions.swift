import ArgumentParser
import Decision
import Documents
import Evidence
import NodeCommands
import Reporting
import Study

/// A bulk-synchronous job.
struct PredictScaleOptions: ParsableArguments {
    @Option(help: "Numbers of nodes, such as 1,2,8,64.")
    var nodes: String?

    @Option(help: "Ranks on each node.")
    var ranksPerNode = 1

    @Option(help: "Work of one step on one rank, in milliseconds, without noise and communication.")
    var stepMs: Double?

    @Option(help: "Synchronisations a step.")
    var syncs = 1.0

    @Option(help: "Share of the synchronisations that ranks wait at: communication that no computation hides.")
    var exposed = "100%"

    @Option(help: "How late a rank may be at a synchronisation before anyone waits, in milliseconds.")
    var slackMs = 0.0

    @Option(help: "MiB that each synchronisation sums over the nodes; without it communication is left out.")
    var messageMib: Double?

    @Option(help: "How they are summed: ring or tree.")
    var collective = "ring"

    @Flag(help: "Ranks sleep while they wait, so waking up (timer_wakeup) adds to every synchronisation.")
    var sleepingRanks = false

    var isAsked: Bool { nodes != nil || stepMs != nil }

    /// The question; nothing where none is asked.
    func question(level: Double, seed: UInt64) throws -> ScaleQuestion? {
        guard isAsked else { return nil }
        guard let nodes else { throw ValidationError("--step-ms needs --nodes, such as --nodes 1,2,8,64") }
        guard let stepMs else { throw ValidationError("--nodes needs --step-ms, the work of one step in milliseconds") }
        try Arguments.require(stepMs, in: 0.001...1e9, option: "--step-ms", unit: "milliseconds")
        try Arguments.require(syncs, in: 1...1e7, option: "--syncs", unit: "synchronisations a step")
        try Arguments.require(slackMs, in: 0...1e9, option: "--slack-ms", unit: "milliseconds")
        try Arguments.require(ranksPerNode, in: 1...1_000_000, option: "--ranks-per-node")
        try Arguments.require(messageMib, in: 1e-6...1e9, option: "--message-mib", unit: "MiB")
        let counts = try nodes.split(separator: ",", omittingEmptySubsequences: false).map { word -> Int in
            guard let count = Int(word) else {
                throw ValidationError("--nodes '\(word)' is not a whole number; write them as 1,2,8,64")
            }
            return count
        }
        guard let algorithm = CollectiveCost.Algorithm(rawValue: collective) else {
            throw ValidationError("--collective '\(collective)' is not ring or tree")
        }
        var seen: Set<Int> = []
        var question = ScaleQuestion(
            stepSeconds: stepMs * 1e-3,
            synchronisations: syncs,
            nodes: counts.sorted().filter { seen.insert($0).inserted }
        )
        question.exposed = try Arguments.share(exposed, option: "--exposed", in: 0...1)
        question.slackSeconds = slackMs * 1e-3
        question.ranksPerNode = ranksPerNode
        question.messageBytes = messageMib.map { $0 * 1_048_576 }
        question.algorithm = algorithm
        question.sleeps = sleepingRanks
        question.level = level
        question.seed = seed
        do { try question.check() } catch { throw ValidationError(error.description) }
        return question
    }
}

/// A service under load.
struct PredictTailOptions: ParsableArguments {
    @Option(help: "Requests a second over the whole fleet, such as 50 or 10,20,50.")
    var rate: String?

    @Option(help: "Replicas that serve one queue.")
    var replicas = 1

    @Option(help: "Requests that a replica serves at once.")
    var slots = 1

    @Option(help: "What must hold, such as 'p99<200ms'; the load at which it breaks is searched for.")
    var objective: String?

    @Option(help: "The metric that is the service time; service_time, else request_latency.")
    var service: String?

    @Option(help: "Arrivals of a file, one time a line, instead of Poisson's.")
    var arrivals: String?

    @Option(
        help: "The service was measured by a closed loop that meant to send every so many milliseconds: reconstruct."
    )
    var closedLoopMs: Double?

    var isAsked: Bool { rate != nil || objective != nil }

    /// The question; nothing where none is asked.
    ///
    /// Arrivals of a file are read later.
    func question(level: Double, seed: UInt64) throws -> TailQuestion? {
        guard isAsked else { return nil }
        let rates = try rate.map { text in
            try text.split(separator: ",", omittingEmptySubsequences: false).map { word -> Double in
                guard let rate = Double(word) else {
                    throw ValidationError("--rate '\(word)' is not a number; write requests a second, such as 10,20,50")
                }
                return rate
            }
        }
        for rate in rates ?? [] {
            try Arguments.require(rate, in: 1e-6...1e9, option: "--rate", unit: "requests a second")
        }
        try Arguments.require(replicas, in: 1...100_000, option: "--replicas")
        try Arguments.require(slots, in: 1...10_000, option: "--slots")
        try Arguments.require(closedLoopMs, in: 1e-6...1e9, option: "--closed-loop-ms", unit: "milliseconds")
        var question = TailQuestion(rates: (rates ?? []).sorted(), replicas: replicas)
        question.slots = slots
        question.level = level
        question.seed = seed
        if let objective { question.objective = try Self.objective(objective) }
        if let quantile = question.objective?.quantile, !question.quantiles.contains(quantile) {
            question.quantiles = (question.quantiles + [quantile]).sorted()
        }
        do { try question.check() } catch { throw ValidationError(error.description) }
        return question
    }

    /// `p99<200ms`.
    static func objective(_ text: String) throws -> LatencyObjective {
        let parts = text.filter { $0 != " " }.split(separator: "<", omittingEmptySubsequences: false)
        let units: [(String, Double)] = [("ms", 1e-3), ("us", 1e-6), ("s", 1)]
        guard parts.count == 2, parts[0].first == "p", let percent = Double(parts[0].dropFirst()), percent > 0,
            percent < 100, let unit = units.first(where: { parts[1].hasSuffix($0.0) }),
            let time = Double(parts[1].dropLast(unit.0.count)), time > 0, time.isFinite
        else {
            throw ValidationError("--objective '\(text)' is not a quantile and a time, such as p99<200ms")
        }
        return LatencyObjective(quantile: percent / 100, seconds: time * unit.1)
    }

    /// One prediction an arm; an arm without service times has the baseline's, lengthened by its own detours.
    func predict(
        _ question: TailQuestion,
        _ labels: [String],
        _ records: [[Record]],
        forChart: Bool
    ) throws -> (question: TailQuestion, arms: [PredictionReport.TailArm]) {
        var question = question
        if let arrivals {
            let text = try Files.readText(arrivals, limit: 256 << 20, expected: "arrivals, one time a line")
            question.arrivals = .trace(try ArrivalTrace.times(text, file: arrivals))
        }
        let interval = closedLoopMs.map { $0 * 1e-3 }
        let baseline = try ServiceTimes(records[0], metric: service, closedLoopInterval: interval)
        let services = try records.enumerated().map { place, arm -> ServiceTimes in
            guard place > 0 else { return baseline }
            do {
                return try ServiceTimes(arm, metric: service ?? baseline.metric, closedLoopInterval: interval)
            } catch PredictionError.noMetric {
                return baseline.withDetours(try DetourNoise(arm))
            }
        }
        if forChart, question.rates.count < 4 {
            let servers = Double(question.replicas * question.slots)
            let capacity = services.map { servers / $0.meanSeconds }.min() ?? 0
            let more = [0.1, 0.3, 0.5, 0.7, 0.8, 0.9, 0.95].map { $0 * capacity }
            question.rates = (question.rates + more.filter { $0 > 0 && $0.isFinite }).sorted()
        }
        let asked = question
        let arms = try zip(zip(labels, records), services).map { arm, service in
            PredictionReport.TailArm(
                label: arm.0,
                records: arm.1.map(\.id),
                prediction: try TailPrediction(service, asked)
            )
        }
        return (asked, arms)
    }
}

/// A job from its parts.
struct PredictPartOptions: ParsableArguments {
    @Option(help: "Share of the job's time: gpu=0.7, storage=10%, or the beginning of a metric's name; repeatable.")
    var share: [String] = []

    @Option(help: "A record of assay measure --job, which says where the job's time goes, instead of --share.")
    var profile: String?

    @Option(parsing: .upToNextOption, help: "Records of the job itself, baseline.")
    var job: [String] = []

    @Option(parsing: .upToNextOption, help: "Records of the job itself, other arm.")
    var jobWith: [String] = []

    var isAsked: Bool { !share.isEmpty || profile != nil || !job.isEmpty || !jobWith.isEmpty }

    func check(hasOther: Bool) throws {
        guard isAsked else { return }
        guard hasOther else { throw ValidationError("parts are overheads, so they need the other arm: --with FILE") }
        guard share.isEmpty != (profile == nil) else {
            throw ValidationError("say where the time goes by --share NAME=SHARE or by --profile FILE, one of them")
        }
        guard job.isEmpty == jobWith.isEmpty else {
            throw ValidationError("--job and --job-with go together: the job's records of both arms")
        }
        _ = try shares()
    }

    private func shares() throws -> [(name: String, share: Double)] {
        try share.map { text in
            let (name, value) = try Arguments.pair(text, option: "--share", example: "gpu=0.7")
            return (name, try Arguments.share(value, option: "--share \(name)", in: 0...1))
        }
    }

    func predict(_ baseline: [Record], _ other: [Record], seed: UInt64) throws -> (
        prediction: ComponentPrediction, job: [[Record]]
    ) {
        var shares = try shares()
        if let profile {
            let found: JobProfile?
            do { found = try JobProfile([StudyFolder.record(profile)]) } catch let error as JobProfileError {
                throw Failure.input(["\(profile): \(error)"])
            }
            guard let found, !found.shares.isEmpty else {
                throw Failure.input([
                    "\(profile): does not say where the time of a job went (it has no job_share_* facts); expected a record "
                        + "of: assay measure --job CMD"
                ])
            }
            shares = JobBound.allCases.compactMap { bound in found.shares[bound].map { (bound.part, $0) } }
        }
        var options = ComparisonOptions()
        options.margin = nil
        let components = try Comparison.compare(baseline: baseline, other: other, options: options)
        let jobs = job.isEmpty ? [] : [try job.map(StudyFolder.record), try jobWith.map(StudyFolder.record)]
        try PredictCommand.requireDifferent(Array(zip(job + jobWith, jobs.flatMap { $0 })))
        let measured =
            jobs.count == 2 ? try Comparison.compare(baseline: jobs[0], other: jobs[1], options: options) : nil
        return (try ComponentPrediction(shares: shares, components: components, job: measured, seed: seed), jobs)
    }

    /// The identifier of the profile's record, where one says where the time goes.
    func profileRecords() throws -> [String] { try profile.map { [try StudyFolder.record($0).id] } ?? [] }
}
