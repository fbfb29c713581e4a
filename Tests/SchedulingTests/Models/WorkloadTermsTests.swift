import Estate
import Testing

@testable import Scheduling

/// Jobs of workloads on the way from a recorded trace to bare metal, and from there under a model.
@Suite struct WorkloadTermsTests {
    private static let half = WorkloadTerms(
        activity: 0.5,
        need: 0.4,
        leastSpeed: 0.25,
        memoryMiB: 9_000,
        bareMetalShare: 1 / 1.04
    )

    @Test func `only the time in which a job works stretches`() {
        #expect(Self.half.stretch(0) == 1)
        #expect(abs(Self.half.stretch(0.08) - 1.04) < 1e-12)
        let traits = Self.half.traits(0.08)
        #expect(abs(traits.activity - 0.54 / 1.04) < 1e-12)
        #expect(abs(traits.need.total - 0.4 * 0.54 / 1.04) < 1e-9)
        #expect(traits.leastSpeed == 0.25)
    }

    @Test func `recorded jobs lose start-up and overhead, take their workload's memory, and ask for no type`() throws {
        var trace = Trace()
        trace.gpuTypes = ["a100"]
        for memory in [0, 4_000] {
            trace.append(
                TraceJob(
                    id: Int64(memory),
                    submit: 0,
                    duration: 60_000 + 104_000,
                    requested: 900_000,
                    gpus: 1,
                    gpuMemoryMiB: Int32(memory),
                    gpuTypes: memory == 0 ? 1 : 0,
                    cpuMilli: 8_000,
                    speedClass: 0
                )
            )
        }
        let recorded = RecordedModel(.vmPassthrough, overheads: ModelOverheads(startUpMilliseconds: 60_000))
        let jobs = try NormalisedJobs(trace, [Self.half], under: recorded)
        #expect(jobs.trace.duration == [100_000, 100_000])
        #expect(jobs.trace.gpuMemoryMiB.array == [9_000, 4_000])
        #expect(jobs.trace.gpuTypes.isEmpty && jobs.trace[0].gpuTypes == 0 && jobs.trace[0].cpuMilli == 0)
        #expect(jobs.trace[0].requested == TraceJob.unknown)
        #expect((jobs.typed, jobs.unknownMemory, jobs.swallowed) == (1, 1, 0))
        // Replayed as it was recorded, a job takes as long again, its start-up aside.
        #expect(jobs.stretched([Self.half.stretch(0.08)]).duration == [104_000, 104_000])
    }

    @Test func `times beyond all bounds stay numbers`() throws {
        var trace = Trace()
        trace.append(TraceJob(id: 1, submit: 0, duration: 1 << 50, speedClass: 0))
        var absurd = Self.half
        absurd.bareMetalShare = 1e300
        let jobs = try NormalisedJobs(trace, [absurd], under: RecordedModel(.bareMetal))
        #expect(jobs.trace.duration == [1 << 60])
        #expect(jobs.stretched([1e300]).duration == [1 << 60])
    }
}
