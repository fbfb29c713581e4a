/// What a job needs of a whole GPU while it runs there alone: parts of its time, each 0 to 1.
///
/// The two need not add up to 1: what is left is time that no slice changes (input, host work, launch latency, small
/// kernels). Measured as the active share of the compute pipes and of memory bandwidth (DCGM's PROF_SM_ACTIVE times
/// occupancy and PROF_DRAM_ACTIVE, or a step time on one slice: ``SliceSpeedModel/need(speed:on:)``).
package struct JobNeed: Sendable, Hashable {
    /// The part of its time that is bound by compute.
    package let compute: Double
    /// The part of its time that is bound by memory bandwidth.
    package let bandwidth: Double

    /// A need; parts outside 0 to 1 are moved to the nearer end, and two that add up to more than 1 are scaled to 1.
    package init(compute: Double, bandwidth: Double) {
        let first = compute.isNaN ? 1 : min(max(compute, 0), 1)
        let second = bandwidth.isNaN ? 0 : min(max(bandwidth, 0), 1)
        let sum = max(first + second, 1)
        self.compute = first / sum
        self.bandwidth = second / sum
    }

    /// The part of its time that a smaller slice makes longer.
    package var total: Double { compute + bandwidth }

    /// The same mix, scaled; the result stays within 1.
    package func scaled(by factor: Double) -> JobNeed {
        JobNeed(compute: compute * factor, bandwidth: bandwidth * factor)
    }
}
