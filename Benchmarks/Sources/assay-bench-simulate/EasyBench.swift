import Foundation
import Scheduling

/// EASY on nodes: the example trace, a month of 64 GPUs, on 16 GPUs in 2 nodes and on all 64 in 8.
///
/// On a quarter of its GPUs the queue grows to thousands, and every pass looks at all of it. A test holds the start of
/// the same replay to a slow reference that looks at every node for every job.
enum EasyBench {
    static func run() throws {
        let bytes = ExampleTrace.csv()
        var importer = TraceImporter(file: "research.csv")
        try importer.consume(bytes.span)
        let trace = try importer.finish().trace
        // Memory of its own makes nearly each job a shape of its own.
        var distinct = trace
        for job in 0..<trace.count {
            var own = trace[job]
            own.memoryMiB += Int32(job % 4_096)
            distinct[job] = own
        }
        for (name, trace) in [("", trace), (", memory of each its own,", distinct)] {
            try replay(name, trace)
        }
    }

    private static func replay(_ name: String, _ trace: Trace) throws {
        for nodes in [2, 8] {
            let group = NodeGroup(count: nodes, cpuMilli: 128_000, memoryMiB: 1_024 * 1_024, gpus: 8)
            var options = SimulationOptions()
            options.queue = .easy
            var found: SimulationResult?
            var best = Double.infinity
            for _ in 0..<5 {
                best = min(
                    best,
                    try Main.seconds { found = try simulate(trace, on: .nodes([group]), options: options) }
                )
            }
            guard let found else { continue }
            let waits = Main.waits(trace, found)
            print(
                "easy, \(trace.count) jobs of research.csv\(name) on \(found.gpuCount) GPUs in \(nodes) nodes:",
                String(format: "%.4f s, the least of 5;", best),
                String(format: "mean wait %.0f s,", waits.reduce(0, +) / Double(max(1, waits.count))),
                "completed \(found.counters.completed), backfilled \(found.counters.backfilled),",
                "result \(String(ResultHash.of(found), radix: 16))"
            )
        }
    }
}
