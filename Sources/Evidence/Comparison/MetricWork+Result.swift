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
        notes += correctionNote()
        if let drift, drift.low > 0 || drift.high < 0 {
            notes.append(
                ValidityNote(
                    severity: .caution,
                    code: "drift",
                    sentence:
                        "The baseline drifts by \(ShareText.one(drift.estimate, signed: true)) from its first "
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
            bootstrap: bootstrap(),
            estimateOnly: estimateOnly,
            descriptiveBecause: descriptive
        )
    }

    /// What a correction for several metrics made of an interval that excludes zero.
    private func correctionNote() -> [ValidityNote] {
        guard let ratio, let adjustedPValue, invalid == nil, descriptive == nil else { return [] }
        let interval = ratio.logInterval()
        guard interval.low > 0 || interval.high < 0, adjustedPValue > 0.05 else { return [] }
        return [
            ValidityNote(
                severity: .note,
                code: "corrected",
                sentence: "The 95 % interval excludes zero, but among so many metrics that is no finding: "
                    + "p is \(NumberText.significant(ratio.pValue, 2)), and \(NumberText.significant(adjustedPValue, 2)) after "
                    + "the correction (\(adjustment))."
            )
        ]
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
            let text = ShareText(low, high)
            let interval = "\(text.low) to \(text.high)"
            return .invalid(
                reason:
                    "The A/A control failed: the baseline differs from itself by \(interval), so the environment drifts."
            )
        }
        guard let ratio, descriptive == nil else { return .inconclusive(morePairs: nil) }
        let interval = ratio.logInterval()
        let excludesZero = interval.low > 0 || interval.high < 0
        if let margin = options.margin, (try? Equivalence.holds(ratio, margin: margin)) == true {
            return .equivalent(margin: margin, detectable: excludesZero)
        }
        // Of several metrics, one is a finding only after the correction.
        if excludesZero, adjustedPValue ?? 1 <= 0.05 {
            return interval.low > 0 ? .overhead : .faster
        }
        return .inconclusive(morePairs: morePairs(ratio))
    }

    /// About how many more pairs would settle it, at the level that the correction leaves to this metric.
    private func morePairs(_ ratio: LogRatio) -> Int? {
        let plain = (try? Power.morePairs(ratio, margin: options.margin)) ?? nil
        guard let adjustedPValue, ratio.pValue > 0, adjustedPValue > 1.0001 * ratio.pValue else { return plain }
        // At p = 1 the factor is cut off; no number of pairs can be named for a difference then.
        let share = ratio.pValue / adjustedPValue
        let toDetect = CorrectedPower.pairsToDetect(
            effect: ratio.mean,
            sd: ratio.standardDeviation,
            level: 0.05 * share
        )
        var need = toDetect
        if let margin = options.margin {
            let equal = (try? Power.pairsNeeded(sd: ratio.standardDeviation, margin: margin, effect: ratio.mean)) ?? nil
            need = [need, equal].compactMap { $0 }.min()
        }
        let have =
            switch ratio.matching {
            case .paired(let pairs): pairs
            case .independent(let a, let b): min(a, b)
            }
        return need.map { max(1, $0 - have) }
    }

    /// Where all runs are timed and of one host: an order in a file is not one in time, and hosts differ.
    private func drift() -> Effect? {
        guard let timed, let interval = try? Drift.estimate(timed.values, times: timed.times) else { return nil }
        return Effect(
            estimate: interval.estimate - 1,
            low: interval.low - 1,
            high: interval.high - 1,
            level: interval.level,
            method:
                "least squares on logs over the baseline's \(timed.values.count) \(design.controlUnits.level.rawValue)s"
        )
    }

    // MARK: Further statistics

    private func secondary() -> [SecondaryEffect] {
        let summaries = (baselineUnits + otherUnits).flatMap { $0.flatMap { $0 } }
        guard invalid == nil, !summaries.isEmpty, summaries.contains(where: { $0.count > 1 }) else { return [] }
        return options.quantiles.compactMap { p in
            // The bad tail of a rate is the low one: p1 stands for the worst 1 %.
            let p = metric.direction == .higher && p > 0.5 ? ((1 - p) * 1e12).rounded() / 1e12 : p
            let statistic: RunStatistic = p == 0.5 ? .median : .quantile(p)
            return statistic == options.statistic ? nil : secondary(statistic, p, summaries)
        }
    }

    private func secondary(_ statistic: RunStatistic, _ p: Double, _ summaries: [SampleSummary]) -> SecondaryEffect {
        let reason = Self.shortage(of: p, in: summaries)
        func none(_ words: String) -> SecondaryEffect {
            SecondaryEffect(statistic: statistic, effect: nil, descriptiveBecause: reason, noneBecause: words)
        }
        guard let a = MetricWork.values(baselineUnits, statistic), let b = MetricWork.values(otherUnits, statistic)
        else {
            return none("a run's is not above 0, and a ratio to that says nothing")
        }
        let ratio: LogRatio
        do { ratio = try logRatio(a, b) } catch {
            switch error {
            case .notPositive: return none("a run's is not above 0, and a ratio to that says nothing")
            case .noSpread: return none("no spread, all runs of an arm agree exactly")
            default: return none("too few \(design.level.rawValue)s")
            }
        }
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
