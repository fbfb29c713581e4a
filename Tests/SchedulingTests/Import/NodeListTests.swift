import Documents
import Scheduling
import Testing

@Suite struct NodeListTests {
    private func read(_ text: String) throws(DocumentError) -> ClusterDescription {
        var reader = NodeListReader(file: "nodes.csv")
        let bytes = Array(text.utf8)
        try reader.consume(bytes.span)
        return try reader.finish()
    }

    @Test func `neighbours that are alike are one group, in the order of the file`() throws {
        let cluster = try read(
            "sn,cpu_milli,memory_mib,gpu,model\na,1000,2,8,G2\nb,1000,2,8,G2\nc,1000,2,0,\nd,1000,2,8,G2"
        )
        guard case .nodes(let groups) = cluster else {
            Issue.record("nodes became a pool")
            return
        }
        #expect(groups.map(\.count) == [2, 1, 1])
        #expect(groups.map(\.gpus) == [8, 0, 8])
        #expect(groups.map(\.gpuType) == ["G2", "", "G2"])
        #expect(cluster.gpuCount == 24)
    }

    @Test(arguments: [
        ("sn,cpu\na,1\n", "nodes.csv:1: ", "no column gpu"), ("sn,gpu\na,65\n", "nodes.csv:2: ", "0 to 64"),
        ("sn,gpu\na,1\nb,-1\n", "nodes.csv:3: ", "'-1'"), ("sn,gpu\na\n", "nodes.csv:2: ", "expected 2"),
        ("sn,gpu\n", "nodes.csv: ", "no node"), ("", "nodes.csv: ", "no node"),
        ("sn,gpu\n\"a,1\n", "nodes.csv:2: ", "quote"),
        ("sn,gpu,cpu_milli\na,1,9999999999\n", "nodes.csv:2: ", "cpu_milli"),
    ])
    func `a wrong node is an error with its line`(_ text: String, _ place: String, _ named: String) throws {
        let error = try #require(throws: DocumentError.self) { try read(text) }
        #expect(error.description.hasPrefix(place))
        #expect(error.description.contains(named))
    }

    @Test func `what ran at once is held against what there is`() throws {
        let imported = try Read.trace(
            "job,submit_s,start_s,duration_s,gpus,gpu_type\na,0,0,10,4,A\nb,0,5,10,4,A\nc,0,10,10,4,B\n"
        )
        func check(_ text: String) throws -> [String] {
            SupplyAudit.check(imported, against: try read("sn,gpu,model\n" + text)).map(\.message)
        }
        #expect(try check("x,4,A\ny,4,B\n").count == 1)
        #expect(try check("x,4,A\ny,4,B\n").first?.contains("8 GPUs of type 'A' at once (5 s") == true)
        #expect(try check("x,8,A\ny,4,B\n").isEmpty)
        #expect(SupplyAudit.check(imported, against: .pool(gpus: 7)).count == 1)
        #expect(SupplyAudit.check(imported, against: .pool(gpus: 8)).isEmpty)
    }
}
