import Estate
import Foundation
import Probability
import Scheduling

/// Measures the engine of replay.
///
/// `assay-bench-simulate [headline | scaling [together] [GPUS…] | theory [SEED [QUEUE…]] | swf FILE GPUS | easy | placement NODES PODS |
/// parse [FILE…] | parse-damage [SECONDS [SEED]]]`. Times are of one run each on one core; repeat them on a quiet machine.
@main
enum Main {
    static func main() {
        do {
            try run()
        } catch {
            FileHandle.standardError.write(Data("assay-bench-simulate: \(error)\n".utf8))
            exit(1)
        }
    }

    private static func run() throws {
        let arguments = Array(CommandLine.arguments.dropFirst())
        switch arguments.first {
        case "headline", nil: try headline()
        case "scaling":
            guard let bench = ScalingBench(arguments.dropFirst()) else { refuse() }
            try bench.run()
        case "theory":
            try Theory.run(
                seed: arguments.count > 1 ? UInt64(arguments[1]) ?? 7 : 7,
                only: Array(arguments.dropFirst(2))
            )
        case "easy" where arguments.count == 1: try EasyBench.run()
        case "swf" where arguments.count == 3: try swf(arguments[1], gpus: Int(arguments[2]) ?? 0)
        case "placement" where arguments.count == 3: try PlacementBench.run(nodes: arguments[1], pods: arguments[2])
        case "parse": try ParseBench.run(Array(arguments.dropFirst()))
        case "parse-damage" where arguments.count <= 3:
            try ParseDamage.run(
                seconds: arguments.count > 1 ? Double(arguments[1]) ?? 60 : 60,
                seed: arguments.count > 2 ? UInt64(arguments[2]) ?? 1 : 1
            )
        default: refuse()
        }
    }

    private static func refuse() -> Never {
        print(
            "usage: assay-bench-simulate [headline | scaling [together] [GPUS…] | theory [SEED [QUEUE…]] "
                + "| swf FILE GPUS | easy | placement NODES PODS | parse [FILE…] | parse-damage [SECONDS [SEED]]]"
        )
        exit(64)
    }

    /// Processor seconds, of all threads or by another clock: what a body costs, whoever else uses the machine.
    static func seconds(by clock: clockid_t = CLOCK_PROCESS_CPUTIME_ID, _ body: () throws -> Void) rethrows -> Double {
        let start = processorSeconds(clock)
        try body()
        return processorSeconds(clock) - start
    }

    private static func processorSeconds(_ clock: clockid_t) -> Double {
        var time = timespec()
        clock_gettime(clock, &time)
        return Double(time.tv_sec) + Double(time.tv_nsec) * 1e-9
    }

    static func geometry() throws -> MIGGeometry {
        guard let geometry = try GPUCatalogue.standard().gpu(named: "a100-sxm-80gb").migGeometry else {
            throw CatalogueError.noMIG(gpu: "a100-sxm-80gb")
        }
        return geometry
    }

    /// Waits in seconds of the jobs that started.
    static func waits(_ trace: Trace, _ result: SimulationResult) -> [Double] {
        trace.submit.indices.compactMap {
            result.start[$0] < 0 ? nil : Double(result.start[$0] - trace.submit[$0]) / 1_000
        }
    }

    static func peakMiB() -> Int {
        let status = (try? String(contentsOfFile: "/proc/self/status", encoding: .utf8)) ?? ""
        for line in status.split(separator: "\n") where line.hasPrefix("VmHWM") {
            return (Int(line.split(whereSeparator: { !$0.isNumber }).first ?? "") ?? 0) / 1_024
        }
        return 0
    }

    static func report(
        _ title: String,
        _ workload: HeadlineWorkload,
        by clock: clockid_t = CLOCK_PROCESS_CPUTIME_ID
    ) throws -> Double {
        let (trace, cluster) = try workload.make(geometry())
        var result: SimulationResult?
        var p99 = 0.0
        let time = try seconds(by: clock) {
            let found = try simulate(trace, on: cluster)
            p99 = Quantiles.of(waits(trace, found), [0.99]).first ?? 0
            result = found
        }
        guard let result else { return time }
        let counters = result.counters
        let rejected = Double(counters.blockedByNodes) / Double(max(1, counters.tries))
        let queued = Double(counters.queuedMilliseconds) / Double(max(1, result.makespanMilliseconds))
        print(
            title,
            "\(trace.count) jobs, \(result.gpuCount) GPUs:",
            String(format: "%.3f s", time),
            String(format: "%.0f jobs/s", Double(trace.count) / time),
            String(
                format: "| tries %d, stopped by GPUs %.1f %%, by nodes %.1f %%",
                counters.tries,
                100 * Double(counters.blockedByGPUs) / Double(max(1, counters.tries)),
                100 * rejected
            ),
            String(
                format: "| queued %.1f %% of the time, allocated %.3f, p99 wait %.1f s",
                100 * queued,
                result.allocatedShare,
                p99
            ),
            "| completed \(counters.completed), peak \(peakMiB()) MiB,",
            "result \(String(ResultHash.of(result), radix: 16))"
        )
        return time
    }

    static func headline() throws {
        for limits in [true, false] {
            for _ in 0..<3 {
                var workload = HeadlineWorkload()
                workload.hasNodeLimits = limits
                _ = try report(limits ? "headline" : "headline without node limits", workload)
            }
        }
    }

    /// Replays an SWF file (uncompressed) on a pool.
    static func swf(_ path: String, gpus: Int) throws {
        var trace = Trace()
        for line in try String(contentsOfFile: path, encoding: .utf8).split(separator: "\n") where !line.hasPrefix(";")
        {
            let fields = line.split(separator: " ").compactMap { Int64($0) }
            guard fields.count >= 9 else { continue }
            trace.append(
                TraceJob(
                    id: fields[0],
                    submit: fields[1] * 1_000,
                    duration: fields[3] * 1_000,
                    requested: fields[8] * 1_000,
                    gpus: Int32(clamping: fields[4])
                )
            )
        }
        for queue in [QueueDiscipline.fcfs, .easy] {
            var options = SimulationOptions()
            options.queue = queue
            for _ in 0..<3 {
                var found: SimulationResult?
                let time = try seconds { found = try simulate(trace, on: .pool(gpus: gpus), options: options) }
                guard let found else { continue }
                let waits = waits(trace, found)
                print(
                    queue,
                    "\(trace.count) jobs on \(gpus):",
                    String(format: "%.4f s", time),
                    String(format: "mean wait %.4f s", waits.reduce(0, +) / Double(max(1, waits.count))),
                    "backfilled \(found.counters.backfilled), result \(String(ResultHash.of(found), radix: 16))"
                )
            }
        }
    }
}
