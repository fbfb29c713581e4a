internal import CProbe
internal import Evidence

extension ComponentProbe {
    /// The probes of the network between this process and listeners, in the order in which they are named.
    package static func network(_ target: NetworkTarget) -> [ComponentProbe] {
        [.networkLatency(target), .networkMessages(target), .networkRate(target), .networkBandwidth(target)]
            + [.networkAllReduce(target)]
    }

    /// Their names.
    package static let networkNames = [
        "network-latency", "network-messages", "network-rate", "network-bandwidth", "network-allreduce",
    ]

    /// One small message there and back, again and again; and the same inside this host, which no network does faster.
    private static func networkLatency(_ target: NetworkTarget) -> ComponentProbe {
        ComponentProbe(
            name: networkNames[0],
            title: "round trip of a small message",
            placement: .one,
            weight: 1,
            metrics: { _ in
                [
                    .component("net_round_trip_8b", "us", .lower),
                    .component("net_loopback_round_trip_8b", "us", .lower, .exploratory),
                ]
            },
            run: { context throws(ProbeRefusal) in
                try measured(target) { run, samples throws(NetworkError) in
                    samples.series.append(
                        try NetworkLoops.roundTrips(run, &samples, bytes: 8, context.request.seconds * 0.8)
                    )
                    do throws(NetworkError) {
                        samples.series.append(try NetworkLoops.loopback(bytes: 8, context.request.seconds * 0.2))
                    } catch {
                        let reason = "there is no loopback to compare with (\(error))"
                        samples.refusals.append(ProbeRefusal(reason, metrics: ["net_loopback_round_trip_8b"]))
                    }
                }
            }
        )
    }

    /// Larger messages there and back.
    private static func networkMessages(_ target: NetworkTarget) -> ComponentProbe {
        let sizes = [(1 << 10, "1kib"), (1 << 16, "64kib"), (1 << 20, "1mib")]
        return ComponentProbe(
            name: networkNames[1],
            title: "round trip of larger messages",
            placement: .one,
            weight: 1,
            metrics: { _ in
                sizes.map { .component("net_round_trip_\($0.1)", "us", .lower, .exploratory) }
            },
            run: { context throws(ProbeRefusal) in
                try measured(target) { run, samples throws(NetworkError) in
                    for (bytes, name) in sizes {
                        let seconds = context.request.seconds / Double(sizes.count)
                        samples.series.append(
                            try NetworkLoops.roundTrips(run, &samples, bytes: bytes, name: name, seconds)
                        )
                    }
                }
            }
        )
    }

    /// Many small messages under way at once.
    private static func networkRate(_ target: NetworkTarget) -> ComponentProbe {
        ComponentProbe(
            name: networkNames[2],
            title: "rate of small messages",
            placement: .one,
            weight: 0.6,
            metrics: { _ in [.component("net_message_rate_64b", "1/s", .higher)] },
            run: { context throws(ProbeRefusal) in
                try measured(target) { run, samples throws(NetworkError) in
                    samples.series.append(try NetworkLoops.messageRate(run, &samples, context.request.seconds))
                }
            }
        )
    }

    /// Streams in each direction, one and several.
    private static func networkBandwidth(_ target: NetworkTarget) -> ComponentProbe {
        let kinds: [(name: String, work: NetworkWork.Kind, streams: Int)] = [
            ("net_bandwidth_out_1", .sink, 1), ("net_bandwidth_in_1", .source, 1),
            ("net_bandwidth_out_4", .sink, 4), ("net_bandwidth_in_4", .source, 4),
        ]
        return ComponentProbe(
            name: networkNames[3],
            title: "bandwidth of streams",
            placement: .all,
            weight: 2,
            metrics: { _ in
                kinds.map { .component($0.name, "Gbit/s", .higher, $0.streams == 1 ? .confirmatory : .exploratory) }
            },
            run: { context throws(ProbeRefusal) in
                try measured(target) { run, samples throws(NetworkError) in
                    for kind in kinds {
                        let seconds = context.request.seconds / Double(kinds.count)
                        samples.series.append(
                            try NetworkLoops.bandwidth(run, &samples, kind.name, kind.work, kind.streams, seconds)
                        )
                    }
                }
            }
        )
    }

    /// Sums over all processes, round a ring: what training does with gradients, over TCP.
    private static func networkAllReduce(_ target: NetworkTarget) -> ComponentProbe {
        let sizes = [(1 << 3, "8b"), (1 << 16, "64kib"), (1 << 24, "16mib")]
        return ComponentProbe(
            name: networkNames[4],
            title: "all-reduce over \(target.ranks) processes",
            placement: .one,
            weight: 2,
            metrics: { _ in
                sizes.map {
                    .component(
                        "net_allreduce_\($0.1)_\(target.ranks)_ranks",
                        "us",
                        .lower,
                        $0.0 == 1 << 3 ? .exploratory : .confirmatory
                    )
                }
            },
            run: { context throws(ProbeRefusal) in
                try measured(target) { run, samples throws(NetworkError) in
                    let seconds = context.request.seconds
                    samples.series += try run.withRing(bytes: 1 << 24, seconds: seconds) {
                        ring throws(NetworkError) in
                        try sizes.map { bytes, name throws(NetworkError) in
                            try NetworkLoops.allReduce(ring, &samples, bytes, name, seconds / Double(sizes.count))
                        }
                    }
                }
            }
        )
    }

    /// A run whose failures are refusals, with what the session must know of the other ends.
    private static func measured(
        _ target: NetworkTarget,
        _ body: (NetworkRun, inout ProbeSamples) throws(NetworkError) -> Void
    ) throws(ProbeRefusal) -> ProbeSamples {
        let run = try NetworkRun(target)
        var samples = ProbeSamples()
        do throws(NetworkError) { try body(run, &samples) } catch { throw ProbeRefusal("\(error)") }
        run.tell(&samples)
        return samples
    }
}
