import Documents
import Estate
import Evidence
import Foundation
import Probability
import Study
import Testing

@testable import Decision

@Suite("Predictions in a decision")
struct PredictedUseTests {
    // MARK: Records

    static func summary(_ values: [Double], _ metric: String) throws -> SampleSummary {
        var builder = SeriesBuilder(metric: metric)
        for value in values { try builder.add(value) }
        return try builder.finish()
    }

    /// Four runs of 100 s on one processor with so many detours a second, of one length, or of the lengths given.
    static func detours(perSecond: Int, lengthsUS: [Double] = [1_000], host: String) throws -> Record {
        let names = ["spin_quantum", "detours_per_second_cpu0", "detour_length_cpu0"]
        let metrics = zip(names, ["us", "1/s", "us"]).map {
            Metric(name: $0, unit: $1, direction: .lower, kind: .component)
        }
        let runs = try (0..<4).map { run in
            var series = [
                try summary([Double](repeating: 1e6, count: 100), names[0]),
                try summary([Double](repeating: Double(perSecond), count: 5), names[1]),
            ]
            let count = perSecond * 100
            if count > 0 {
                series.append(try summary((0..<count).map { lengthsUS[$0 % lengthsUS.count] }, names[2]))
            }
            return Run(id: "run-\(run)", series: series)
        }
        return try Record(.init(metrics: metrics, hosts: [Host(id: host, boots: [Boot(id: "b", runs: runs)])]))
    }

    /// Two runs of a service that takes always so long.
    static func service(ms: Double, host: String) throws -> Record {
        let metric = Metric(name: "service_time", unit: "ms", direction: .lower)
        let runs = try (0..<2).map {
            Run(id: "run-\($0)", series: [try summary([Double](repeating: ms, count: 1_000), metric.name)])
        }
        return try Record(.init(metrics: [metric], hosts: [Host(id: host, boots: [Boot(id: "b", runs: runs)])]))
    }

    static func evidence(
        _ baseline: Record,
        _ other: Record,
        workload: String? = nil,
        component: Bool = true,
        nodes: Int? = nil
    ) throws -> ComparedEvidence {
        var item = EvidenceUseTests.comparison(.overhead, workload: workload, component: component)
        item.records = ArmRecords(baseline: [baseline], other: [other])
        item.nodes = nodes
        return item
    }

    static func noisy() throws -> ComparedEvidence {
        try evidence(try detours(perSecond: 0, host: "a"), try detours(perSecond: 1, host: "b"))
    }

    // MARK: Studies

    static let large = JobScale(nodes: 64, ranksPerNode: 1, stepMilliseconds: 10)

    static func study(
        _ provenance: Provenance = .assumed(source: "prior", date: nil),
        scale: JobScale? = PredictedUseTests.large,
        serving: ServingLoad? = nil
    ) throws -> Study {
        var workload = try Fixture.workload("train", overhead: [.vmPassthrough: 0.1])
        workload.overhead[.vmPassthrough]?.provenance = provenance
        workload.scale = scale
        workload.serving = serving
        return try Fixture.study([workload], [Fixture.platform(.bareMetal), Fixture.platform(.vmPassthrough)])
    }

    static func overhead(_ resolved: ResolvedStudy) throws -> Quantity {
        try #require(resolved.study.workloads[0].overhead[.vmPassthrough])
    }

    // MARK: Scale

    /// Waiting for the latest of N ranks, as a share of the step, where detours of one length come at random: the mean of
    /// the largest of N Poisson counts of mean m, times the length.
    private func waiting(ranks: Double, detours m: Double, lengthOverStep: Double) -> Double {
        var (sum, below, mass) = (0.0, 0.0, exp(-m))
        for k in 1...20 {
            below += mass
            sum += 1 - exp(ranks * log(below))
            mass *= m / Double(k)
        }
        return sum * lengthOverStep
    }

    @Test("an assumed overhead is combined with the waiting on more nodes, by hand within 3 % of what it adds")
    func combines() throws {
        let resolved = ResolvedStudy(try Self.study(), evidence: [try Self.noisy()])
        let quantity = try Self.overhead(resolved)
        // One detour of 1 ms a second in steps of 10 ms: 0.01 a step. On one node 0.1 % of the time; on 64 the step waits
        // for the latest of 64. Bare metal has none.
        let few = waiting(ranks: 1, detours: 0.01, lengthOverStep: 0.1)
        let many = waiting(ranks: 64, detours: 0.01, lengthOverStep: 0.1)
        #expect(abs(few - 0.001) < 1e-5)
        #expect(abs(many - 0.0476) < 1e-4)
        let added = (1 + many) / (1 + few) - 1
        let use = try #require(resolved.scales.first)
        // What begins while a rank waits runs on into the next step, which the sum by hand leaves out.
        #expect(abs(use.added.estimate / added - 1) < 0.06, "\(use.added) against \(added)")
        #expect(use.added.low < added && added < use.added.high)
        #expect(abs(quantity.distribution.p50 - (1.1 * (1 + use.added.estimate) - 1)) < 0.004)
        #expect(quantity.distribution.p90 > quantity.distribution.p10)
        #expect(use.isUsed && !use.isExtrapolated && use.fromNodes == 1 && use.ranks == 64)
        guard case .derived(let records, let note) = quantity.provenance else {
            Issue.record("not derived: \(quantity.provenance)")
            return
        }
        #expect(records == use.records && records.count == 2)
        #expect(note.contains("64 nodes adds") && note.contains("within the sample"))
        #expect(quantity.key == "workloads.train.overhead.vm-passthrough")
        #expect(resolved.notes.isEmpty)
    }

    struct Standing: Sendable, CustomTestStringConvertible {
        var testDescription: String
        var provenance: Provenance
        /// Nodes of the job that was measured, 0 where it is not said on how many; nil without a job.
        var measured: Int?
        var isUsed: Bool
        var note: String?
    }

    static let standings: [Standing] = [
        Standing(
            testDescription: "declared stands",
            provenance: .declared(source: "owner", date: nil),
            isUsed: false,
            note: "the overhead is declared and stands"
        ),
        Standing(
            testDescription: "measured on as many nodes stands",
            provenance: .assumed(source: "prior", date: nil),
            measured: 64,
            isUsed: false,
            note: "was measured on 64 nodes and stands"
        ),
        Standing(
            testDescription: "measured on an unknown number of nodes stands, and says what to write",
            provenance: .assumed(source: "prior", date: nil),
            measured: 0,
            isUsed: false,
            note: "write 'nodes: N' at the evidence"
        ),
        Standing(
            testDescription: "measured on fewer nodes is the small scale",
            provenance: .assumed(source: "prior", date: nil),
            measured: 8,
            isUsed: true
        ),
    ]

    @Test("what is better than a prediction stands", arguments: standings)
    func standing(_ entry: Standing) throws {
        var evidence = [try Self.noisy()]
        if let nodes = entry.measured {
            var job = EvidenceUseTests.comparison(.overhead)
            job.nodes = nodes == 0 ? nil : nodes
            evidence.append(job)
        }
        let resolved = ResolvedStudy(try Self.study(entry.provenance), evidence: evidence)
        let quantity = try Self.overhead(resolved)
        let use = try #require(resolved.scales.first)
        #expect(use.isUsed == entry.isUsed)
        if let note = entry.note { #expect(resolved.notes.contains { $0.contains(note) }, "\(resolved.notes)") }
        if case .derived(let records, _) = quantity.provenance {
            #expect(entry.isUsed)
            // The job's records and those of the detours; from 8 nodes less is added than from one.
            #expect(records.count == 4 && records.first == "sha256:a")
            #expect(use.fromNodes == 8 && use.added.estimate < 0.044 && use.added.estimate > 0.035)
            #expect(abs(quantity.distribution.p50 - (1.11 * (1 + use.added.estimate) - 1)) < 0.005)
        } else {
            #expect(!entry.isUsed)
            #expect(abs(quantity.distribution.p50 - (entry.measured == nil ? 0.1 : 0.11)) < 1e-6)
        }
    }

    @Test("nothing changes for a study without the keys, and evidence without detours is said to be missing")
    func unchanged() throws {
        let plain = ResolvedStudy(try Self.study(scale: nil), evidence: [try Self.noisy()])
        #expect(try Self.overhead(plain) == (try Self.overhead(ResolvedStudy(Self.study(scale: nil), evidence: []))))
        #expect(plain.notes.isEmpty && plain.scales.isEmpty && plain.servings.isEmpty)
        let missing = ResolvedStudy(try Self.study(), evidence: [EvidenceUseTests.comparison(.overhead)])
        #expect(missing.scales.isEmpty)
        #expect(missing.notes.contains { $0.contains("no evidence for it has detours of both arms") })
    }

    @Test("a study takes the fleets that a prediction takes, and no wider ones")
    func widest() throws {
        #expect(ServingLoad.mostServed == TailQuestion.mostServed)
    }

    @Test("a tail without a mean moves no overhead: there is no bound to combine")
    func unbounded() throws {
        // Pareto lengths of shape 1.6 from 10 us on.
        let lengths = (0..<2_000).map { 10 * pow((Double($0) + 0.5) / 2_000, -1.6) }
        let evidence = try Self.evidence(
            try Self.detours(perSecond: 0, host: "a"),
            try Self.detours(perSecond: 20, lengthsUS: lengths, host: "b")
        )
        var scale = Self.large
        scale.nodes = 100_000
        let resolved = ResolvedStudy(try Self.study(scale: scale), evidence: [evidence])
        #expect(resolved.scales.isEmpty)
        #expect(try Self.overhead(resolved).distribution.mean == 0.1)
        #expect(resolved.notes.contains { $0.contains("no bound on the waiting") }, "\(resolved.notes)")
    }

    // MARK: Serving

    struct Load: Sendable, CustomTestStringConvertible {
        var testDescription: String
        var rate: Double
        var replicas: Int
        var milliseconds: Double
        /// What bare metal (10 ms a request) and the guest (20 ms) do.
        var keeps: [Bool]
        var needed: [Int?]
    }

    static let loads: [Load] = [
        Load(
            testDescription: "both keep a loose objective at little load",
            rate: 1,
            replicas: 1,
            milliseconds: 100,
            keeps: [true, true],
            needed: [nil, nil]
        ),
        Load(
            testDescription: "the slower service breaks what the faster keeps, whatever the replicas",
            rate: 1,
            replicas: 1,
            milliseconds: 15,
            keeps: [true, false],
            needed: [nil, nil]
        ),
        // 310 requests a second of 10 ms keep 3.1 busy, of 20 ms 6.2: the next whole number has bounded latency, and its
        // p99, about 3 services of waiting, is far below a second.
        Load(
            testDescription: "more work than the fleet can do has no bound; the replicas that do are named",
            rate: 310,
            replicas: 3,
            milliseconds: 1_000,
            keeps: [false, false],
            needed: [4, 7]
        ),
    ]

    @Test("a model under which the objective breaks is rejected, with the replicas that keep it", arguments: loads)
    func serving(_ load: Load) throws {
        let evidence = try Self.evidence(
            try Self.service(ms: 10, host: "a"),
            try Self.service(ms: 20, host: "b"),
            workload: "train"
        )
        let serving = ServingLoad(
            requestsPerSecond: load.rate,
            replicas: load.replicas,
            quantile: 0.99,
            milliseconds: load.milliseconds
        )
        let study = try Self.study(scale: nil, serving: serving)
        let resolved = ResolvedStudy(study, evidence: [evidence])
        #expect(resolved.servings.map(\.model) == [.bareMetal, .vmPassthrough])
        #expect(resolved.servings.map(\.keeps) == load.keeps)
        #expect(resolved.servings.map(\.neededReplicas) == load.needed)
        for (use, needed) in zip(resolved.servings, load.needed) where !use.keeps {
            let sentence = try #require(use.rejection?.sentence)
            #expect(sentence.contains("breaks"))
            #expect(sentence.contains(needed.map { "\($0) replicas would keep it" } ?? "service itself is too slow"))
            // What to change: more replicas where they help, else the objective.
            #expect(use.rejection?.studyKey == (needed == nil ? "serving.objective" : "serving.replicas"))
            #expect(sentence.contains("(\(use.metric) of sha256:"), "\(sentence)")
        }
        if load.keeps.contains(true) {
            let preparation = try Preparation(study, evidence: [evidence])
            #expect(preparation.eligibility[0].map(\.isEligible) == load.keeps)
            let codes = preparation.eligibility[0].flatMap(\.rejections).map(\.code)
            #expect(codes == load.keeps.filter { !$0 }.map { _ in "serving" })
        } else {
            #expect(throws: DecisionError.self) { try Preparation(study, evidence: [evidence]) }
        }
    }

    @Test("a model without service times has the baseline's, lengthened by its detours; a shared GPU has none")
    func lengthened() throws {
        let bare = try Self.service(ms: 10, host: "a")
        // Ten detours of 1 ms a second: 1 % of the time.
        let noisy = try Self.detours(perSecond: 10, host: "b")
        let serving = ServingLoad(requestsPerSecond: 1, replicas: 4, quantile: 0.99, milliseconds: 10.5)
        let study = try Self.study(scale: nil, serving: serving)
        let resolved = ResolvedStudy(study, evidence: [try Self.evidence(bare, noisy)])
        #expect(resolved.servings.map(\.isLengthened) == [false, true])
        #expect(resolved.servings.map(\.keeps) == [true, false])
        // In 10 ms there is a detour with probability 0.095, so the 99th percentile has one: 11 ms.
        let latency = try #require(resolved.servings.last?.latency)
        #expect(abs(latency.estimate - 11) < 0.01)
        #expect(resolved.servings.last?.records.count == 2)
    }

    @Test("the decision says both as derived, with their records")
    func decided() async throws {
        var item = try Self.noisy()
        item.workload = "train"
        let result = try await decide(study: try Self.study(), evidence: [item])
        let json = String(decoding: try result.json().canonical(), as: UTF8.self)
        #expect(json.contains("\"scale_predictions\""))
        #expect(!json.contains("\"serving_predictions\""))
        let use = try #require(result.scales.first)
        for record in use.records { #expect(json.contains(record)) }
        let option = try #require(result.workloads.first?.options.first { $0.model == .vmPassthrough })
        #expect(option.overheadProvenance.word == "derived")
    }
}
