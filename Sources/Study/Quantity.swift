package import Probability

/// One number of a study: what it is, how sure we are of it, and where it comes from.
///
/// Every number that Assay shows traces back to quantities; a quantity is drawn once per Monte Carlo draw, whichever
/// deployment models share it.
package struct Quantity: Sendable, Equatable {
    /// A stable, unique name, the path in the study: `workloads.fraud.activity`, `prices.energy_per_kwh`.
    package var key: String
    /// Plain words for a report: "Electricity".
    package var title: String
    /// The unit of the values, such as `USD per kWh` or `share`; money is in the study's currency.
    package var unit: String
    /// What the value may be.
    package var distribution: Distribution
    /// Yearly growth of the value as a share (0.05 grows by 5 % a year from the study's date); prices only.
    package var escalator: Double
    /// Where the value comes from.
    package var provenance: Provenance
    /// The values that a search for flip points scans.
    package var range: ClosedRange<Double>

    package init(
        key: String,
        title: String,
        unit: String,
        distribution: Distribution,
        escalator: Double = 0,
        provenance: Provenance,
        range: ClosedRange<Double>? = nil
    ) {
        self.key = key
        self.title = title
        self.unit = unit
        self.distribution = distribution
        self.escalator = escalator
        self.provenance = provenance
        self.range = range ?? Quantity.defaultRange(of: distribution)
    }

    /// The range scanned when a study declares none: the support where it is finite, else P1 to P99; half to
    /// one and a half times a point.
    package static func defaultRange(of distribution: Distribution) -> ClosedRange<Double> {
        let low = distribution.quantile(0.01)
        let high = distribution.quantile(0.99)
        guard low.isFinite, high.isFinite, low < high else {
            let value = distribution.mean
            guard value.isFinite else { return 0...0 }
            return min(value * 0.5, value * 1.5)...max(value * 0.5, value * 1.5)
        }
        return low...high
    }
}

/// Where a number comes from: the kinds that a report may show.
package enum Provenance: Sendable, Hashable {
    /// Measured: the identifiers (`sha256:…`) or paths of the records behind it.
    case measured(records: [String], note: String)
    /// Computed from measurements of something else: the records, and the formula with what it assumes.
    case derived(records: [String], note: String)
    /// Stated by the owner of the study, with a source such as an invoice or a monitoring query.
    case declared(source: String, date: CalendarDate?)
    /// Assumed: from Assay's price book, a published prior or a default.
    case assumed(source: String, date: CalendarDate?)

    /// Whether the number rests on an assumption rather than on the owner's evidence.
    package var isAssumed: Bool {
        if case .assumed = self { true } else { false }
    }
}
