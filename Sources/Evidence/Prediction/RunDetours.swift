import Probability
import RealModule

/// The detours of one run over all its processors, in few classes of length, so that redrawing them is quick.
struct RunDetours {
    var workSeconds: Double
    /// The mean length of each class, ascending, and how many detours it has.
    var lengths: [Double]
    var counts: [Double]

    /// Classes to a factor of two in length.
    private static let resolution = 64.0

    static func byRun(_ noise: DetourNoise) -> [RunDetours] {
        var watches: [Int: [DetourNoise.Watch]] = [:]
        for watch in noise.places.flatMap(\.watches) { watches[watch.run, default: []].append(watch) }
        return watches.keys.sorted().map { run in
            var sums: [Int: (length: Double, count: Double)] = [:]
            var seconds = 0.0
            for watch in watches[run] ?? [] {
                seconds += watch.workSeconds
                for (length, count) in zip(watch.lengths, watch.counts) where length > 0 {
                    let key = Int((Double.log2(length) * resolution).rounded())
                    sums[key, default: (0, 0)].length += length * count
                    sums[key, default: (0, 0)].count += count
                }
            }
            let classes = sums.keys.sorted().compactMap { sums[$0] }.filter { $0.count > 0 }
            return RunDetours(
                workSeconds: seconds,
                lengths: classes.map { $0.length / $0.count },
                counts: classes.map(\.count)
            )
        }
    }

    /// The same run as it might have been: each class a Poisson count of its mean.
    func redrawn(_ generator: inout RandomGenerator) -> RunDetours {
        RunDetours(
            workSeconds: workSeconds,
            lengths: lengths,
            counts: counts.map { Self.poisson($0, &generator) }
        )
    }

    /// All runs as one place with one watch.
    static func place(_ runs: [RunDetours]) -> DetourNoise.Place {
        var pairs: [(Double, Double)] = []
        for run in runs { pairs += zip(run.lengths, run.counts).filter { $0.1 > 0 } }
        pairs.sort { $0.0 < $1.0 }
        let watch = DetourNoise.Watch(
            run: 0,
            workSeconds: runs.reduce(0) { $0 + $1.workSeconds },
            lengths: pairs.map(\.0),
            counts: pairs.map(\.1)
        )
        return DetourNoise.Place(name: "all", watches: [watch])
    }

    /// A Poisson count: by inversion up to a mean of 30, then by the normal law of its root.
    static func poisson(_ mean: Double, _ generator: inout RandomGenerator) -> Double {
        guard mean > 0 else { return 0 }
        let uniform = generator.uniform()
        guard mean <= 30 else {
            // Anscombe's root is normal to well below what counts here.
            let root = mean.squareRoot() + Normal.quantile(uniform) / 2
            return max(0, (root * root).rounded())
        }
        var (count, mass) = (0.0, Double.exp(-mean))
        var below = mass
        while below < uniform, count < 1_000 {
            count += 1
            mass *= mean / count
            below += mass
        }
        return count
    }
}
