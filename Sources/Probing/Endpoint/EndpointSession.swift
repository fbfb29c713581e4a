internal import Documents
package import Estate
package import Evidence

/// Loads a service run by run.
package struct EndpointSession: Sendable {
    /// What is offered in each run.
    package var plan: LoadPlan
    /// How many runs.
    package var runs: Int
    /// For the times at which requests arrive; each run draws its own.
    package var seed: Int
    /// Seconds within which an answer is good; nil where nobody asks.
    package var objective: Double?
    /// Whether runs that something stands in the way of are kept, marked as such.
    package var keepsDisturbed: Bool

    /// A session.
    package init(plan: LoadPlan, runs: Int, seed: Int, objective: Double? = nil, keepsDisturbed: Bool = false) {
        self.plan = plan
        self.runs = min(max(1, runs), 1_000)
        self.seed = min(max(0, seed), 1 << 52)
        self.objective = objective
        self.keepsDisturbed = keepsDisturbed
    }

    /// Carries the session out; `progress` is called after each run.
    ///
    /// - Throws: where the service has no address or refuses the first connection from every one of its addresses.
    package func run(progress: (EndpointRun) -> Void = { _ in }) throws -> EndpointOutcome {
        let address = try reach()
        var outcome = EndpointOutcome(session: self, isLocal: address.isLoopback)
        for number in 1...runs {
            let times = plan.arrivals.times(
                rate: plan.rate,
                duration: plan.duration,
                seed: seed + number,
                limit: LoadPlan.maximumRequests
            )
            let started = MonotonicClock.wallTime()
            var generator = LoadGenerator(plan, address, times: times)
            let run = try EndpointRun(
                number: number,
                started: started,
                plan,
                generator.run(),
                objective: objective
            )
            outcome.runs.append(run)
            progress(run)
        }
        return outcome
    }

    /// The first address that takes a connection.
    private func reach() throws(EndpointAddressError) -> SocketAddress {
        let addresses: [SocketAddress]
        switch SocketAddress.resolve(plan.address.host, port: plan.address.port) {
        case .failure(let problem): throw problem
        case .success(let found): addresses = found
        }
        var last = "it has no address"
        for address in addresses {
            switch address.reach(seconds: min(plan.timeout, 5)) {
            case nil: return address
            case let problem?: last = problem
            }
        }
        throw EndpointAddressError(
            description:
                "\(plan.address.authority) cannot be reached: \(last); start the service, or check host and port"
        )
    }
}

/// What came of loading a service.
package struct EndpointOutcome: Sendable {
    /// What was asked.
    package let session: EndpointSession
    /// Whether the service is on this machine.
    package let isLocal: Bool
    /// The runs, in order, whatever became of them.
    package var runs: [EndpointRun] = []

    /// The runs that a record may hold.
    package var usable: [EndpointRun] {
        runs.filter { !$0.summaries.isEmpty && (session.keepsDisturbed || $0.obstacles.isEmpty) }
    }

    /// What the reader of the numbers should know, one sentence each.
    package var sentences: [String] {
        var sentences: [String] = []
        for run in runs where !run.obstacles.isEmpty {
            let verb = session.keepsDisturbed && !run.summaries.isEmpty ? "was kept as asked, though" : "was refused:"
            sentences.append("Run \(run.number) \(verb) \(run.obstacles.joined(separator: "; and ")).")
        }
        let timedOut = usable.reduce(0) { $0 + ($1.failures[.timedOut] ?? 0) }
        if timedOut > 0 {
            sentences.append(
                "\(counted(timedOut, "request")) timed out, taken at the \(NumberText.significant(session.plan.timeout, 3)) s waited: "
                    + "the true latencies are longer."
            )
        }
        let waited = usable.reduce(0) { $0 + $1.waited }
        if waited > 0 {
            sentences.append(
                "\(counted(waited, "request")) waited for one of \(counted(session.plan.connections, "connection")), which is part of their "
                    + "latency; with more connections (--connections) the service would have been asked at once."
            )
        }
        return sentences
    }

    /// The record of the usable runs.
    ///
    /// `facts` and `boot` are those of the host that serves; nil where it is another machine, which nobody looked at.
    package func record(
        host: (id: String, boot: String, facts: [HostFact], blindSpots: [String])?,
        generator: String,
        tool: Record.Tool,
        created: String,
        declared: DeploymentModel?,
        detected: DeploymentModel?
    ) throws(MeasureRecordError) -> Record {
        let usable = usable
        guard !usable.isEmpty else {
            throw .nothingMeasured(runs.first?.obstacles.first ?? "no request was answered")
        }
        let plan = session.plan
        let runs = usable.map { run in
            var conditions = [
                Condition(name: "offered_load_per_s", value: NumberText.plain(plan.rate)),
                Condition(name: "concurrency", value: String(plan.connections)),
                Condition(name: "arrivals", value: plan.arrivals.rawValue),
                Condition(name: "method", value: plan.method),
                // A path may hold a token: it stands in the record as its hash.
                Condition(name: "path_sha256", value: JobPlan.hash(plan.address.path)),
                Condition(name: "body_bytes", value: String(plan.body.count)),
                Condition(name: "timeout_s", value: NumberText.plain(plan.timeout)),
            ]
            if let objective = session.objective {
                conditions.append(Condition(name: "objective_s", value: NumberText.plain(objective)))
            }
            if !plan.headers.isEmpty {
                let names = plan.headers.map { $0.name.lowercased() }.sorted().joined(separator: ", ")
                conditions.append(Condition(name: "header_names", value: names))
            }
            if !run.obstacles.isEmpty { conditions.append(Condition(name: "disturbed", value: "yes")) }
            return Run(
                id: "run-\(run.number)",
                started: Timestamp(run.started),
                conditions: conditions,
                warmUpExcluded: run.warmUp,
                series: run.summaries
            )
        }
        let generatorFact = HostFact(name: "load_generator", value: generator, evidence: "hostname of the generator")
        let unseen =
            "The host that serves was not looked at: run 'assay inspect' there, and name its model with --declare."
        let place = Host(
            id: host?.id ?? plan.address.authority,
            facts: (host?.facts ?? []) + [generatorFact],
            blindSpots: (host?.blindSpots ?? [unseen]) + sentences,
            boots: [Boot(id: host?.boot ?? "unnamed", runs: runs)]
        )
        let known = Set(usable.flatMap { $0.summaries.map(\.metric) })
        let metrics = [EndpointRun.latency, EndpointRun.firstByte, EndpointRun.servedRate, EndpointRun.goodRate]
        let content = Record.Content(
            created: Timestamp(created),
            tool: tool,
            declaredModel: declared,
            detectedModel: detected,
            metrics: metrics.filter { known.contains($0.name) },
            hosts: [place]
        )
        do { return try Record(content) } catch { throw .writing(error) }
    }
}
