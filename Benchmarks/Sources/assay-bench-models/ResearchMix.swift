import Foundation
import Probability
import Scheduling

/// The job mix of the research-saas example: fixed before any model was tried; docs/simulate-models.md states it.
///
/// Means are those of Examples/research-saas/study.yaml: a month holds 6,100 GPU-hours of notebooks and 3,700 of
/// fine-tuning. Lengths, hours of the day and sizes are of our making.
struct ResearchMix {
    /// How many times the jobs.
    var load = 1.0
    /// How many times what a job needs of a GPU while it is busy: above 1, slices are slower.
    var need = 1.0
    var seed: UInt64 = 0

    static let days = 28.0
    static let gpus = 16
    private static let day = 86_400.0
    private static let hoursOfMonth = 730.0

    /// One class.
    private struct Class {
        let hoursPerMonth: Double
        /// Length: lognormal, median and sigma, and the longest, in hours.
        let median: Double
        let sigma: Double
        let longest: Double
        /// The part that starts from 8 to 20 o'clock, Monday to Friday.
        let byDay: Double
        /// GiB on the GPU: a triangle.
        let memory: (low: Double, mode: Double, high: Double)
    }

    private static let classes = [
        Class(hoursPerMonth: 6_100, median: 7, sigma: 0.5, longest: 24, byDay: 0.8, memory: (6, 9, 18)),
        Class(hoursPerMonth: 3_700, median: 8, sigma: 0.9, longest: 72, byDay: 0.5, memory: (18, 30, 38)),
    ]

    /// What the classes need: activity times compute need, as the study states them, and the least speed they accept.
    var traits: TraitTable {
        let model = SliceSpeedModel.standard
        return TraitTable(classes: [
            JobTraits(need: model.split(min(0.29 * 0.25 * need, 0.29)), leastSpeed: 0.25, activity: 0.29),
            JobTraits(need: model.split(min(0.53 * 0.6 * need, 0.53)), leastSpeed: 0.5, activity: 0.53),
        ])
    }

    /// The trace, in bare-metal time on whole GPUs.
    func trace() -> Trace {
        var jobs: [TraceJob] = []
        for (index, kind) in Self.classes.enumerated() {
            var random = RandomGenerator(seed: seed, stream: UInt64(index) + 1)
            // The mean of the cut lognormal, from its own draws, so that the hours come out as stated.
            var lengths: [Double] = []
            for _ in 0..<4_000 { lengths.append(Self.length(kind, &random)) }
            let mean = lengths.reduce(0, +) / Double(lengths.count)
            let perSecond = load * kind.hoursPerMonth / Self.hoursOfMonth / mean / 3_600
            for submit in Self.arrivals(perSecond, kind.byDay, &random) {
                jobs.append(
                    TraceJob(
                        id: 0,
                        submit: Int64(submit * 1_000),
                        duration: Int64(Self.length(kind, &random) * 3_600_000),
                        gpuMemoryMiB: Int32(Self.triangle(kind.memory, random.uniform()) * 1_024),
                        team: Int32(random.index(below: 12)),
                        speedClass: Int32(index)
                    )
                )
            }
        }
        var trace = Trace()
        trace.teams = (1...12).map { "scientist \($0)" }
        for (index, job) in jobs.sorted(by: { ($0.submit, $0.speedClass) < ($1.submit, $1.speedClass) }).enumerated() {
            var job = job
            job.id = Int64(index + 1)
            trace.append(job)
        }
        return trace
    }

    private static func length(_ kind: Class, _ random: inout RandomGenerator) -> Double {
        min(kind.median * exp(kind.sigma * random.normal()), kind.longest)
    }

    private static func triangle(_ range: (low: Double, mode: Double, high: Double), _ u: Double) -> Double {
        let split = (range.mode - range.low) / (range.high - range.low)
        return u < split
            ? range.low + (u * (range.high - range.low) * (range.mode - range.low)).squareRoot()
            : range.high - ((1 - u) * (range.high - range.low) * (range.high - range.mode)).squareRoot()
    }

    /// Poisson: a part evenly, a part in working hours; day 0 is a Monday.
    private static func arrivals(_ rate: Double, _ byDay: Double, _ random: inout RandomGenerator) -> [Double] {
        var times: [Double] = []
        var at = 0.0
        while true {
            at -= log(random.uniform()) / (rate * (1 - byDay))
            guard at < days * day else { break }
            times.append(at)
        }
        var worked = 0.0
        while true {
            worked -= log(random.uniform()) / (rate * byDay * 7 / 5 * 2)
            let shift = (worked / 43_200).rounded(.down)
            let week = (shift / 5).rounded(.down)
            let time = (week * 7 + shift - week * 5) * day + 28_800 + worked - shift * 43_200
            guard time < days * day else { break }
            times.append(time)
        }
        return times.sorted()
    }
}
