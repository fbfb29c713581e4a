/// What a replay came to: who waited how long, what the GPUs did, what was refused.
package struct ReplayReport: Sendable {
    /// The outcome for some of the jobs.
    package struct Group: Sendable, Hashable {
        /// A team, a size, or what the replay is called.
        package let name: String
        /// Jobs of the trace.
        package let jobs: Int
        /// Those that started.
        package let started: Int
        /// Those that the cluster could never run.
        package let rejected: Int
        /// From submission to start, in seconds; nil where none started.
        package let wait: SampleSummary?
        /// Bounded slowdown: from submission to end over bare-metal work, at least 1.
        ///
        /// Work under ``ReplayReport/slowdownBound`` seconds counts as that (Feitelson 2001). Nil where none ended.
        package let slowdown: SampleSummary?
        /// Useful GPU-hours of those that ended.
        package let usefulGPUHours: Double
    }

    /// Work below this, in seconds, does not make a slowdown larger.
    package static let slowdownBound = 10.0

    /// GPUs of the cluster.
    package let gpus: Int
    /// All jobs.
    package let all: Group
    /// By team, in the order in which the trace first names them; jobs without a team last, as "no team".
    package let teams: [Group]
    /// By GPUs asked for, ascending.
    package let sizes: [Group]
    /// Jobs that ended.
    package let completed: Int
    /// Jobs that did not fit on arrival, without departures.
    package let lost: Int
    /// Jobs that could never run, by reason.
    package let rejected: [(reason: JobOutcome, count: Int)]
    /// From the first submission to the last end, in seconds.
    package let makespanSeconds: Double
    /// Allocated, active and fragmented.
    package let shares: ReplayShares
    /// Useful GPU-hours of jobs that ended, over the GPU-hours there were, 0 to 1 on bare metal.
    package let usefulShare: Double
    /// MIG instances created.
    package let repartitions: Int
    /// Jobs that EASY started early.
    package let backfilled: Int
    /// The estate over time: means of even spans.
    package let series: ReplaySeries
    /// The wait, in seconds, that each whole percentage of the jobs that started did not exceed, 0 to 100; empty where
    /// none started.
    package let waitPercentiles: [Double]

    /// See ``ReplayShares/allocated``.
    package var allocatedShare: Double { shares.allocated }
    /// See ``ReplayShares/active``.
    package var activeShare: Double { shares.active }
    /// See ``ReplayShares/fragmented``.
    package var fragmentedShare: Double { shares.fragmented }

    /// Useful GPU-hours of jobs that ended.
    package var usefulGPUHours: Double { all.usefulGPUHours }

    /// Gathers a replay.
    ///
    /// - Parameters:
    ///   - trace: what was replayed.
    ///   - result: what came of it, in step with the trace.
    ///   - ledger: what each job is worth, in step with the trace.
    ///   - bins: how many spans the series has, 1 to 100,000.
    package init(_ trace: Trace, _ result: SimulationResult, ledger: JobLedger, bins: Int = 240) {
        precondition(
            result.start.count == trace.count && ledger.work.count == trace.count
                && ledger.inactive.count == trace.count && ledger.busyGPUs.count == trace.count
                && ledger.usefulGPUs.count == trace.count
        )
        gpus = result.gpuCount
        series = ReplaySeries(trace, result, ledger: ledger, bins: bins)
        completed = result.counters.completed
        repartitions = result.counters.repartitions
        backfilled = result.counters.backfilled
        var counts = Array(repeating: 0, count: 256)
        for outcome in result.outcome { counts[Int(outcome.rawValue)] += 1 }
        lost = counts[Int(JobOutcome.lost.rawValue)]
        rejected = JobOutcome.allCases.filter { $0.isRejected && counts[Int($0.rawValue)] > 0 }
            .map { ($0, counts[Int($0.rawValue)]) }
        makespanSeconds = Double(result.makespanMilliseconds) / 1_000
        shares = ReplayShares(trace, result, ledger: ledger)
        let available = Double(result.gpuCount) * Double(result.makespanMilliseconds)

        var every = Gathering()
        var byTeam = Array(repeating: Gathering(), count: trace.teams.count + 1)
        var bySize = Array(repeating: Gathering(), count: JobSize.count)
        for job in 0..<trace.count {
            let team = Int(trace.team[job])
            let entry = Entry(trace, result, ledger, job)
            every.add(entry)
            byTeam[trace.teams.indices.contains(team) ? team : trace.teams.count].add(entry)
            bySize[JobSize.index(gpus: trace.gpus[job], milli: trace.gpuMilli[job], profile: trace.profile[job])]
                .add(entry)
        }
        all = every.group("all jobs")
        let waits = every.waits.sorted()
        waitPercentiles =
            waits.isEmpty ? [] : (0...100).map { SampleSummary.nearestRank(waits, percent: Double($0)) }
        teams = byTeam.enumerated().filter { $0.element.jobs > 0 }
            .map { $0.element.group($0.offset < trace.teams.count ? trace.teams[$0.offset] : "no team") }
        sizes = bySize.enumerated().filter { $0.element.jobs > 0 }.map { $0.element.group(JobSize.name($0.offset)) }
        usefulShare = available > 0 ? every.useful * 3_600_000 / available : 0
    }

    /// One job, as the groups see it.
    private struct Entry {
        var wait: Double?
        var slowdown: Double?
        var useful = 0.0
        var isRejected: Bool

        init(_ trace: Trace, _ result: SimulationResult, _ ledger: JobLedger, _ job: Int) {
            isRejected = result.outcome[job].isRejected
            guard result.start[job] != SimulationResult.never else { return }
            wait = Double(result.start[job] - trace.submit[job]) / 1_000
            guard result.end[job] != SimulationResult.never else { return }
            let work = Double(ledger.work[job]) / 1_000
            let response = Double(result.end[job] - trace.submit[job]) / 1_000
            slowdown = max(1, response / max(work, ReplayReport.slowdownBound))
            useful = work * Double(ledger.usefulGPUs[job]) / 3_600
        }
    }

    /// A group while it grows.
    private struct Gathering {
        var jobs = 0
        var rejected = 0
        var waits: [Double] = []
        var slowdowns: [Double] = []
        var useful = 0.0

        mutating func add(_ entry: Entry) {
            jobs += 1
            if entry.isRejected { rejected += 1 }
            if let wait = entry.wait { waits.append(wait) }
            if let slowdown = entry.slowdown { slowdowns.append(slowdown) }
            useful += entry.useful
        }

        func group(_ name: String) -> Group {
            Group(
                name: name,
                jobs: jobs,
                started: waits.count,
                rejected: rejected,
                wait: SampleSummary(waits),
                slowdown: SampleSummary(slowdowns),
                usefulGPUHours: useful
            )
        }
    }
}

/// Sizes of jobs for tables: no GPU, a part of one, one, two, then up to each power of two.
enum JobSize {
    /// How many sizes there are.
    static let count = 34

    static func index(gpus: Int32, milli: Int32, profile: Int32) -> Int {
        if gpus <= 0 { return 0 }
        if gpus == 1 { return milli < 1_000 || profile != TraceJob.none ? 1 : 2 }
        // 2 is the first power, 3 to 4 the second.
        return 2 + (32 - (gpus - 1).leadingZeroBitCount)
    }

    static func name(_ index: Int) -> String {
        switch index {
        case 0: return "no GPU"
        case 1: return "a part of a GPU"
        case 2: return "1 GPU"
        case 3: return "2 GPUs"
        default:
            let high = 1 << min(index - 2, 40)
            return "\(high / 2 + 1) to \(high) GPUs"
        }
    }
}
