import CProbe
import Documents
import Estate
import Evidence
import Foundation
import Testing

@testable import Probing

/// A listener in this process, with callers that keep the rules and callers that do not.
@Suite(.serialized) struct NetworkListenerTests {
    /// A listener at a port of the system's choice, stopped when nobody has it any more.
    private final class Running {
        let listener: NetworkListener
        var address: NetworkAddress { listener.address }

        init(
            token: NetworkToken? = nil,
            host: String = "127.0.0.1",
            welcome: NetworkWelcome = .live(host: "listener")
        ) throws {
            let listener = try NetworkListener(
                at: NetworkAddress(host: host, port: 0),
                token: token,
                welcome: welcome,
                report: { _ in }
            )
            self.listener = listener
            Thread.detachNewThread { listener.serve() }
        }

        deinit { listener.stop() }
    }

    private func token(_ text: String = "0123456789abcdef") throws -> NetworkToken {
        try NetworkToken(Array(text.utf8))
    }

    private func socket(to address: NetworkAddress) throws -> Int32 {
        let descriptor = assay_connect(address.host, "\(address.port)", 5_000)
        try #require(descriptor >= 0)
        return descriptor
    }

    /// Claims a session, tried until the last one has been let go.
    private func claim(_ running: Running, token: NetworkToken? = nil) throws -> NetworkSession {
        try claim(NetworkTarget(peers: [running.address]), token: token)
    }

    private func claim(_ target: NetworkTarget, token: NetworkToken?) throws -> NetworkSession {
        let deadline = MonotonicClock.seconds() + 10
        while true {
            do { return try NetworkSession(target, token: token) } catch {
                guard case .busy = error, MonotonicClock.seconds() < deadline else { throw error }
                usleep(5_000)
            }
        }
    }

    @Test("a session is counted run by run: what was carried out, by its kind, and what failed")
    func served() throws {
        var served = NetworkServed(peer: "10.0.0.1:4", started: "2026-01-01T00:00:00Z")
        #expect(served.runs == 0)
        for kind in [NetworkWork.Kind.ring, .echo, .echo] { served.count(kind, isDone: true) }
        served.count(.sink, isDone: false)
        served.seconds = 2.5
        #expect(served.runs == 4)
        #expect(
            String(decoding: try served.json.canonical(), as: UTF8.self)
                == "{\"failed_runs\":1,\"runs\":4,\"seconds\":2.5,\"session_of\":\"10.0.0.1:4\","
                + "\"started\":\"2026-01-01T00:00:00Z\",\"work\":{\"echo\":2,\"ring\":1}}"
        )
    }

    @Test("one session at a time, and the next one when it has ended")
    func busy() throws {
        let running = try Running()
        var first: NetworkSession? = try claim(running)
        #expect(first?.welcomes.map(\.host) == ["listener"])
        #expect(throws: NetworkError.busy("\(running.address)")) {
            try NetworkSession(NetworkTarget(peers: [running.address]), token: nil)
        }
        #expect(first?.lost == nil)
        first = nil
        _ = try claim(running)
    }

    @Test("IPv6 as well", .enabled(if: assay_listen("::1", "0") >= 0))
    func version6() throws {
        let running = try Running(host: "::1")
        #expect(running.address.description.hasPrefix("[::1]:"))
        _ = try claim(running)
    }

    @Test("the token is asked of both ends")
    func tokens() throws {
        let open = try Running()
        let guarded = try Running(token: try token())
        #expect(throws: NetworkError.noToken("\(open.address)")) { try claim(open, token: try token()) }
        #expect(throws: NetworkError.unauthorised("\(guarded.address)")) { try claim(guarded) }
        #expect(throws: NetworkError.unauthorised("\(guarded.address)")) {
            try claim(guarded, token: try token("another token, as long"))
        }
        _ = try claim(guarded, token: try token())
    }

    @Test("runs of no session and links of no run are refused")
    func strangers() throws {
        let running = try Running()
        let session = try claim(running)
        let name = NetworkIdentifier.fresh()
        let work = NetworkWork(run: name, kind: .echo, bytes: 8, seconds: 1)
        for (purpose, owner) in [
            (NetworkHello.Purpose.run(work), NetworkIdentifier.fresh()),
            (.link(run: name, index: 0), session.target.session),
        ] {
            let error = #expect(throws: NetworkError.self) {
                try NetworkConnection.open(running.address, purpose, session: owner, token: nil)
            }
            guard case .refused = error else {
                Issue.record("\(String(describing: error))")
                continue
            }
        }
    }

    @Test("nobody at the other end, and something else there")
    func noListener() throws {
        let free = assay_listen("127.0.0.1", "0")
        var name = [CChar](repeating: 0, count: 64)
        let port = Int(assay_socket_name(free, 0, &name, name.count))
        let address = NetworkAddress(host: "127.0.0.1", port: port)
        Thread.detachNewThread {
            let caller = accept(free, nil, nil)
            // Before the answer, so that the second try finds nobody.
            close(free)
            _ = assay_send_all(caller, "SSH-2.0-OpenSSH_9.2p1\r\n", 23)
            close(caller)
        }
        #expect(throws: NetworkError.notAssay("\(address)")) {
            try NetworkSession(NetworkTarget(peers: [address]), token: nil)
        }
        let error = #expect(throws: NetworkError.self) {
            try NetworkSession(NetworkTarget(peers: [address]), token: nil)
        }
        #expect("\(try #require(error))".contains("no connection (Connection refused)"))
    }

    @Test("an address in use is said")
    func inUse() throws {
        let running = try Running()
        let error = #expect(throws: NetworkError.self) {
            try NetworkListener(at: running.address, token: nil, welcome: .live(host: "x"), report: { _ in })
        }
        #expect("\(try #require(error))" == "cannot listen at \(running.address): Address already in use")
    }

    /// A hello as a caller sends it, with an empty proof.
    private func hello() throws -> [UInt8] {
        let name = NetworkIdentifier.fresh()
        let said = try NetworkHello(nonce: name, session: name, purpose: .session).json.canonical()
        return try #require(NetworkFrame(.hello, said).bytes) + (try #require(NetworkFrame(.proof).bytes))
    }

    @Test("a hello that ends at any byte leaves the listener as it was")
    func truncation() throws {
        let running = try Running()
        let bytes = try hello()
        for length in 0..<bytes.count {
            let descriptor = try socket(to: running.address)
            _ = assay_send_all(descriptor, Array(bytes.prefix(length)), length)
            close(descriptor)
        }
        _ = try claim(running)
    }

    @Test("bytes that break the protocol are answered with a refusal")
    func garbage() throws {
        let running = try Running()
        let right = try hello()
        var version = right
        version[5] = 9
        var length = right
        length.replaceSubrange(8..<12, with: [0xFF, 0xFF, 0xFF, 0xFF])
        let notJSON = try #require(NetworkFrame(.hello, Array("{".utf8)).bytes)
        let cases: [([UInt8], NetworkRefusal.Code)] = [
            (Array("GET / HTTP/1.1\r\n\r\n".utf8), .malformed), (version, .version), (length, .malformed),
            (notJSON, .malformed), (try #require(NetworkFrame(.end, [1]).bytes), .malformed),
        ]
        for (bytes, code) in cases {
            let connection = NetworkConnection(adopting: try socket(to: running.address), peer: "listener")
            let deadline = MonotonicClock.seconds() + 10
            _ = try connection.receive(.greeting, until: deadline)
            _ = assay_send_all(connection.descriptor, bytes, bytes.count)
            let answer = try connection.receive(.refusal, until: deadline)
            #expect(try NetworkRefusal(try connection.document(answer)).code == code)
        }
        _ = try claim(running)
    }

    @Test("a caller that drips is cut off, and holds nobody up meanwhile")
    func slow() throws {
        let running = try Running()
        let slow = try socket(to: running.address)
        defer { close(slow) }
        _ = assay_send_all(slow, "AS", 2)
        _ = try claim(running)
        // The listener ends it of itself: after its greeting there is nothing more to read.
        let connection = NetworkConnection(adopting: dup(slow), peer: "listener")
        _ = try connection.receive(.greeting, until: MonotonicClock.seconds() + 5)
        #expect(connection.hasEnded(within: 4 * NetworkConnection.stepSeconds))
        #expect(throws: NetworkError.gone("listener")) {
            try connection.receive(.welcome, until: MonotonicClock.seconds() + 5)
        }
    }

    @Test("callers that say nothing keep nobody out, however many they are")
    func silent() throws {
        let running = try Running()
        let silent = try (0..<150).map { _ in try socket(to: running.address) }
        defer { for descriptor in silent { close(descriptor) } }
        _ = try claim(running)
    }

    // MARK: Measuring

    private func measure(
        _ listeners: [Running],
        names: [String] = ComponentProbe.networkNames,
        rounds: Int = 1,
        token: NetworkToken? = nil,
        allowsEmulated: Bool = true,
        progress: (MeasureSession.Progress) -> Void = { _ in }
    ) throws -> MeasureOutcome {
        let target = NetworkTarget(peers: listeners.map(\.address))
        let session = try claim(target, token: token)
        let layout = MachineLayout.live()
        let plan = MeasurePlan.network(
            .quick,
            target,
            names: names,
            seed: 1,
            layout: layout,
            rounds: rounds,
            sampleSeconds: 1
        )
        return session.run(
            plan,
            layout: layout,
            launcher: InProcessLauncher(probes: ComponentProbe.network(target)),
            options: .init(keepsDisturbed: true, allowsEmulated: allowsEmulated),
            progress: progress
        )
    }

    @Test("a listener whose processor may be emulated is refused or marked like our own", arguments: [false, true])
    func doubtful(allowed: Bool) throws {
        let welcome = NetworkWelcome(host: "guest", boot: "b", emulationDoubt: "nothing names KVM")
        let running = try Running(welcome: welcome)
        let outcome = try measure([running], names: ["network-latency"], allowsEmulated: allowed)
        let reason = "whether the processor of \(running.address) is emulated is not shown: nothing names KVM"
        if allowed {
            #expect(!outcome.measured.isEmpty, "\(outcome.sentences)")
            #expect(outcome.marks.contains { $0.kind == .perhapsEmulated && $0.sentence == reason } || Emulation.isSeen)
        } else {
            #expect(outcome.measured.isEmpty && outcome.rounds.isEmpty)
            #expect(outcome.sentences.contains { $0.contains(reason) } || Emulation.isSeen, "\(outcome.sentences)")
        }
    }

    @Test("an emulated processor at any end outweighs doubt at all, and our own comes first")
    func emulation() {
        let sure = NetworkWelcome(host: "a", boot: "b", emulation: "it says so")
        let doubtful = NetworkWelcome(host: "a", boot: "b", emulationDoubt: "who knows")
        let quiet = NetworkWelcome(host: "a", boot: "b")
        func judge(_ sign: String?, _ doubt: String?, _ peers: [NetworkWelcome]) -> Disturbance? {
            NetworkSession.emulation((sign, doubt), peers: peers.enumerated().map { ("p\($0.offset)", $0.element) })
        }
        #expect(judge(nil, nil, [quiet, quiet]) == nil)
        #expect(
            judge(nil, nil, [quiet, doubtful])
                == Disturbance(.perhapsEmulated, "whether the processor of p1 is emulated is not shown: who knows")
        )
        #expect(
            judge(nil, "x", [doubtful, sure]) == Disturbance(.emulated, "the processor of p1 is emulated: it says so")
        )
        #expect(judge("here", nil, [sure]) == Disturbance(.emulated, "the processor is emulated: here"))
        #expect(
            judge(nil, "x", [doubtful])
                == Disturbance(.perhapsEmulated, "whether the processor is emulated is not shown: x")
        )
    }

    @Test("what a listener tells of its processor travels")
    func welcome() throws {
        for told in [
            NetworkWelcome(host: "a", boot: "b"), NetworkWelcome(host: "a", boot: "b", emulation: "e"),
            NetworkWelcome(host: "a", boot: "b", emulationDoubt: "d"),
        ] {
            let value = try JSONDocument.parse(try told.json.canonical(), file: "welcome")
            #expect(try NetworkWelcome(Reader(value, file: "welcome")) == told)
        }
    }

    @Test("every metric has samples, with two and with three processes", arguments: [1, 2])
    func metrics(_ count: Int) throws {
        let outcome = try measure(try (0..<count).map { _ in try Running() })
        #expect(outcome.measured == outcome.metrics, "\(outcome.sentences)")
        #expect(outcome.metrics.contains { $0.name == "net_allreduce_16mib_\(count + 1)_ranks" })
        let round = try #require(outcome.rounds.first)
        let conditions = round.probes.flatMap(\.samples.conditions)
        #expect(conditions.contains(Condition(name: "net_family", value: "IPv4")))
        #expect(conditions.contains(Condition(name: "net_interface", value: "lo")))
        #expect(conditions.contains(Condition(name: "net_shared_kernel", value: "yes")))
        #expect(!conditions.contains { $0.name.hasPrefix(".") })
        for series in outcome.metrics.flatMap({ outcome.series(of: $0.name) }) {
            #expect(series.resolution > 0)
        }
    }

    @Test("the outcome is a record that comparing takes")
    func record() throws {
        let listener = try Running()
        func record(_ boot: String) throws -> Record {
            try measure([listener], names: ["network-latency"], rounds: 3).record(host: "h", boot: boot)
        }
        let first = try record("1")
        let second = try record("2")
        let again = try Record.read(try second.encoded(), file: "b")
        #expect(again.id == second.id)
        #expect(first.metrics == second.metrics)
    }

    @Test("a listener that dies leaves what there is, marked as interrupted")
    func death() throws {
        let listener = try Running()
        let outcome = try measure([listener], names: ["network-latency", "network-rate"], rounds: 50) { step in
            if step.done == 3 { listener.listener.stop() }
        }
        #expect(outcome.isInterrupted)
        #expect(outcome.rounds.count < 50)
        #expect(outcome.sentences.contains { $0.contains("interrupted") })
    }
}

extension Emulation {
    /// Whether this machine itself raises the question, and so speaks first.
    fileprivate static var isSeen: Bool { sign() != nil || doubt() != nil }
}
