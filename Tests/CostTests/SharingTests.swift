import Cost
import Estate
import Study
import Testing

@Suite("What a job holds")
struct SharingTests {
    private let models: [DeploymentModel] = [.bareMetal, .bareMetalMIG, .vmPassthrough, .vmVGPU]

    private func model(_ workload: Workload, interference: Double = 0, shares: Int = 4) throws -> CostModel {
        let platforms = try models.map {
            try Fixture.platform($0, interference: $0 == .vmVGPU ? interference : 0, shares: shares)
        }
        return try CostModel(study: Fixture.study(workloads: [workload], platforms: platforms))
    }

    private func hours(_ model: CostModel, on name: DeploymentModel) throws -> GPUHours {
        let platform = try #require(model.platform(name))
        return try #require(model.breakdown([platform], .expected(model))).hours
    }

    private func held(_ hours: GPUHours) -> Double { hours.useful + hours.lost + hours.idleAllocated }

    @Test("Whole-GPU training: overhead stretches the active hours only")
    func training() throws {
        let model = try model(
            Fixture.workload("w", hours: 1000, activity: 0.85, memory: 70, overhead: [.vmPassthrough: 0.1])
        )
        let bare = try hours(model, on: .bareMetal)
        let virtual = try hours(model, on: .vmPassthrough)
        #expect(abs(bare.useful - 850) < 1e-9)
        #expect(abs(bare.idleAllocated - 150) < 1e-9)
        #expect(abs(virtual.useful - 850) < 1e-9)
        #expect(abs(virtual.lost - 85) < 1e-9)
        #expect(abs(virtual.idleAllocated - 150) < 1e-9)
        #expect(model.share(workload: 0, platform: 0) == .held(text: "whole GPU", gpuShare: 1, speed: 1))
    }

    @Test("Notebooks at 38 % on whole GPUs: sharing takes the thinking time off the GPU, not the work")
    func notebooks() throws {
        let model = try model(Fixture.workload("w", hours: 1000, activity: 0.38, memory: 9))
        let bare = try hours(model, on: .bareMetal)
        #expect(abs(bare.useful - 380) < 1e-9)
        #expect(abs(bare.idleAllocated - 620) < 1e-9)
        // Turns are of time: at 38 % busy no more than 1 / 0.38 jobs share a GPU, though it is cut in four.
        #expect(abs(held(try hours(model, on: .vmVGPU)) - 380) < 1e-9)
        // A slice of a seventh runs at a seventh: (380 * 7 + 620) / 7; and a bigger one serves no better.
        let sliced = held(try hours(model, on: .bareMetalMIG))
        #expect(abs(sliced - (380.0 * 7 + 620) / 7) < 1e-6)
        let platform = try #require(model.platform(.bareMetalMIG))
        guard case .held(let text, let share, let speed) = model.share(workload: 0, platform: platform) else {
            Issue.record("nothing fits")
            return
        }
        #expect(text == "1g.10gb")
        #expect(abs(share - 1.0 / 7) < 1e-12 && abs(speed - 1.0 / 7) < 1e-12)
    }

    @Test("Small jobs that could run on a seventh hold a seventh, at full speed")
    func small() throws {
        let model = try model(Fixture.workload("w", hours: 700, activity: 1, need: 1.0 / 7, memory: 9))
        let bare = try hours(model, on: .bareMetal)
        let sliced = try hours(model, on: .bareMetalMIG)
        #expect(abs(bare.useful - 100) < 1e-9)
        #expect(abs(bare.idleAllocated - 600) < 1e-9)
        #expect(abs(sliced.useful - 100) < 1e-9)
        #expect(abs(held(sliced) - 100) < 1e-9)
        // Time slices are whole while they last: a job that is always busy shares with nobody.
        #expect(abs(held(try hours(model, on: .vmVGPU)) - 700) < 1e-9)
    }

    @Test("Time slices hold at least their equal part, and memory limits how many there are")
    func timeSlices() throws {
        let table: [(memory: Double, shares: Int, gpuShare: Double, text: String)] = [
            (5, 8, 0.125, "1 of 8 time slices"), (19, 8, 0.25, "1 of 4 time slices"), (50, 8, 1, "whole GPU"),
            (5, 1, 1, "whole GPU"),
        ]
        for row in table {
            let model = try model(
                Fixture.workload("w", hours: 1000, activity: 0.05, memory: row.memory),
                shares: row.shares
            )
            let platform = try #require(model.platform(.vmVGPU))
            #expect(
                model.share(workload: 0, platform: platform)
                    == .held(text: row.text, gpuShare: row.gpuShare, speed: 1)
            )
            #expect(abs(held(try hours(model, on: .vmVGPU)) - 1000 * row.gpuShare) < 1e-9)
        }
    }

    @Test("What was observed on a platform costs the same hours when it is priced there")
    func observedInvariant() throws {
        for observed in models {
            let jobs: [(Double, Double, Double)] = [(0.85, 1, 60), (0.38, 0.3, 9), (0.1, 0.1, 4), (0.9, 0.2, 18)]
            for (activity, need, memory) in jobs {
                let model = try model(
                    Fixture.workload(
                        "w",
                        hours: 1234,
                        on: observed,
                        activity: activity,
                        need: need,
                        memory: memory,
                        overhead: [.bareMetalMIG: 0.02, .vmPassthrough: 0.06, .vmVGPU: 0.15]
                    ),
                    interference: 0.07
                )
                let there = try hours(model, on: observed)
                #expect(abs(held(there) - 1234) < 1e-6, "\(observed), activity \(activity), need \(need)")
                // And it is the same work wherever it is priced.
                let bare = try hours(model, on: .bareMetal)
                #expect(abs(bare.useful - there.useful) < 1e-9)
            }
        }
    }

    @Test("A job that fits nowhere says why")
    func nothingFits() throws {
        let model = try model(Fixture.workload("w", hours: 100, memory: 120))
        for platform in model.platforms.indices {
            guard case .none(let reason) = model.share(workload: 0, platform: platform) else {
                Issue.record("120 GiB fit on \(model.platforms[platform])")
                continue
            }
            #expect(reason.contains("120 GiB"))
        }
        #expect(model.share(workload: 1, platform: 0) == .none(reason: "there is no such workload or platform"))
    }
}
