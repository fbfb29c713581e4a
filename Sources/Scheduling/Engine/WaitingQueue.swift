import RealModule

/// An order of waiting jobs, and when they may start.
///
/// The engine is specialised for each.
protocol WaitingQueue {
    /// Whether no job waits.
    var isEmpty: Bool { get }
    /// How many jobs wait.
    var count: Int { get }
    /// Takes in a job that arrived.
    mutating func arrive(_ job: Int, now: Int64)
    /// Starts what may start; `released` says whether a job ended since the last pass.
    mutating func pass<Cluster: Machine>(_ replay: inout Replay<Cluster>, now: Int64, released: Bool)
    /// Hears of jobs that ended, before the next pass.
    mutating func ended<Cluster: Machine>(_ runs: ContiguousArray<Run>, _ replay: inout Replay<Cluster>)
}

/// First come, first served: a list with a place in it.
struct ArrivalQueue: WaitingQueue {
    private var jobs: ContiguousArray<Int32> = []
    private var head = 0
    private var isBlocked = false
    /// What ended since the first was blocked, where that is the only place that may have room for it.
    private var freed: Run?

    init(capacity: Int) { jobs.reserveCapacity(capacity) }

    @inline(__always)
    var isEmpty: Bool { head == jobs.count }
    @inline(__always)
    var count: Int { jobs.count - head }

    @inline(__always)
    mutating func arrive(_ job: Int, now: Int64) { jobs.append(Int32(truncatingIfNeeded: job)) }

    @inline(__always)
    mutating func pass<Cluster: Machine>(_ replay: inout Replay<Cluster>, now: Int64, released: Bool) {
        // Who waits behind a job that did not fit waits on until something ends that makes room for it.
        if isBlocked { return }
        while head < jobs.count {
            let place = freed
            freed = nil
            guard replay.tryStart(Int(jobs[head]), now: now, where: place) else {
                isBlocked = true
                return
            }
            head += 1
        }
    }

    @inline(__always)
    mutating func ended<Cluster: Machine>(_ runs: ContiguousArray<Run>, _ replay: inout Replay<Cluster>) {
        guard isBlocked else { return }
        // What did not fit can only fit where something has ended since.
        for run in runs where replay.mayFit(Int(jobs[head]), where: run) {
            isBlocked = false
            freed = runs.count == 1 ? run : nil
            return
        }
    }
}

/// The highest priority first, in order of arrival among equals: a binary heap.
struct PriorityQueue: WaitingQueue {
    private let priority: ContiguousArray<Int32>
    private var heap = KeyedHeap()
    private var blocked: Int32 = -1

    init(_ priority: ContiguousArray<Int32>) { self.priority = priority }

    var isEmpty: Bool { heap.isEmpty }
    var count: Int { heap.count }

    mutating func arrive(_ job: Int, now: Int64) {
        heap.push(KeyedHeap.Entry(key: -Double(priority[job]), job: Int32(truncatingIfNeeded: job), tag: 0))
    }

    mutating func pass<Cluster: Machine>(_ replay: inout Replay<Cluster>, now: Int64, released: Bool) {
        if released { blocked = -1 }
        while let first = heap.first {
            guard first.job != blocked else { return }
            guard replay.tryStart(Int(first.job), now: now) else {
                blocked = first.job
                return
            }
            heap.removeFirst()
        }
    }

    mutating func ended<Cluster: Machine>(_ runs: ContiguousArray<Run>, _ replay: inout Replay<Cluster>) {}
}

/// The team with the least decayed use over its share goes first, its jobs in order of arrival.
///
/// A team is charged when its job starts, with the GPUs times the length that the scheduler expects; among teams of
/// equal use the job that came first goes first. Jobs without a team are one team.
struct FairShareQueue: WaitingQueue {
    private let team: ContiguousArray<Int32>
    private let charge: ContiguousArray<Double>
    private let halfLife: Double
    private let shares: [Double]
    /// Use of each team, in units that grow as use decays: today's charge counts 2^((now - base) / half-life).
    private var use: ContiguousArray<Double>
    private var base: Double
    private var first: ContiguousArray<Int32>
    private var last: ContiguousArray<Int32>
    private var next: ContiguousArray<Int32>
    private var heap = KeyedHeap()
    private var blocked: Int32 = -1
    private(set) var count = 0

    init(_ trace: Trace, charge: ContiguousArray<Double>, halfLife: Int64, shares: [Double]) {
        let teams = Int(trace.team.max() ?? -1) + 2
        // Team 0 here is no team.
        team = ContiguousArray(trace.team.map { max(-1, $0) + 1 })
        self.charge = charge
        self.halfLife = Double(max(1, halfLife))
        self.shares = [1] + shares
        use = ContiguousArray(repeating: 0, count: max(1, teams))
        base = Double(trace.submit.first ?? 0)
        first = ContiguousArray(repeating: -1, count: max(1, teams))
        last = first
        next = ContiguousArray(repeating: -1, count: trace.count)
    }

    var isEmpty: Bool { count == 0 }

    private func share(_ team: Int) -> Double { team < shares.count ? shares[team] : 1 }

    mutating func arrive(_ job: Int, now: Int64) {
        let team = Int(team[job])
        let job = Int32(truncatingIfNeeded: job)
        count += 1
        if first[team] < 0 {
            first[team] = job
            heap.push(KeyedHeap.Entry(key: use[team] / share(team), job: job, tag: Int32(truncatingIfNeeded: team)))
        } else {
            next[Int(last[team])] = job
        }
        last[team] = job
    }

    mutating func pass<Cluster: Machine>(_ replay: inout Replay<Cluster>, now: Int64, released: Bool) {
        if released { blocked = -1 }
        while let entry = heap.first {
            guard entry.job != blocked else { return }
            guard replay.tryStart(Int(entry.job), now: now) else {
                blocked = entry.job
                return
            }
            heap.removeFirst()
            count -= 1
            let team = Int(entry.tag)
            if (Double(now) - base) / halfLife > 256 { rebase(now) }
            use[team] += charge[Int(entry.job)] * power((Double(now) - base) / halfLife)
            first[team] = next[Int(entry.job)]
            if first[team] >= 0 {
                heap.push(KeyedHeap.Entry(key: use[team] / share(team), job: first[team], tag: entry.tag))
            }
        }
    }

    mutating func ended<Cluster: Machine>(_ runs: ContiguousArray<Run>, _ replay: inout Replay<Cluster>) {}

    /// 2^x for x in 0...256.
    private func power(_ x: Double) -> Double { Double.exp2(x) }

    /// Makes now the base, before the growing unit runs out of exponent.
    private mutating func rebase(_ now: Int64) {
        let factor = 1 / power(min(1_000, (Double(now) - base) / halfLife))
        for team in use.indices { use[team] *= factor }
        heap.scaleKeys(by: factor)
        base = Double(now)
    }
}

/// A binary heap of jobs: the smallest key first, then the lowest job.
struct KeyedHeap {
    struct Entry {
        var key: Double
        var job: Int32
        var tag: Int32

        @inline(__always)
        static func < (one: Entry, other: Entry) -> Bool {
            one.key != other.key ? one.key < other.key : one.job < other.job
        }
    }

    private var entries: ContiguousArray<Entry> = []

    var isEmpty: Bool { entries.isEmpty }
    var count: Int { entries.count }
    var first: Entry? { entries.first }

    mutating func push(_ entry: Entry) {
        entries.append(entry)
        var place = entries.count - 1
        while place > 0 {
            let parent = (place - 1) / 2
            guard entries[place] < entries[parent] else { return }
            entries.swapAt(place, parent)
            place = parent
        }
    }

    mutating func removeFirst() {
        guard let last = entries.popLast(), !entries.isEmpty else { return }
        entries[0] = last
        sink(0)
    }

    /// Multiplies every key by one positive factor; keys that become equal fall back on their jobs.
    mutating func scaleKeys(by factor: Double) {
        for place in entries.indices { entries[place].key *= factor }
        for place in (0..<(entries.count / 2)).reversed() { sink(place) }
    }

    private mutating func sink(_ start: Int) {
        var place = start
        while true {
            var least = place
            let child = 2 * place + 1
            if child < entries.count, entries[child] < entries[least] { least = child }
            if child + 1 < entries.count, entries[child + 1] < entries[least] { least = child + 1 }
            if least == place { return }
            entries.swapAt(place, least)
            place = least
        }
    }
}
