import Documents
import Estate
import Foundation
import Probability
import Scheduling

/// Replays the research-saas mix under every deployment model and prints what comes of it.
///
/// `assay-bench-models [SEEDS]`: 20 seeds by default; the tables of docs/simulate-models.md. `assay-bench-models trace`
/// prints Examples/research-saas/trace.csv, whose seed is 2026.
@main
enum Main {
    /// A model with its costs: made up as the study's other inputs are, and stated in the documentation.
    struct Contender {
        let name: String
        let model: ReplayModel
        let overheads: ModelOverheads
    }

    static func main() throws {
        if CommandLine.arguments.dropFirst().first == "trace" {
            print(ResearchMix(seed: 2026).csv(), terminator: "")
            return
        }
        let seeds = CommandLine.arguments.dropFirst().first.flatMap { UInt64($0) } ?? 20
        let gpu = try GPUCatalogue.standard().gpu(named: "a100-sxm-80gb")
        let geometry = try gpu.mig()
        let pool = HostPool(
            hosts: 2,
            gpusPerHost: 8,
            gpuType: gpu.id,
            gpuMemoryMiB: gpu.memoryFloorMiB,
            geometry: geometry
        )
        let layout = try layout(geometry, ["1g.10gb", "1g.10gb", "2g.20gb", "3g.40gb"])
        let machine = ModelOverheads(overhead: 0.03, startUpMilliseconds: 60_000)
        let contenders = [
            Contender(name: "whole GPU, bare metal", model: .wholeGPU, overheads: ModelOverheads()),
            Contender(name: "whole GPU, VM (today)", model: .passthrough(shapes: [1]), overheads: machine),
            Contender(
                name: "time-sliced vGPU, 2 slots",
                model: .timeSliced(slots: 2),
                overheads: turns
            ),
            Contender(
                name: "time-sliced vGPU, 4 slots",
                model: .timeSliced(slots: 4),
                overheads: turns
            ),
            Contender(name: "MIG-backed vGPU, fixed", model: .staticMIG(layout: layout, hosts: 2), overheads: machine),
            Contender(
                name: "MIG, fixed layout",
                model: .staticMIG(layout: layout, hosts: 2),
                overheads: ModelOverheads()
            ),
            Contender(
                name: "MIG, dynamic",
                model: .dynamicMIG,
                overheads: ModelOverheads(repartitionMilliseconds: 5_000)
            ),
        ]
        print("research-saas: 16 GPUs, 28 days, \(seeds) seeds; mean and 95 % t interval over seeds\n")
        let cases = [
            (1.0, 1.0, 1.0), (0.7, 1, 1), (1.3, 1, 1), (1, 0.7, 1), (1, 1.3, 1), (1, 1, 0.7), (1, 1, 1.3), (3, 1, 1),
        ]
        for (load, need, speed) in cases {
            print("## Load x\(load), need x\(need), slice speed x\(speed)\n")
            print("| model | busy % of GPU-hours | allocated % | p95 wait, h | p95 slowdown | refused | in parts % |")
            print("|---|---|---|---|---|---|---|")
            for contender in contenders { print(try row(contender, load, need, speed, seeds, pool)) }
            print("")
        }
    }

    private static var turns: ModelOverheads {
        ModelOverheads(overhead: 0.03, startUpMilliseconds: 60_000, switching: 0.03, interference: 0.1)
    }

    private static func row(
        _ contender: Contender,
        _ load: Double,
        _ need: Double,
        _ speed: Double,
        _ seeds: UInt64,
        _ pool: HostPool
    ) throws -> String {
        var columns: [[Double]] = Array(repeating: [], count: 6)
        for seed in 0..<seeds {
            let mix = ResearchMix(load: load, need: need, seed: seed)
            var traits = mix.traits
            traits.speeds = SliceSpeedModel(bandwidthPart: traits.speeds.bandwidthPart, factor: speed)
            let work = try WorkTrace(mix.trace(), under: RecordedModel(.bareMetal), traits: traits)
            let prepared = try PreparedReplay(
                work,
                on: pool,
                model: contender.model,
                overheads: contender.overheads
            )
            let replay = try prepared.replay()
            let report = replay.report(bins: 1)
            columns[0].append(busyShare(replay) * 100)
            columns[1].append(report.allocatedShare * 100)
            columns[2].append((report.all.wait?.p95 ?? .nan) / 3_600)
            columns[3].append(report.all.slowdown?.p95 ?? .nan)
            columns[4].append(Double(report.all.rejected))
            columns[5].append(100 * Double(prepared.partial) / Double(max(work.trace.count, 1)))
        }
        let cells = columns.map { values -> String in
            let moments = Moments(values)
            let half =
                values.count > 1 ? StudentT.quantile(0.975, df: Double(values.count - 1)) * moments.standardError : 0
            return "\(NumberText.fixed(moments.mean, 1)) ± \(NumberText.fixed(half, 1))"
        }
        return "| \(contender.name) | \(cells.joined(separator: " | ")) |"
    }

    /// Work of the jobs that ended times their activity, over the GPU-hours there were: what a study calls busy.
    private static func busyShare(_ replay: ModelReplay) -> Double {
        let (result, ledger) = (replay.result, replay.ledger)
        let available = Double(result.gpuCount) * Double(result.makespanMilliseconds)
        let busy = result.end.indices.reduce(0.0) { sum, job in
            guard result.end[job] != SimulationResult.never else { return sum }
            return sum + Double(ledger.work[job]) * Double(ledger.busyGPUs[job])
        }
        return available > 0 ? busy / available : 0
    }

    /// The first legal placement of some profiles, the largest first.
    private static func layout(_ geometry: MIGGeometry, _ names: [String]) throws -> MIGLayout {
        guard let found = try geometry.layouts().first(where: { $0.profiles == names.sorted() }) else {
            throw SimulationError.option("no legal layout of \(names.joined(separator: ", "))")
        }
        return found
    }
}
