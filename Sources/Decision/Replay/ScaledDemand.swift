import Probability
import Scheduling

/// The jobs of a pool at another demand: fewer, or more of the same kind.
///
/// A factor f gives each job floor(f + u) copies, u drawn once for the job: the jobs of a lower factor are all there at a
/// higher one. The first copy stays where it was; a further one comes whole weeks later (whole days, in a trace of less
/// than four weeks; the last week that has its day is followed by the first), so that it keeps the hour, and is no burst
/// with the first. None falls beyond the days of the trace, where there is no demand to add to. At a factor of 1 the trace
/// is replayed as it is.
///
/// Copies are dealt and put in order once, up to a factor; a draw then takes what it needs of them, in one pass.
struct ScaledDemand: Sendable {
    /// One copy of a job.
    private struct Copy: Sendable {
        let submit: Int64
        let job: Int32
        /// It stands at factors f where floor(f + `share`) is above `number`.
        let number: Int32
        let share: Double
    }

    /// The jobs at a factor of 1.
    let trace: Trace
    private let from: Int64
    private let unit: Int64
    private let length: Int64
    private let seed: UInt64
    private let copies: ContiguousArray<Copy>
    private let dealt: Double
    private static let day: Int64 = 86_400_000

    /// Prepares a demand.
    ///
    /// - Parameters:
    ///   - trace: the jobs at a factor of 1, in order of submission.
    ///   - seed: of the copies.
    ///   - factor: the largest that is expected; a larger one is dealt when it is drawn.
    init(_ trace: Trace, seed: UInt64, upTo factor: Double = 2) {
        self.trace = trace
        self.seed = seed
        from = trace.submit.first ?? 0
        let span = (trace.submit.last ?? from) - from
        unit = span >= 27 * Self.day ? 7 * Self.day : Self.day
        // The last day may be cut short, the last week too: 27.9 days are four weeks, 30 have two days more.
        length = max((span + Self.day - 1) / Self.day, 1) * Self.day
        dealt = min(max(factor, 1), 10_000)
        copies = Self.deal(trace.submit, seed, from, unit, length, upTo: dealt)
    }

    /// How many jobs there are at a factor of 1.
    var count: Int { trace.count }

    /// Who comes at a factor.
    struct Draw {
        /// Indices into the jobs at a factor of 1, in order of submission.
        var jobs: ContiguousArray<Int32> = []
        /// When each is submitted, in milliseconds, ascending.
        var submissions: ContiguousArray<Int64> = []
        /// Which copy each is, of all that were dealt; empty where they were dealt anew for a larger factor.
        var copies: ContiguousArray<Int32> = []
    }

    /// How many copies were dealt at first.
    var dealtCopies: Int { copies.count }

    /// Who comes at a factor, 0 to 10,000.
    func rows(_ factor: Double) -> Draw {
        let factor = min(max(factor, 0), 10_000)
        let isKnown = factor <= dealt
        let all = isKnown ? copies : Self.deal(trace.submit, seed, from, unit, length, upTo: factor)
        var draw = Draw()
        let most = min(all.count, Int(Double(count) * factor) + count + 16)
        draw.jobs.reserveCapacity(most)
        draw.submissions.reserveCapacity(most)
        if isKnown { draw.copies.reserveCapacity(most) }
        for (index, copy) in all.enumerated() where Int32(factor + copy.share) > copy.number {
            draw.jobs.append(copy.job)
            draw.submissions.append(copy.submit)
            if isKnown { draw.copies.append(Int32(truncatingIfNeeded: index)) }
        }
        return draw
    }

    /// The jobs at a factor, 0 to 10,000, in order of submission, each as `change` makes it.
    func draw(_ factor: Double, _ change: (inout TraceJob) -> Void) -> Trace {
        let draw = rows(factor)
        var chosen = ContiguousArray<TraceJob>()
        chosen.reserveCapacity(draw.jobs.count)
        for (job, submit) in zip(draw.jobs, draw.submissions) {
            var job = trace[Int(job)]
            job.submit = submit
            change(&job)
            chosen.append(job)
        }
        var drawn = trace.selecting([])
        drawn.append(contentsOf: chosen)
        return drawn
    }

    private static func deal(
        _ submissions: ContiguousArray<Int64>,
        _ seed: UInt64,
        _ from: Int64,
        _ unit: Int64,
        _ length: Int64,
        upTo factor: Double
    ) -> ContiguousArray<Copy> {
        var dealt = ContiguousArray<Copy>()
        dealt.reserveCapacity(Int(Double(submissions.count) * factor) + 16)
        for index in submissions.indices {
            var random = RandomGenerator(seed: seed, stream: UInt64(index) &+ 0x5CA1_ED00)
            let share = random.uniform()
            let first = submissions[index]
            let own = first - from
            let phase = own % unit
            // How many units of the trace have this moment of theirs.
            let units = Int((length - phase + unit - 1) / unit)
            for number in 0..<max(Int(factor + share), 0) {
                var submit = first
                if number > 0, units > 1 {
                    let shift = Int64(1 + random.index(below: units - 1)) * unit
                    submit = from + phase + (own - phase + shift) % (Int64(units) * unit)
                } else if number > 0 {
                    // Within one day there is nowhere else: half an hour to either side.
                    submit = from + max(0, own + Int64((random.uniform() * 2 - 1) * 1_800_000))
                }
                dealt.append(
                    Copy(submit: submit, job: Int32(clamping: index), number: Int32(clamping: number), share: share)
                )
            }
        }
        // Those of one instant stay in order of job and number.
        return TimeOrder.apply(TimeOrder.of(ContiguousArray(dealt.lazy.map(\.submit))), to: dealt)
    }
}
