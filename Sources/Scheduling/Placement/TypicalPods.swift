/// The jobs that fragmentation is measured against: what a GPU left over is worth depends on who may come for it.
///
/// Requests are counted over a trace, CPU jobs too, and taken from the most frequent until they cover a part of all
/// jobs; among equally frequent ones the larger goes first, by CPU, thousandths, GPUs, then types. Weng et al., ATC '23,
/// section 4.1; the published experiments cover 95 %.
package struct TypicalPods: Sendable, Hashable {
    /// One request and how many jobs of the trace make it.
    package struct Pod: Sendable, Hashable {
        package let request: NodeRequest
        package let count: Int64

        package init(request: NodeRequest, count: Int64) {
            self.request = request
            self.count = count
        }
    }

    /// The requests, most frequent first.
    package let pods: [Pod]
    /// The jobs that they stand for: the sum of their counts.
    package let weight: Int64

    /// Counts the requests of a trace.
    ///
    /// - Parameters:
    ///   - trace: jobs; those for MIG profiles and those that make no sense are left out.
    ///   - popularity: the part of the jobs to cover, 0 to 1.
    package init(_ trace: Trace, popularity: Double = 0.95) {
        var counts: [NodeRequest: Int64] = [:]
        for index in 0..<trace.count {
            guard let request = NodeRequest(trace[index]) else { continue }
            counts[request, default: 0] += 1
        }
        self.init(counts: counts, popularity: popularity)
    }

    /// Takes the most frequent requests.
    init(counts: [NodeRequest: Int64], popularity: Double = 0.95) {
        let total = counts.values.reduce(0, +)
        // A total order, so that the dictionary's own order never shows.
        let ordered = counts.map { Pod(request: $0.key, count: $0.value) }.sorted {
            ($0.count, $0.request.cpuMilli, $0.request.gpuMilli, $0.request.gpus)
                == ($1.count, $1.request.cpuMilli, $1.request.gpuMilli, $1.request.gpus)
                ? $0.request.types > $1.request.types
                : ($0.count, $0.request.cpuMilli, $0.request.gpuMilli, $0.request.gpus)
                    > ($1.count, $1.request.cpuMilli, $1.request.gpuMilli, $1.request.gpus)
        }
        var chosen: [Pod] = []
        var covered: Int64 = 0
        for pod in ordered {
            if Double(covered) >= popularity * Double(total) { break }
            chosen.append(pod)
            covered += pod.count
        }
        pods = chosen
        weight = covered
    }

    /// Takes a distribution as it is.
    package init(pods: [Pod]) {
        self.pods = pods
        weight = pods.reduce(0) { $0 + $1.count }
    }
}
