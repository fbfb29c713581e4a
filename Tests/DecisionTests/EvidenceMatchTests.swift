import Documents
import Estate
import Evidence
import Probability
import Study
import Testing

@testable import Decision

@Suite("Evidence and the class of the job")
struct EvidenceMatchTests {
    private typealias F = JobClassFixture

    private static let slow = F.profile("storage-bound", gpu: 0.2, storage: 0.61)

    @Test("evidence without a workload speaks for every workload of its class, as one number, and for no other")
    func matched() async throws {
        let decided = try await F.decision(
            [
                F.workload("load", .fineTuning, JobNature(stated: .storage)),
                F.workload("read", .batchInference, JobNature(profile: F.profile("storage-bound", storage: 0.7))),
                F.workload("train", .singleNodeTraining, JobNature(stated: .gpu)),
                F.workload("other", .singleNodeTraining),
            ],
            [F.evidence([F.metric("job_time", 0.12, reach: 0.02)], profile: Self.slow)]
        )
        for name in ["load", "read"] {
            let quantity = try decided.overhead(name)
            #expect(quantity.key == "overhead.storage-bound.vm-passthrough")
            #expect(abs(quantity.distribution.p50 - 0.12) < 1e-6)
            #expect(quantity.provenance.qualifiedWord == "measured")
            #expect(decided.notes("\(name) under vm-passthrough: the overhead of +12").count == 1)
        }
        for name in ["train", "other"] { #expect(try decided.overhead(name).provenance.isAssumed) }
        #expect(decided.result.inputs.count { $0.quantity.key == "overhead.storage-bound.vm-passthrough" } == 1)
        #expect(decided.notes("caution").isEmpty)
    }

    @Test("evidence by name comes before evidence by class; one workload of a class keeps its own key")
    func named() async throws {
        let byClass = F.evidence([F.metric("job_time", 0.12)], profile: Self.slow)
        let byName = F.evidence("load", [F.metric("job_time", 0.3)], profile: Self.slow, id: "own")
        let workloads = [
            try F.workload("load", .fineTuning, JobNature(stated: .storage)),
            try F.workload("read", .batchInference, JobNature(stated: .storage)),
        ]
        for evidence in [[byClass, byName], [byName, byClass]] {
            let decided = try await F.decision(workloads, evidence)
            #expect(abs(try decided.overhead("load").distribution.mean - 0.3) < 1e-9)
            #expect(abs(try decided.overhead("read").distribution.mean - 0.12) < 1e-9)
            #expect(try decided.overhead("read").key == "workloads.read.overhead.vm-passthrough")
        }
        let left = try await F.decision([workloads[0]], [byClass, byName])
        #expect(left.notes("each workload of that class has evidence of its own").count == 1)
    }

    /// The profile of evidence without a workload, the natures of the workloads, and what the one sentence says.
    static let refusals: [(profile: JobProfile?, natures: [JobNature], words: [String])] = [
        (nil, [JobNature(stated: .gpu)], ["state no job_class", "write 'workload: NAME' with one of 'w0'"]),
        (
            F.profile("unclassified", gpu: 0.31, storage: 0.4), [JobNature(stated: .gpu)],
            ["unclassified", "gpu 31", "storage 40", "cpu not measured", "write 'workload: NAME'"]
        ),
        (
            F.profile("cpu-bound", "gpu-bound"), [JobNature(stated: .gpu)],
            ["several classes, cpu-bound and gpu-bound", "write 'workload: NAME'"]
        ),
        (
            F.profile("storage-bound", storage: 0.61), [JobNature(stated: .gpu), JobNature()],
            [
                "its job is storage-bound, which no workload is", "'w0' is gpu-bound, 'w1' states none",
                "'job_class: storage-bound'",
            ]
        ),
    ]

    @Test("what cannot be matched is one sentence: the classes there are, and what to write", arguments: 0..<4)
    func refused(place: Int) async throws {
        let refusal = Self.refusals[place]
        let workloads = try refusal.natures.enumerated().map { try F.workload("w\($0)", .fineTuning, $1) }
        let evidence = F.evidence([F.metric("job_time", 0.12)], profile: refusal.profile)
        let fine = F.evidence("w0", [F.metric("job_time", 0.02)], id: "fine")
        let study = try Fixture.study(workloads, [Fixture.platform(.bareMetal)])
        let error = #expect(throws: EvidenceMismatch.self) {
            try ComparedEvidence.matched([fine, evidence], to: study)
        }
        #expect(error?.index == 1)
        for words in refusal.words { #expect(error?.problem.contains(words) == true, "\(error?.problem ?? "")") }
        // Through decide the rest stands, and a note says what was left out.
        let decided = try await F.decision(workloads, [evidence, fine])
        #expect(abs(try decided.overhead("w0").distribution.mean - 0.02) < 1e-9)
        for words in refusal.words { #expect(decided.notes("Evidence was not used").first?.contains(words) == true) }
    }

    @Test("two comparisons of one class under one model cannot be told apart")
    func twice() throws {
        let one = F.evidence([F.metric("job_time", 0.12)], profile: Self.slow)
        let workload = try F.workload("load", .fineTuning, JobNature(stated: .storage))
        let study = try Fixture.study([workload], [Fixture.platform(.bareMetal)])
        let error = #expect(throws: EvidenceMismatch.self) { try ComparedEvidence.matched([one, one], to: study) }
        #expect(
            error?.problem.contains("earlier evidence without one is of a storage-bound vm-passthrough job") == true
        )
    }

    @Test("a job of another class than the workload is said by the number, in the notes and in decision.json")
    func caution() async throws {
        let decided = try await F.decision(
            [F.workload("train", .singleNodeTraining)],
            [F.evidence("train", [F.metric("job_time", 0.11)], profile: Self.slow, confounded: true)]
        )
        let option = try decided.option("train")
        #expect(abs(option.overhead.mean - 0.11) < 1e-9)
        let words = option.overheadProvenance.qualifiedWord
        #expect(words.hasPrefix("measured, hosts differ, job measured is storage-bound (61"))
        #expect(words.hasSuffix("of its time), not gpu-bound"))
        let note = try #require(decided.notes("train under vm-passthrough: caution").first)
        for part in ["+11", "storage-bound (61", "gpu-bound (usual for single-node training)"] {
            #expect(note.contains(part), "\(note)")
        }
        let text = try decided.result.json().pretty()
        #expect(text.contains("\"qualifier\": \"hosts differ; job measured is storage-bound (61"))
        #expect(text.contains("\"job_class\": \"storage-bound\""))
    }

    /// The workload's class and nature, the job's profile, and whether a caution is due.
    static let cautions: [(workload: WorkloadClass, nature: JobNature, job: JobProfile?, isDue: Bool)] = [
        (.singleNodeTraining, JobNature(), nil, false),
        (.singleNodeTraining, JobNature(), F.profile("gpu-bound", gpu: 0.9), false),
        (.singleNodeTraining, JobNature(), F.profile("cpu-bound", cpu: 0.9), true),
        (.multiNodeTraining, JobNature(), F.profile("unclassified", gpu: 0.3), true),
        (.multiNodeTraining, JobNature(), F.profile("unclassified", storage: 0.3), false),
        (.fineTuning, JobNature(), F.profile("cpu-bound", "gpu-bound", gpu: 0.6), true),
        (.onlineInference, JobNature(), slow, false),
        (.onlineInference, JobNature(stated: .cpu), slow, true),
        (.singleNodeTraining, JobNature(stated: .storage), slow, false),
        (.singleNodeTraining, JobNature(profile: slow), slow, false),
        (.interactiveDevelopment, JobNature(profile: F.profile("gpu-bound", gpu: 0.8)), slow, true),
    ]

    @Test("a caution is due where classes differ, and only there", arguments: 0..<11)
    func due(place: Int) async throws {
        let item = Self.cautions[place]
        let decided = try await F.decision(
            [F.workload("w", item.workload, item.nature)],
            [F.evidence("w", [F.metric("job_time", 0.11)], profile: item.job)]
        )
        #expect((try decided.option("w").overheadProvenance.jobCaution != nil) == item.isDue)
        #expect(decided.notes("caution: the overhead").count == (item.isDue ? 1 : 0))
    }

    @Test("a profile that contradicts the stated class is said")
    func contradiction() async throws {
        let nature = JobNature(stated: .gpu, profile: Self.slow)
        let decided = try await F.decision([F.workload("w", .fineTuning, nature)], [])
        #expect(decided.notes("its job_class is gpu-bound, and its profile is storage-bound").count == 1)
        let text = try decided.result.json().pretty()
        #expect(text.contains("\"source\": \"stated\"") && text.contains("\"profile_class\": \"storage-bound\""))
    }
}

@Suite("Profiles read from records")
struct JobProfileTests {
    private func record(_ hosts: [(facts: [String: String], runs: Int)], model: DeploymentModel?) throws -> Record {
        try Record(
            Record.Content(
                declaredModel: model,
                metrics: [Metric(name: "step_time", unit: "s", direction: .lower)],
                hosts: hosts.enumerated().map { index, host in
                    Host(
                        id: "node-\(index)",
                        facts: host.facts.map { HostFact(name: $0.key, value: $0.value, evidence: "declared") },
                        boots: [Boot(id: "b", runs: (0..<host.runs).map { Run(id: "\($0)", series: []) })]
                    )
                }
            )
        )
    }

    @Test("class, shares and model as stated; what was not measured stays unknown")
    func read() throws {
        let facts = [
            "job_class": "storage-bound", "job_share_gpu": "unknown", "job_share_storage": "0.61",
            "job_share_cpu": "0.30", "job_share_unknown": "0.09",
        ]
        let found = try record([(facts, 4)], model: .bareMetal)
        let profile = try #require(try JobProfile([found]))
        #expect(profile.bound == .storage)
        #expect(profile.shares == [.storage: 0.61, .cpu: 0.3])
        #expect(abs(profile.unknownShare - 0.09) < 1e-12)
        #expect(profile.model == .bareMetal)
        #expect(profile.records == [found.id])
    }

    @Test("hosts are averaged by their runs; several classes are none; a part that one lacks is unknown")
    func hosts() throws {
        let one = ["job_class": "gpu-bound", "job_share_gpu": "0.9", "job_share_cpu": "0.1"]
        let two = ["job_class": "cpu-bound", "job_share_gpu": "0.3"]
        let found = try record([(one, 3), (two, 1)], model: nil)
        let profile = try #require(try JobProfile([found]))
        #expect(profile.bound == nil)
        #expect(profile.classes == ["cpu-bound", "gpu-bound"])
        let share = try #require(profile.shares[.gpu])
        #expect(abs(share - 0.75) < 1e-12)
        #expect(profile.shares[.cpu] == nil)
    }

    @Test("shares alone make a class; nothing stated is no profile")
    func implied() throws {
        let cases: [([String: String], String?)] = [
            (["job_share_gpu": "0.5"], "gpu-bound"), (["job_share_gpu": "0.49"], "unclassified"),
            (["job_class": "mixed"], "mixed"), (["gpu": "H100"], nil), (["job_share_gpu": "unknown"], nil),
        ]
        for (facts, expected) in cases {
            #expect(try JobProfile([record([(facts, 1)], model: nil)])?.classWords == expected)
        }
    }

    @Test(
        "shares that are none are refused with the host and the fact",
        arguments: ["1.2", "-0.1", "nan", "half", "61 %", ""]
    )
    func refused(text: String) throws {
        let record = try record([(["job_share_gpu": text], 1)], model: nil)
        let error = #expect(throws: JobProfileError.self) { try JobProfile([record]) }
        #expect(error?.description.hasPrefix("job_share_gpu of host 'node-0' is '\(text)'; expected 0 to 1") == true)
        let sum = try self.record([(["job_share_gpu": "0.9", "job_share_cpu": "0.9"], 1)], model: nil)
        #expect(throws: JobProfileError.self) { try JobProfile([sum]) }
    }
}
