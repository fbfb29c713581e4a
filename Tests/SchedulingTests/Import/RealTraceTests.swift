import Foundation
import Scheduling
import Testing

/// Public traces, where the shared data lies beside the checkout.
@Suite struct RealTraceTests {
    private func read(_ name: String, _ options: TraceImportOptions = TraceImportOptions()) throws -> ImportedTrace? {
        guard let path = SharedData.path("traces/" + name) else { return nil }
        return try Read.trace([UInt8](Data(contentsOf: URL(fileURLWithPath: path))), options, piece: 1 << 20)
    }

    @Test func `Philly has the jobs, GPU-hours and virtual clusters that are published`() throws {
        guard let imported = try read("philly/philly_pollux_82k.csv") else { return }
        #expect(imported.trace.count == 82_247)
        #expect(imported.trace.teams.count == 15)
        let hours = Read.jobs(imported).reduce(0.0) { $0 + Double($1.duration) / 3.6e6 * Double($1.gpus) }
        #expect(Int(hours.rounded()) == 978_078)
        #expect(imported.audit.skipped == 0)
        #expect(Read.jobs(imported).count { $0.gpus == 1 } == 76_627)
    }

    @Test func `openb has the pods and GPUs that are published`() throws {
        var options = TraceImportOptions()
        options.needsTimes = false
        guard let imported = try read("openb/openb_pod_list_default.csv", options) else { return }
        let jobs = Read.jobs(imported)
        #expect(jobs.count == 8_152)
        #expect(jobs.count { $0.gpus > 0 } == 7_064)
        #expect(jobs.count { $0.gpus == 1 && $0.gpuMilli < 1_000 } == 3_078)
        let milli = jobs.reduce(0) { $0 + Int($1.gpus) * Int($1.gpuMilli) }
        #expect(abs(Double(milli) / 1_000 - 6_086.8) < 0.05)
    }

    @Test func `openb's waits are those that are published`() throws {
        guard let imported = try read("openb/openb_pod_list_default.csv") else { return }
        #expect(imported.trace.count == 7_255)
        #expect(Read.findings(imported) == ["never-ran 897"])
        let waits = imported.recordedStart.indices.map { imported.recordedStart[$0] - imported.trace.submit[$0] }
        #expect(waits.max() == 14_330_000)
        #expect(abs(Double(waits.reduce(0, +)) / 7_255_000 - 61.3) < 0.05)
    }

    @Test(arguments: [
        ("openb_node_list_gpu_node.csv", 1_213, 6_212), ("openb_node_list_all_node.csv", 1_523, 6_212),
    ])
    func `openb's nodes are those that are published`(_ name: String, _ nodes: Int, _ gpus: Int) throws {
        guard let path = SharedData.path("traces/openb/" + name) else { return }
        var reader = NodeListReader(file: name)
        let bytes = [UInt8](try Data(contentsOf: URL(fileURLWithPath: path)))
        try reader.consume(bytes.span)
        let cluster = try reader.finish()
        #expect(cluster.gpuCount == gpus)
        guard case .nodes(let groups) = cluster else {
            Issue.record("nodes became a pool")
            return
        }
        #expect(groups.reduce(0) { $0 + $1.count } == nodes)
        #expect(groups.reduce(0) { $0 + ($1.gpuType == "G2" ? $1.count * $1.gpus : 0) } == 4_392)
        if nodes == 1_213 {
            #expect(groups.reduce(Int64(0)) { $0 + Int64($1.count) * ($1.cpuMilli ?? 0) } == 107_018_000)
        }
    }

    @Test func `Lublin's model has ten thousand jobs`() throws {
        guard let imported = try read("swf/lublin_256.swf") else { return }
        #expect(imported.trace.count == 10_000)
        #expect(imported.statedProcessors == 256)
        #expect(imported.audit.entries.isEmpty)
    }
}
