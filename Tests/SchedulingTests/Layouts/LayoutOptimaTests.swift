import Estate
import Foundation
import Scheduling
import Testing

/// Optima found by OR-tools' CP-SAT over patterns enumerated apart: Benchmarks/peers/layout_optima.py writes them.
@Suite struct LayoutOptimaTests {
    private static let file = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "Optima/optima.csv")

    @Test("The number of GPUs is the optimum of an exact solver on 1,000 random demands up to 200 GPUs, and is proven")
    func equalsExactSolver() throws {
        let lines = try String(contentsOf: Self.file, encoding: .utf8).split(separator: "\n").dropFirst()
        var cases = 0
        var wrong: [String] = []
        var unproven: [String] = []
        for line in lines {
            let fields = line.split(separator: ",").map(String.init)
            let optimum = try #require(Int(fields[2]))
            let demand = fields[1].split(separator: " ").map { entry -> PlanDemand in
                let parts = entry.split(separator: "=")
                return PlanDemand(.profile(String(parts[0])), count: Int(parts[1]) ?? 0)
            }
            let totals = try LayoutPlanner.totals(
                PlanRequest(name: "t", hosts: LayoutSamples.hosts(26, gpus: 8, model: fields[0]), demand: demand),
                catalogue: try GPUCatalogue.standard()
            )
            cases += 1
            if totals.slicedGPUs != optimum { wrong.append("\(line): \(totals.slicedGPUs)") }
            if totals.slicedBound != optimum { unproven.append("\(line): at least \(totals.slicedBound)") }
        }
        #expect(cases == 1_000)
        #expect(wrong.isEmpty, "\(wrong.count): \(wrong.prefix(5))")
        #expect(unproven.isEmpty, "\(unproven.count): \(unproven.prefix(5))")
    }

    private static let root = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../../..")
        .standardized
    /// Has OR-tools where scripts/ortools-parts could install it.
    private static let python = root.appending(path: ".build/ortools/bin/python").path

    @Test(
        "OR-tools, run now, needs as many GPUs as the plan for fresh demands, half of them of estates with two models",
        .enabled(
            if: FileManager.default.isExecutableFile(atPath: python),
            "OR-tools is not here; scripts/ortools-parts installs it under .build"
        )
    )
    func equalsFreshSolver() throws {
        let seed = ProcessInfo.processInfo.environment["ASSAY_OPTIMA_SEED"] ?? "6"
        let process = Process()
        process.executableURL = URL(filePath: Self.python)
        process.arguments = [Self.root.appending(path: "Benchmarks/peers/layout_optima.py").path, seed, "120"]
        let output = Pipe()
        process.standardOutput = output
        try process.run()
        let text = try String(decoding: output.fileHandleForReading.readToEnd() ?? Data(), as: UTF8.self)
        process.waitUntilExit()
        #expect(process.terminationStatus == 0)
        let lines = text.split(separator: "\n").dropFirst()
        #expect(lines.count == 120)
        for line in lines {
            let fields = line.split(separator: ",").map(String.init)
            let optimum = try #require(Int(fields[2]))
            var hosts: [PlannedHost] = []
            for entry in fields[0].split(separator: " ") {
                let (model, count) = try Self.pair(entry, ":")
                for first in stride(from: 0, to: count, by: 8) {
                    hosts += LayoutSamples.hosts(1, gpus: min(8, count - first), model: model, first: hosts.count + 1)
                }
            }
            let demand = try fields[1].split(separator: " ").map { entry in
                let (name, count) = try Self.pair(entry, "=")
                let parts = name.split(separator: "@").map(String.init)
                return PlanDemand(.profile(parts[0]), count: count, model: parts.count > 1 ? parts[1] : nil)
            }
            let plan = try LayoutSamples.plan(demand, hosts)
            #expect(plan.totals.slicedGPUs == optimum, "seed \(seed): \(line)")
            #expect(plan.totals.slicedBound == optimum, "seed \(seed): \(line)")
        }
    }

    private static func pair(_ text: Substring, _ separator: Character) throws -> (String, Int) {
        let parts = text.split(separator: separator)
        return (String(try #require(parts.first)), try #require(parts.last.flatMap { Int($0) }))
    }

    @Test("Beyond 200 GPUs the gap to the proven bound is at most 0.1 %", arguments: 1...20 as ClosedRange<UInt64>)
    func largeGap(seed: UInt64) throws {
        var random = SystemlessDraw(seed: seed)
        let model = LayoutSamples.known[random.below(LayoutSamples.known.count)]
        let profiles = try GPUCatalogue.standard().gpu(named: model).mig().plainProfiles
        let demand = profiles.map { PlanDemand(.profile($0.name), count: random.below(9_000)) }
        let totals = try LayoutPlanner.totals(
            PlanRequest(name: "t", hosts: LayoutSamples.hosts(6_000, gpus: 8, model: model), demand: demand),
            catalogue: try GPUCatalogue.standard()
        )
        #expect(Double(totals.slicedGPUs - totals.slicedBound) <= 0.001 * Double(totals.slicedBound), "\(totals)")
    }

    /// A few numbers from a seed.
    private struct SystemlessDraw {
        var state: UInt64

        init(seed: UInt64) { state = seed &* 0x9E37_79B9_7F4A_7C15 }

        mutating func below(_ limit: Int) -> Int {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return Int(state >> 33) % max(limit, 1)
        }
    }
}
