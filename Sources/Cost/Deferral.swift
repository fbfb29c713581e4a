package import Study

/// What putting off the planned purchase is worth, by draw.
package struct Deferral: Sendable {
    /// The expected price of the purchase at its planned date, escalator included.
    package var purchase: Double
    package var plannedDate: CalendarDate
    /// Years from the study's date to the planned purchase.
    package var plannedYears: Double
    /// Years put off; to the end of the horizon where it is not needed within it.
    package var years: ContiguousArray<Double>
    /// Years that today's platform would put it off too, by the same rule.
    package var yearsToday: ContiguousArray<Double>
    /// Share of draws in which it is not needed within the horizon.
    package var beyondHorizonShare: Double
    /// Present value: buying as planned less buying when needed, at the drifted price, plus the running cost avoided.
    package var value: ContiguousArray<Double>
}

extension CostModel {
    /// What an assignment, taken up now, makes of the planned purchase; nil without one within the horizon.
    ///
    /// The purchase is needed in the first year, from its planned one on, in which the assignment needs more hosts than
    /// are owned. Value = PV(price at the planned date) - PV(price when needed, drifted by its escalator) + PV(support,
    /// energy, space, storage and today's licences of those hosts in between). What either purchase is still worth at the
    /// end of the horizon (straight-line to its residual) is credited to it, so that never buying is not worth the price.
    package func deferral(_ assignment: [Int], _ draws: DrawTable) -> Deferral? {
        guard let expansion, let planned = study.estate.expansion, expansion.years < Double(years) else { return nil }
        var result = Deferral(
            purchase: 0,
            plannedDate: planned.date,
            plannedYears: expansion.years,
            years: [],
            yearsToday: [],
            beyondHorizonShare: 0,
            value: []
        )
        for range in draws.blocks {
            var slab = CostSlab(self, draws, range)
            guard slab.isValid(assignment) else { return nil }
            slab.appendDeferral(assignment, expansion, to: &result)
        }
        result.purchase /= Double(draws.count)
        result.beyondHorizonShare /= Double(draws.count)
        return result
    }
}

extension CostSlab {
    fileprivate mutating func appendDeferral(
        _ assignment: [Int],
        _ expansion: CompiledExpansion,
        to result: inout Deferral
    ) {
        let needed = yearlyHosts(platformsUsed(assignment))
        let neededToday = yearlyHosts(platformsUsed(model.todayAssignment))
        let horizon = Double(model.years)
        for draw in 0..<count {
            let time = firstNeed(needed, expansion, draw)
            let today = firstNeed(neededToday, expansion, draw)
            result.years.append((time ?? horizon) - expansion.years)
            result.yearsToday.append((today ?? horizon) - expansion.years)
            if time == nil { result.beyondHorizonShare += 1 }
            let price = lanes(expansion.price.input, draw, Bounds.money)
            result.purchase += price * expansion.price.growth(at: expansion.years)
            var value = presentCost(of: price, at: expansion.years, expansion, draw)
            if let time { value -= presentCost(of: price, at: time, expansion, draw) }
            value += runningBetween(expansion.years, time ?? horizon, price, expansion, draw)
            result.value.append(value)
        }
    }

    /// When hosts beyond the owned ones are needed, not before the planned date; nil when never within the horizon.
    private func firstNeed(_ hosts: ContiguousArray<Double>, _ expansion: CompiledExpansion, _ draw: Int) -> Double? {
        let first = Bounds.integer(expansion.years.rounded(.down))
        guard first < model.years else { return nil }
        for year in first..<model.years where hosts[year * count + draw] > model.ownedHosts[year] + 1e-9 {
            return max(Double(year), expansion.years)
        }
        return nil
    }

    /// Present value of a purchase less what it is still worth at the end of the horizon.
    private func presentCost(of price: Double, at time: Double, _ expansion: CompiledExpansion, _ draw: Int) -> Double {
        let life = max(1, lanes(model.finance.life, draw, Bounds.lifeYears))
        let residual = lanes(model.finance.residual, draw, Bounds.share)
        let paid = price * expansion.price.growth(at: time)
        let cohort = Cohort(time: time, hosts: 0, servers: paid, network: 0, life: life)
        let end = min(Double(model.years), time + life)
        return paid * discount(time, draw) - cohort.worth(at: end, residual: residual) * discount(end, draw)
    }

    private func discount(_ time: Double, _ draw: Int) -> Double {
        Annuity.discount(time, rate: lanes(model.finance.rate, draw, Bounds.rate))
    }

    /// Present value of what the hosts would have cost to run from one time to another.
    private func runningBetween(
        _ from: Double,
        _ to: Double,
        _ price: Double,
        _ expansion: CompiledExpansion,
        _ draw: Int
    ) -> Double {
        guard to > from else { return 0 }
        let hosts = expansion.gpus / model.host.gpus
        let support =
            price * expansion.price.growth(at: from) * lanes(model.finance.support, draw, 0...10)
        var sum = 0.0
        for year in 0..<model.years {
            let share = min(to, Double(year + 1)) - max(from, Double(year))
            guard share > 0 else { continue }
            let at = year * count + draw
            var annual = support + hosts * runningAnnual[at] + expansion.gpus * storageAnnual[at]
            for licence in model.terms[model.today].licences {
                annual +=
                    hosts * licence.unitsPerHost * licence.price.growth[year]
                    * lanes(licence.price.input, draw, Bounds.money)
            }
            sum += share * annual * discount(Double(year + 1), draw)
        }
        return sum
    }
}
