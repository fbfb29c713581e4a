import Cost
import Decision
import Documents
import Estate
import Study

/// What every section of one report shares: the result, how its numbers read, and where its figures link to.
struct Page {
    let result: DecisionResult
    let figures: Figures
    let anchors: Anchors

    init(_ result: DecisionResult) {
        self.result = result
        figures = Figures(currency: result.study.currency)
        anchors = Anchors(inputs: result.inputs, comparisons: result.comparisons)
    }

    /// The names of the workloads, in the study's order.
    var workloadNames: [String] { result.study.workloads.map(\.name) }

    /// The assignment that was chosen, with its place in the list.
    var chosen: (index: Int, assignment: AssignmentResult)? {
        result.assignments.indices.first { result.assignments[$0].isChosen }.map { ($0, result.assignments[$0]) }
    }

    /// Today's assignment, with its place in the list.
    var today: (index: Int, assignment: AssignmentResult)? {
        result.assignments.indices.first { result.assignments[$0].isToday }.map { ($0, result.assignments[$0]) }
    }

    /// What the choice is held against: today, or the best other where today is the choice.
    var reference: (words: String, assignment: AssignmentResult)? {
        if let today = today?.assignment, !today.isChosen { return ("today", today) }
        guard let other = result.assignments.first(where: { !$0.isChosen && $0.isEligible }) else { return nil }
        return ("the next best assignment", other)
    }

    /// What an assignment puts where; told against the choice where there are many workloads.
    func placement(_ assignment: AssignmentResult) -> String {
        let choice = assignment.isChosen ? nil : chosen?.assignment.models
        return Placements.text(assignment.models, workloads: workloadNames, choice: choice)
    }

    /// A section under a heading of level two, which says so where the study's inputs are made up.
    func section(_ id: Markup, _ title: Markup, _ body: Markup) -> Markup {
        """
        <section id="\(id)" aria-labelledby="h-\(id)">
        <h2 id="h-\(id)">\(title)\(illustrativeTag)</h2>
        \(body)</section>

        """
    }

    /// A chart with its caption.
    func chart(_ drawing: Markup, _ caption: Markup) -> Markup {
        """
        <figure>
        \(drawing)<figcaption>\(caption)\(illustrativeTag)</figcaption>
        </figure>

        """
    }

    /// A word beside the headings and charts of a study whose inputs are made up.
    private var illustrativeTag: Markup {
        result.study.isIllustrative ? " <span class=\"kind assumed\">illustrative</span>" : ""
    }

    /// A figure that links to where it comes from; plain where the report does not have the place.
    func link(_ text: String, _ anchor: String?) -> Markup { Self.link(text, anchor) }

    /// The same, for parts that stand on more than one kind of page.
    static func link(_ text: String, _ anchor: String?) -> Markup {
        guard let anchor else { return "\(text)" }
        return "<a class=\"f\" href=\"#\(anchor)\">\(text)</a>"
    }

    /// A figure that links to the row of the input it is.
    func figure(_ text: String, input key: String?) -> Markup { link(text, key.flatMap(anchors.input)) }

    /// An input by its title, linked to its row.
    func input(_ key: String) -> Markup { link(anchors.title(key), anchors.input(key)) }

    /// How a number entered, as a word.
    func mark(_ provenance: Provenance) -> Markup { Self.mark(Words.kind(of: provenance)) }

    /// The word for how a number entered, in its own look.
    static func mark(_ word: String) -> Markup {
        word == "assumed"
            ? "<span class=\"kind assumed\">assumed</span>" : "<span class=\"kind\">\(word)</span>"
    }

    /// A term that the glossary explains.
    static func term(_ text: String, _ entry: Glossary.Entry) -> Markup {
        "<a class=\"term\" href=\"#\(entry.anchor)\" title=\"\(entry.meaning)\">\(text)</a>"
    }

    /// The four columns of a spread.
    func columns(_ spread: Spread, signed: Bool = false) -> [Markup] {
        [spread.mean, spread.p10, spread.p50, spread.p90].map { "\(Figures.amount($0, signed: signed))" }
    }

    /// Headers for ``columns(_:signed:)``.
    static var spreadColumns: [Table.Column] {
        [
            .number(term("Expected", .expected)), .number(term("P10", .percentiles)), .number("P50"), .number("P90"),
        ]
    }

    /// Where the bill of a platform of the chosen assignment is; nil when it has none.
    func bill(of model: DeploymentModel) -> String? {
        guard let chosen, let platform = chosen.assignment.platforms.firstIndex(where: { $0.model == model }) else {
            return nil
        }
        return Self.billAnchor("chosen", platform)
    }

    /// The place of one platform's bill.
    static func billAnchor(_ name: String, _ platform: Int) -> String { "bill-\(name)-\(platform + 1)" }

    /// The first bill line of a group, of the choice or else of today; the bills where neither has one.
    func billLine(of group: CostGroup) -> String {
        for (name, assignment) in [("chosen", chosen?.assignment), ("today", today?.assignment)] {
            for (index, platform) in (assignment?.platforms ?? []).enumerated() {
                // Today's bill is printed only where it is another one.
                let isPrinted = name == "chosen" || assignment?.isChosen == false
                guard isPrinted, let line = platform.lines.firstIndex(where: { $0.group == group }) else { continue }
                return Self.lineAnchor(Self.billAnchor(name, index), line)
            }
        }
        return billsAnchor
    }

    /// The place of a line of a bill.
    static func lineAnchor(_ bill: String, _ line: Int) -> String { "\(bill)-line-\(line + 1)" }

    /// What the choice saves against the reference: words that fit the sign, and the amount; nil without a reference.
    var saving: (words: String, amount: Spread)? {
        guard let reference else { return nil }
        let difference = reference.assignment.differencePerMonth
        guard difference.mean < 0 else { return ("Cheaper than \(reference.words) by", difference) }
        let negated = Spread(p10: -difference.p90, p50: -difference.p50, p90: -difference.p10, mean: -difference.mean)
        return ("Dearer than \(reference.words) by", negated)
    }

    /// Where the bills of the chosen assignment begin.
    var billsAnchor: String { "bills" }
}
