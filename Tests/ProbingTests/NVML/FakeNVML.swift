import Foundation
import Testing

/// Our fake `libnvidia-ml.so.1`, built once per set of missing entry points and copied beside a configuration.
///
/// The fake reads the file beside itself, so machines of different tests live in one process without meeting.
struct FakeNVML {
    /// The library's file.
    let path: String
    /// The folder that holds it.
    let folder: URL

    /// Where its sources are: Tests/Support/FakeNVML.
    static let sources = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().appending(path: "Support/FakeNVML")

    /// The compiler, nil where there is none; tests that need the fake then say so and skip.
    static let compiler: String? = ["/usr/bin/cc", "/usr/bin/gcc", "/usr/bin/clang", "/opt/swift/usr/bin/clang"].first {
        FileManager.default.isExecutableFile(atPath: $0)
    }

    /// A machine as `configuration` describes it, whose driver lacks some entry points.
    init(_ configuration: String, lacking symbols: [String] = []) throws {
        let built = try Self.build(symbols)
        folder = FileManager.default.temporaryDirectory.appending(path: "fake-nvml-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        let library = folder.appending(path: "libnvidia-ml.so.1")
        try FileManager.default.copyItem(at: built, to: library)
        try configuration.write(to: library.appendingPathExtension("conf"), atomically: true, encoding: .utf8)
        path = library.path
    }

    /// Deletes the machine's folder; the library must be closed.
    func remove() { try? FileManager.default.removeItem(at: folder) }

    private static let lock = NSLock()
    nonisolated(unsafe) private static var builds: [String: URL] = [:]

    private static func build(_ symbols: [String]) throws -> URL {
        lock.lock()
        defer { lock.unlock() }
        let key = symbols.sorted().joined(separator: " ")
        if let known = builds[key] { return known }
        let folder = FileManager.default.temporaryDirectory.appending(path: "fake-nvml-build-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        let output = folder.appending(path: "libnvidia-ml.so.1")
        let process = Process()
        process.executableURL = URL(filePath: "/bin/sh")
        process.arguments = [sources.appending(path: "build.sh").path, output.path] + symbols
        process.environment = ["PATH": "/usr/bin:/bin", "CC": compiler ?? "cc"]
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

extension Trait where Self == ConditionTrait {
    /// The test needs a C compiler to build the fake.
    static var needsFakeNVML: Self {
        .enabled(if: FakeNVML.compiler != nil, "no C compiler is installed, so the fake NVML cannot be built")
    }
}
