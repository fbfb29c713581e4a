import Documents
import Scheduling

/// What a replay came to, in numbers.
struct ReplaySummary: Sendable {
    var gpus: Int
    var jobs: Int
    var started = 0
    var completed = 0
    var lost = 0
    var rejected: [(reason: JobOutcome, count: Int)] = []
    /// Over the jobs that started, in seconds; nil when none did, and without times.
    var meanWait: Double?
    var medianWait: Double?
    var p95Wait: Double?
    var p99Wait: Double?
    var maximumWait: Double?
    var makespan: Double?
    var allocatedShare: Double
    var activeShare: Double?
    var fragmentedShare: Double
    var arrivedShare: Double?
    var repartitions = 0
    var backfilled = 0
    /// Jobs that a quota held back when they came.
    var held = 0
    /// The deployment model by name; nil for a study of placement.
    var model: String?
    /// What became of jobs that ask for whole GPUs, where the model hands out parts.
    var slices: SliceCounts?
    var seconds: Double

    /// From a replay in time.
    init(_ run: TimedReplay) {
        let (result, trace) = (run.result, run.trace)
        gpus = result.gpuCount
        jobs = trace.count
        seconds = run.seconds
        model = run.model
        slices = run.slices
        held = result.counters.held
        completed = result.counters.completed
        repartitions = result.counters.repartitions
        backfilled = result.counters.backfilled
        let shares = ReplayShares(trace, result, ledger: run.ledger)
        allocatedShare = shares.allocated
        activeShare = shares.active
        fragmentedShare = shares.fragmented
        var waits: [Int64] = []
        waits.reserveCapacity(trace.count)
        var sum = 0.0
        var counts = [Int](repeating: 0, count: 256)
        for job in 0..<trace.count {
            counts[Int(result.outcome[job].rawValue)] += 1
            let start = result.start[job]
            guard start != SimulationResult.never else { continue }
            let wait = start - trace.submit[job]
            waits.append(wait)
            sum += Double(wait)
        }
        started = waits.count
        lost = counts[Int(JobOutcome.lost.rawValue)]
        rejected = JobOutcome.allCases.filter { $0.isRejected && counts[Int($0.rawValue)] > 0 }
            .map { ($0, counts[Int($0.rawValue)]) }
        makespan = Double(result.makespanMilliseconds) / 1_000
        guard !waits.isEmpty else { return }
        waits.sort()
        // The nearest rank: the smallest wait that so many of a hundred jobs did not exceed.
        func quantile(_ percent: Int) -> Double {
            let rank = (waits.count * percent + 99) / 100
            return Double(waits[max(rank, 1) - 1]) / 1_000
        }
        meanWait = sum / Double(waits.count) / 1_000
        (medianWait, p95Wait, p99Wait) = (quantile(50), quantile(95), quantile(99))
        maximumWait = Double(waits[waits.count - 1]) / 1_000
    }

    /// From a study of placement, which has no times.
    init(_ result: PlacementStudyResult, seconds: Double) {
        gpus = result.gpuCount
        jobs = result.arrivals.count
        self.seconds = seconds
        var counts = [Int](repeating: 0, count: 256)
        for outcome in result.outcome { counts[Int(outcome.rawValue)] += 1 }
        started = counts[Int(JobOutcome.running.rawValue)]
        lost = counts[Int(JobOutcome.lost.rawValue)]
        rejected = JobOutcome.allCases.filter { $0.isRejected && counts[Int($0.rawValue)] > 0 }
            .map { ($0, counts[Int($0.rawValue)]) }
        allocatedShare = (result.samples.last?.allocatedPercent ?? 0) / 100
        fragmentedShare = (result.samples.last?.fragmentedPercent ?? 0) / 100
        arrivedShare = (result.samples.last?.arrivedPercent ?? 0) / 100
    }

    /// The keys of `--json`.
    func members(parsing: Double) -> [JSONMember] {
        let reasons = rejected.map { JSONMember($0.reason.code, .integer($0.count)) }
        return [
            JSONMember("gpus", .integer(gpus)), JSONMember("jobs", .integer(jobs)),
            JSONMember("completed", .integer(completed)), JSONMember("started", .integer(started)),
            JSONMember("lost", .integer(lost)), JSONMember("rejected", .object(reasons)),
        ]
            + optional([
                ("mean_wait_s", meanWait), ("median_wait_s", medianWait), ("p95_wait_s", p95Wait),
                ("p99_wait_s", p99Wait), ("maximum_wait_s", maximumWait), ("makespan_s", makespan),
                ("arrived_share", arrivedShare), ("allocated_share", allocatedShare), ("active_share", activeShare),
                ("fragmented_share", fragmentedShare),
            ]) + [
                JSONMember("repartitions", .integer(repartitions)), JSONMember("backfilled", .integer(backfilled)),
                JSONMember("held_by_quota", .integer(held)),
                JSONMember("seconds_parsing", .number(parsing)), JSONMember("seconds_simulating", .number(seconds)),
            ]
    }

    private func optional(_ values: [(String, Double?)]) -> [JSONMember] {
        values.compactMap { name, value in JSON.finite(value).map { JSONMember(name, $0) } }
    }
}

extension JobOutcome {
    /// The spelling in JSON and tables.
    var code: String {
        switch self {
        case .completed: "completed"
        case .running: "running"
        case .lost: "lost"
        case .tooManyGPUs: "too-many-gpus"
        case .noSuchType: "no-such-gpu-type"
        case .noSuchSlice: "no-such-slice"
        case .tooMuchCPU: "too-much-cpu"
        case .tooMuchMemory: "too-much-memory"
        case .malformed: "malformed"
        case .aboveQuota: "above-quota"
        }
    }

    /// Why such a job was refused.
    var explanation: String {
        switch self {
        case .completed: "ran to its end"
        case .running: "started, and departures are off"
        case .lost: "did not fit on arrival, and departures are off"
        case .tooManyGPUs: "asks for more GPUs than there are, or than its nodes have"
        case .noSuchType: "accepts no GPU type that is there"
        case .noSuchSlice: "asks for GPUs, or a part of one, that this deployment model cannot give"
        case .tooMuchCPU: "asks for more CPU than any node with the GPUs has"
        case .tooMuchMemory: "asks for more memory than any node with the GPUs has"
        case .malformed: "asks for what makes no sense"
        case .aboveQuota: "above the quota of its team"
        }
    }
}
