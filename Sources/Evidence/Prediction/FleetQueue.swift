import Probability
import RealModule

/// When requests come.
package enum Arrivals: Sendable, Hashable {
    /// At random, independently: as many users make them.
    case poisson
    /// At the times of a trace, in seconds, ascending; repeated and compressed to the rate that is asked for.
    case trace([Double])
}

/// A fleet of replicas that serve one queue, first come first served, under open-loop load.
///
/// Requests start when the arrivals say, whatever became of those before, and latency counts from there: nothing is
/// coordinated, so nothing is omitted.
struct FleetQueue {
    /// Requests that may be served at once.
    let servers: Int
    /// Free times of the servers, smallest first in a binary heap.
    private var heap: [Double]
    /// When the last request came.
    private var now = 0.0

    /// A fleet at time zero.
    ///
    /// - Parameters:
    ///   - servers: At least 1.
    ///   - busyUntil: When servers that are busy at the start are free, ascending; the others are idle.
    init(servers: Int, busyUntil: [Double] = []) {
        self.servers = max(1, servers)
        // An ascending array is a heap.
        heap = [Double](repeating: 0, count: max(0, self.servers - busyUntil.count)) + busyUntil.suffix(self.servers)
    }

    /// How long requests that are seen under way still take, ascending: a service is met in proportion to its length, at a
    /// moment that is uniform in it (the inspection paradox; Feller, volume II, I.4).
    static func underWay(_ count: Int, of services: [Double], _ generator: inout RandomGenerator) -> [Double] {
        guard !services.isEmpty else { return [Double](repeating: 0, count: max(0, count)) }
        var total = 0.0
        let ends = services.map { service -> Double in
            total += service
            return total
        }
        let remainders = (0..<count).map { _ -> Double in
            let moment = generator.uniform() * total
            var (low, high) = (0, ends.count - 1)
            while low < high {
                let middle = (low + high) / 2
                if ends[middle] > moment { high = middle } else { low = middle + 1 }
            }
            return max(0, ends[low] - moment)
        }
        return remainders.sorted()
    }

    /// When a request that arrives now and needs so long is done.
    mutating func serve(arrival: Double, seconds: Double) -> Double {
        heap.withUnsafeMutableBufferPointer { heap in
            let done = max(arrival, heap[0]) + seconds
            // Replace the earliest and let the new one sink.
            var place = 0
            while true {
                let left = 2 * place + 1
                guard left < heap.count else { break }
                let right = left + 1
                let child = right < heap.count && heap[right] < heap[left] ? right : left
                guard heap[child] < done else { break }
                heap[place] = heap[child]
                place = child
            }
            heap[place] = done
            return done
        }
    }

    /// Serves the next requests of a stream, with these interarrival times, scaled, and hands over the latency of each.
    mutating func serve(
        _ range: Range<Int>,
        gaps: [Double],
        scale: Double,
        services: [Double],
        _ latency: (Double) -> Void
    ) {
        for place in range {
            now += gaps[place] * scale
            latency(serve(arrival: now, seconds: services[place]) - now)
        }
    }

    /// Latencies of requests with these interarrival times, scaled, and these service times; the first are left out.
    static func latencies(
        of fleet: FleetQueue,
        gaps: [Double],
        scale: Double,
        services: [Double],
        warmUp: Int
    ) -> [Double] {
        var queue = fleet
        var result: [Double] = []
        result.reserveCapacity(max(0, gaps.count - warmUp))
        queue.serve(0..<min(warmUp, gaps.count), gaps: gaps, scale: scale, services: services) { _ in }
        queue.serve(min(warmUp, gaps.count)..<gaps.count, gaps: gaps, scale: scale, services: services) {
            result.append($0)
        }
        return result
    }

    /// Whether a quantile of those latencies is at most a limit, as ``Quantiles`` has it; ends at the first request that
    /// settles that it is not, and keeps none of them.
    static func keeps(
        _ quantile: Double,
        below limit: Double,
        of fleet: FleetQueue,
        gaps: [Double],
        scale: Double,
        services: [Double],
        warmUp: Int
    ) -> Bool {
        let count = gaps.count - warmUp
        guard count > 0 else { return false }
        let (rank, fraction) = Quantiles.position(quantile, count: count)
        // So many may be above the limit; with one more it lies between the two values that the quantile is between.
        let mayExceed = count - rank - 1
        var queue = fleet
        var now = 0.0
        var (exceeding, highestKept, lowestAbove) = (0, -Double.infinity, Double.infinity)
        for place in gaps.indices {
            now += gaps[place] * scale
            let latency = queue.serve(arrival: now, seconds: services[place]) - now
            guard place >= warmUp else { continue }
            if latency <= limit {
                highestKept = max(highestKept, latency)
            } else {
                exceeding += 1
                guard exceeding <= mayExceed else { return false }
                lowestAbove = min(lowestAbove, latency)
            }
        }
        guard exceeding == mayExceed, fraction > 0, exceeding > 0 else { return true }
        return Quantiles.interpolate(highestKept, lowestAbove, fraction) <= limit
    }
}

extension Arrivals {
    /// So many times between arrivals, of mean 1.
    func gaps(_ count: Int, _ generator: inout RandomGenerator) -> [Double] {
        switch self {
        case .poisson:
            return (0..<count).map { _ in -Double.log(generator.uniform()) }
        case .trace(let times):
            let differences = zip(times.dropFirst(), times).map { max(0, $0 - $1) }
            let mean = Moments(differences).mean
            guard mean > 0 else { return [Double](repeating: 1, count: count) }
            // From a random place on and round, so that replications differ and bursts stay whole.
            let start = generator.index(below: differences.count)
            return (0..<count).map { differences[(start + $0) % differences.count] / mean }
        }
    }
}
