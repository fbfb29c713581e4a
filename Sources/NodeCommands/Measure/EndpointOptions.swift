import ArgumentParser
import Documents
import Evidence
import Glibc
import Probing

/// An inference service, or any other that speaks HTTP/1.1, under open-loop load.
struct EndpointOptions: MeasureMode {
    @Option(
        help: ArgumentHelp(
            "Load this http:// service in an open loop: latency counts from each request's intended start.",
            valueName: "url"
        )
    )
    var endpoint: String?

    @Option(help: "Requests offered a second; the same in both arms.")
    var rate: Double?

    @Option(help: "Seconds of load in a run, such as 30s. Default: 30s.")
    var duration: String?

    @Option(help: "Runs, 1 to 1000. Default: 4.")
    var endpointRuns: Int?

    @Option(help: "How requests arrive: poisson or uniform. Default: poisson.")
    var arrivals: Probing.Arrivals?

    @Option(help: "Connections at most, 1 to 4096. Default: 256.")
    var connections: Int?

    @Option(help: "The request's method. Default: POST with --body, else GET.")
    var method: String?

    @Option(help: ArgumentHelp("A file that is sent as the body of each request.", valueName: "file"))
    var body: String?

    @Option(
        help: ArgumentHelp(
            "A header of each request; may be repeated. Only names enter a record.",
            valueName: "'Name: value'"
        )
    )
    var header: [String] = []

    @Option(help: ArgumentHelp("The latency within which an answer is good, such as 200ms.", valueName: "time"))
    var slo: String?

    @Option(help: ArgumentHelp("When a request has failed, from its intended start. Default: 30s.", valueName: "time"))
    var requestTimeout: String?

    var given: [String] {
        [
            endpoint.map { _ in "--endpoint" }, rate.map { _ in "--rate" }, duration.map { _ in "--duration" },
            endpointRuns.map { _ in "--endpoint-runs" }, arrivals.map { _ in "--arrivals" },
            connections.map { _ in "--connections" }, method.map { _ in "--method" }, body.map { _ in "--body" },
            header.isEmpty ? nil : "--header", slo.map { _ in "--slo" },
            requestTimeout.map { _ in "--request-timeout" },
        ].compactMap { $0 }
    }

    func validate(_ recording: RecordingOptions) throws {
        guard endpoint != nil else {
            throw ValidationError("\(given.first ?? "") belongs to --endpoint URL, which is missing")
        }
        guard rate != nil else {
            throw ValidationError("--endpoint needs --rate: requests offered a second, the same in both arms")
        }
        try Arguments.require(endpointRuns, in: 1...1_000, option: "--endpoint-runs")
        _ = try Self.seconds(slo, "--slo", in: 1e-6...3_600)
        _ = try plan(body: [])
    }

    /// What is offered.
    private func plan(body bytes: [UInt8]) throws -> LoadPlan {
        let address: EndpointAddress
        do { address = try EndpointAddress(endpoint ?? "") } catch {
            throw ValidationError("--endpoint: \(error.description)")
        }
        let rate = rate ?? 0
        guard rate > 0, rate <= 1e6 else { throw ValidationError("--rate is \(rate); expected above 0, up to 1000000") }
        let duration = try Self.seconds(duration, "--duration", in: 0.1...86_400) ?? 30
        guard rate * duration >= 1, rate * duration <= Double(LoadPlan.maximumRequests) else {
            throw ValidationError(
                "--rate times --duration is \(NumberText.significant(rate * duration, 3)) requests in a run; expected 1 to "
                    + "\(NumberText.grouped(LoadPlan.maximumRequests))"
            )
        }
        let connections = connections ?? 256
        try Arguments.require(connections, in: 1...LoadPlan.maximumConnections, option: "--connections")
        let method = method ?? (body == nil ? "GET" : "POST")
        guard !method.isEmpty, method.utf8.count <= 32, method.utf8.allSatisfy({ (0x41...0x5A).contains($0) }) else {
            throw ValidationError("--method '\(method)' is no method; expected capital letters, such as POST")
        }
        let headers = try header.map { text in
            guard let header = LoadPlan.Header(text) else {
                // Its value may be a secret, so it is not repeated.
                throw ValidationError("a --header is not 'Name: value' on one line")
            }
            guard !["content-length", "transfer-encoding", "connection"].contains(header.name.lowercased()) else {
                throw ValidationError("--header \(header.name) is set by the load generator itself; leave it out")
            }
            return header
        }
        return LoadPlan(
            address: address,
            method: method,
            headers: headers,
            body: bytes,
            rate: rate,
            duration: duration,
            arrivals: arrivals ?? .poisson,
            connections: connections,
            timeout: try Self.seconds(requestTimeout, "--request-timeout", in: 0.001...3_600) ?? 30,
            warmUp: min(duration / 10, 5)
        )
    }

    /// A span of time written as `200ms`, `2s` or `1m`, in seconds.
    static func seconds(_ text: String?, _ option: String, in range: ClosedRange<Double>) throws -> Double? {
        guard let text else { return nil }
        for (unit, factor) in [("us", 1e-6), ("ms", 1e-3), ("min", 60), ("m", 60), ("h", 3_600), ("s", 1)]
        where text.hasSuffix(unit) {
            guard let number = Double(text.dropLast(unit.count)), number.isFinite else { break }
            guard range.contains(number * factor) else {
                throw ValidationError(
                    "\(option) is \(text); expected \(NumberText.plain(range.lowerBound)) to "
                        + "\(NumberText.plain(range.upperBound)) s"
                )
            }
            return number * factor
        }
        throw ValidationError("\(option) '\(text)' is no time; write it as 200ms, 30s or 2min")
    }

    func run(_ recording: RecordingOptions, _ components: ComponentOptions) throws {
        let objective = try Self.seconds(slo, "--slo", in: 1e-6...3_600)
        let runs = endpointRuns ?? 4
        let bytes = try body.map { path in
            try Files.read(path, limit: 16 << 20, expected: "the body of the requests")
        }
        let target = recording.target
        try recording.checkTarget(target)
        // The generator's own work would be slow too, wherever the service is.
        let marks = try recording.emulationMarks()
        let seed = recording.chosenSeed()
        let session = EndpointSession(
            plan: try plan(body: bytes ?? []),
            runs: runs,
            seed: seed,
            objective: objective,
            keepsDisturbed: recording.keepDisturbed
        )
        let started = MonotonicClock.wallTime()
        let outcome: EndpointOutcome
        do {
            outcome = try session.run { Console.error("[\($0.number)/\(runs)] \($0.progressLine)") }
        } catch let error as EndpointAddressError {
            throw Failure.environment("\(error.description); no record was written")
        }
        let record: Record
        do {
            record = try recording.finished(
                RecordingOptions.adding(marks, to: self.record(outcome, recording, created: started)),
                flags: repeatedFlags,
                seed: seed
            )
        } catch let error as MeasureRecordError {
            throw Failure.environment("\(error); no record was written")
        }
        try Files.write([(target, record)])
        if recording.json {
            try Console.print(outcome.json.naming(record, at: target))
        } else {
            print(outcome.text)
            print("Written: \(target)\n\(record.id)")
            if let step = recording.nextStep(record, at: target) { print(step) }
        }
    }

    private func record(_ outcome: EndpointOutcome, _ recording: RecordingOptions, created: String) throws -> Record {
        let inspection = outcome.isLocal ? Inspection(HostView.live()) : nil
        let host = try inspection.map { inspection in
            (
                id: RecordingOptions.hostName(), boot: try RecordingOptions.bootIdentifier(),
                facts: inspection.recordFacts, blindSpots: inspection.blindSpots
            )
        }
        return try outcome.record(
            host: host,
            generator: RecordingOptions.hostName(),
            tool: .init(name: "assay measure", version: Version.current),
            created: created,
            declared: try recording.declaredModel(),
            detected: inspection?.model
        )
    }
}

extension Probing.Arrivals: ExpressibleByArgument {}
