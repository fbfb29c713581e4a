import Documents
import Probability
import Scheduling
import Testing

/// Whatever happens to a file, reading it ends with a trace or a sentence, and every row is accounted for.
@Suite struct DamageTests {
    static let samples: [String] = [
        SacctTests.header + SacctTests.row("100") + SacctTests.row("100.batch")
            + SacctTests.row("101", tres: "gres/gpu:a100_1g.10gb=1,gres/gpu=1,cpu=2,mem=4G"),
        "; MaxProcs: 8\n1 0 -1 5 1 -1 -1 1 60 1024 1 1 1 -1 1 1 -1 -1\n2 3 7 5 1 -1 -1 1 60 -1 1 1 1 -1 1 1 -1 -1\n",
        "job,submit_s,duration_s,gpus,team,profile\n\"a,\"\"b\",0,1.5,1,x,1g.10gb\nb,2,3e1,2,y,\n",
        "timestamp,duration,num_gpus,gpu_time,cluster\n2017-10-09 07:01:55,66.0,1,66.0,a\n2017-10-09 07:01:54,66.0,2,66.0,b\n",
        "name,cpu_milli,memory_mib,num_gpu,gpu_milli,gpu_spec,qos,pod_phase,creation_time,deletion_time,scheduled_time\n"
            + "p,1,2,1,460,A|B,LS,Running,10,110,20\n",
    ]

    private func check(_ bytes: [UInt8]) {
        do {
            let imported = try Read.trace(bytes)
            let audit = imported.audit
            #expect(audit.jobs == imported.trace.count)
            #expect(audit.jobs + audit.skipped == audit.rows)
            #expect(imported.trace.isSortedBySubmission)
            #expect(imported.recordedStart.count == imported.trace.count)
            for job in Read.jobs(imported) {
                #expect(job.submit >= 0 && job.duration >= 0 && job.gpus >= 0 && (1...1_000).contains(job.gpuMilli))
                #expect(job.cpuMilli >= 0 && job.memoryMiB >= 0 && job.nodes >= 0)
                #expect(job.team < imported.trace.teams.count && job.profile < imported.trace.profiles.count)
            }
        } catch {
            #expect(!error.description.isEmpty)
        }
    }

    @Test(arguments: samples.indices)
    func `a file that is cut at any byte is read or refused`(_ sample: Int) {
        let bytes = Array(Self.samples[sample].utf8)
        for end in 0...bytes.count { check(Array(bytes[..<end])) }
    }

    @Test(arguments: samples.indices)
    func `a trace does not depend on how its bytes arrive`(_ sample: Int) throws {
        let text = Self.samples[sample]
        let whole = try Read.trace(text)
        for piece in [1, 2, 3, 7, 64] {
            let pieces = try Read.trace(text, piece: piece)
            #expect(Read.jobs(pieces) == Read.jobs(whole))
            #expect(pieces.audit == whole.audit)
        }
    }

    @Test("seeded damage", arguments: 0..<40)
    func damage(_ seed: Int) {
        var random = RandomGenerator(seed: UInt64(seed))
        let tokens: [String] = [
            "-", "-1", "99999999999999999999", "1e308", "nan", "\"", "\0", "\r", "\n", ",", "|", ";",
            "1970-01-01T00:00:00",
            "\u{FEFF}", "é", "UNLIMITED", "gres/gpu=", "=", "9223372036854775807", "-9223372036854775808", ".", ":",
            " ",
        ]
        for _ in 0..<60 {
            var bytes = Array(Self.samples[random.index(below: Self.samples.count)].utf8)
            for _ in 0...random.index(below: 4) {
                let at = random.index(below: bytes.count)
                switch random.index(below: 4) {
                case 0: bytes[at] = UInt8(truncatingIfNeeded: random.next())
                case 1: bytes.replaceSubrange(at..<at, with: Array(tokens[random.index(below: tokens.count)].utf8))
                case 2: bytes.removeSubrange(at..<min(bytes.count, at + 1 + random.index(below: 20)))
                default:
                    // A field becomes another token.
                    let end =
                        bytes[at...].firstIndex { $0 == 0x2C || $0 == 0x7C || $0 == 0x0A || $0 == 0x20 } ?? bytes.count
                    bytes.replaceSubrange(at..<end, with: Array(tokens[random.index(below: tokens.count)].utf8))
                }
                if bytes.isEmpty { bytes = [0x0A] }
            }
            check(bytes)
        }
    }

    @Test func `a line beyond the limit is one row left out`() throws {
        var options = TraceImportOptions()
        options.lineLimit = 4_096
        let text =
            "job,submit_s,duration_s,gpus\na,0,1,1\n" + String(repeating: "x", count: 100_000) + "\nb,1,1,1\n"
        for piece in [1_000, 4_096, 1 << 20] {
            let imported = try Read.trace(text, options, piece: piece)
            #expect(imported.trace.count == 2)
            #expect(Read.findings(imported) == ["line-too-long 1"])
            #expect(imported.audit.entries.first?.lines == [3])
        }
    }

    /// One byte above the limit is kept for a carriage return, and counts where it is none.
    @Test func `a line one byte beyond the limit is left out however its bytes arrive`() throws {
        var options = TraceImportOptions()
        options.lineLimit = 64
        let header = "job,submit_s,duration_s,gpus,team\n"
        for (length, jobs) in [(63, 2), (64, 2), (65, 1), (66, 1)] {
            for end in ["\n", "\r\n"] {
                let row = "a,0,1,1," + String(repeating: "t", count: length - 8)
                for piece in [1, 2, 63, 64, 65, 66, 1_000] {
                    for last in ["", end] {
                        let text = header + "b,0,1,1,t" + end + row + last
                        #expect(try Read.trace(text, options, piece: piece).trace.count == jobs)
                    }
                }
            }
        }
    }

    @Test func `a file whose first line does not end is refused at once`() throws {
        var importer = TraceImporter(file: "zeros")
        let piece = [UInt8](repeating: 0, count: 1 << 20)
        let error = try #require(throws: DocumentError.self) {
            for _ in 0..<3 { try importer.consume(piece.span) }
        }
        #expect(error.description.hasPrefix("zeros:1: the first line is longer than 1048576 bytes"))
    }

    @Test func `more types than can be told apart are counted`() throws {
        var text = "job,submit_s,duration_s,gpus,gpu_type\n"
        for index in 0..<100 { text += "j\(index),0,1,1,type\(index)\n" }
        let imported = try Read.trace(text)
        #expect(imported.trace.count == 64)
        #expect(Read.findings(imported) == ["too-many-names 36"])
    }
}
