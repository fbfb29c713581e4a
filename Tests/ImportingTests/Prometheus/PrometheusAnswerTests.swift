import Documents
import Testing

@testable import Importing

@Suite struct PrometheusAnswerTests {
    static let matrix = """
        {"status":"success","data":{"resultType":"matrix","result":[
        {"metric":{"__name__":"DCGM_FI_DEV_GPU_UTIL","gpu":"0"},"values":[[1700000000,"98"],[1700000015.25,"NaN"]]}]}}
        """

    static func read(_ text: String) throws(DocumentError) -> MetricReadings {
        try PrometheusAnswer.read(Array(text.utf8), file: "answer.json")
    }

    @Test("A matrix gives series with their labels, times in milliseconds and values as they are")
    func readsMatrix() throws {
        let readings = try Self.read(Self.matrix)
        let series = try #require(readings.series.first)
        #expect(series.name == "DCGM_FI_DEV_GPU_UTIL")
        #expect(series.labels == ["gpu": "0"])
        #expect(series.samples.map(\.milliseconds) == [1_700_000_000_000, 1_700_000_015_250])
        #expect(series.samples.first?.value == 98)
        #expect(series.samples.last?.value.isNaN == true)
    }

    @Test("A vector gives one sample each, and warnings are kept once")
    func readsVector() throws {
        let readings = try Self.read(
            """
            {"status":"success","warnings":["slow","slow"],"data":{"resultType":"vector","result":[
            {"metric":{"gpu":"1"},"value":[1,"+Inf"]},{"metric":{"gpu":"2"},"value":[1,"1e-3"]}]}}
            """
        )
        #expect(readings.series.map { $0.samples.first?.value } == [.infinity, 0.001])
        #expect(readings.warnings.count == 1)
    }

    @Test(
        "What is no answer with series is refused with what to do",
        arguments: [
            (
                #"{"status":"error","errorType":"bad_data","error":"parse error"}"#,
                "refused the query (bad_data): parse error"
            ),
            (
                #"{"status":"success","data":{"resultType":"scalar","result":[1,"1"]}}"#,
                "query a metric with its labels"
            ),
            (#"{"status":"success","data":{"resultType":"streams","result":[]}}"#, "expected 'matrix' or 'vector'"),
            (#"{"status":"success"}"#, "data: is missing"),
            (#"[1]"#, "is no answer of Prometheus' API"),
            (
                #"{"status":"success","data":{"resultType":"vector","result":[{"metric":{},"value":[1,"0x10"]}]}}"#,
                "is no number"
            ),
            (
                #"{"status":"success","data":{"resultType":"vector","result":[{"metric":{},"value":[1,"1,5"]}]}}"#,
                "is no number"
            ),
            (
                #"{"status":"success","data":{"resultType":"vector","result":[{"metric":{},"value":[1e300,"1"]}]}}"#,
                "value[0]"
            ),
            (
                #"{"status":"success","data":{"resultType":"vector","result":[{"metric":{},"value":[1]}]}}"#,
                "has 1 values"
            ),
            (
                #"{"status":"success","data":{"resultType":"vector","result":[{"metric":{"a":1},"value":[1,"1"]}]}}"#,
                "metric.a"
            ),
            (
                #"{"status":"success","data":{"resultType":"vector","result":[{"metric":{},"histogram":[1,{}]}]}}"#,
                "native histogram"
            ),
            ("<html>", "expected a value"),
        ]
    )
    func refuses(_ text: String, _ words: String) throws {
        let error = try #require(throws: DocumentError.self) { try Self.read(text) }
        #expect(error.description.contains(words), "\(error)")
        #expect(error.file == "answer.json")
    }

    @Test("Cut anywhere, an answer is an error and never a trap")
    func survivesTruncation() {
        let bytes = Array(Self.matrix.utf8)
        for length in bytes.indices {
            #expect(throws: DocumentError.self) { try PrometheusAnswer.read(Array(bytes[..<length]), file: "cut") }
        }
    }

    @Test("Damaged bytes are an answer or an error, never a trap")
    func survivesDamage() {
        var random: UInt64 = 7
        for _ in 0..<3_000 {
            var bytes = Array(Self.matrix.utf8)
            for _ in 0..<3 {
                random = random &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
                bytes[Int(random >> 33) % bytes.count] = UInt8(truncatingIfNeeded: random >> 20)
            }
            if let readings = try? PrometheusAnswer.read(bytes, file: "damaged") {
                _ = try? GPUTelemetry(readings, options: .init(), file: "damaged")
            }
        }
    }

    @Test("Series of several answers are one, an instant counts once and time ascends")
    func joins() {
        var readings = MetricReadings()
        readings.add(MetricSeries(name: "m", labels: ["a": "1"], samples: [.init(2, 20), .init(3, 30)]))
        readings.add(MetricSeries(name: "m", labels: ["a": "1"], samples: [.init(1, 10), .init(2, 99)]))
        readings.add(MetricSeries(name: "m", labels: ["a": "2"], samples: [.init(1, 1)]))
        #expect(readings.series.count == 2)
        #expect(readings.series[0].samples == [.init(1, 10), .init(2, 20), .init(3, 30)])
        #expect(readings.span == 1...3)
    }

    @Test("Files join: scrapes without times follow one another, and times do not mix with none")
    func joinsFiles() throws {
        let scrape = "DCGM_FI_DEV_GPU_UTIL{gpu=\"0\"} 50\n"
        var readings = MetricReadings()
        try readings.add(ExpositionReaderTests.read(scrape + scrape), file: "a")
        try readings.add(ExpositionReaderTests.read(scrape), file: "b")
        #expect(!readings.hasTimes)
        #expect(readings.series.first?.samples.map(\.milliseconds) == [0, 1, 2])
        #expect(throws: DocumentError.self) { try readings.add(Self.read(Self.matrix), file: "c") }
    }

    @Test(
        "A selector is told from an expression",
        arguments: [
            ("up", true), ("up{a=\"}\"}", true), ("{__name__=~\"a|b\"}", true), (" up {a='x'} ", true),
            ("rate(up[5m])", false), ("up + 1", false), ("up{a=\"b\"} or x{}", false), ("up{a=\"b}", false),
            ("", false),
            ("up[5m]", false),
        ]
    )
    func selectors(_ text: String, _ isSelector: Bool) {
        #expect(PromQL.isSelector(text) == isSelector)
    }
}
