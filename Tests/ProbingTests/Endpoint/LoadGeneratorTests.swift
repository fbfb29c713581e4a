import Documents
import Evidence
import Foundation
import Probability
import Testing

@testable import Probing

/// The generator against a real server in another process.
@Suite(.serialized) struct LoadGeneratorTests {
    static func load(_ plan: LoadPlan, seed: Int = 1) throws -> LoadResult {
        let found = try SocketAddress.resolve(plan.address.host, port: plan.address.port).get()
        let times = plan.arrivals.times(rate: plan.rate, duration: plan.duration, seed: seed)
        var generator = LoadGenerator(plan, try #require(found.first), times: times)
        return generator.run()
    }

    static func p99(_ values: [Double]) -> Double { Quantiles.ofSorted(values.sorted(), 0.99) ?? .nan }

    // Of requests at equal distances over D seconds, those that meet a stall of S wait S, S - 1/R, ... 0: the share of
    // D that waits longer than x is (S - x) / D, so the 99th percentile is S - D/100. A closed loop has one request in
    // the stall, far less than one in a hundred.
    @Test(
        "a stall that a closed loop would hide is found, with the length that the schedule says",
        arguments: [256, 1]
    )
    func stall(_ connections: Int) throws {
        let server = try ScriptedServer(["201", "0.6"])
        let plan = LoadPlan(
            address: try server.address("/ok"),
            rate: 200,
            duration: 4,
            arrivals: .uniform,
            connections: connections
        )
        let result = try Self.load(plan)
        let held = try server.held()
        #expect(result.failure.allSatisfy { $0 == nil } && result.intended.count == 800)
        let expected = held - 0.04
        let found = Self.p99(result.latency)
        // The server works off what it kept waiting, at some 2,000 requests a second or more on a busy machine.
        #expect(found > expected - 0.01 && found < expected + 0.15, "p99 \(found), expected \(expected)")
        guard connections == 1 else { return }
        let closed = zip(result.latency, result.sent).map { $0 - $1 }
        #expect(Self.p99(closed) < 0.1 && (closed.max() ?? 0) > 0.55, "closed \(Self.p99(closed))")
        #expect(result.waited > 50 && result.opened == 1)
    }

    @Test("every way to answer well is served", arguments: ["/ok", "/chunked", "/old", "/close", "/rude", "/trickle"])
    func served(_ path: String) throws {
        let server = try ScriptedServer()
        let plan = LoadPlan(address: try server.address(path + "?x=1"), rate: 100, duration: 0.6, timeout: 20)
        let result = try Self.load(plan)
        #expect(result.failure.allSatisfy { $0 == nil }, "\(result.failure.compactMap { $0 })")
        #expect(result.latency.allSatisfy { $0.isFinite && $0 > 0 })
        #expect(zip(result.firstByte, result.latency).allSatisfy { $0 > 0 && $0 <= $1 })
        #expect(result.bodyBytes == result.intended.count * ["/old": 13, "/trickle": 3][path, default: 2])
        if path == "/trickle" {
            // The generator may itself be late to see a first byte, so the rest is judged by its median.
            let rest = zip(result.firstByte, result.latency).map { $1 - $0 }.sorted()
            #expect(result.firstByte.allSatisfy { $0 > 0.045 } && rest[rest.count / 2] > 0.08)
        }
        // Connections that stay are used again; those that do not are opened anew.
        if path == "/old" || path == "/close" { #expect(result.opened == result.intended.count) }
        if path == "/ok" || path == "/chunked" { #expect(result.opened < result.intended.count) }
    }

    @Test(
        "every way to fail is counted as what it is",
        arguments: [
            ("/500", LoadFailure.serverError), ("/404", .clientError), ("/302", .redirected), ("/garbage", .malformed),
            ("/short", .closed), ("/silent", .closed), ("/reset", .reset), ("/never", .timedOut),
        ]
    )
    func failed(_ path: String, _ failure: LoadFailure) throws {
        let server = try ScriptedServer()
        let plan = LoadPlan(
            address: try server.address(path),
            rate: 50,
            duration: 0.4,
            timeout: path == "/never" ? 0.3 : 20
        )
        let result = try Self.load(plan)
        #expect(!result.failure.isEmpty && result.failure.allSatisfy { $0 == failure }, "\(result.failure)")
        #expect(result.latency.allSatisfy { $0.isNaN })
        let run = try EndpointRun(number: 1, started: "2026-01-01T00:00:00Z", plan, result)
        #expect(run.served == 0 && run.summaries.isEmpty && run.failed == run.offered && !run.obstacles.isEmpty)
    }

    @Test("a request that a server resets is counted, and not made again", arguments: ["GET", "POST"])
    func resets(_ method: String) throws {
        let server = try ScriptedServer()
        let plan = LoadPlan(
            address: try server.address("/fifth"),
            method: method,
            rate: 200,
            duration: 1,
            arrivals: .uniform,
            timeout: 20
        )
        let result = try Self.load(plan)
        let failures = result.failure.compactMap { $0 }
        // The server counts what it sees: a request made again would move every fifth one away from where it is.
        #expect(failures.count == result.intended.count / 5, "\(failures.count) of \(result.intended.count)")
        #expect(failures.allSatisfy { $0 == .reset })
    }

    @Test("a server that dies is counted, and does not hang the generator")
    func dies() throws {
        let server = try ScriptedServer()
        let plan = LoadPlan(address: try server.address("/ok"), rate: 100, duration: 3, timeout: 5)
        let process = server.processIdentifier
        // A thread of its own: those of a queue may all be busy until the load has ended.
        Thread.detachNewThread {
            usleep(700_000)
            kill(process, SIGKILL)
        }
        let result = try Self.load(plan)
        let failures = result.failure.compactMap { $0 }
        #expect(!failures.isEmpty && failures.allSatisfy { [.refused, .reset, .closed].contains($0) }, "\(failures)")
        #expect(result.latency.contains { $0.isFinite })
        #expect(zip(result.latency, result.failure).allSatisfy { $0.isFinite == ($1 == nil) })
    }

    @Test("nobody there is said before anything is measured")
    func unreachable() throws {
        let server = try ScriptedServer()
        let address = try server.address("/ok")
        server.stop()
        let session = EndpointSession(plan: LoadPlan(address: address, rate: 1, duration: 1), runs: 1, seed: 1)
        let error = #expect(throws: EndpointAddressError.self) { try session.run() }
        #expect(error?.description.contains("Connection refused") == true, "\(error?.description ?? "")")
    }

    @Test("a session becomes a record without secrets that a comparison takes")
    func record() throws {
        let server = try ScriptedServer()
        var plan = LoadPlan(
            address: try server.address("/ok/hush-path?token=hush-query"),
            method: "POST",
            rate: 100,
            duration: 0.8,
            warmUp: 0.2
        )
        plan.headers = [try #require(LoadPlan.Header("Authorization: Bearer hush-header"))]
        plan.body = Array("hush-body".utf8)
        let session = EndpointSession(plan: plan, runs: 2, seed: 5, objective: 10, keepsDisturbed: true)
        let outcome = try session.run()
        #expect(outcome.runs.count == 2 && outcome.isLocal)
        func record(_ host: String) throws -> Record {
            try outcome.record(
                host: (id: host, boot: host, facts: [], blindSpots: []),
                generator: "here",
                tool: .init(name: "assay measure", version: "1"),
                created: "2026-01-01T00:00:00Z",
                declared: nil,
                detected: nil
            )
        }
        let first = try record("one")
        let text = String(decoding: try first.encoded(), as: UTF8.self)
        #expect(!text.contains("hush") && text.contains("authorization"))
        let printed = try outcome.json.pretty() + outcome.text
        #expect(!printed.contains("hush"))
        #expect(first.runs.allSatisfy { $0.run.condition("offered_load_per_s") == "100" && $0.run.warmUpExcluded > 5 })
        #expect(first.metrics.map(\.name).contains("served_within_objective"))
        let second = try record("two")
        let comparison = try Comparison.compare(baseline: [first], other: [second], options: .init())
        #expect(comparison.metrics.contains { $0.name == "request_latency" })
    }
}
