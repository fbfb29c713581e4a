/// A job's speed on a slice of a GPU, relative to the whole GPU.
///
/// The default model: time on a slice is the time on the whole GPU plus, for each resource that the job needs, that
/// part of its time times what the slice lacks of it, t = 1 + c (1/C - 1) + b (1/B - 1), with needs c and b, the
/// slice's shares C of compute and B of bandwidth, and c + b <= 1. It is additive: compute and memory do not overlap,
/// as phases that follow one another; ``bounds(_:on:)`` gives the other extreme.
///
/// Where only one speed is known, c and b are split by ``bandwidthPart``. Its default was found by least absolute error
/// on the step times of 32 training jobs on the slices of an A100 (MISO, SoCC '22; github.com/boringlee24/socc22-miso).
/// Held-out error by model family is in docs/simulate-models.md and repeated by a test.
package struct SliceSpeedModel: Sendable, Hashable {
    /// The part of the need that is bandwidth where only one speed is known, 0 to 1.
    package let bandwidthPart: Double

    /// What every speed on a part of a GPU is multiplied by, above 0; a speed stays at most 1.
    ///
    /// To ask what it would change if slices were all slower, or faster, than the model says; 1 for the model itself.
    package let factor: Double

    /// The constant fitted on MISO's step times, from 2g.10gb.
    package static let standard = SliceSpeedModel(bandwidthPart: 0.57)

    /// A model; a part outside 0 to 1, and a factor outside 0.1 to 10, is moved to the nearer end.
    package init(bandwidthPart: Double, factor: Double = 1) {
        self.bandwidthPart = bandwidthPart.isNaN ? 0.57 : min(max(bandwidthPart, 0), 1)
        self.factor = factor.isNaN ? 1 : min(max(factor, 0.1), 10)
    }

    /// The speed of a job on a slice, above 0, at most 1; 1 on the whole GPU.
    package func speed(_ need: JobNeed, on slice: SliceShare) -> Double {
        let speed = 1 / (1 + need.compute * (1 / slice.compute - 1) + need.bandwidth * (1 / slice.bandwidth - 1))
        return factor == 1 || slice == .whole ? speed : min(speed * factor, 1)
    }

    /// The range that the needs alone leave: from nothing overlapping to compute and memory overlapping wholly.
    ///
    /// With full overlap the whole GPU's time holds both at once, so the slice's time is the longest of the three:
    /// c/C, b/B and the time that does not change.
    package func bounds(_ need: JobNeed, on slice: SliceShare) -> ClosedRange<Double> {
        let low = speed(need, on: slice)
        let longest = max(need.compute / slice.compute, need.bandwidth / slice.bandwidth, 1)
        return low...max(low, min(factor / longest, 1))
    }

    /// The need of a job of which one speed is known, relative to the whole GPU.
    ///
    /// A speed above 1 is no need; a speed below what a job that scales perfectly has is a need of 1: what is slower
    /// still has another cause, such as memory that is nearly full.
    package func need(speed: Double, on slice: SliceShare) -> JobNeed {
        let scarcity = scarcity(of: slice)
        guard speed > 0, speed.isFinite, scarcity > 0 else { return split(speed > 0 && speed.isFinite ? 0 : 1) }
        return split(min(max((factor / speed - 1) / scarcity, 0), 1))
    }

    /// The speed on one slice from the speed on another.
    package func speed(on slice: SliceShare, knowing speed: Double, on known: SliceShare) -> Double {
        self.speed(need(speed: speed, on: known), on: slice)
    }

    /// A need of a size, split by ``bandwidthPart``.
    package func split(_ total: Double) -> JobNeed {
        JobNeed(compute: total * (1 - bandwidthPart), bandwidth: total * bandwidthPart)
    }

    /// By how much a job of need 1 takes longer on a slice, in times of the whole GPU.
    private func scarcity(of slice: SliceShare) -> Double {
        (1 - bandwidthPart) * (1 / slice.compute - 1) + bandwidthPart * (1 / slice.bandwidth - 1)
    }
}
