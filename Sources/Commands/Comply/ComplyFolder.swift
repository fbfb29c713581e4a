import Compliance
import Documents
import FoundationEssentials
import NodeCommands
import Reporting

/// The folder that `assay comply -o` writes: results, the binder, the evidence, and the hash of each.
struct ComplyFolder {
    let result: ComplianceResult
    let catalogue: ControlCatalogue
    let tool: String
    let files: [ComplyInput.File]

    init(_ result: ComplianceResult, _ catalogue: ControlCatalogue, _ tool: String, _ files: [ComplyInput.File]) {
        self.result = result
        self.catalogue = catalogue
        self.tool = tool
        self.files = files
    }

    /// Writes all of it, each file whole, the manifest last; what an earlier run left and this one does not make is removed.
    func write(into folder: String) throws {
        let writer = OSCALWriter(result, catalogue: catalogue, tool: tool)
        let copies = files.map { (name: $0.copy, bytes: $0.bytes) }
        let evidence = files.filter { $0.copy.hasPrefix("evidence-") }.map(\.copy)
        let texts = [
            ("binder.html", Report.binderHTML(result, catalogue: catalogue, copies: evidence)),
            ("comply.json", try result.json(catalogue, tool: tool).pretty()),
            ("comply.csv", result.csv()),
            ("assessment-results.json", try writer.assessmentResults.pretty()),
            ("component-definition.json", try writer.componentDefinition.pretty()),
            ("questions.yaml", result.questionsYAML()),
        ]
        let all = texts.map { (name: $0.0, bytes: Array($0.1.utf8)) } + copies
        let manifest = Manifest(
            files: all.map { Manifest.Entry(file: $0.name, content: $0.bytes) },
            sources: files.filter(\.isOriginal).map { Manifest.Entry(file: $0.path, content: $0.bytes) }
        )
        let old = Self.manifest(in: folder)
        try Files.write(
            all.map { .init($0.name, bytes: $0.bytes) } + [.init(Manifest.name, try manifest.json.pretty())],
            into: folder
        )
        let written = Set(all.map(\.name))
        for entry in old?.files ?? [] where !written.contains(entry.file) && !entry.file.contains("/") {
            try? FileManager.default.removeItem(atPath: folder + "/" + entry.file)
        }
    }

    private static func manifest(in folder: String) -> Manifest? {
        let path = folder + "/" + Manifest.name
        guard Files.exists(path), let bytes = try? Files.read(path, limit: 64 << 20, expected: "a manifest"),
            let value = try? JSONDocument.parse(bytes, file: path)
        else { return nil }
        return try? Manifest(value, file: path)
    }
}
