import Foundation
import Testing

/// NVIDIA's assembler and headers, which scripts/cuda-parts fetches, and a C compiler that reads the headers beside ours.
enum NVIDIAParts {
    /// The package.
    static let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().deletingLastPathComponent()
    private static let folder = root.appending(path: ".build/cuda")

    /// The releases of CUDA whose headers are there.
    static let releases = ["12", "13"]
    /// Whether the headers are there.
    static let hasHeaders = releases.allSatisfy { release in
        ["cuda.h", "nvml.h"].allSatisfy {
            FileManager.default.fileExists(atPath: folder.appending(path: "\(release)/\($0)").path)
        }
    }

    /// The assembler of PTX: the fetched one, or the one that is installed.
    static let assembler: String? =
        ([folder.appending(path: "ptxas").path]
        + (ProcessInfo.processInfo.environment["PATH"] ?? "").split(separator: ":").map { "\($0)/ptxas" }
        + ["/usr/local/cuda/bin/ptxas"])
        .first { FileManager.default.isExecutableFile(atPath: $0) }

    /// A file of ours in Tests/Support/NVIDIA.
    static func source(_ name: String) -> URL { root.appending(path: "Tests/Support/NVIDIA/\(name)") }

    /// What the compiler says of a C file beside the headers of a release, and whether it takes it.
    static func compile(_ file: URL, release: String? = nil) throws -> (taken: Bool, words: String) {
        let headers = release.map { ["-isystem", folder.appending(path: $0).path] } ?? []
        let ours = ["Sources/CCUDA/include", "Sources/CNVML/include", "Tests/Support"]
        let process = Process()
        process.executableURL = URL(filePath: try #require(FakeLibrary.compiler))
        process.arguments =
            ["-fsyntax-only", "-std=gnu17", "-Wall", "-Wextra", "-Wconversion", "-Werror"]
            // NVIDIA deprecates calls that drivers before still need.
            + ["-Wno-deprecated-declarations", "-DFAKE_MODELS=\"\""]
            + headers + ours.flatMap { ["-I", root.appending(path: $0).path] } + [file.path]
        let errors = Pipe()
        process.standardError = errors
        try process.run()
        let words = String(decoding: errors.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        process.waitUntilExit()
        return (process.terminationStatus == 0, words)
    }

    /// The same of C text, from a file that is deleted afterwards.
    static func compile(text: String, release: String) throws -> (taken: Bool, words: String) {
        let file = FileManager.default.temporaryDirectory.appending(path: "nvidia-\(UUID().uuidString).c")
        defer { try? FileManager.default.removeItem(at: file) }
        try text.write(to: file, atomically: true, encoding: .utf8)
        return try compile(file, release: release)
    }
}

extension Trait where Self == ConditionTrait {
    /// The test needs NVIDIA's headers and a C compiler.
    static var needsNVIDIAHeaders: Self {
        .enabled(
            if: NVIDIAParts.hasHeaders && FakeLibrary.compiler != nil,
            "NVIDIA's headers are not here (scripts/cuda-parts fetches them), or no C compiler is"
        )
    }
}
