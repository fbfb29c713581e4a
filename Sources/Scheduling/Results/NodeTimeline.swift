import Estate

/// What one node's GPUs held over a span of time: the rows of a Gantt chart.
package struct NodeTimeline: Sendable, Hashable {
    /// One job on one lane.
    package struct Bar: Sendable, Hashable {
        /// The job's index in the trace.
        package let job: Int
        /// From, in milliseconds of the trace.
        package let start: Int64
        /// To, in milliseconds of the trace.
        package let end: Int64
    }

    /// One GPU, or one place on it.
    package struct Lane: Sendable, Hashable {
        /// The GPU of the node, from 0.
        package let gpu: Int
        /// The profile and first memory slice, such as `2g.20gb@4`, "share" or "whole".
        package let name: String
        /// Bars in order of time; they do not overlap.
        package let bars: [Bar]
    }

    /// The node's number.
    package let node: Int
    /// The name of its group.
    package let group: String
    /// The span, in milliseconds of the trace.
    package let span: ClosedRange<Int64>
    /// The lanes, by GPU, then by place.
    package let lanes: [Lane]

    /// The node that ran the most parts of GPUs, else the most jobs, over its busiest span; nil in a pool, or where
    /// nothing ran.
    ///
    /// - Parameters:
    ///   - result: the replay.
    ///   - cluster: what it ran on.
    ///   - milliseconds: how long the span is at most.
    ///   - limit: how many lanes are kept.
    package init?(
        _ result: SimulationResult,
        on cluster: ClusterDescription,
        milliseconds: Int64 = 86_400_000,
        limit: Int = 64
    ) {
        guard case .nodes(let groups) = cluster else { return nil }
        let count = groups.reduce(0) { $0 + $1.count }
        var parts = Array(repeating: 0, count: count)
        var jobs = parts
        for job in result.node.indices where parts.indices.contains(Int(result.node[job])) {
            guard result.end[job] > result.start[job], result.gpuMask[job] != 0 else { continue }
            jobs[Int(result.node[job])] += 1
            if Self.isPart(result, job, result.slice[job]) { parts[Int(result.node[job])] += 1 }
        }
        guard let node = parts.indices.max(by: { (parts[$0], jobs[$0], $1) < (parts[$1], jobs[$1], $0) }),
            jobs[node] > 0
        else { return nil }
        var first = 0
        let home = groups.first { group in
            first += group.count
            return node < first
        }
        guard let home else { return nil }
        var held: [(job: Int, mask: UInt64, slice: Int16)] = []
        for job in result.node.indices
        where Int(result.node[job]) == node && result.end[job] > result.start[job] && result.gpuMask[job] != 0 {
            held.append((job, result.gpuMask[job], result.slice[job]))
        }
        for further in result.furtherNodes where Int(further.node) == node {
            guard result.end[further.job] > result.start[further.job] else { continue }
            held.append((further.job, further.gpuMask, further.slice))
        }
        held.sort { (result.start[$0.job], $0.job) < (result.start[$1.job], $1.job) }
        let span = Self.busiest(held.map(\.job), result, max(milliseconds, 1))
        var lanes: [(key: Key, bars: [Bar])] = []
        for (job, mask, slice) in held where result.start[job] < span.upperBound && result.end[job] > span.lowerBound {
            let bar = Bar(job: job, start: result.start[job], end: result.end[job])
            var rest = mask
            while rest != 0 {
                let gpu = rest.trailingZeroBitCount
                rest &= rest - 1
                var key = Key(gpu: gpu, slice: Int(slice), isPart: Self.isPart(result, job, slice), lane: 0)
                // Shares of one GPU have no place of their own: the first lane that is free.
                while let index = lanes.firstIndex(where: { $0.key == key }),
                    let last = lanes[index].bars.last, last.end > bar.start
                { key.lane += 1 }
                if let index = lanes.firstIndex(where: { $0.key == key }) {
                    lanes[index].bars.append(bar)
                } else {
                    lanes.append((key, [bar]))
                }
            }
        }
        lanes.sort { $0.key < $1.key }
        self.node = node
        group = home.name
        self.span = span
        self.lanes = lanes.prefix(max(limit, 1)).map { key, bars in
            Lane(gpu: key.gpu, name: Self.name(key, home.partition), bars: bars)
        }
    }

    /// Where bars go.
    private struct Key: Hashable, Comparable {
        let gpu: Int
        let slice: Int
        let isPart: Bool
        var lane: Int

        static func < (one: Key, other: Key) -> Bool {
            (one.gpu, one.isPart ? 1 : 0, one.slice % 64, one.slice, one.lane)
                < (other.gpu, other.isPart ? 1 : 0, other.slice % 64, other.slice, other.lane)
        }
    }

    /// Whether what a job has is a part of a GPU: an instance, however many it has of them, or a share.
    private static func isPart(_ result: SimulationResult, _ job: Int, _ slice: Int16) -> Bool {
        slice != SimulationResult.noSlice || result.gpuEquivalents[job] < 1
    }

    /// The span in which most jobs start: two ends moved along the starts.
    private static func busiest(_ jobs: [Int], _ result: SimulationResult, _ length: Int64) -> ClosedRange<Int64> {
        var (best, low) = ((count: 0, start: Int64(0)), 0)
        for high in jobs.indices {
            while result.start[jobs[high]] - result.start[jobs[low]] >= length { low += 1 }
            if high - low + 1 > best.count { best = (high - low + 1, result.start[jobs[low]]) }
        }
        let end = min(best.start + length, jobs.reduce(best.start + 1) { max($0, result.end[$1]) })
        return best.start...end
    }

    private static func name(_ key: Key, _ partition: GPUPartition) -> String {
        switch partition {
        case .mig(let geometry), .layout(let geometry, _):
            guard key.slice >= 0, geometry.profiles.indices.contains(key.slice / 64) else { return "whole" }
            return "\(geometry.profiles[key.slice / 64].name)@\(key.slice % 64)"
        case .shares: return key.isPart ? "share \(key.lane + 1)" : "whole"
        case .whole: return "whole"
        }
    }
}
