package import Study

/// A saving and what kind of money it is.
package struct Saving: Sendable {
    package enum Kind: String, Sendable, Hashable, CaseIterable {
        case cash
        case deferredPurchase = "deferred-purchase"
        case capacityOnly = "capacity-only"
    }
    package var kind: Kind
    package var title: String
    /// Money a month, or the worth of the capacity at the cost of an available GPU-hour: never added to cash.
    package var perMonth: Spread
    package var gpuHoursPerMonth: Double?

    /// Makes one from its parts.
    package init(
        kind: Kind,
        title: String,
        perMonth: Spread,
        gpuHoursPerMonth: Double? = nil
    ) {
        self.kind = kind
        self.title = title
        self.perMonth = perMonth
        self.gpuHoursPerMonth = gpuHoursPerMonth
    }
}

/// What putting off the planned purchase is worth.
package struct DeferralValue: Sendable {
    package var purchase: Double
    package var plannedDate: CalendarDate
    /// Years put off; absent when it is not needed within the horizon.
    package var years: Spread
    package var isBeyondHorizon: Bool
    /// Present value of what the choice adds: putting off under the choice less putting off under staying.
    package var value: Spread
    /// Present value of buying as planned minus buying when needed under the choice, price drift and avoided running
    /// cost included, whatever staying would put off.
    package var grossValue: Spread?
    package var sentence: String

    /// Makes one from its parts.
    package init(
        purchase: Double,
        plannedDate: CalendarDate,
        years: Spread,
        isBeyondHorizon: Bool,
        value: Spread,
        grossValue: Spread? = nil,
        sentence: String
    ) {
        self.purchase = purchase
        self.plannedDate = plannedDate
        self.years = years
        self.isBeyondHorizon = isBeyondHorizon
        self.value = value
        self.grossValue = grossValue
        self.sentence = sentence
    }
}
