import Testing

@testable import Evidence

@Suite("Collectives by latency and bandwidth")
struct CollectiveCostTests {
    let cost = CollectiveCost(latencySeconds: 5e-6, secondsPerByte: 1e-10)

    @Test("cost nothing alone and what the formulas say among several")
    func formulas() {
        #expect(cost.allReduce(bytes: 1e6, members: 1, .ring) == 0)
        #expect(abs(cost.allReduce(bytes: 1e6, members: 4, .ring) - 6 * (5e-6 + 1e-10 * 250_000)) < 1e-15)
        #expect(abs(cost.allReduce(bytes: 1e6, members: 5, .tree) - (6 * 5e-6 + 2e-4 * 0.8)) < 1e-15)
    }

    @Test("are quicker by tree where messages are short, by ring hardly ever slower where they are long")
    func regimes() {
        #expect(cost.allReduce(bytes: 8, members: 64, .tree) < cost.allReduce(bytes: 8, members: 64, .ring))
        let (ring, tree) = (
            cost.allReduce(bytes: 1e9, members: 8, .ring), cost.allReduce(bytes: 1e9, members: 8, .tree)
        )
        #expect(abs(ring / tree - 1) < 0.01)
    }

    static func record(allReduceMicroseconds: Double) throws -> Record {
        let metrics = [
            Metric(name: "net_round_trip_8b", unit: "us", direction: .lower, kind: .component),
            Metric(name: "net_bandwidth_out_1", unit: "Gbit/s", direction: .higher, kind: .component),
            Metric(name: "net_allreduce_16mib_4_ranks", unit: "us", direction: .lower, kind: .component),
        ]
        let runs = try (1...3).map { run in
            Run(
                id: "r\(run)",
                series: [
                    try Sample.summary([20, 20, 20], metric: metrics[0].name),
                    try Sample.summary([80, 80], metric: metrics[1].name),
                    try Sample.summary([allReduceMicroseconds], metric: metrics[2].name),
                ]
            )
        }
        return try Record(.init(metrics: metrics, hosts: [Host(id: "h", boots: [Boot(id: "b", runs: runs)])]))
    }

    @Test("come from a record: half a round trip, the best rate")
    func measured() throws {
        let network = try #require(NetworkMeasurement([try Self.record(allReduceMicroseconds: 2600)]))
        #expect(abs(network.cost.latencySeconds - 1e-5) < 1e-12)
        #expect(abs(network.cost.secondsPerByte - 1e-10) < 1e-16)
        // 6 x (10 us + 16 MiB / 4 x 0.1 ns) is 2.58 ms: explained.
        #expect(network.doubts(.ring).isEmpty)
    }

    @Test("that links do not explain are named: a link at line rate beside a collective at a quarter")
    func doubts() throws {
        let network = try #require(NetworkMeasurement([try Self.record(allReduceMicroseconds: 10_400)]))
        let doubt = try #require(network.doubts(.ring).first)
        #expect(doubt.contains("net_allreduce_16mib_4_ranks took 4.0 times"))
        #expect(doubt.contains("this model does not explain"))
    }

    private static func imported(
        _ values: [(name: String, unit: String, value: Double)],
        conditions: [String: String] = [:]
    ) throws -> Record {
        let metrics = values.map {
            Metric(name: $0.name, unit: $0.unit, direction: $0.unit == "us" ? .lower : .higher, kind: .component)
        }
        let runs = try (1...2).map { run in
            Run(
                id: "r\(run)",
                conditions: conditions.map { Condition(name: $0.key, value: $0.value) },
                series: try values.map { try Sample.summary([$0.value], metric: $0.name) }
            )
        }
        return try Record(.init(metrics: metrics, hosts: [Host(id: "h", boots: [Boot(id: "b", runs: runs)])]))
    }

    struct Imported: Sendable, CustomTestStringConvertible {
        var testDescription: String
        var latency: (String, Double)
        var bandwidth: (String, String, Double)
        /// Microseconds one way, and gigabytes a second.
        var oneWay: Double
        var rate: Double
    }

    static let imports = [
        Imported(
            testDescription: "sockperf and iperf3 with eight streams",
            latency: ("net_half_round_trip_14b", 9),
            bandwidth: ("net_bandwidth_out_8", "Gbit/s", 80),
            oneWay: 9,
            rate: 10
        ),
        Imported(
            testDescription: "sockperf there and back",
            latency: ("net_round_trip_14b", 18),
            bandwidth: ("net_bandwidth_in_2", "Gbit/s", 80),
            oneWay: 9,
            rate: 10
        ),
        Imported(
            testDescription: "OSU",
            latency: ("osu_mpi_latency_8b_mean", 1.5),
            bandwidth: ("osu_mpi_bandwidth_4mib_mean", "MB/s", 25_000),
            oneWay: 1.5,
            rate: 25
        ),
        Imported(
            testDescription: "perftest",
            latency: ("send_latency_2b_median", 2),
            bandwidth: ("rdma_write_bandwidth_64kib_mean", "Gbit/s", 400),
            oneWay: 2,
            rate: 50
        ),
    ]

    @Test("come from imported tools, and say from which", arguments: imports)
    func importedTools(_ tool: Imported) throws {
        let latency = try Self.imported([(tool.latency.0, "us", tool.latency.1)])
        let bandwidth = try Self.imported([(tool.bandwidth.0, tool.bandwidth.1, tool.bandwidth.2)])
        let network = try #require(NetworkMeasurement([latency, bandwidth]))
        #expect(abs(network.cost.latencySeconds / (tool.oneWay * 1e-6) - 1) < 1e-9)
        #expect(abs(network.cost.secondsPerByte * tool.rate * 1e9 - 1) < 1e-9)
        #expect(network.source.contains(tool.latency.0) && network.source.contains(tool.bandwidth.0))
        // Half of it is not said to be missing.
        #expect(
            try #require(NetworkMeasurement.lack([latency])).contains("a latency (\(tool.latency.0)) and no bandwidth")
        )
        #expect(
            try #require(NetworkMeasurement.lack([bandwidth])).contains("a bandwidth (\(tool.bandwidth.0)) and no lat")
        )
        #expect(NetworkMeasurement.lack([latency, bandwidth]) == nil)
    }

    @Test(
        "do not come from what is no message or no rate of one link",
        arguments: [
            "net_round_trip_64kib", "net_round_trip_8b_rank", "rdma_read_latency_2b", "osu_mpi_allreduce_latency_8b",
        ]
    )
    func others(name: String) throws {
        let record = try Self.imported([(name, "us", 1), ("net_bandwidth_out_4", "Gbit/s", 80)])
        #expect(NetworkMeasurement([record]) == nil)
    }

    @Test("of NCCL are held against the links: 99.7 % of line rate beside a collective at a quarter")
    func nccl() throws {
        let links = try Self.imported([
            ("send_latency_2b_median", "us", 2), ("send_bandwidth_64kib_mean", "Gbit/s", 398.8),
        ])
        // Two nodes: 2 x 1 x 1 GiB / 2 at 49.85 GB/s is 21.5 ms; it took four times that.
        let collective = try Self.imported(
            [("nccl_allreduce_float_sum_1gib_16_ranks_mean", "us", 86_200)],
            conditions: ["nodes": "2", "ranks": "16"]
        )
        let network = try #require(NetworkMeasurement([links, collective]))
        #expect(network.allReduces.map(\.members) == [2])
        let doubt = try #require(network.doubts(.ring).first)
        #expect(doubt.hasPrefix("nccl_allreduce_float_sum_1gib_16_ranks_mean took 4.0 times"), "\(doubt)")
        let alone = try Self.imported(
            [("nccl_allreduce_float_sum_1gib_8_ranks_mean", "us", 86_200)],
            conditions: ["nodes": "1"]
        )
        // Inside a node no link of the network is in it.
        #expect(try #require(NetworkMeasurement([links, alone])).doubts(.ring).isEmpty)
    }
}
