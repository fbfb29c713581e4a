import Decision
import Documents
import Estate
import Evidence
import Study
import NodeCommands

/// A study on disk: `study.yaml` and the records it names.
struct StudyFolder {
    /// The folder, without a trailing slash.
    var folder: String
    var study: Study
    /// The comparisons that the study's evidence asks for, in its order.
    var evidence: [ComparedEvidence]

    /// The largest study and the largest record read.
    static let studyLimit = 8 << 20
    static let recordLimit = 256 << 20

    /// Reads `FOLDER/study.yaml`, or the file itself when a file is named, and compares the records it names.
    ///
    /// - Throws: `Failure.input` with a line for each thing to mend.
    init(_ path: String) throws {
        let file: String
        if Files.isFolder(path) {
            folder = path.count > 1 && path.hasSuffix("/") ? String(path.dropLast()) : path
            file = folder + "/study.yaml"
            guard Files.exists(file) else {
                throw Failure.input([
                    "\(path): has no study.yaml; expected a study folder (make one with: assay init \(path))"
                ])
            }
        } else {
            file = path
            let parts = path.split(separator: "/", omittingEmptySubsequences: false)
            folder = parts.count > 1 ? parts.dropLast().joined(separator: "/") : "."
            if folder.isEmpty { folder = "/" }
        }
        let text = try Files.readText(file, limit: Self.studyLimit, expected: "a study (make one with: assay init)")
        do {
            study = try StudyReader.read(text: text, file: file, today: Clock.today)
        } catch {
            throw Failure.input([error.description])
        }
        evidence = []
        evidence = try study.evidence.map { try compare($0, study: file) }
    }

    /// Compares the records of one reference.
    private func compare(_ reference: EvidenceReference, study file: String) throws -> ComparedEvidence {
        let baseline = try reference.baseline.map { try record($0, file, reference.line) }
        let other = try reference.other.map { try record($0, file, reference.line) }
        var options = ComparisonOptions()
        options.margin = study.policy.margin > 0 ? study.policy.margin : nil
        do {
            return ComparedEvidence(
                workload: reference.workload,
                model: reference.model,
                isComponent: reference.isComponent,
                metric: reference.metric,
                comparison: try Comparison.compare(baseline: baseline, other: other, options: options)
            )
        } catch {
            throw Failure.input(["\(file):\(reference.line): evidence: \(error)"])
        }
    }

    private func record(_ path: String, _ file: String, _ line: Int) throws -> Record {
        let full = path.hasPrefix("/") ? path : folder + "/" + path
        do {
            return try Self.record(full)
        } catch Failure.input(let lines) {
            throw Failure.input(lines + ["\(file):\(line): evidence: names this record"])
        }
    }

    /// Reads one record.
    static func record(_ path: String) throws -> Record {
        let bytes = try Files.read(path, limit: recordLimit, expected: "a record (make one with: assay record)")
        do {
            return try Record.read(bytes, file: path)
        } catch {
            throw Failure.input([error.description])
        }
    }
}
