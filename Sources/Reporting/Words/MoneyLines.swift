import Cost
import Decision
import Documents
import Estate
import Evidence
import Study

/// One amount of the first screen: what it is, how much, and how far it spreads.
struct MoneyLine {
    var words: String
    var amount: Double
    /// P10 to P90, or what stands in its place.
    var range: String
}

extension Page {
    /// What the difference against today is made of: cash, purchases put off, and people's time, which is no cash.
    ///
    /// Empty where today is the choice, since the difference is then against an alternative.
    var savingParts: [MoneyLine] {
        guard let today = today?.assignment, !today.isChosen, !result.savings.isEmpty else { return [] }
        let isDearer = today.differencePerMonth.mean < 0
        let sign: Double = isDearer ? -1 : 1
        func line(_ words: String, _ parts: [Saving]) -> MoneyLine? {
            guard !parts.isEmpty else { return nil }
            let mean = sign * parts.reduce(0) { $0 + $1.perMonth.mean }
            guard parts.count == 1, let spread = parts.first?.perMonth else {
                return MoneyLine(words: words, amount: mean, range: "\(parts.count) parts")
            }
            let ends = isDearer ? (-spread.p90, -spread.p10) : (spread.p10, spread.p90)
            let range = Spread(p10: ends.0, p50: sign * spread.p50, p90: ends.1, mean: mean)
            return MoneyLine(words: words, amount: mean, range: Figures.range(range))
        }
        let cash = result.savings.filter { $0.kind == .cash }
        let deferred = result.savings.filter { $0.kind == .deferredPurchase }
        var lines = [
            line("of it cash", cash), line("of it purchases put off", deferred),
            line("of it time of people who wait: no cash", waitingSavings),
        ].compactMap(\.self)
        // Purchases are levelised in the headline and paid when they fall due here; the draws are fewer too.
        let rest = sign * today.differencePerMonth.mean - lines.reduce(0) { $0 + $1.amount }
        if rest.magnitude > 0.02 * today.differencePerMonth.mean.magnitude {
            lines.append(MoneyLine(words: "of it timing: levelised, not as paid", amount: rest, range: ""))
        }
        return lines
    }

    /// Time of people, which is worth something and lowers no bill.
    private var waitingSavings: [Saving] {
        result.savings.filter { $0.kind == .capacityOnly && $0.gpuHoursPerMonth == nil }
    }

    /// Owned GPU-hours set free: beside the difference, never part of it.
    var freedCapacity: MoneyLine? {
        let parts = result.savings.filter { $0.kind == .capacityOnly && ($0.gpuHoursPerMonth ?? 0) >= 0.5 }
        guard !parts.isEmpty else { return nil }
        let hours = parts.reduce(0) { $0 + ($1.gpuHoursPerMonth ?? 0) }
        return MoneyLine(
            words: "Beside it, owned GPU-hours set free: no cash",
            amount: parts.reduce(0) { $0 + $1.perMonth.mean },
            range: "\(Figures.number(hours)) GPU-hours a month"
        )
    }

    /// The cloud by the hour, where a price is known.
    var cloud: MoneyLine? {
        result.cloudPerMonth.map {
            MoneyLine(words: "A cloud by the hour, for comparison", amount: $0.mean, range: Figures.range($0))
        }
    }

    /// That the choice, or today, needs more hosts than are owned, and what makes it so; nil where the owned ones do.
    var hostsNeeded: String? {
        guard let chosen = chosen?.assignment else { return nil }
        let study = result.study
        let owned = study.estate.hosts.reduce(0.0) { $0 + Double($1.count) }
        let needed = chosen.platforms.reduce(0.0) { $0 + Double($1.hosts) }
        guard owned > 0, needed > owned else { return nil }
        let gpus = chosen.platforms.reduce(0) { $0 + $1.gpusNeeded }
        let peaks = study.workloads.compactMap { workload -> String? in
            guard let spread = anchors.spread(workload.peakToMean.key), spread.mean > 1 else { return nil }
            let word = anchors.provenance(workload.peakToMean.key).map { " (\(Words.kind(of: $0)))" } ?? ""
            return "\(workload.name) \(Figures.number(spread.mean)) times its mean\(word)"
        }
        let shown = peaks.prefix(3).joined(separator: ", ") + (peaks.count > 3 ? " and \(peaks.count - 3) more" : "")
        let replay = result.replay.map { "so many are needed for \($0.promise), as replayed; " }
        let because = replay != nil ? replay ?? "" : peaks.isEmpty ? "" : "peaks are provided for: \(shown); "
        let before = today.map { $0.assignment.platforms.reduce(0.0) { $0 + Double($1.hosts) } }
        let same =
            chosen.isToday
            ? "" : before.map { " Today's placement would need \(NumberText.grouped($0)) by the same rule." } ?? ""
        return
            "In the first year the choice needs \(NumberText.grouped(needed)) hosts where \(NumberText.grouped(owned)) "
            + "\(owned == 1 ? "is" : "are") owned, and the rest is bought: \(because)"
            + "\(Figures.number(gpus)) GPUs\(replay == nil ? " at the peak" : "") are rounded up to whole hosts.\(same)"
    }

    /// Whether knowing it better could change the choice at all.
    func isWorth(_ measurement: MeasurementValue) -> Bool { measurement.valueOverHorizon.value >= 0.5 }

    /// The worth of a measurement in words.
    func worth(_ measurement: MeasurementValue) -> String {
        isWorth(measurement)
            ? "worth up to \(figures.money(measurement.valueOverHorizon.value)) over the horizon"
            : "nothing to gain by itself, whatever it shows"
    }

    /// What stands above the list of measurements: the order, or that none could change the choice.
    var measurementsLead: String {
        result.measurements.contains(where: isWorth) ? "Most valuable first." : Words.nothingToMeasure
    }

    /// The word for how an overhead entered: where each arm is one host, that the hosts differ.
    func overheadKind(_ option: WorkloadOption, of workload: String) -> String {
        let word = Words.kind(of: option.overheadProvenance)
        guard case .measured = option.overheadProvenance else { return option.overheadProvenance.qualifiedWord }
        let isConfounded = result.comparisons.contains {
            $0.workload == workload && $0.model == option.model && !$0.isComponent && $0.comparison.hostsConfounded
        }
        let job = option.overheadProvenance.jobCaution.map { ", \($0)" } ?? ""
        return (isConfounded ? "\(word), hosts differ" : word) + job
    }

    /// The study's notes once, whether or not the decision repeats them.
    var notes: [String] {
        var seen: Set<String> = []
        return (result.notes + result.study.notes).filter { seen.insert($0).inserted }
    }
}
