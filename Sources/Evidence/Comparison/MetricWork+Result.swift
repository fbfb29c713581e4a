internal import Documents
internal import Probability
internal import RealModule

extension SampleSummary {
    /// What of the run a comparison uses.
    func value(of statistic: RunStatistic) -> Double? {
        switch statistic {
        case .mean: mean
        case .median: quantile(0.5)
        case .quantile(let p): quantile(p)
        }
    }
}

extension MetricWork {
    /// The metric's comparison, once p-values are adjusted and the control of the arm is known.
    func result(shared: [ValidityNote], control armControl: Control) -> MetricComparison {
        var notes = self.notes
        let drift = drift()
        if let drift, drift.low > 0 || drift.high < 0 {
            notes.append(
                ValidityNote(
                    severity: .caution,
                    code: "drift",
                    sentence:
                        "The baseline drifts by \(NumberText.percent(drift.estimate, signed: true)) from its first "
                        + "to its last \(design.level.rawValue)."
                )
            )
        }
        return MetricComparison(
            name: name,
            unit: metric.unit,
            direction: metric.direction,
            statistic: options.statistic,
            isConfirmatory: isConfirmatory,
            baselineValues: baseline,
            otherValues: other,
            overhead: ratio.map { effect($0) },
            verdict: verdict(shared, armControl),
            validity: notes,
            secondary: secondary(),
            adjustedPValue: adjustedPValue,
            adjustment: adjustment,
            minimumDetectableEffect: ratio.map { Power.minimumDetectableEffect($0) },
            drift: drift,
            control: control,
            degreesOfFreedom: ratio?.degreesOfFreedom,
            bootstrap: bootstrap()
        )
    }

    private func effect(_ ratio: LogRatio, suffix: String = "") -> Effect {
        // Of the logarithm, so that a small overhead keeps its digits.
        let interval = ratio.logInterval()
        let method =
            switch ratio.matching {
            case .paired(let pairs): "paired t on log ratios, \(pairs) pairs"
            case .independent(let a, let b): "Welch t on log ratios, \(a) and \(b) \(design.level.rawValue)s"
            }
        return Effect(
            estimate: Double.expMinusOne(interval.estimate),
            low: Double.expMinusOne(interval.low),
            high: Double.expMinusOne(interval.high),
            level: interval.level,
            method: method + suffix
        )
    }

    private func verdict(_ shared: [ValidityNote], _ armControl: Control) -> Verdict {
        if let invalid { return .invalid(reason: invalid) }
        if options.gate, let note = (shared + notes).first(where: { $0.severity == .invalid }) {
            return .invalid(reason: note.sentence)
        }
        if case .failed(let low, let high) = armControl {
            let interval = "\(NumberText.percent(low, signed: true)) to \(NumberText.percent(high, signed: true))"
            return .invalid(
                reason:
                    "The A/A control failed: the baseline differs from itself by \(interval), so the environment drifts."
            )
        }
        guard let ratio else { return .inconclusive(morePairs: nil) }
        let interval = ratio.logInterval()
        let excludesZero = interval.low > 0 || interval.high < 0
        if let margin = options.margin, (try? Equivalence.holds(ratio, margin: margin)) == true {
            return .equivalent(margin: margin, detectable: excludesZero)
        }
        // Of several metrics, one is a finding only after the correction.
        if excludesZero, adjustedPValue ?? 1 <= 0.05 {
            return interval.low > 0 ? .overhead : .faster
        }
        return .inconclusive(morePairs: (try? Power.morePairs(ratio, margin: options.margin)) ?? nil)
    }

    private func drift() -> Effect? {
        guard let interval = try? Drift.estimate(baselineOrder, times: baselineTimes) else { return nil }
        return Effect(
            estimate: interval.estimate - 1,
            low: interval.low - 1,
            high: interval.high - 1,
            level: interval.level,
            method: "least squares on logs over the baseline's \(baselineOrder.count) \(design.level.rawValue)s"
        )
    }

    // MARK: Further statistics

    private func secondary() -> [SecondaryEffect] {
        let summaries = (baselineUnits + otherUnits).flatMap { $0.flatMap { $0 } }
        guard invalid == nil, !summaries.isEmpty, summaries.contains(where: { $0.count > 1 }) else { return [] }
        return options.quantiles.compactMap { p in
            let statistic: RunStatistic = p == 0.5 ? .median : .quantile(p)
            return statistic == options.statistic ? nil : secondary(statistic, p, summaries)
        }
    }

    private func secondary(_ statistic: RunStatistic, _ p: Double, _ summaries: [SampleSummary]) -> SecondaryEffect {
        let have = summaries.map(\.effectiveCount).min() ?? 0
        let need = (try? QuantileRanks.samplesNeeded(quantile: p)) ?? .max
        // Dependent samples are worth fewer, which the count of rows does not show.
        let raw = summaries.map(\.count).min() ?? 0
        let worth =
            raw >= need ? "\(have) of \(need) independent samples in a run" : "\(have) of \(need) samples in a run"
        let reason = have < need ? worth : nil
        guard let a = MetricWork.values(baselineUnits, statistic), let b = MetricWork.values(otherUnits, statistic),
            let ratio = try? logRatio(a, b)
        else { return SecondaryEffect(statistic: statistic, effect: nil, descriptiveBecause: reason) }
        let fromHistogram = summaries.contains { !$0.hasAllSamples }
        let suffix = fromHistogram ? "; quantiles of histograms, within 0.05 %" : ""
        return SecondaryEffect(statistic: statistic, effect: effect(ratio, suffix: suffix), descriptiveBecause: reason)
    }

    /// The most values that a draw of the bootstrap goes through.
    private static let bootstrapValues = 40_000

    private func bootstrap() -> Effect? {
        let fewest = Bootstrap.recommendedRuns
        guard options.bootstrapDraws > 0, isConfirmatory, invalid == nil, options.statistic == .mean,
            design.level == .run, baselineUnits.count >= fewest, otherUnits.count >= fewest
        else { return nil }
        // A draw costs by the number of values, so many runs have longer blocks.
        let runs = (baselineUnits + otherUnits).reduce(0) { $0 + $1.reduce(0) { $0 + $1.count } }
        let most = max(10, Self.bootstrapValues / max(1, runs))
        func series(_ units: [[[SampleSummary]]]) -> [[Double]] {
            units.flatMap { $0.flatMap { $0 } }.map { run in
                run.hasAllSamples && run.count <= most
                    ? run.samples.values : run.blocks.wholeMeans(most, count: run.count)
            }
        }
        let found = try? Bootstrap(draws: options.bootstrapDraws).ratio(
            baseline: series(baselineUnits),
            other: series(otherUnits),
            statistic: .mean,
            matched: design.matching == .paired
        )
        guard let found else { return nil }
        let interval = found.interval
        let isTime = metric.direction == .lower
        return Effect(
            estimate: (isTime ? interval.estimate : 1 / interval.estimate) - 1,
            low: (isTime ? interval.low : 1 / interval.high) - 1,
            high: (isTime ? interval.high : 1 / interval.low) - 1,
            level: interval.level,
            method: "BCa bootstrap of means over \(baselineUnits.count) and \(otherUnits.count) runs, then blocks of "
                + "\(found.blockLength), \(options.bootstrapDraws) draws"
        )
    }
}
