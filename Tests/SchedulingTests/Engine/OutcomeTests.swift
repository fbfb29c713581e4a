import Estate
import Scheduling
import Testing

@Suite("What becomes of jobs that make no sense, or that nothing can run")
struct OutcomeTests {
    /// A job, with something changed.
    static func job(_ change: (inout TraceJob) -> Void) -> TraceJob {
        var job = TraceJob(id: 7, submit: 10, duration: 5)
        change(&job)
        return job
    }

    static let far: Int64 = 1 << 50

    static let onShares: [(TraceJob, JobOutcome)] = [
        (job { _ in }, .completed),
        (job { $0.duration = 0 }, .completed),
        (job { $0.duration = far }, .completed),
        (job { $0.gpus = 0 }, .completed),
        (job { $0.gpuMilli = 1 }, .completed),
        (
            job {
                $0.gpus = 8; $0.nodes = 2
            }, .completed
        ),
        (job { $0.submit = -1 }, .malformed),
        (job { $0.submit = far + 1 }, .malformed),
        (job { $0.duration = -1 }, .malformed),
        (job { $0.duration = .min }, .malformed),
        (job { $0.duration = far + 1 }, .malformed),
        (job { $0.duration = .max }, .malformed),
        (job { $0.gpus = -1 }, .malformed),
        (job { $0.gpus = .min }, .malformed),
        (job { $0.gpuMilli = 0 }, .malformed),
        (job { $0.gpuMilli = -5 }, .malformed),
        (job { $0.gpuMilli = 1_001 }, .malformed),
        (
            job {
                $0.gpus = 2; $0.gpuMilli = 500
            }, .malformed
        ),
        (job { $0.cpuMilli = -1 }, .malformed),
        (job { $0.memoryMiB = .min }, .malformed),
        (job { $0.gpuMemoryMiB = -1 }, .malformed),
        (job { $0.nodes = -1 }, .malformed),
        (job { $0.gpus = 9 }, .tooManyGPUs),
        (job { $0.gpus = .max }, .tooManyGPUs),
        (
            job {
                $0.gpus = .max; $0.nodes = .max
            }, .tooManyGPUs
        ),
        (
            job {
                $0.gpus = 6; $0.nodes = 1
            }, .tooManyGPUs
        ),
        (job { $0.gpuTypes = 2 }, .noSuchType),
        (job { $0.gpuTypes = 1 << 63 }, .noSuchType),
        (job { $0.profile = 0 }, .noSuchSlice),
        (job { $0.profile = .max }, .noSuchSlice),
        (job { $0.cpuMilli = 8_001 }, .tooMuchCPU),
        (job { $0.cpuMilli = .max }, .tooMuchCPU),
        (
            job {
                $0.gpus = 0; $0.cpuMilli = .max; $0.memoryMiB = .max
            }, .tooMuchCPU
        ),
        (job { $0.memoryMiB = 1_025 }, .tooMuchMemory),
        (job { $0.memoryMiB = .max }, .tooMuchMemory),
    ]

    @Test("each job has the outcome that is stated, alone and behind one that runs", arguments: onShares)
    func outcomes(_ job: TraceJob, _ expected: JobOutcome) throws {
        let cluster = ClusterDescription.nodes([
            NodeGroup(count: 2, cpuMilli: 8_000, memoryMiB: 1_024, gpuType: "here", gpus: 4, partition: .shares)
        ])
        var trace = Trace()
        trace.profiles = ["1g.5gb"]
        trace.gpuTypes = ["here", "elsewhere"]
        trace.append(job)
        let alone = try simulate(trace, on: cluster)
        #expect(alone.outcome[0] == expected)
        #expect((alone.start[0] >= 0) == (expected == .completed))
        #expect(alone.counters.rejected == (expected.isRejected ? 1 : 0))
        #expect(alone.counters.completed + alone.counters.rejected == 1)
        // Who can never run delays nobody.
        trace.append(TraceJob(id: 8, submit: job.submit, duration: 1))
        let both = try simulate(trace, on: cluster)
        if expected.isRejected, (0...Self.far).contains(job.submit) { #expect(both.start[1] == job.submit) }
    }

    @Test(
        "a job is cut by the nodes of the types that it may use, not by larger ones of others",
        arguments: [(4, .completed), (8, .completed), (12, .completed), (13, .tooManyGPUs)] as [(Int32, JobOutcome)],
        [PlacementPolicy.bestFit, .gpuPacking]
    )
    func parts(_ job: (gpus: Int32, expected: JobOutcome), _ policy: PlacementPolicy) throws {
        var trace = Trace()
        trace.gpuTypes = ["V100", "T4"]
        trace.append(TraceJob(id: 1, submit: 0, duration: 1, gpus: job.gpus, gpuTypes: 0b10))
        var options = SimulationOptions()
        options.placement = policy
        let groups = [NodeGroup(count: 1, gpuType: "V100", gpus: 8), NodeGroup(count: 3, gpuType: "T4", gpus: 4)]
        let result = try simulate(trace, on: .nodes(groups), options: options)
        #expect(result.outcome[0] == job.expected)
        #expect(result.furtherNodes.count == (job.expected == .completed ? Int(job.gpus) / 4 - 1 : 0))
    }

    @Test("in a pool only sizes and times count", arguments: [QueueDiscipline.fcfs, .easy, .priority])
    func pool(_ queue: QueueDiscipline) throws {
        var options = SimulationOptions()
        options.queue = queue
        for (job, expected) in Self.onShares where expected == .malformed || expected == .completed {
            var trace = Trace()
            trace.append(job)
            #expect(try simulate(trace, on: .pool(gpus: 8), options: options).outcome[0] == expected)
        }
        var trace = Trace()
        trace.append(Self.job { $0.gpus = 9 })
        #expect(try simulate(trace, on: .pool(gpus: 8), options: options).outcome[0] == .tooManyGPUs)
    }

    @Test("without departures a job runs or is lost")
    func lost() throws {
        var options = SimulationOptions()
        options.departures = false
        var trace = Trace()
        for id in 0..<3 { trace.append(TraceJob(id: Int64(id), submit: 0, duration: 1, gpus: 1)) }
        let result = try simulate(trace, on: .pool(gpus: 2), options: options)
        #expect(Array(result.outcome) == [.running, .running, .lost])
    }

    @Test("a queue that runs past the end of time is refused, by the name of the job")
    func overflow() {
        var trace = Trace()
        for id in 0..<5_000 { trace.append(TraceJob(id: Int64(id), submit: 0, duration: Self.far)) }
        // 4,095 jobs of 2^50 end before 2^62; the next one would end at it.
        #expect(throws: SimulationError.timeOverflow(job: 4_095)) { try simulate(trace, on: .pool(gpus: 1)) }
    }

    @Test("MIG: an unknown profile is refused, and so is one that this GPU has not")
    func profiles() throws {
        let geometry = try #require(try GPUCatalogue.standard().gpu(named: "a30-24gb").migGeometry)
        let cluster = ClusterDescription.nodes([NodeGroup(count: 1, gpus: 1, partition: .mig(geometry))])
        var trace = Trace()
        trace.profiles = [geometry.plainProfiles[0].name, "7g.80gb", ""]
        for profile in Int32(0)...3 { trace.append(TraceJob(id: 0, submit: 0, duration: 1, profile: profile)) }
        let outcomes = try simulate(trace, on: cluster).outcome
        #expect(Array(outcomes) == [.completed, .noSuchSlice, .noSuchSlice, .noSuchSlice])
    }
}
