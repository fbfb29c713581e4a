import Foundation
import Scheduling
import Testing

/// The openb cluster and its pods, where the shared data is at hand.
private struct Openb {
    let groups: [NodeGroup]
    let trace: Trace

    init?(_ workload: String) throws {
        guard let nodes = SharedData.path("traces/openb/openb_node_list_gpu_node.csv"),
            let pods = SharedData.path("traces/openb/openb_pod_list_\(workload).csv")
        else { return nil }
        groups = try Self.rows(nodes).map { row in
            NodeGroup(
                name: row[0],
                count: 1,
                cpuMilli: Int64(row[1]),
                memoryMiB: Int64(row[2]),
                gpuType: row[4],
                gpus: try #require(Int(row[3])),
                partition: .shares
            )
        }
        var trace = Trace()
        for (index, row) in try Self.rows(pods).enumerated() {
            trace.append(
                TraceJob(
                    id: Int64(index),
                    submit: 0,
                    duration: 1,
                    gpus: try #require(Int32(row[3])),
                    gpuMilli: try #require(Int32(row[4])),
                    cpuMilli: try #require(Int32(row[1])),
                    memoryMiB: try #require(Int32(row[2]))
                )
            )
        }
        self.trace = trace
    }

    private static func rows(_ path: String) throws -> [[String]] {
        try String(contentsOfFile: path, encoding: .utf8).split(separator: "\n").dropFirst().map {
            $0.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
        }
    }

    /// The mean over ten seeds of a policy's curves, by arrived percent.
    func curves(_ policy: PlacementPolicy) throws -> [PlacementStudyResult.Sample] {
        var sums = [(allocated: Double, fragmented: Double)](repeating: (0, 0), count: 131)
        for seed in 42...51 as ClosedRange<UInt64> {
            var options = PlacementStudyOptions()
            options.policy = policy
            options.inflation = 1.3
            options.seed = seed
            let curve = try PlacementStudy.run(trace, on: .nodes(groups), options: options).curve
            try #require(curve.count == 131)
            for (index, sample) in curve.enumerated() {
                sums[index].allocated += sample.allocatedPercent / 10
                sums[index].fragmented += sample.fragmentedPercent / 10
            }
        }
        return sums.enumerated().map {
            .init(
                arrivedPercent: Double($0.offset),
                allocatedPercent: $0.element.allocated,
                fragmentedPercent: $0.element.fragmented
            )
        }
    }
}

@Suite("openb, against what the authors of FGD published", .enabled(if: SharedData.path("traces/openb") != nil))
struct OpenbTests {
    @Test("Allocated GPUs after 130 % have arrived lie within 1 point", arguments: PublishedCurves.allocated.indices)
    func allocated(index: Int) throws {
        let published = PublishedCurves.allocated[index]
        let openb = try #require(try Openb(published.workload))
        let mean = published.bySeed.reduce(0, +) / Double(published.bySeed.count)
        let ours = try #require(try openb.curves(published.policy).last)
        #expect(abs(ours.allocatedPercent - mean) < 1, "\(ours.allocatedPercent) for \(mean)")
        // What fits is never refused before the cluster fills.
        #expect(ours.arrivedPercent == 130)
    }

    @Test(
        "Fragmented GPUs lie within 1 point at every percent of arrived demand",
        arguments: PublishedCurves.fragmented.indices
    )
    func fragmented(index: Int) throws {
        let published = PublishedCurves.fragmented[index]
        let openb = try #require(try Openb("default"))
        try #require(published.curve.count == 131)
        let ours = try openb.curves(published.policy)
        for (sample, expected) in zip(ours, published.curve) {
            #expect(
                abs(sample.fragmentedPercent - expected) < 1,
                "\(sample.fragmentedPercent) for \(expected) at \(sample.arrivedPercent) %"
            )
        }
    }
}
