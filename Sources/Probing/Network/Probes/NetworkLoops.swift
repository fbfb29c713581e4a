internal import CProbe
internal import Evidence
internal import Glibc

/// The loops of the network probes, with what they left out and how fine they see.
enum NetworkLoops {
    /// Messages at the beginning that find their way into caches, and TCP's windows open.
    private static let warmUp = 20
    private static let mostExchanges = 200_000
    /// Messages under way at once.
    private static let window = 64

    // MARK: Round trips

    static func roundTrips(
        _ run: NetworkRun,
        _ samples: inout ProbeSamples,
        bytes: Int,
        name: String = "8b",
        _ seconds: Double
    ) throws(NetworkError) -> ProbeSeries {
        let preemptions = assay_own_preemptions()
        var conditions: [Condition] = []
        let (times, _) = try run.withPeer(.echo, bytes: bytes, seconds: seconds) { links throws(NetworkError) in
            conditions = NetworkPath.conditions(of: links[0])
            return try exchange(links[0], bytes: bytes, seconds)
        }
        let taken = assay_own_preemptions() - preemptions
        // A round trip sleeps, and so gives the processor away; that it is taken is somebody else's doing.
        if taken > 10, Double(taken) > 0.05 * Double(times.count) {
            run.note(
                Disturbance(
                    .otherTasks,
                    "other tasks took the processor from the probe \(taken) times in \(times.count)"
                )
            )
        }
        for condition in conditions where !samples.conditions.contains(condition) {
            samples.conditions.append(condition)
        }
        samples.warmUpExcluded = max(samples.warmUpExcluded, warmUp)
        return ProbeSeries("net_round_trip_\(name)", times, resolution: clockStepMicroseconds())
    }

    /// The same through this host's own stack, with a thread at the other end.
    static func loopback(bytes: Int, _ seconds: Double) throws(NetworkError) -> ProbeSeries {
        let listening = assay_listen("127.0.0.1", "0")
        guard listening >= 0 else { throw .system("127.0.0.1", systemError(-listening)) }
        defer { close(listening) }
        var name = [CChar](repeating: 0, count: 64)
        let port = assay_socket_name(listening, 0, &name, name.count)
        let near = try NetworkConnection(to: NetworkAddress(host: "127.0.0.1", port: Int(max(port, 0))))
        let accepted = accept(listening, nil, nil)
        guard accepted >= 0 else { throw .system("127.0.0.1", systemError(errno)) }
        let far = NetworkConnection(adopting: accepted, peer: "127.0.0.1")
        let deadline = assay_nanoseconds() + UInt64((seconds + 10) * 1e9)
        let started = NetworkThread.start {
            // Not where the other thread is pinned alone, but where it may be.
            let all = MachineLayout.allowedProcessors().map { Int32(clamping: $0) }
            _ = assay_pin_all(all, Int32(all.count))
            var buffer = [UInt8](repeating: 0, count: bytes)
            _ = assay_echo(far.descriptor, &buffer, bytes, deadline)
        }
        guard started else { throw .system("a thread", "the system has none to give") }
        let times = try exchange(near, bytes: bytes, seconds)
        near.interrupt()
        return ProbeSeries("net_loopback_round_trip_8b", times, resolution: clockStepMicroseconds())
    }

    private static func exchange(
        _ link: NetworkConnection,
        bytes: Int,
        _ seconds: Double
    ) throws(NetworkError) -> [Double] {
        var buffer = [UInt8](repeating: 0, count: bytes)
        var times = [UInt64](repeating: 0, count: mostExchanges)
        _ = assay_lock_memory()
        let first = assay_ping(link.descriptor, &buffer, bytes, warmUp, .max, &times)
        guard first == warmUp else { throw link.error(first) }
        let until = assay_nanoseconds() + UInt64(seconds * 1e9)
        let count = assay_ping(link.descriptor, &buffer, bytes, times.count, until, &times)
        guard count > 0 else { throw link.error(count) }
        return times[..<count].map { Double($0) * 1e-3 }
    }

    // MARK: Rates

    static func messageRate(
        _ run: NetworkRun,
        _ samples: inout ProbeSamples,
        _ seconds: Double
    ) throws(NetworkError) -> ProbeSeries {
        let (_, windowNanoseconds) = NetworkWorker.windows(seconds: seconds)
        var conditions: [Condition] = []
        let (rates, _) = try run.withPeer(.echo, bytes: 64, seconds: seconds) { links throws(NetworkError) in
            conditions = NetworkPath.conditions(of: links[0])
            var rates = [Double](repeating: 0, count: 4_096)
            let now = assay_nanoseconds()
            let count = assay_pipeline(
                links[0].descriptor,
                64,
                Int32(window),
                now + UInt64(seconds * 0.2e9),
                now + UInt64(seconds * 1e9),
                windowNanoseconds,
                &rates,
                rates.count
            )
            guard count >= 0 else { throw links[0].error(count) }
            return Array(rates[..<count])
        }
        samples.conditions += conditions + [Condition(name: "net_messages_under_way", value: "\(window)")]
        // One message more or less in a window.
        return ProbeSeries("net_message_rate_64b", rates, resolution: 1e9 / Double(windowNanoseconds))
    }

    static func bandwidth(
        _ run: NetworkRun,
        _ samples: inout ProbeSamples,
        _ name: String,
        _ kind: NetworkWork.Kind,
        _ streams: Int,
        _ seconds: Double
    ) throws(NetworkError) -> ProbeSeries {
        let block = 1 << 17
        var conditions: [Condition] = []
        let (own, report) = try run.withPeer(kind, bytes: block, streams: streams, seconds: seconds) {
            links throws(NetworkError) in
            conditions = NetworkPath.conditions(of: links[0])
            let deadline = assay_nanoseconds() + UInt64((seconds * 5 + 30) * 1e9)
            if kind == .source { return try NetworkWorker.receive(links, seconds: seconds, deadline: deadline) }
            let status = assay_send_streams(links.map(\.descriptor), Int32(streams), block, UInt64(seconds * 1e9))
            guard status == 0 else { throw links[0].error(status) }
            return []
        }
        for condition in conditions where !samples.conditions.contains(condition) {
            samples.conditions.append(condition)
        }
        let rates = kind == .source ? own : report.rates
        // A read more or less in a window.
        let (_, windowNanoseconds) = NetworkWorker.windows(seconds: seconds)
        let resolution = Double(block) * 8 / Double(windowNanoseconds)
        return ProbeSeries(name, rates.map { $0 * 8e-9 }, resolution: resolution)
    }

    // MARK: Sums

    static func allReduce(
        _ ring: NetworkRing,
        _ samples: inout ProbeSamples,
        _ bytes: Int,
        _ name: String,
        _ seconds: Double
    ) throws(NetworkError) -> ProbeSeries {
        let elements = bytes / MemoryLayout<Float>.size
        // The first one grows buffers and windows; the second says how many fit.
        let trial = try ring.lead(elements: elements, rounds: 3)
        let each = max(Double(trial.dropFirst().min() ?? 1) * 1e-9, 1e-6)
        let rounds = Int(min(max(seconds / each, 3), 20_000)) + 1
        let times = try ring.lead(elements: elements, rounds: rounds).dropFirst()
        if samples.conditions.isEmpty {
            samples.conditions = NetworkPath.conditions(of: ring.next)
            samples.conditions.append(Condition(name: "net_ranks", value: "\(ring.ranks)"))
        }
        samples.warmUpExcluded = max(samples.warmUpExcluded, 4)
        return ProbeSeries(
            "net_allreduce_\(name)_\(ring.ranks)_ranks",
            times.map { Double($0) * 1e-3 },
            resolution: clockStepMicroseconds()
        )
    }

    /// The smallest step of the clock that was seen, which includes what a reading costs.
    private static func clockStepMicroseconds() -> Double {
        var smallest = UInt64.max
        var last = assay_nanoseconds()
        for _ in 0..<1000 {
            let now = assay_nanoseconds()
            if now > last { smallest = min(smallest, now - last) }
            last = now
        }
        return Double(smallest == .max ? 1 : smallest) * 1e-3
    }
}
