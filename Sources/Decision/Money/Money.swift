import Cost
import Documents
import Estate
import Study

/// The money around the choice: when to change, what kind of saving it is, and what became of the planned purchase.
struct Money: Sendable {
    let preparation: Preparation
    let selection: Selection
    /// Draws of the cash flows: the first of those of the decision.
    let table: DrawTable

    /// Draws that cash flows are computed on.
    static let draws = 8_192

    /// Everything that cash flows say.
    struct Figures: Sendable {
        var timing: [TimingOption]
        var savings: [Saving]
        var deferral: DeferralValue?
        var cloud: Spread?
    }

    /// All of it, on the same draws.
    func figures() -> Figures {
        Figures(timing: timing(), savings: savings(), deferral: deferral(), cloud: cloud())
    }

    private var model: CostModel { preparation.model }
    private var isStay: Bool { selection.chosen == preparation.space.today }

    /// 'Stay', 'switch now', 'switch at renewal', in this order.
    func timing() -> [TimingOption] {
        guard let stay = model.cash(preparation.space.today, timing: .stay, table) else { return [] }
        return CashTiming.allCases.map { timing in
            let flow = timing == .stay ? stay : isStay ? nil : model.cash(selection.chosen, timing: timing, table)
            guard let flow else {
                return TimingOption(
                    kind: kind(timing),
                    netPresentCost: Spread(certain: 0),
                    netPresentValue: Spread(certain: 0),
                    cashByYear: [],
                    unavailableBecause: unavailable(timing)
                )
            }
            let byYear = flow.byYear.enumerated().map { year, values in
                Spread(draws: year == 0 ? zip(values, flow.upfront).map { $0 + $1 } : Array(values))
            }
            return TimingOption(
                kind: kind(timing),
                netPresentCost: Spread(draws: Array(flow.present)),
                netPresentValue: Spread(draws: zip(stay.present, flow.present).map { $0 - $1 }),
                paybackYears: timing == .stay ? nil : model.payback(stay: stay, change: flow),
                cashByYear: byYear,
                unavailableBecause: timing == .stay && !preparation.space.isTodayEligible
                    ? "today's placement does not meet the declared needs; shown as the reference" : nil
            )
        }
    }

    private func kind(_ timing: CashTiming) -> TimingOption.Kind {
        switch timing {
        case .stay: .stay
        case .switchNow: .switchNow
        case .switchAtRenewal: .switchAtRenewal
        }
    }

    private func unavailable(_ timing: CashTiming) -> String {
        if isStay { return "nothing to switch: the choice is what runs today" }
        guard let renewal = preparation.study.estate.renewal else { return "the study names no renewal date" }
        return timing == .switchAtRenewal
            ? "the renewal on \(renewal) is not within the horizon" : "its cash flow cannot be computed"
    }

    /// From today's cost to the chosen one by group, a month or for each useful GPU-hour.
    static func waterfalls(
        _ preparation: Preparation,
        _ chosen: [Int],
        _ before: CostBreakdown?,
        _ after: CostBreakdown?
    ) -> (perMonth: Waterfall, perUsefulGPUHour: Waterfall?) {
        let currency = preparation.study.currency
        let from = "Today: \(preparation.title(preparation.space.today))"
        let to = "Chosen: \(preparation.title(chosen))"
        func titled(_ perHour: Bool, _ unit: String) -> Waterfall? {
            guard let before, let after,
                let found = CostWaterfall(from: before, to: after, perUsefulGPUHour: perHour)
            else { return nil }
            // What rounding leaves of two equal sums is no step.
            let dust = 1e-9 * max(abs(found.start), abs(found.end))
            return Waterfall(
                startTitle: from,
                start: found.start,
                steps: found.steps.map {
                    Waterfall.Step(group: $0.group, amount: abs($0.amount) <= dust ? 0 : $0.amount)
                },
                endTitle: to,
                end: found.end,
                unit: unit
            )
        }
        let unit = "\(currency) per month"
        let empty = Waterfall(startTitle: from, start: 0, steps: [], endTitle: to, end: 0, unit: unit)
        return (titled(false, unit) ?? empty, titled(true, "\(currency) per useful GPU-hour"))
    }

    /// What the choice saves against today, each with its kind; none when it is today's.
    func savings() -> [Saving] {
        guard !isStay, let savings = model.savings(selection.chosen, table) else { return [] }
        return savings.map { saving in
            let hours = saving.gpuHoursPerMonth.map { Spread(draws: Array($0)).mean }
            return Saving(
                kind: kind(saving.kind),
                title: saving.title,
                perMonth: Spread(draws: Array(saving.perMonth)),
                gpuHoursPerMonth: hours
            )
        }
    }

    private func kind(_ kind: SavingKind) -> Saving.Kind {
        switch kind {
        case .cash: .cash
        case .deferredPurchase: .deferredPurchase
        case .capacityOnly: .capacityOnly
        }
    }

    /// What the choice makes of the planned purchase; absent without one within the horizon.
    func deferral() -> DeferralValue? {
        guard let found = model.deferral(selection.chosen, table) else { return nil }
        let years = Spread(draws: Array(found.years))
        let today = Spread(draws: Array(found.yearsToday))
        // Staying may put it off too: only what the choice adds to that is to its credit.
        let staying = isStay ? found : model.deferral(preparation.space.today, table)
        let gross = Spread(draws: Array(found.value))
        let value = staying.map { Spread(draws: zip(found.value, $0.value).map { $0 - $1 }) } ?? gross
        let currency = preparation.study.currency
        let isBeyond = found.beyondHorizonShare > 0.5
        let price = amountText(found.purchase, currency)
        let what = "The purchase of \(price) planned for \(found.plannedDate)"
        let sentence: String
        if years.p90 <= 0 {
            sentence = "\(what) is needed when planned; nothing is put off."
        } else {
            let howLong =
                isBeyond
                ? "is not needed within the horizon" : "can wait \(NumberText.fixed(years.mean, 1)) years on average"
            let whole =
                "Not buying it then is worth \(amountText(gross.mean, currency)) in present value: the price less what the "
                + "hosts would still be worth and less the later purchase at its drifted price, and the running cost "
                + "avoided (power, space, support, storage, licences), not \(price)"
            let net =
                today.p90 > 0.05 || isStay
                ? "Staying puts it off by \(NumberText.fixed(today.mean, 1)) years as well, so the choice itself is worth "
                    + "\(amountText(value.mean, currency)) of that; " + lower(whole) + "."
                : whole + "."
            sentence = "\(what) \(howLong). \(net)"
        }
        return DeferralValue(
            purchase: found.purchase,
            plannedDate: found.plannedDate,
            years: years,
            isBeyondHorizon: isBeyond,
            value: value,
            grossValue: gross,
            sentence: sentence
        )
    }

    private func lower(_ sentence: String) -> String { sentence.prefix(1).lowercased() + sentence.dropFirst() }

    /// A cloud by the hour for the same work; absent when no price is known.
    func cloud() -> Spread? {
        model.cloud(table).map { Spread(draws: Array($0)) }
    }
}

extension Preparation {
    /// An assignment as people say it: `bare metal`, or `9 on bare metal, 3 on VM, passthrough`.
    func words(_ assignment: [Int]) -> String {
        var counts: [(model: DeploymentModel, count: Int)] = []
        for model in models(assignment) {
            if let place = counts.firstIndex(where: { $0.model == model }) {
                counts[place].count += 1
            } else {
                counts.append((model, 1))
            }
        }
        guard counts.count > 1 else { return counts.first?.model.words ?? "nothing" }
        return listed(counts.map { "\($0.count) on \($0.model.words)" })
    }

    /// An assignment in words: its models joined by ` + `, one where all are the same.
    func title(_ assignment: [Int]) -> String {
        let models = models(assignment).map(\.rawValue)
        guard let first = models.first, !models.allSatisfy({ $0 == first }) else { return models.first ?? "nothing" }
        return models.joined(separator: " + ")
    }
}
