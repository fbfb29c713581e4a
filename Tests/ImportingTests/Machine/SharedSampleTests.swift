import Documents
import Evidence
import Foundation
import Importing
import Testing

/// Real outputs that lie beside a checkout and never in it: `../shared/data/samples`, or under `ASSAY_SHARED_DATA`.
@Suite struct SharedSampleTests {
    private static func bytes(_ name: String) -> [UInt8]? {
        let checkout = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent().deletingLastPathComponent()
        let folder =
            ProcessInfo.processInfo.environment["ASSAY_SHARED_DATA"]
            ?? checkout.deletingLastPathComponent().appendingPathComponent("shared/data").path
        return (try? Data(contentsOf: URL(fileURLWithPath: "\(folder)/samples/\(name)"))).map { Array($0) }
    }

    @Test(arguments: [
        ("fio-jsonplus.json", "fio", "storage_read_4k_cached", 77.962767578),
        ("fio.json", "fio", "storage_read_4k_cached_mean", 77.152708984),
        ("iperf3.json", "iperf3", "net_bandwidth_out_1", 20.240273483537907),
        ("cyclictest-hist.json", "cyclictest", "timer_wakeup", 89.20),
        ("cyclictest-nohist.json", "cyclictest", "timer_wakeup_mean", 111.15),
        ("hyperfine.json", "hyperfine", "completion_time", 0.00079078),
    ])
    func `real outputs are read for what they say`(_ name: String, _ format: String, _ metric: String, _ mean: Double)
        throws
    {
        guard let bytes = Self.bytes(name) else { return }
        let head = ImportHead(bytes, isWhole: true)
        let importer = try ImporterRegistry.importer(for: head, file: name)
        #expect(importer.format.name == format)
        let record = try Import.record(try Import.runs(bytes, importer), importer)
        let series = try #require(record.runs.first?.run.series(of: metric))
        #expect(abs(series.mean - mean) < 1e-4 * mean, "\(series.mean)")
    }

    @Test func `a log cut after its head is refused, since the head says how many messages there are`() throws {
        guard let bytes = Self.bytes("sockperf-fulllog-head.csv") else { return }
        let refusal = Import.refusal(bytes, SockperfImporter.self)
        #expect(refusal?.contains("has 39 messages and its head says 94154") == true, "\(refusal ?? "read")")
    }
}
