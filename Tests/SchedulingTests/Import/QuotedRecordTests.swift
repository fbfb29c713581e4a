import Scheduling
import Testing

@Suite struct QuotedRecordTests {
    private static let header = "job,submit_s,duration_s,gpus,note\n"

    struct Case: Sendable {
        var rows: String
        var jobs: [String]
        var findings: [String] = []
        var lines: [[Int]] = []
    }

    @Test(arguments: [
        Case(rows: "a,0,1,1,\"two\nlines\"\nb,0,1,1,x\n", jobs: ["a", "b"]),
        Case(rows: "a,0,1,1,\"\"\"q\"\"\r\n\r\n, \"\r\nb,0,1,1,x\r\n", jobs: ["a", "b"]),
        Case(rows: "\"a\",0,1,1,\"x\ny\"\n\"b\",0,1,1,\"x\ny\"\n", jobs: ["a", "b"]),
        // A name is one line, and the rows after it are themselves.
        Case(
            rows: "\"a\nb\",0,1,1,x\nc,0,-1,1,x\n",
            jobs: ["z"],
            findings: ["control-characters 1", "negative-duration 1"],
            lines: [[2], [4]]
        ),
        // A stray quote takes its own line only.
        Case(rows: "\"a,0,1,1,x\nb,0,1,1,x\nc,0,1,1,x\n", jobs: ["b", "c"], findings: ["open-quote 1"], lines: [[2]]),
        Case(
            rows: "\"a,0,1,1,x\nb,0,1,1,x\n\"c, d\",0,1,1,x\ne,0,-1,1,x\n",
            jobs: ["b", "c, d"],
            findings: ["open-quote 1", "negative-duration 1"],
            lines: [[2], [5]]
        ),
        // Cut before the quote closes.
        Case(
            rows: "b,0,1,1,x\na,0,1,1,\"cut",
            jobs: ["b"],
            findings: ["open-quote 1", "no-line-end 1"],
            lines: [[3], [3]]
        ),
    ])
    func `a row goes on over line ends inside quotes`(_ item: Case) throws {
        let rows = item.jobs == ["z"] ? item.rows + "z,0,1,1,x\n" : item.rows
        for piece in [Int.max, 1, 7] {
            let imported = try Read.trace(Self.header + rows, piece: piece)
            #expect(Read.jobs(imported).map { imported.names[$0.id] } == item.jobs)
            #expect(Read.findings(imported).sorted() == item.findings.sorted())
            #expect(imported.audit.entries.map(\.lines) == item.lines)
        }
    }

    @Test func `a row has an end, and what stands after it is read`() throws {
        let text = Self.header + "\"a,0,1,1,x\n" + (0..<2_000).map { "b\($0),0,1,1,x\n" }.joined()
        let imported = try Read.trace(text)
        #expect(imported.trace.count == 2_000)
        #expect(Read.findings(imported) == ["open-quote 1"])
        #expect(imported.audit.rows == 2_001)
    }
}
