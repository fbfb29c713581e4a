/// When an assignment takes effect.
package enum CashTiming: String, Sendable, Hashable, CaseIterable {
    /// Today's platform carries everything; the assignment is not looked at.
    case stay
    case switchNow = "switch-now"
    case switchAtRenewal = "switch-at-renewal"
}

/// What a cash flow is for.
package enum CashPart: Int, Sendable, Hashable, CaseIterable {
    case licences
    case people
    /// Support, energy, space and storage of hosts in service.
    case running
    /// Setup, migration and parallel running.
    case change
    /// Hosts bought within the horizon, less what they fetch or are still worth.
    case purchases
}

/// What is paid, and when: cash only.
///
/// Hardware owned today is sunk and its resale is the same whatever is chosen, so neither appears; the time of people
/// who wait is not paid and does not appear. Amounts of a year fall at its end, except purchases (at their date) and
/// change (at the switch). Nominal money, escalators included.
package struct CashFlow: Sendable {
    /// Paid at the start, by draw: change when the switch is now, and purchases of the first day.
    package var upfront: ContiguousArray<Double>
    /// Paid in each year, by draw, beside what is paid upfront.
    ///
    /// The last year is credited with what bought hosts are still worth.
    package var byYear: [ContiguousArray<Double>]
    /// Present value of all of it, by draw.
    package var present: ContiguousArray<Double>
    /// Present value of each part, in the order of `CashPart`, by draw; sums to `present`.
    package var presentByPart: [ContiguousArray<Double>]

    /// Mean flow at the start and of each year.
    package var means: (upfront: Double, byYear: [Double]) {
        (mean(upfront), byYear.map(mean))
    }

    private func mean(_ values: ContiguousArray<Double>) -> Double {
        values.isEmpty ? 0 : values.reduce(0, +) / Double(values.count)
    }
}

extension CostModel {
    /// The cash that an assignment costs over the horizon, by draw; nil when it cannot be.
    ///
    /// `switchAtRenewal` needs a renewal after the first day and within the horizon. Purchases: hosts are bought when
    /// those in service are too few at the start of a year, and replaced at the end of their life. A planned expansion is
    /// bought at its date unless capacity suffices, and later when it no longer does; until its date a shortage is lived
    /// with, as it is today. The rule is the same for staying, so a switch is not credited with what staying would save too.
    package func cash(_ assignment: [Int], timing: CashTiming, _ draws: DrawTable) -> CashFlow? {
        let start: Double
        switch timing {
        case .stay, .switchNow: start = 0
        case .switchAtRenewal:
            guard yearsToRenewal > 0, yearsToRenewal < Double(years) else { return nil }
            start = yearsToRenewal
        }
        let after = timing == .stay ? todayAssignment : assignment
        var flow = CashFlow(
            upfront: [],
            byYear: [ContiguousArray<Double>](repeating: [], count: years),
            present: [],
            presentByPart: [ContiguousArray<Double>](repeating: [], count: CashPart.allCases.count)
        )
        for range in draws.blocks {
            var slab = CostSlab(self, draws, range)
            guard slab.isValid(after) else { return nil }
            slab.appendCash(after, start, to: &flow)
        }
        return flow
    }

    /// Years until the cash saved by switching has paid for the change, on mean flows; nil when it does not.
    ///
    /// Undiscounted, interpolated within the year; 0 when nothing has to be paid back.
    package func payback(stay: CashFlow, change: CashFlow) -> Double? {
        let before = stay.means
        let after = change.means
        var saved = before.upfront - after.upfront
        if saved >= 0, zip(before.byYear, after.byYear).allSatisfy({ $0 >= $1 }) { return 0 }
        // Where savings come first and costs later, what counts is when the balance last turns positive.
        var paid: Double? = saved >= 0 ? 0 : nil
        for (year, (a, b)) in zip(before.byYear, after.byYear).enumerated() {
            let next = saved + a - b
            if next < 0 {
                paid = nil
            } else if paid == nil {
                paid = Double(year) + (next > saved ? -saved / (next - saved) : 1)
            }
            saved = next
        }
        return paid
    }
}
