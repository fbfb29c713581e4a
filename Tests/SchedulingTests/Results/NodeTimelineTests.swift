import Estate
import Probability
import Scheduling
import Testing

@Suite struct NodeTimelineTests {
    @Test func `bars of one lane never overlap, and every job of the node is on as many lanes as it has GPUs`() throws {
        let geometry = try GPUCatalogue.standard().gpu(named: "a100-sxm-40gb").mig()
        var random = RandomGenerator(seed: 2)
        for partition in [GPUPartition.mig(geometry), .shares, .whole] {
            var trace = Trace()
            if case .mig = partition { trace.profiles = ["1g.5gb", "2g.10gb", "3g.20gb"] }
            for id in 0..<500 {
                let isPart = random.index(below: 3) > 0
                var job = TraceJob(
                    id: Int64(id),
                    submit: Int64(id) * 20_000,
                    duration: 1 + Int64(random.index(below: 300_000)),
                    gpus: isPart ? 1 : Int32(1 + random.index(below: 2))
                )
                if isPart {
                    switch partition {
                    case .mig: job.profile = Int32(random.index(below: 3))
                    default: job.gpuMilli = 250
                    }
                }
                trace.append(job)
            }
            let cluster = ClusterDescription.nodes([NodeGroup(count: 3, gpus: 2, partition: partition)])
            let result = try simulate(trace, on: cluster)
            let timeline = try #require(NodeTimeline(result, on: cluster, milliseconds: 1_000_000))
            #expect(timeline.span.upperBound - timeline.span.lowerBound <= 1_000_000)
            var seen: [Int: Int] = [:]
            for lane in timeline.lanes {
                #expect(lane.bars.map(\.start) == lane.bars.map(\.start).sorted())
                for (one, next) in zip(lane.bars, lane.bars.dropFirst()) { #expect(one.end <= next.start) }
                for bar in lane.bars { seen[bar.job, default: 0] += 1 }
            }
            for job in 0..<trace.count where Int(result.node[job]) == timeline.node {
                let isInside =
                    result.start[job] < timeline.span.upperBound && result.end[job] > timeline.span.lowerBound
                #expect(seen[job, default: 0] == (isInside ? result.gpuMask[job].nonzeroBitCount : 0))
            }
        }
    }

    @Test func `several instances of one job stand on the lanes of their own places`() throws {
        let geometry = try GPUCatalogue.standard().gpu(named: "h100-sxm-80gb").mig()
        var trace = Trace()
        trace.profiles = ["1g.10gb", "2g.20gb", "3g.40gb", "7g.80gb"]
        for (id, gpus) in [3, 2, 1, 1].enumerated() {
            trace.append(
                TraceJob(
                    id: Int64(id),
                    submit: Int64(id) * 600_000,
                    duration: 3_600_000,
                    gpus: Int32(gpus),
                    profile: Int32(id)
                )
            )
        }
        let cluster = ClusterDescription.nodes([NodeGroup(count: 1, gpus: 2, partition: .mig(geometry))])
        let result = try simulate(trace, on: cluster)
        #expect(result.furtherNodes.count == 3)
        #expect(result.furtherNodes.allSatisfy { Int($0.slice) / 64 == Int(result.slice[$0.job]) / 64 })
        let timeline = try #require(NodeTimeline(result, on: cluster))
        // What stands on one GPU at one time: memory slices that no two jobs share.
        var spans: [(gpu: Int, from: Int, to: Int, bar: NodeTimeline.Bar)] = []
        for lane in timeline.lanes {
            let parts = lane.name.split(separator: "@")
            #expect(parts.count == 2, "\(lane.name)")
            let profile = try geometry.profile(named: String(parts[0]))
            let start = try #require(Int(parts[1]))
            let size = try #require(profile.placements?.size)
            for bar in lane.bars { spans.append((lane.gpu, start, start + size, bar)) }
        }
        #expect(spans.count == 7)
        for (index, one) in spans.enumerated() {
            for other in spans[..<index] where one.gpu == other.gpu && one.from < other.to && other.from < one.to {
                #expect(one.bar.end <= other.bar.start || other.bar.end <= one.bar.start)
            }
        }
    }

    @Test func `a pool has no node to show`() throws {
        var trace = Trace()
        trace.append(TraceJob(id: 1, submit: 0, duration: 5))
        let result = try simulate(trace, on: .pool(gpus: 2))
        #expect(NodeTimeline(result, on: .pool(gpus: 2)) == nil)
    }
}
