package import Documents
import Estate
import Evidence

/// Results as OSCAL 1.1.3: what auditors' tools read.
///
/// Identifiers are UUIDs of version 5 made from content, so that the same results have the same ones. A finding is about an
/// objective of our own, defined in the file: what our checks show of a control, never the control as a whole.
package struct OSCALWriter: Sendable {
    /// The version written.
    package static let version = "1.1.3"
    /// The namespace of our properties.
    static let namespace = "urn:assay:oscal"

    let result: ComplianceResult
    let catalogue: ControlCatalogue
    /// `assay` and its version.
    let tool: String
    /// What identifiers are made from, besides the names of things.
    let seed: String

    /// A writer of one result.
    package init(_ result: ComplianceResult, catalogue: ControlCatalogue, tool: String) {
        self.result = result
        self.catalogue = catalogue
        self.tool = tool
        let files = result.request.sources.map(\.hash).joined(separator: " ")
        seed = "\(result.request.title)|\(result.request.asOf)|\(files)"
    }

    func uuid(_ name: String) -> JSON { .string(ContentHash.uuid("\(seed)|\(name)")) }

    /// Identifiers of what is the same in every run: a component, a control's entry.
    func stable(_ name: String) -> JSON { .string(ContentHash.uuid("\(result.request.title)|\(name)")) }

    func metadata(_ title: String) -> JSON {
        .fields([
            "title": text(title), "last-modified": moment(result.request.asOf), "version": "1",
            "oscal-version": .string(Self.version),
            "props": .array([property("tool", tool)]),
            "remarks": result.request.isIllustrative
                ? "Made from inputs that are made up for illustration: evidence of nothing." : nil,
        ])
    }

    /// A moment in the one spelling that OSCAL takes.
    func moment(_ moment: Timestamp) -> JSON { .string(Timestamp(epochSeconds: moment.seconds).description) }

    /// The list, or nil where it is empty: OSCAL knows no empty lists.
    func nonEmpty(_ items: [JSON]) -> JSON? { items.isEmpty ? nil : .array(items) }

    func property(_ name: String, _ value: String) -> JSON {
        .fields(["name": .string(name), "ns": .string(Self.namespace), "value": text(value)])
    }

    /// Text that OSCAL takes: one line, never empty.
    func text(_ text: String) -> JSON {
        let line = oneLine(text).split(separator: " ").joined(separator: " ")
        return .string(line.isEmpty ? "(empty)" : line)
    }

    func componentID(_ model: DeploymentModel) -> JSON { stable("component \(model)") }

    /// A resource for each framework without a public catalogue, and one for the plan that every result must name.
    func backMatter(_ frameworks: [ControlCatalogue.FrameworkEntry], plan: Bool) -> JSON {
        var resources = frameworks.map { entry in
            JSON.fields([
                "uuid": stable("framework \(entry.framework.rawValue)"), "title": text(entry.title),
                "description": text(entry.note),
                "rlinks": entry.href.map { .array([.fields(["href": .string($0)])]) },
            ])
        }
        if plan {
            resources.append(
                .fields([
                    "uuid": stable("plan"), "title": "Automated checks of Assay",
                    "description":
                        "No assessment plan was written: these are the checks of 'assay comply', as its documentation lists them.",
                ])
            )
        }
        return .fields(["resources": .array(resources)])
    }

    /// What each deployment model brings to each control, whatever host it stands on.
    package var componentDefinition: JSON {
        let frameworks = catalogue.frameworks.filter { entry in
            result.controls.contains { $0.framework == entry.framework }
        }
        let components = result.request.models.map { model in
            JSON.fields([
                "uuid": componentID(model), "type": "service", "title": text(model.title),
                "description": text(model.summary),
                "props": .array([property("deployment-model", model.rawValue)]),
                "control-implementations": nonEmpty(
                    frameworks.compactMap { implementation($0, model) }
                ),
            ])
        }
        return .fields([
            "component-definition": .fields([
                "uuid": stable("component-definition"),
                "metadata": metadata("\(result.request.title): deployment models and what speaks for them"),
                "components": .array(components),
                "back-matter": backMatter(frameworks, plan: false),
            ])
        ])
    }

    private func implementation(_ entry: ControlCatalogue.FrameworkEntry, _ model: DeploymentModel) -> JSON? {
        let framework = entry.framework.rawValue
        let requirements = result.controls.filter { $0.framework == entry.framework }.compactMap { control -> JSON? in
            // What holds for every workload of the model is the model's; the rest is in the assessment.
            guard
                result.results.contains(where: {
                    $0.control == control.key && $0.model == model && $0.status != .notApplicable
                })
            else { return nil }
            return .fields([
                "uuid": stable("requirement \(control.key) \(model)"), "control-id": .string(control.token),
                "description": text(implementationText(control)),
                "props": .array([
                    property("identifier", control.identifier), property("confidence", control.confidence.words),
                ]),
                "remarks": text("A person is asked: \(control.question)"),
            ])
        }
        guard !requirements.isEmpty else { return nil }
        return .fields([
            "uuid": stable("implementation \(framework) \(model)"),
            "source": entry.framework == .nist80053
                ? entry.href.map { .string($0) }
                : .string("#" + ContentHash.uuid("\(result.request.title)|framework \(framework)")),
            "description": text("\(entry.title): \(entry.note)"),
            "implemented-requirements": .array(requirements),
        ])
    }

    private func implementationText(_ control: AuditControl) -> String {
        let checks = control.checks.compactMap { EvidenceCheck.named($0) }
        let words =
            checks.isEmpty
            ? "No check of a platform speaks for it."
            : "Checked: " + checks.map(\.title).joined(separator: " ")
        let sharing = control.isAboutSharing ? " Configuration alone never supports it." : ""
        return "\(control.meaning) \(words)\(sharing)"
    }
}
