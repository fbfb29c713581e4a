import Foundation
import Scheduling

/// Measures placement studies on openb: 1.3 times the GPUs arrive, fragmentation reported after every arrival.
///
/// The peer is the authors' own simulator: 2,754 CPU seconds and 4.2 GB for one seed of FGD on the same lists.
enum PlacementBench {
    /// CPU seconds that the authors' simulator took.
    private static let peerSeconds = 2_754.0

    static func run(nodes: String, pods: String) throws {
        let groups = try read(nodes).map { row in
            NodeGroup(
                name: row[0],
                count: 1,
                cpuMilli: Int64(row[1]),
                memoryMiB: Int64(row[2]),
                gpuType: row[4],
                gpus: Int(row[3]) ?? 0,
                partition: .shares
            )
        }
        var trace = Trace()
        for (index, row) in try read(pods).enumerated() {
            trace.append(
                TraceJob(
                    id: Int64(index),
                    submit: 0,
                    duration: 1,
                    gpus: Int32(row[3]) ?? 0,
                    gpuMilli: Int32(row[4]) ?? 0,
                    cpuMilli: Int32(row[1]) ?? 0,
                    memoryMiB: Int32(row[2]) ?? 0
                )
            )
        }
        for policy in PlacementPolicy.allCases where policy != .expectedFragmentation {
            var options = PlacementStudyOptions()
            options.policy = policy
            options.inflation = 1.3
            options.seed = 42
            var end: PlacementStudyResult.Sample?
            let seconds = try Main.seconds {
                end = try PlacementStudy.run(trace, on: .nodes(groups), options: options).samples.last
            }
            let found = String(
                format: "%@: %.3f CPU s, allocated %.2f %%, fragmented %.2f %%",
                policy.rawValue,
                seconds,
                end?.allocatedPercent ?? 0,
                end?.fragmentedPercent ?? 0
            )
            print(
                found,
                policy == .fragmentationGradient ? String(format: "(%.0f times less)", peerSeconds / seconds) : ""
            )
        }
        print("peak memory \(Main.peakMiB()) MiB")
    }

    private static func read(_ path: String) throws -> [[String]] {
        try String(contentsOfFile: path, encoding: .utf8).split(separator: "\n").dropFirst().map {
            $0.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
        }.filter { $0.count >= 5 }
    }
}
