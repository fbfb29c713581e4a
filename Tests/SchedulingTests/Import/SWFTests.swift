import Scheduling
import Testing

@Suite struct SWFTests {
    @Test func `a log becomes jobs, its header the machine`() throws {
        let text = """
            ; Version: 2.2
            ;MaxNodes: 64
            ; MaxProcs: 128
            ; UnixStartTime: 749458803
            ; Note: nothing
                1        0     10   1451  128     -1    -1   -1     -1    -1 -1   1   7  -1 -1 -1 -1 -1
            2 1460.5 -1 3726 -1 -1 -1 64 7200 1024 1 5 -1 -1 -1 -1 -1 -1

            """
        let imported = try Read.trace(text)
        #expect(imported.format == .swf)
        #expect(imported.statedProcessors == 128)
        #expect(imported.trace.epochMilliseconds == 749_458_803_000)
        #expect(Read.jobs(imported).map(\.gpus) == [128, 64])
        #expect(Read.jobs(imported).map(\.submit) == [0, 1_460_500])
        #expect(Read.jobs(imported).map(\.requested) == [TraceJob.unknown, 7_200_000])
        #expect(imported.trace.memoryMiB[1] == 64)
        #expect(imported.trace.teams == ["7", "5"])
        #expect(Array(imported.recordedStart) == [10_000, TraceJob.unknown])
        #expect(Read.findings(imported) == ["size-from-request 1"])
    }

    @Test func `jobs without a number are jobs, each`() throws {
        let row = "-1 0 5 1 2 -1 -1 2 -1 -1 1 -1 -1 -1 -1 -1 -1 -1\n"
        let other = "-1 0 5 1 4 -1 -1 4 -1 -1 1 -1 -1 -1 -1 -1 -1 -1\n"
        let imported = try Read.trace("; x\n" + row + other)
        #expect(imported.trace.count == 2)
        #expect(Read.findings(imported).isEmpty)
    }

    @Test func `columns are not mapped where they are fixed`() throws {
        var options = TraceImportOptions()
        options.map = [.submit: .column("x", nil)]
        let said = try #require(Read.refusal("; x\n1 0 5 1 2 -1 -1 2 -1 -1 1 -1 -1 -1 -1 -1 -1 -1\n", options))
        #expect(said.contains("is SWF"))
    }

    @Test(arguments: [
        ("1 0 -1 -1 4 -1 -1 4 -1 -1 0 1 1 -1 -1 -1 -1 -1", "never-ran"),
        ("1 0 5 -1 4 -1 -1 4 -1 -1 5 1 1 -1 -1 -1 -1 -1", "missing-duration"),
        ("1 0 -1 10 -1 -1 -1 -1 -1 -1 1 1 1 -1 -1 -1 -1 -1", "missing-size"),
        ("1 -7 -1 10 1 -1 -1 1 -1 -1 1 1 1 -1 -1 -1 -1 -1", "impossible-time"),
        ("1 0 -1 -10 1 -1 -1 1 -1 -1 1 1 1 -1 -1 -1 -1 -1", "negative-duration"),
        ("1 0 -1 10 -4 -1 -1 1 -1 -1 1 1 1 -1 -1 -1 -1 -1", "negative-size"),
        ("1 0 -1 10 2000000 -1 -1 1 -1 -1 1 1 1 -1 -1 -1 -1 -1", "absurd-size"),
        ("1 0 -1 999999999999 1 -1 -1 1 -1 -1 1 1 1 -1 -1 -1 -1 -1", "absurd-duration"),
        ("1 9223372036854775807 -1 1 1 -1 -1 1 -1 -1 1 1 1 -1 -1 -1 -1 -1", "impossible-time"),
        ("1 0 -1 10 1 -1 -1 1 -1 -1 3 1 1 -1 -1 -1 -1 -1", "partial-record"),
        ("1 0 -1 10 1 -1 -1 1 -1 -1 1 1 1 -1 -1 -1 -1", "field-count"),
        ("1 0 -1 10 one -1 -1 1 -1 -1 1 1 1 -1 -1 -1 -1 -1", "malformed-number"),
    ])
    func `rows that cannot be replayed are left out by their reason`(_ row: String, _ code: String) throws {
        let imported = try Read.trace("; x\n\(row)\n2 0 -1 5 1 -1 -1 1 -1 -1 1 1 1 -1 -1 -1 -1 -1\n")
        #expect(imported.trace.count == 1)
        #expect(Read.findings(imported) == ["\(code) 1"])
        #expect(imported.audit.entries.first?.lines == [2])
    }

    @Test func `numbers that ascend, then do not, find the duplicate`() throws {
        func row(_ id: Int, _ submit: Int) -> String { "\(id) \(submit) -1 5 1 -1 -1 1 -1 -1 1 1 1 -1 -1 -1 -1 -1\n" }
        let imported = try Read.trace("; x\n" + row(1, 0) + row(5, 1) + row(9, 2) + row(5, 1) + row(3, 4) + row(3, 5))
        #expect(imported.audit.count(.duplicate) == 1)
        #expect(imported.audit.entries.first { $0.finding == .duplicate }?.lines == [5])
        #expect(Read.jobs(imported).map(\.id) == [1, 5, 9, 3, 3])
    }
}
