internal import CProbe
internal import Evidence

/// Carries out a plan: starts the runs, watches the machine meanwhile, and keeps what can be right.
package struct MeasureSession {
    /// What the session asks of the machine it is on.
    package struct Environment {
        /// The kernel's counters now.
        package var counters: () -> DisturbanceCounters
        /// A clock that nobody adjusts, in seconds.
        package var seconds: () -> Double
        /// Now, in the form of RFC 3339.
        package var wallTime: () -> String
        /// How an emulated processor shows; nil for a real one.
        package var emulation: String?
        /// Why the processor may be emulated though it does not say so; nil where nothing raises the question.
        package var emulationDoubt: String?
        /// Whether the loops were compiled with optimisation.
        package var isOptimised: Bool

        /// An environment, as tests make them up.
        package init(
            counters: @escaping () -> DisturbanceCounters,
            seconds: @escaping () -> Double,
            wallTime: @escaping () -> String,
            emulation: String? = nil,
            emulationDoubt: String? = nil,
            isOptimised: Bool = true
        ) {
            self.counters = counters
            self.seconds = seconds
            self.wallTime = wallTime
            self.emulation = emulation
            self.emulationDoubt = emulationDoubt
            self.isOptimised = isOptimised
        }

        /// The machine we stand on.
        package static func live(processors: [Int]) -> Environment {
            Environment(
                counters: { DisturbanceCounters.live(processors) },
                seconds: MonotonicClock.seconds,
                wallTime: MonotonicClock.wallTime,
                emulation: Emulation.sign(),
                emulationDoubt: Emulation.doubt(),
                isOptimised: assay_optimised()
            )
        }
    }

    /// What to do with runs that something disturbed.
    package struct Options: Sendable, Hashable {
        /// Keeps disturbed runs, marked as such, instead of refusing them.
        package var keepsDisturbed: Bool
        /// Measures an emulated processor, marked as such.
        package var allowsEmulated: Bool
        /// How often a run that was disturbed is tried again.
        package var retries: Int

        /// Options; by default what was disturbed is tried twice more and then refused.
        package init(keepsDisturbed: Bool = false, allowsEmulated: Bool = false, retries: Int = 2) {
            self.keepsDisturbed = keepsDisturbed
            self.allowsEmulated = allowsEmulated
            self.retries = retries
        }
    }

    /// How far the session is.
    package struct Progress: Sendable, Hashable {
        /// Runs done.
        package var done: Int
        /// Runs planned.
        package var planned: Int
        /// The probe that runs now.
        package var probe: String
        /// The round, from 1.
        package var round: Int
    }

    private let plan: MeasurePlan
    private let layout: MachineLayout
    private let launcher: any ProbeLauncher
    private let environment: Environment
    private let options: Options

    /// A session.
    package init(
        plan: MeasurePlan,
        layout: MachineLayout,
        launcher: any ProbeLauncher,
        environment: Environment,
        options: Options = Options()
    ) {
        self.plan = plan
        self.layout = layout
        self.launcher = launcher
        self.environment = environment
        self.options = options
    }

    /// Carries out the plan and tells what was found.
    ///
    /// `progress` is called and `isCancelled` asked before each run; true ends the session with what there is.
    package func run(
        progress: (Progress) -> Void = { _ in },
        isCancelled: () -> Bool = { false }
    ) -> MeasureOutcome {
        var outcome = MeasureOutcome(plan: plan, metrics: plan.probes.flatMap { $0.metrics(layout) })
        if let obstacle = obstacle(&outcome) {
            for probe in plan.probes { outcome.refuse(probe.name, [], obstacle, metrics: probe.metrics(layout)) }
            return outcome
        }
        let planned = plan.rounds * plan.probes.count
        var done = 0
        for number in 0..<plan.rounds {
            var round = MeasuredRound(number: number + 1, started: environment.wallTime())
            for request in plan.requests(round: number) {
                if isCancelled() {
                    outcome.isInterrupted = true
                    break
                }
                progress(Progress(done: done, planned: planned, probe: request.probe, round: number + 1))
                measure(request, &round, &outcome)
                done += 1
            }
            if !round.probes.isEmpty { outcome.rounds.append(round) }
            if outcome.isInterrupted { break }
        }
        return outcome
    }

    /// Why nothing measured here could be right.
    private func obstacle(_ outcome: inout MeasureOutcome) -> String? {
        if let sign = environment.emulation {
            let reason = "the processor is emulated: \(sign)"
            guard options.allowsEmulated else { return reason + "; --allow-emulated measures it all the same" }
            outcome.marks.append(Disturbance(.emulated, reason))
        } else if let doubt = environment.emulationDoubt {
            let reason = "whether the processor is emulated is not shown: \(doubt)"
            guard options.allowsEmulated else { return reason + "; --allow-emulated measures it all the same" }
            outcome.marks.append(Disturbance(.perhapsEmulated, reason))
        }
        if !environment.isOptimised {
            let reason = "this program was compiled without optimisation"
            guard options.keepsDisturbed else { return reason }
            outcome.marks.append(Disturbance(.unoptimised, reason))
        }
        return nil
    }

    private func measure(_ request: ProbeRequest, _ round: inout MeasuredRound, _ outcome: inout MeasureOutcome) {
        guard let probe = plan.probes.first(where: { $0.name == request.probe }) else { return }
        // Setting up takes its own time, on slow storage and large memories most of all.
        let deadline = 30 + 10 * request.seconds
        for attempt in 0...max(0, options.retries) {
            let before = environment.counters()
            let begin = environment.seconds()
            let launch = launcher.launch(request, deadlineSeconds: deadline)
            let elapsed = environment.seconds() - begin
            var report = DisturbanceReport(
                before: before,
                after: environment.counters(),
                measured: request.processors,
                ownSeconds: launch.processorSeconds,
                elapsedSeconds: elapsed
            )
            report.disturbances.removeAll { probe.tolerates.contains($0.kind) }
            let samples: ProbeSamples
            switch launch.reply {
            case .refused(let refusal):
                outcome.refuse(probe.name, [round.number], refusal.reason, metrics: probe.metrics(layout))
                return
            case .samples(let taken): samples = taken
            }
            if !report.disturbances.isEmpty, !options.keepsDisturbed {
                outcome.disturbedRuns += 1
                guard attempt == max(0, options.retries) else { continue }
                let seen = report.disturbances.map(\.sentence).joined(separator: ", and ")
                outcome.refuse(probe.name, [round.number], seen, metrics: probe.metrics(layout))
                return
            }
            round.probes.append(
                MeasuredProbe(name: probe.name, processors: request.processors, samples: samples, report: report)
            )
            for refusal in samples.refusals {
                let metrics = probe.metrics(layout).filter { refusal.metrics.contains($0.name) }
                outcome.refuse(probe.name, [round.number], refusal.reason, metrics: metrics)
            }
            return
        }
    }
}
