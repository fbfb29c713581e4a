import Cost
import Documents
import Probability
import RealModule
import Study

/// What each measurement is worth before choosing, in money over the horizon; the most valuable ones.
struct MeasurementWorth: Sendable {
    let preparation: Preparation
    let pricer: Pricer
    let selection: Selection

    /// Draws that information is valued on, and how many measurements are named.
    static let draws = 32_768
    static let named = 3

    /// What one group is worth.
    private struct Worth: Sendable {
        var value = Estimated(value: 0, standardError: 0)
        /// Share of the variance of the cost difference that the group explains.
        var explained = 0.0

        /// The worth, 0 where it is not above its error.
        var rank: Double { value.value > 2 * value.standardError ? value.value : 0 }
    }

    /// Three measurements, most valuable first.
    ///
    /// A worth that is not above its error is 0, and comes after every other. Always three, even where nothing is to be gained: those come by how much of the cost difference they explain, then
    /// in the documented order.
    func measurements() async -> [MeasurementValue] {
        let count = min(MeasurementWorth.draws, selection.costs.draws)
        let costs = selection.rivalCosts
        let table = pricer.table
        let model = pricer.model
        let groups = MeasurementWorth.distinct(MeasurementGroup.all(of: preparation.study))
        let target = MeasurementWorth.target(costs, draws: count)
        let values = await Sweep.map(groups) { group in
            let columns = group.inputs.compactMap { key in
                model.input(key).flatMap(table.column).map { $0.prefix(count) }
            }
            guard let index = MeasurementWorth.index(columns, target: target) else { return Worth() }
            let worth = PerfectInformation(of: index, costs: costs, chosen: 0).value
            return Worth(value: worth, explained: MeasurementWorth.explained(index, target))
        }
        let months = presentMonths
        let ranked = values.indices.sorted { left, right in
            let a = values[left]
            let b = values[right]
            if a.rank != b.rank { return a.rank > b.rank }
            return a.explained != b.explained ? a.explained > b.explained : left < right
        }
        return ranked.prefix(MeasurementWorth.named).map { place in
            let value = values[place].value
            let group = groups[place]
            let isNothing = value.value <= 2 * value.standardError
            let monthly = isNothing ? 0 : value.value
            return MeasurementValue(
                title: group.title,
                inputs: group.inputs,
                valueOverHorizon: Estimated(value: monthly * months, standardError: value.standardError * months),
                valuePerMonth: monthly,
                command: group.command,
                reason: isNothing ? "Nothing to gain within the error of the draws. \(group.reason)" : group.reason
            )
        }
    }

    /// Present value of one unit a month over the horizon, at the expected cost of capital.
    private var presentMonths: Double {
        let step = 1 / (1 + max(-0.5, preparation.study.finance.costOfCapital.distribution.mean))
        var factor = 1.0
        var sum = 0.0
        for _ in 0..<pricer.model.years {
            factor *= step
            sum += factor
        }
        return 12 * sum
    }

    /// Groups without those that settle the same first input as an earlier one (a licence that two platforms share).
    static func distinct(_ groups: [MeasurementGroup]) -> [MeasurementGroup] {
        var seen: Set<String> = []
        return groups.filter { group in group.inputs.first.map { seen.insert($0).inserted } ?? false }
    }

    /// What the choice costs above its strongest rival, draw by draw.
    private static func target(_ costs: CostColumns, draws: Int) -> [Double] {
        guard costs.count > 1 else { return [] }
        return (0..<min(draws, costs.draws)).map { costs[0, $0] - costs[1, $0] }
    }

    /// Squared correlation of an index with the target.
    private static func explained(_ index: [Double], _ target: [Double]) -> Double {
        let draws = min(index.count, target.count)
        let a = Spread.mean(index.prefix(draws))
        let b = Spread.mean(target.prefix(draws))
        var (cross, left, right) = (0.0, 0.0, 0.0)
        for (x, y) in zip(index, target) {
            cross += (x - a) * (y - b)
            left += (x - a) * (x - a)
            right += (y - b) * (y - b)
        }
        return left > 0 && right > 0 ? cross * cross / (left * right) : 0
    }

    /// One number for what a group's inputs say together: their linear combination that follows the target best.
    ///
    /// Inputs are independent, so each weight is its own regression slope. Knowing the combination is less than knowing
    /// its parts: the value is a lower bound for groups of several inputs. Nothing when no input of the group varies.
    static func index(_ columns: [ArraySlice<Double>], target: [Double]) -> [Double]? {
        guard let first = columns.first else { return nil }
        guard columns.count > 1 else { return Array(first) }
        let draws = min(target.count, columns.map(\.count).min() ?? 0)
        guard draws > 1 else { return Array(first) }
        let meanTarget = Spread.mean(target.prefix(draws))
        var index = [Double](repeating: 0, count: draws)
        for column in columns {
            let mean = Spread.mean(column.prefix(draws))
            var cross = 0.0
            var squares = 0.0
            for (value, wanted) in zip(column, target) {
                cross += (value - mean) * (wanted - meanTarget)
                squares += (value - mean) * (value - mean)
            }
            guard squares > 0 else { continue }
            let slope = cross / squares
            for (draw, value) in column.prefix(draws).enumerated() { index[draw] += slope * (value - mean) }
        }
        return index
    }
}
