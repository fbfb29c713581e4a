import Scheduling

/// Strict FCFS and EASY on a pool, written as their definitions read: lists, and a walk over all jobs each time.
struct SlowReference {
    let trace: Trace
    let gpus: Int
    private(set) var start: [Int64]
    private(set) var backfilled = 0
    /// GPUs by team; nil for a team without a quota.
    let quotas: [Int?]
    /// Jobs that their team's quota let in; such a job holds its GPUs of the quota from then on, until it ends.
    private var isLetIn: [Bool]

    init(_ trace: Trace, gpus: Int, backfills: Bool, quotas: [Int?] = []) {
        self.trace = trace
        self.gpus = gpus
        self.quotas = quotas
        isLetIn = Array(repeating: false, count: trace.count)
        start = Array(repeating: SimulationResult.never, count: trace.count)
        var moments = Set(trace.submit)
        while let now = moments.min() {
            moments.remove(now)
            let pass = startJobs(at: now, backfills)
            for job in pass { moments.insert(now + trace.duration[job]) }
        }
    }

    private func quota(_ job: Int) -> Int? {
        quotas.indices.contains(Int(trace.team[job])) ? quotas[Int(trace.team[job])] : nil
    }

    private func canEverRun(_ job: Int) -> Bool {
        Int(trace.gpus[job]) <= min(gpus, quota(job) ?? gpus)
    }

    /// Lets in what may be let in: of each team the first of those outside, as long as it fits the quota.
    ///
    /// - Returns: whether any was.
    private mutating func letIn(_ now: Int64) -> Bool {
        var hasJoined = false
        var isShut: Set<Int32> = []
        // What the team's jobs in the queue wait for counts like what those that run hold.
        var used: [Int32: Int] = [:]
        for job in 0..<trace.count where isLetIn[job] && (start[job] < 0 || isRunning(job, now)) {
            used[trace.team[job], default: 0] += Int(trace.gpus[job])
        }
        for job in 0..<trace.count where trace.submit[job] <= now && !isLetIn[job] && canEverRun(job) {
            let team = trace.team[job]
            guard let quota = quota(job) else {
                isLetIn[job] = true
                hasJoined = true
                continue
            }
            if isShut.contains(team) || used[team, default: 0] + Int(trace.gpus[job]) > quota {
                isShut.insert(team)
            } else {
                isLetIn[job] = true
                hasJoined = true
                used[team, default: 0] += Int(trace.gpus[job])
            }
        }
        return hasJoined
    }

    private func isRunning(_ job: Int, _ now: Int64) -> Bool {
        start[job] >= 0 && start[job] + trace.duration[job] > now
    }

    private func idle(_ now: Int64) -> Int {
        gpus - (0..<trace.count).filter { isRunning($0, now) }.reduce(0) { $0 + Int(trace.gpus[$1]) }
    }

    /// Starts what may start at an instant; durations are at least 1, so one pass is all.
    private mutating func startJobs(at now: Int64, _ backfills: Bool) -> [Int] {
        // A pass follows where a job has joined the queue or ended.
        let hasJoined = letIn(now)
        guard
            hasJoined || (0..<trace.count).contains(where: { start[$0] >= 0 && start[$0] + trace.duration[$0] == now })
        else { return [] }
        var left = idle(now)
        var started: [Int] = []
        var waiting = (0..<trace.count).filter {
            trace.submit[$0] <= now && start[$0] < 0 && isLetIn[$0]
        }
        while let head = waiting.first, Int(trace.gpus[head]) <= left {
            start[head] = now
            left -= Int(trace.gpus[head])
            started.append(head)
            waiting.removeFirst()
        }
        guard backfills, let head = waiting.first else { return started }
        // All that runs ends when expected, and not before now; all that ends at one time is free together.
        let endings = (0..<trace.count).filter { isRunning($0, now) }
            .map { (time: max(now, start[$0] + trace.requested[$0]), gpus: Int(trace.gpus[$0])) }
        var limit = now
        func free(by time: Int64) -> Int { left + endings.filter { $0.time <= time }.reduce(0) { $0 + $1.gpus } }
        for time in endings.map(\.time).sorted() where free(by: limit) < Int(trace.gpus[head]) { limit = time }
        var spare = free(by: limit) - Int(trace.gpus[head])
        for job in waiting.dropFirst() where Int(trace.gpus[job]) <= left {
            if now + trace.requested[job] > limit {
                guard Int(trace.gpus[job]) <= spare else { continue }
                spare -= Int(trace.gpus[job])
            }
            start[job] = now
            left -= Int(trace.gpus[job])
            started.append(job)
            backfilled += 1
        }
        return started
    }
}
