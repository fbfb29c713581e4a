import Estate

/// The terms of a report, each explained once.
enum Glossary {
    /// One term.
    struct Entry: Sendable, Hashable {
        let anchor: String
        let term: String
        let meaning: String

        static let bareMetal = Entry(
            anchor: "g-deployment",
            term: "Deployment model",
            meaning: "How a GPU reaches a workload: on bare metal, in a virtual machine, whole or shared."
        )
        static let useful = Entry(
            anchor: "g-useful",
            term: "Useful GPU-hour",
            meaning: "The work that one whole GPU of the study's reference model does in a busy hour on bare metal. "
                + "Every option is priced for the same number of them."
        )
        static let overhead = Entry(
            anchor: "g-overhead",
            term: "Overhead",
            meaning: "Bare-metal speed over virtual speed, minus one: at 8 %, work that takes 100 hours on bare metal "
                + "takes 108."
        )
        static let lostShare = Entry(
            anchor: "g-lost",
            term: "Lost share",
            meaning: "The part of billed hours that overhead takes: overhead over one plus overhead. An overhead of "
                + "8 % loses 7.4 % of the hours billed."
        )
        static let expected = Entry(
            anchor: "g-expected",
            term: "Expected",
            meaning: "The mean over all draws of the uncertain inputs."
        )
        static let percentiles = Entry(
            anchor: "g-percentiles",
            term: "P10, P50, P90",
            meaning: "The values below which 10, 50 and 90 % of the draws lie: four times in five the result is "
                + "between P10 and P90."
        )
        static let draw = Entry(
            anchor: "g-draw",
            term: "Draw",
            meaning: "One complete set of values for the uncertain inputs, taken from what is believed about each. "
                + "Options that share an input share its value."
        )
        static let probability = Entry(
            anchor: "g-probability",
            term: "Probability",
            meaning: "The share of draws in which the choice is the cheapest of the eligible ones."
        )
        static let regret = Entry(
            anchor: "g-regret",
            term: "Regret",
            meaning: "What the choice costs above the option that turns out cheapest, averaged over the draws: the "
                + "price of deciding now."
        )
        static let marginal = Entry(
            anchor: "g-marginal",
            term: "Marginal cost",
            meaning: "The cost of everything with the workload there, minus the cost without it, the others as "
                + "chosen. Marginal costs do not sum to the total: shared and fixed costs are in the total only."
        )
        static let levelised = Entry(
            anchor: "g-levelised",
            term: "Levelised",
            meaning: "Spread evenly over the months of the horizon at the cost of capital, one-off amounts included."
        )
        static let netPresentValue = Entry(
            anchor: "g-npv",
            term: "Net present value (NPV)",
            meaning: "Later payments discounted to today at the cost of capital and summed. Cash only: hardware owned "
                + "already is spent whatever is chosen."
        )
        static let payback = Entry(
            anchor: "g-payback",
            term: "Payback",
            meaning: "Years until the cash saved has paid for the change."
        )
        static let flipPoint = Entry(
            anchor: "g-flip",
            term: "Flip point",
            meaning: "The value of one input at which the choice changes, everything else as expected."
        )
        static let breakEven = Entry(
            anchor: "g-breakeven",
            term: "Break-even",
            meaning: "The value of one input at which two options cost the same."
        )
        static let information = Entry(
            anchor: "g-information",
            term: "Worth of knowing",
            meaning: "Expected value of perfect information: how much cheaper the choice would be on average if the "
                + "input were known before choosing. Never pay more than this for a measurement."
        )
        static let verdict = Entry(
            anchor: "g-verdict",
            term: "Verdict",
            meaning: "What a comparison allows to be said: invalid, equivalent within a margin, overhead, faster, or "
                + "inconclusive with the number of pairs still needed."
        )
        static let run = Entry(
            anchor: "g-run",
            term: "Run",
            meaning: "One process or placement from start to end: what is replicated. Steps inside a run depend on "
                + "one another and do not count as repetitions."
        )
        static let interval = Entry(
            anchor: "g-interval",
            term: "Interval",
            meaning: "The range in square brackets: the effects that the measurements do not exclude, at 95 % "
                + "confidence."
        )
        static let control = Entry(
            anchor: "g-control",
            term: "Control",
            meaning: "The baseline compared with itself. Where it differs from itself, nothing else can be concluded."
        )
        static let provenance = Entry(
            anchor: "g-provenance",
            term: "Measured, derived, declared, assumed",
            meaning: "Measured: from a record. Derived: computed from records of something else, by the formula given "
                + "as its source. Declared: stated by the study's owner with a source. Assumed: from a price book, "
                + "published figures or a default; replace it with your own."
        )
        static let idle = Entry(
            anchor: "g-idle",
            term: "Idle, twice",
            meaning: "Unallocated: nobody holds the GPU. Allocated but inactive: somebody holds it and it does not "
                + "work, by the activity metric named in the inputs."
        )
        static let waterfall = Entry(
            anchor: "g-waterfall",
            term: "Waterfall",
            meaning: "From one cost to another group by group; the steps sum to the difference exactly."
        )
        static let tornado = Entry(
            anchor: "g-tornado",
            term: "Tornado",
            meaning: "Bars for how far the result moves when one input goes from its P10 to its P90, widest first."
        )
        static let mig = Entry(
            anchor: "g-mig",
            term: "MIG",
            meaning: "Multi-Instance GPU: one NVIDIA GPU cut in hardware into instances with memory and compute of "
                + "their own. No hypervisor is needed."
        )
        static let vgpu = Entry(
            anchor: "g-vgpu",
            term: "vGPU",
            meaning: "A virtual GPU: several virtual machines share one GPU, by turns or each on a MIG instance, with "
                + "a licence for each."
        )

        /// In the order that the glossary prints them.
        static let all: [Entry] = [
            bareMetal, useful, overhead, lostShare, expected, percentiles, draw, probability, regret, marginal,
            levelised, netPresentValue, payback, flipPoint, breakEven, information, verdict, run, interval, control,
            provenance, idle, waterfall, tornado, mig, vgpu,
        ]

        /// Those that a comparison of records needs.
        static let forComparisons: [Entry] = [overhead, lostShare, verdict, run, interval, control]
    }

    /// The glossary as a section.
    static func section(_ entries: [Entry], models: [DeploymentModel]) -> Markup {
        let terms = entries.map { entry -> Markup in
            "<dt id=\"\(entry.anchor)\">\(entry.term)</dt><dd>\(entry.meaning)\(list(of: models, in: entry))</dd>\n"
        }
        return """
            <section id="glossary" aria-labelledby="h-glossary">
            <h2 id="h-glossary">Words</h2>
            <dl class="glossary">
            \(terms.joined())</dl>
            </section>

            """
    }

    /// The models of this report under the entry that names them all.
    private static func list(of models: [DeploymentModel], in entry: Entry) -> Markup {
        guard entry == .bareMetal, !models.isEmpty else { return "" }
        let items = models.map { "<li><b>\($0.title)</b>: \($0.summary)</li>" as Markup }
        return "<ul>\(items.joined())</ul>"
    }
}
