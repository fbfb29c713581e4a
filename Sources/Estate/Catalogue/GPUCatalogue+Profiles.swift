extension GPUCatalogue {
    /// The GPUs that have a MIG profile: those that share a name with some GPUs, as the A100s of 40 and 80 GB do; else all.
    ///
    /// - Parameters:
    ///   - name: the profile, such as `1g.20gb`.
    ///   - ids: the GPUs at hand; none of them is among the result.
    /// - Returns: GPUs in the order of the catalogue.
    package func gpus(withProfile name: String, near ids: [String]) -> [GPUModel] {
        let able = gpus.filter { gpu in
            !ids.contains(gpu.id) && gpu.migGeometry?.profiles.contains { $0.name == name } ?? false
        }
        let names = Set(gpus.filter { ids.contains($0.id) }.flatMap(\.aliases))
        let kin = able.filter { !names.isDisjoint(with: $0.aliases) }
        return kin.isEmpty ? able : kin
    }

    /// Who has a profile that the GPUs at hand have not, as `a100-sxm-80gb and a100-pcie-80gb have it`; nil where nobody has.
    package func owners(ofProfile name: String, near ids: [String]) -> String? {
        let able = gpus(withProfile: name, near: ids).map(\.id)
        guard let last = able.last else { return nil }
        guard able.count > 1 else { return "\(last) has it" }
        let shown = 4
        guard able.count > shown else { return "\(able.dropLast().joined(separator: ", ")) and \(last) have it" }
        return "\(able.prefix(shown).joined(separator: ", ")) and \(able.count - shown) more have it"
    }
}
