import Estate
import Scheduling

/// Making a trace's names of GPU types those of the cluster: `a100` of Slurm is `a100-sxm-80gb` of a study.
enum GPUTypeNames {
    /// The trace with its types named as the cluster names them, where the catalogue knows both; types that the cluster
    /// does not have stay, and jobs that ask for them are rejected.
    static func align(_ trace: Trace, with cluster: ClusterDescription) -> Trace {
        guard case .nodes(let groups) = cluster, !trace.gpuTypes.isEmpty,
            let catalogue = try? GPUCatalogue.standard()
        else { return trace }
        var owned: [String] = []
        for group in groups where !group.gpuType.isEmpty && !owned.contains(group.gpuType) {
            owned.append(group.gpuType)
        }
        var names = trace.gpuTypes
        for (index, name) in names.enumerated() where !owned.contains(name) {
            let meant = owned.filter { means(name, $0, catalogue) }
            // A name that fits two of the cluster's types says nothing about which.
            if meant.count == 1, let only = meant.first { names[index] = only }
        }
        guard names != trace.gpuTypes else { return trace }
        var aligned = trace
        aligned.gpuTypes = names
        // The engine looks a name up once, so its bit must be one.
        var target = Array(names.indices)
        for index in names.indices { target[index] = names.firstIndex(of: names[index]) ?? index }
        guard target != Array(names.indices) else { return aligned }
        for job in 0..<aligned.count where aligned.gpuTypeMask[job] != 0 {
            var mask: UInt64 = 0
            for index in target.indices where aligned.gpuTypeMask[job] & (1 << UInt64(index)) != 0 {
                mask |= 1 << UInt64(target[index])
            }
            guard mask != aligned.gpuTypeMask[job] else { continue }
            var changed = aligned[job]
            changed.gpuTypes = mask
            aligned[job] = changed
        }
        return aligned
    }

    /// Whether a trace's name and the cluster's are of one type: spelled alike but for case and separators, or of one GPU of
    /// the catalogue, whatever each calls it.
    private static func means(_ name: String, _ own: String, _ catalogue: GPUCatalogue) -> Bool {
        folded(name) == folded(own) || !ids(name, catalogue).isDisjoint(with: ids(own, catalogue))
    }

    /// The GPUs that a name may be of.
    private static func ids(_ name: String, _ catalogue: GPUCatalogue) -> Set<String> {
        do {
            return [try catalogue.gpu(named: name).id]
        } catch .ambiguous(_, let candidates) {
            return Set(candidates)
        } catch {
            return []
        }
    }

    private static func folded(_ name: String) -> String {
        name.lowercased().filter { !" -_".contains($0) }
    }
}
