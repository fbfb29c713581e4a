import Documents
import Estate
import Evidence
import Testing

@Suite("A plain CSV becomes a record")
struct CSVRecordParserTests {
    static let plain = """
        host,boot,run,step,value
        gpu01,b1,r1,1,0.95
        gpu01,b1,r1,2,0.96
        gpu01,b1,r2,1,0.94
        gpu02,b7,r1,1,9.7e-1

        """

    @Test("hosts, boots and runs nest as the columns say")
    func nesting() throws {
        let record = try Sample.csv(Self.plain) {
            $0.declaredModel = .bareMetal
            $0.facts = [HostFact(name: "gpu", value: "H100", evidence: "declared: --fact")]
        }
        #expect(record.hosts.map(\.id) == ["gpu01", "gpu02"])
        #expect(
            record.runs.map { "\($0.host.id)/\($0.boot.id)/\($0.run.id)" } == [
                "gpu01/b1/r1", "gpu01/b1/r2", "gpu02/b7/r1",
            ]
        )
        #expect(record.runs.map { $0.run.series.first?.samples.values } == [[0.95, 0.96], [0.94], [0.97]])
        #expect(record.hosts.allSatisfy { $0.blindSpots.isEmpty && $0.facts.map(\.value) == ["H100"] })
        #expect(record.model == .bareMetal)
        #expect(try Record.read(try record.encoded(), file: "x").id == record.id)
    }

    @Test("chunks of any size give the same record", arguments: [1, 2, 3, 7, 64])
    func chunks(size: Int) throws {
        let text = "\u{FEFF}run;\"value\";note\r\n\"r\"\"1\";1.5;\r\n\"r\n2\";2;\"a;b\"\r\n"
        let bytes = Array(text.utf8)
        var parser = CSVRecordParser(file: "runs.csv", options: CSVRecordOptions(metric: Sample.stepTime))
        for start in stride(from: 0, to: bytes.count, by: size) {
            try parser.consume(bytes[start..<min(start + size, bytes.count)])
        }
        let record = try parser.finish()
        #expect(record.runs.map(\.run.id) == ["r\"1", "r\n2"])
        #expect(record.runs.last?.run.condition("note") == "a;b")
        #expect(record.runs.first?.run.conditions.isEmpty == true)
    }

    @Test("only run and value are required, and what was assumed is said")
    func least() throws {
        var parser = CSVRecordParser(file: "times.csv", options: CSVRecordOptions(metric: Sample.stepTime))
        try parser.consume(Array("value,run\n4.0085,1\n4.0079,2\n4.0244,3".utf8))
        let record = try parser.finish()
        #expect(record.runs.map { $0.run.series.first?.mean } == [4.0085, 4.0079, 4.0244])
        #expect(parser.diagnostics.count == 3)
        #expect(record.hosts.first?.blindSpots.count == 3)
        #expect(record.hosts.first?.id == "unnamed, of times.csv")
    }

    @Test("rows of runs may be mixed, tabs separate too, and time is kept")
    func mixed() throws {
        let record = try Sample.csv(
            "run\tstep\ttime_s\tstarted\tvalue\na\t0\t0\t2026-03-01T09:30:00Z\t1\nb\t0\t0\t2026-03-01T09:40:00Z\t5\n"
                + "a\t1\t1.5\t2026-03-01T09:30:00Z\t2\n"
        )
        #expect(record.runs.map { $0.run.series.first?.samples.values } == [[1, 2], [5]])
        #expect(record.runs.first?.run.series.first?.blocks.startSeconds == [0, 1.5])
        #expect(record.runs.map { $0.run.started?.seconds ?? 0 } == [1_772_357_400, 1_772_358_000])
    }

    @Test("one arm of several is chosen by a column, and the arms' unnamed hosts differ")
    func filter() throws {
        let text = "arm,run,step,seconds\nvm,0,0,9\nvm,0,1,1\nbm,0,0,8\nbm,0,1,2\n"
        func arm(_ name: String) throws -> Record {
            try Sample.csv(text) {
                $0.filters = [Condition(name: "arm", value: name)]
                $0.valueColumn = "seconds"
                $0.warmUp = 1
            }
        }
        #expect(try arm("vm").runs.map { $0.run.series.first?.samples.values } == [[1]])
        #expect(try arm("bm").runs.map { $0.run.series.first?.samples.values } == [[2]])
        #expect(try arm("bm").runs.first?.run.warmUpExcluded == 1)
        #expect(try arm("bm").hosts.first?.id != arm("vm").hosts.first?.id)
    }

    @Test(
        "numbers are read as Double reads them, by the short way and the long one",
        arguments: [
            "0.95", "1e-3", "1E+2", "+7", "9007199254740991", "9007199254740993", "0.1234567890123456789012345",
            "123456789.123456789",
            "00012.50", ".5", "5.", "1e-90",
        ]
    )
    func numbers(text: String) throws {
        let padded = text.hasSuffix(".") ? text + "0" : text
        let record = try Sample.csv("run,value\n1,\(text)\n")
        #expect(record.runs.first?.run.series.first?.mean == Double(padded))
    }

    static let wrong: [(String, String)] = [
        ("", "is empty"),
        ("run,value\n", "no rows"),
        ("run,valu\n1,2\n", "runs.csv:1: there is no column 'value' among 'run', 'valu'"),
        ("host,value\n1,2\n", "no column 'run'"),
        ("run,value,run\n1,2,3\n", "two columns 'run'"),
        ("run,,value\n1,2,3\n", "column 2 has no name"),
        ("run,value\n1,2,3\n", "runs.csv:2: has 3 fields; expected 2"),
        ("run,value\n1\n", "has 1 fields"),
        ("run,value\n1,\n", "runs.csv:2: column 'value': is empty"),
        ("run,value\n1,nan\n", "'nan' is not a finite number"),
        ("run,value\n1,inf\n", "'inf'"),
        ("run,value\n1,0x10\n", "'0x10'"),
        ("run,value\n1,1e999\n", "'1e999' is not a finite number"),
        ("run,value\n1,-3\n", "negative"),
        ("run,value\n1,1e200\n", "unit"),
        ("run;value\n1;0,5\n", "has a comma"),
        ("run,value\n1,1 s\n", "'1 s'"),
        ("run,value\n,1\n", "column 'run': is empty"),
        ("run,step,value\n1,2,5\n1,2,6\n", "step 2 follows step 2 of run '1'"),
        ("run,step,value\n1,2,5\n1,1,6\n", "runs.csv:3: column 'step'"),
        ("run,step,value\n1,x,5\n", "expected a step number"),
        ("run,time_s,value\n1,5,5\n1,4,5\n", "sort the rows of a run by time"),
        ("run,batch,value\n1,32,5\n1,64,5\n", "runs.csv:3: column 'batch': '64' follows '32' inside run '1'"),
        ("run,started,value\n1,noon,5\n", "RFC 3339"),
        ("run,value\n\"1,2\n", "not closed"),
        ("run,value\n\"1\"x,2\n", "follows the closing"),
        ("run,value\n1\"x,2\n", "quote the whole field"),
        ("run,unit,value\n1,s,5\n2,ms,5\n", "runs.csv:3: column 'unit': 'ms' is not the unit given, 's'"),
        ("run,value\r1,2\r", "carriage return"),
        ("run,value\n1,\0002\n", "zero byte"),
        ("run,value\n" + String(repeating: "9", count: 1 << 21), "longer than 1 MiB"),
        (String(repeating: ",", count: 20_000), "more than 10000 fields"),
    ]

    @Test("what is wrong is said with line and column", arguments: wrong.indices)
    func errors(index: Int) {
        let (text, word) = Self.wrong[index]
        let error = #expect(throws: DocumentError.self) { try Sample.csv(text) }
        #expect(error?.description.hasPrefix("runs.csv") == true)
        #expect(error?.description.contains(word) == true, "\(error?.description ?? "") lacks '\(word)'")
    }

    @Test("a host or a boot is named by the file or by an option, not by both; a unit that agrees is no condition")
    func namedTwice() throws {
        let host = #expect(throws: DocumentError.self) {
            try Sample.csv("host,run,value\ng1,1,2\n") { $0.host = "g2" }
        }
        #expect(host?.description.contains("--host 'g2'") == true)
        let boot = #expect(throws: DocumentError.self) {
            try Sample.csv("Boot,run,value\nb1,1,2\n") { $0.boot = "b2" }
        }
        #expect(boot?.description.contains("'Boot'") == true)
        let record = try Sample.csv("run,Unit,value\n1,s,2\n2,,3\n")
        #expect(record.runs.allSatisfy { $0.run.conditions.isEmpty })
    }

    @Test("bytes that are no UTF-8, or UTF-16, are refused")
    func encodings() {
        let options = CSVRecordOptions(metric: Sample.stepTime)
        for bytes: [UInt8] in [
            [0xFF, 0xFE, 0x72, 0], [0xFE, 0xFF, 0, 0x72], Array("run,value\n".utf8) + [0xC3, 0x28, 0x2C, 0x31],
            [0xEF, 0xBB], [0xEF],
        ] {
            #expect(throws: DocumentError.self) {
                try CSVRecordParser.record(from: bytes, file: "runs.csv", options: options)
            }
        }
    }

    @Test("warm-up that leaves nothing, and a choice that no row meets, are errors that say so")
    func nothingLeft() {
        let all = #expect(throws: DocumentError.self) { try Sample.csv("run,value\n1,2\n") { $0.warmUp = 5 } }
        #expect(all?.problem.contains("all of them warm-up") == true)
        let none = #expect(throws: DocumentError.self) {
            try Sample.csv("arm,run,value\na,1,2\nb,1,2\n") { $0.filters = [Condition(name: "arm", value: "vm")] }
        }
        #expect(none?.problem.contains("'a', 'b'") == true)
        let column = #expect(throws: DocumentError.self) {
            try Sample.csv("arm,run,value\na,1,2\n") { $0.filters = [Condition(name: "ar", value: "vm")] }
        }
        #expect(column?.problem.contains("no column 'ar'") == true)
    }

    @Test("no cut of a file traps")
    func truncation() {
        let text = "\u{FEFF}host,boot,run,step,value,note\r\n\"g\"\"1\",b,r,1,0.5,\"x\r\ny\"\r\n"
        let bytes = Array(text.utf8)
        for length in 0...bytes.count {
            _ = try? CSVRecordParser.record(
                from: Array(bytes.prefix(length)),
                file: "c",
                options: CSVRecordOptions(metric: Sample.stepTime)
            )
        }
    }
}
