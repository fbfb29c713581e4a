package import Documents

extension Reader {
    /// The workload class here, in its canonical spelling or an alias.
    ///
    /// - Throws: with the nearest spelling: `'trainning' is not a workload class; did you mean 'training'?`
    package func workloadClass() throws(DocumentError) -> WorkloadClass {
        let text = try string()
        if let known = WorkloadClass(spelling: text) { return known }
        // Near nothing, the canonical spellings are the ones to learn.
        guard let near = nearest(text, in: WorkloadClass.spellings) else { return try choice("workload class") }
        throw fail("\(quoted(text)) is not a workload class; did you mean '\(near)'?")
    }

    /// The deployment model here.
    ///
    /// - Throws: with the nearest spelling, or with all of them.
    package func deploymentModel() throws(DocumentError) -> DeploymentModel { try choice("deployment model") }
}
