internal import Estate

/// In which of Slurm's ways the GPUs and instances are told.
enum SlurmForm: Sendable, Hashable, CaseIterable {
    /// Counts alone: nodes start without a GPU and counts can change beside running jobs, but Slurm hands out no device.
    case counts
    /// Device files: Slurm hands out devices and can shut jobs in with them.
    case devices

    /// What files of this form begin with.
    var prefix: String {
        switch self {
        case .counts: "slurm-counts"
        case .devices: "slurm-devices"
        }
    }

    /// The generic resource that instances are; slurmd drops a `gpu` without files, so counts go by another name.
    var sliceResource: String {
        switch self {
        case .counts: "mig"
        case .devices: "gpu"
        }
    }

    /// The generic resource that whole GPUs are.
    var wholeResource: String {
        switch self {
        case .counts: "wholegpu"
        case .devices: "gpu"
        }
    }
}

extension GPUModel {
    /// The type of the whole GPU in Slurm: part of the name that Slurm's own detection gives it, so that both agree.
    ///
    /// Detection gives a device the longest type of `gres.conf` that is part of its name and not used up, and an instance's
    /// name begins with its GPU's. So a type that is as long as a profile's would take instances: it is then as many words
    /// of the name, with the number of the model, as are shorter than each profile.
    package var slurmType: String {
        let forms: Set<Substring> = ["sxm", "pcie", "nvl"]
        let words = id.split(separator: "-").filter { word in
            !forms.contains(word) && !(word.hasSuffix("gb") && word.dropLast(2).allSatisfy(\.isNumber))
        }
        let all = words.joined(separator: "_")
        guard let shortest = migGeometry?.profiles.map(\.name.utf8.count).min(), all.utf8.count >= shortest else {
            return all
        }
        var best: String?
        for first in words.indices {
            for last in first..<words.endIndex {
                let some = words[first...last].joined(separator: "_")
                guard some.utf8.count < shortest, some.contains(where: \.isNumber) else { continue }
                if some.utf8.count > best?.utf8.count ?? 0 { best = some }
            }
        }
        return best ?? all
    }

    /// The id as a feature of a node: Slurm's constraints take no hyphen.
    var slurmFeature: String { id.split(separator: "-").joined(separator: "_") }
}
