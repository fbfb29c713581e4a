import ArgumentParser
import Documents
import Estate
import Evidence
import Glibc
import Probing

/// Two machines measured in turn over ssh, as a pair that `assay compare` takes.
struct PairOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "Measure this machine and that one in turn, in ABBA blocks, over ssh.",
            valueName: "host"
        )
    )
    var pair: String?

    @Option(
        help: ArgumentHelp(
            "What reaches the other machine: a shell line is added as its last word. Default: ssh to the host.",
            valueName: "command"
        )
    )
    var remoteCommand: String?

    @Option(help: "The program on the other machine. Default: assay-node.")
    var remoteProgram: String?

    @Option(help: "Blocks of four runs, two pairs each, 1 to 1000. Default: 4.")
    var blocks: Int?

    @Option(help: "The deployment model of the other machine, where it is known better than inspect can see it.")
    var declareRemote: String?

    @Flag(help: "Halfway the machines exchange their deployment models, so that host and model can be told apart.")
    var crossover = false

    @Flag(help: "Both machines are in the same model: how far do the hosts differ by themselves?")
    var aa = false

    @Flag(help: "The machines have exchanged their deployment models: go on with the second half.")
    var exchanged = false

    @Flag(name: .customLong("continue"), help: "Go on with the pair in the output folder where it was broken off.")
    var continues = false

    @Option(help: ArgumentHelp("After this a run is ended and counts as failed. Default: 1h.", valueName: "time"))
    var runTimeout: String?

    /// The flags that were given, as written.
    var given: [String] {
        [
            pair.map { _ in "--pair" }, remoteCommand.map { _ in "--remote-command" },
            remoteProgram.map { _ in "--remote-program" }, blocks.map { _ in "--blocks" },
            declareRemote.map { _ in "--declare-remote" }, crossover ? "--crossover" : nil, aa ? "--aa" : nil,
            exchanged ? "--exchanged" : nil, continues ? "--continue" : nil, runTimeout.map { _ in "--run-timeout" },
        ].compactMap { $0 }
    }

    /// Checks what the pair needs; errors are `ValidationError`s.
    func validate(_ recording: RecordingOptions) throws {
        guard let first = given.first else { return }
        guard let pair else { throw ValidationError("\(first) belongs to --pair HOST, which is missing") }
        guard RemoteMeasure.sshCommand(pair) != nil else {
            throw ValidationError("--pair '\(pair)' is no host; an example: --pair gpu-2")
        }
        guard !(crossover && aa) else {
            throw ValidationError("--crossover and --aa are different designs; give one, and run the other after it")
        }
        guard !exchanged || (crossover && continues) else {
            throw ValidationError("--exchanged goes with --crossover --continue, once the first half is done")
        }
        try Arguments.require(blocks, in: 1...1_000, option: "--blocks")
        let models = try (recording.declaredModel(), declareRemote.map(Arguments.deploymentModel))
        if aa, let local = models.0, let remote = models.1, local != remote {
            throw ValidationError("--aa means one model on both machines, and \(local) and \(remote) are declared")
        }
        if crossover, models.0 == nil || models.1 == nil || models.0 == models.1 {
            throw ValidationError(
                "--crossover needs both models: --declare of this machine's first half and --declare-remote of the other's"
            )
        }
        _ = try EndpointOptions.seconds(runTimeout, "--run-timeout", in: 0.1...864_000)
    }

    /// What the machines stand for.
    private var design: PairDesign { crossover ? .crossover : aa ? .control : .models }

    /// Measures the pair and prints the comparison; `words` are those of the command line after `measure`.
    func run(_ recording: RecordingOptions, words: [String]) throws {
        guard let pair, let ssh = RemoteMeasure.sshCommand(pair) else { return }
        let folder = recording.output ?? "pair-\(pair.filter { $0.isLetter || $0.isNumber || "-_.".contains($0) })"
        let forwarded = PairArguments.forwarded(words)
        let store = PairStore(folder: folder)
        let (plan, text) = try self.plan(recording, forwarded, host: pair, store: store)
        var journal = try store.open(plan: text, continues: continues)
        let models = try (recording.declaredModel(), declareRemote.map(Arguments.deploymentModel))
        let timeout = try EndpointOptions.seconds(runTimeout, "--run-timeout", in: 0.1...864_000) ?? 3_600
        let session = PairSession(
            plan: plan,
            environment: .init(
                measure: { slot in
                    let remote = RemoteMeasure(
                        command: slot.side == .local ? nil : remoteCommand ?? ssh,
                        program: slot.side == .local ? Self.ownPath() : remoteProgram ?? "assay-node",
                        arguments: Self.arguments(forwarded, slot, seed: plan.seed, models: models)
                    )
                    return Result { () throws(PairFailure) in
                        let record = try remote.run(timeoutSeconds: timeout, version: Version.current)
                        try Self.check(record, slot, models: models)
                        return record
                    }
                },
                keep: { record, slot in store.keep(record, slot) },
                wallTime: MonotonicClock.wallTime,
                pause: { usleep(UInt32($0 * 1e6)) },
                isExchangeConfirmed: exchanged,
                isCancelled: { JobSignals.isStopAsked }
            )
        )
        JobSignals.watch()
        defer { JobSignals.unwatch() }
        let (ending, state) = try session.run(&journal) { Self.tell($0, plan) }
        switch ending {
        case .done: break
        case .exchange:
            throw Failure.environment(
                "The first half is done: boot this machine as \(models.1.map(String.init(describing:)) ?? "the other model") and "
                    + "\(pair) as \(models.0.map(String.init(describing:)) ?? "the other model"), then give the same command "
                    + "with --continue --exchanged; nothing is lost meanwhile"
            )
        case .stopped(let reason):
            throw Failure.environment(
                "\(reason); \(state.completePairs) of \(plan.pairs) pairs are done and kept in \(folder): give the same command "
                    + "with --continue to go on"
            )
        case .cancelled:
            throw Failure.environment(
                "interrupted; \(state.completePairs) of \(plan.pairs) pairs are done and kept in \(folder): give the same command "
                    + "with --continue to go on"
            )
        }
        try finish(plan, state, store: store, recording, host: pair, planText: text)
    }

    // MARK: The plan

    /// The plan and its text, from this command line or, to go on, with the seed that it was begun with.
    private func plan(
        _ recording: RecordingOptions,
        _ forwarded: [String],
        host: String,
        store: PairStore
    ) throws -> (PairPlan, String) {
        let seed = continues ? try store.seed() : recording.chosenSeed()
        let plan = PairPlan(design: design, blocks: blocks ?? 4, seed: seed)
        let json: JSON = .fields([
            "design": .string(plan.design.rawValue),
            "blocks": .integer(plan.blocks),
            "seed": .integer(plan.seed),
            "attempts": .integer(plan.attempts),
            "remote": .string(host),
            "local_model": recording.declare.map { .string($0) },
            "remote_model": declareRemote.map { .string($0) },
            // Command lines may hold what is nobody's business: their hash tells them apart.
            "measures": .string(try Record.identifier(of: .array(forwarded.map { .string($0) }))),
            "version": .string(Version.current),
        ])
        return (plan, String(decoding: try json.canonical(), as: UTF8.self))
    }

    /// The command line of one run: one round of fresh processes, with a seed of its own that both of a pair share.
    private static func arguments(
        _ forwarded: [String],
        _ slot: PairSlot,
        seed: Int,
        models: (DeploymentModel?, DeploymentModel?)
    ) -> [String] {
        var words = ["measure"] + PairRounds.single(forwarded)
        words += ["--seed", String((seed + slot.pair) & 0xFFFF_FFFF)]
        if let model = slot.arm == 0 ? models.0 : models.1 { words += ["--declare", model.rawValue] }
        return words
    }

    /// A machine that is still what it was cannot stand for what it should be.
    private static func check(
        _ record: Record,
        _ slot: PairSlot,
        models: (DeploymentModel?, DeploymentModel?)
    ) throws(PairFailure) {
        guard let detected = record.content.detectedModel, let first = models.0, let second = models.1, first != second
        else { return }
        let (expected, other) = slot.arm == 0 ? (first, second) : (second, first)
        guard detected == other else { return }
        throw PairFailure(
            .final,
            "the machine should be \(expected) now, and what it shows is \(detected); boot it as \(expected), then continue"
        )
    }

    /// Where this program is: the shell that starts it again is another process.
    private static func ownPath() -> String {
        var buffer = [CChar](repeating: 0, count: Int(PATH_MAX) + 1)
        let count = readlink("/proc/self/exe", &buffer, buffer.count - 1)
        guard count > 0 else { return CommandLine.arguments.first ?? "assay-node" }
        return String(decoding: buffer[..<count].map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    private static func tell(_ progress: PairSession.Progress, _ plan: PairPlan) {
        switch progress {
        case .running(let slot, let attempt):
            let again = attempt > 1 ? ", attempt \(attempt)" : ""
            Console.error(
                "[\(slot.index + 1)/\(plan.slots.count)] pair \(slot.pair) of \(plan.pairs): \(slot.side.rawValue)\(again)"
            )
        case .failed(let slot, let failure): Console.error("  \(slot.side.rawValue): \(failure.reason)")
        }
    }

    // MARK: The end

    private func finish(
        _ plan: PairPlan,
        _ state: PairState,
        store: PairStore,
        _ recording: RecordingOptions,
        host: String,
        planText: String
    ) throws {
        let models = try (recording.declaredModel(), declareRemote.map(Arguments.deploymentModel))
        let pair: PairRecords
        do {
            pair = try PairRecords(
                plan,
                state,
                records: try store.records(plan, state),
                labels: .init(
                    declared: [models.0, models.1],
                    remoteName: host,
                    tool: .init(name: "assay measure --pair", version: Version.current),
                    created: MonotonicClock.wallTime(),
                    plan: try Record.identifier(of: .string(planText))
                )
            )
        } catch let error as PairRecordError {
            throw Failure.environment(error.description)
        }
        let names = plan.design == .crossover ? ["first-model", "second-model"] : ["local", "remote"]
        try Files.write(
            [
                try Files.output(pair.arms[0], for: "\(names[0]).record.json"),
                try Files.output(pair.arms[1], for: "\(names[1]).record.json"),
            ],
            into: store.folder
        )
        // The baseline is the arm without a hypervisor, where exactly one is.
        let turned = pair.arms[0].model?.isVirtual == true && pair.arms[1].model?.isVirtual == false
        let order = turned ? [1, 0] : [0, 1]
        var baseline = pair.arms[order[0]]
        var other = pair.arms[order[1]]
        baseline.file = "\(store.folder)/\(names[order[0]]).record.json"
        other.file = "\(store.folder)/\(names[order[1]]).record.json"
        let comparison: Comparison
        do {
            comparison = try Comparison.compare(baseline: [baseline], other: [other], options: ComparisonOptions())
        } catch {
            throw Failure.environment("the records are written to \(store.folder), but do not compare: \(error)")
        }
        if plan.design != .crossover, comparison.validity.contains(where: { $0.code == "boot-shared" }) {
            Console.error(
                "caution: \(host) is this machine itself, in one boot: what is compared is one system with itself"
            )
        }
        if recording.json {
            try Console.print(comparison.json)
        } else {
            comparison.lines.forEach { print($0) }
            print("Written: \(baseline.file), \(other.file)")
            print(
                "Again, or another statistic: assay compare \(ShellText.quote(baseline.file)) --with "
                    + ShellText.quote(other.file)
            )
        }
    }
}
