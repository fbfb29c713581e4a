internal import Documents
package import Estate
package import Evidence

/// Who and what a job's record is of, runs apart.
package struct JobSubject: Sendable {
    /// The host's name.
    package var host: String
    /// What inspect says of it.
    package var facts: [HostFact]
    /// What inspect could not see.
    package var blindSpots: [String]
    /// What makes the record.
    package var tool: Record.Tool
    /// Now.
    package var created: Timestamp?
    /// The deployment model as declared.
    package var declared: DeploymentModel?
    /// The same as inspect sees it.
    package var detected: DeploymentModel?
    /// What to call the job; its hash where nobody named it.
    package var job: String?
    /// Whether the text of the command may stand in the record.
    package var storesCommand: Bool

    /// A subject; see the properties.
    package init(
        host: String,
        facts: [HostFact] = [],
        blindSpots: [String] = [],
        tool: Record.Tool,
        created: Timestamp? = nil,
        declared: DeploymentModel? = nil,
        detected: DeploymentModel? = nil,
        job: String? = nil,
        storesCommand: Bool = false
    ) {
        self.host = host
        self.facts = facts
        self.blindSpots = blindSpots
        self.tool = tool
        self.created = created
        self.declared = declared
        self.detected = detected
        self.job = job
        self.storesCommand = storesCommand
    }
}

extension JobOutcome {
    /// The record of one arm: the usable runs by boot, with the plan, the job's class and why others are not in it.
    ///
    /// - Throws: where no run is usable, or a number cannot stand in a record.
    package func record(_ subject: JobSubject, arm: JobArm = .alone) throws(MeasureRecordError) -> Record {
        let runs = usable(arm)
        guard !runs.isEmpty else {
            let reason = self.runs.last { $0.slot.arm == arm && $0.refusal != nil }?.refusal?.reason
            let which = arm == .beside ? "beside the neighbour" : "of the job"
            throw .nothingMeasured(reason.map { "no run \(which) is usable; the last: \($0)" } ?? "no run was done")
        }
        let counted = countedMetrics(arm).filter { !zeroMetrics(arm).contains($0) && $0 != .completionTime }
        var metrics = [plan.decidingMetric]
        if plan.steps != .none { metrics.append(JobMetric.completionTime.metric()) }
        metrics += counted.map { $0.metric() }
        var boots: [Boot] = []
        for run in runs {
            let made = try self.run(run, counted)
            if let place = boots.firstIndex(where: { $0.id == run.boot }) {
                boots[place].runs.append(made)
            } else {
                boots.append(Boot(id: run.boot, runs: [made]))
            }
        }
        let host = Host(
            id: subject.host,
            facts: try facts(subject, arm),
            blindSpots: subject.blindSpots + sentences(arm),
            boots: boots
        )
        let content = Record.Content(
            created: subject.created,
            tool: subject.tool,
            declaredModel: subject.declared,
            detectedModel: subject.detected,
            metrics: metrics,
            hosts: [host]
        )
        do { return try Record(content) } catch { throw .writing(error) }
    }

    private func run(_ run: JobRun, _ counted: [JobMetric]) throws(MeasureRecordError) -> Run {
        var series: [SampleSummary] = []
        func add(_ name: String, _ values: some Sequence<Double>) throws(MeasureRecordError) {
            var builder = SeriesBuilder(metric: name)
            do {
                for value in values { try builder.add(value) }
                series.append(try builder.finish())
            } catch { throw .sample(metric: name, error) }
        }
        if plan.steps != .none { try add(plan.decidingMetric.name, run.steps.dropFirst(plan.skippedSteps)) }
        try add(JobMetric.completionTime.rawValue, [run.wallSeconds])
        for metric in counted {
            if let value = run.reading(metric) { try add(metric.rawValue, [value]) }
        }
        var conditions = run.conditions
        if let pair = run.slot.pair { conditions.append(Condition(name: "pair", value: "\(pair)")) }
        if plan.neighbour != nil {
            conditions.append(Condition(name: "neighbour", value: run.slot.arm == .beside ? "yes" : "no"))
        }
        return Run(
            id: run.slot.name,
            started: Timestamp(run.started),
            conditions: conditions,
            warmUpExcluded: plan.steps == .none ? 0 : plan.skippedSteps,
            series: series
        )
    }

    private func facts(_ subject: JobSubject, _ arm: JobArm) throws(MeasureRecordError) -> [HostFact] {
        let own = "assay measure: fixed before the first run"
        var facts = subject.facts
        // Another job is another workload, and the comparison says so; a command with other paths needs a name.
        facts.append(
            HostFact(
                name: "workload",
                value: subject.job ?? "job \(JobPlan.hash(plan.command))",
                evidence: subject.job == nil ? "assay measure: the hash of --job" : "declared: --job-name"
            )
        )
        do {
            let text = String(decoding: try plan.json.canonical(), as: UTF8.self)
            facts.append(HostFact(name: "job_plan", value: text, evidence: own))
        } catch { throw .writing(error) }
        facts.append(HostFact(name: "job_plan_id", value: plan.identifier, evidence: own))
        if subject.storesCommand {
            facts.append(HostFact(name: "job_command", value: plan.command, evidence: "declared: --job"))
        }
        return facts + (jobClass(arm)?.facts ?? [])
    }
}
