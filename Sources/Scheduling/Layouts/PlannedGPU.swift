package import Estate

/// An instance of a layout, with who it is for and whether something runs on it.
package struct PlannedInstance: Sendable, Hashable {
    /// Profile and placement.
    package var instance: MIGInstance
    /// The team that it is for; nil where the demand names none, and for one that nothing asks for.
    package var team: String?
    /// Whether a job runs on it; of planned layouts, one that it keeps.
    package var isBusy: Bool
    /// Whether nothing asks for it and it stays for the job that runs on it; only of planned layouts.
    package var isKept: Bool

    package init(_ instance: MIGInstance, team: String? = nil, isBusy: Bool = false, isKept: Bool = false) {
        self.instance = instance
        self.team = team
        self.isBusy = isBusy
        self.isKept = isKept
    }

    /// Whether a job is known to run on it.
    package var hasJob: Bool { isBusy || isKept }
}

/// One GPU of a host, as it stands or as it is to be.
package struct PlannedGPU: Sendable, Hashable {
    /// How the GPU is handed out.
    package enum Mode: Sendable, Hashable {
        /// MIG mode off: the GPU whole, with P2P and NVLink.
        case whole
        /// MIG mode on, with these instances, by start; possibly none.
        case mig([PlannedInstance])
    }

    /// The index on its host, from 0, as NVML counts at the time of the plan.
    package var index: Int
    /// The id of the GPU in the catalogue.
    package var model: String
    /// The GPU's UUID, where it is known.
    package var uuid: String?
    /// The PCI bus id, where it is known.
    package var pciBusID: String?
    /// The NUMA node that it is attached to, where it is known.
    package var numaNode: Int?
    /// How it is handed out.
    package var mode: Mode
    /// The team that a whole GPU is for.
    package var team: String?
    /// Whether a job has a whole GPU; of planned layouts, one that it keeps.
    package var isBusy: Bool
    /// Whether the demand does not need it: it is as it was found.
    package var isSpare: Bool

    package init(
        index: Int,
        model: String,
        uuid: String? = nil,
        pciBusID: String? = nil,
        numaNode: Int? = nil,
        mode: Mode = .whole,
        team: String? = nil,
        isBusy: Bool = false,
        isSpare: Bool = false
    ) {
        self.index = index
        self.model = model
        self.uuid = uuid
        self.pciBusID = pciBusID
        self.numaNode = numaNode
        self.mode = mode
        self.team = team
        self.isBusy = isBusy
        self.isSpare = isSpare
    }

    /// Whether MIG mode is off.
    package var isWhole: Bool { mode == .whole }

    /// The instances, by start; none of a whole GPU.
    package var instances: [PlannedInstance] {
        if case .mig(let instances) = mode { instances } else { [] }
    }

    /// The layout; empty for a whole GPU.
    package var layout: MIGLayout { MIGLayout(instances.map(\.instance)) }

    /// The same as what stands: an instance that was kept for its job is taken to have it still.
    package var asPresent: PlannedGPU {
        guard case .mig(var instances) = mode, instances.contains(where: \.isKept) else { return self }
        for index in instances.indices where instances[index].isKept {
            (instances[index].isKept, instances[index].isBusy) = (false, true)
        }
        var result = self
        result.mode = .mig(instances)
        return result
    }

    /// Whether a job runs on any part of it.
    package var hasJobs: Bool {
        switch mode {
        case .whole: isBusy
        case .mig(let instances): instances.contains(where: \.isBusy)
        }
    }

    /// The running jobs on it, one for each busy instance.
    package var jobs: Int {
        switch mode {
        case .whole: isBusy ? 1 : 0
        case .mig(let instances): instances.count { $0.isBusy }
        }
    }
}

/// A host with its GPUs.
package struct PlannedHost: Sendable, Hashable {
    /// Its name.
    package var name: String
    /// Processor sockets, where they are known.
    package var sockets: Int?
    /// Processor cores in all, where they are known.
    package var cores: Int?
    /// Threads of a core, where they are known.
    package var threadsPerCore: Int?
    /// Memory in MiB, where it is known.
    package var memoryMiB: Int?
    /// Its GPUs, by index.
    package var gpus: [PlannedGPU]

    package init(
        name: String,
        sockets: Int? = nil,
        cores: Int? = nil,
        threadsPerCore: Int? = nil,
        memoryMiB: Int? = nil,
        gpus: [PlannedGPU]
    ) {
        self.name = name
        self.sockets = sockets
        self.cores = cores
        self.threadsPerCore = threadsPerCore
        self.memoryMiB = memoryMiB
        self.gpus = gpus
    }
}
