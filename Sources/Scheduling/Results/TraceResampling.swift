import Probability

/// Another month that might have been: blocks of a trace drawn again, with more or fewer jobs.
///
/// Blocks of whole days (weeks, where there are at least four) are drawn with replacement and stand one after another, so
/// that what belongs together within a day stays together and no two blocks share a day. A factor f gives each job
/// floor(f + u) copies, u drawn once for the job: the jobs at a lower factor are all there at a higher one, so that demand
/// grows by additions only. A copy comes within half an hour of its original.
package struct TraceResampling: Sendable {
    /// Days of a block.
    package let blockDays: Int

    private let trace: Trace
    private let from: Int64
    /// The days of each block in milliseconds; the last one has the rest of the last week as well.
    private let lengths: [Int64]
    private let jobsOfBlock: [[Int]]
    private static let day: Int64 = 86_400_000
    private static let jitter = 1_800_000.0

    /// Prepares a trace that is in order of submission.
    package init(_ trace: Trace) {
        self.trace = trace
        from = trace.submit.first ?? 0
        let days = trace.count > 0 ? ((trace.submit.last ?? from) - from) / Self.day + 1 : 0
        let length: Int64 = days >= 28 ? 7 : 1
        blockDays = Int(length)
        // A trace of more than 10,000 blocks is drawn in longer ones.
        let stretch = max((days / length + 9_999) / 10_000, 1)
        let span = length * stretch * Self.day
        // The rest of the last week is part of the last block, so that none is shorter than a week.
        let count = Int(max(days / (length * stretch), 1))
        var lists = Array(repeating: [Int](), count: count)
        for job in 0..<trace.count { lists[min(Int((trace.submit[job] - from) / span), count - 1)].append(job) }
        lengths = (1...count).map { $0 < count ? span : max(days * Self.day - Int64(count - 1) * span, span) }
        jobsOfBlock = lists
        spanMilliseconds = span
    }

    private let spanMilliseconds: Int64

    /// A drawn trace, in order of submission.
    ///
    /// - Parameters:
    ///   - factor: how many times the jobs, 0 to 1,000.
    ///   - seed: with the replication, what is drawn.
    ///   - replication: another number is another draw.
    /// - Returns: the trace; the same arguments give the same one.
    package func draw(factor: Double, seed: UInt64, replication: Int) -> Trace {
        let factor = factor.isNaN ? 1 : min(max(factor, 0), 1_000)
        var blockRandom = RandomGenerator(seed: seed, stream: UInt64(bitPattern: Int64(replication)) &* 2)
        let jobSeed = RandomGenerator.firstWord(seed, UInt64(bitPattern: Int64(replication)) &* 2 &+ 1)
        var drawn: [TraceJob] = []
        drawn.reserveCapacity(Int(Double(trace.count) * max(factor, 1)) + 16)
        var begin: Int64 = 0
        for place in lengths.indices {
            let block = blockRandom.index(below: lengths.count)
            let shift = begin - Int64(block) * spanMilliseconds
            begin += lengths[block]
            for (order, job) in jobsOfBlock[block].enumerated() {
                // A stream of its own for each job, so that a factor does not change what others draw.
                var random = RandomGenerator(seed: jobSeed, stream: UInt64(place) << 40 | UInt64(order))
                let copies = Int((factor + random.uniform()).rounded(.down))
                for copy in 0..<max(copies, 0) {
                    var one = trace[job]
                    one.submit += shift
                    if copy > 0 {
                        one.submit += Int64(((random.uniform() * 2 - 1) * Self.jitter).rounded())
                        one.submit = max(one.submit, from)
                    }
                    drawn.append(one)
                }
            }
        }
        var result = trace.selecting([])
        result.reserveCapacity(drawn.count)
        for job in drawn.enumerated().sorted(by: { ($0.element.submit, $0.offset) < ($1.element.submit, $1.offset) }) {
            result.append(job.element)
        }
        return result
    }
}

extension RandomGenerator {
    /// The first word of a stream, as a seed for others.
    fileprivate static func firstWord(_ seed: UInt64, _ stream: UInt64) -> UInt64 {
        var generator = RandomGenerator(seed: seed, stream: stream)
        return generator.next()
    }
}
