import Foundation
import Testing

/// A fake of one of NVIDIA's libraries: built from C once per set of missing entry points, copied beside a configuration.
///
/// A fake reads the file beside itself, so machines of different tests live in one process without meeting.
struct FakeLibrary: Sendable {
    /// Its folder under Tests/Support, which has a `build.sh`.
    let folder: String
    /// The library's file name.
    let file: String

    /// NVML.
    static let nvml = FakeLibrary(folder: "FakeNVML", file: "libnvidia-ml.so.1")
    /// CUDA's driver, which is its own cuBLAS too.
    static let cuda = FakeLibrary(folder: "FakeCUDA", file: "libcuda.so.1")

    /// The compiler, nil where there is none; tests that need a fake then say so and skip.
    static let compiler: String? = ["/usr/bin/cc", "/usr/bin/gcc", "/usr/bin/clang", "/opt/swift/usr/bin/clang"].first {
        FileManager.default.isExecutableFile(atPath: $0)
    }

    /// Where its sources are.
    var sources: URL {
        URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .appending(path: "Support/\(folder)")
    }

    /// A copy in a new folder, with its configuration, of a library that lacks some entry points.
    func install(_ configuration: String, lacking symbols: [String]) throws -> (library: URL, folder: URL) {
        let built = try build(symbols)
        let place = FileManager.default.temporaryDirectory.appending(path: "\(folder)-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: place, withIntermediateDirectories: true)
        let library = place.appending(path: file)
        try FileManager.default.copyItem(at: built, to: library)
        try configuration.write(to: library.appendingPathExtension("conf"), atomically: true, encoding: .utf8)
        return (library, place)
    }

    private static let lock = NSLock()
    nonisolated(unsafe) private static var builds: [String: URL] = [:]

    private func build(_ symbols: [String]) throws -> URL {
        Self.lock.lock()
        defer { Self.lock.unlock() }
        let key = ([file] + symbols.sorted()).joined(separator: " ")
        if let known = Self.builds[key] { return known }
        let place = FileManager.default.temporaryDirectory.appending(path: "\(folder)-build-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: place, withIntermediateDirectories: true)
        let output = place.appending(path: file)
        let process = Process()
        process.executableURL = URL(filePath: "/bin/sh")
        process.arguments = [sources.appending(path: "build.sh").path, output.path] + symbols
        process.environment = ["PATH": "/usr/bin:/bin", "CC": Self.compiler ?? "cc"]
        let errors = Pipe()
        process.standardError = errors
        try process.run()
        let message = errors.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        try #require(process.terminationStatus == 0, "\(String(decoding: message, as: UTF8.self))")
        Self.builds[key] = output
        return output
    }
}
