import Estate
import Probability

/// What is assumed of a workload that its study does not state, by class: planning assumptions, wide on purpose.
enum WorkloadPrior {
    /// Share of its allocated time in which a GPU works.
    static func activity(_ workload: WorkloadClass) -> Distribution? {
        switch workload {
        case .multiNodeTraining: triangle(0.60, 0.85, 0.97)
        case .singleNodeTraining: triangle(0.40, 0.75, 0.95)
        case .fineTuning: triangle(0.30, 0.65, 0.95)
        case .batchInference: triangle(0.30, 0.60, 0.95)
        case .onlineInference: triangle(0.05, 0.30, 0.70)
        case .interactiveDevelopment: triangle(0.02, 0.15, 0.50)
        }
    }

    /// Peak demand over mean demand.
    static func peakToMean(_ workload: WorkloadClass) -> Distribution? {
        switch workload {
        case .multiNodeTraining, .singleNodeTraining: triangle(1.0, 1.3, 2.0)
        case .fineTuning, .batchInference: triangle(1.1, 1.5, 3.0)
        case .onlineInference: triangle(1.3, 2.0, 4.0)
        case .interactiveDevelopment: triangle(1.3, 2.0, 4.0)
        }
    }

    /// GPU memory of one job on one GPU, GiB: the whole GPU where jobs usually fill it.
    static func memoryGiB(_ workload: WorkloadClass, on gpu: GPUModel) -> Distribution? {
        let whole = (Double(gpu.memoryFloorMiB) / 1_024 * 10).rounded(.down) / 10
        guard workload.oftenFitsASlice else { return try? .point(whole) }
        return triangle(min(2, whole), min(9, whole), min(20, whole))
    }

    /// Share of a whole GPU's compute that a job can use while it is active.
    static func computeNeed(_ workload: WorkloadClass) -> Distribution? {
        switch workload {
        case .multiNodeTraining, .singleNodeTraining, .batchInference: try? .point(1)
        case .fineTuning: triangle(0.4, 0.8, 1.0)
        case .onlineInference: triangle(0.1, 0.4, 1.0)
        case .interactiveDevelopment: triangle(0.1, 0.3, 1.0)
        }
    }

    static let source = "no public source: a planning assumption for the class"

    private static func triangle(_ low: Double, _ mode: Double, _ high: Double) -> Distribution? {
        try? .triangular(low: low, mode: mode, high: high)
    }
}
