import Documents
import Estate
import Evidence
import Study

extension ResolvedStudy {
    /// Predicts the tail of every workload that states its load, under bare metal and each model that evidence speaks for.
    ///
    /// A model's own service times are taken; without them the baseline's, lengthened by the model's detours, where a job
    /// has the GPU to itself. What nothing was measured for is not judged.
    mutating func predictServing(_ evidence: [ComparedEvidence]) {
        for index in study.workloads.indices {
            let workload = study.workloads[index]
            guard let load = workload.serving else { continue }
            let models = study.platforms.map(\.model)
            let before = servings.count
            for model in DeploymentModel.allCases where models.contains(model) {
                do throws(PredictionError) {
                    guard let source = try Self.service(of: workload.name, under: model, evidence) else { continue }
                    if let note = source.times.loadNote(slots: load.slots) {
                        notes.append("\(workload.name) under \(model): \(note).")
                    }
                    servings.append(
                        try ServingUse(
                            workload: workload.name,
                            model: model,
                            load: load,
                            source: source,
                            seed: study.policy.seed &+ UInt64(index)
                        )
                    )
                } catch {
                    notes.append("\(workload.name) under \(model): its latency was not predicted: \(error).")
                }
            }
            if servings.count == before {
                notes.append(
                    "\(workload.name): it states its load, but no evidence for it has service times (service_time or "
                        + "request_latency), so its latency is not predicted; measure them with: assay measure --endpoint URL"
                )
            }
        }
        for use in servings {
            guard let latency = use.latency, latency.low <= use.objectiveMilliseconds,
                use.objectiveMilliseconds < latency.high
            else { continue }
            notes.append(
                "\(use.workload) under \(use.model): whether \(use.objectiveWords) holds at "
                    + "\(NumberText.plain(use.rate)) requests/s is not settled: \(use.latencyWords) is predicted, so more runs "
                    + "of the service are worth measuring."
            )
        }
    }

    /// What serves, and the records it comes from.
    struct ServiceSource {
        var times: ServiceTimes
        var records: [String]
        var isLengthened = false
    }

    private static func service(
        of workload: String,
        under model: DeploymentModel,
        _ evidence: [ComparedEvidence]
    ) throws(PredictionError) -> ServiceSource? {
        if model == .bareMetal {
            let found = Self.evidence(evidence, for: workload, under: nil) { metric($0.baseline) != nil }
            return try found.map { found throws(PredictionError) in try source(found.records.baseline) } ?? nil
        }
        if let found = Self.evidence(evidence, for: workload, under: model, having: { metric($0.other) != nil }) {
            return try source(found.records.other)
        }
        // On a part of a GPU a service takes its own time, which no detour of a processor tells.
        guard !model.sharesGPU,
            let bare = Self.evidence(evidence, for: workload, under: nil, having: { metric($0.baseline) != nil }),
            let other = Self.evidence(
                evidence,
                for: workload,
                under: model,
                having: { (try? DetourNoise($0.other)) != nil }
            ), var result = try source(bare.records.baseline)
        else { return nil }
        result.times = result.times.withDetours(try DetourNoise(other.records.other))
        result.records += other.records.other.map(\.id).filter { !result.records.contains($0) }
        result.isLengthened = true
        return result
    }

    private static func source(_ records: [Record]) throws(PredictionError) -> ServiceSource? {
        guard let metric = metric(records) else { return nil }
        return ServiceSource(times: try ServiceTimes(records, metric: metric), records: records.map(\.id))
    }

    /// The time of one request in these records; other times of a job are not of requests.
    private static func metric(_ records: [Record]) -> String? {
        let names = records.flatMap { $0.metrics.map(\.name) }
        return ["service_time", "request_latency"].first(where: names.contains)
    }
}

extension ServingUse {
    /// Requests in a replication of the prediction, and replications.
    private static let requests = 50_000
    private static let replications = 20
    /// How many times the stated replicas are tried, at most.
    private static let mostTimes = 100

    init(
        workload: String,
        model: DeploymentModel,
        load: ServingLoad,
        source: ResolvedStudy.ServiceSource,
        seed: UInt64
    ) throws(PredictionError) {
        func prediction(
            _ replicas: Int,
            _ requests: Int,
            _ replications: Int,
            rate: Double = load.requestsPerSecond
        ) throws(PredictionError) -> TailPrediction {
            var question = TailQuestion(rates: [rate], replicas: replicas)
            question.slots = load.slots
            question.quantiles = [load.quantile]
            question.requests = requests
            question.replications = replications
            question.seed = seed
            return try TailPrediction(source.times, question)
        }
        func latency(_ prediction: TailPrediction) -> Interval? {
            guard case .seconds(let estimate, let low, let high)? = prediction.rows.first?.latencies.first
            else { return nil }
            return Interval(estimate: estimate * 1e3, low: low * 1e3, high: high * 1e3, level: 0.9)
        }
        // A fleet too full for a number is not one that is known to keep it.
        func keeps(_ replicas: Int) throws(PredictionError) -> Bool {
            latency(try prediction(replicas, Self.requests, 4)).map { $0.estimate <= load.milliseconds } ?? false
        }
        self.workload = workload
        self.model = model
        rate = load.requestsPerSecond
        replicas = load.replicas
        quantile = load.quantile
        objectiveMilliseconds = load.milliseconds
        isLengthened = source.isLengthened
        records = source.records
        metric = source.times.metric
        loadNote = source.times.loadNote(slots: load.slots)
        let asked = try prediction(load.replicas, Self.requests, Self.replications)
        var stated = latency(asked)
        isAtLeast = false
        if stated == nil, asked.rows.first?.latencies.first == .tooFew, let reach = asked.reaches.first {
            // Latency only grows with load, so what breaks at the highest load that can be told breaks here.
            let below = asked.capacity * reach
            stated = latency(try prediction(load.replicas, Self.requests, Self.replications, rate: below))
            guard let found = stated, found.estimate > load.milliseconds else {
                throw .unusable(
                    "\(NumberText.plain(load.requestsPerSecond)) requests/s keep "
                        + "\(NumberText.percent(asked.rows.first?.utilisation ?? 1, 1)) of the fleet's time in use, and this "
                        + "quantile is predicted up to \(NumberText.percent(reach, 1)); state more replicas, or less load"
                )
            }
            isAtLeast = true
        }
        self.latency = stated
        neededReplicas = nil
        guard !(stated.map { $0.estimate <= load.milliseconds } ?? false) else { return }
        let most = min(load.replicas * Self.mostTimes, 100_000, TailQuestion.mostServed / load.slots)
        var (low, high) = (load.replicas, load.replicas)
        while high < most {
            low = high
            high = min(most, high * 2)
            if try keeps(high) { break }
        }
        guard try keeps(high) else { return }
        while high - low > 1 {
            let middle = low + (high - low) / 2
            if try keeps(middle) { high = middle } else { low = middle }
        }
        neededReplicas = high
    }

    /// Why the model cannot be, where the objective breaks.
    var rejection: Rejection? {
        guard !keeps else { return nil }
        let remedy =
            neededReplicas.map { "\(counted($0, "replica")) would keep it." }
            ?? "More replicas alone do not keep it: the service itself is too slow"
            + (loadNote.map { "; \($0)." } ?? ".")
        return Rejection(
            code: "serving",
            key: neededReplicas == nil ? "serving.objective" : "serving.replicas",
            sentence: "At \(NumberText.plain(rate)) requests/s on \(counted(replicas, "replica")) the objective "
                + "\(objectiveWords) breaks: \(latencyWords) is predicted from "
                + (isLengthened ? "bare-metal service times and this model's detours" : "service times")
                + " (\(metric) of \(records.map(Self.short).joined(separator: ", "))). \(remedy)"
        )
    }

    /// A record by the beginning of its identifier, as reports show it.
    private static func short(_ record: String) -> String {
        record.hasPrefix("sha256:") ? String(record.prefix(19)) : record
    }
}
