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

    @Test func `names are kept where they are asked for, and a name that stands twice is refused with both lines`()
        throws
    {
        func named(_ text: String, upTo limit: Int = 10) throws(DocumentError) -> [NodeListReader.Node] {
            var reader = NodeListReader(file: "nodes.csv", nodeLimit: limit)
            let bytes = Array(text.utf8)
            try reader.consume(bytes.span)
            _ = try reader.finish()
            return reader.nodes
        }
        let text = "sn,cpu_milli,gpu,model\ngpu01,1000,8,G2\ncpu1,1000,0,\ngpu02,1000,8,G2\n"
        let nodes = try named(text)
        #expect(nodes.map(\.name) == ["gpu01", "gpu02"])
        #expect(nodes.map(\.line) == [2, 4])
        #expect(nodes.map(\.group.gpus) == [8, 8] && nodes.map(\.group.cpuMilli) == [1_000, 1_000])
        #expect(try named("gpu,model\n8,G2\n").map(\.name) == [nil])
        for (text, message) in [
            ("sn,gpu\na,1\nb,1\na,2\n", "nodes.csv:4: the node 'a' stands on line 2 already"),
            ("sn,gpu\n,1\n", "nodes.csv:2: sn is ''"), ("sn,gpu\na,1\nb,1\n", "nodes.csv:3: more than 1 nodes"),
        ] {
            let error = try #require(throws: DocumentError.self) {
                try named(text, upTo: text.contains("b,1\na") ? 9 : 1)
            }
            #expect(error.description.contains(message), "\(error)")
        }
        // Who asks for no names reads what has none.
        _ = try read("sn,gpu\na,1\na,1\n")
    }

    @Test(arguments: [
        ("sn,cpu\na,1\n", "nodes.csv:1: ", "no column gpu"), ("sn,gpu\na,65\n", "nodes.csv:2: ", "0 to 64"),
        ("sn,gpu\na,1\nb,-1\n", "nodes.csv:3: ", "'-1'"), ("sn,gpu\na\n", "nodes.csv:2: ", "expected 2"),
        ("sn,gpu\n", "nodes.csv: ", "no node"), ("", "nodes.csv: ", "no node"),
        ("job,submit_s,duration_s,gpus\na,0,1,8\n", "nodes.csv:1: ", "'submit_s', as traces of jobs have"),
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

    @Test func `without starts the mean demand is held against what there is, without departures all of it`() throws {
        // A job of two GPUs, 30 s long, every 10 s: 6 GPUs on average. Every other one wants type A.
        var text = "job,submit_s,duration_s,gpus,gpu_type\n"
        for job in 0..<200 { text += "\(job),\(job * 10),30,2,\(job % 2 == 0 ? "A" : "")\n" }
        let imported = try Read.trace(text)
        func check(_ nodes: String, departures: Bool = true) throws -> [String] {
            SupplyAudit.check(imported, against: try read("sn,gpu,model\n" + nodes), departures: departures).map(
                \.message
            )
        }
        #expect(try check("x,4,A\ny,3,B\n").isEmpty)
        #expect(try check("x,3,A\ny,2,B\n").count == 2)
        #expect(try check("x,3,A\ny,3,B\n").first?.contains("GPUs on average, and the estate has 6") == true)
        #expect(
            try check("x,2,A\ny,8,B\n").first?.contains("GPUs of type 'A' on average, and the estate has 2") == true
        )
        #expect(try check("x,64,A\ny,64,B\n", departures: false).count == 2)
        #expect(
            try check("x,64,A\ny,64,B\n", departures: false).first?.contains("400 GPUs in all, and the estate has 128")
                == true
        )
        // The jobs as a model makes them, and nothing of waits where a model decides.
        let halved = try Read.trace(text.replacing(",30,2,", with: ",15,2,")).trace
        let nodes = try read("sn,gpu,model\nx,2,A\ny,2,B\n")
        #expect(SupplyAudit.check(imported, against: nodes, priced: halved).isEmpty)
        let said = SupplyAudit.check(imported, against: nodes, saysWaits: false).map(\.message)
        #expect(!said.isEmpty && said.allSatisfy { !$0.contains("waits grow") })
        // A burst, and a handful of jobs, are no mean demand.
        for (jobs, gap) in [(200, 1), (90, 10)] {
            var text = "job,submit_s,duration_s,gpus\n"
            for job in 0..<jobs { text += "\(job),\(job * gap),30,2\n" }
            #expect(SupplyAudit.check(try Read.trace(text), against: .pool(gpus: 1)).isEmpty)
        }
    }
}
