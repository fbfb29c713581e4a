/// When to change.
package struct TimingOption: Sendable {
    package enum Kind: String, Sendable, Hashable, CaseIterable {
        case stay
        case switchNow = "switch-now"
        case switchAtRenewal = "switch-at-renewal"
    }
    package var kind: Kind
    /// Present value of what is paid over the horizon, cash only: hardware owned today is sunk.
    package var netPresentCost: Spread
    /// Present value saved against staying.
    package var netPresentValue: Spread
    /// Years until the saved cash has paid for the change; absent when it never does within the horizon.
    package var paybackYears: Double?
    /// Cash paid in each year of the horizon, what falls on the first day in the first; empty when it cannot be.
    package var cashByYear: [Spread]
    /// Why it is not an option, when it is not (no renewal date, nothing to switch).
    package var unavailableBecause: String?

    /// Makes one from its parts.
    package init(
        kind: Kind,
        netPresentCost: Spread,
        netPresentValue: Spread,
        paybackYears: Double? = nil,
        cashByYear: [Spread],
        unavailableBecause: String? = nil
    ) {
        self.kind = kind
        self.netPresentCost = netPresentCost
        self.netPresentValue = netPresentValue
        self.paybackYears = paybackYears
        self.cashByYear = cashByYear
        self.unavailableBecause = unavailableBecause
    }
}
