import Documents
import Estate
import Evidence
import Probability
import Study
import Testing

@testable import Decision

@Suite("Overheads derived from a profile and components")
struct DerivedOverheadTests {
    private typealias F = JobClassFixture

    private func decided(
        _ profile: JobProfile,
        _ evidence: [ComparedEvidence],
        declared: Double? = nil
    ) async throws -> F.Decided {
        try await F.decision(
            [F.workload("train", .singleNodeTraining, JobNature(profile: profile), declared: declared)],
            evidence
        )
    }

    /// A prior of 1 to 5 %, most likely 2 %: its mean, P10 and P90 by hand.
    private let prior = (mean: 0.08 / 3, p10: 0.01 + 0.0063245553, p90: 0.05 - 0.0109544512)

    @Test("shares times overheads, and the rest at the published prior: mean, P10 and P90 by hand, through decide")
    func knownAnswer() async throws {
        let decided = try await decided(
            F.profile("gpu-bound", gpu: 0.5, storage: 0.3),
            [
                F.component(
                    F.metric("gpu_fp32_fma", 0.04),
                    F.metric("gpu_memory_read", 0.04),
                    F.metric("storage_read_rate", 0.2),
                    F.metric("net_round_trip_8b", 9)
                )
            ]
        )
        // 0.5 x 0.04 + 0.3 x 0.2, and 0.2 of the prior.
        let spread = try decided.option("train").overhead
        #expect(abs(spread.mean - (0.08 + 0.2 * prior.mean)) < 8e-5)
        #expect(abs(spread.p10 - (0.08 + 0.2 * prior.p10)) < 2e-4)
        #expect(abs(spread.p90 - (0.08 + 0.2 * prior.p90)) < 2e-4)
        guard case .derived(let records, let note) = try decided.option("train").overheadProvenance else {
            Issue.record("not derived")
            return
        }
        #expect(records == ["sha256:part-bm", "sha256:part-vm", "sha256:profile"])
        for words in [
            "0.50 x gpu (gpu_fp32_fma +4", "gpu_memory_read", "0.30 x storage (storage_read_rate +20",
            "0.20 x the rest, assumed (published prior, 1", "linear model of the critical path",
        ] { #expect(note.contains(words), "\(words): \(note)") }
        #expect(!note.contains("net_round_trip"))
        #expect(try decided.option("train").overheadProvenance.qualifiedWord == "derived")
        let text = try decided.result.json().pretty()
        #expect(text.contains("\"kind\": \"derived\""))
        #expect(text.contains("\"profile_class\": \"gpu-bound\""))
        #expect(decided.result.questions.contains { $0.answer.contains("derived") })
    }

    @Test("the cost follows the derived overhead: dearer on the virtual platform than with the prior alone")
    func enters() async throws {
        let profile = F.profile("storage-bound", storage: 0.9)
        let slow = try await decided(profile, [F.component(F.metric("storage_read_rate", 0.5))])
        let prior = try await decided(profile, [])
        #expect(try slow.option("train").overhead.mean > 0.44)
        let dear = try #require(slow.option("train").marginalCostPerMonth)
        let cheap = try #require(prior.option("train").marginalCostPerMonth)
        #expect(dear.mean >= cheap.mean)
        #expect(try prior.overhead("train").provenance.isAssumed)
    }

    @Test("shares that were measured under the model itself are of the slower time")
    func measuredUnderModel() async throws {
        let parts = [F.component(F.metric("gpu_tensor_mma", 0.04), F.metric("storage_sync", 0.2))]
        let cases: [(DeploymentModel?, Double)] = [
            (.bareMetal, 0.6 * 0.04 + 0.4 * 0.2), (nil, 0.6 * 0.04 + 0.4 * 0.2),
            (.vmVGPU, 0.6 * 0.04 + 0.4 * 0.2), (.vmPassthrough, 1 / (0.6 / 1.04 + 0.4 / 1.2) - 1),
        ]
        for (model, expected) in cases {
            let decided = try await decided(F.profile("gpu-bound", gpu: 0.6, storage: 0.4, model: model), parts)
            #expect(abs(try decided.option("train").overhead.mean - expected) < 1e-9)
        }
    }

    @Test("where the split between two kinds is unknown, any is as likely; nodes of one kind do not outvote another")
    func split() async throws {
        let profile = F.profile("cpu-bound", cpu: 1)
        let two = try await decided(
            profile,
            [F.component(F.metric("cpu_float_time", 0), F.metric("memory_triad_node0", 0.2))]
        )
        // Uniform between 0 and 0.2.
        let spread = try two.option("train").overhead
        #expect(abs(spread.mean - 0.1) < 0.002)
        #expect(abs(spread.p10 - 0.02) < 0.002)
        #expect(abs(spread.p90 - 0.18) < 0.002)
        let nodes = (0..<8).map { F.metric("memory_triad_node\($0)", 0.2) }
        let many = try await decided(
            profile,
            [F.evidence([F.metric("cpu_float_time", 0)] + nodes, component: true)]
        )
        #expect(abs(try many.option("train").overhead.mean - 0.1) < 0.002)
    }

    @Test("a component's interval is carried: a part that takes all the time has the component's own belief")
    func interval() async throws {
        let effect = F.metric("storage_sync", 0.1, reach: 0.04)
        let decided = try await decided(F.profile("storage-bound", storage: 1), [F.component(effect)])
        let overhead = try #require(effect.overhead)
        let belief = try #require(MeasuredOverhead(overhead, degreesOfFreedom: 4)).distribution
        let derived = try decided.overhead("train").distribution
        for u in [0.1, 0.5, 0.9] { #expect(abs(derived.quantile(u) - belief.quantile(u)) < 6e-4) }
        #expect(derived.p90 - derived.p10 > 0.02)
    }

    @Test("after a job's comparison, before the prior; a declared overhead stands, and the note says what would be")
    func order() async throws {
        let profile = F.profile("storage-bound", storage: 1)
        let part = F.component(F.metric("storage_sync", 0.3))
        let job = F.evidence("train", [F.metric("job_time", 0.07)], profile: F.profile("storage-bound", storage: 1))
        for evidence in [[job, part], [part, job]] {
            let both = try await decided(profile, evidence)
            #expect(abs(try both.option("train").overhead.mean - 0.07) < 1e-9)
            #expect(try both.option("train").overheadProvenance.word == "measured")
        }
        let invalid = F.evidence("train", [F.metric("job_time", 0.07, verdict: .invalid(reason: "the GPUs differ"))])
        let fallback = try await decided(profile, [invalid, part])
        #expect(abs(try fallback.option("train").overhead.mean - 0.3) < 1e-9)
        #expect(try fallback.option("train").overheadProvenance.word == "derived")
        let stated = try await decided(profile, [part], declared: 0.11)
        #expect(abs(try stated.option("train").overhead.mean - 0.11) < 1e-12)
        #expect(stated.notes("the declared overhead stands").first?.contains("30") == true)
    }

    @Test("what cannot be derived says so and leaves the prior")
    func nothing() async throws {
        let profile = F.profile("gpu-bound", gpu: 0.8, cpu: 0.1)
        let cases = [
            F.component(F.metric("net_round_trip_8b", 0.4)), F.component(F.metric("storage_sync", 0.4)),
            F.component(F.metric("gpu_gemm_fp16", 0.4, verdict: .invalid(reason: "clocks"))),
            F.component(F.metric("gpu_gemm_fp16", 0.4, isConfirmatory: false)),
        ]
        for part in cases {
            let decided = try await decided(profile, [part])
            #expect(try decided.overhead("train").provenance.isAssumed)
            #expect(decided.notes("no overhead was derived").first?.contains("gpu 80") == true)
        }
        let named = try await decided(
            profile,
            [F.component(F.metric("gpu_gemm_fp16", 0.4, isConfirmatory: false), named: "gpu_gemm_fp16")]
        )
        #expect(try named.option("train").overheadProvenance.word == "derived")
        let none = try await F.decision([F.workload()], [F.component(F.metric("gpu_gemm_fp16", 0.4))])
        #expect(try none.overhead("train").provenance.isAssumed)
        #expect(none.notes("derived").isEmpty)
    }

    @Test("one host per arm is said of a derived overhead too, and the same seed gives the same numbers")
    func confounded() async throws {
        let profile = F.profile("gpu-bound", gpu: 0.8)
        let part = F.component(F.metric("gpu_gemm_fp16", 0.1, reach: 0.05), confounded: true)
        let first = try await decided(profile, [part])
        #expect(try first.option("train").overheadProvenance.qualifiedWord == "derived, hosts differ")
        let second = try await decided(profile, [part])
        #expect(try first.result.json().pretty() == second.result.json().pretty())
    }
}
