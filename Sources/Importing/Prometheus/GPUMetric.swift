/// What a metric of a GPU exporter measures, whatever it is called there.
package enum GPUMeaning: String, Sendable, Hashable, CaseIterable {
    /// Share of time in which the graphics or compute engine was busy: what a study calls activity.
    case engineActive = "engine_active"
    /// Share of time in which any kernel ran, by NVML; NVML has none for MIG instances.
    case utilisation = "gpu_utilisation"
    /// Share of time, averaged over multiprocessors, in which one had work: activity times the need for compute.
    case multiprocessorActive = "sm_active"
    /// Share of warps that could be resident, on average.
    case occupancy = "sm_occupancy"
    /// Share of time in which tensor cores were busy.
    case tensorActive = "tensor_active"
    /// Share of time in which memory was read or written.
    case memoryActive = "dram_active"
    /// Memory in use, in MiB.
    case memoryUsed = "memory_used_mib"
    /// Electrical power, in W.
    case power = "power_w"
    /// Energy since the driver was loaded, in J: a counter.
    case energy = "energy_j"

    /// Whether it can answer whether a GPU worked or was idle; in the order of trust.
    static let activities: [GPUMeaning] = [.engineActive, .utilisation, .multiprocessorActive]

    /// What it says about being idle, in one phrase; nil where it says nothing.
    package var activityWords: String? {
        switch self {
        case .engineActive: "share of time in which the engine of the GPU or instance was busy"
        case .utilisation: "share of time in which any kernel ran, by the driver"
        case .multiprocessorActive:
            "share of time and of multiprocessors in use; state it in a study as activity with compute_need: 1"
        default: nil
        }
    }
}

/// A metric of DCGM's exporter under one of its names.
package struct GPUMetric: Sendable, Hashable {
    /// What it measures.
    package let meaning: GPUMeaning
    /// The name, as the exporter writes it.
    package let name: String
    /// What a value is multiplied by to be a share, MiB, W or J.
    let scale: Double
    /// The values that can be true, after scaling.
    let possible: ClosedRange<Double>

    private init(_ meaning: GPUMeaning, _ name: String, scale: Double, upTo limit: Double) {
        self.meaning = meaning
        self.name = name
        self.scale = scale
        possible = 0...limit
    }

    /// A value in the metric's unit; nil where no GPU can have it: NaN, or the codes that DCGM writes for 'blank'.
    func value(_ raw: Double) -> Double? {
        guard raw.isFinite else { return nil }
        let value = raw * scale
        // Ratios are means of samples and may pass 1 by rounding.
        if value > possible.upperBound, possible.upperBound == 1, value <= 1.005 { return 1 }
        return possible.contains(value) ? value : nil
    }

    /// Every name that is known: of DCGM 4.6, of the years before, and of the exporter's first releases.
    package static let all: [GPUMetric] = {
        func ratio(_ meaning: GPUMeaning, _ names: String...) -> [GPUMetric] {
            names.map { GPUMetric(meaning, $0, scale: 1, upTo: 1) }
        }
        return ratio(
            .engineActive,
            "DCGM_FI_PROF_GR_ENGINE_ACTIVE",
            "DCGM_FI_PROF_GR_ENGINE_UTIL_RATIO",
            "dcgm_fi_prof_gr_engine_active"
        )
            + ratio(
                .multiprocessorActive,
                "DCGM_FI_PROF_SM_ACTIVE",
                "DCGM_FI_PROF_SM_UTIL_RATIO",
                "dcgm_fi_prof_sm_active"
            )
            + ratio(
                .occupancy,
                "DCGM_FI_PROF_SM_OCCUPANCY",
                "DCGM_FI_PROF_SM_OCCUPANCY_RATIO",
                "dcgm_fi_prof_sm_occupancy"
            )
            + ratio(
                .tensorActive,
                "DCGM_FI_PROF_PIPE_TENSOR_ACTIVE",
                "DCGM_FI_PROF_TENSOR_UTIL_RATIO",
                "dcgm_fi_prof_pipe_tensor_active"
            )
            + ratio(
                .memoryActive,
                "DCGM_FI_PROF_DRAM_ACTIVE",
                "DCGM_FI_PROF_DRAM_UTIL_RATIO",
                "dcgm_fi_prof_dram_active"
            )
            + ["DCGM_FI_DEV_GPU_UTIL", "dcgm_gpu_utilization"].map {
                GPUMetric(.utilisation, $0, scale: 0.01, upTo: 1)
            }
            + ["DCGM_FI_DEV_FB_USED", "dcgm_fb_used"].map { GPUMetric(.memoryUsed, $0, scale: 1, upTo: 1e8) }
            + ["DCGM_FI_DEV_POWER_USAGE", "dcgm_power_usage"].map { GPUMetric(.power, $0, scale: 1, upTo: 1e5) }
            + ["DCGM_FI_DEV_TOTAL_ENERGY_CONSUMPTION", "dcgm_total_energy_consumption"].map {
                GPUMetric(.energy, $0, scale: 1e-3, upTo: 1e15)
            }
    }()

    private static let byName: [String: GPUMetric] = Dictionary(all.map { ($0.name, $0) }) { first, _ in first }

    /// The metric of a name; nil where it is none of ours.
    package static func named(_ name: String) -> GPUMetric? { byName[name] }

    /// A selector of all of them, for a query.
    package static var selector: String { "{__name__=~\"" + all.map(\.name).joined(separator: "|") + "\"}" }
}
