import Foundation
import Testing

@testable import Probing

/// What is sampled of GPUs around a run of a job, through our fake of NVML.
@Suite("GPUs around a job", .needsFakeNVML)
struct GPUSamplerTests {
    /// What samples taken 130 ms apart say of a machine.
    private static func samples(_ configuration: String, times: Int = 3) async throws -> GPUSamples {
        let fake = try FakeNVML(configuration)
        defer { fake.remove() }
        let sampler = try GPUSampler(path: fake.path)
        sampler.start()
        for _ in 0..<times {
            try await Task.sleep(for: .milliseconds(130))
            sampler.sample()
        }
        return sampler.finish()
    }

    private static func value(_ metric: JobMetric, _ samples: GPUSamples) -> Double? {
        samples.readings.first { $0.metric == metric }?.value
    }

    @Test("before Hopper activity is NVML's utilization; power is summed and clocks are averaged over busy GPUs")
    func utilization() async throws {
        let samples = try await Self.samples(
            """
            gpu a100-sxm-80gb
            set nvmlDeviceGetUtilizationRates 80 10
            set nvmlDeviceGetPowerUsage 300000
            set nvmlDeviceGetClockInfo:1 1200
            gpu a100-sxm-80gb
            set nvmlDeviceGetUtilizationRates 40 10
            set nvmlDeviceGetPowerUsage 200000
            set nvmlDeviceGetClockInfo:1 1000
            gpu a100-sxm-80gb
            set nvmlDeviceGetPowerUsage 60000
            """
        )
        #expect(samples.source == "NVML utilization")
        #expect(samples.devices.map(\.activity) == [[0.8, 0.8, 0.8], [0.4, 0.4, 0.4], [0, 0, 0]])
        // The third was idle: the job cannot have used it.
        #expect(samples.active.count == 2)
        #expect(Self.value(.gpuActivity, samples).map { abs($0 - 0.6) < 1e-12 } == true)
        #expect(Self.value(.gpuPower, samples) == 500)
        #expect(Self.value(.gpuClock, samples) == 1_100)
        #expect(samples.throttledSamples == 0)
    }

    @Test("from Hopper on it is GPM's own, which sees what utilization does not")
    func activity() async throws {
        let samples = try await Self.samples(
            "gpu h200-sxm-141gb\nset nvmlGpmMetricsGet:1 37\nset nvmlDeviceGetUtilizationRates 100 0\n"
        )
        #expect(samples.source == "NVML GPM")
        #expect(samples.devices.map(\.activity) == [[0.37, 0.37, 0.37]])
    }

    @Test(
        "clocks held down by heat or power supply count, sample by sample; a limit that was set does not",
        arguments: [(0x8, 3), (0x20, 3), (0x40, 3), (0x80, 3), (0x4, 0), (0x1, 0), (0x2, 0), (0x64, 3)]
    )
    func throttled(reasons: Int, count: Int) async throws {
        let samples = try await Self.samples(
            "gpu a100-sxm-80gb\nset nvmlDeviceGetUtilizationRates 50 0\nset "
                + "nvmlDeviceGetCurrentClocksEventReasons \(reasons)\n"
        )
        #expect(samples.throttledSamples == count)
    }

    @Test("a GPU that refuses a number leaves it out, and no GPU at all is said")
    func refusals() async throws {
        let samples = try await Self.samples(
            "gpu a100-sxm-80gb\nset nvmlDeviceGetUtilizationRates 50 0\nfail nvmlDeviceGetPowerUsage 3\n"
        )
        #expect(Self.value(.gpuActivity, samples) == 0.5)
        #expect(Self.value(.gpuPower, samples) == nil)
        #expect(Self.value(.gpuClock, samples) != nil)
        let silent = try await Self.samples("gpu a100-sxm-80gb\nfail nvmlDeviceGetUtilizationRates 3\n")
        #expect(silent.readings.isEmpty)
        let fake = try FakeNVML("driver 570.133.20\n")
        defer { fake.remove() }
        let absence = #expect(throws: GPUSampler.Absence.self) { _ = try GPUSampler(path: fake.path) }
        #expect(absence?.description == "NVML shows no GPU")
        let missing = #expect(throws: GPUSampler.Absence.self) {
            _ = try GPUSampler(path: "/nonexistent/libnvidia-ml.so.1")
        }
        #expect(missing?.description.hasPrefix("NVML cannot be opened: ") == true)
    }

    @Test("each run begins without the samples of the one before")
    func runs() async throws {
        let fake = try FakeNVML("gpu a100-sxm-80gb\nset nvmlDeviceGetUtilizationRates 50 0\n")
        defer { fake.remove() }
        let sampler = try GPUSampler(path: fake.path)
        for count in [2, 1, 0] {
            sampler.start()
            for _ in 0..<count { sampler.sample() }
            #expect(sampler.finish().devices.map(\.activity.count) == [count])
        }
    }
}
