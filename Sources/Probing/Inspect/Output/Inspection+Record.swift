package import Evidence

extension Inspection {
    /// The facts that a record carries of this host, what its host added included.
    package var recordFacts: [HostFact] {
        (facts + (companion?.facts ?? [])).map { HostFact(name: $0.name, value: $0.value, evidence: $0.evidence) }
    }

    /// A place in a record: the facts of this host, its blind spots, and the boots that were measured.
    package func recordHost(id: String, boots: [Boot]) -> Host {
        Host(id: id, facts: recordFacts, blindSpots: blindSpots, boots: boots)
    }
}
