package import Documents
package import Evidence

/// What one file of another tool says: runs with their samples, not yet a record.
package struct ImportedRuns: Sendable {
    /// The program that wrote the file and its version, where the file tells.
    package var tool: Record.Tool?
    /// What was measured.
    package var metrics: [Metric]
    /// The runs, in the file's order.
    package var runs: [ImportedRun]
    /// Facts of the hosts that every file imported together with this one was measured on, such as their health.
    package var facts: [HostFact]
    /// What could not be known from this file, one sentence each.
    package var blindSpots: [String]
    /// What was assumed or left out, for the user to know.
    package var diagnostics: [Diagnostic]

    /// What a file says.
    package init(
        tool: Record.Tool? = nil,
        metrics: [Metric],
        runs: [ImportedRun],
        facts: [HostFact] = [],
        blindSpots: [String] = [],
        diagnostics: [Diagnostic] = []
    ) {
        self.tool = tool
        self.metrics = metrics
        self.runs = runs
        self.facts = facts
        self.blindSpots = blindSpots
        self.diagnostics = diagnostics
    }
}

/// One run of a file, with the place it ran in as far as the file names it.
package struct ImportedRun: Sendable {
    /// The host as the file names it; the owner's word goes before.
    package var host: String?
    /// Facts of the host that the file states, such as the GPU, each with where in the file.
    package var facts: [HostFact]
    /// The run with its conditions and samples.
    package var run: Run

    /// A run in its place.
    package init(host: String? = nil, facts: [HostFact] = [], run: Run) {
        self.host = host
        self.facts = facts
        self.run = run
    }
}
