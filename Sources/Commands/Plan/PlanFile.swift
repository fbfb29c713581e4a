import Documents
import Estate
import NodeCommands
import Scheduling

/// A plan from its file.
enum PlanFile {
    /// The largest plan read: 100,000 hosts of eight GPUs are some 200 MiB.
    private static let limit = 512 << 20

    /// Reads a plan that `assay plan` wrote.
    ///
    /// - Throws: `Failure.input` with the place of what is wrong.
    static func read(_ path: String) throws(Failure) -> LayoutPlan {
        let bytes = try Files.read(path, limit: limit, expected: "a plan (make one with: assay plan)")
        do {
            let value = try JSONDocument.parse(bytes, file: path, limits: .init(bytes: limit))
            return try LayoutPlan.read(Reader(value, file: path), catalogue: try GPUCatalogue.standard())
        } catch {
            throw .input([error.description])
        }
    }
}
