internal import Estate
internal import Documents

extension Record {
    /// What contradicts the declared deployment model among the facts of the hosts, one sentence each; else empty.
    ///
    /// A model without a hypervisor is contradicted by a fact `hypervisor` that names one, or `virtualization` that is
    /// `yes`. That none was found contradicts nothing: a hypervisor can hide.
    package var modelContradictions: [String] { modelContradictions(stated: nil) }

    /// The same of a model that the record does not declare itself, but whoever uses it says that it is of.
    func modelContradictions(stated: DeploymentModel?) -> [String] {
        guard let declared = content.declaredModel ?? stated, !declared.isVirtual else { return [] }
        let verb = content.declaredModel == nil ? "taken as" : "declared"
        var found: Set<String> = []
        for fact in hosts.flatMap(\.facts) {
            let (name, value) = (fact.name.lowercased(), fact.value.lowercased())
            if name == "hypervisor", !Self.noHypervisor.contains(value) {
                found.insert("\(verb) \(declared), but its facts say hypervisor \(quoted(fact.value))")
            } else if name == "virtualization", value == "yes" {
                found.insert("\(verb) \(declared), but its facts say virtualization \(quoted(fact.value))")
            }
        }
        // The name says more than that there is one.
        let named = found.filter { $0.contains("facts say hypervisor") }
        return (named.isEmpty ? found : named).sorted()
    }

    private static let noHypervisor: Set<String> = ["", "none", "no", "false", "unknown", "no-evidence", "bare-metal"]
}

extension Run {
    /// What disturbed it, where it was kept nevertheless: the value of its condition `disturbed`.
    package var disturbance: String? {
        guard let value = condition("disturbed"), !value.isEmpty, value.lowercased() != "no" else { return nil }
        return value
    }
}
