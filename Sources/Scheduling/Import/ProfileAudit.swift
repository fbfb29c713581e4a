package import Documents
package import Estate

/// Holds the MIG profiles that a trace names against the GPUs of an estate.
///
/// Profiles go by the memory of the GPU: `1g.20gb` is one of an A100 of 80 GB and none of one of 40 GB. A replay rejects
/// such jobs; here it is said which GPUs would serve them.
package enum ProfileAudit {
    /// A warning for each profile that jobs name and no GPU of the estate has, while another of the catalogue has it.
    ///
    /// Nothing is said of an estate that is not cut into instances.
    package static func check(
        _ trace: Trace,
        against cluster: ClusterDescription,
        catalogue: GPUCatalogue
    ) -> [Diagnostic] {
        guard case .nodes(let groups) = cluster else { return [] }
        var own: [MIGGeometry] = []
        for group in groups {
            switch group.partition {
            case .mig(let geometry), .layout(let geometry, _):
                if !own.contains(where: { $0.gpu == geometry.gpu }) { own.append(geometry) }
            case .whole, .shares: break
            }
        }
        guard !own.isEmpty else { return [] }
        var counts = Array(repeating: 0, count: trace.profiles.count)
        for profile in trace.profile where counts.indices.contains(Int(profile)) { counts[Int(profile)] += 1 }
        let ids = own.map(\.gpu)
        return trace.profiles.indices.compactMap { index in
            let name = trace.profiles[index]
            guard counts[index] > 0, !own.contains(where: { $0.profiles.contains { $0.name == name } }),
                let owners = catalogue.owners(ofProfile: name, near: ids)
            else { return nil }
            return Diagnostic(
                .warning,
                "\(counted(counts[index], "job")) \(counts[index] == 1 ? "names" : "name") the MIG profile \(quoted(name)), which "
                    + "\(ids.joined(separator: ", ")) \(ids.count == 1 ? "has" : "have") not; \(owners)"
            )
        }
    }
}
