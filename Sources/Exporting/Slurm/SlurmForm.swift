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
    package var slurmType: String {
        let forms: Set<Substring> = ["sxm", "pcie", "nvl"]
        let words = id.split(separator: "-").filter { word in
            !forms.contains(word) && !(word.hasSuffix("gb") && word.dropLast(2).allSatisfy(\.isNumber))
        }
        return words.joined(separator: "_")
    }

    /// The id as a feature of a node: Slurm's constraints take no hyphen.
    var slurmFeature: String { id.split(separator: "-").joined(separator: "_") }
}
