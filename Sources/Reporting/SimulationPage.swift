import Documents
package import Scheduling

/// What the page of a replay shows.
package struct SimulationPage: Sendable {
    /// A name with its value, for the tables of what was replayed.
    package struct Fact: Sendable {
        package var name: String
        package var value: String

        package init(_ name: String, _ value: String) {
            self.name = name
            self.value = value
        }
    }

    /// A question about growth with its answer, under one model.
    package struct Growth: Sendable {
        package var model: String
        package var question: DemandGrowth.Question
        package var answer: DemandGrowth

        package init(model: String, question: DemandGrowth.Question, answer: DemandGrowth) {
            self.model = model
            self.question = question
            self.answer = answer
        }
    }

    /// What the trace is called.
    package var trace: String
    /// What it was replayed on and how: estate, model, queue, placement, seed.
    package var setting: [Fact]
    /// What was found while reading: rows left out or noted, with their reasons.
    package var audit: [Fact]
    /// The results.
    package var report: ReplayReport
    /// What refused jobs lacked, in the words of the command.
    package var refusals: [Fact]
    /// One node over its busiest span; nil in a pool.
    package var timeline: NodeTimeline?
    /// What jobs are called, by index, as far as the timeline needs them.
    package var jobNames: [Int: String]
    /// The promise about waiting and the GPUs that it takes.
    package var search: (objective: WaitObjective, answer: GPUSearch)?
    /// Growth, by model.
    package var growth: [Growth]
    /// Today, in milliseconds from 1970-01-01T00:00:00Z.
    package var today: Int64?

    package init(
        trace: String,
        setting: [Fact],
        audit: [Fact],
        report: ReplayReport,
        refusals: [Fact] = [],
        timeline: NodeTimeline? = nil,
        jobNames: [Int: String] = [:],
        search: (objective: WaitObjective, answer: GPUSearch)? = nil,
        growth: [Growth] = [],
        today: Int64? = nil
    ) {
        self.trace = trace
        self.setting = setting
        self.audit = audit
        self.report = report
        self.refusals = refusals
        self.timeline = timeline
        self.jobNames = jobNames
        self.search = search
        self.growth = growth
        self.today = today
    }
}

extension Report {
    /// A replay as one HTML file that needs no network, no script and no other file: for `assay simulate -o`.
    package static func simulationHTML(_ page: SimulationPage) -> String {
        Shell.page(
            title: "\(page.trace): a replay",
            body: page.header + page.time + page.waits + page.node + page.answers
                + page.sources
        )
    }
}
