import Probability
import Scheduling
import Testing

@Suite struct PlacementScoreTests {
    static let studied = PlacementPolicy.allCases.filter { $0 != .expectedFragmentation }
    static let deterministic = studied.filter { $0 != .random }

    @Test("Each policy puts every job where the definitions say", arguments: deterministic, [1, 2, 3] as [UInt64])
    func followsTheDefinitions(policy: PlacementPolicy, seed: UInt64) throws {
        let groups = PlacementWorkload.groups(seed)
        let trace = PlacementWorkload.trace(seed, jobs: 150)
        var options = PlacementStudyOptions()
        options.policy = policy
        options.shuffles = false
        let result = try PlacementStudy.run(trace, on: .nodes(groups), options: options)
        var naive = NaivePlacement(groups, trace)
        var given = 0
        for job in 0..<trace.count {
            let request = try #require(NodeRequest(trace[job]))
            let expected = naive.place(request, memory: Int64(trace.memoryMiB[job]), policy)
            #expect(result.node[job] == Int32(expected?.node ?? -1), "job \(job)")
            #expect(result.gpuMask[job] == expected?.mask ?? 0, "job \(job)")
            #expect(result.outcome[job] == (expected == nil ? .lost : .running))
            if expected != nil { given += request.totalMilli }
            guard job % 15 == 0 else { continue }
            let sample = result.samples[job]
            let unit = 100 / (1_000 * Double(result.gpuCount))
            let fragment = naive.nodes.reduce(0.0) { $0 + Double(naive.fragment($1)) / Double(naive.typical.weight) }
            #expect(abs(sample.fragmentedPercent - fragment * unit) < 1e-9)
            #expect(abs(sample.allocatedPercent - Double(given) * unit) < 1e-9)
        }
        // A test of full nodes and of lost jobs, not of an empty cluster alone.
        #expect(result.outcome.contains(.lost))
        #expect(result.outcome.count { $0 == .running } > 40)
    }

    @Test(
        "No policy gives more than there is, or a GPU of the wrong type",
        arguments: studied,
        [7, 8] as [UInt64]
    )
    func keepsTheLimits(policy: PlacementPolicy, seed: UInt64) throws {
        let groups = PlacementWorkload.groups(seed)
        let trace = PlacementWorkload.trace(seed, jobs: 150)
        var options = PlacementStudyOptions()
        options.policy = policy
        options.inflation = 1.3
        options.seed = seed
        let result = try PlacementStudy.run(trace, on: .nodes(groups), options: options)
        var nodes = NaivePlacement(groups, trace)
        for (index, job) in result.arrivals.enumerated() {
            let request = try #require(NodeRequest(trace[job]))
            let memory = Int64(trace.memoryMiB[job])
            let fits = nodes.nodes.contains { nodes.canHost($0, request) && $0.memory >= memory }
            #expect((result.outcome[index] == .running) == fits)
            guard result.outcome[index] == .running else { continue }
            let node = Int(result.node[index])
            let gpus = (0..<64).filter { result.gpuMask[index] & (1 << UInt64($0)) != 0 }
            #expect(gpus.count == request.gpus)
            #expect(request.gpus == 0 || nodes.accepts(nodes.nodes[node], request))
            nodes.nodes[node] = nodes.taken(nodes.nodes[node], request, memory, gpus)
            #expect(nodes.nodes[node].cpu >= 0 && nodes.nodes[node].memory >= 0)
            #expect(nodes.nodes[node].left.allSatisfy { $0 >= 0 })
        }
    }

    @Test("The same seed gives the same study, another seed another", arguments: studied)
    func isDeterministic(policy: PlacementPolicy) throws {
        let trace = PlacementWorkload.trace(3, jobs: 120)
        var options = PlacementStudyOptions()
        options.policy = policy
        options.inflation = 1.1
        options.seed = 5
        let once = try PlacementStudy.run(trace, on: .nodes(PlacementWorkload.groups(3)), options: options)
        let again = try PlacementStudy.run(trace, on: .nodes(PlacementWorkload.groups(3)), options: options)
        #expect(once.node == again.node && once.arrivals == again.arrivals && once.samples == again.samples)
        options.seed = 6
        let other = try PlacementStudy.run(trace, on: .nodes(PlacementWorkload.groups(3)), options: options)
        #expect(once.arrivals != other.arrivals)
    }

    @Test("Random takes every node and every GPU with the same chance")
    func randomIsUniform() throws {
        // 4 nodes of 2 idle GPUs: 8 places of equal chance for the first share.
        let groups = [NodeGroup(count: 4, gpuType: "T4", gpus: 2, partition: .shares)]
        var trace = Trace()
        trace.append(TraceJob(id: 0, submit: 0, duration: 1, gpuMilli: 300))
        var counts = [Int](repeating: 0, count: 8)
        let draws = 800
        for seed in 0..<draws {
            var options = PlacementStudyOptions()
            options.policy = .random
            options.seed = UInt64(seed)
            let result = try PlacementStudy.run(trace, on: .nodes(groups), options: options)
            counts[2 * Int(result.node[0]) + result.gpuMask[0].trailingZeroBitCount] += 1
        }
        let expected = Double(draws) / 8
        let chiSquare = counts.reduce(0.0) { $0 + (Double($1) - expected) * (Double($1) - expected) / expected }
        // The 99.9 % quantile of chi-square with 7 degrees of freedom.
        #expect(chiSquare < 24.32)
    }

    @Test(
        "What a job gave back is there again, and groups stay whole through many changes",
        arguments: [1, 2, 3] as [UInt64]
    )
    func releases(seed: UInt64) throws {
        let groups = PlacementWorkload.groups(seed)
        let trace = PlacementWorkload.trace(seed, jobs: 60)
        var study = try #require(try? PlacementChurn(groups, trace, seed: seed))
        let before = study.totals
        try study.run(changes: 800)
        study.releaseAll()
        #expect(study.totals == before)
    }
}
