import Cost
import Decision
import Documents
import Estate
import Evidence
import Study

/// The words of a report, said the same way wherever they stand.
enum Words {
    /// What a cost group is called.
    static func title(of group: CostGroup) -> String {
        switch group {
        case .hardware: "Hardware: useful hours"
        case .lost: "Hardware: hours lost to overhead"
        case .idleAllocated: "Hardware: allocated but inactive"
        case .idleUnallocated: "Hardware: unallocated"
        case .licences: "Licences"
        case .storage: "Storage"
        case .people: "People"
        case .waiting: "Waiting"
        case .change: "Setup, migration, parallel running"
        }
    }

    /// What a way of changing is called.
    static func title(of kind: TimingOption.Kind) -> String {
        switch kind {
        case .stay: "Stay"
        case .switchNow: "Switch now"
        case .switchAtRenewal: "Switch at renewal"
        }
    }

    /// What a kind of saving is called.
    static func title(of kind: Saving.Kind) -> String {
        switch kind {
        case .cash: "Cash"
        case .deferredPurchase: "Deferred purchase"
        case .capacityOnly: "Capacity only"
        }
    }

    /// What a kind of saving means, in a sentence.
    static func meaning(of kind: Saving.Kind) -> String {
        switch kind {
        case .cash: "Payments that stop."
        case .deferredPurchase: "A purchase made later or not at all."
        case .capacityOnly: "Hours freed on hardware that is paid for anyway; no bill falls."
        }
    }

    /// How a number entered: the word that stands beside it.
    static func kind(of provenance: Provenance) -> String {
        switch provenance {
        case .measured: "measured"
        case .derived: "derived"
        case .declared: "declared"
        case .assumed: "assumed"
        }
    }

    /// What a cell of the matrix says.
    static func title(of cell: MatrixRow.Cell) -> String {
        switch cell {
        case .met: "met"
        case .notMet: "not met"
        case .unknown: "unknown"
        }
    }

    /// The heading of a side of the matrix.
    static func heading(of side: MatrixRow.Side) -> String {
        switch side {
        case .bareMetal: "Choose bare metal when"
        case .virtualized: "Choose virtual machines when"
        }
    }

    /// A verdict in words, with its reason; where hosts are confounded with arms, it names the hosts.
    static func verdict(_ metric: MetricComparison, in comparison: Comparison) -> String {
        let isOneEach = comparison.baseline.hosts == 1 && comparison.other.hosts == 1
        let words = metric.words(
            hostsConfounded: comparison.hostsConfounded,
            hosts: isOneEach ? "these two hosts" : "these hosts"
        )
        return metric.verdict.reason.map { "\(words): \($0)" } ?? words
    }

    /// The A/A control in a sentence.
    static func control(_ control: Control) -> String {
        switch control {
        case .none(let have):
            return "No control: it needs four runs an arm, and the baseline has \(NumberText.grouped(have))."
        case .passed(let effect):
            return "Control passed: the baseline does not differ from itself; an effect of "
                + "\(Figures.share(effect)) would have shown."
        case .failed(let low, let high):
            return "Control failed: the baseline differs from itself by \(Figures.points(low)) to "
                + "\(Figures.points(high)) %, so the environment drifts and no verdict stands."
        }
    }

    /// The lost share that goes with an overhead, as text.
    static func lostShare(of overhead: Double, signed: Bool = false) -> String {
        Overhead.lostShare(of: overhead).map { Figures.share($0, signed: signed) } ?? "–"
    }

    /// What is said where no measurement could change the choice, and after those that could.
    static let nothingToMeasure =
        "Nothing is worth measuring for this decision: no input alone would change the choice. What explains most of it:"

    /// Years until the cash saved has paid for a change.
    static func payback(_ years: Double?, horizon: Int) -> String {
        guard let years else { return "not within \(horizon) years" }
        return years < 0.005 ? "at once" : "\(Figures.number(years, digits: 2)) years"
    }

    /// A file by its name and folder: where a study lies on one machine says nothing to a reader on another.
    static func fileName(_ path: String) -> String {
        path.split(separator: "/").suffix(2).joined(separator: "/")
    }
}
