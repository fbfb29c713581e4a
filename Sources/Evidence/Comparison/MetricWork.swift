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
    /// What was seen of the baseline in order, matched or not, for control and drift.
    private(set) var baselineOrder: [Double] = []
    private(set) var baselineTimes: [Double]?
    /// Speed of the baseline over that of the other arm, on logarithms.
    private(set) var ratio: LogRatio?
    private(set) var control: Control?
    var adjustedPValue: Double?
    var adjustment = "none"

    init(
        _ name: String,
        _ left: ArmView,
        _ right: ArmView,
        _ design: ComparisonDesign,
        _ options: ComparisonOptions
    ) {
        self.name = name
        self.design = design
        self.options = options
        let declared = left.declarations(of: name) + right.declarations(of: name)
        metric = declared.first ?? Metric(name: name, unit: "", direction: .lower)
        isConfirmatory = declared.allSatisfy { $0.role == .confirmatory }
        notes = ComparisonGate.notes(left, right, metric: metric)
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
            for (a, b) in zip(left, right) {
                guard !a.isEmpty, !b.isEmpty else {
                    dropped += 1
                    continue
                }
                baselineUnits.append(a)
                otherUnits.append(b)
            }
        } else {
            baselineUnits = left.filter { !$0.isEmpty }
            otherUnits = right.filter { !$0.isEmpty }
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
        let kept = zip(design.baseline, left).filter { !$0.1.isEmpty }
        baselineOrder = Self.values(kept.map(\.1), options.statistic) ?? []
        let times = kept.compactMap(\.0.started)
        baselineTimes = times.count == baselineOrder.count ? times : nil
        if let times = baselineTimes {
            // Pairs stand in the order of their names; drift and control want that of time.
            let order = times.indices.sorted { (times[$0], $0) < (times[$1], $1) }
            baselineOrder = order.map { baselineOrder[$0] }
            baselineTimes = order.map { times[$0] }
        }
        formRatio()
    }

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
            switch error {
            case .notPositive: invalid("no-ratio", "\(error).")
            case .noSpread: notes.append(ValidityNote(severity: .caution, code: "no-spread", sentence: "\(error)."))
            default: notes.append(ValidityNote(severity: .caution, code: "too-few", sentence: "\(error)."))
            }
        }
    }

    // MARK: Control

    /// Compares the baseline with itself: neighbours in order, turned AB, BA, so that drift cancels.
    mutating func formControl(level: Double) {
        guard baselineOrder.count >= 4 else {
            control = Control.none(have: baselineOrder.count)
            return
        }
        do {
            let pairs = try RunOrder.controlPairs(baselineOrder)
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
            control = Control.none(have: baselineOrder.count)
        }
    }
}
