import ArgumentParser
import Documents
import Estate
import NodeCommands
import Scheduling

/// `assay simulate`: a trace of jobs under a deployment model and its policies.
struct SimulateCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "simulate",
        abstract: "Replay a trace of jobs on an estate: waits, utilisation, fragmentation.",
        discussion: """
            Reads Slurm's sacct --parsable2, the Standard Workload Format and CSV tables, and says what it left out and \
            why. '-' reads standard input: gzip -dc jobs.swf.gz | assay simulate - --gpus 440

            Example: assay simulate jobs.txt --gpus 64 --gpu h100-sxm-80gb --model bare-metal-mig --queue easy
            """
    )

    @Argument(help: ArgumentHelp("The trace, or '-' for standard input.", valueName: "trace"))
    var trace: String?

    @OptionGroup(title: "Estate") var cluster: ClusterOptions
    @OptionGroup(title: "Reading the trace") var reading: TraceOptions

    @OptionGroup(title: "Quotas of teams") var quotas: QuotaOptions
    @OptionGroup(title: "What the model costs") var modelling: ModelOptions
    @OptionGroup(title: "A mixed estate") var mixed: MixedOptions
    @OptionGroup(title: "Report and questions") var questions: QuestionOptions

    @Option(help: ArgumentHelp("The queue: \(PolicyNames.queues.joined(separator: ", ")).", valueName: "name"))
    var queue = SimulateCommand.defaultQueue

    @Option(help: ArgumentHelp("Placement: \(PolicyNames.placements.joined(separator: ", ")).", valueName: "name"))
    var place = SimulateCommand.defaultPlace

    @Option(
        help: ArgumentHelp(
            "Hours in which past use counts half, under --queue fair; 168 if not given.",
            valueName: "hours"
        )
    )
    var halfLife: Double?

    @Option(
        help: ArgumentHelp(
            "What the scheduler believes where no time was requested: exact, a factor such as 3, or uniform:10.",
            valueName: "model"
        )
    )
    var estimates = SimulateCommand.defaultEstimates

    @Option(
        help: ArgumentHelp(
            "Seconds that a job holds its GPUs before it works, such as a VM's boot.",
            valueName: "seconds"
        )
    )
    var startUp = 0.0

    @Option(help: ArgumentHelp("Seconds that creating a MIG instance adds to that.", valueName: "seconds"))
    var repartition = 0.0

    @Option(
        help: ArgumentHelp(
            "Draw jobs again until they ask for this many times the GPUs; with --no-departures.",
            valueName: "ratio"
        )
    )
    var inflate: Double?

    @Flag(help: "Jobs arrive in random order and stay; what does not fit is lost: how full the estate gets.")
    var noDepartures = false

    @Option(help: "The seed of everything random.")
    var seed: UInt64 = 0

    @Option(
        help: ArgumentHelp(
            "Seconds between the rows of --series, where jobs leave; 3600 if not given.",
            valueName: "seconds"
        )
    )
    var sample: Double?

    @Option(
        help: ArgumentHelp(
            "Write arrived demand, allocated and fragmented percent to this file.",
            valueName: "file.csv"
        )
    )
    var series: String?

    @Option(help: ArgumentHelp("Write start, wait, end and place of every job to this file.", valueName: "file.csv"))
    var jobs: String?

    @Option(
        help: ArgumentHelp(
            "Replay every combination on all cores: policy=fcfs,easy,gpus=400,440; keys \(SweepPlan.keys.joined(separator: ", ")).",
            valueName: "key=values"
        )
    )
    var sweep: String?

    @OptionGroup(title: "A sweep on Slurm") var slurm: SlurmSweepOptions

    @Flag(help: "Print one JSON object.")
    var json = false

    @Option(
        help: ArgumentHelp(
            "Write the example trace of Examples/traces to this file, and do nothing else.",
            valueName: "file.csv"
        )
    )
    var writeExample: String?

    static let defaultQueue = "fcfs"
    static let defaultPlace = PlacementPolicy.bestFit.rawValue
    static let defaultEstimates = "exact"

    /// Hours in which past use counts half under fair share.
    var fairHalfLife: Double { halfLife ?? 168 }

    /// The trace; ``validate()`` has seen that there is one.
    var path: String { trace ?? "-" }

    func validate() throws {
        guard writeExample == nil else {
            guard trace == nil, cluster.gpus == nil, cluster.nodes == nil, cluster.estate == nil else {
                throw ValidationError(
                    "--write-example writes its file and does nothing else; leave out the trace and the estate"
                )
            }
            return
        }
        guard trace != nil else { throw ValidationError("name a trace, or '-' for standard input") }
        try cluster.requireOne()
        _ = try setting()
        _ = try estimateModel()
        for (name, value) in [("--start-up", startUp), ("--repartition", repartition)]
        where !(0...1e7).contains(value) {
            throw ValidationError("\(name) \(value) is outside 0 to 10000000 seconds")
        }
        if let sample {
            guard (0.001...1e9).contains(sample) else {
                throw ValidationError("--sample \(sample) is outside 0.001 to 1e9 seconds")
            }
            guard series != nil, !noDepartures else {
                throw ValidationError("--sample goes with --series of a replay in which jobs leave")
            }
        }
        if let halfLife {
            guard (0.001...1e6).contains(halfLife) else {
                throw ValidationError("--half-life \(halfLife) is outside 0.001 to 1e6 hours")
            }
            let queues = try sweep.map {
                try SweepPlan.settings(try SweepPlan.parse($0), from: try setting()).map(\.queue)
            }
            guard (queues ?? [queue]).contains("fair") else {
                throw ValidationError("--half-life goes with --queue fair")
            }
        }
        try refuseOverwriting()
        try requireModels()
        try requireTimes()
        if noDepartures, quotas.isUsed {
            throw ValidationError(
                "quotas hold jobs back until others of their team end, and under --no-departures none does"
            )
        }
        if cluster.isMixed != mixed.isUsed {
            throw ValidationError(
                cluster.isMixed
                    ? "--model mixed needs to know of what: --assign class:notebook=bare-metal-mig:16 or --decision FILE.json"
                    : "--assign and --decision say what --model mixed is made of; give that as well"
            )
        }
        if cluster.isMixed, noDepartures || questions.objective != nil && questions.growth == nil {
            throw ValidationError(
                "the sizes of --model mixed are given: it goes with --growth, not with --no-departures or a search of GPUs"
            )
        }
        if noDepartures, modelling.isUsed {
            throw ValidationError("what a model costs is of a replay in time, not of --no-departures")
        }
        if noDepartures || sweep != nil, questions.output != nil || questions.objective != nil {
            throw ValidationError("-o and --objective are of one replay in time, not of --no-departures or --sweep")
        }
        if modelling.isUsed || cluster.isMixed, cluster.gpus != nil, cluster.gpu == nil {
            throw ValidationError(
                "what a model costs needs hosts that it can cut: --gpus N --gpu MODEL, --nodes FILE.csv or --estate STUDY"
            )
        }
        if let inflate {
            guard noDepartures else {
                throw ValidationError(
                    "--inflate goes with --no-departures; to add load where jobs leave, take fewer GPUs"
                )
            }
            guard (0.01...100).contains(inflate) else {
                throw ValidationError("--inflate \(inflate) is outside 0.01 to 100")
            }
        }
        if let sweep {
            let settings = try SweepPlan.settings(try SweepPlan.parse(sweep), from: try setting())
            let isMixedSwept = try SweepPlan.parse(sweep).contains { $0.key == "model" && $0.values.contains("mixed") }
            if isMixedSwept, !cluster.isMixed {
                throw ValidationError("--sweep model=mixed goes with --model mixed, which says what it is made of")
            }
            if settings.contains(where: { $0.gpus != nil }), cluster.gpus == nil {
                throw ValidationError("--sweep gpus= goes with --gpus, which names the pool")
            }
            if series != nil || jobs != nil {
                throw ValidationError("--series and --jobs are of one replay, not of --sweep")
            }
        }
        try slurm.check(sweep: sweep, trace: path)
        _ = try reading.importOptions(needsTimes: true, keepsCPUJobs: true)
    }

    func run() async throws {
        if let writeExample { return try Files.write(.init(writeExample, bytes: ExampleTrace.csv())) }
        let base = try setting()
        try requireCosts()
        let description = try cluster.cluster(gpus: base.gpus, model: base.model)
        let options = try reading.importOptions(
            needsTimes: !noDepartures,
            keepsCPUJobs: description.hasCPU
        )
        let (imported, parsing) = try TraceReading.trace(path, options)
        try reading.requireSacct(imported)
        let notes = try notes(imported)
        let quotaTable = try quotas.table()
        let quotaWarning = QuotaOptions.warning(quotaTable, teams: imported.trace.teams).map { [$0] } ?? []
        let file = path == "-" ? "standard input" : path
        if let sweep {
            let plan = try SweepPlan.parse(sweep)
            let supply = try sweepSupply(plan, base, imported) + quotaWarning
            return try await runSweep(plan, base, imported, parsing, supply, notes, file)
        }
        var supply = quotaWarning
        let trace = GPUTypeNames.align(imported.trace, with: description)
        let summary: ReplaySummary
        var answers: ReplayAnswers?
        var files: [Files.Output] = []
        if noDepartures {
            let (result, seconds) = try study(trace, description, base)
            summary = ReplaySummary(result, seconds: seconds)
            supply = SupplyAudit.check(imported, against: description, departures: false) + supply
            supply += ProfileAudit.check(imported.trace, against: description, catalogue: try GPUCatalogue.standard())
            if let series { files.append(.init(series, bytes: ReplayFiles.series(result))) }
            if let jobs { files.append(.init(jobs, bytes: ReplayFiles.jobs(result, imported, trace))) }
        } else {
            let run = try timedReplay(of: trace, imported, base, gpus: base.gpus, model: base.model)
            let result = run.result
            summary = ReplaySummary(run)
            let priced = run.isPriced ? run.trace : nil
            supply = SupplyAudit.check(imported, against: description, priced: priced) + supply
            supply += ProfileAudit.check(imported.trace, against: run.cluster, catalogue: try GPUCatalogue.standard())
            if let series { files.append(.init(series, bytes: ReplayFiles.series(result))) }
            if let jobs {
                files.append(.init(jobs, bytes: ReplayFiles.jobs(result, imported, run.trace, on: run.cluster)))
            }
            try refuseEmpty(summary)
            answers = try answer(trace, imported, base, run)
        }
        try refuseEmpty(summary)
        for file in files { try Files.write(file) }
        if let answers, let folder = questions.output {
            try answers.write(into: folder, summary, file: file, imported, supply, base, quotaTable, parsing: parsing)
        }
        if json {
            let members =
                summary.members(parsing: parsing) + (answers?.members() ?? []) + quotaMembers(quotaTable, imported) + [
                    JSONMember("queue", .string(base.queue)), JSONMember("place", .string(base.placement.rawValue)),
                    JSONMember("seed", seedJSON),
                ] + ReplayText.members(of: notes) + [
                    JSONMember("import", ReplayText.auditJSON(imported, supply: supply))
                ]
            try Console.print(.object(members))
        } else {
            print(ReplayText.audit(imported, file: file, supply: supply + notes))
            if let answers { print(answers.modelText(), terminator: "") }
            print(ReplayText.summary(summary, parsing: parsing), terminator: "")
            if let answers { print(answers.text(), terminator: "") }
            if let folder = questions.output { print("Written: \(folder)/index.html, \(ReplayAnswers.files)") }
            for path in [series, jobs].compactMap({ $0 }) { print("Written: \(path)") }
        }
    }

    // MARK: One replay

    func replay(
        _ trace: Trace,
        _ cluster: ClusterDescription,
        _ setting: ReplaySetting,
        _ names: JobNames
    ) throws -> (SimulationResult, Double) {
        var options = SimulationOptions()
        options.queue = PolicyNames.queue(setting.queue, halfLife: milliseconds(fairHalfLife * 3_600)) ?? .fcfs
        options.placement = setting.placement
        options.startUpMilliseconds = milliseconds(startUp)
        options.repartitionMilliseconds = milliseconds(repartition)
        options.estimates = try estimateModel()
        options.seed = setting.seed
        options.teamQuotas = try quotas.table().byTeam(trace.teams)
        if series != nil { options.sampleEveryMilliseconds = max(milliseconds(sample ?? 3_600), 1) }
        let clock = ContinuousClock()
        let begin = clock.now
        do {
            let result = try simulate(trace, on: cluster, options: options)
            return (result, (clock.now - begin).seconds)
        } catch .timeOverflow(let job) {
            throw Failure.input([
                "\(path): job \(names[job]) would end after the last time that can be written; shorten the trace or add GPUs"
            ])
        } catch {
            throw Failure.input(["\(path): \(error)"])
        }
    }

    private func study(
        _ trace: Trace,
        _ cluster: ClusterDescription,
        _ setting: ReplaySetting
    ) throws -> (PlacementStudyResult, Double) {
        var options = PlacementStudyOptions()
        options.policy = setting.placement
        options.inflation = inflate
        options.seed = setting.seed
        let clock = ContinuousClock()
        let begin = clock.now
        do {
            let result = try PlacementStudy.run(trace, on: cluster, options: options)
            return (result, (clock.now - begin).seconds)
        } catch {
            throw Failure.input(["\(path): \(error)"])
        }
    }

    /// A replay in which nothing ran says nothing about waits.
    private func refuseEmpty(_ summary: ReplaySummary) throws {
        guard summary.started == 0 else { return }
        let reasons = summary.rejected.map { "\(NumberText.grouped($0.count)) \($0.reason.explanation)" }
        throw Failure.input(["\(path): no job could run on this estate: \(reasons.joined(separator: "; "))"])
    }

    // MARK: A sweep

    /// What is said of demand against supply before a sweep: of the smallest estate of `gpus=`, and without what follows from
    /// it where it depends on the model.
    private func sweepSupply(
        _ plan: [(key: String, values: [String])],
        _ base: ReplaySetting,
        _ imported: ImportedTrace
    ) throws -> [Diagnostic] {
        let least = try SweepPlan.settings(plan, from: base).compactMap(\.gpus).min()
        let description = try cluster.cluster(gpus: least, model: nil)
        let isModelled = plan.contains { $0.key == "model" }
        let isPriced =
            try isModelled || modelling.isUsed || cluster.isMixed || cluster.hasHosts && cluster.deployment(nil) != nil
        return SupplyAudit.check(
            imported,
            against: description,
            departures: !noDepartures,
            saysWaits: !isPriced
        ).map {
            least == nil ? $0 : Diagnostic($0.severity, "at gpus=\(least ?? 0), the least of the sweep: \($0.message)")
        }
    }

    private func runSweep(
        _ plan: [(key: String, values: [String])],
        _ base: ReplaySetting,
        _ imported: ImportedTrace,
        _ parsing: Double,
        _ supply: [Diagnostic],
        _ notes: [Diagnostic],
        _ file: String
    ) async throws {
        let settings = try SweepPlan.settings(plan, from: base)
        // Everything that can be wrong is found before the first replay.
        let clusters = try settings.map { try cluster.cluster(gpus: $0.gpus, model: $0.model) }
        if cluster.isMixed {
            for gpus in Set(settings.filter { $0.model == nil }.map { $0.gpus ?? 0 }).sorted() {
                guard let pools = try cluster.hostPools(gpus: gpus > 0 ? gpus : nil) else { continue }
                _ = try mixedEstate(pools, imported.trace, imported)
            }
        }
        let keys = plan.map(\.key)
        let cells: [SweepCell]
        if let folder = slurm.slurm {
            cells = try await SlurmSweep(folder, slurm, self, cells: settings.count).run()
        } else {
            cells = try await withThrowingTaskGroup(of: (Int, SweepCell).self) { group in
                for (index, setting) in settings.enumerated() {
                    let description = clusters[index]
                    group.addTask {
                        let summary = try self.summary(imported, description, setting)
                        return (index, SweepCell(setting, summary, parsing: parsing, keys: keys))
                    }
                }
                var found = [SweepCell?](repeating: nil, count: settings.count)
                var progress = Progress(begin: ContinuousClock().now)
                var done = 0
                for try await (index, cell) in group {
                    found[index] = cell
                    done += 1
                    progress.show { "replays: \(done) of \(settings.count)" }
                }
                progress.clear()
                return found.compactMap { $0 }
            }
        }
        if json {
            try Console.print(
                .object(
                    [JSONMember("runs", .array(cells.map { .object($0.members) }))] + ReplayText.members(of: notes) + [
                        JSONMember("import", ReplayText.auditJSON(imported, supply: supply))
                    ]
                )
            )
        } else {
            print(ReplayText.audit(imported, file: file, supply: supply + notes))
            print(ReplayText.sweep(cells, keys: keys, hasTimes: !noDepartures), terminator: "")
        }
    }

    /// One replay of a sweep.
    private func summary(
        _ imported: ImportedTrace,
        _ cluster: ClusterDescription,
        _ setting: ReplaySetting
    ) throws -> ReplaySummary {
        let trace = GPUTypeNames.align(imported.trace, with: cluster)
        if noDepartures {
            let (result, seconds) = try study(trace, cluster, setting)
            return ReplaySummary(result, seconds: seconds)
        }
        return ReplaySummary(try timedReplay(of: trace, imported, setting, gpus: setting.gpus, model: setting.model))
    }

    /// Does some cells of the sweep, in order: the trace is read once.
    func runCells(_ wanted: [Int], each: (Int, Result<SweepCell, any Error>) throws -> Void) throws {
        let plan = try SweepPlan.parse(sweep ?? "")
        let settings = try SweepPlan.settings(plan, from: try setting())
        let base = try cluster.cluster(gpus: nil, model: nil)
        let options = try reading.importOptions(needsTimes: !noDepartures, keepsCPUJobs: base.hasCPU)
        let (imported, parsing) = try TraceReading.trace(path, options)
        for index in wanted where settings.indices.contains(index) {
            let setting = settings[index]
            try each(
                index,
                Result {
                    let description = try cluster.cluster(gpus: setting.gpus, model: setting.model)
                    let summary = try summary(imported, description, setting)
                    return SweepCell(setting, summary, parsing: parsing, keys: plan.map(\.key))
                }
            )
        }
    }

    // MARK: Arguments

    func setting() throws -> ReplaySetting {
        guard PolicyNames.queues.contains(queue) else {
            throw ValidationError(unknown(queue, "--queue", PolicyNames.queues))
        }
        guard let placement = PolicyNames.placement(place) else {
            throw ValidationError(unknown(place, "--place", PolicyNames.placements))
        }
        return ReplaySetting(queue: queue, placement: placement, gpus: nil, model: nil, seed: seed)
    }

    func estimateModel() throws -> EstimateModel {
        if estimates == "exact" { return .exact }
        let isUniform = estimates.hasPrefix("uniform:")
        guard let factor = Double(isUniform ? String(estimates.dropFirst(8)) : estimates), (1...1e6).contains(factor)
        else {
            throw ValidationError("--estimates '\(estimates)' is not exact, a factor from 1 such as 3, or uniform:10")
        }
        return isUniform ? .uniform(upTo: factor) : .multiple(factor)
    }

    /// Members of `--json` about quotas; none without them.
    private func quotaMembers(_ table: TeamQuotas, _ imported: ImportedTrace) -> [JSONMember] {
        guard quotas.isUsed else { return [] }
        return [
            JSONMember(
                "quotas",
                .array(
                    table.entries.map {
                        .object([JSONMember("team", .string($0.team)), JSONMember("gpus", .number($0.gpus))])
                    }
                )
            ),
            JSONMember(
                "quotas_of_unknown_teams",
                .array(table.unknown(among: imported.trace.teams).map(JSON.string))
            ),
        ]
    }

    /// The seed as a number where JSON carries it exactly, else as text.
    private var seedJSON: JSON {
        Int(exactly: seed).flatMap { $0 < 1 << 53 ? .integer($0) : nil } ?? .string(String(seed))
    }

    /// Seconds from an option, already bounded.
    func milliseconds(_ seconds: Double) -> Int64 {
        Int64((min(max(seconds, 0), 1e12) * 1_000).rounded())
    }
}

extension ClusterDescription {
    /// Whether its nodes have CPU or memory that jobs without GPUs use up.
    var hasCPU: Bool {
        guard case .nodes(let groups) = self else { return false }
        return groups.contains { $0.cpuMilli != nil || $0.memoryMiB != nil }
    }
}
