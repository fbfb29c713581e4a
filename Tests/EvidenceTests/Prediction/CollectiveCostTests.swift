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
}
