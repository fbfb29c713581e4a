import Foundation
import Testing

/// Texts that must not change unseen.
///
/// `ASSAY_GOLDENS=write` writes them anew; read the difference before it is committed.
enum Golden {
    private static let folder = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .appending(path: "Goldens")

    static func check(_ text: String, _ name: String, at location: SourceLocation = #_sourceLocation) throws {
        let file = folder.appending(path: name)
        if ProcessInfo.processInfo.environment["ASSAY_GOLDENS"] == "write" {
            try Data(text.utf8).write(to: file)
        }
        let golden = try String(contentsOf: file, encoding: .utf8)
        #expect(text == golden, "\(name) has changed", sourceLocation: location)
    }
}
