import Documents
import Estate
import Evidence
import Testing

@Suite("A record survives a file, and nothing else does")
struct RecordTests {
    static func example(_ count: Int = 40) throws -> Record {
        let values = SampleSummaryTests.samples(count, seed: 9)
        var builder = SeriesBuilder(metric: "step_time")
        for (index, value) in values.enumerated() { try builder.add(value, atSeconds: Double(index) * 0.5) }
        let run = Run(
            id: "1",
            started: Timestamp("2026-03-01T09:30:00Z"),
            conditions: [Condition(name: "batch", value: "32"), Condition(name: "arm", value: "a")],
            warmUpExcluded: 5,
            series: [try builder.finish()]
        )
        return try Record(
            Record.Content(
                created: Timestamp("2026-03-01T10:00:00Z"),
                tool: Record.Tool(name: "assay", version: "0.1.0"),
                declaredModel: .vmPassthrough,
                detectedModel: .vmPassthrough,
                metrics: [Sample.stepTime],
                hosts: [
                    Host(
                        id: "gpu01",
                        facts: [HostFact(name: "gpu", value: "H100", evidence: "nvml: nvmlDeviceGetName")],
                        blindSpots: ["The hypervisor's steal time is not visible."],
                        boots: [Boot(id: "b1", runs: [run])]
                    )
                ]
            )
        )
    }

    @Test("what is written is read back the same", arguments: [1, 2, 40, 10_000, 12_000])
    func roundTrip(count: Int) throws {
        let record = try Self.example(count)
        var read = try Record.read(try record.encoded(), file: "a.record.json")
        #expect(read.file == "a.record.json")
        read.file = ""
        #expect(read == record)
        #expect(try read.encoded() == record.encoded())
        #expect(record.id.hasPrefix("sha256:") && record.id.utf8.count == 71)
    }

    @Test("layout and order of keys do not change the identity")
    func layout() throws {
        let record = try Self.example()
        let pretty = try record.json.pretty()
        #expect(try Record.read(Array(pretty.utf8), file: "b").id == record.id)
    }

    @Test("a changed value is noticed, and accepted as another record once the id is gone")
    func altered() throws {
        let record = try Self.example()
        let text = String(decoding: try record.encoded(), as: UTF8.self)
        let changed = text.replacing("\"H100\"", with: "\"H200\"")
        #expect(changed != text)
        let error = #expect(throws: DocumentError.self) { try Record.read(Array(changed.utf8), file: "r.json") }
        #expect(error?.path == "id")
        #expect(error?.problem.contains("altered") == true)
        let free = changed.replacing("\"id\":\"\(record.id)\",", with: "")
        let read = try Record.read(Array(free.utf8), file: "r.json")
        #expect(read.id != record.id)
        #expect(read.hosts.first?.facts.first?.value == "H200")
    }

    @Test("a record of many runs keeps counts and moments, and stays readable")
    func thinning() throws {
        let values = SampleSummaryTests.samples(3_000, seed: 4)
        let whole = try Sample.summary(values)
        let runs = (0..<700).map { Run(id: "\($0)", series: [whole]) }
        let record = try Sample.record(hosts: ["h": [runs]])
        let read = try Record.read(try record.encoded(), file: "")
        #expect(read.id == record.id)
        let series = try #require(read.runs.last?.run.series.first)
        #expect(series.samples.values == stride(from: 0, to: 3_000, by: 4).map { values[$0] })
        #expect(series.blocks.means.count <= 250_000 / 700 && series.blocks.means.count > 125_000 / 700)
        #expect((series.count, series.mean, series.histogram) == (whole.count, whole.mean, whole.histogram))
        #expect(abs((series.quantile(0.9) ?? 0) / (whole.quantile(0.9) ?? 9) - 1) < 5.5e-4)
    }

    /// Damage to the example, by replacing text once; the id is taken out so that the check meant is the one met.
    static let damage: [(String, String, String)] = [
        ("\"count\":40", "\"count\":1000000000", "add up to 40"),
        ("\"count\":40", "\"count\":41", "add up to 40"),
        ("\"count\":40", "\"count\":0", "range"),
        ("\"count\":40", "\"count\":-40", "range"),
        ("\"count\":40", "\"count\":4.5", "whole number"),
        ("\"count\":40", "\"count\":1e300", "whole number"),
        ("\"count\":40", "\"count\":1e999", "1e999"),
        ("\"count\":40", "\"count\":NaN", ""),
        ("\"mean\":19.9", "\"mean\":19.8", "the blocks have another mean"),
        ("\"mean\":19.9", "\"mean\":99.9", "is not between"),
        ("\"mean\":[17", "\"mean\":[18", "'min' and 'max'"),
        ("\"max\":2", "\"max\":9", "max"),
        ("\"sd\":1", "\"sd\":-1", "small"),
        ("\"sd\":1", "\"sd\":900", "more than samples"),
        ("\"lag1_autocorrelation\":", "\"lag1_autocorrelation\":7", "range"),
        ("\"stride\":1", "\"stride\":0", "not known"),
        ("\"stride\":1", "\"stride\":2", "makes 20"),
        ("\"samples_per_block\":1", "\"samples_per_block\":4611686018427387904", "large"),
        ("\"samples_per_block\":1", "\"samples_per_block\":8", "make 5"),
        ("\"significant_digits\":3", "\"significant_digits\":5", "digits"),
        ("\"resolution\":0.00001", "\"resolution\":0", "too small"),
        ("\"resolution\":0.00001", "\"resolution\":0.0001", "histogram"),
        ("\"resolution\":0.00001", "\"resolution\":1e-119", "histogram"),
        ("\"counts\":[1", "\"counts\":[-1", "range"),
        ("\"counts\":[1", "\"counts\":[1125899906842624", "add up"),
        ("\"start_s\":[0,0.5", "\"start_s\":[9,0.5", "before"),
        ("\"better\":\"lower\"", "\"better\":\"less\"", "direction"),
        ("\"unit\":\"s\"", "\"unit\":null", "null"),
        ("\"unit\":\"s\"", "\"units\":\"s\"", "did you mean 'unit'"),
        ("\"metric\":\"step_time\"", "\"metric\":\"other\"", "not among"),
        ("\"assay_record\":1", "\"assay_record\":2", "version"),
        ("\"assay_record\":1,", "", "assay_record"),
        ("2026-03-01T10:00:00Z", "yesterday", "RFC 3339"),
        ("\"declared\":\"vm-passthrough\"", "\"declared\":\"vm-passthru\"", "did you mean 'vm-passthrough'"),
        ("\"runs\":[", "\"runs\":[],\"x\":[", "x"),
        ("\"unit\":\"s\"", "\"unit\":\"s\\u001b[2J\"", "holds control characters"),
        ("\"unit\":\"s\"", "\"unit\":\"\\u202es\"", "holds control characters"),
        ("\"name\":\"step_time\"", "\"name\":\"step\\ntime\"", "holds control characters"),
    ]

    @Test("damage is named", arguments: damage.indices)
    func damaged(index: Int) throws {
        let (find, replacement, word) = Self.damage[index]
        let record = try Self.example()
        let text = String(decoding: try record.encoded(), as: UTF8.self).replacing("\"id\":\"\(record.id)\",", with: "")
        let broken = text.replacing(find, with: replacement, maxReplacements: 1)
        try #require(broken != text, "the damage has to hit something")
        let error = #expect(throws: DocumentError.self) { try Record.read(Array(broken.utf8), file: "r.json") }
        #expect(error?.description.hasPrefix("r.json") == true)
        #expect(error?.description.contains(word) == true, "\(error?.description ?? "") lacks '\(word)'")
    }

    @Test("swapped samples, unsorted and duplicate bins are noticed")
    func disorder() throws {
        let record = try Self.example(3)
        let summary = try #require(record.runs.first?.run.series.first)
        let text = String(decoding: try record.encoded(), as: UTF8.self).replacing("\"id\":\"\(record.id)\",", with: "")
        func list(_ values: [some Any]) -> String { "[" + values.map { "\($0)" }.joined(separator: ",") + "]" }
        let bins = summary.histogram.bins
        let values = summary.samples.values
        let cases = [
            ("\"bins\":\(list(bins))", "\"bins\":\(list(bins.reversed()))"),
            ("\"bins\":\(list(bins))", "\"bins\":\(list([bins[0], bins[0], bins[2]]))"),
            ("\"bins\":\(list(bins))", "\"bins\":\(list([bins[0], bins[1] + 1, bins[2]]))"),
            ("\"values\":\(list(values))", "\"values\":\(list(values.reversed()))"),
            ("\"values\":\(list(values))", "\"values\":\(list([values[0], values[0], values[2]]))"),
        ]
        for (find, replacement) in cases {
            let broken = text.replacing(find, with: replacement)
            #expect(broken != text, "\(find)")
            #expect(throws: DocumentError.self, "\(replacement)") { try Record.read(Array(broken.utf8), file: "r") }
        }
    }

    @Test("names that stand twice are refused", arguments: ["host", "boot", "run", "metric"])
    func duplicates(what: String) throws {
        let run = try Sample.run("1", [1, 2, 3])
        let boot = Boot(id: "b", runs: what == "run" ? [run, run] : [run])
        let host = Host(id: "h", boots: what == "boot" ? [boot, boot] : [boot])
        let record = try Record(
            Record.Content(
                metrics: what == "metric" ? [Sample.stepTime, Sample.stepTime] : [Sample.stepTime],
                hosts: what == "host" ? [host, host] : [host]
            )
        )
        let bytes = try record.json.canonical()
        let error = #expect(throws: DocumentError.self) { try Record.read(bytes, file: "r") }
        #expect(error?.problem.contains("another \(what)") == true)
        // And so it never comes to be written.
        let unwritten = #expect(throws: RecordWritingError.self) { try record.encoded() }
        #expect(unwritten == error.map { .unreadable($0.problem) })
    }

    @Test("a record whose conditions stand in another order than that of their names is written and read")
    func unsorted() throws {
        var run = try Sample.run("1", [1, 2, 3], conditions: ["b": "1"])
        run.conditions.append(Condition(name: "a", value: "2"))
        let record = try Record(
            Record.Content(metrics: [Sample.stepTime], hosts: [Host(id: "h", boots: [Boot(id: "b", runs: [run])])])
        )
        #expect(try Record.read(try record.encoded(), file: "r").id == record.id)
    }

    @Test("no cut of a file is read or traps")
    func truncation() throws {
        let bytes = try Self.example().encoded()
        for length in stride(from: 0, to: bytes.count - 2, by: 7) {
            #expect(throws: DocumentError.self) { try Record.read(Array(bytes.prefix(length)), file: "r") }
        }
    }

    @Test(
        "what is no record at all is refused in a sentence",
        arguments: [
            "", "null", "[]", "3", "{}", "{\"assay_record\":1}", "{\"assay_record\":1,\"metrics\":[],\"hosts\":[]}",
            "{\"assay_record\":\"1\"}", String(repeating: "[", count: 100_000),
            String(repeating: "{\"hosts\":", count: 10_000),
        ]
    )
    func foreign(text: String) {
        let error = #expect(throws: DocumentError.self) { try Record.read(Array(text.utf8), file: "r.json") }
        #expect((error?.description.utf8.count ?? 0) < 400)
    }
}
