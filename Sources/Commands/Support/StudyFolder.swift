import Decision
import Documents
import Estate
import Evidence
import Study
import NodeCommands
import Operating
import Scheduling

/// A study on disk: `study.yaml` and the records it names.
struct StudyFolder {
    /// The folder, without a trailing slash.
    var folder: String
    var study: Study
    /// The comparisons that the study's evidence asks for, in its order.
    var evidence: [ComparedEvidence]
    /// The trace that it names; nil where it names none.
    var trace: RecordedTrace?

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
        try readProfiles(file)
        evidence = try study.evidence.map { try compare($0, study: file) }
        do {
            evidence = try ComparedEvidence.matched(evidence, to: study)
        } catch {
            let line = study.evidence.indices.contains(error.index) ? study.evidence[error.index].line : 1
            throw Failure.input(["\(file):\(line): evidence: \(error.problem)"])
        }
        trace = try study.trace.map { try readTrace($0, study: file) }
    }

    /// Reads the trace that the study names.
    private func readTrace(_ terms: StudyTrace, study file: String) throws -> RecordedTrace {
        let place = "\(file):\(terms.line): trace.file: names this trace"
        let full = terms.file.hasPrefix("/") ? terms.file : folder + "/" + terms.file
        var options = terms.options
        if let zone = terms.zone {
            do {
                options.zone = try ZoneNames.rule(zone)
            } catch {
                throw Failure.input([
                    "\(file):\(terms.zoneLine): trace.zone: '\(zone)' is not known here; write UTC, an offset such as "
                        + "+01:00, or a name such as Europe/Berlin"
                ])
            }
        }
        do {
            let imported = try TraceReading.trace(full, options).imported
            guard let digest = FileDigest(ofFile: full) else {
                throw Failure.input(["\(full): could not be read to its end"])
            }
            return RecordedTrace(imported: imported, file: terms.file, sha256: digest.sha256)
        } catch Failure.input(let lines) {
            throw Failure.input(lines + [place])
        }
    }

    /// Reads the records that say where the workloads' time goes.
    private mutating func readProfiles(_ file: String) throws {
        for index in study.workloads.indices {
            let nature = study.workloads[index].nature
            guard let path = nature.profilePath else { continue }
            let place = "\(file):\(nature.profileLine): workloads.\(study.workloads[index].name).profile"
            let record = try record(path, named: "\(place): names this record")
            let profile: JobProfile?
            do throws(JobProfileError) { profile = try JobProfile([record]) } catch {
                throw Failure.input(["\(place): \(path): \(error)"])
            }
            guard let profile, !profile.shares.isEmpty else {
                throw Failure.input([
                    "\(place): \(path) does not say where the time of a job went (it has no job_share_* facts); expected a "
                        + "record of: assay measure --job CMD"
                ])
            }
            study.workloads[index].nature.profile = profile
        }
    }

    /// Compares the records of one reference.
    private func compare(_ reference: EvidenceReference, study file: String) throws -> ComparedEvidence {
        let place = "\(file):\(reference.line): evidence"
        let baseline = try reference.baseline.map { try record($0, named: "\(place): names this record") }
        let other = try reference.other.map { try record($0, named: "\(place): names this record") }
        var options = ComparisonOptions()
        options.margin = study.policy.margin > 0 ? study.policy.margin : nil
        options.stated = (.bareMetal, reference.model)
        do {
            return ComparedEvidence(
                workload: reference.workload,
                model: reference.model,
                isComponent: reference.isComponent,
                metric: reference.metric,
                comparison: try Comparison.compare(baseline: baseline, other: other, options: options),
                profile: reference.isComponent ? nil : try JobProfile(baseline),
                nodes: reference.nodes,
                // Predictions ask the samples; studies that ask for none need not hold them.
                records: study.workloads.contains { $0.scale != nil || $0.serving != nil }
                    ? ArmRecords(baseline: baseline, other: other) : nil
            )
        } catch {
            throw Failure.input(["\(place): \(error)"])
        }
    }

    /// Reads a record that the study names; `named` says where, for errors.
    private func record(_ path: String, named place: String) throws -> Record {
        let full = path.hasPrefix("/") ? path : folder + "/" + path
        do {
            return try Self.record(full)
        } catch Failure.input(let lines) {
            throw Failure.input(lines + [place])
        }
    }

    /// Reads one record.
    static func record(_ path: String) throws -> Record {
        let bytes = try Files.read(path, limit: recordLimit, expected: "a record (make one with: assay record)")
        do {
            return try Record.read(bytes, file: path)
        } catch {
            // A table or a tool's output: what it is not says less than what to do with it.
            guard [UInt8(ascii: "{"), UInt8(ascii: "["), nil].contains(bytes.first { $0 > 0x20 }) else {
                throw Failure.input([
                    "\(path):1: is no record, which is a JSON object; make one of a table with: assay record \(path) --metric NAME "
                        + "--unit UNIT --better lower --column COLUMN, or of another tool's output with: assay import \(path)"
                ])
            }
            throw Failure.input([error.description])
        }
    }
}
