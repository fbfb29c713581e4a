import Foundation
import Scheduling
import Testing

@Suite("Replay beside Batsim")
struct OracleTests {
    static let isThere = SharedData.path("traces/oracles/input_nasa.swf.gz") != nil

    @Test(
        "strict FCFS gives every job the wait that Batsim's fcfs_fast gives it",
        .enabled(if: isThere, "the oracle's files lie beside the checkout"),
        arguments: zip(["nasa", "lublin"], [(128, 8.0047), (256, 2_388_443.76)])
    )
    func waitsEqualBatsim(_ name: String, _ expected: (gpus: Int, meanWait: Double)) throws {
        let trace = try SharedData.oracleTrace(name)
        let rows = try SharedData.gunzippedLines("traces/oracles/batsim_\(name)_fcfs_fast.csv.gz").dropFirst()
        #expect(rows.count == trace.count && trace.count >= 10_000)
        var oracle: [Int64: Double] = [:]
        for row in rows where row.count == 6 {
            let wait: Double = try #require(Double(String(row[5])))
            oracle[try #require(Int64(String(row[0])))] = wait
        }
        let result = try simulate(trace, on: .pool(gpus: expected.gpus))
        var differing = 0
        var total = 0.0
        for job in 0..<trace.count {
            let wait = Double(result.start[job] - trace.submit[job]) / 1_000
            total += wait
            if abs(wait - (oracle[trace.id[job]] ?? -1)) > 0.01 { differing += 1 }
        }
        #expect(differing == 0)
        #expect(abs(total / Double(trace.count) - expected.meanWait) < 0.005)
        #expect(result.counters.completed == trace.count)
    }

    @Test(
        "nodes of one GPU each, with jobs spread over them, are a pool",
        .enabled(if: isThere, "the oracle's files lie beside the checkout"),
        arguments: [QueueDiscipline.fcfs, .priority, .fairShare(halfLife: 3_600_000)]
    )
    func nodesOfOneAreAPool(_ queue: QueueDiscipline) throws {
        let trace = try SharedData.oracleTrace("nasa")
        var options = SimulationOptions()
        options.queue = queue
        let pool = try simulate(trace, on: .pool(gpus: 128), options: options)
        let nodes = try simulate(trace, on: .nodes([NodeGroup(count: 128, gpus: 1)]), options: options)
        #expect(pool.start == nodes.start)
        #expect(pool.allocatedGPUMilliseconds == nodes.allocatedGPUMilliseconds)
        let node = try simulate(trace, on: .nodes([NodeGroup(count: 2, gpus: 64)]), options: options)
        #expect(node.counters.completed == trace.count)
    }
}
