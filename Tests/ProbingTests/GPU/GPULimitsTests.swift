import Testing

@testable import Probing

/// Limits against what NVIDIA's data sheets say of the GPUs.
@Suite struct GPULimitsTests {
    static func device(
        _ major: Int,
        _ minor: Int,
        sms: Int,
        memoryMHz: Double? = nil,
        bits: Int? = nil
    ) -> CUDADevice {
        CUDADevice(
            ordinal: 0,
            handle: 0,
            name: "",
            uuid: nil,
            busID: nil,
            capabilityMajor: major,
            capabilityMinor: minor,
            multiprocessors: sms,
            clockMHz: nil,
            memoryClockMHz: memoryMHz,
            memoryBusBits: bits,
            l2CacheBytes: nil
        )
    }

    @Test(
        "memory bandwidth is the data sheet's",
        arguments: [
            (3201.0, 6144, 4.9e3), (2619, 5120, 3.35e3), (1593, 5120, 2.039e3), (1215, 5120, 1.555e3), (5001, 256, 320),
            (6251, 384, 600),
        ]
    )
    func memory(clock: Double, bits: Int, sheet: Double) throws {
        let device = Self.device(9, 0, sms: 1, memoryMHz: clock, bits: bits)
        let limit = try #require(GPULimits.memory(device, isInstance: false))
        #expect(abs(limit / sheet - 1) < 0.01)
        #expect(GPULimits.memory(device, isInstance: true) == nil)
    }

    @Test(
        "arithmetic is the data sheet's",
        arguments: [
            // V100, T4, A100, A10 (FP32), L40S, H100 SXM: the clock that the sheet counts with.
            (7, 0, 80, 1530.0, 15.7, 125.0), (7, 5, 40, 1590, 8.1, 65), (8, 0, 108, 1410, 19.5, 312),
            (8, 6, 72, 1695, 31.2, 125), (8, 9, 142, 2520, 91.6, 362), (9, 0, 132, 1830, 61.9, 989),
        ]
    )
    func arithmetic(major: Int, minor: Int, sms: Int, clock: Double, fp32: Double, tensor: Double) throws {
        let device = Self.device(major, minor, sms: sms)
        let single = try #require(GPULimits.fp32(device, clockMHz: clock))
        let half = try #require(GPULimits.tensor(device, clockMHz: clock))
        #expect(abs(single / fp32 - 1) < 0.015, "\(single)")
        #expect(abs(half / tensor - 1) < 0.015, "\(half)")
        #expect(GPULimits.fp32(device, clockMHz: nil) == nil)
    }

    @Test("what is not known has no limit")
    func unknown() {
        #expect(GPULimits.fp32(Self.device(42, 0, sms: 1), clockMHz: 1000) == nil)
        #expect(GPULimits.tensor(Self.device(6, 1, sms: 1), clockMHz: 1000) == nil)
        #expect(GPULimits.memory(Self.device(9, 0, sms: 1), isInstance: false) == nil)
        #expect(GPULimits.pcie(generation: 9, lanes: 16) == nil)
        #expect(GPULimits.pcie(generation: 4, lanes: 0) == nil)
        #expect(GPULimits.nvLinks(Self.device(9, 0, sms: 1), links: 0) == nil)
        #expect(GPULimits.nvLinks(Self.device(8, 9, sms: 1), links: 4) == nil)
    }

    @Test(
        "links",
        arguments: [(1, 16, 4.0), (2, 8, 4), (3, 16, 15.75), (4, 16, 31.5), (5, 16, 63), (5, 8, 31.5), (6, 16, 121)]
    )
    func pcie(generation: Int, lanes: Int, sheet: Double) throws {
        #expect(abs(try #require(GPULimits.pcie(generation: generation, lanes: lanes)) / sheet - 1) < 0.01)
    }

    @Test(
        "NVLinks together are half of what the sheet counts both ways",
        arguments: [(7, 6, 300.0), (8, 12, 600), (9, 18, 900), (10, 18, 1800)]
    )
    func nvLinks(major: Int, links: Int, both: Double) {
        #expect(GPULimits.nvLinks(Self.device(major, 0, sms: 1), links: links) == both / 2)
    }
}
