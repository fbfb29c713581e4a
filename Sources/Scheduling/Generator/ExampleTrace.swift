import Probability
import RealModule

/// The example trace that Assay ships: a made-up month of a research group on 64 GPUs.
///
/// Four kinds of job, each with its own arrivals, sizes and lengths; Examples/traces/README.md states every number.
/// The same seed gives the same bytes.
package enum ExampleTrace {
    /// One kind of job.
    private struct Kind {
        var name: String
        /// Jobs a day, on a day of the mean week.
        var perDay: Double
        /// The part of them that comes by day, Monday to Friday, 8 to 20 o'clock; the rest comes evenly.
        var byDay: Double
        /// Sizes in GPUs and their weights.
        var sizes: [(gpus: Int, weight: Double)]
        /// The lognormal length: median in seconds, and sigma.
        var median: Double
        var sigma: Double
        /// The longest, in seconds.
        var longest: Double
        /// Memory needed on each GPU, in GiB, and its sigma; lognormal, up to 76.
        var memory: Double
        var memorySigma: Double
        /// CPUs and host memory in GiB for each GPU.
        var cpus: Int
        var hostMemory: Int
    }

    private static let kinds = [
        Kind(
            name: "notebook",
            perDay: 78,
            byDay: 0.85,
            sizes: [(1, 1)],
            median: 5_400,
            sigma: 1.1,
            longest: 43_200,
            memory: 7,
            memorySigma: 0.6,
            cpus: 6,
            hostMemory: 32
        ),
        Kind(
            name: "batch",
            perDay: 90,
            byDay: 0.3,
            sizes: [(1, 1)],
            median: 1_800,
            sigma: 1.3,
            longest: 86_400,
            memory: 14,
            memorySigma: 0.5,
            cpus: 8,
            hostMemory: 48
        ),
        Kind(
            name: "fine-tuning",
            perDay: 24,
            byDay: 0.6,
            sizes: [(1, 0.5), (2, 0.3), (4, 0.2)],
            median: 12_000,
            sigma: 1.0,
            longest: 172_800,
            memory: 34,
            memorySigma: 0.4,
            cpus: 10,
            hostMemory: 96
        ),
        Kind(
            name: "training",
            perDay: 3,
            byDay: 0.7,
            sizes: [(8, 0.8), (16, 0.2)],
            median: 28_000,
            sigma: 0.9,
            longest: 345_600,
            memory: 62,
            memorySigma: 0.15,
            cpus: 12,
            hostMemory: 128
        ),
    ]

    /// Teams and their part of every kind.
    private static let teams: [(name: String, weight: Double)] = [
        ("vision", 0.32), ("language", 0.28), ("biology", 0.18), ("robotics", 0.13), ("teaching", 0.09),
    ]

    /// Days of the trace; the first is a Monday.
    private static let days = 28
    private static let day = 86_400.0

    /// The trace as a CSV.
    package static func csv(seed: UInt64 = 2026) -> [UInt8] {
        var jobs: [(submit: Int, kind: Int, row: String)] = []
        for index in kinds.indices {
            var random = RandomGenerator(seed: seed, stream: UInt64(index) + 1)
            for submit in arrivals(kinds[index], &random) { jobs.append((submit, index, row(kinds[index], &random))) }
        }
        jobs.sort { ($0.submit, $0.kind) < ($1.submit, $1.kind) }
        var text = "job,submit_s,duration_s,requested_s,gpus,gpu_memory_mib,cpus,memory_mib,team,class\n"
        for (number, job) in jobs.enumerated() { text += "\(number + 1),\(job.submit),\(job.row)\n" }
        return Array(text.utf8)
    }

    /// Two Poisson streams: one over all hours, one over those of the working day.
    private static func arrivals(_ kind: Kind, _ random: inout RandomGenerator) -> [Int] {
        var times: [Double] = []
        var at = 0.0
        let evenly = kind.perDay * (1 - kind.byDay) / day
        while evenly > 0 {
            at -= Double.log(random.uniform()) / evenly
            guard at < Double(days) * day else { break }
            times.append(at)
        }
        // Seven days' worth falls on five times twelve hours.
        let working = kind.perDay * kind.byDay * 7 / (5 * 12 * 3_600)
        var worked = 0.0
        while working > 0 {
            worked -= Double.log(random.uniform()) / working
            let shift = (worked / 43_200).rounded(.down)
            let (week, weekday) = ((shift / 5).rounded(.down), shift - (shift / 5).rounded(.down) * 5)
            let time = (week * 7 + weekday) * day + 28_800 + worked - shift * 43_200
            guard time < Double(days) * day else { break }
            times.append(time)
        }
        return times.sorted().map { Int($0) }
    }

    private static func row(_ kind: Kind, _ random: inout RandomGenerator) -> String {
        let team = teams[choose(teams.map(\.weight), &random)].name
        let gpus = kind.sizes[choose(kind.sizes.map(\.weight), &random)].gpus
        let length = min(max(kind.median * Double.exp(kind.sigma * random.normal()), 30), kind.longest).rounded()
        // People ask for up to four times what they need, in quarters of an hour.
        let asked = (length * (1 + 3 * random.uniform()) / 900).rounded(.up) * 900
        let memory = min(kind.memory * Double.exp(kind.memorySigma * random.normal()), 76)
        let mebibytes = Int((memory * 1_024).rounded())
        return
            "\(Int(length)),\(Int(asked)),\(gpus),\(mebibytes),\(kind.cpus * gpus),\(kind.hostMemory * gpus * 1_024),"
            + "\(team),\(kind.name)"
    }

    /// An index by weights that add up to 1.
    private static func choose(_ weights: [Double], _ random: inout RandomGenerator) -> Int {
        var draw = random.uniform()
        for (index, weight) in weights.enumerated() {
            if draw < weight { return index }
            draw -= weight
        }
        return max(weights.count - 1, 0)
    }
}
