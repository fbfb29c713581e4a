package import Evidence
import Documents
import Probability
import RealModule
import Study

/// From the parts of a job to the job: shares of the critical path, times the overhead of each part.
///
/// What no part was measured for counts as nothing here, unlike in ``DerivedOverhead``, so that what the parts leave
/// unexplained of a measured job shows.
package struct ComponentPrediction: Sendable {
    /// A part of the time.
    package struct Part: Sendable {
        /// A part as in the facts `job_share_…` (`gpu`, `compute`, `storage`), or the beginning of a metric's name.
        package var name: String
        /// Its share of the time, 0 to 1.
        package var share: Double
        /// The overhead of what was measured of it; absent where nothing was.
        package var overhead: Interval?
        /// The metrics that say so.
        package var metrics: [String]
    }

    /// The parts, in the order given.
    package let parts: [Part]
    /// The share of the time that no part stands for.
    package let rest: Double
    /// The job's overhead as the measured parts explain it, at 95 %.
    package let explained: Interval
    /// The overhead of the job itself, where it was measured.
    package let measured: Interval?
    /// Measured less explained, with an interval; absent where the job was not measured.
    package let residual: Interval?
    /// What has a share and was not measured, or has none: where an unexplained rest may come from.
    package let missing: [String]

    private static let draws = 20_000

    /// Whether the residual excludes zero: then the parts do not explain the job.
    package var isRefuted: Bool { residual.map { $0.low > 0 || $0.high < 0 } ?? false }

    /// The share of the time that what was measured speaks for.
    package var coveredShare: Double { parts.filter { $0.overhead != nil }.reduce(0) { $0 + $1.share } }

    /// What came of it, in a sentence.
    package var verdict: String {
        let found =
            Self.words(explained)
            + (coveredShare < 0.995 ? " (speaking for \(NumberText.percent(coveredShare, 0)) of the time)" : "")
        guard let measured, let residual else {
            return "The parts explain an overhead of \(found); no record of the job itself says whether that is all."
        }
        guard isRefuted else {
            return
                "The parts explain an overhead of \(found), and the job has \(Self.words(measured)): nothing is left over that "
                + "the measurements could tell from zero (\(Self.words(residual)))."
        }
        let names = missing.isEmpty ? "parts that overlap or wait for each other" : missing.joined(separator: ", ")
        return
            "This model does not explain your job: the parts explain \(found), the job has \(Self.words(measured)), and "
            + "\(Self.words(residual)) is left over; not measured or not in it: \(names)."
    }

    static func words(_ interval: Interval) -> String {
        "\(NumberText.percent(interval.estimate, 1, signed: true)) "
            + "[\(NumberText.fixed(interval.low * 100, 1)), \(NumberText.fixed(interval.high * 100, 1))]"
    }

    /// Combines shares and components.
    ///
    /// - Parameters:
    ///   - shares: Parts by name with their shares of the bare-metal time: those of the facts `job_share_…`, or the beginning of a
    ///     metric's name such as `net_allreduce`; they sum to at most 1.
    ///   - components: The records' components, compared.
    ///   - job: The job's own records, compared, where there are any.
    ///   - metric: The job's metric; its first confirmatory one where absent.
    ///   - seed: Of the draws.
    /// - Throws: ``PredictionError`` for shares that are none.
    package init(
        shares: [(name: String, share: Double)],
        components: Comparison,
        job: Comparison? = nil,
        metric: String? = nil,
        seed: UInt64 = 1
    ) throws(PredictionError) {
        var total = 0.0
        for (place, share) in shares.enumerated() {
            guard share.share >= 0, share.share <= 1 else {
                throw .argument(
                    name: "the share of \(share.name)",
                    found: NumberText.plain(share.share),
                    expected: "a number from 0 to 1"
                )
            }
            guard !shares[..<place].contains(where: { $0.name == share.name }) else {
                throw .argument(name: "the share of \(share.name)", found: "given twice", expected: "one share each")
            }
            total += share.share
        }
        guard total > 0, total <= 1 + 1e-9 else {
            throw .argument(
                name: "the sum of the shares",
                found: NumberText.percent(total),
                expected: "above zero and at most 100 %"
            )
        }
        rest = max(0, 1 - total)
        let all = Self.measurements(components)
        let chosen = shares.map { share in Self.kinds(of: share.name, in: all) }
        try Self.check(
            shares.map(\.name),
            chosen.map { !$0.isEmpty },
            all.map(\.name),
            present: components.metrics.map(\.name)
        )
        try Self.refuseOverlap(shares.map(\.name), chosen.map { Set($0.joined().map(\.name)) })
        var generator = RandomGenerator(seed: seed, stream: 0xC0)
        var sums = [Double](repeating: 0, count: Self.draws)
        var parts: [Part] = []
        var estimate = 0.0
        for (share, kinds) in zip(shares, chosen) {
            guard !kinds.isEmpty else {
                parts.append(Part(name: share.name, share: share.share, overhead: nil, metrics: []))
                continue
            }
            var values: [Double] = []
            values.reserveCapacity(Self.draws)
            for draw in sums.indices {
                let value = Self.mix(
                    kinds.map { Self.mix($0.map { $0.belief.draw(&generator) }, &generator) },
                    &generator
                )
                values.append(value)
                sums[draw] += share.share * value
            }
            let mean =
                kinds.map { $0.reduce(0) { $0 + $1.estimate } / Double($0.count) }.reduce(0, +)
                / Double(kinds.count)
            estimate += share.share * mean
            parts.append(
                Part(
                    name: share.name,
                    share: share.share,
                    overhead: Self.interval(mean, values),
                    metrics: kinds.flatMap { $0.map(\.name) }
                )
            )
        }
        self.parts = parts
        explained = Self.interval(estimate, sums)
        missing = Self.missing(parts, rest: rest, components)
        guard let job, let found = metric.map({ name in job.metrics.first { $0.name == name } }) ?? job.deciding,
            let effect = found.overhead,
            let belief = MeasuredOverhead(effect, degreesOfFreedom: job.degreesOfFreedom(of: found))
        else {
            measured = nil
            residual = nil
            return
        }
        measured = Interval(estimate: effect.estimate, low: effect.low, high: effect.high, level: effect.level)
        let left = sums.map { belief.distribution.draw(&generator) - $0 }
        residual = Self.interval(effect.estimate - estimate, left)
    }

    /// Throws for a part that is none, and where nothing was measured of any.
    private static func check(
        _ names: [String],
        _ isMeasured: [Bool],
        _ metrics: [String],
        present: [String]
    ) throws(PredictionError) {
        let known = JobBound.allCases.map(\.part)
        let expected =
            "one of \(known.joined(separator: ", ")), or the beginning of the name of a metric that both arms have"
        let have = metrics.isEmpty ? "none with an interval; present: \(list(present))" : list(metrics)
        for (name, isMeasured) in zip(names, isMeasured) where !isMeasured && !known.contains(name) {
            let near = nearest(name, in: known + metrics).map { "; did you mean '\($0)'?" } ?? ""
            throw .argument(
                name: "the part of a share",
                found: "'\(name)', which is no part and begins no metric compared (\(have))",
                expected: expected + near
            )
        }
        guard !isMeasured.contains(true) else { return }
        throw .unusable(
            "nothing was measured of \(list(names)): no overhead follows from the shares. Metrics compared: \(have). Expected "
                + "records with components of at least one of these parts; a share is for \(expected)"
        )
    }

    /// Throws where a part named by the beginning of a metric has a metric that another part has: it would count twice.
    ///
    /// Parts of a job are none of each other, though one metric may speak for two.
    private static func refuseOverlap(_ names: [String], _ metrics: [Set<String>]) throws(PredictionError) {
        let parts = Set(JobBound.allCases.map(\.part))
        for (later, name) in names.enumerated() {
            for earlier in 0..<later where !parts.contains(name) || !parts.contains(names[earlier]) {
                guard let shared = metrics[later].intersection(metrics[earlier]).min() else { continue }
                throw .argument(
                    name: "the share of \(name)",
                    found: "a part that has '\(shared)', as \(names[earlier]) has",
                    expected: "parts without a metric in common, or it counts twice; leave one of them out"
                )
            }
        }
    }

    private static func list(_ names: [String]) -> String {
        names.prefix(8).joined(separator: ", ") + (names.count > 8 ? " and \(names.count - 8) more" : "")
    }

    /// Metrics with an interval, as beliefs.
    private struct Measurement {
        var name: String
        var estimate: Double
        var belief: Distribution
    }

    private static func measurements(_ comparison: Comparison) -> [Measurement] {
        comparison.metrics.compactMap { metric in
            if case .invalid = metric.verdict { return nil }
            guard let effect = metric.overhead,
                let belief = MeasuredOverhead(effect, degreesOfFreedom: comparison.degreesOfFreedom(of: metric))
            else { return nil }
            return Measurement(name: metric.name, estimate: effect.estimate, belief: belief.distribution)
        }
    }

    /// What speaks for a part, by kind of work: the metrics of a counter's part, or those whose names begin so.
    private static func kinds(of part: String, in all: [Measurement]) -> [[Measurement]] {
        guard let bound = JobBound.allCases.first(where: { $0.part == part }) else {
            let named = all.filter { $0.name.hasPrefix(part) }
            return named.isEmpty ? [] : [named]
        }
        var names: [String] = []
        var kinds: [[Measurement]] = []
        for measurement in all {
            guard let place = ComponentOverhead.place(measurement.name), place.speaks(for: bound) else { continue }
            if let index = names.firstIndex(of: place.kind) {
                kinds[index].append(measurement)
            } else {
                names.append(place.kind)
                kinds.append([measurement])
            }
        }
        return kinds
    }

    /// A mean with random weights, each split as likely as any other.
    private static func mix(_ values: [Double], _ generator: inout RandomGenerator) -> Double {
        guard values.count > 1 else { return values.first ?? 0 }
        var (sum, total) = (0.0, 0.0)
        for value in values {
            let weight = -Double.log(generator.uniform())
            sum += weight * value
            total += weight
        }
        return total > 0 ? sum / total : values[0]
    }

    private static func interval(_ estimate: Double, _ draws: [Double]) -> Interval {
        let ends = Quantiles.of(draws, [0.025, 0.975])
        guard ends.count == 2 else { return Interval(estimate: estimate, low: estimate, high: estimate, level: 0.95) }
        return Interval(estimate: estimate, low: min(ends[0], estimate), high: max(ends[1], estimate), level: 0.95)
    }

    private static func missing(_ parts: [Part], rest: Double, _ comparison: Comparison) -> [String] {
        var names = parts.filter { $0.overhead == nil && $0.share > 0 }.map {
            "\($0.name) (\(NumberText.percent($0.share, 0)) of the time, no component compared)"
        }
        if rest >= 0.005 { names.append("\(NumberText.percent(rest, 0)) of the time that no part stands for") }
        let families: [(String, [String])] = [
            ("collectives", ["net_allreduce", "nccl_", "osu_"]),
            ("links between GPUs", ["gpu_peer", "nvlink_", "nvbandwidth_device_to_device"]),
            (
                "transfers between host and GPU",
                [
                    "gpu_h2d", "gpu_d2h", "transfer", "nvbandwidth_host_to", "nvbandwidth_device_to_host",
                    "nvbandwidth_all_to_host", "nvbandwidth_host_device",
                ]
            ),
            ("gaps between launches", ["gpu_launch"]),
        ]
        let measured = parts.flatMap(\.metrics)
        for (family, prefixes) in families
        where !measured.contains(where: { name in prefixes.contains { name.hasPrefix($0) } }) {
            names.append(family)
        }
        return names
    }
}

extension Comparison {
    /// The metric that decides: the first confirmatory one, else the first.
    fileprivate var deciding: MetricComparison? { metrics.first(where: \.isConfirmatory) ?? metrics.first }
}
