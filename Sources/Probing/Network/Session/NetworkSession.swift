internal import CProbe
internal import Evidence

/// Measures with listeners: claims them, carries a plan out run by run, and lets them go.
package final class NetworkSession {
    /// With whom.
    package let target: NetworkTarget
    /// What the listeners told of themselves, in the target's order.
    package let welcomes: [NetworkWelcome]
    private let controls: [NetworkConnection]

    /// Claims every listener; those claimed are let go again where one refuses.
    package init(_ target: NetworkTarget, token: NetworkToken?) throws(NetworkError) {
        self.target = target
        var opened: [(connection: NetworkConnection, welcome: NetworkWelcome)] = []
        for peer in target.peers {
            opened.append(try NetworkConnection.open(peer, .session, session: target.session, token: token))
        }
        controls = opened.map(\.connection)
        welcomes = opened.map(\.welcome)
    }

    /// The listener that let us go, where one did.
    package var lost: NetworkError? {
        for control in controls where control.hasEnded() { return .gone(control.peer) }
        return nil
    }

    /// Carries the plan out; ends early with what there is where a listener is gone.
    package func run(
        _ plan: MeasurePlan,
        layout: MachineLayout,
        launcher: any ProbeLauncher,
        options: MeasureSession.Options,
        progress: (MeasureSession.Progress) -> Void = { _ in }
    ) -> MeasureOutcome {
        var outcome = MeasureOutcome(plan: plan, metrics: plan.probes.flatMap { $0.metrics(layout) })
        if let obstacle = obstacle(options, &outcome) {
            for probe in plan.probes { outcome.refuse(probe.name, [], obstacle, metrics: probe.metrics(layout)) }
            return outcome
        }
        var done = 0
        for number in 0..<plan.rounds {
            var round = MeasuredRound(number: number + 1, started: MonotonicClock.wallTime())
            for request in plan.requests(round: number) {
                guard lost == nil else {
                    outcome.isInterrupted = true
                    break
                }
                progress(
                    .init(done: done, planned: plan.rounds * plan.probes.count, probe: request.probe, round: number + 1)
                )
                measure(request, plan, layout, launcher, options, &round, &outcome)
                done += 1
            }
            if !round.probes.isEmpty { outcome.rounds.append(round) }
            if outcome.isInterrupted { break }
        }
        if lost != nil { outcome.isInterrupted = true }
        return outcome
    }

    private func obstacle(_ options: MeasureSession.Options, _ outcome: inout MeasureOutcome) -> String? {
        let own = (sign: Emulation.sign(), doubt: Emulation.doubt())
        guard let mark = Self.emulation(own, peers: zip(controls.map(\.peer), welcomes).map { ($0, $1) }) else {
            return nil
        }
        guard options.allowsEmulated else { return mark.sentence + "; --allow-emulated measures it all the same" }
        outcome.marks.append(mark)
        return nil
    }

    /// What an emulated processor at any end does to the whole measurement: one that shows weighs more than a doubt.
    static func emulation(
        _ own: (sign: String?, doubt: String?),
        peers: [(name: String, welcome: NetworkWelcome)]
    ) -> Disturbance? {
        let ends =
            [("the processor", own.sign, own.doubt)]
            + peers.map { ("the processor of \($0.name)", $0.welcome.emulation, $0.welcome.emulationDoubt) }
        for (processor, sign, _) in ends {
            if let sign { return Disturbance(.emulated, "\(processor) is emulated: \(sign)") }
        }
        for (processor, _, doubt) in ends {
            if let doubt {
                return Disturbance(.perhapsEmulated, "whether \(processor) is emulated is not shown: \(doubt)")
            }
        }
        return nil
    }

    private func measure(
        _ request: ProbeRequest,
        _ plan: MeasurePlan,
        _ layout: MachineLayout,
        _ launcher: any ProbeLauncher,
        _ options: MeasureSession.Options,
        _ round: inout MeasuredRound,
        _ outcome: inout MeasureOutcome
    ) {
        guard let probe = plan.probes.first(where: { $0.name == request.probe }) else { return }
        let metrics = probe.metrics(layout)
        for attempt in 0...max(0, options.retries) {
            let before = DisturbanceCounters.withoutInterrupts(layout.processors)
            let begin = MonotonicClock.seconds()
            let launch = launcher.launch(request, deadlineSeconds: 60 + 10 * request.seconds)
            let elapsed = MonotonicClock.seconds() - begin
            let after = DisturbanceCounters.withoutInterrupts(layout.processors)
            guard case .samples(var samples) = launch.reply else {
                if case .refused(let refusal) = launch.reply {
                    outcome.refuse(probe.name, [round.number], refusal.reason, metrics: metrics)
                }
                return
            }
            let told = Self.takeHidden(&samples)
            var report = DisturbanceReport(
                before: before,
                after: after,
                measured: request.processors,
                ownSeconds: launch.processorSeconds + told.processorSeconds,
                elapsedSeconds: elapsed
            )
            for one in told.disturbances where !report.disturbances.contains(where: { $0.kind == one.kind }) {
                report.disturbances.append(one)
            }
            if !report.disturbances.isEmpty, !options.keepsDisturbed {
                outcome.disturbedRuns += 1
                guard attempt == max(0, options.retries) else { continue }
                let seen = report.disturbances.map(\.sentence).joined(separator: ", and ")
                outcome.refuse(probe.name, [round.number], seen, metrics: metrics)
                return
            }
            samples.conditions += conditions
            round.probes.append(
                MeasuredProbe(name: probe.name, processors: request.processors, samples: samples, report: report)
            )
            for refusal in samples.refusals {
                let missing = metrics.filter { refusal.metrics.contains($0.name) }
                outcome.refuse(probe.name, [round.number], refusal.reason, metrics: missing)
            }
            return
        }
    }

    /// What is the same in every run: who is at the other end.
    private var conditions: [Condition] {
        let boot = NetworkRun.bootIdentifier()
        let isShared = welcomes.contains { $0.boot == boot }
        return [
            Condition(name: "net_peer_hosts", value: welcomes.map(\.host).joined(separator: ", ")),
            Condition(name: "net_shared_kernel", value: isShared ? "yes" : "no"),
        ]
    }

    private static func takeHidden(_ samples: inout ProbeSamples) -> (
        processorSeconds: Double, disturbances: [Disturbance]
    ) {
        var seconds = 0.0
        var disturbances: [Disturbance] = []
        for condition in samples.conditions {
            if condition.name == NetworkRun.Hidden.processorSeconds { seconds = Double(condition.value) ?? 0 }
            guard condition.name.hasPrefix(NetworkRun.Hidden.disturbance),
                let kind = condition.name.split(separator: " ").last.flatMap({ Disturbance.Kind(rawValue: String($0)) })
            else { continue }
            disturbances.append(Disturbance(kind, condition.value))
        }
        samples.conditions.removeAll { $0.name.hasPrefix(".") }
        return (seconds, disturbances)
    }
}

extension MeasurePlan {
    /// A plan of network probes.
    package static func network(
        _ length: Length,
        _ target: NetworkTarget,
        names: [String] = ComponentProbe.networkNames,
        seed: Int,
        layout: MachineLayout,
        rounds: Int?,
        sampleSeconds: Double?
    ) -> MeasurePlan {
        let all = ComponentProbe.network(target)
        return MeasurePlan(
            length,
            seed: seed,
            processors: layout.processors,
            probes: names.compactMap { name in all.first { $0.name == name } },
            rounds: rounds,
            sampleSeconds: sampleSeconds
        )
    }
}

extension NetworkWelcome {
    /// What this machine tells of itself.
    package static func live(host: String) -> NetworkWelcome {
        let boot = NetworkRun.bootIdentifier()
        let sign = Emulation.sign()
        return NetworkWelcome(
            host: host,
            boot: boot.isEmpty ? "unknown" : boot,
            emulation: sign,
            emulationDoubt: sign == nil ? Emulation.doubt() : nil
        )
    }
}
