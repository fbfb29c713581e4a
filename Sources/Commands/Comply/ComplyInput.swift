import Compliance
import Documents
import Estate
import Evidence
import NodeCommands
import Study

/// What `assay comply` is given, read and put together.
struct ComplyInput {
    /// A file of evidence as it will lie in the binder.
    struct File {
        /// As the user named it.
        var path: String
        /// Its name in the binder.
        var copy: String
        var bytes: [UInt8]
        /// Whether it is itself what was named; a folder is archived first.
        var isOriginal: Bool
    }

    let catalogue: ControlCatalogue
    var request: ComplianceRequest
    var files: [File] = []
    /// The file with statements that the study names.
    var statementsFile: String?
    private var study: (folder: String, file: String, study: Study)?

    init(catalogue: ControlCatalogue, asOf: Timestamp) {
        self.catalogue = catalogue
        request = ComplianceRequest(title: "", frameworks: [], models: [], sources: [], asOf: asOf)
    }

    static func catalogue() throws -> ControlCatalogue { try ControlCatalogue.standard() }

    /// Reads everything that was named.
    mutating func read(_ paths: [String], host: String?, model: DeploymentModel?) throws {
        var problems: [String] = []
        for path in paths {
            do {
                if Self.isStudy(path) {
                    try readStudy(path)
                } else {
                    try readEvidence(path, host: host, model: model, collected: nil)
                }
            } catch Failure.input(let lines) {
                problems += lines
            }
        }
        guard problems.isEmpty else { throw Failure.input(problems) }
        finishModels()
        guard !request.models.isEmpty else {
            throw Failure.input([
                "none of this says of which deployment model it is; name it with --model, or as 'compliance.evidence' in a study"
            ])
        }
        if request.title.isEmpty { request.title = paths.count == 1 ? paths[0] : "\(paths.count) files" }
    }

    private static func isStudy(_ path: String) -> Bool {
        Files.isFolder(path) ? Files.exists(path + "/study.yaml") : path.hasSuffix(".yaml") || path.hasSuffix(".yml")
    }

    // MARK: Studies

    private mutating func readStudy(_ path: String) throws {
        if let other = study { throw Failure.input(["\(path): is a second study beside \(other.file); name one"]) }
        let folder: String
        let file: String
        if Files.isFolder(path) {
            folder = path.count > 1 && path.hasSuffix("/") ? String(path.dropLast()) : path
            file = folder + "/study.yaml"
        } else {
            file = path
            let parts = path.split(separator: "/", omittingEmptySubsequences: false)
            let above = parts.dropLast().joined(separator: "/")
            folder = parts.count > 1 ? (above.isEmpty ? "/" : above) : "."
        }
        let text = try Files.readText(
            file,
            limit: StudyFolder.studyLimit,
            expected: "a study (make one with: assay init)"
        )
        let study: Study
        do {
            study = try StudyReader.read(text: text, file: file, today: Clock.today)
        } catch {
            throw Failure.input([error.description])
        }
        self.study = (folder, file, study)
        files.append(File(path: file, copy: "study.yaml", bytes: Array(text.utf8), isOriginal: true))
        request.title = study.name
        request.isIllustrative = study.isIllustrative
        request.models = study.platforms.map(\.model)
        request.tenants = study.compliance.tenants
        request.maximumAgeDays = study.compliance.maximumEvidenceAgeDays.map(Double.init)
        request.derived = study.derived
        request.gpuNames =
            [study.estate.shape.gpu.name] + study.estate.shape.gpu.nvmlNames + study.estate.shape.gpu.aliases
        for platform in study.platforms { request.sites[platform.model] = platform.sites }
        request.workloads = study.workloads.map { workload in
            ScopedWorkload(
                name: workload.name,
                frameworks: workload.needs.frameworks,
                tenancy: workload.needs.tenancyIsDeclared
                    || study.derived.contains {
                        $0.name == workload.name && $0.subject == .tenancy
                    } ? workload.needs.tenancy : nil,
                sites: workload.needs.residency
            )
        }
        request.scopeCosts = study.platforms.map { ScopeCost($0.model, study) }
        statementsFile = study.compliance.statements.map { Self.joined(folder, $0) }
        let names = study.estate.hosts.flatMap(\.names)
        for evidence in study.compliance.evidence {
            if !names.isEmpty, !names.contains(evidence.host) {
                let hint =
                    nearest(evidence.host, in: names).map { "did you mean '\($0)'?" } ?? "it owns \(names.count) hosts"
                throw Failure.input([
                    "\(file):\(evidence.line): compliance.evidence: '\(evidence.host)' is not a host of this study; \(hint)"
                ])
            }
            do {
                try readEvidence(
                    Self.joined(folder, evidence.path),
                    host: evidence.host,
                    model: evidence.model,
                    collected: evidence.collected
                )
            } catch Failure.input(let lines) {
                throw Failure.input(lines + ["\(file):\(evidence.line): compliance.evidence: names this file"])
            }
        }
        for reference in study.evidence {
            let named =
                reference.baseline.map { ($0, DeploymentModel.bareMetal) }
                + reference.other.map { ($0, reference.model) }
            for (name, model) in named {
                let full = Self.joined(folder, name)
                guard !files.contains(where: { $0.path == full }) else { continue }
                try readEvidence(full, host: nil, model: model, collected: nil)
            }
        }
    }

    private static func joined(_ folder: String, _ path: String) -> String {
        path.hasPrefix("/") ? path : folder == "." ? path : folder + "/" + path
    }

    // MARK: Evidence

    private mutating func readEvidence(
        _ path: String,
        host: String?,
        model: DeploymentModel?,
        collected: CalendarDate?
    ) throws {
        guard Files.exists(path) else {
            throw Failure.input(["\(path): there is no such file; expected a study, a record or a capture"])
        }
        if !Files.isFolder(path), path.hasSuffix(".json") {
            try readRecord(path, host: host, model: model)
        } else {
            try readCapture(path, host: host, model: model, collected: collected)
        }
    }

    private mutating func readRecord(_ path: String, host: String?, model: DeploymentModel?) throws {
        let bytes = try Files.read(
            path,
            limit: StudyFolder.recordLimit,
            expected: "a record (make one with: assay record)"
        )
        let record: Record
        do {
            record = try Record.read(bytes, file: path)
        } catch {
            throw Failure.input([error.description])
        }
        if let host, !record.hosts.contains(where: { $0.id == host }) {
            let names = record.hosts.map { "'\($0.id)'" }.joined(separator: ", ")
            throw Failure.input([
                "\(path): is of the host \(names), not of '\(host)' as claimed; name the record of that host"
            ])
        }
        var source = EvidenceSource(record, hash: ContentHash.of(bytes))
        if let model, let own = record.content.declaredModel, own != model {
            throw Failure.input(["\(path): declares \(own), and \(model) is claimed; correct one of them"])
        }
        if let model { source.model = model }
        if let host { source.hosts = source.hosts.filter { $0.name == host } }
        add(source, path, bytes, isOriginal: true, suffix: ".record.json")
    }

    private mutating func readCapture(
        _ path: String,
        host: String?,
        model: DeploymentModel?,
        collected: CalendarDate?
    ) throws {
        let captured = try CapturedHost(path)
        let moment = collected.flatMap { Timestamp("\($0)T00:00:00Z") }
        let source = EvidenceSource(
            kind: .capture,
            file: path,
            hash: ContentHash.of(captured.bytes),
            model: model ?? captured.model,
            collected: moment,
            dating: .declared,
            hosts: [
                EvidenceHost(
                    name: host ?? "unnamed, of \(path)",
                    detectedModel: captured.model,
                    facts: captured.facts.map {
                        EvidenceFact(name: $0.name, value: $0.value, origin: $0.evidence, place: $0.place, raw: $0.raw)
                    }
                )
            ]
        )
        add(source, path, captured.bytes, isOriginal: !Files.isFolder(path), suffix: ".tar")
    }

    private mutating func add(
        _ source: EvidenceSource,
        _ path: String,
        _ bytes: [UInt8],
        isOriginal: Bool,
        suffix: String
    ) {
        let number = request.sources.count + 1
        request.sources.append(source)
        // Names come from paths: only what is plain stays.
        let name = path.split(separator: "/").last.map(String.init) ?? ""
        let stem = name.hasSuffix(suffix) ? String(name.dropLast(suffix.count)) : name
        let plain = stem.unicodeScalars.map { scalar -> Character in
            scalar.isASCII
                && (scalar.properties.isAlphabetic || scalar.properties.numericType != nil
                    || "._-".unicodeScalars.contains(scalar))
                ? Character(scalar) : "-"
        }
        let copy = "evidence-\(number)-\(String(plain.prefix(80)))\(suffix)"
        files.append(File(path: path, copy: copy, bytes: bytes, isOriginal: isOriginal))
    }

    /// Models of evidence that the study does not consider come after its own.
    private mutating func finishModels() {
        for model in DeploymentModel.allCases
        where !request.models.contains(model) && request.sources.contains(where: { $0.model == model }) {
            request.models.append(model)
        }
    }

    // MARK: What is asked

    mutating func choose(frameworks text: String?, controls names: [String]) throws {
        var chosen: [Framework] = []
        do {
            if let text {
                for name in text.split(separator: ",") {
                    let framework = try ControlCatalogue.framework(named: String(name.filter { $0 != " " }))
                    if !chosen.contains(framework) { chosen.append(framework) }
                }
                guard !chosen.isEmpty else { throw ComplianceError.unknown("--framework names none; write hipaa,soc2") }
            } else if let study {
                let declared = study.study.workloads.flatMap(\.needs.frameworks)
                chosen = Framework.allCases.filter { declared.contains($0.rawValue) }
                guard !chosen.isEmpty else {
                    throw ComplianceError.unknown(
                        "the study declares no framework with controls here; name some with --framework, such as "
                            + Framework.allCases.map(\.rawValue).joined(separator: ",")
                    )
                }
            } else {
                throw ComplianceError.unknown(
                    "name frameworks with --framework: \(Framework.allCases.map(\.rawValue).joined(separator: ","))"
                )
            }
            if !names.isEmpty {
                let found = try names.flatMap { try catalogue.controls(named: $0) }
                let asked = found.filter { chosen.contains($0.framework) }
                guard !asked.isEmpty else {
                    throw ComplianceError.unknown(
                        "\(names.joined(separator: ", ")): not of the frameworks asked for "
                            + "(\(chosen.map(\.rawValue).joined(separator: ", ")))"
                    )
                }
                request.controls = Set(asked.map(\.key))
            }
        } catch let error as ComplianceError {
            throw Failure.input([error.description])
        }
        request.frameworks = chosen
    }

    mutating func readStatements(_ path: String) throws {
        let text = try Files.readText(
            path,
            limit: 1 << 20,
            expected: "a file of statements, such as questions.yaml filled in"
        )
        do {
            request.statements = try Statement.read(
                try YAMLDocument.parse(text, file: path),
                file: path,
                catalogue: catalogue,
                workloads: request.workloads.map(\.name)
            )
        } catch let error as DocumentError {
            throw Failure.input([error.description])
        } catch let errors as StudyErrors {
            throw Failure.input(errors.errors.map(\.description))
        }
        files.append(File(path: path, copy: "statements.yaml", bytes: Array(text.utf8), isOriginal: true))
    }
}
