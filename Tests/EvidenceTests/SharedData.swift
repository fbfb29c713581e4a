import Foundation

/// Other people's data, which lies beside a checkout and never in it: `../shared/data`, or `ASSAY_SHARED_DATA`.
enum SharedData {
    /// A file's path, or nil where the folder does not have it.
    static func path(_ name: String) -> String? {
        let checkout = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent()
        let folder =
            ProcessInfo.processInfo.environment["ASSAY_SHARED_DATA"]
            ?? checkout.deletingLastPathComponent().appendingPathComponent("shared/data").path
        let path = folder + "/" + name
        return FileManager.default.fileExists(atPath: path) ? path : nil
    }
}
