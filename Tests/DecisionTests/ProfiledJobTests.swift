import Documents
import Estate
import Evidence
import Probability
import Study
import Testing

@testable import Decision

@Suite("Jobs whose class is from a profile")
struct ProfiledJobTests {
    private typealias F = JobClassFixture

    private static func profile(
        _ name: String,
        _ shares: [JobBound: Double],
        model: DeploymentModel? = .bareMetal
    ) -> JobProfile {
        JobProfile(records: ["sha256:profile"], model: model, classes: [name], shares: shares)
    }

    private static let computing = profile("compute-bound", [.compute: 0.7, .collective: 0.2])
    private static let collective = profile("collective-bound", [.compute: 0.3, .collective: 0.6])

    private static func record(_ hosts: [[String: String]]) throws -> Record {
        try Record(
            Record.Content(
                declaredModel: .bareMetal,
                metrics: [Metric(name: "step_time", unit: "s", direction: .lower)],
                hosts: hosts.enumerated().map { index, facts in
                    Host(
                        id: "node-\(index)",
                        facts: facts.map { HostFact(name: $0.key, value: $0.value, evidence: "declared") },
                        boots: [Boot(id: "b", runs: [Run(id: "1", series: [])])]
                    )
                }
            )
        )
    }

    private static let facts = [
        "job_class": "compute-bound", "job_share_compute": "0.5512", "job_share_collective": "0.2000",
        "job_share_transfer": "0.0500", "job_share_storage": "unknown", "job_share_cpu": "unknown",
        "job_share_launch_gap": "0.1000", "job_share_unknown": "0.0988", "job_counter_class": "gpu-bound",
        "job_counter_share_gpu": "0.77",
    ]

    @Test("the parts of a profile are read from a record, and what counters say beside them is not")
    func read() throws {
        let profile = try #require(try JobProfile([Self.record([Self.facts])]))
        #expect(profile.bound == .compute)
        #expect(profile.shares == [.compute: 0.5512, .collective: 0.2, .transfer: 0.05, .launch: 0.1])
        #expect(abs(profile.unknownShare - 0.0988) < 1e-12)
        #expect(profile.share(of: .gpu).map { abs($0 - 0.7512) < 1e-12 } == true)
        for words in ["compute 55", "collective 20", "launch gaps 10", "storage not measured", "unknown 10"] {
            #expect(profile.shareWords.contains(words), "\(profile.shareWords)")
        }
        #expect(!profile.shareWords.contains("gpu"))
    }

    @Test("a share of the GPU beside the parts that it holds is refused; shares alone make the class")
    func shares() throws {
        let both = Self.facts.merging(["job_share_gpu": "0.01"]) { $1 }
        let error = #expect(throws: JobProfileError.self) { try JobProfile([Self.record([both])]) }
        #expect(error?.description.contains("job_share_gpu beside the parts of a profile") == true)
        let cases: [([String: String], String)] = [
            (["job_share_launch_gap": "0.6"], "launch-bound"), (["job_share_transfer": "0.5"], "transfer-bound"),
            (["job_share_compute": "0.3", "job_share_collective": "0.3"], "gpu-bound"),
            (["job_share_compute": "0.2", "job_share_collective": "0.2"], "unclassified"),
        ]
        for (facts, name) in cases { #expect(try JobProfile([Self.record([facts])])?.classWords == name) }
    }

    @Test("a host that was profiled and one that was only counted are told as counters see them")
    func mixed() throws {
        let counted = ["job_class": "gpu-bound", "job_share_gpu": "0.85", "job_share_cpu": "0.15"]
        let profile = try #require(try JobProfile([Self.record([Self.facts, counted])]))
        #expect(profile.bound == .gpu)
        #expect(Set(profile.shares.keys) == [.gpu])
        #expect(profile.shares[.gpu].map { abs($0 - (0.7512 + 0.85) / 2) < 1e-12 } == true)
    }

    @Test("a computing job speaks for workloads said to be GPU-bound; a GPU-bound one not for finer classes")
    func matched() async throws {
        let evidence = F.evidence([F.metric("job_time", 0.12)], profile: Self.computing)
        let broad = try F.workload("broad", .fineTuning, JobNature(stated: .gpu))
        let fine = try F.workload("fine", .fineTuning, JobNature(stated: .compute))
        let other = try F.workload("other", .fineTuning, JobNature(stated: .collective))
        let decided = try await F.decision([broad, fine, other], [evidence])
        for name in ["broad", "fine"] { #expect(abs(try decided.overhead(name).distribution.mean - 0.12) < 1e-9) }
        #expect(try decided.overhead("other").provenance.isAssumed)
        let counted = F.evidence([F.metric("job_time", 0.12)], profile: F.profile("gpu-bound", gpu: 0.9))
        let study = try Fixture.study([fine, other], [Fixture.platform(.bareMetal)])
        let error = #expect(throws: EvidenceMismatch.self) { try ComparedEvidence.matched([counted], to: study) }
        #expect(error?.problem.contains("gpu-bound, which no workload is") == true)
    }

    static let cautions: [(nature: JobNature, job: JobProfile, isDue: Bool)] = [
        (JobNature(), computing, false), (JobNature(), collective, false),
        (JobNature(), profile("launch-bound", [.launch: 0.6, .compute: 0.2]), true),
        (JobNature(), profile("transfer-bound", [.transfer: 0.6]), true),
        (JobNature(), profile("unclassified", [.compute: 0.2, .collective: 0.2, .transfer: 0.3]), true),
        (JobNature(stated: .compute), collective, true), (JobNature(stated: .compute), computing, false),
        (JobNature(stated: .compute), F.profile("gpu-bound", gpu: 0.9), false),
        (JobNature(stated: .launch), F.profile("gpu-bound", gpu: 0.9), true),
    ]

    @Test("a caution is due where the classes contradict, and not where one holds the other", arguments: 0..<9)
    func due(place: Int) async throws {
        let item = Self.cautions[place]
        let decided = try await F.decision(
            [F.workload("w", .singleNodeTraining, item.nature)],
            [F.evidence("w", [F.metric("job_time", 0.11)], profile: item.job)]
        )
        #expect((try decided.option("w").overheadProvenance.jobCaution != nil) == item.isDue)
    }

    @Test("each part is spoken for by its own components: a derived overhead by hand, and no other metric in it")
    func derived() async throws {
        let shares: [JobBound: Double] = [.compute: 0.4, .collective: 0.2, .transfer: 0.3, .launch: 0.1]
        let parts = F.component(
            F.metric("gpu_gemm_fp16", 0.04),
            F.metric("net_allreduce_1mib_8_ranks", 0.5),
            F.metric("gpu_h2d_pinned_1gib", 0.1),
            F.metric("gpu_launch_wait", 0.2),
            F.metric("gpu_peer_bandwidth_0_1", 9),
            F.metric("net_round_trip_8b", 9)
        )
        let nature = JobNature(profile: Self.profile("unclassified", shares))
        let decided = try await F.decision([F.workload("train", .singleNodeTraining, nature)], [parts])
        let expected = 0.4 * 0.04 + 0.2 * 0.5 + 0.3 * 0.1 + 0.1 * 0.2
        #expect(abs(try decided.option("train").overhead.mean - expected) < 1e-9)
        guard case .derived(_, let note) = try decided.option("train").overheadProvenance else {
            Issue.record("not derived")
            return
        }
        for words in [
            "0.40 x compute (gpu_gemm_fp16", "0.20 x collective (net_allreduce", "0.10 x launch gaps (gpu_launch",
        ] { #expect(note.contains(words), "\(note)") }
        let json = try decided.result.json().pretty()
        #expect(json.contains("\"launch_gap\": 0.1") && json.contains("\"collective\": 0.2"), "\(json)")
        #expect(!json.contains("\"gpu\": 0"))
    }

    @Test("what counters saw of a GPU is spoken for by its arithmetic and memory alone, as before")
    func counted() async throws {
        let parts = F.component(
            F.metric("gpu_gemm_fp16", 0.04),
            F.metric("gpu_h2d_pinned_1gib", 0.9),
            F.metric("nccl_allreduce_1gib", 0.9),
            F.metric("gpu_kernel_gap", 0.9)
        )
        let nature = JobNature(profile: F.profile("gpu-bound", gpu: 1))
        let decided = try await F.decision([F.workload("train", .singleNodeTraining, nature)], [parts])
        #expect(abs(try decided.option("train").overhead.mean - 0.04) < 1e-9)
        let split = JobNature(profile: Self.profile("collective-bound", [.collective: 1]))
        let collective = try await F.decision([F.workload("train", .multiNodeTraining, split)], [parts])
        #expect(abs(try collective.option("train").overhead.mean - 0.9) < 1e-9)
    }
}
