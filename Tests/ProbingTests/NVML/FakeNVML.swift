import Foundation
import Testing

/// Our fake `libnvidia-ml.so.1` beside a configuration.
struct FakeNVML {
    /// The library's file.
    let path: String
    /// The folder that holds it.
    let folder: URL

    /// Where its sources are: Tests/Support/FakeNVML.
    static let sources = FakeLibrary.nvml.sources

    /// A machine as `configuration` describes it, whose driver lacks some entry points.
    init(_ configuration: String, lacking symbols: [String] = []) throws {
        let installed = try FakeLibrary.nvml.install(configuration, lacking: symbols)
        (path, folder) = (installed.library.path, installed.folder)
    }

    /// Deletes the machine's folder; the library must be closed.
    func remove() { try? FileManager.default.removeItem(at: folder) }
}

extension Trait where Self == ConditionTrait {
    /// The test needs a C compiler to build the fake.
    static var needsFakeNVML: Self {
        .enabled(if: FakeLibrary.compiler != nil, "no C compiler is installed, so the fake NVML cannot be built")
    }
}
