import ArgumentParser
import Documents
import Evidence
import Probing

/// The component probes: what `measure` does without another mode.
struct ComponentOptions: MeasureMode {
    @Flag(help: "About 20 seconds, for a look, instead of about 2 minutes.")
    var quick = false

    @Option(
        help: ArgumentHelp("A folder on the storage to measure; without it storage is left out.", valueName: "folder")
    )
    var path: String?

    @Option(help: "Rounds, 1 to 1000. Default: 4 with --quick, else 12.")
    var rounds: Int?

    @Option(
        help: ArgumentHelp(
            "Only these probes: \(ComponentProbe.known.map(\.name).joined(separator: ", ")).",
            valueName: "a,b"
        )
    )
    var probes: String?

    @Option(help: "Seconds of samples in one round, 0.1 to 3600. Default: 2.4 with --quick, else 7.")
    var seconds: Double?

    @OptionGroup var gpus: GPUOptions

    var given: [String] {
        [
            quick ? "--quick" : nil, path.map { _ in "--path" }, rounds.map { _ in "--rounds" },
            probes.map { _ in "--probes" }, seconds.map { _ in "--seconds" },
        ].compactMap { $0 } + gpus.given
    }

    func validate() throws {
        try Arguments.require(rounds, in: 1...1_000, option: "--rounds")
        try Arguments.require(seconds, in: 0.1...3_600, option: "--seconds")
        let named = try namedProbes()
        if let flag = gpus.gpu, named != nil {
            throw ValidationError("--\(flag ? "" : "no-")gpu and --probes both choose the probes; give one of the two")
        }
    }

    /// The probes asked for by name, in the order in which they were named; nil where none was.
    private func namedProbes() throws -> [ComponentProbe]? {
        guard let probes else { return nil }
        try Arguments.refuseRepeated(probes, option: "--probes")
        return try probes.split(separator: ",").map { name in
            guard let probe = ComponentProbe.known.first(where: { $0.name == name }) else {
                let known = ComponentProbe.known.map(\.name)
                let hint = nearest(String(name), in: known).map { "did you mean '\($0)'?" }
                throw ValidationError(
                    "'\(name)' is not a probe; \(hint ?? "known are \(known.joined(separator: ", "))")"
                )
            }
            guard !probe.needsPath || path != nil else {
                throw ValidationError("the probe '\(name)' needs --path, a folder on the storage to measure")
            }
            return probe
        }
    }

    /// The probes to run, and why no GPU is among them where nobody left it out.
    private func chosenProbes() throws -> (probes: [ComponentProbe], absence: String?) {
        guard let named = try namedProbes() else {
            let (onGPU, absence) = try gpus.probes(isNamed: false)
            return (gpus.gpu == true ? onGPU : ComponentProbe.all + onGPU, absence)
        }
        let generic = GPUProbes.known.map(\.name)
        guard named.contains(where: { generic.contains($0.name) }) else { return (named, nil) }
        // Their metrics depend on how many GPUs there are.
        let (onGPU, _) = try gpus.probes(isNamed: true)
        return (
            try named.map { probe in
                guard generic.contains(probe.name) else { return probe }
                guard let one = onGPU.first(where: { $0.name == probe.name }) else {
                    throw Failure.environment("the probe '\(probe.name)' needs two GPUs, and CUDA sees one")
                }
                return one
            }, nil
        )
    }

    /// Why no GPU is measured, as a sentence for the record, where nobody left it out.
    func absenceOfGPU() throws -> String? { try chosenProbes().absence }

    /// What is to be done; `rounds` replaces the rounds asked for, as modes need that repeat it.
    func plan(seed: Int, layout: MachineLayout, rounds: Int? = nil) throws -> MeasurePlan {
        if let path, !Files.isFolder(path) {
            throw Failure.input(["\(path): is no folder; --path names a folder on the storage to measure"])
        }
        let length: MeasurePlan.Length = quick ? .quick : .full
        let chosen = try chosenProbes().probes
        return MeasurePlan(
            length,
            seed: seed,
            processors: layout.processors,
            probes: chosen,
            path: path,
            gpu: gpus.gpuIndex,
            rounds: rounds ?? self.rounds,
            // GPU probes take time of their own and none of the others'.
            sampleSeconds: seconds ?? GPUProbes.sampleSeconds(length, chosen)
        )
    }

    /// Carries a plan out, with progress on standard error; `keepsOtherTasks` keeps, and marks, what others disturbed.
    func measure(
        _ plan: MeasurePlan,
        layout: MachineLayout,
        _ recording: RecordingOptions,
        keepsOtherTasks: Bool = false
    ) -> MeasureOutcome {
        let session = MeasureSession(
            plan: plan,
            layout: layout,
            launcher: ProcessLauncher(),
            environment: .live(processors: layout.processors),
            options: .init(
                keepsDisturbed: recording.keepDisturbed || keepsOtherTasks,
                allowsEmulated: recording.allowEmulated
            )
        )
        return session.run(
            progress: { step in
                Console.error("[\(step.done + 1)/\(step.planned)] round \(step.round): \(step.probe)")
            },
            isCancelled: { JobSignals.isStopAsked }
        )
    }

    func run(_ recording: RecordingOptions, _ components: ComponentOptions) throws {
        let layout = MachineLayout.live()
        let seed = recording.chosenSeed()
        let plan = try plan(seed: seed, layout: layout)
        let target = recording.target
        try recording.checkTarget(target)
        let inspection = Inspection(HostView.live())
        let started = MonotonicClock.wallTime()
        JobSignals.watch()
        let outcome = measure(plan, layout: layout, recording)
        JobSignals.unwatch()
        let record: Record
        do {
            record = try recording.finished(
                outcome.record(
                    host: RecordingOptions.hostName(),
                    boot: RecordingOptions.bootIdentifier(),
                    facts: inspection.recordFacts,
                    blindSpots: inspection.blindSpots + [try absenceOfGPU()].compactMap { $0 },
                    tool: .init(name: "assay measure", version: Version.current),
                    created: started,
                    declared: try recording.declaredModel(),
                    detected: inspection.model
                ),
                flags: repeatedFlags,
                seed: seed
            )
        } catch let error as MeasureRecordError {
            let ended = outcome.isInterrupted ? "interrupted; " : ""
            throw Failure.environment("\(ended)\(error); no record was written")
        }
        try Files.write([(target, record)])
        if recording.json {
            try Console.print(outcome.json.naming(record, at: target))
        } else {
            print(outcome.text)
            print("Written: \(target)\n\(record.id)")
            if let step = recording.nextStep(record, at: target) { print(step) }
        }
        if outcome.isInterrupted {
            throw Failure.environment("interrupted before all was measured; \(target) has what was, and says so")
        }
    }
}
