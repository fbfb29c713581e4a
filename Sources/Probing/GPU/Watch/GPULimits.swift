internal import Documents
internal import Evidence

/// What a GPU can do at most, from what the device tells of itself: measured numbers are held against it.
package enum GPULimits {
    /// The memory's bandwidth, GB/s: twice its clock (data on both edges) by the width of its bus.
    ///
    /// None for a MIG instance, which has a part of the memory's channels that CUDA does not tell.
    static func memory(_ device: CUDADevice, isInstance: Bool) -> Double? {
        guard !isInstance, let clock = device.memoryClockMHz, let bits = device.memoryBusBits else { return nil }
        return 2 * clock * 1e6 * Double(bits) / 8 / 1e9
    }

    /// One direction of a PCIe link, GB/s: its rate less its line code, before what packets take.
    static func pcie(generation: Int, lanes: Int) -> Double? {
        guard (1...32).contains(lanes) else { return nil }
        // Giga-transfers a second and lane, and the share of bits that are data.
        let rate: (Double, Double)? =
            switch generation {
            case 1: (2.5, 0.8)
            case 2: (5, 0.8)
            case 3: (8, 128.0 / 130)
            case 4: (16, 128.0 / 130)
            case 5: (32, 128.0 / 130)
            case 6: (64, 242.0 / 256)
            default: nil
            }
        return rate.map { $0.0 * $0.1 * Double(lanes) / 8 }
    }

    /// One direction of all of a GPU's NVLinks together, GB/s; `links` is how many are up.
    static func nvLinks(_ device: CUDADevice, links: Int) -> Double? {
        // NVIDIA's figure for a link and direction: 25 GB/s from Volta to Hopper, 50 from Blackwell.
        let rate: Double? =
            switch (device.capabilityMajor, device.capabilityMinor) {
            case (7, 0), (8, 0), (8, 6), (9, 0): 25
            case (10, _): 50
            default: nil
            }
        return links > 0 ? rate.map { $0 * Double(links) } : nil
    }

    /// Single precision outside tensor cores, TFLOP/s: a fused multiply-add (two operations) a lane and clock.
    static func fp32(_ device: CUDADevice, clockMHz: Double?) -> Double? {
        let lanes: Double? =
            switch (device.capabilityMajor, device.capabilityMinor) {
            case (7, _), (8, 0): 64
            case (8, _), (9, _), (10, _), (12, _): 128
            default: nil
            }
        return lanes.flatMap { rate($0, device, clockMHz) }
    }

    /// Half precision in dense tensor cores with sums in single precision, TFLOP/s.
    static func tensor(_ device: CUDADevice, clockMHz: Double?) -> Double? {
        let lanes: Double? =
            switch (device.capabilityMajor, device.capabilityMinor) {
            case (7, _), (8, 6), (8, 9), (12, _): 512
            case (8, 0): 1024
            case (9, _): 2048
            case (10, _): 4096
            default: nil
            }
        return lanes.flatMap { rate($0, device, clockMHz) }
    }

    private static func rate(_ perClock: Double, _ device: CUDADevice, _ clockMHz: Double?) -> Double? {
        clockMHz.map { 2 * perClock * Double(device.multiprocessors) * $0 * 1e6 / 1e12 }
    }

    /// The name of the condition that carries a metric's limit.
    static func conditionName(_ metric: String, unit: String) -> String {
        unit == "GB/s" ? "\(metric)_limit_gb_per_s" : "\(metric)_limit_tflop_per_s"
    }

    /// The limit of a metric as a condition of the run.
    static func condition(_ metric: String, _ limit: Double?, unit: String) -> Condition? {
        limit.map { Condition(name: conditionName(metric, unit: unit), value: NumberText.fixed($0, 1)) }
    }
}

extension MeasureOutcome {
    /// What GPU metrics reached of the device's own limits, where these are known.
    var limitShares: [DerivedNumber] {
        summaries.compactMap { summary in
            let metric = summary.metric
            guard metric.name.hasPrefix("gpu_") else { return nil }
            let name = GPULimits.conditionName(metric.name, unit: metric.unit)
            let limits = rounds.flatMap { round in
                round.probes.flatMap {
                    $0.samples.conditions.filter { $0.name == name }.compactMap { Double($0.value) }
                }
            }
            guard let limit = limits.max(), limit > 0 else { return nil }
            let share = summary.mean / limit
            return DerivedNumber(
                name: "\(metric.name)_share",
                unit: "1",
                value: share,
                from: [metric.name],
                sentence: "\(metric.name): \(NumberText.significant(summary.mean, 4)) \(metric.unit) measured, limit "
                    + "\(NumberText.significant(limit, 4)) \(metric.unit), share \(NumberText.percent(share, 3))."
            )
        }
    }
}
