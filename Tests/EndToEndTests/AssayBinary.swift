import Foundation
import Synchronization
import Testing

/// The built `assay`, run as a user runs it.
enum AssayBinary {
    struct Outcome {
        var status: Int32
        var output: String
        var errors: String
    }

    /// The executable that the package manager put beside the test bundle.
    static let path: String = {
        let bundle =
            CommandLine.arguments.first.map { URL(fileURLWithPath: $0).deletingLastPathComponent().path } ?? "."
        let candidates = [
            ProcessInfo.processInfo.environment["ASSAY_BINARY"], bundle + "/assay", ".build/debug/assay",
        ]
        return candidates.compactMap { $0 }.first { FileManager.default.isExecutableFile(atPath: $0) } ?? "assay"
    }()

    /// The root of the checkout.
    static let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().path

    /// Runs it in a folder with arguments and, when given, text on standard input; or another program the same way.
    ///
    /// The limit counts from the program's start. Swift Testing's `.timeLimit` counts a test's wait for a free thread as well,
    /// which is minutes where as many tests as there are threads wait for programs: no test here has one.
    static func run(
        _ arguments: [String],
        in folder: String,
        input: String = "",
        program: String = path,
        environment: [String: String] = [:],
        limit seconds: Int = 600
    ) throws -> Outcome {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: program)
        process.arguments = arguments
        process.environment = ProcessInfo.processInfo.environment.merging(environment) { $1 }
        process.currentDirectoryURL = URL(fileURLWithPath: folder)
        // Files rather than pipes: nothing can block, whatever the size of the output.
        let scratch = FileManager.default.temporaryDirectory.appendingPathComponent("assay-\(UUID().uuidString)").path
        try FileManager.default.createDirectory(atPath: scratch, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: scratch) }
        for (name, text) in [("in", input), ("out", ""), ("err", "")] {
            try Data(text.utf8).write(to: URL(fileURLWithPath: scratch + "/" + name))
        }
        process.standardInput = try FileHandle(forReadingFrom: URL(fileURLWithPath: scratch + "/in"))
        process.standardOutput = try FileHandle(forWritingTo: URL(fileURLWithPath: scratch + "/out"))
        process.standardError = try FileHandle(forWritingTo: URL(fileURLWithPath: scratch + "/err"))
        try process.run()
        let guardian = Guardian(of: process.processIdentifier, seconds: seconds)
        process.waitUntilExit()
        guardian.dismiss()
        #expect(process.terminationReason == .exit, "ended by a signal, or after \(seconds) s")
        return Outcome(
            status: process.terminationStatus,
            output: try String(contentsOfFile: scratch + "/out", encoding: .utf8),
            errors: try String(contentsOfFile: scratch + "/err", encoding: .utf8)
        )
    }

    /// Runs it and reads the one JSON object that it prints.
    static func json(_ arguments: [String], in folder: String) throws -> [String: Any] {
        let outcome = try run(arguments, in: folder)
        #expect(outcome.status == 0, "\(outcome.errors)")
        let object = try JSONSerialization.jsonObject(with: Data(outcome.output.utf8))
        return try #require(object as? [String: Any])
    }
}

/// Ends a process that hangs, so that its test fails and says so instead of holding up all the others.
private final class Guardian: Sendable {
    private let isDone = Mutex(false)

    init(of process: pid_t, seconds: Int) {
        // A thread of its own: those of a queue may all be waiting for other processes.
        Thread.detachNewThread { [self] in
            for _ in 0..<seconds * 5 {
                usleep(200_000)
                if isDone.withLock({ $0 }) { return }
            }
            isDone.withLock { if !$0 { kill(process, SIGKILL) } }
        }
    }

    func dismiss() { isDone.withLock { $0 = true } }
}

/// A folder that is gone after the test.
final class TemporaryFolder {
    let path: String

    init() throws {
        path = FileManager.default.temporaryDirectory.appendingPathComponent("assay-test-\(UUID().uuidString)").path
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    }

    deinit {
        try? FileManager.default.removeItem(atPath: path)
    }

    func write(_ name: String, _ text: String) throws {
        let url = URL(fileURLWithPath: path).appendingPathComponent(name)
        try FileManager.default.createDirectory(at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
        try Data(text.utf8).write(to: url)
    }

    func read(_ name: String) throws -> String {
        try String(contentsOfFile: path + "/" + name, encoding: .utf8)
    }

    /// The names of everything inside, sorted.
    var names: [String] {
        ((try? FileManager.default.subpathsOfDirectory(atPath: path)) ?? []).sorted()
    }

    /// Copies one of the shipped examples inside.
    func copyExample(_ name: String) throws {
        try FileManager.default.copyItem(atPath: AssayBinary.root + "/Examples/" + name, toPath: path + "/" + name)
    }
}
