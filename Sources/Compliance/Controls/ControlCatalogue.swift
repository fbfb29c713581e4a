package import Documents
package import Estate

/// The controls that Assay knows, with where each is from, and the published attacks that bound what evidence can show.
package struct ControlCatalogue: Sendable {
    /// A publication.
    package struct Source: Sendable, Hashable {
        /// The short name that entries refer to.
        package let id: String
        /// What it is.
        package let title: String
        /// Where it can be read, where it is public.
        package let url: String?
    }

    /// A framework as a whole.
    package struct FrameworkEntry: Sendable, Hashable {
        /// Which.
        package let framework: Framework
        /// Its name and version.
        package let title: String
        /// What a reader should know before using the entries.
        package let note: String
        /// An address that names it, for OSCAL.
        package let href: String?
    }

    /// A published side or covert channel across a boundary between tenants.
    package struct SideChannel: Sendable, Hashable {
        /// The boundary: `mig`, `vgpu`, `nvlink`, `mps`, `memory`.
        package let boundary: String
        /// The paper's title.
        package let title: String
        /// Where it appeared.
        package let venue: String
        /// What was shown, in our words.
        package let finding: String
        /// How well founded.
        package let confidence: AuditControl.Confidence
    }

    /// The frameworks, in the file's order.
    package let frameworks: [FrameworkEntry]
    /// The controls, in the file's order: by framework, then identifier.
    package let controls: [AuditControl]
    /// Where entries are from.
    package let sources: [Source]
    /// Attacks across boundaries.
    package let sideChannels: [SideChannel]

    private static let shipped = Result { () throws(DocumentError) in
        try ControlCatalogue(json: PackageResources.controls_json, file: "controls.json")
    }

    /// The catalogue that is part of Assay.
    ///
    /// - Throws: what reading it threw; the tests read it, so this does not happen in a build that passed them.
    package static func standard() throws(DocumentError) -> ControlCatalogue { try shipped.get() }

    /// The controls of a framework.
    package func controls(of framework: Framework) -> [AuditControl] { controls.filter { $0.framework == framework } }

    /// The source with this id.
    package func source(_ id: String) -> Source? { sources.first { $0.id == id } }

    /// The framework's entry.
    package func entry(_ framework: Framework) -> FrameworkEntry? { frameworks.first { $0.framework == framework } }

    /// The published channels that bear on a deployment model.
    package func sideChannels(of model: DeploymentModel) -> [SideChannel] {
        let boundaries: [String] =
            switch model {
            case .bareMetal: ["nvlink", "memory"]
            case .vmPassthrough: ["nvlink", "memory"]
            case .bareMetalMIG, .vmVGPUMIG: ["mig", "memory"]
            case .vmVGPU, .vmSRIOV: ["vgpu", "mps", "nvlink", "memory"]
            }
        return boundaries.flatMap { boundary in sideChannels.filter { $0.boundary == boundary } }
    }

    /// The control that a person names, as `SC-4`, `sc-4` or `nist-800-53:SC-4`.
    ///
    /// - Throws: a sentence that names the nearest control.
    package func controls(named name: String) throws(ComplianceError) -> [AuditControl] {
        let wanted = name.lowercased()
        let found = controls.filter { $0.identifier.lowercased() == wanted || $0.key.lowercased() == wanted }
        guard found.isEmpty else { return found }
        let known = controls.map(\.identifier)
        let near = nearest(name, in: known) ?? nearest(name, in: controls.map(\.key))
        let hint =
            near.map { "did you mean '\($0)'?" } ?? "'assay comply' without --control lists them all in comply.csv"
        throw .unknown("\(quoted(name)) is not a control of this catalogue; \(hint)")
    }

    /// The framework that a person names.
    ///
    /// - Throws: a sentence that names the nearest framework.
    package static func framework(named name: String) throws(ComplianceError) -> Framework {
        let aliases = [
            "pci": Framework.pciDSS, "pcidss": .pciDSS, "soc-2": .soc2, "iso27001": .iso27001, "800-53": .nist80053,
            "nist": .nist80053, "800-125": .nist800125,
        ]
        let word = name.lowercased()
        if let known = Framework(rawValue: word) ?? aliases[word] { return known }
        let names = Framework.allCases.map(\.rawValue)
        if Framework.namesWithoutControls.contains(word) {
            throw .unknown("there are no controls of \(quoted(name)) here; known are \(names.joined(separator: ", "))")
        }
        let hint =
            nearest(word, in: names).map { "did you mean '\($0)'?" } ?? "known are \(names.joined(separator: ", "))"
        throw .unknown("\(quoted(name)) is not a framework; \(hint)")
    }
}

/// Why evidence cannot be turned into results, in one sentence.
package enum ComplianceError: Error, Sendable, Hashable, CustomStringConvertible {
    /// A name that nothing has.
    case unknown(String)
    /// Inputs that contradict one another, or that cannot be what they are said to be.
    case contradiction(String)

    package var description: String {
        switch self {
        case .unknown(let sentence), .contradiction(let sentence): sentence
        }
    }
}

extension ControlCatalogue {
    /// Reads a catalogue; every reference in it must lead somewhere.
    init(json: [UInt8], file: String) throws(DocumentError) {
        let root = Reader(try JSONDocument.parse(json, file: file), file: file)
        let object = try root.object(["sources", "frameworks", "side_channels", "controls"])
        var sources: [Source] = []
        for reader in try object.require("sources").array(maximum: 1_000) {
            let fields = try reader.object(["id", "title", "url"])
            sources.append(
                Source(
                    id: try fields.require("id").nonEmptyString(),
                    title: try fields.require("title").nonEmptyString(),
                    url: try fields["url"]?.nonEmptyString()
                )
            )
        }
        var frameworks: [FrameworkEntry] = []
        for reader in try object.require("frameworks").array(maximum: 100) {
            let fields = try reader.object(["id", "title", "note", "href"])
            frameworks.append(
                FrameworkEntry(
                    framework: try fields.require("id").choice("framework"),
                    title: try fields.require("title").nonEmptyString(),
                    note: try fields.require("note").nonEmptyString(),
                    href: try fields["href"]?.nonEmptyString()
                )
            )
        }
        var channels: [SideChannel] = []
        for reader in try object.require("side_channels").array(maximum: 1_000) {
            let fields = try reader.object(["boundary", "title", "venue", "finding", "confidence"])
            channels.append(
                SideChannel(
                    boundary: try fields.require("boundary").nonEmptyString(),
                    title: try fields.require("title").nonEmptyString(),
                    venue: try fields.require("venue").nonEmptyString(),
                    finding: try fields.require("finding").nonEmptyString(),
                    confidence: try fields.require("confidence").choice("confidence")
                )
            )
        }
        var controls: [AuditControl] = []
        var keys: Set<String> = []
        for reader in try object.require("controls").array(maximum: 10_000) {
            let control = try AuditControl(reader, sources: sources)
            guard keys.insert(control.key).inserted else { throw reader.fail("\(control.key) stands twice") }
            controls.append(control)
        }
        self.init(frameworks: frameworks, controls: controls, sources: sources, sideChannels: channels)
    }
}

extension AuditControl {
    fileprivate init(_ reader: Reader, sources: [ControlCatalogue.Source]) throws(DocumentError) {
        let fields = try reader.object([
            "framework", "id", "title", "meaning", "source", "confidence", "checks", "scope", "sharing", "asks",
            "question",
        ])
        let source = try fields.require("source")
        guard sources.contains(where: { (try? source.string()) == $0.id }) else {
            throw source.fail("\(source.found) is not among the sources")
        }
        var checks: [String] = []
        for reader in try fields["checks"]?.array(maximum: 100) ?? [] {
            guard let check = EvidenceCheck.all.first(where: { (try? reader.string()) == $0.id }) else {
                throw reader.fail("\(reader.found) is not a check")
            }
            checks.append(check.id)
        }
        framework = try fields.require("framework").choice("framework")
        identifier = try fields.require("id").nonEmptyString()
        title = try fields.require("title").nonEmptyString()
        meaning = try fields.require("meaning").nonEmptyString()
        self.source = try source.string()
        confidence = try fields.require("confidence").choice("confidence")
        self.checks = checks
        scope = try fields["scope"]?.choice("scope") ?? .all
        isAboutSharing = try fields["sharing"]?.bool() ?? false
        key = "\(framework.rawValue):\(identifier)"
        token = Self.token(framework, identifier)
        alwaysAsks = try fields["asks"]?.bool() ?? false
        question = try fields.require("question").nonEmptyString()
        guard !checks.isEmpty || alwaysAsks else { throw reader.fail("has no check, and does not ask either") }
    }
}
