package import Estate

/// What jobs want of an estate: so many instances of a profile, or jobs on so many whole GPUs.
package struct PlanDemand: Sendable, Hashable {
    /// What one unit of it is.
    package enum Unit: Sendable, Hashable {
        /// An instance of the profile of this name.
        case profile(String)
        /// Whole GPUs of one host, with MIG mode off, so that they reach one another by P2P and NVLink.
        case whole(gpusPerJob: Int)
    }

    /// What is wanted.
    package var unit: Unit
    /// How many at once: instances, or jobs.
    package var count: Int
    /// The team that wants them.
    package var team: String?
    /// The id of the only GPU that will do; nil for any that has the profile.
    package var model: String?

    package init(_ unit: Unit, count: Int, team: String? = nil, model: String? = nil) {
        self.unit = unit
        self.count = count
        self.team = team
        self.model = model
    }

    /// What is wanted, in a word or two: `1g.10gb`, `whole`, `whole x4`.
    package var name: String {
        switch unit {
        case .profile(let name): name
        case .whole(1): "whole"
        case .whole(let gpus): "whole x\(gpus)"
        }
    }
}

/// Why fewer GPUs cannot do: a weight for each demand such that no GPU can hold more than ``capacity``.
///
/// Whoever doubts the plan adds up: the demand times its weights, less what limited models are charged, over the
/// capacity, rounded up, is the bound; and no legal layout of any of the GPUs weighs more than the capacity and its
/// model's charge.
package struct PlanProof: Sendable, Hashable {
    /// The weight of one instance of a profile, or of one GPU of a whole job.
    package struct Weight: Sendable, Hashable {
        /// The profile or `whole`, with the GPU where the demand names one: `1g.10gb`, `1g.10gb on h100-sxm-80gb`.
        package var demand: String
        /// Instances wanted.
        package var count: Int
        package var weight: Int

        package init(demand: String, count: Int, weight: Int) {
            self.demand = demand
            self.count = count
            self.weight = weight
        }
    }

    /// What a model of which there are too few is charged.
    package struct Charge: Sendable, Hashable {
        package var models: [String]
        /// GPUs of it that slices may have.
        package var available: Int
        package var charge: Int

        package init(models: [String], available: Int, charge: Int) {
            self.models = models
            self.available = available
            self.charge = charge
        }
    }

    package var weights: [Weight]
    package var charges: [Charge]
    /// What one GPU holds at most, in the unit of the weights.
    package var capacity: Int

    package init(weights: [Weight], charges: [Charge] = [], capacity: Int) {
        self.weights = weights
        self.charges = charges
        self.capacity = capacity
    }

    /// GPUs in MIG mode that are needed at least.
    package var bound: Int {
        let total =
            weights.reduce(0) { $0 + $1.count * $1.weight } - charges.reduce(0) { $0 + $1.available * $1.charge }
        return total <= 0 || capacity <= 0 ? 0 : (total + capacity - 1) / capacity
    }
}

/// What a plan comes to.
package struct PlanTotals: Sendable, Hashable {
    /// GPUs of the estate.
    package var gpus: Int
    /// GPUs that the demand has whole.
    package var wholeGPUs: Int
    /// GPUs in MIG mode that the demand needs.
    package var slicedGPUs: Int
    /// GPUs in MIG mode that any plan needs at least; ``PlanProof`` says why.
    package var slicedBound: Int
    /// Expected fragmentation of the sliced GPUs, in GPUs: what is idle on them and later jobs of the same mix could
    /// not use.
    package var fragmentedGPUs: Double
    /// What is idle on the sliced GPUs, in GPUs.
    package var idleGPUs: Double

    package init(
        gpus: Int,
        wholeGPUs: Int,
        slicedGPUs: Int,
        slicedBound: Int,
        fragmentedGPUs: Double = 0,
        idleGPUs: Double = 0
    ) {
        self.gpus = gpus
        self.wholeGPUs = wholeGPUs
        self.slicedGPUs = slicedGPUs
        self.slicedBound = slicedBound
        self.fragmentedGPUs = fragmentedGPUs
        self.idleGPUs = idleGPUs
    }

    /// Whether no plan needs fewer GPUs.
    package var isOptimal: Bool { slicedGPUs == slicedBound }
}

/// One step on the way from the present layouts to the planned ones.
package struct TransitionStep: Sendable, Hashable {
    /// What is done.
    package enum Action: Sendable, Hashable {
        /// The scheduler sends the host no more jobs, and those on it end.
        case drainHost
        /// The scheduler sends the host jobs again.
        case resumeHost
        /// The instance gets no further job; its present one ends.
        case waitForInstance(MIGInstance)
        /// The whole GPU gets no further job; its present one ends.
        case waitForGPU
        /// An idle instance is destroyed.
        case destroy(MIGInstance)
        /// An instance is created at its placement.
        case create(MIGInstance)
        /// MIG mode is turned on.
        case enableMIG
        /// MIG mode is turned off; no instance is left.
        case disableMIG
        /// The GPU is reset, so that a new MIG mode takes effect: before Hopper.
        case resetGPU
    }

    /// The host.
    package var host: String
    /// The GPU's index there; nil where the step is the host's.
    package var gpu: Int?
    package var action: Action
    /// How long it is taken to last; jobs that are waited for come on top.
    package var seconds: Double

    package init(host: String, gpu: Int? = nil, _ action: Action, seconds: Double) {
        self.host = host
        self.gpu = gpu
        self.action = action
        self.seconds = seconds
    }
}

/// The layouts that every GPU of an estate is to have, and the way there.
package struct LayoutPlan: Sendable, Hashable {
    /// What the file says that it is.
    package static let format = "assay.layout-plan/1"

    /// A name for titles: the study or the file that the demand is from.
    package var name: String
    /// What is planned for, in the order of its file.
    package var demand: [PlanDemand]
    /// Every host of the estate as it is to be.
    package var hosts: [PlannedHost]
    /// Every host as it stands; nil where nothing is known of it.
    package var present: [PlannedHost]?
    /// What it comes to.
    package var totals: PlanTotals
    /// Why fewer GPUs cannot do; nil where no slices are wanted.
    package var proof: PlanProof?
    /// From the present layouts to the planned ones, in order; empty where nothing changes or nothing is known.
    package var steps: [TransitionStep]
    /// What a reader should know.
    package var notes: [String]

    package init(
        name: String,
        demand: [PlanDemand],
        hosts: [PlannedHost],
        present: [PlannedHost]? = nil,
        totals: PlanTotals,
        proof: PlanProof? = nil,
        steps: [TransitionStep] = [],
        notes: [String] = []
    ) {
        self.name = name
        self.demand = demand
        self.hosts = hosts
        self.present = present
        self.totals = totals
        self.proof = proof
        self.steps = steps
        self.notes = notes
    }
}
