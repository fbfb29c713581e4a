import Documents
import Scheduling
import Testing

@Suite struct SacctTests {
    static let header =
        "JobID|User|Account|Partition|Submit|Eligible|Start|End|ElapsedRaw|TimelimitRaw|State|NNodes|ReqTRES|AllocTRES\n"

    /// A row with everything in order, parts of which cases replace.
    static func row(
        _ id: String = "100",
        submit: String = "2026-03-01T10:00:00",
        eligible: String = "2026-03-01T10:00:00",
        start: String = "2026-03-01T10:01:00",
        end: String = "2026-03-01T11:01:00",
        elapsed: String = "3600",
        limit: String = "120",
        state: String = "COMPLETED",
        nodes: String = "1",
        tres: String = "billing=8,cpu=8,gres/gpu=2,mem=64G,node=1"
    ) -> String {
        "\(id)|ann|physics|gpu|\(submit)|\(eligible)|\(start)|\(end)|\(elapsed)|\(limit)|\(state)|\(nodes)|\(tres)|\(tres)\n"
    }

    @Test func `a row becomes the job it describes`() throws {
        let imported = try Read.trace(Self.header + Self.row())
        #expect(imported.format == .sacct)
        let job = imported.trace[0]
        #expect(job.id == 100)
        #expect(job.submit == 0)
        // `date -u -d 2026-03-01T10:00:00Z +%s`
        #expect(imported.trace.epochMilliseconds == 1_772_359_200_000)
        #expect(imported.recordedStart[0] == 60_000)
        #expect(job.duration == 3_600_000)
        #expect(job.requested == 7_200_000)
        #expect((job.gpus, job.gpuMilli, job.cpuMilli, job.memoryMiB) == (2, 1_000, 8_000, 65_536))
        #expect(imported.trace.teams == ["physics"])
    }

    @Test func `columns may stand in any order and old forms are understood`() throws {
        let text = """
            State|AllocGRES|Elapsed|Timelimit|Submit|JobIDRaw|Start|NCPUS
            COMPLETED|gpu:a100:4|1-02:03:04|2-00:00:00|2026-03-01T10:00:00|7|2026-03-01T10:00:00|16

            """
        let imported = try Read.trace(text)
        let job = imported.trace[0]
        #expect(job.duration == ((24 + 2) * 3_600 + 3 * 60 + 4) * 1_000)
        #expect(job.requested == 2 * 86_400_000)
        #expect((job.gpus, job.cpuMilli, job.gpuTypes) == (4, 16_000, 1))
        #expect(imported.trace.gpuTypes == ["a100"])
    }

    struct Size: Sendable {
        var tres: String
        var gpus: Int32
        var milli: Int32 = 1_000
        var profile: String?
        var type: String?
    }

    @Test(arguments: [
        Size(tres: "cpu=1,gres/gpu=4,mem=1G", gpus: 4),
        Size(tres: "cpu=1,gres/gpu:h100=4,gres/gpu=4", gpus: 4, type: "h100"),
        Size(tres: "gres/gpu=2,gres/gpu:1g.10gb=2", gpus: 2, profile: "1g.10gb"),
        Size(tres: "gres/gpu:a100_3g.20gb=1,gres/gpu=1", gpus: 1, profile: "3g.20gb", type: "a100"),
        Size(
            tres: "gres/gpu:nvidia_h100_80gb_hbm3_1g.10gb=2",
            gpus: 2,
            profile: "1g.10gb",
            type: "nvidia_h100_80gb_hbm3"
        ),
        Size(tres: "gres/mig:2g.20gb=1", gpus: 1, profile: "2g.20gb"),
        Size(tres: "gres/gpu=1,gres/gpumem=4000M,gres/gpuutil=50", gpus: 1),
        Size(tres: "gres/shard=3", gpus: 1, milli: 750),
        Size(tres: "gres/mps=50", gpus: 1, milli: 500),
        Size(tres: "cpu=4,mem=8G", gpus: 0),
    ])
    func `generic resources become GPUs, slices and shares`(_ size: Size) throws {
        var options = TraceImportOptions()
        options.shardsPerGPU = 4
        let imported = try Read.trace(Self.header + Self.row(tres: size.tres), options)
        let job = imported.trace[0]
        #expect((job.gpus, job.gpuMilli) == (size.gpus, size.milli))
        #expect(imported.trace.profiles == (size.profile.map { [$0] } ?? []))
        #expect(job.profile == (size.profile == nil ? TraceJob.none : 0))
        #expect(imported.trace.gpuTypes == (size.type.map { [$0] } ?? []))
    }

    struct Finding: Sendable {
        var row: String
        var expected: [String]
        var kept: Bool
    }

    @Test(arguments: [
        Finding(row: row("100.batch"), expected: ["job-step 1"], kept: false),
        Finding(row: row("100.0"), expected: ["job-step 1"], kept: false),
        Finding(row: row("100_7"), expected: [], kept: true),
        Finding(row: row("100_[4-7]"), expected: ["array-of-tasks 1"], kept: true),
        Finding(row: row(submit: "Unknown"), expected: ["submit-from-eligible 1"], kept: true),
        Finding(row: row(submit: ""), expected: ["submit-from-eligible 1"], kept: true),
        Finding(row: row(submit: "Unknown", eligible: "Unknown"), expected: ["submit-from-start 1"], kept: true),
        Finding(
            row: row(submit: "Unknown", eligible: "2026-03-01T10:30:00"),
            expected: ["submit-from-start 1"],
            kept: true
        ),
        Finding(row: row(limit: "1-25:61:61"), expected: ["malformed-time 1"], kept: false),
        Finding(row: row(limit: "1-00:00:00"), expected: [], kept: true),
        Finding(row: row("100+1"), expected: ["heterogeneous-job 1"], kept: true),
        Finding(
            row: row(start: "Unknown", end: "Unknown", elapsed: "0", state: "PENDING"),
            expected: ["never-ran 1"],
            kept: false
        ),
        Finding(
            row: row(start: "None", elapsed: "0", state: "CANCELLED by 1000"),
            expected: ["never-ran 1"],
            kept: false
        ),
        Finding(row: row(end: "Unknown", state: "RUNNING"), expected: ["still-running 1"], kept: true),
        Finding(row: row(state: "CANCELLED by 1000"), expected: [], kept: true),
        Finding(row: row(limit: "UNLIMITED"), expected: [], kept: true),
        Finding(row: row(limit: "Partition_Limit"), expected: [], kept: true),
        Finding(row: row(end: "2026-03-01T10:00:30"), expected: ["ends-before-start 1"], kept: false),
        Finding(row: row(elapsed: "-5"), expected: ["negative-duration 1"], kept: false),
        Finding(row: row(elapsed: "x"), expected: ["malformed-number 1"], kept: false),
        Finding(row: row(elapsed: "99999999999999999999999"), expected: ["absurd-duration 1"], kept: false),
        Finding(row: row(elapsed: "60"), expected: ["duration-disagrees 1"], kept: true),
        Finding(row: row(submit: "1970-01-01T00:00:00"), expected: ["impossible-time 1"], kept: false),
        Finding(row: row(submit: "2026-02-30T00:00:00"), expected: ["malformed-time 1"], kept: false),
        Finding(
            row: row(submit: "2026-03-01T12:00:00", eligible: "2026-03-01T12:00:00"),
            expected: ["starts-before-submit 1"],
            kept: true
        ),
        Finding(row: row(tres: "gres/gpu=-1"), expected: ["negative-size 1"], kept: false),
        Finding(row: row(tres: "gres/gpu=99999999999999999999"), expected: ["absurd-size 1"], kept: false),
        Finding(row: row(tres: "gres/gpu:1g.10gb=1,gres/gpu:2g.20gb=1"), expected: ["mixed-slices 1"], kept: false),
        Finding(row: row(tres: "gres/gpu:h100=1,gres/gpu:a100=1,gres/gpu=2"), expected: ["mixed-types 1"], kept: false),
        Finding(
            row: row(tres: "gres/gpu:h100_1g.10gb=1,gres/gpu:a100_1g.10gb=1"),
            expected: ["mixed-types 1"],
            kept: false
        ),
        Finding(row: row(tres: "gres/shard=3"), expected: ["unsized-shards 1"], kept: false),
        Finding(row: "100|ann|physics\n", expected: ["field-count 1"], kept: false),
        Finding(row: row("10\u{7}0"), expected: ["control-characters 1"], kept: false),
    ])
    func `what is wrong with a row is counted by its reason`(_ finding: Finding) throws {
        var options = TraceImportOptions()
        options.zone = .utc
        let sound = Self.row("1")
        let imported = try Read.trace(Self.header + sound + finding.row, options)
        #expect(Read.findings(imported) == finding.expected)
        #expect(imported.trace.count == (finding.kept ? 2 : 1))
        for entry in imported.audit.entries { #expect(entry.lines == [3]) }
    }

    @Test func `where no submission is known a job comes when it could run`() throws {
        let imported = try Read.trace(Self.header + Self.row(submit: "Unknown"))
        #expect(imported.recordedStart[0] == 60_000)
        let columns = try Read.trace(
            "JobID|Eligible|Start|ElapsedRaw|State|AllocTRES\n1|2026-03-01T10:00:00|2026-03-01T10:01:00|5|COMPLETED|gres/gpu=1\n"
        )
        #expect(columns.recordedStart[0] == 60_000)
    }

    @Test(arguments: [
        ("1-25:61:61", false), ("1-24:00:00", false), ("00:60:00", false), ("00:00:60", false), ("0-00:00:00", true),
        ("1-23:59:59", true), ("25:00:00", true), ("90:00", true), ("1-2-03:04:05", false),
    ])
    func `an elapsed time out of its range is none`(_ elapsed: String, _ isSound: Bool) throws {
        let text = "JobID|Submit|Start|Elapsed|State|AllocTRES\n"
        func row(_ id: Int, _ elapsed: String) -> String {
            "\(id)|2026-03-01T10:00:00|2026-03-01T10:01:00|\(elapsed)|COMPLETED|gres/gpu=1\n"
        }
        let imported = try Read.trace(text + row(1, "00:01:00") + row(2, elapsed))
        #expect(imported.trace.count == (isSound ? 2 : 1))
        #expect(imported.audit.count(.malformedTime) == (isSound ? 0 : 1))
    }

    @Test(
        arguments: [
            ("gpu:2", 2), ("gres:gpu:2", 2), ("gres/gpu:2", 2), ("gpu:a100:2(S:0-1)", 2), ("7696487:2", 2),
            ("craynetwork:2", 0),
        ] as [(String, Int32)]
    )
    func `GPUs are read from each form of the older columns`(_ text: String, _ gpus: Int32) throws {
        let imported = try Read.trace(
            "JobID|Submit|Start|ElapsedRaw|State|AllocGRES\n1|2026-03-01T10:00:00|2026-03-01T10:01:00|5|COMPLETED|\(text)\n"
        )
        #expect(imported.trace.gpus[0] == gpus)
    }

    @Test(
        arguments: [("4Gc", 32_768), ("64Gn", 131_072), ("48G", 49_152), ("0", 0), ("0n", 0), ("?", 0)]
            as [(String, Int32)]
    )
    func `memory that was requested counts where none is listed`(_ text: String, _ mib: Int32) throws {
        let header = "JobID|Submit|Start|ElapsedRaw|State|NNodes|NCPUS|ReqMem|AllocTRES\n"
        let times = "2026-03-01T10:00:00|2026-03-01T10:01:00|5|COMPLETED"
        let imported = try Read.trace(
            header + "1|\(times)|2|8|\(text)|gres/gpu=2\n2|\(times)|2|8|\(text)|gres/gpu=2,mem=3G\n"
        )
        #expect(Array(imported.trace.memoryMiB) == [mib, 3_072])
    }

    @Test(
        arguments: [("2", 2), ("1K", 1_024), ("1.50K", 1_536), ("2k", 0), ("K", 0), ("-1K", 0), ("?", 0)]
            as [(String, Int32)]
    )
    func `nodes are counted in 1,024s where sacct does`(_ text: String, _ nodes: Int32) throws {
        let header = "JobID|Submit|Start|ElapsedRaw|State|NNodes|NCPUS|AllocTRES\n"
        let times = "2026-03-01T10:00:00|2026-03-01T10:01:00|5|COMPLETED"
        let imported = try Read.trace(header + "1|\(times)|\(text)|8|gres/gpu=12288\n")
        #expect(Array(imported.trace.nodes) == [nodes])
    }

    @Test func `the team's column is there where it is named`() throws {
        var options = TraceImportOptions()
        options.team = .qos
        let said = try #require(Read.refusal(Self.header + Self.row(), options))
        #expect(said.hasPrefix("trace:1: ") && said.contains("without qos"))
        options.team = .partition
        #expect(try Read.trace(Self.header + Self.row(), options).trace.teams == ["gpu"])
    }

    @Test func `rows whose times have a zone are counted against the first`() throws {
        var options = TraceImportOptions()
        options.zone = .utc
        let zoned = "2026-03-01T10:00:00Z"
        let imported = try Read.trace(
            Self.header + Self.row("1") + Self.row("2", submit: zoned) + Self.row("3", submit: zoned, eligible: zoned),
            options
        )
        #expect(Read.findings(imported) == ["mixed-zones 2"])
    }

    @Test func `a job that was held comes when it could run`() throws {
        let imported = try Read.trace(Self.header + Self.row(eligible: "2026-03-01T10:00:50"))
        #expect(imported.recordedStart[0] == 10_000)
    }

    @Test func `overlapping exports give each job once, a requeue is a job of its own`() throws {
        let again = Self.row("100", start: "2026-03-01T15:00:00", end: "2026-03-01T16:00:00")
        let imported = try Read.trace(Self.header + Self.row("100") + Self.row("101") + Self.row("100") + again)
        #expect(imported.trace.count == 3)
        #expect(imported.audit.count(.duplicate) == 1)
    }

    @Test func `of a job that ran on from one export to the next, the row in which it had ended counts`() throws {
        var options = TraceImportOptions()
        options.zone = .utc
        let running = Self.row("7", end: "Unknown", elapsed: "3600", state: "RUNNING")
        let ended = Self.row("7", end: "2026-03-03T10:01:00", elapsed: "172800")
        for rows in [running + ended, running + Self.row("8") + ended, running + running + ended + ended] {
            let imported = try Read.trace(Self.header + rows, options)
            let place = try #require(imported.trace.id.firstIndex(of: 7))
            #expect(imported.trace.duration[place] == 172_800_000)
            #expect(imported.audit.count(.superseding) == 1)
            #expect(imported.trace.id.count { $0 == 7 } == 1)
        }
        // The other way round nothing is gained: what had ended stays.
        let imported = try Read.trace(Self.header + ended + running, options)
        #expect(imported.trace.duration[0] == 172_800_000 && imported.audit.count(.duplicate) == 1)
    }

    @Test func `times are read in the zone that is named`() throws {
        var options = TraceImportOptions()
        options.zone = TimeZoneRule(offset: "+01:00")
        let local = try Read.trace(Self.header + Self.row(), options)
        let utc = try Read.trace(Self.header + Self.row())
        let (early, late) = (try #require(local.trace.epochMilliseconds), try #require(utc.trace.epochMilliseconds))
        #expect(late - early == 3_600_000)
        #expect(local.audit.count(.localTime) == 0)
        #expect(utc.audit.count(.localTime) == 1)
    }

    @Test func `names that are no numbers are kept`() throws {
        let imported = try Read.trace(Self.header + Self.row("9_1") + Self.row("9_2") + Self.row("10"))
        #expect((0..<3).map { imported.names[imported.trace.id[$0]] } == ["9_1", "9_2", "10"])
    }

    @Test(arguments: [
        ("JobID|Submit|Start|End\n", "AllocTRES or ReqTRES"),
        ("JobID|AllocTRES|State\n", "Submit"),
        ("JobID|AllocTRES|Submit\n", "ElapsedRaw"),
        ("       JobID     JobName  State \n------------ ---------- ----------\n", "--parsable2"),
    ])
    func `an export without what is needed says how to export`(_ text: String, _ named: String) throws {
        let said = try #require(Read.refusal(text))
        #expect(said.hasPrefix("trace:1: "))
        #expect(said.contains(named))
    }
}
