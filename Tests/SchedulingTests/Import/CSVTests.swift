import Documents
import Scheduling
import Testing

@Suite struct CSVTests {
    @Test func `our own columns need no mapping`() throws {
        let text = """
            job,submit_s,duration_s,gpus,profile,team,class,requested_s,cpus,memory_mib,gpu_memory_mib,priority
            a,0,10.5,1,1g.10gb,red,chat,60,4,1000,9000,5
            b,1.25,20,8,,blue,train,,,,,-3

            """
        let imported = try Read.trace(text)
        let jobs = Read.jobs(imported)
        #expect(imported.format == .csv)
        #expect(jobs.map(\.submit) == [0, 1_250])
        #expect(jobs.map(\.duration) == [10_500, 20_000])
        #expect(jobs.map(\.profile) == [0, TraceJob.none])
        #expect(jobs.map(\.requested) == [60_000, TraceJob.unknown])
        #expect(jobs.map(\.cpuMilli) == [4_000, 0])
        #expect(jobs.map(\.gpuMemoryMiB) == [9_000, 0])
        #expect(jobs.map(\.priority) == [5, -3])
        #expect(imported.classes == ["chat", "train"])
        #expect(imported.trace.teams == ["red", "blue"])
        #expect(jobs.map { imported.names[$0.id] } == ["a", "b"])
    }

    @Test func `names in an older encoding stay apart`() throws {
        let bytes =
            Array("job,submit_s,duration_s,gpus,team\na,0,1,1,M".utf8) + [0xFC] + Array("ller\nb,0,1,1,M".utf8) + [
                0xF6, 0x80,
            ]
            + Array("ller\n".utf8)
        #expect(try Read.trace(bytes).trace.teams == ["Müller", "Mö€ller"])
    }

    @Test func `rates of tokens want tokens`() throws {
        var options = TraceImportOptions()
        options.tokenRates = TokenRates(prefillPerSecond: 1, decodePerSecond: 1)
        let said = try #require(Read.refusal("job,submit_s,duration_s,gpus\na,0,1,1\n", options))
        #expect(said.hasPrefix("trace:1: has no column of tokens"))
    }

    @Test func `a column that is read and stands there twice is refused`() throws {
        #expect(throws: DocumentError.self) {
            try Read.trace("job,submit_s,duration_s,gpus,gpus\na,0,1,1,2\n")
        }
        #expect(try Read.trace("job,submit_s,duration_s,gpus,note,note\na,0,1,1,x,y\n").trace.count == 1)
    }

    @Test func `jobs that name a profile of no known GPU are kept, counted and named by line`() throws {
        let text = """
            job,submit_s,duration_s,gpus,profile
            a,0,1,1,1g.10gb
            b,1,1,1,9g.900gb
            c,2,1,1,
            d,3,1,1,9g.900gb

            """
        var options = TraceImportOptions()
        #expect(Read.findings(try Read.trace(text, options)).isEmpty)
        options.knownProfiles = ["1g.10gb", "2g.20gb"]
        let imported = try Read.trace(text, options)
        #expect(imported.trace.count == 4)
        #expect(Read.findings(imported) == ["unknown-profile 2"])
        #expect(imported.audit.entries.first?.lines == [3, 5])
    }

    @Test func `columns are mapped with their units`() throws {
        var options = TraceImportOptions()
        options.map = [
            .submit: .column("t", .milliseconds), .duration: .column("len", .minutes),
            .gpus: .column("plan_gpu", .percent), .memory: .column("mem", .gibibytes), .cpu: .constant("2.5", .count),
        ]
        let imported = try Read.trace("t;len;plan_gpu;mem\n5;2;50;1.5\n7;0.5;200;0\n8;1;150;0\n", options)
        let jobs = Read.jobs(imported)
        #expect(jobs.map(\.submit) == [5, 7, 8])
        #expect(jobs.map(\.duration) == [120_000, 30_000, 60_000])
        #expect(jobs.map(\.gpus) == [1, 2, 2])
        #expect(jobs.map(\.gpuMilli) == [500, 1_000, 1_000])
        #expect(jobs.map(\.memoryMiB) == [1_536, 0, 0])
        #expect(jobs.map(\.cpuMilli) == [2_500, 2_500, 2_500])
        #expect(Read.findings(imported) == ["rounded-gpus 1"])
    }

    @Test func `Philly's rows are sorted and counted`() throws {
        let text = """
            timestamp,duration,num_gpus,gpu_time,cluster
            2017-10-09 07:01:55,66.0,1,66.0,11cb48
            2017-10-09 06:13:03,2951.0,2,5902.0,6214e9
            2017-10-09 06:13:03,2951.0,2,5902.0,6214e9

            """
        let imported = try Read.trace(text)
        #expect(imported.format == .philly)
        #expect(Read.jobs(imported).map(\.submit) == [0, 0, 2_932_000])
        #expect(imported.trace.teams == ["11cb48", "6214e9"])
        #expect(Read.findings(imported) == ["unsorted 2", "local-time 3", "repeated-row 1"])
    }

    @Test func `openb's pods keep their shares and types, and pods that never ran where times do not matter`() throws {
        let text = """
            name,cpu_milli,memory_mib,num_gpu,gpu_milli,gpu_spec,qos,pod_phase,creation_time,deletion_time,scheduled_time
            p0,12000,16384,1,460,V100M16|V100M32,LS,Running,10,110,20
            p1,8000,30517,0,0,,BE,Running,11,12,11
            p2,8000,30517,8,1000,G2,BE,Pending,12,13,

            """
        let timed = try Read.trace(text)
        #expect(timed.format == .openb)
        #expect(Read.findings(timed) == ["never-ran 1"])
        #expect(Read.jobs(timed).map(\.duration) == [90_000, 1_000])
        #expect(Read.jobs(timed).map(\.gpuMilli) == [460, 1_000])
        #expect(timed.trace.gpuTypeMask[0] == 0b11)
        var options = TraceImportOptions()
        options.needsTimes = false
        let timeless = try Read.trace(text, options)
        #expect(timeless.trace.count == 3)
        #expect(timeless.trace.gpus[2] == 8)
        #expect(timeless.trace.gpuTypes == ["V100M16", "V100M32", "G2"])
    }

    @Test func `requests take their tokens over the rates that are given`() throws {
        let text = "TIMESTAMP,ContextTokens,GeneratedTokens\n2023-11-16 18:15:46.6805900,374,44\n"
        let said = try #require(Read.refusal(text))
        #expect(said.contains("--tokens-per-second"))
        var options = TraceImportOptions()
        options.tokenRates = TokenRates(prefillPerSecond: 1_000, decodePerSecond: 10)
        let imported = try Read.trace(text, options)
        #expect(imported.trace.duration[0] == 374 + 4_400)
    }

    @Test(arguments: [
        ("\"a,b\",1,2,1\n", "a,b"), ("\"say \"\"hi\"\"\",1,2,1\n", "say \"hi\""), ("  \"x\" ,1,2,1\r\n", "x"),
        ("ü,1,2,1\n", "ü"), ("007,1,2,1\n", "007"), ("12,1,2,1\n", "12"),
    ])
    func `names are read as they are written`(_ row: String, _ name: String) throws {
        let imported = try Read.trace("\u{FEFF}job,submit_s,duration_s,gpus\r\n" + row)
        #expect(imported.names[imported.trace.id[0]] == name)
    }

    @Test(arguments: [
        ("\"a,1,2,1\n", "open-quote"), ("\"a\"b,1,2,1\n", "open-quote"), ("a,1,2\n", "field-count"),
        ("a,1,2,1,5\n", "field-count"), ("a,1,2,1,5,6,7,8,9\n", "field-count"), ("a\0,1,2,1\n", "control-characters"),
        ("a,nan,2,1\n", "missing-submit"), ("a,1,inf,1\n", "malformed-number"), ("a,1,2,-1\n", "negative-size"),
        ("a,1,2,1e400\n", "malformed-number"), ("a,1,2,1e18\n", "absurd-size"), ("a,1,,1\n", "never-ran"),
        ("a,-1,2,1\n", "impossible-time"), ("a,1,2,\n", "missing-size"), ("a,1,1e300,1\n", "absurd-duration"),
        ("a,1,2,2.5.5\n", "malformed-number"), ("a,1,--2,1\n", "malformed-number"),
    ])
    func `damaged rows are left out by their reason`(_ row: String, _ code: String) throws {
        let imported = try Read.trace("job,submit_s,duration_s,gpus\nz,1,1,1\n" + row)
        #expect(Read.findings(imported) == ["\(code) 1"])
        #expect(imported.trace.count == 1)
    }

    @Test(arguments: [
        ("a,b\n1,2\n", "--map"), ("1,2,3\n4,5,6\n", "header"), ("", "empty"), ("\n\n", "empty"),
        ("job,submit_s,duration_s,gpus\n", "no row"), ("job,submit_s,duration_s,gpus\nx,y,z,w\n", "malformed"),
        ("{\"a\": 1}\n", "JSON"), ("PK\u{3}\u{4}x\n", "unzip -p"), ("nonsense\n", "one column"),
    ])
    func `a file that is no trace is refused with what to do`(_ text: String, _ named: String) throws {
        let said = try #require(Read.refusal(text))
        #expect(said.contains(named) || said.contains("that should be a number"), "\(said)")
    }

    @Test(arguments: ["a", "1", "x,1", "7-1"])
    func `a job that comes again with its start is one job, the first of the file too`(_ name: String) throws {
        let quoted = name.contains(",") ? "\"\(name)\"" : name
        let row = "\(quoted),0,5,10,1\n"
        let imported = try Read.trace(
            "job,submit_s,start_s,duration_s,gpus\n\(row)\(row)b,0,5,10,1\n\(row)\(quoted),0,6,10,1\n"
        )
        #expect(Read.jobs(imported).map { imported.names[$0.id] } == [name, "b", name])
        #expect(imported.audit.entries.first { $0.finding == .duplicate }?.lines == [3, 5])
    }

    @Test func `a misspelt column is named with the nearest`() throws {
        var options = TraceImportOptions()
        options.map = [.submit: .column("tiem", nil), .duration: .column("len", nil), .gpus: .column("g", nil)]
        let said = try #require(Read.refusal("time,len,g\n1,2,3\n", options))
        #expect(said.contains("'tiem'") && said.contains("did you mean 'time'?"))
    }
}
