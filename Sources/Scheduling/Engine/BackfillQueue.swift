/// First come, first served with EASY backfill (Lifka, 1995).
///
/// The first waiting job that does not fit is the head. It holds a reservation: the earliest time at which it fits if
/// running jobs end when expected and nothing else starts. Then the other waiting jobs are tried in order of arrival:
/// one that is expected to end by that time may go anywhere, a longer one only where it leaves the reserved place
/// alone. In a pool that place is a number of GPUs; on nodes it is the nodes that the head would get.
///
/// The reservation is made anew whenever jobs end or arrive. Jobs that outlive their expected end count as ending now.
struct BackfillQueue: WaitingQueue {
    private let shapeOf: ContiguousArray<Int32>
    /// How long each job is expected to hold what it gets, at most.
    private let expected: ContiguousArray<Int64>
    /// Where each job stands among those of its shape.
    private var rankInShape: ContiguousArray<Int32>
    private var lines: [Line]
    /// Waiting jobs in order of arrival; those that started early are left in and skipped.
    private var order: ContiguousArray<Int32> = []
    /// Those that a quota let in after jobs that came later.
    private var earlier = KeyedHeap()
    private var isWaiting: ContiguousArray<Bool>
    private var front = 0
    private(set) var count = 0

    private var running: ContiguousArray<Ending> = []
    private var expectedEnd: ContiguousArray<Int64>
    private var blocked: Int?
    private var hasArrivals = false
    private var bounds: ContiguousArray<Int64>
    /// During a pass the next job of each shape that may still start, by arrival.
    private var candidates = JobHeap()

    /// The waiting jobs of one shape: a tree that finds the first of at most some length.
    private struct Line {
        let jobs: ContiguousArray<Int32>
        private var tree: ContiguousArray<Int64>
        private let width: Int
        static let absent = Int64.max
        static let nobody = Int32.max

        init(_ jobs: ContiguousArray<Int32>) {
            self.jobs = jobs
            var width = 1
            while width < jobs.count { width *= 2 }
            self.width = width
            tree = ContiguousArray(repeating: Self.absent, count: 2 * width)
        }

        /// The least length of those that wait; ``absent`` when none does.
        var shortest: Int64 { tree[1] }

        mutating func set(_ place: Int, _ length: Int64) {
            var node = width + place
            tree[node] = length
            while node > 1 {
                node /= 2
                tree[node] = min(tree[2 * node], tree[2 * node + 1])
            }
        }

        /// The first job after another that waits and takes at most a length; ``nobody`` without one.
        func first(after job: Int32, upTo length: Int64) -> Int32 {
            guard tree[1] <= length else { return Self.nobody }
            guard let place = first(from: place(after: job), upTo: length) else { return Self.nobody }
            return jobs[place]
        }

        private func first(from start: Int, upTo length: Int64) -> Int? {
            guard start < width else { return nil }
            var node = width + start
            while tree[node] > length {
                // To the next subtree on the right: up while a right child, then over.
                while node & 1 == 1 {
                    node /= 2
                    if node <= 1 { return nil }
                }
                node += 1
            }
            while node < width { node = tree[2 * node] <= length ? 2 * node : 2 * node + 1 }
            return node - width
        }

        /// The first place whose job came after another.
        private func place(after job: Int32) -> Int {
            var (low, high) = (0, jobs.count)
            while low < high {
                let middle = (low + high) / 2
                if jobs[middle] <= job { low = middle + 1 } else { high = middle }
            }
            return low
        }
    }

    init(_ shapes: JobShapes, expected: ContiguousArray<Int64>) {
        shapeOf = shapes.shapeOf
        self.expected = expected
        var jobs = [ContiguousArray<Int32>](repeating: [], count: shapes.shapes.count)
        rankInShape = ContiguousArray(repeating: 0, count: shapes.shapeOf.count)
        for (job, shape) in shapes.shapeOf.enumerated() {
            rankInShape[job] = Int32(truncatingIfNeeded: jobs[Int(shape)].count)
            jobs[Int(shape)].append(Int32(truncatingIfNeeded: job))
        }
        lines = jobs.map { Line($0) }
        bounds = ContiguousArray(repeating: -1, count: lines.count)
        isWaiting = ContiguousArray(repeating: false, count: shapes.shapeOf.count)
        expectedEnd = ContiguousArray(repeating: 0, count: shapes.shapeOf.count)
    }

    var isEmpty: Bool { count == 0 }

    mutating func arrive(_ job: Int, now: Int64) {
        let number = Int32(truncatingIfNeeded: job)
        if let last = order.last, last > number {
            earlier.push(KeyedHeap.Entry(key: 0, job: number, tag: 0))
        } else {
            order.append(number)
        }
        isWaiting[job] = true
        lines[Int(shapeOf[job])].set(Int(rankInShape[job]), expected[job])
        count += 1
        hasArrivals = true
    }

    mutating func ended<Cluster: Machine>(_ runs: ContiguousArray<Run>, _ replay: inout Replay<Cluster>) {
        for run in runs {
            let job = run.job
            let place = place(expectedEnd[Int(job)], job)
            if place < running.count, running[place].job == job { running.remove(at: place) }
        }
    }

    mutating func pass<Cluster: Machine>(_ replay: inout Replay<Cluster>, now: Int64, released: Bool) {
        guard released || hasArrivals else { return }
        hasArrivals = false
        if released { blocked = nil }
        while let head = firstWaiting(), head != blocked {
            guard replay.tryStart(head, now: now) else {
                blocked = head
                break
            }
            started(head, now)
        }
        guard count > 1, let head = blocked else { return }
        // Room only shrinks during a pass: a shape without room is done.
        var hasRoom = false
        for shape in lines.indices {
            bounds[shape] = -1
            guard lines[shape].shortest != Line.absent, replay.machine.hasRoom(shape: shape) else { continue }
            bounds[shape] = Line.absent - 1
            hasRoom = true
        }
        guard hasRoom else { return }
        let time = replay.machine.reserve(shape: Int(shapeOf[head]), running: running, now: now)
        backfill(&replay, now, Int32(truncatingIfNeeded: head), time - now)
    }

    /// Tries the jobs behind the head in order of arrival, leaving out those that cannot start.
    ///
    /// A shape that found no place beside the reservation is done for its long jobs; ``bounds`` holds the longest
    /// length that each shape may still try, -1 for none.
    private mutating func backfill<Cluster: Machine>(
        _ replay: inout Replay<Cluster>,
        _ now: Int64,
        _ head: Int32,
        _ limit: Int64
    ) {
        candidates.removeAll()
        for shape in lines.indices {
            let first = candidate(shape, after: head)
            if first != Line.nobody { candidates.add(first) }
        }
        candidates.order()
        while let next = candidates.first {
            let job = Int(next)
            let shape = Int(shapeOf[job])
            let isShort = expected[job] <= limit
            let starts = isShort ? replay.tryStart(job, now: now) : replay.tryStartBeside(job, now: now)
            if starts {
                replay.counters.backfilled += 1
                started(job, now)
            } else {
                bounds[shape] = isShort ? -1 : min(bounds[shape], limit)
            }
            let following = candidate(shape, after: next)
            if following == Line.nobody { candidates.removeFirst() } else { candidates.replaceFirst(following) }
        }
    }

    /// The first waiting job of a shape that came after another and is no longer than the shape's bound.
    private func candidate(_ shape: Int, after job: Int32) -> Int32 {
        guard bounds[shape] >= 0 else { return Line.nobody }
        return lines[shape].first(after: job, upTo: bounds[shape])
    }

    private mutating func firstWaiting() -> Int? {
        while let first = earlier.first, !isWaiting[Int(first.job)] { earlier.removeFirst() }
        let letIn = earlier.first.map { Int($0.job) }
        while front < order.count {
            let job = Int(order[front])
            if isWaiting[job] { return min(job, letIn ?? job) }
            front += 1
        }
        return letIn
    }

    private mutating func started(_ job: Int, _ now: Int64) {
        isWaiting[job] = false
        count -= 1
        lines[Int(shapeOf[job])].set(Int(rankInShape[job]), Line.absent)
        let (time, overflow) = now.addingReportingOverflow(expected[job])
        expectedEnd[job] = overflow ? .max : time
        let entry = Ending(time: expectedEnd[job], job: Int32(truncatingIfNeeded: job), shape: shapeOf[job])
        running.insert(entry, at: place(entry.time, entry.job))
    }

    /// Where a job stands, or would, among those that run.
    private func place(_ time: Int64, _ job: Int32) -> Int {
        var (low, high) = (0, running.count)
        while low < high {
            let middle = (low + high) / 2
            if (running[middle].time, running[middle].job) < (time, job) { low = middle + 1 } else { high = middle }
        }
        return low
    }
}
