import Cost
import Decision
import Documents
import Estate

/// How a bill reads: what a platform without a workload is, and how the bills lead to the headline.
enum BillWords {
    /// The name of one platform's bill.
    static func title(_ bill: PlatformBill) -> String {
        guard bill.workloads.isEmpty else { return bill.model.title }
        let hasContract = bill.lines.contains { $0.group == .licences }
        let hasHosts = bill.lines.contains { $0.group != .licences }
        let what =
            hasContract && hasHosts
            ? "owned hosts in reserve and the rest of today's contract"
            : hasContract ? "rest of today's contract" : "owned hosts in reserve"
        return "\(bill.model.title), \(what)"
    }

    /// What the bills are, and why they are not the headline.
    static let caveat =
        "At the expected inputs, in the first year: quantity times unit price is the amount. The headline is the mean over "
        + "the draws, levelised over the horizon, and can differ in size and in sign of a difference."

    /// What leads from the bills to the headline.
    static let step = "Growth, price changes, spread of the inputs, rounding to whole hosts"

    /// From the bills of an assignment to its levelised mean: the parts, which sum to `levelised`.
    struct Reconciliation {
        var bills: Double
        var levelised: Double
        /// What the years and the spread of the inputs add.
        var rest: Double { levelised - bills }
    }

    /// The reconciliation of an assignment; nil where it has no bill.
    static func reconciliation(_ assignment: AssignmentResult) -> Reconciliation? {
        guard !assignment.platforms.isEmpty else { return nil }
        return Reconciliation(
            bills: assignment.platforms.reduce(0) { $0 + $1.totalPerMonth },
            levelised: assignment.costPerMonth.mean
        )
    }
}
