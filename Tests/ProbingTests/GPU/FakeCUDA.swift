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
    private let nvml: String
    private let clock: @Sendable () -> UInt64

    /// Where its sources are: Tests/Support/FakeCUDA.
    static let sources = FakeNVML.sources.deletingLastPathComponent().appending(path: "FakeCUDA")

    /// GPUs as `configuration` describes them, with NVML at a path, or without NVML.
    init(_ configuration: String, nvml: String = "/nonexistent/libnvidia-ml.so.1", lacking symbols: [String] = [])
        throws
    {
        let built = try Self.build(symbols)
        folder = FileManager.default.temporaryDirectory.appending(path: "fake-cuda-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        let library = folder.appending(path: "libcuda.so.1")
        try FileManager.default.copyItem(at: built, to: library)
        try configuration.write(to: library.appendingPathExtension("conf"), atomically: true, encoding: .utf8)
        path = library.path
        self.nvml = nvml
        let handle = try #require(dlopen(path, RTLD_NOW | RTLD_LOCAL))
        let symbol = try #require(dlsym(handle, "fake_cuda_now"))
        let now = unsafeBitCast(symbol, to: (@convention(c) () -> Double).self)
        clock = { UInt64(now()) }
    }

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

    private static let lock = NSLock()
    nonisolated(unsafe) private static var builds: [String: URL] = [:]

    private static func build(_ symbols: [String]) throws -> URL {
        lock.lock()
        defer { lock.unlock() }
        let key = symbols.sorted().joined(separator: " ")
        if let known = builds[key] { return known }
        let folder = FileManager.default.temporaryDirectory.appending(path: "fake-cuda-build-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        let output = folder.appending(path: "libcuda.so.1")
        let process = Process()
        process.executableURL = URL(filePath: "/bin/sh")
        process.arguments = [sources.appending(path: "build.sh").path, output.path] + symbols
        process.environment = ["PATH": "/usr/bin:/bin", "CC": FakeNVML.compiler ?? "cc"]
        let errors = Pipe()
        process.standardError = errors
        try process.run()
        let message = errors.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        try #require(process.terminationStatus == 0, "\(String(decoding: message, as: UTF8.self))")
        builds[key] = output
        return output
    }
}
