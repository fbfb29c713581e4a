package import Estate
package import Evidence

/// What a file of another tool does not say and its owner must, or may.
package struct ImportOptions: Sendable {
    /// How the GPU reached the workload; no tool's output says it.
    package var declaredModel: DeploymentModel?
    /// The host of all runs, for formats that name none.
    package var host: String?
    /// The boot of all runs.
    package var boot: String?
    /// Facts of the hosts that the owner declares, such as the GPU.
    package var facts: [HostFact] = []
    /// Conditions of every run of the file, such as `pair` = `3`.
    package var conditions: [Condition] = []
    /// How many samples to leave out at the beginning of each run, in formats whose samples are ordered.
    package var warmUp = 0
    /// A pattern with one group for formats of free text: the seconds of a step.
    package var pattern: String?

    /// Options that say nothing.
    package init() {}
}
