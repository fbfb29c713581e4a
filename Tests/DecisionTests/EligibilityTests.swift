import Cost
import Estate
import Probability
import Study
import Testing

@testable import Decision

@Suite("Eligibility: constraints first, each rejection with its reason")
struct EligibilityTests {
    static let whole = WorkloadShare.held(text: "whole GPU", gpuShare: 1, speed: 1)

    private func judge(
        _ needs: Needs,
        on model: DeploymentModel,
        gpusPerJob: Int = 1,
        overhead: [DeploymentModel: Double] = [:],
        interference: Double = 0,
        sites: [String] = [],
        share: WorkloadShare = EligibilityTests.whole
    ) throws -> Eligibility {
        Eligibility(
            workload: try Fixture.workload("w", gpusPerJob: gpusPerJob, overhead: overhead, needs: needs),
            platform: try Fixture.platform(model, interference: interference, sites: sites),
            share: share
        )
    }

    @Test(
        "tenancy: each model satisfies what it offers and everything looser",
        arguments: [
            (DeploymentModel.bareMetal, Tenancy.host), (.vmPassthrough, .gpu), (.bareMetalMIG, .slice),
            (.vmVGPUMIG, .slice), (.vmVGPU, .shared), (.vmSRIOV, .shared),
        ]
    )
    func tenancy(model: DeploymentModel, strictest: Tenancy) throws {
        for tenancy in Tenancy.allCases {
            let codes = try judge(Needs(tenancy: tenancy), on: model).rejections.map(\.code)
            #expect(codes == (tenancy.strictness <= strictest.strictness ? [] : ["tenancy"]))
        }
    }

    @Test(
        "needs of the machine: who offers live migration, snapshots and RDMA",
        arguments: [
            (DeploymentModel.bareMetal, ["live-migration", "snapshots"]),
            (.bareMetalMIG, ["live-migration", "snapshots"]),
            (.vmPassthrough, ["live-migration"]),
            (.vmSRIOV, ["rdma", "live-migration"]),
            (.vmVGPU, ["rdma"]),
            (.vmVGPUMIG, ["rdma"]),
        ]
    )
    func machine(model: DeploymentModel, codes: [String]) throws {
        let needs = Needs(tenancy: .shared, rdma: true, liveMigration: true, snapshots: true)
        #expect(try judge(needs, on: model).rejections.map(\.code) == codes)
    }

    @Test("RDMA under passthrough is trusted, and says so")
    func rdmaPassthrough() throws {
        let found = try judge(Needs(rdma: true), on: .vmPassthrough)
        #expect(found.isEligible)
        #expect(found.notes.count == 1)
    }

    @Test(
        "a job of several GPUs needs whole ones",
        arguments: DeploymentModel.allCases
    )
    func gang(model: DeploymentModel) throws {
        #expect(
            try judge(Needs(), on: model, gpusPerJob: 2).rejections.map(\.code) == (model.sharesGPU ? ["gang"] : [])
        )
        #expect(try judge(Needs(), on: model, gpusPerJob: 1).isEligible)
    }

    @Test("residency: a platform elsewhere is rejected, one without a site is noted")
    func residency() throws {
        let needs = Needs(residency: ["Oslo", "Bergen"])
        #expect(try judge(needs, on: .bareMetal, sites: ["Bergen"]).isEligible)
        #expect(try judge(needs, on: .bareMetal, sites: ["Dublin"]).rejections.map(\.code) == ["residency"])
        let unknown = try judge(needs, on: .bareMetal)
        #expect(unknown.isEligible)
        #expect(unknown.notes.count == 1)
    }

    @Test("latency: the p99 on bare metal, stretched, against the objective")
    func latency() throws {
        let needs = Needs(latencyP99Milliseconds: 50, measuredP99Milliseconds: try Fixture.quantity("p99", 45))
        // 45 * 1.11 = 49.95, 45 * 1.12 = 50.4
        #expect(try judge(needs, on: .vmPassthrough, overhead: [.vmPassthrough: 0.11]).isEligible)
        let rejected = try judge(needs, on: .vmPassthrough, overhead: [.vmPassthrough: 0.12]).rejections
        #expect(rejected.map(\.code) == ["latency"])
        #expect(rejected.first?.sentence.contains("50.4 ms") == true)
        // Neighbours and a slow slice count; neighbours only where the GPU is shared.
        #expect(try judge(needs, on: .vmPassthrough, interference: 0.5).isEligible)
        #expect(try judge(needs, on: .vmVGPU, interference: 0.5).rejections.map(\.code) == ["latency"])
        let slow = WorkloadShare.held(text: "1g.10gb", gpuShare: 1 / 7, speed: 0.5)
        #expect(try judge(needs, on: .bareMetalMIG, share: slow).rejections.map(\.code) == ["latency"])
    }

    @Test("an unknown p99 rejects nothing and is noted once, on bare metal")
    func unknownLatency() throws {
        let needs = Needs(latencyP99Milliseconds: 50)
        #expect(try judge(needs, on: .vmVGPU).isEligible)
        #expect(try judge(needs, on: .vmVGPU).notes.isEmpty)
        #expect(try judge(needs, on: .bareMetal).notes.count == 1)
    }

    @Test("nothing fits in memory: the engine's reason, as a sentence")
    func memory() throws {
        let found = try judge(Needs(), on: .bareMetalMIG, share: .none(reason: "no MIG profile has 90 GiB"))
        #expect(found.rejections == [Rejection(code: "memory", sentence: "No MIG profile has 90 GiB.")])
    }

    @Test("a framework alone rejects nothing")
    func frameworks() throws {
        for model in DeploymentModel.allCases {
            #expect(try judge(Needs(frameworks: ["hipaa"]), on: model).isEligible)
        }
    }

    @Test("nothing eligible: an error that names the workload and every model's reason")
    func nothingEligible() async throws {
        let study = try Fixture.study(
            [Fixture.workload("serving", needs: Needs(tenancy: .host, liveMigration: true))],
            [Fixture.platform(.bareMetal), Fixture.platform(.vmPassthrough), Fixture.platform(.vmVGPU)]
        )
        await #expect {
            _ = try await decide(study: study, evidence: [])
        } throws: { error in
            guard case DecisionError.nothingEligible(let name, let rejections)? = error as? DecisionError else {
                return false
            }
            let text = String(describing: error)
            return name == "serving" && rejections.map(\.model) == [.bareMetal, .vmPassthrough, .vmVGPU]
                && rejections[1].rejections.map(\.code) == ["tenancy", "live-migration"] && text.contains("'serving'")
                && text.contains("vm-vgpu: ")
        }
    }
}
