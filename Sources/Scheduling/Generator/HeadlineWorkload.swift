package import Estate
import Probability
import RealModule

/// The synthetic workload on which the engine's speed is measured: ours, seeded, its distributions stated here.
///
/// Nodes have 8 GPUs that MIG can cut, 128 processors and 1 TiB. Jobs arrive as a Poisson process. One in ten is a gang
/// of 2, 3, 4, 6 or 8 whole GPUs on one node (weights 50, 10, 25, 5, 10), one in ten a single whole GPU, the others an
/// instance of one of five profiles (weights below). Durations are lognormal with a median of 10 minutes and a sigma of
/// 1.2, cut at a time limit of 4 hours. Each job asks for CPU and memory in proportion to its part of the GPU times a factor drawn from its row below,
/// so that some nodes run out of CPU or memory before they run out of GPUs. Offered load is the mean of whole-GPU
/// equivalents (a slice by its compute slices) in the system, over GPUs, were there no waiting.
package struct HeadlineWorkload: Sendable, Hashable {
    /// How many jobs.
    package var jobs = 1_000_000
    /// GPUs, in nodes of 8; rounded up to whole nodes.
    package var gpus = 10_000
    /// Offered load.
    package var load = 0.95
    /// Whether nodes have limited CPU and memory.
    package var hasNodeLimits = true
    /// The seed.
    package var seed: UInt64 = 1

    package init() {}

    /// One kind of job.
    private struct Kind {
        let weight: Double
        let gpus: Int32
        let profile: Int32
        /// Whole-GPU equivalents.
        let size: Double
    }

    /// Compute and memory slices of the five profiles that are asked for, and how often of 100 jobs.
    private static let slices: [(compute: Int, memory: Int, weight: Double)] = [
        (1, 1, 35), (1, 2, 8), (2, 2, 20), (3, 4, 12), (4, 4, 5),
    ]
    private static let gangs: [(gpus: Int32, weight: Double)] = [(2, 5), (3, 1), (4, 2.5), (6, 0.5), (8, 1)]
    /// Processors and GiB per whole GPU, each with equal chance: 16 and 128 are a node's even share.
    private static let appetites: [(cpu: Double, memoryGiB: Double)] = [(8, 64), (16, 96), (16, 128), (32, 128)]

    /// Draws the trace and describes the cluster.
    ///
    /// - Parameter geometry: of a GPU with plain profiles of 1, 1, 2, 3 and 4 compute slices on 1, 2, 2, 4 and 4 memory
    ///   slices: the A100, H100 and H200.
    /// - Returns: the jobs, and the nodes.
    /// - Throws: ``SimulationError`` where the geometry has no such profile.
    package func make(_ geometry: MIGGeometry) throws(SimulationError) -> (Trace, ClusterDescription) {
        var trace = Trace()
        var kinds: [Kind] = []
        for slice in Self.slices {
            let profile = geometry.plainProfiles.first {
                $0.computeSlices == slice.compute && $0.memorySlices == slice.memory
            }
            guard let profile, let total = geometry.computeSlices?.value, total > 0 else {
                throw .option("\(geometry.gpu) has no profile of \(slice.compute) compute slices; use an A100 or H100")
            }
            let size = Double(slice.compute) / Double(total)
            kinds.append(Kind(weight: slice.weight, gpus: 1, profile: Int32(trace.profiles.count), size: size))
            trace.profiles.append(profile.name)
        }
        kinds.append(Kind(weight: 10, gpus: 1, profile: TraceJob.none, size: 1))
        for gang in Self.gangs {
            kinds.append(Kind(weight: gang.weight, gpus: gang.gpus, profile: TraceJob.none, size: Double(gang.gpus)))
        }
        let totalWeight = kinds.reduce(0) { $0 + $1.weight }
        let meanSize = kinds.reduce(0) { $0 + $1.weight * $1.size } / totalWeight
        let (median, sigma) = (600_000.0, 1.2)
        let limit = 24 * median
        // The mean of the smaller of a lognormal draw and the limit.
        let z = Double.log(limit / median) / sigma
        let meanDuration =
            median * Double.exp(sigma * sigma / 2) * Normal.cumulative(z - sigma) + limit * (1 - Normal.cumulative(z))
        let nodes = (max(1, gpus) + 7) / 8
        let gap = meanSize * meanDuration / (load * Double(nodes * 8))

        var random = RandomGenerator(seed: seed)
        trace.reserveCapacity(jobs)
        var time = 0.0
        for index in 0..<max(0, jobs) {
            time -= gap * Double.log(random.uniform())
            var drawn = random.uniform() * totalWeight
            var kind = kinds[kinds.count - 1]
            for candidate in kinds {
                drawn -= candidate.weight
                if drawn < 0 {
                    kind = candidate
                    break
                }
            }
            let appetite = Self.appetites[random.index(below: Self.appetites.count)]
            let duration = median * Double.exp(sigma * random.normal())
            trace.append(
                TraceJob(
                    id: Int64(index + 1),
                    submit: Int64(min(time, 0x1p50)),
                    duration: Int64(min(max(1, duration), limit)),
                    gpus: kind.gpus,
                    profile: kind.profile,
                    cpuMilli: Int32(1_000 * min(128, max(1, (appetite.cpu * kind.size).rounded(.down)))),
                    memoryMiB: Int32(1_024 * max(1, (appetite.memoryGiB * kind.size).rounded(.down)))
                )
            )
        }
        let group = NodeGroup(
            name: "headline",
            count: nodes,
            cpuMilli: hasNodeLimits ? 128_000 : nil,
            memoryMiB: hasNodeLimits ? 1_024 * 1_024 : nil,
            gpuType: geometry.gpu,
            gpus: 8,
            partition: .mig(geometry)
        )
        return (trace, .nodes([group]))
    }
}
