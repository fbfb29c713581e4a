/// What to plan.
package struct PlanRequest: Sendable {
    /// How slices are dealt to hosts.
    package enum Dealing: String, Sendable, Hashable, CaseIterable {
        /// As few hosts as hold them, two at least where a team could lose all of its instances with one.
        case pack
        /// Over as many hosts as there are.
        case spread
    }

    /// What has to be free of jobs before a GPU's instances change.
    package enum DrainScope: String, Sendable, Hashable, CaseIterable {
        /// The instances that change: what NVML asks for.
        case instance
        /// The host: what Slurm asks for before the count of File or MultipleFiles records changes (gres.conf(5)).
        case host
    }

    /// How long steps are taken to last, in seconds: assumptions, to be replaced by what a site measures.
    package struct StepTimes: Sendable, Hashable {
        /// Creating a GPU instance and its compute instance; 5 s as in a study's `instance_creation_s`.
        package var create = 5.0
        /// Destroying both.
        package var destroy = 5.0
        /// Changing MIG mode.
        package var mode = 10.0
        /// Resetting a GPU.
        package var reset = 30.0
        /// Telling the scheduler to drain or resume a host, and its daemon to read its files.
        package var drain = 10.0

        package init() {}
    }

    /// A name for titles.
    package var name: String
    /// The estate; its GPUs stand as their modes say where ``isPresentKnown``.
    package var hosts: [PlannedHost]
    /// Whether the modes of the hosts' GPUs are what stands there, rather than unknown.
    package var isPresentKnown: Bool
    /// What is wanted.
    package var demand: [PlanDemand]
    package var dealing: Dealing
    package var drainScope: DrainScope
    /// Whether what is idle on sliced GPUs is filled with more instances of the mix.
    package var fillsIdle: Bool
    package var times: StepTimes

    package init(
        name: String,
        hosts: [PlannedHost],
        isPresentKnown: Bool = false,
        demand: [PlanDemand],
        dealing: Dealing = .pack,
        drainScope: DrainScope = .instance,
        fillsIdle: Bool = false,
        times: StepTimes = StepTimes()
    ) {
        self.name = name
        self.hosts = hosts
        self.isPresentKnown = isPresentKnown
        self.demand = demand
        self.dealing = dealing
        self.drainScope = drainScope
        self.fillsIdle = fillsIdle
        self.times = times
    }
}
