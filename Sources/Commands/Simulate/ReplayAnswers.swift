import Documents
import NodeCommands
import Reporting
import Scheduling
import Study

/// What a replay came to and what else was asked of it, for every form of output.
struct ReplayAnswers: Sendable {
    var run: TimedReplay
    var report: ReplayReport
    var search: (objective: WaitObjective, answer: GPUSearch)?
    var growth: [(model: String, question: DemandGrowth.Question, answer: DemandGrowth)] = []

    /// The files beside index.html.
    static let files = "results.json, series.csv, groups.csv, jobs.csv"

    /// All files of -o.
    static let allFiles = ["index.html"] + files.split(separator: ",").map { $0.filter { $0 != " " } }

    init(run: TimedReplay, report: ReplayReport) {
        self.run = run
        self.report = report
    }

    /// Today at midnight, in milliseconds from 1970-01-01T00:00:00Z, which is day 719,468 of the calendar's count.
    private static var today: Int64 { Int64(Clock.today.dayNumber - 719_468) * 86_400_000 }

    /// Members of `--json` beyond those of the summary.
    func members() -> [JSONMember] {
        var members = [JSONMember("model", .string(run.model)), JSONMember("model_detail", .string(run.modelWords))]
        if let slices = run.slices {
            members.append(
                JSONMember(
                    "slices",
                    .object([
                        JSONMember("jobs", .integer(slices.jobs)),
                        JSONMember("ask_whole_gpus", .integer(slices.whole)),
                        JSONMember("sliced", .integer(slices.sliced)),
                        JSONMember("sliced_by_assumed_need", .integer(slices.assumed)),
                        JSONMember("whole_no_memory_stated", .integer(slices.noMemory)),
                        JSONMember("whole_fit_no_slice", .integer(slices.unfit)),
                        JSONMember("whole_several_gpus", .integer(slices.several)),
                        JSONMember("name_a_profile", .integer(slices.named)),
                        JSONMember("profile_too_small", .integer(slices.raised)),
                        JSONMember("profile_not_in_layout", .integer(slices.replaced)),
                        JSONMember("slot_too_slow", .integer(slices.tooSlow)),
                    ])
                )
            )
        }
        if run.unassigned > 0 { members.append(JSONMember("jobs_of_no_part", .integer(run.unassigned))) }
        members += report.members()
        if let rounds = run.rounds {
            members.append(JSONMember("rounds", .integer(rounds.count)))
            members.append(JSONMember("disagreement", .number(rounds.disagreement)))
            members.append(JSONMember("rounds_agree", .bool(rounds.disagreement <= PreparedReplay.agreement)))
        }
        if let search {
            members.append(
                JSONMember(
                    "gpus_needed",
                    .object(
                        [
                            JSONMember("percent", .number(search.objective.percent)),
                            JSONMember("within_s", .number(search.objective.seconds)),
                        ] + (search.answer.gpus.map { [JSONMember("gpus", .integer($0))] } ?? []) + [
                            JSONMember("looks_monotone", .bool(search.answer.looksMonotone)),
                            JSONMember("exceptions", .array(search.answer.exceptions.map(JSON.integer))),
                            JSONMember("tried", .array(search.answer.trials.map { .integer($0.gpus) })),
                        ]
                    )
                )
            )
        }
        if !growth.isEmpty {
            members.append(
                JSONMember(
                    "growth",
                    .array(
                        growth.map { entry in
                            .object(
                                [
                                    JSONMember("model", .string(entry.model)),
                                    JSONMember("yearly_growth", .number(entry.question.yearlyGrowth)),
                                ] + entry.answer.members(today: Self.today)
                            )
                        }
                    )
                )
            )
        }
        return members
    }

    /// The model and what it made of jobs that ask for whole GPUs: a sentence for each thing to know.
    var modelNotes: [String] {
        var notes: [String] = []
        func note(_ count: Int, _ words: String) {
            guard count > 0, let slices = run.slices else { return }
            notes.append("\(NumberText.grouped(count)) of \(NumberText.grouped(slices.jobs)) jobs \(words)")
        }
        if run.unassigned > 0 {
            notes.append("\(counted(run.unassigned, "job belongs", "jobs belong")) to no part of the estate: refused")
        }
        if run.normalised > 0 {
            notes.append(
                "\(counted(run.normalised, "job names", "jobs name")) a MIG profile: their durations are taken as those on it, and "
                    + "brought to bare-metal work"
            )
        }
        if run.splitQuotas > 0 {
            notes.append(
                "\(counted(run.splitQuotas, "team with a quota has", "teams with a quota have")) jobs in several parts of the "
                    + "estate: a quota holds in each part by itself"
            )
        }
        if givesNoParts {
            let parts = run.trace.gpuMilli.count { $0 > 0 && $0 < 1_000 }
            if parts > 0 {
                notes.append(
                    "\(counted(parts, "job asks", "jobs ask")) for a part of a GPU, and each has a whole one: this estate gives no "
                        + "parts (--nodes gives shares, --model vm-vgpu slots, the MIG models instances)"
                )
            }
        }
        guard let slices = run.slices else { return notes }
        let fate = hasWholeGPUs ? "replayed as whole GPUs" : "refused, for no GPU of this layout is whole"
        note(slices.noMemory, "ask for whole GPUs and state no memory: \(fate)")
        note(
            slices.tooSlow,
            "would fit a slot, but their turn alone is slower than the least speed that they accept: \(fate) (--needs says what "
                + "they need, fewer --slots give longer turns)"
        )
        note(slices.several, "ask for several GPUs: \(fate)")
        note(
            slices.unfit,
            "ask for whole GPUs and fit no part, by memory or by their least speed: \(fate)"
        )
        note(
            slices.raised,
            "name a profile with less memory than they state: they have the next that fits, else a whole GPU"
        )
        note(
            slices.replaced,
            "name a profile that this layout does not have: they have the next that fits and is no slower, else they are refused"
        )
        note(
            slices.assumed,
            "ask for whole GPUs, state memory and no compute need, and have a slice: the usual need of "
                + "\(NumberText.percent(JobTraits.usualNeed, 0)) is assumed (--needs says better)"
        )
        return notes
    }

    /// Whether no GPU is given in parts.
    private var givesNoParts: Bool {
        guard case .nodes(let groups) = run.cluster else { return true }
        return groups.allSatisfy { $0.partition == .whole || $0.gpus == 0 }
    }

    /// Whether some host gives its GPUs whole.
    private var hasWholeGPUs: Bool {
        guard case .nodes(let groups) = run.cluster else { return true }
        return groups.contains { group in
            if case .layout = group.partition { false } else { group.gpus > 0 }
        }
    }

    /// The model and its notes for the terminal.
    func modelText() -> String {
        "Model: \(run.modelWords)\n" + modelNotes.map { "  \($0)\n" }.joined() + "\n"
    }

    /// Lines for people.
    func text() -> String {
        var text = ""
        if let search {
            let promise =
                "\(NumberText.plain(search.objective.percent)) % of jobs start within "
                + ReplayText.duration(search.objective.seconds)
            text +=
                "\nGPUs needed so that \(promise): \(search.answer.gpus.map { NumberText.grouped($0) } ?? "none tried")\n"
            if !search.answer.looksMonotone {
                text +=
                    "Waits are not monotone in GPUs: of the sizes tried, "
                    + search.answer.exceptions.map(String.init).joined(separator: ", ") + " say otherwise\n"
            }
        }
        for entry in growth {
            let range = entry.answer.range
            let rate = NumberText.percent(entry.question.yearlyGrowth, 0)
            let draws = "\(entry.answer.years.count) draws"
            if entry.answer.isBrokenToday {
                text +=
                    "\nUnder \(entry.model), demand has outgrown the estate already: the promise is broken today (\(draws))\n"
            } else if entry.answer.reached * 2 > entry.answer.years.count {
                // A draw that does not outgrow it ends the range where nobody looked further.
                let isCensored = entry.answer.reached < entry.answer.years.count
                let days = [range.low, range.median, range.high].map { DemandGrowth.day(after: $0, from: Self.today) }
                text +=
                    "\nUnder \(entry.model), growth of \(rate) a year outgrows the estate on \(days[1]) "
                    + "(\(days[0]) to \(isCensored ? "beyond " : "")\(days[2]) over \(draws)"
                    + (isCensored ? ", of which \(entry.answer.reached) do within the horizon" : "") + ")\n"
            } else {
                text +=
                    "\nUnder \(entry.model), growth of \(rate) a year does not outgrow the estate within "
                    + "\(NumberText.fixed(entry.answer.horizonYears, 1)) years (\(draws))\n"
            }
        }
        if let rounds = run.rounds, rounds.count > 1 {
            text += "\n\(Self.turns(rounds))\n"
        }
        return text
    }

    /// How well the durations of jobs that share GPUs in turns agree: a warning where the last round leaves them apart.
    static func turns(_ rounds: (count: Int, disagreement: Double)) -> String {
        let apart = NumberText.percent(rounds.disagreement, 2)
        guard rounds.disagreement > PreparedReplay.agreement else {
            return "Turns on shared GPUs: \(rounds.count) rounds, durations agree within \(apart)"
        }
        return
            "warning: Turns on shared GPUs: durations do not agree better than \(apart) after \(rounds.count) rounds; "
            + "waits are no surer than that"
    }

    /// Rows about quotas; none without them.
    private static func facts(_ quotas: TeamQuotas, held: Int) -> [SimulationPage.Fact] {
        guard !quotas.entries.isEmpty else { return [] }
        let list = quotas.entries.prefix(20).map { "\($0.team) \(NumberText.plain($0.gpus))" }.joined(separator: ", ")
        return [
            .init("Quotas of teams, GPUs", list + (quotas.entries.count > 20 ? ", …" : "")),
            .init("Held back by a quota when they came", NumberText.grouped(held)),
        ]
    }

    /// Writes the page and its data.
    func write(
        into folder: String,
        _ summary: ReplaySummary,
        file: String,
        _ imported: ImportedTrace,
        _ supply: [Diagnostic],
        _ setting: ReplaySetting,
        _ quotas: TeamQuotas,
        parsing: Double
    ) throws {
        let timeline = NodeTimeline(run.result, on: run.cluster)
        var names: [Int: String] = [:]
        for lane in timeline?.lanes ?? [] {
            for bar in lane.bars { names[bar.job] = imported.names[run.trace.id[bar.job]] }
        }
        let page = SimulationPage(
            trace: file.split(separator: "/").last.map(String.init) ?? file,
            setting: [
                .init("Trace", "\(file): \(imported.format.rawValue)"),
                .init("Deployment model", run.modelWords),
                .init("GPUs", NumberText.grouped(report.gpus)), .init("Queue", setting.queue),
                .init("Placement", setting.placement.rawValue), .init("Seed", String(setting.seed)),
            ]
                + modelNotes.map { .init("Under the model", $0) } + Self.facts(quotas, held: summary.held)
                + (run.rounds.map {
                    [
                        .init("Rounds", String($0.count)),
                        .init(
                            $0.disagreement > PreparedReplay.agreement
                                ? "Durations do not agree better than" : "Durations agree within",
                            NumberText.percent($0.disagreement, 2)
                        ),
                    ]
                } ?? []),
            audit: [
                .init("Rows", NumberText.grouped(imported.audit.rows)),
                .init("Jobs", NumberText.grouped(imported.audit.jobs)),
                .init("Rows left out", NumberText.grouped(imported.audit.skipped)),
            ]
                + imported.audit.entries.map {
                    .init("\($0.finding.disposition.rawValue): \($0.finding.explanation)", NumberText.grouped($0.count))
                } + supply.map { .init("Demand against supply", $0.message) },
            report: report,
            refusals: report.rejected.map { .init($0.reason.explanation, NumberText.grouped($0.count)) },
            timeline: timeline,
            jobNames: names,
            search: search,
            growth: growth.map { .init(model: $0.model, question: $0.question, answer: $0.answer) },
            today: Self.today
        )
        try Files.write(
            [
                .init("index.html", Report.simulationHTML(page)),
                .init("results.json", try JSON.object(summary.members(parsing: parsing) + members()).pretty()),
                .init("series.csv", bytes: report.series.csv(gpus: report.gpus)),
                .init("groups.csv", bytes: report.groupsCSV()),
                .init("jobs.csv", bytes: ReplayFiles.jobs(run.result, imported, run.trace, on: run.cluster)),
            ],
            into: folder
        )
    }
}
