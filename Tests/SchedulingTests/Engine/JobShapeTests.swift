import Estate
import Testing

@testable import Scheduling

/// Which jobs are of one shape, and that it changes nothing.
@Suite struct JobShapeTests {
    private static func geometry() throws -> MIGGeometry {
        try GPUCatalogue.standard().gpu(named: "a100-sxm-80gb").mig()
    }

    /// Whole jobs, shares and jobs of a profile, each of its own GPU memory.
    private static var trace: Trace {
        var trace = Trace()
        trace.profiles = ["2g.20gb"]
        for id in 0..<90 {
            trace.append(
                TraceJob(
                    id: Int64(id),
                    submit: Int64(id) * 1_000,
                    duration: 300_000 + Int64(id % 7) * 50_000,
                    gpus: 1,
                    gpuMilli: id % 3 == 1 ? 300 : 1_000,
                    profile: id % 3 == 2 ? 0 : TraceJob.none,
                    gpuMemoryMiB: Int32(1_000 + 800 * id)
                )
            )
        }
        return trace
    }

    private static func groups(_ partition: GPUPartition) -> [NodeGroup] {
        [NodeGroup(count: 2, gpuType: "a100-sxm-80gb", gpus: 4, partition: partition)]
    }

    @Test func `GPU memory tells jobs apart only where it decides what they are given`() throws {
        let geometry = try Self.geometry()
        let layout = try #require(try geometry.maximalLayouts().first)
        func count(_ partition: GPUPartition) -> Int {
            JobShapes(Self.trace, pooled: false, on: Self.groups(partition)).shapes.count
        }
        #expect(count(.whole) == 3)
        #expect(count(.shares) == 3)
        // Shares get a profile with their memory; whole GPUs and named profiles are what they are.
        #expect(count(.mig(geometry)) == 30 + 2)
        // On a fixed layout whoever names no profile gets an instance with the memory.
        #expect(count(.layout(geometry, layout)) == 60 + 1)
        var mixed = Self.groups(.mig(geometry))
        mixed += Self.groups(.layout(geometry, layout)) + Self.groups(.whole)
        #expect(JobShapes(Self.trace, pooled: false, on: mixed).shapes.count == 60 + 1)
    }

    @Test func `what makes no sense is still refused`() throws {
        var trace = Self.trace
        trace[4].gpuMemoryMiB = -5
        let result = try simulate(trace, on: .nodes(Self.groups(.whole)))
        #expect(result.outcome[4] == .malformed)
        #expect(result.counters.rejected == 1)
    }

    @Test(arguments: [QueueDiscipline.fcfs, .easy, .fairShare(halfLife: 3_600_000), .priority])
    func `jobs start when and where they would if memory were not stated`(_ queue: QueueDiscipline) throws {
        var silent = Self.trace
        for job in 0..<silent.count where silent[job].gpuMilli == 1_000 { silent[job].gpuMemoryMiB = 0 }
        var options = SimulationOptions()
        options.queue = queue
        let cluster = ClusterDescription.nodes(Self.groups(.mig(try Self.geometry())))
        let first = try simulate(Self.trace, on: cluster, options: options)
        let second = try simulate(silent, on: cluster, options: options)
        #expect(first.start == second.start && first.node == second.node && first.slice == second.slice)
        #expect(first.counters.completed == second.counters.completed)
    }
}
