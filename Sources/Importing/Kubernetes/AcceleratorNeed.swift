/// What a pod asks for, as the device plugin offers it.
enum AcceleratorResource: Hashable, Sendable {
    /// `nvidia.com/gpu`: whole GPUs, or replicas where the plugin does not rename them.
    case gpu
    /// `nvidia.com/gpu.shared`: replicas of time-sliced GPUs.
    case sharedGPU
    /// `nvidia.com/mig-1g.10gb`: instances of a profile.
    case instance(String)
    /// `nvidia.com/mig-1g.10gb.shared`: replicas of instances.
    case sharedInstance(String)
    /// An accelerator of another maker.
    case other(String)

    /// The resource of a name in a pod, or of its spelling in kube-state-metrics (`nvidia_com_mig_1g_10gb`); nil where it
    /// is no accelerator.
    init?(_ name: String) {
        let makers = ["amd.com/gpu", "gpu.intel.com/i915", "gpu.intel.com/xe", "habana.ai/gaudi", "google.com/tpu"]
        if makers.contains(name) || makers.contains(where: { Self.flattened($0) == name }) {
            self = .other(name)
            return
        }
        let word: Substring
        if name.hasPrefix("nvidia.com/") {
            word = name.dropFirst("nvidia.com/".count)
        } else if name.hasPrefix("nvidia_com_") {
            word = name.dropFirst("nvidia_com_".count)
        } else {
            return nil
        }
        switch word {
        case "gpu": self = .gpu
        case "gpu.shared", "gpu_shared": self = .sharedGPU
        default:
            guard let (profile, isShared) = Self.profile(word) else { return nil }
            self = isShared ? .sharedInstance(profile) : .instance(profile)
        }
    }

    /// `mig-1g.10gb.me.shared` or `mig_1g_10gb_me_shared`: the profile as NVIDIA writes it, `1g.10gb+me`.
    private static func profile(_ word: Substring) -> (String, isShared: Bool)? {
        guard word.hasPrefix("mig-") || word.hasPrefix("mig_") else { return nil }
        var parts = word.dropFirst(4).split(whereSeparator: { $0 == "." || $0 == "_" }).map(String.init)
        var isShared = false
        if parts.last == "shared" {
            isShared = true
            parts.removeLast()
        }
        guard let memory = parts.lastIndex(where: { $0.hasSuffix("gb") }), memory > 0, parts[memory - 1].hasSuffix("g")
        else { return nil }
        let attributes = parts[(memory + 1)...].map { "+" + $0 }.joined()
        return (parts[...memory].joined(separator: ".") + attributes, isShared)
    }

    private static func flattened(_ name: String) -> String {
        String(name.map { $0.isLetter || $0.isNumber ? $0 : "_" })
    }
}

/// The GPUs of one pod or one job, in the words of a trace.
struct AcceleratorNeed: Hashable, Sendable {
    /// GPUs or instances.
    var count = 0
    /// Thousandths of each GPU; 1,000 is a whole one.
    var milli = 1_000
    /// The MIG profile; empty for GPUs.
    var profile = ""

    /// Why amounts of resources are no need of a trace.
    enum Problem: Error, Hashable {
        case none, otherMaker, mixed, unsized, fraction
    }

    /// From amounts by resource, and how many replicas share a GPU where that is known.
    ///
    /// `hidesReplicas` says that `nvidia.com/gpu` counts replicas on the pod's node.
    init(_ amounts: [AcceleratorResource: Double], replicas: Int?, hidesReplicas: Bool) throws(Problem) {
        let asked = amounts.filter { $0.value > 0 }
        guard let (resource, amount) = asked.first else { throw .none }
        guard asked.count == 1 else {
            throw asked.keys.contains { if case .other = $0 { true } else { false } } ? .otherMaker : .mixed
        }
        guard amount <= 1_000_000, amount == amount.rounded() else { throw .fraction }
        count = Int(amount)
        switch resource {
        case .other: throw .otherMaker
        case .gpu where !hidesReplicas: break
        case .gpu, .sharedGPU:
            guard let replicas, replicas > 0 else { throw .unsized }
            // Replicas on one GPU add up; more than it has are whole GPUs and a part, rounded up as a trace must.
            if count >= replicas {
                count = (count + replicas - 1) / replicas
            } else {
                milli = max(1, count * 1_000 / replicas)
                count = 1
            }
        case .instance(let name): profile = name
        // A trace has no parts of instances: each replica is said to hold the instance whole, and that is counted.
        case .sharedInstance(let name): profile = name
        }
    }
}
