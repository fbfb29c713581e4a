import ArgumentParser
import Documents
import Evidence
import Probing

/// The network between Assay processes: one listens, another measures with it.
struct NetworkOptions: MeasureMode {
    @Option(
        help: ArgumentHelp(
            "Be measured with: listen until interrupted. Port 0 lets the system choose; every address without one. "
                + "With --json, a line for each session says what was done.",
            valueName: "[address:]port"
        )
    )
    var listen: String?

    @Option(help: ArgumentHelp("With --listen: end after so many sessions, 1 or more.", valueName: "n"))
    var sessions: Int?

    @Option(
        help: ArgumentHelp(
            "Measure the network to these listeners: the first alone, and all of them in a ring.",
            valueName: "host:port,…"
        )
    )
    var peer: String?

    @Option(
        help: ArgumentHelp(
            "A file with a secret of 16 bytes or more that both ends have, readable by its owner alone.",
            valueName: "file"
        )
    )
    var tokenFile: String?

    @Option(
        help: ArgumentHelp(
            "With --peer, only these: \(ComponentProbe.networkNames.joined(separator: ", ")).",
            valueName: "a,b"
        )
    )
    var networkProbes: String?

    var given: [String] {
        [
            listen.map { _ in "--listen" }, peer.map { _ in "--peer" }, sessions.map { _ in "--sessions" },
            tokenFile.map { _ in "--token-file" }, networkProbes.map { _ in "--network-probes" },
        ].compactMap { $0 }
    }

    /// --quick, --rounds and --seconds say how long to measure here too.
    var usesComponents: Bool { true }

    func validate(_ recording: RecordingOptions) throws {
        switch (listen, peer) {
        case (nil, nil):
            let flag = given.first ?? "it"
            throw ValidationError("\(flag) needs --listen [ADDRESS:]PORT here and --peer HOST:PORT at the other end")
        case (_?, _?): throw ValidationError("--listen and --peer are the two ends; give one of them")
        case (let listen?, nil):
            _ = try Self.listening(listen)
            if networkProbes != nil { throw ValidationError("--network-probes is chosen by the end with --peer") }
        case (nil, _?):
            _ = try peers()
            _ = try probes()
            if sessions != nil { throw ValidationError("--sessions belongs to --listen") }
        }
        if let sessions, sessions < 1 { throw ValidationError("--sessions is \(sessions); expected 1 or more") }
    }

    private static func listening(_ text: String) throws -> NetworkAddress {
        guard let address = NetworkAddress(text, needsHost: false) else {
            throw ValidationError(
                "--listen '\(text)' is not [ADDRESS:]PORT; an example: 7770, 10.0.0.2:7770 or [::1]:7770"
            )
        }
        return address
    }

    private func peers() throws -> [NetworkAddress] {
        let parts = (peer ?? "").split(separator: ",", omittingEmptySubsequences: false)
        guard parts.count < NetworkLimits.ranks else {
            throw ValidationError(
                "--peer names \(parts.count) listeners; at most \(NetworkLimits.ranks - 1) can be in a ring"
            )
        }
        var addresses: [NetworkAddress] = []
        for part in parts {
            guard let address = NetworkAddress(String(part), needsHost: true) else {
                throw ValidationError(
                    "--peer '\(part)' is not HOST:PORT; an example: 10.0.0.2:7770 or [fe80::1%eth0]:7770"
                )
            }
            guard !addresses.contains(address) else {
                throw ValidationError("--peer names \(address) twice; a listener has one place in the ring")
            }
            addresses.append(address)
        }
        return addresses
    }

    private func probes() throws -> [String] {
        guard let networkProbes else { return ComponentProbe.networkNames }
        try Arguments.refuseRepeated(networkProbes, option: "--network-probes")
        return try networkProbes.split(separator: ",").map(String.init).map { name in
            guard ComponentProbe.networkNames.contains(name) else {
                let hint = nearest(name, in: ComponentProbe.networkNames).map { "did you mean '\($0)'?" }
                let known = "known are \(ComponentProbe.networkNames.joined(separator: ", "))"
                throw ValidationError("'\(name)' is not a network probe; \(hint ?? known)")
            }
            return name
        }
    }

    func run(_ recording: RecordingOptions, _ components: ComponentOptions) throws {
        if let flag = components.given.first(where: { ["--path", "--probes"].contains($0) }) {
            throw ValidationError(
                "\(flag) chooses components; --network-probes chooses what of the network is measured"
            )
        }
        let token: NetworkToken?
        do { token = try tokenFile.map { try NetworkToken(file: $0) } } catch {
            throw Failure.input(["\(error)"])
        }
        if let listen {
            try serve(try Self.listening(listen), token, json: recording.json)
        } else {
            try measure(try peers(), token, recording, components)
        }
    }

    // MARK: The two ends

    private func serve(_ address: NetworkAddress, _ token: NetworkToken?, json: Bool) throws {
        let termination = NetworkInterruption.descriptor()
        do {
            let listener = try NetworkListener(
                at: address,
                token: token,
                welcome: .live(host: RecordingOptions.hostName()),
                report: { event in
                    Console.error("\(event)")
                    if json, case .ended(let served) = event { try? Console.printLine(served.json) }
                }
            )
            if token == nil {
                Console.error("Without --token-file, whoever reaches this port can measure with this host.")
            }
            Console.error("Listening at \(listener.address)")
            listener.serve(sessions: sessions, termination: termination)
        } catch {
            throw Failure.environment("\(error)")
        }
    }

    private func measure(
        _ peers: [NetworkAddress],
        _ token: NetworkToken?,
        _ recording: RecordingOptions,
        _ components: ComponentOptions
    ) throws {
        let output = recording.output ?? "\(RecordingOptions.hostName()).network.record.json"
        try recording.checkTarget(output)
        let layout = MachineLayout.live()
        let seed = recording.chosenSeed()
        let target = NetworkTarget(peers: peers, tokenFile: tokenFile)
        let plan = MeasurePlan.network(
            components.quick ? .quick : .full,
            target,
            names: try probes(),
            seed: seed,
            layout: layout,
            rounds: components.rounds,
            sampleSeconds: components.seconds
        )
        let inspection = Inspection(HostView.live())
        let started = MonotonicClock.wallTime()
        let session: NetworkSession
        do { session = try NetworkSession(target, token: token) } catch {
            throw Failure.environment("\(error); no record was written")
        }
        let outcome = session.run(
            plan,
            layout: layout,
            launcher: ProcessLauncher(arguments: try NetworkChild.arguments(target)),
            options: .init(keepsDisturbed: recording.keepDisturbed, allowsEmulated: recording.allowEmulated),
            progress: { step in
                Console.error("[\(step.done + 1)/\(step.planned)] round \(step.round): \(step.probe)")
            }
        )
        let lost = session.lost
        let record: Record
        do {
            record = try recording.finished(
                outcome.record(
                    host: RecordingOptions.hostName(),
                    boot: RecordingOptions.bootIdentifier(),
                    facts: inspection.recordFacts,
                    blindSpots: inspection.blindSpots,
                    tool: .init(name: "assay measure", version: Version.current),
                    created: started,
                    declared: try recording.declaredModel(),
                    detected: inspection.model
                ),
                flags: repeatedFlags(components),
                seed: seed
            )
        } catch let error as MeasureRecordError {
            throw Failure.environment("\(lost.map { "\($0); " } ?? "")\(error); no record was written")
        }
        try Files.write([(output, record)])
        if recording.json {
            try Console.print(outcome.json.naming(record, at: output))
        } else {
            print(outcome.text)
            print("Written: \(output)\n\(record.id)")
            if let step = recording.nextStep(record, at: output) { print(step) }
        }
        if let lost {
            throw Failure.environment("\(lost) before all was measured; \(output) has what was, and says so")
        }
    }
}
