import Estate
import Exporting
import NodeCommands
import Scheduling

/// The files of a plan for other tools.
enum PlanExportFiles {
    /// The files of some formats, in their order.
    ///
    /// - Throws: `Failure.input` where the plan cannot be written for other tools.
    static func of(
        _ plan: LayoutPlan,
        formats: [ExportFormat] = ExportFormat.allCases,
        devices: [String: SlurmDevices] = [:]
    ) throws(Failure) -> [ExportedFile] {
        do {
            let checked = try ExportPlan(plan, catalogue: try GPUCatalogue.standard())
            var files: [ExportedFile] = []
            for format in formats { files += try format.files(checked, devices: devices) }
            return files
        } catch {
            throw .input(["\(error)"])
        }
    }
}

extension ExportedFile {
    /// The file as it is written.
    var output: Files.Output { .init(name, text) }
}
