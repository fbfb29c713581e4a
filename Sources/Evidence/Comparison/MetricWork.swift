internal import Documents
internal import Probability
internal import RealModule

/// One metric on its way to a verdict.
struct MetricWork {
    let name: String
    let metric: Metric
    let isConfirmatory: Bool
    let design: ComparisonDesign
    let options: ComparisonOptions
    private(set) var notes: [ValidityNote] = []
    /// Why no ratio is formed, where that makes the verdict invalid.
    private(set) var invalid: String?
    private(set) var baseline: [Double] = []
    private(set) var other: [Double] = []
    /// The units behind the values.
    private(set) var baselineUnits: [[[SampleSummary]]] = []
    private(set) var otherUnits: [[[SampleSummary]]] = []
    /// Values of the baseline's units host by host, each host's in order, for the control.
    private var controlValues: [[Double]] = []
    /// The baseline's values with their times, where all runs are timed and of one host, for drift.
    private(set) var timed: (values: [Double], times: [Double])?
    /// Speed of the baseline over that of the other arm, on logarithms.
    private(set) var ratio: LogRatio?
    private(set) var control: Control?
    /// The overhead where no interval can be formed.
    private(set) var estimateOnly: Double?
    /// Why there is no verdict though there may be numbers.
    private(set) var descriptive: String?
    var adjustedPValue: Double?
    var adjustment = "none"

    init(
        _ name: String,
        _ design: ComparisonDesign,
        _ latencyNotes: [ValidityNote],
        _ options: ComparisonOptions
    ) {
        self.name = name
        self.design = design
        self.options = options
        let declared = design.left.declarations(of: name) + design.right.declarations(of: name)
        metric = declared.first ?? Metric(name: name, unit: "", direction: .lower)
        isConfirmatory = declared.allSatisfy { $0.role == .confirmatory }
        notes = ComparisonGate.isLatency(metric) ? latencyNotes : []
        let units = Self.different(declared.map(\.unit))
        let directions = Self.different(declared.map(\.direction.rawValue))
        if let units {
            invalid("unit-differs", "The unit is \(units); values in different units have no ratio.")
        } else if let directions {
            invalid("direction-differs", "Better is declared as \(directions); make the records agree.")
        } else {
            collect()
        }
    }

    private static func different(_ words: [String]) -> String? {
        let unique = Set(words).sorted()
        return unique.count > 1 ? unique.map { "'\($0)'" }.joined(separator: " and ") : nil
    }

    private mutating func invalid(_ code: String, _ sentence: String) {
        notes.append(ValidityNote(severity: .invalid, code: code, sentence: sentence))
        invalid = sentence
    }

    // MARK: Values

    private mutating func collect() {
        let left = design.baseline.map { $0.series(of: name) }
        let right = design.other.map { $0.series(of: name) }
        var dropped = 0
        if design.matching == .paired {
            for (place, (a, b)) in zip(left, right).enumerated() {
                let isMatched = design.baseline[place].isMatched
                let groups = zip(a, b).filter { !$0.isEmpty && !$1.isEmpty }
                let first = isMatched ? groups.map(\.0) : a.filter { !$0.isEmpty }
                let second = isMatched ? groups.map(\.1) : b.filter { !$0.isEmpty }
                guard !first.isEmpty, !second.isEmpty else {
                    dropped += 1
                    continue
                }
                baselineUnits.append(first)
                otherUnits.append(second)
            }
        } else {
            let parts = [left, right].map { $0.map { $0.filter { !$0.isEmpty } }.filter { !$0.isEmpty } }
            (baselineUnits, otherUnits) = (parts[0], parts[1])
            dropped = left.count + right.count - baselineUnits.count - otherUnits.count
        }
        if dropped > 0 {
            notes.append(
                ValidityNote(
                    severity: .caution,
                    code: "metric-missing-in-units",
                    sentence: "\(dropped) \(unitNoun(dropped)) without this metric left out."
                )
            )
        }
        guard let a = Self.values(baselineUnits, options.statistic), let b = Self.values(otherUnits, options.statistic)
        else {
            invalid("no-ratio", "The \(options.statistic) of a run is 0, and a ratio to 0 says nothing.")
            return
        }
        (baseline, other) = (a, b)
        collectOrder()
        describeTooFew()
        formRatio()
        noteTwoHosts()
    }

    /// The baseline's own values inside each host, for control and drift.
    private mutating func collectOrder() {
        let isTimed = design.left.isTimed
        var hosts: [String] = []
        var groups: [String: [(value: Double, time: Double)]] = [:]
        for unit in design.controlUnits.units {
            let series = unit.series(of: name).filter { !$0.isEmpty }
            guard !series.isEmpty, let value = Self.values([series], options.statistic)?.first else { continue }
            if groups[unit.host] == nil { hosts.append(unit.host) }
            groups[unit.host, default: []].append((value, unit.started ?? 0))
        }
        for host in hosts {
            var units = groups[host] ?? []
            if isTimed {
                // Pairs stand in the order of their names; drift and control want that of time.
                units = units.enumerated().sorted { ($0.element.time, $0.offset) < ($1.element.time, $1.offset) }
                    .map(\.element)
            }
            controlValues.append(units.map(\.value))
            if isTimed, hosts.count == 1 { timed = (units.map(\.value), units.map(\.time)) }
        }
    }

    /// A quantile of a run takes as many samples as it takes for a finite interval of it.
    private mutating func describeTooFew() {
        let p: Double
        switch options.statistic {
        case .mean, .median: return
        case .quantile(let quantile): p = quantile
        }
        let summaries = (baselineUnits + otherUnits).flatMap { $0.flatMap { $0 } }
        guard let reason = Self.shortage(of: p, in: summaries) else { return }
        descriptive = "too few: \(reason)"
        notes.append(
            ValidityNote(
                severity: .caution,
                code: "too-few-samples",
                sentence:
                    "Too few for the \(options.statistic): \(reason), so it describes these runs and gives no verdict."
            )
        )
    }

    /// What a quantile lacks, in words; nil where every run has enough samples for it.
    static func shortage(of p: Double, in summaries: [SampleSummary]) -> String? {
        let have = summaries.map(\.effectiveCount).min() ?? 0
        let need = (try? QuantileRanks.samplesNeeded(quantile: p)) ?? .max
        guard have < need else { return nil }
        // Dependent samples are worth fewer, which the count of rows does not show.
        let raw = summaries.map(\.count).min() ?? 0
        return raw >= need ? "\(have) of \(need) independent samples in a run" : "\(have) of \(need) samples in a run"
    }

    /// With two hosts the interval over hosts is right and wide; the one over runs says nothing of a third host.
    private mutating func noteTwoHosts() {
        guard design.isCrossed, baseline.count == 2, let ratio else { return }
        let within = withinHosts().map { within -> String in
            let interval = within.logInterval()
            let text = ShareText(Double.expMinusOne(interval.low), Double.expMinusOne(interval.high))
            return " Over \(design.lower.rawValue)s it is \(text.low) to \(text.high), for these two hosts only."
        }
        let reach = NumberText.fixed(StudentT.quantile(0.975, df: ratio.degreesOfFreedom), 1)
        notes.append(
            ValidityNote(
                severity: .caution,
                code: "two-hosts",
                sentence:
                    "Two hosts leave one degree of freedom, so the interval is \(reach) standard errors to each side; "
                    + "a third host narrows it most.\(within ?? "")"
            )
        )
    }

    /// The ratio over the units inside the hosts, hosts taken as given.
    private func withinHosts() -> LogRatio? {
        func flat(_ units: [[[SampleSummary]]]) -> [[Double]]? {
            var hosts: [[Double]] = []
            for unit in units {
                let parts = design.lower == .boot || isMatched ? unit : unit.flatMap { $0.map { [$0] } }
                guard let values = Self.values(parts.map { [$0] }, options.statistic) else { return nil }
                hosts.append(values)
            }
            return hosts
        }
        guard let a = flat(baselineUnits), let b = flat(otherUnits) else { return nil }
        let ratio: LogRatio?
        if isMatched {
            ratio = try? LogRatio.paired(baseline: a.flatMap { $0 }, other: b.flatMap { $0 })
        } else {
            // Each host about its own level.
            let levels = zip(baseline, other).map { ($0 * $1).squareRoot() }
            let (left, right) = (zip(a, levels), zip(b, levels))
            ratio = try? LogRatio.independent(
                baseline: left.flatMap { values, level in values.map { $0 / level } },
                other: right.flatMap { values, level in values.map { $0 / level } }
            )
        }
        guard let ratio else { return nil }
        return metric.direction == .lower ? ratio : ratio.inverse
    }

    private var isMatched: Bool { design.baseline.allSatisfy(\.isMatched) }

    func unitNoun(_ count: Int) -> String {
        let noun = design.matching == .paired ? "pair" : design.level.rawValue
        return count == 1 ? noun : noun + "s"
    }

    /// One value a unit: geometric means over the runs of a boot, then over boots; nil where a run's value is 0.
    static func values(_ units: [[[SampleSummary]]], _ statistic: RunStatistic) -> [Double]? {
        var values: [Double] = []
        for unit in units {
            var boots = CompensatedSum()
            for boot in unit {
                var logs = CompensatedSum()
                for run in boot {
                    guard let value = run.value(of: statistic), value > 0 else { return nil }
                    logs.add(Double.log(value))
                }
                boots.add(logs.total / Double(boot.count))
            }
            // One run's own value, free of the logarithm's rounding.
            if unit.count == 1, unit[0].count == 1, let value = unit[0][0].value(of: statistic) {
                values.append(value)
            } else {
                values.append(Double.exp(boots.total / Double(unit.count)))
            }
        }
        return values
    }

    func logRatio(_ baseline: [Double], _ other: [Double]) throws(StatisticsError) -> LogRatio {
        let ratio =
            design.matching == .paired
            ? try LogRatio.paired(baseline: baseline, other: other)
            : try LogRatio.independent(baseline: baseline, other: other)
        return metric.direction == .lower ? ratio : ratio.inverse
    }

    private mutating func formRatio() {
        do {
            ratio = try logRatio(baseline, other)
        } catch {
            estimateOnly = estimate()
            switch error {
            case .notPositive: invalid("no-ratio", "\(error).")
            case .noSpread:
                descriptive = descriptive ?? "no spread"
                notes.append(ValidityNote(severity: .caution, code: "no-spread", sentence: "\(error)."))
            default:
                descriptive = descriptive ?? "too few \(design.level.rawValue)s"
                notes.append(ValidityNote(severity: .caution, code: "too-few", sentence: "\(error)."))
            }
        }
    }

    /// The ratio of geometric means as an overhead, which takes one unit an arm.
    private func estimate() -> Double? {
        guard !baseline.isEmpty, !other.isEmpty, (baseline + other).allSatisfy({ $0 > 0 && $0.isFinite }) else {
            return nil
        }
        func level(_ values: [Double]) -> Double {
            var sum = CompensatedSum()
            for value in values { sum.add(Double.log(value)) }
            return sum.total / Double(values.count)
        }
        let log = level(other) - level(baseline)
        let overhead = Double.expMinusOne(metric.direction == .lower ? log : -log)
        return overhead.isFinite ? overhead : nil
    }

    // MARK: Control

    /// Compares the baseline with itself: neighbours of one host in order, turned AB, BA, so that drift cancels.
    mutating func formControl(level: Double) {
        let paired = controlValues.filter { $0.count > 1 }
        let have = controlValues.count == 1 ? controlValues[0].count : paired.reduce(0) { $0 + $1.count }
        // Whole pairs of each host, so that none is of two.
        let values = paired.flatMap { $0.prefix($0.count - $0.count % 2) }
        guard values.count >= 4 else {
            control = Control.none(have: have)
            return
        }
        do {
            let pairs = try RunOrder.controlPairs(values)
            let ratio = try LogRatio.paired(baseline: pairs.baseline, other: pairs.other)
            let interval = ratio.interval(level: level)
            control =
                interval.contains(1)
                ? .passed(minimumDetectableEffect: Power.minimumDetectableEffect(ratio))
                : .failed(low: interval.low - 1, high: interval.high - 1)
        } catch .noSpread(_, _, let estimate) {
            // Copies of one value are equal to themselves; copies of one difference are not.
            control =
                abs(estimate - 1) <= 1e-14
                ? .passed(minimumDetectableEffect: 0) : .failed(low: estimate - 1, high: estimate - 1)
        } catch {
            control = Control.none(have: have)
        }
    }
}
