import Documents
import Testing

@testable import Importing

@Suite struct ExpositionReaderTests {
    static let scrape = """
        # HELP DCGM_FI_DEV_GPU_UTIL GPU utilization (in %).
        # TYPE DCGM_FI_DEV_GPU_UTIL gauge
        DCGM_FI_DEV_GPU_UTIL{gpu="0",UUID="GPU-a",Hostname="n\\"1\\\\"} 50
        DCGM_FI_DEV_GPU_UTIL{gpu="1",UUID="GPU-b",Hostname="n1",} 1e2
        DCGM_FI_DEV_FB_USED{gpu="0",UUID="GPU-a",Hostname="n\\"1\\\\"} 1024
        other_metric 7
        """

    static func read(_ text: String, chunk: Int = .max) throws(DocumentError) -> MetricReadings {
        var reader = ExpositionReader(file: "metrics.txt", wanting: ReadingsKind.isWanted)
        let bytes = Array(text.utf8)
        var at = 0
        while at < bytes.count {
            let end = chunk < bytes.count - at ? at + chunk : bytes.count
            try reader.consume(Array(bytes[at..<end]))
            at = end
        }
        return try reader.finish()
    }

    @Test("Labels are unescaped, unwanted metrics passed over, and chunks of any size read alike")
    func reads() throws {
        let whole = try Self.read(Self.scrape)
        #expect(whole.series.map(\.name) == ["DCGM_FI_DEV_GPU_UTIL", "DCGM_FI_DEV_GPU_UTIL", "DCGM_FI_DEV_FB_USED"])
        #expect(whole.series[0].labels["Hostname"] == "n\"1\\")
        #expect(whole.series[1].samples.first?.value == 100)
        #expect(!whole.hasTimes)
        for chunk in 1...40 { #expect(try Self.read(Self.scrape, chunk: chunk).series == whole.series) }
        #expect(try Self.read(Self.scrape.replacing("\n", with: "\r\n")).series == whole.series)
    }

    @Test("A series that comes again is the next scrape")
    func countsScrapes() throws {
        let readings = try Self.read(Self.scrape + "\n" + Self.scrape + "\n" + Self.scrape)
        #expect(readings.series[0].samples.map(\.milliseconds) == [0, 1, 2])
        #expect(readings.series[2].samples.map(\.milliseconds) == [0, 1, 2])
        #expect(readings.span == nil)
    }

    @Test("Times of Prometheus' format are milliseconds, of OpenMetrics seconds, behind which exemplars stand")
    func readsTimes() throws {
        let readings = try Self.read(
            "DCGM_FI_DEV_GPU_UTIL{gpu=\"0\"} 5 1700000000000\nDCGM_FI_DEV_GPU_UTIL{gpu=\"1\"} 5 1700000000 # {a=\"b\"} 1\n# EOF\n"
        )
        #expect(readings.hasTimes)
        #expect(readings.series.map { $0.samples.first?.milliseconds } == [1_700_000_000_000, 1_700_000_000_000])
    }

    @Test(
        "Damaged lines are named",
        arguments: [
            ("DCGM_FI_DEV_GPU_UTIL{gpu=\"0\"} x", "expected a number", 1),
            ("ok 1\nDCGM_FI_DEV_GPU_UTIL{gpu=\"0} 1", "are damaged", 2),
            ("a{b=\"1\",b=\"2\"} 1", "are damaged", 1),
            ("{\"a\":1}", "is no value of an exporter", 1),
            ("a 1 2 3", "expected a number", 1),
            ("a 1,5", "expected a number", 1),
        ]
    )
    func refuses(_ text: String, _ words: String, _ line: Int) throws {
        let error = try #require(throws: DocumentError.self) { try Self.read(text) }
        #expect(error.description.contains(words), "\(error)")
        #expect(error.line == line)
    }

    @Test("A file without values, an endless line, and times for some only are refused")
    func refusesOthers() {
        #expect(throws: DocumentError.self) { try Self.read("# only\n# comments\n") }
        #expect(throws: DocumentError.self) { try Self.read("") }
        #expect(throws: DocumentError.self) { try Self.read(String(repeating: "a", count: (1 << 20) + 2)) }
        #expect(throws: DocumentError.self) {
            try Self.read("DCGM_FI_DEV_GPU_UTIL{gpu=\"0\"} 5 1700000000000\nDCGM_FI_DEV_GPU_UTIL{gpu=\"1\"} 5\n")
        }
    }

    @Test("Cut anywhere, a scrape is read in part or refused, never a trap")
    func survivesTruncation() {
        let bytes = Array(Self.scrape.utf8)
        for length in bytes.indices {
            var reader = ExpositionReader(file: "cut", wanting: ReadingsKind.isWanted)
            guard (try? reader.consume(Array(bytes[..<length]))) != nil else { continue }
            _ = try? reader.finish()
        }
    }

    @Test(
        "Formats are told by content",
        arguments: [
            (PrometheusAnswerTests.matrix, ClusterFormat.prometheusJSON), (scrape, .prometheusText),
            ("m_x{a=\"b\"} 1\n", .prometheusText), ("{\"apiVersion\":\"v1\",\"items\":[]}", .kubernetes),
            (#"{"status":"error","errorType":"x","error":"y"}"#, .prometheusJSON),
            ("{\"fio version\":\"fio-3.33\"}", nil), ("run,value\n1,2\n", nil), ("", nil), ("iteration 5 1\n", nil),
        ] as [(String, ClusterFormat?)]
    )
    func recognises(_ text: String, _ format: ClusterFormat?) {
        #expect(ClusterFormat.recognised(ImportHead(Array(text.utf8), isWhole: true)) == format)
    }
}
