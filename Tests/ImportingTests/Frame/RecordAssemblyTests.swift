import Documents
import Estate
import Evidence
import Importing
import Testing

@Suite struct RecordAssemblyTests {
    private let format = ImportFormat(name: "made-up", title: "t", command: "c", limits: "l")

    private func runs(
        _ values: [Double],
        unit: String = "us",
        direction: Direction = .lower,
        role: Metric.Role = .confirmatory,
        host: String? = nil,
        conditions: [Condition] = []
    ) throws -> ImportedRuns {
        var draft = ImportDraft(file: "f")
        draft.tool = .init(name: "tool", version: "2")
        for value in values {
            try draft.beginRun("run", host: host, conditions: conditions)
            let metric = Metric(name: "t", unit: unit, direction: direction, role: role, kind: .component)
            try draft.add(metric, value, line: 1)
        }
        return try draft.finish(expected: "values")
    }

    private func assembled(
        _ files: [(String, ImportedRuns)],
        _ options: ImportOptions = ImportOptions(),
        keepsHostNames: Bool = false
    ) throws -> Record {
        var assembly = RecordAssembly(options: options, keepsHostNames: keepsHostNames)
        for (index, entry) in files.enumerated() {
            try assembly.add(entry.1, format: format, file: entry.0, sha256: "sha256:\(index)")
        }
        return try assembly.finish(tool: .init(name: "assay import", version: "1"))
    }

    @Test func `files are runs with names of their own, which carry where they are from`() throws {
        var options = ImportOptions()
        options.host = "node7"
        options.declaredModel = .vmPassthrough
        options.conditions = [Condition(name: "pair", value: "3")]
        let record = try assembled(
            [("x/a.json", try runs([1])), ("y/a.json", try runs([2])), ("b", try runs([3, 4]))],
            options
        )
        #expect(record.runs.map(\.run.id) == ["a.json", "a.json (2)", "b: run", "b: run (2)"])
        #expect(record.hosts.map(\.id) == ["node7"])
        #expect(record.model == .vmPassthrough)
        let run = try #require(record.runs.first?.run)
        let conditions = run.conditions.map { "\($0.name)=\($0.value)" }
        #expect(conditions == ["file_sha256=sha256:0", "imported_from=made-up", "pair=3", "tool=tool 2"])
        #expect(try Record.read(try record.encoded(), file: "r").id == record.id)
    }

    @Test func `names of hosts are kept only where that is asked for`() throws {
        let file = ("a", try runs([1], host: "secret-host"))
        #expect(try assembled([file]).hosts.map(\.id) == ["unnamed, of a"])
        #expect(!String(decoding: try assembled([file]).encoded(), as: UTF8.self).contains("secret"))
        #expect(try assembled([file], keepsHostNames: true).hosts.map(\.id) == ["secret-host"])
        var options = ImportOptions()
        options.host = "node7"
        #expect(try assembled([file], options, keepsHostNames: true).hosts.map(\.id) == ["node7"])
    }

    @Test func `a metric in two units, or two directions, is refused`() throws {
        let first = ("a", try runs([1]))
        for other in [try runs([1], unit: "ms"), try runs([1], direction: .higher)] {
            let error = #expect(throws: DocumentError.self) { try assembled([first, ("b", other)]) }
            #expect(error?.file == "b" && error?.problem.contains("a has it in us") == true)
        }
    }

    @Test func `what one file was made for is confirmatory`() throws {
        let files = [("a", try runs([1], role: .exploratory)), ("b", try runs([2]))]
        #expect(try assembled(files).metrics.map(\.role) == [.confirmatory])
    }

    @Test func `a condition that the file states cannot be replaced`() throws {
        let file = ("a", try runs([1], conditions: [Condition(name: "depth", value: "1")]))
        var options = ImportOptions()
        options.conditions = [Condition(name: "depth", value: "2")]
        #expect(throws: DocumentError.self) { try assembled([file], options) }
        options.conditions = [Condition(name: "depth", value: "1")]
        #expect(try assembled([file], options).runs.first?.run.condition("depth") == "1")
        options.conditions = [Condition(name: "imported_from", value: "fio")]
        #expect(throws: DocumentError.self) { try assembled([file], options) }
    }

    @Test func `a comparison takes what was imported, samples without an order included`() throws {
        let names = ["fio/plus.json", "cyclictest/few-beyond.json", "iperf3/tcp.json", "sockperf/full-log.csv"]
        let records = try names.map { try Import.record($0) }
        let again = try records.map { try Record.read(try $0.encoded(), file: $0.id) }
        let arm = try ArmSummary(again)
        #expect(Set(arm.metrics.map(\.metric.name)) == Set(records.flatMap(\.metrics).map(\.name)))
        var median = ComparisonOptions()
        median.statistic = .quantile(0.99)
        let wakeups = try #require(try ArmSummary([again[1]], options: median).metrics.first)
        // 483 samples are enough for a p99, whatever their order.
        #expect(wakeups.metric.name == "timer_wakeup" && wakeups.descriptiveBecause == nil)
        let short = try #require(try ArmSummary([again[3]], options: median).metrics.first)
        #expect(short.descriptiveBecause?.hasPrefix("too few") == true)
    }

    @Test func `an assembly of nothing is refused; of facts alone with what must stand beside them`() throws {
        #expect(throws: DocumentError.self) { try assembled([]) }
        let facts = ImportedRuns(metrics: [], runs: [])
        let error = #expect(throws: DocumentError.self) { try assembled([("dcgm.json", facts)]) }
        #expect(
            error?.file == "dcgm.json" && error?.problem.contains("beside it") == true,
            "\(error?.description ?? "")"
        )
    }

    @Test func `a file that several formats know, or none, is refused with their names`() throws {
        let unknown = #expect(throws: DocumentError.self) {
            _ = try ImporterRegistry.importer(for: ImportHead(Array("hello\n".utf8), isWhole: true), file: "x")
        }
        #expect(unknown?.problem.contains("it begins with 'hello'") == true)
        let blank = #expect(throws: DocumentError.self) {
            _ = try ImporterRegistry.importer(for: ImportHead(Array(" \n\n".utf8), isWhole: true), file: "x")
        }
        #expect(blank?.problem.contains("it is blank") == true, "\(blank?.description ?? "")")
        let near = #expect(throws: DocumentError.self) {
            let text = "{\"jobs\": [{\"clat_ns\": {}}], \"disk_util\": []}"
            _ = try ImporterRegistry.importer(for: ImportHead(Array(text.utf8), isWhole: true), file: "x")
        }
        #expect(near?.problem.contains("nearest are fio (") == true, "\(near?.description ?? "")")
        #expect(near?.problem.contains("'jobs'") == true)
        let empty = #expect(throws: DocumentError.self) {
            _ = try ImporterRegistry.importer(for: ImportHead([], isWhole: true), file: "x")
        }
        #expect(empty?.problem.hasPrefix("is empty") == true)
        let both = #expect(throws: DocumentError.self) {
            let text = "# RTLA timerlat histogram\nsockperf: hello\n"
            _ = try ImporterRegistry.importer(for: ImportHead(Array(text.utf8), isWhole: true), file: "x")
        }
        #expect(both?.problem == "could be any of 'sockperf', 'rtla'; say which with --as")
    }
}

@Suite struct ImportDraftTests {
    @Test func `a run without samples is none, and a metric twice in a run is refused`() throws {
        var draft = ImportDraft(file: "f")
        let metric = Metric(name: "t", unit: "s", direction: .lower)
        try draft.beginRun("empty")
        try draft.beginRun("full")
        try draft.add(metric, 1, line: 2)
        #expect(throws: DocumentError.self) { try draft.add(metric, 1, line: 3) }
        try draft.beginRun("empty again")
        #expect(try draft.finish(expected: "x").runs.map(\.run.id) == ["full"])
        var nothing = ImportDraft(file: "f")
        let error = #expect(throws: DocumentError.self) { try nothing.finish(expected: "rows") }
        #expect(error?.description == "f: holds no measurement; expected rows")
    }

    @Test func `what cannot enter a record names its place`() throws {
        var draft = ImportDraft(file: "f")
        try draft.beginRun("r")
        let metric = Metric(name: "t", unit: "s", direction: .lower)
        let error = #expect(throws: DocumentError.self) { try draft.add(metric, -1, line: 7, path: "row") }
        #expect(error?.description.hasPrefix("f:7: row: -1.0 is negative") == true)
    }
}
