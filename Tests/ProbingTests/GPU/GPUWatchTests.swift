import Documents
import Evidence
import Testing

@testable import Probing

/// What NVML sees of the GPU meanwhile, and sessions of GPU probes.
@Suite(.needsFakeNVML) struct GPUWatchTests {
    static let uuid = "00010203-0405-0607-0809-0a0b0c0d0e0f"
    static let gpu = "gpu h200-sxm-141gb\nuuid GPU-\(uuid)\n"

    /// Runs a probe with this NVML beside it.
    static func run(_ nvml: String, _ probe: String = "gpu-memory") throws -> ProbeSamples {
        let fake = try FakeNVML(nvml)
        defer { fake.remove() }
        return try GPUProbeTests.run(try FakeCUDA(GPUProbeTests.gpu, nvml: fake.path), probe)
    }

    static func refusal(_ nvml: String) -> String {
        do {
            _ = try run(nvml)
            return "none"
        } catch {
            return "\(error)"
        }
    }

    @Test("clocks, power and temperature during the run are conditions, and the link's limit is NVML's")
    func conditions() throws {
        let samples = try Self.run(
            Self.gpu + "set nvmlDeviceGetPowerUsage 512300\nset nvmlDeviceGetMaxPcieLinkGeneration 5\n"
                + "set nvmlDeviceGetMaxPcieLinkWidth 16\n",
            "gpu-transfer"
        )
        func value(_ name: String) -> String? { samples.conditions.first { $0.name == name }?.value }
        #expect(value("gpu_transfer_power_w") == "512.3")
        #expect(value("gpu_transfer_sm_clock_mhz") != nil)
        #expect(value("gpu_transfer_temperature_c") != nil)
        #expect(value("gpu_h2d_pinned_1m_limit_gb_per_s") == "63.0")
        #expect(value("gpu_h2d_pinned_64k_limit_gb_per_s") == nil)
        #expect(value("gpu_uuid") == Self.uuid)
        #expect(!samples.notes.contains { $0.contains("NVML") })
    }

    @Test("another process on the GPU refuses the probe and names it")
    func others() {
        #expect(Self.refusal(Self.gpu + "process pid=4711\n").hasPrefix("another process is on the GPU (process 4711)"))
        #expect(Self.refusal(Self.gpu + "process pid=4711 kind=mps\n").hasPrefix("another process is on the GPU"))
    }

    @Test(
        "heat and the power supply refuse, the power limit and idling do not",
        arguments: [
            (0x08, "slowed its clocks down"), (0x20, "because of heat"), (0x40, "because of heat"),
            (0x80, "power brake"),
            (0x60, "during the run software slowed its clocks down because of heat, and the hardware slowed"),
            (0, "none"), (0x01, "none"), (0x02, "none"), (0x04, "none"), (0x100, "none"),
        ]
    )
    func reasons(bits: Int, words: String) {
        #expect(Self.refusal(Self.gpu + "set nvmlDeviceGetCurrentClocksEventReasons \(bits)\n").contains(words))
    }

    @Test("the power limit is noted")
    func powerCap() throws {
        let samples = try Self.run(Self.gpu + "set nvmlDeviceGetCurrentClocksEventReasons 4\n")
        #expect(
            samples.notes == [
                "The power limit held the GPU's clocks down during gpu-memory, as it does under full load."
            ]
        )
    }

    @Test("on a GPU that is cut up, the instance must be known, and then the memory has no limit stated")
    func instances() throws {
        let cut =
            "root yes\ngpu h200-sxm-141gb\nuuid GPU-ffffffff-0405-0607-0809-0a0b0c0d0e0f\npci 00000000:17:00.0\nmig 1 1\n"
        #expect(Self.refusal(cut).hasPrefix("the GPU is cut up (MIG) and NVML does not know the instance"))
        let known =
            cut
            + "instance profile=9 start=0 id=1\ncompute gi=1 profile=2 start=0 size=3 id=0 mig=0 uuid=MIG-\(Self.uuid)\n"
        let samples = try Self.run(known)
        #expect(samples.notes.contains { $0.hasPrefix("CUDA runs in a MIG instance") })
        #expect(!samples.conditions.contains { $0.name.contains("limit") })
    }

    @Test("a GPU that NVML does not know, and lists that it does not give, are said")
    func unknown() throws {
        let other = try Self.run("gpu h200-sxm-141gb\nuuid GPU-1\npci 00000000:99:00.0\n")
        #expect(other.notes == ["NVML does not know this GPU: nothing on it was watched."])
        let mute = try Self.run(Self.gpu + "fail nvmlDeviceGetComputeRunningProcesses_v3 3\n")
        #expect(mute.notes.contains { $0.hasPrefix("NVML does not list this GPU's processes") })
    }

    static func session(_ fake: FakeCUDA, rounds: Int = 2) -> MeasureSession {
        let probes = fake.probes().all
        return MeasureSession(
            plan: MeasurePlan(.quick, seed: 3, processors: [0], probes: probes, rounds: rounds, sampleSeconds: 0.02),
            layout: MeasureSessionTests.layout,
            launcher: InProcessLauncher(probes: probes),
            environment: MeasureSessionTests.environment(),
            options: .init(retries: 0)
        )
    }

    @Test("a session of GPU probes is a record, and says measured, limit and share")
    func session() throws {
        let outcome = Self.session(try FakeCUDA(GPUProbeTests.gpu)).run()
        #expect(outcome.refusals.isEmpty)
        let record = try outcome.record(host: "h", boot: "b")
        #expect(
            record.metrics.contains { $0.name == "gpu_memory_copy" && $0.unit == "GB/s" && $0.direction == .higher }
        )
        #expect(record.runs.count == 2)
        let derived = try #require(outcome.derived.first { $0.name == "gpu_memory_read_share" })
        #expect(abs(derived.value - 40 / 4916.7) < 1e-4)
        #expect(derived.sentence.contains("measured, limit 4917 GB/s, share 0.8"))
        #expect(outcome.text.contains(derived.sentence))
    }

    @Test("a GPU that is lost mid-run leaves what was measured before it and no more")
    func lost() throws {
        let fake = try FakeCUDA("fail cuMemcpyDtoDAsync_v2 719 after 20\n" + GPUProbeTests.gpu)
        let outcome = Self.session(fake).run()
        #expect(outcome.refusals.map(\.probe) == ["gpu-memory"])
        #expect(outcome.refusals.first?.rounds == [1, 2])
        let record = try outcome.record(host: "h", boot: "b")
        #expect(record.metrics.contains { $0.name == "gpu_launch_wait" })
        #expect(!record.metrics.contains { $0.name.hasPrefix("gpu_memory") })
        #expect(record.hosts[0].blindSpots.contains { $0.contains("were not measured: cuMemcpyDtoDAsync_v2 answered") })
        let none = Self.session(try FakeCUDA("")).run()
        #expect(throws: MeasureRecordError.self) { _ = try none.record(host: "h", boot: "b") }
    }

    @Test("the process of a run knows the GPU probes, and a request carries the GPU")
    func request() throws {
        let request = ProbeRequest(probe: "gpu-peer", seconds: 1, seed: 1, processors: [0], gpu: 5)
        #expect(try ProbeRequest(argument: try request.argument()) == request)
        #expect(throws: (any Error).self) {
            _ = try ProbeRequest(argument: #"{"probe":"x","seconds":1,"seed":1,"processors":"0","gpu":-1}"#)
        }
        #expect(ComponentProbe.known.map(\.name).contains("gpu-peer"))
        #expect(Set(ComponentProbe.known.map(\.name)).count == ComponentProbe.known.count)
        let plan = MeasurePlan(.quick, seed: 1, processors: [0], probes: FakeCUDAPlan.probes, gpu: 3)
        #expect(plan.requests(round: 0).allSatisfy { $0.gpu == 3 })
    }
}

private enum FakeCUDAPlan {
    static let probes = GPUProbes().all
}
