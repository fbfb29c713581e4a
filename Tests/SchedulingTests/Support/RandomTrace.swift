import Estate
import Probability
import Scheduling

/// Small traces and clusters from a seed, for properties.
enum RandomTrace {
    /// Whole-GPU jobs for a pool: many of one instant, some of no length, some that never fit.
    static func wholeGPUs(seed: UInt64, jobs: Int, most: Int, estimates: Bool = true) -> Trace {
        var random = RandomGenerator(seed: seed)
        var trace = Trace()
        var time: Int64 = 0
        for index in 0..<jobs {
            time += Int64(random.index(below: 40)) * Int64(random.index(below: 2))
            let duration = Int64(random.index(below: 120))
            trace.append(
                TraceJob(
                    id: Int64(index),
                    submit: time,
                    duration: duration,
                    requested: estimates
                        ? duration + Int64(random.index(below: 3) * random.index(below: 60)) : duration,
                    gpus: Int32(1 + random.index(below: most)),
                    team: Int32(random.index(below: 3)),
                    priority: Int32(random.index(below: 4))
                )
            )
        }
        return trace
    }

    /// Slices, shares of slices, whole GPUs, gangs and CPU jobs, for nodes.
    static func mixed(seed: UInt64, jobs: Int, profiles: [String]) -> Trace {
        var random = RandomGenerator(seed: seed, stream: 2)
        var trace = Trace()
        trace.profiles = profiles
        trace.gpuTypes = ["left", "right"]
        var time: Int64 = 0
        for index in 0..<jobs {
            time += Int64(random.index(below: 30))
            let isSlice = random.index(below: 3) > 0
            let gpus = random.index(below: 5)
            trace.append(
                TraceJob(
                    id: Int64(index),
                    submit: time,
                    duration: Int64(random.index(below: 400)),
                    gpus: isSlice ? 1 : Int32(gpus),
                    gpuMilli: !isSlice && gpus == 1 ? Int32(100 + random.index(below: 901)) : 1_000,
                    profile: isSlice ? Int32(random.index(below: profiles.count)) : TraceJob.none,
                    gpuTypes: UInt64(random.index(below: 4)),
                    cpuMilli: Int32(random.index(below: 6) * 1_000),
                    memoryMiB: Int32(random.index(below: 100) * 37),
                    team: Int32(random.index(below: 3)),
                    priority: Int32(random.index(below: 4))
                )
            )
        }
        return trace
    }

    /// Two groups of nodes of different types and sizes that MIG can cut.
    static func cluster(_ geometry: MIGGeometry) -> [NodeGroup] {
        [
            NodeGroup(
                name: "left",
                count: 3,
                cpuMilli: 16_000,
                memoryMiB: 8_000,
                gpuType: "left",
                gpus: 4,
                partition: .mig(geometry)
            ),
            NodeGroup(
                name: "right",
                count: 2,
                cpuMilli: 8_000,
                memoryMiB: 16_000,
                gpuType: "right",
                gpus: 2,
                partition: .mig(geometry)
            ),
        ]
    }
}
