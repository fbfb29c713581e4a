/// Counts who has waited too long, to know when a promise cannot be kept any more.
struct PromiseWatch {
    private let seconds: Double
    /// How many may wait too long.
    private let allowed: Int
    /// Jobs before this one were looked at when they had waited as long as is promised.
    private var next = 0
    private var late = 0

    /// Watches a promise.
    ///
    /// - Parameters:
    ///   - promise: about all jobs of the trace; who is refused counts as started in time.
    ///   - jobs: how many there are.
    init(_ promise: WaitObjective, jobs: Int) {
        seconds = promise.seconds
        allowed = jobs > 0 ? jobs - SampleSummary.rank(of: promise.percent, among: jobs) : 0
    }

    /// Whether too many waited too long by a time, before anything starts at it.
    ///
    /// - Parameters:
    ///   - submissions: when each job was submitted, ascending.
    ///   - replay: what has started so far.
    ///   - now: no earlier than the last time.
    /// - Returns: true as soon as no continuation keeps the promise.
    @inline(__always)
    mutating func isBroken<Cluster: Machine>(
        _ submissions: ContiguousArray<Int64>,
        _ replay: Replay<Cluster>,
        at now: Int64
    ) -> Bool {
        while next < submissions.count, Double(now - submissions[next]) / 1_000 > seconds {
            if replay.isWaiting(next) { late += 1 }
            next += 1
        }
        return late > allowed
    }
}
