import Foundation
import Probing
import Testing

/// Our fake `libcuda.so.1`, which is its own `libcublas` too, beside a configuration and with a clock of its own.
///
/// Each has a copy of the library for itself, so GPUs of different tests live in one process without meeting.
final class FakeCUDA: Sendable {
    /// The library's file.
    let path: String
    private let folder: URL
    private let handle: Handle
    private let nvml: String
    private let clock: @Sendable () -> UInt64

    /// GPUs as `configuration` describes them, with NVML at a path, or without NVML.
    init(_ configuration: String, nvml: String = "/nonexistent/libnvidia-ml.so.1", lacking symbols: [String] = [])
        throws
    {
        let installed = try FakeLibrary.cuda.install(configuration, lacking: symbols)
        (path, folder) = (installed.library.path, installed.folder)
        self.nvml = nvml
        let handle = try #require(dlopen(path, RTLD_NOW | RTLD_LOCAL))
        self.handle = Handle(pointer: handle)
        let symbol = try #require(dlsym(handle, "fake_cuda_now"))
        let now = unsafeBitCast(symbol, to: (@convention(c) () -> Double).self)
        clock = { UInt64(now()) }
    }

    /// The library as the linker knows it; it stays open.
    private struct Handle: @unchecked Sendable {
        let pointer: UnsafeMutableRawPointer
    }

    /// A symbol that the fake has beside CUDA's.
    func symbol(_ name: String) throws -> UnsafeMutableRawPointer { try #require(dlsym(handle.pointer, name)) }

    deinit { try? FileManager.default.removeItem(at: folder) }

    /// The libraries as probes take them.
    var libraries: GPULibraries { GPULibraries(cuda: path, cublas: path, nvml: nvml, nanoseconds: clock) }

    /// The same without cuBLAS.
    var withoutCUBLAS: GPULibraries {
        GPULibraries(cuda: path, cublas: "/nonexistent/libcublas.so.12", nvml: nvml, nanoseconds: clock)
    }

    /// Sizes that a C program on one core does in no time.
    static var sizes: GPUProbes.Sizes {
        var sizes = GPUProbes.Sizes()
        sizes.transfers = [4 << 10, 64 << 10, 1 << 20]
        sizes.transferSample = 1 << 20
        sizes.array = 1 << 20
        sizes.matrix = 32
        sizes.turns = 8
        sizes.eventSample = 5e-4
        sizes.peer = 1 << 20
        return sizes
    }

    /// The probes of this fake.
    func probes(count: Int = 1) -> GPUProbes { GPUProbes(libraries: libraries, count: count, sizes: Self.sizes) }
}
