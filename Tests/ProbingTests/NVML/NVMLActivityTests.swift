import Testing

@testable import Probing

/// Activity by GPM, against the fake.
@Suite("NVML activity", .needsFakeNVML)
struct NVMLActivityTests {
    @Test("between two looks 100 ms apart each metric that the GPU has is there")
    func metrics() async throws {
        let fake = try FakeNVML("gpu h200-sxm-141gb\nset nvmlGpmMetricsGet:2 87\nset nvmlGpmMetricsGet:21 1200\n")
        defer { fake.remove() }
        let activity = try NVMLActivity(try NVMLLibrary(path: fake.path).device(at: 0))
        try await Task.sleep(for: .milliseconds(130))
        #expect(try activity.read() == [.processors: 87, .pcieReceived: 1200])
    }

    @Test("an instance is read by its id, and one that does not stand is refused")
    func instances() throws {
        let fake = try FakeNVML("gpu h200-sxm-141gb\nmig 1 1\ninstance profile=9 start=0 id=1\n")
        defer { fake.remove() }
        let gpu = try NVMLLibrary(path: fake.path).device(at: 0)
        _ = try NVMLActivity(gpu, gpuInstance: 1).read()
        #expect(throws: NVMLError.invalidArgument) { _ = try NVMLActivity(gpu, gpuInstance: 5) }
    }

    @Test("a GPU before Hopper has no GPM")
    func older() throws {
        let fake = try FakeNVML("gpu a100-sxm-80gb\n")
        defer { fake.remove() }
        let gpu = try NVMLLibrary(path: fake.path).device(at: 0)
        #expect(try gpu.gpmSupport() == false)
        #expect(throws: NVMLError.notSupported) { _ = try NVMLActivity(gpu) }
    }
}
