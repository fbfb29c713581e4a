import Probability
import Scheduling

/// Small clusters and traces, drawn by a seed.
enum PlacementWorkload {
    static let types = ["T4", "V100", "A100"]

    static func groups(_ seed: UInt64) -> [NodeGroup] {
        var random = RandomGenerator(seed: seed, stream: 11)
        return (0..<6).map { index in
            let gpus = [0, 1, 2, 4, 8][random.index(below: 5)]
            return NodeGroup(
                name: "group \(index)",
                count: 1 + random.index(below: 3),
                cpuMilli: Int64(8 + 8 * random.index(below: 12)) * 1_000,
                memoryMiB: Int64(32 + 32 * random.index(below: 8)) * 1_024,
                gpuType: gpus == 0 ? "" : types[random.index(below: 3)],
                gpus: gpus,
                partition: .shares
            )
        } + [NodeGroup(count: 2, cpuMilli: 96_000, memoryMiB: 262_144, gpuType: "T4", gpus: 4, partition: .shares)]
    }

    static func trace(_ seed: UInt64, jobs: Int) -> Trace {
        var random = RandomGenerator(seed: seed, stream: 12)
        var trace = Trace()
        trace.gpuTypes = types
        for id in 0..<jobs {
            let kind = random.index(below: 10)
            let share = [50, 100, 250, 330, 500, 700, 940][random.index(below: 7)]
            trace.append(
                TraceJob(
                    id: Int64(id),
                    submit: Int64(id),
                    duration: 1_000,
                    gpus: kind < 2 ? 0 : kind < 9 ? 1 : [2, 4, 8][random.index(below: 3)],
                    gpuMilli: kind < 7 ? Int32(share) : 1_000,
                    gpuTypes: random.index(below: 4) == 0 ? UInt64(1 + random.index(below: 7)) : 0,
                    cpuMilli: Int32(500 * (1 + random.index(below: 16))),
                    memoryMiB: Int32(1_024 * random.index(below: 24))
                )
            )
        }
        return trace
    }
}
