import Documents
import Estate
import Evidence
import Testing

@Suite("What an arm's own records say against it is said, and counts")
struct ArmCautionTests {
    static func record(
        _ model: DeploymentModel,
        _ facts: [String: String],
        level: Double,
        disturbed: Int = 0
    ) throws -> Record {
        let runs = try (0..<5).map { index in
            try Sample.run(
                "\(model)\(index)",
                [level + 0.003 * Double(index)],
                conditions: index < disturbed ? ["disturbed": "other-tasks"] : [:]
            )
        }
        return try Sample.record(model: model, facts: facts, hosts: ["h": [runs]])
    }

    @Test(
        "a hypervisor among the facts disproves bare metal",
        arguments: [
            (["hypervisor": "kvm", "virtualization": "yes"], "hypervisor 'kvm'"),
            (["virtualization": "yes"], "virtualization"),
            (["hypervisor": "none", "virtualization": "no-evidence"], nil), ([:], nil),
        ] as [([String: String], String?)]
    )
    func contradiction(facts: [String: String], words: String?) throws {
        let bare = try Self.record(.bareMetal, facts, level: 1)
        let guest = try Self.record(.vmPassthrough, ["hypervisor": "kvm"], level: 1.05)
        let comparison = try Comparison.compare(baseline: [bare], other: [guest])
        let summary = try ArmSummary([bare])
        guard let words else {
            #expect(comparison.metrics.first?.verdict.code == "overhead", "\(comparison.lines)")
            #expect(summary.cautions.isEmpty)
            return
        }
        #expect(comparison.metrics.first?.verdict.code == "invalid", "\(comparison.lines)")
        #expect(
            comparison.lines.contains { $0.contains("declared bare-metal, but its facts say \(words)") },
            "\(comparison.lines)"
        )
        #expect(summary.cautions.contains { $0.contains(words) }, "\(summary.cautions)")
        #expect(try ArmSummary([guest]).cautions.isEmpty)
    }

    @Test("runs on an emulated processor are a caution, beside another arm and alone")
    func emulated() throws {
        func record(_ emulated: Int) throws -> Record {
            let runs = try (0..<5).map { index in
                try Sample.run(
                    "r\(index)",
                    [1 + 0.003 * Double(index)],
                    conditions: index < emulated ? ["emulated": "yes"] : [:]
                )
            }
            return try Sample.record(hosts: ["h\(emulated)": [runs]])
        }
        let (real, guest) = try (record(0), record(4))
        let sentence = "4 of 5 runs of the other arm were measured on an emulated processor"
        let lines = try Comparison.compare(baseline: [real], other: [guest]).lines
        #expect(lines.contains { $0.hasPrefix("caution: \(sentence)") }, "\(lines)")
        #expect(try ArmSummary([guest]).cautions.count == 1 && ArmSummary([real]).cautions.isEmpty)
    }

    @Test("runs of which nothing shows whether an emulator carried them out are a caution of their own")
    func perhapsEmulated() throws {
        let runs = try (0..<5).map { index in
            try Sample.run("r\(index)", [1 + 0.003 * Double(index)], conditions: ["perhaps-emulated": "yes"])
        }
        let guest = try Sample.record(hosts: ["h": [runs]])
        let cautions = try ArmSummary([guest]).cautions
        #expect(cautions.count == 1 && cautions[0].contains("nothing shows whether it is emulated"), "\(cautions)")
    }

    @Test("what a record says was not measured is said of one arm too, and what is cut is counted")
    func notes() throws {
        var content = try Self.record(.vmPassthrough, ["hypervisor": "kvm"], level: 1).content
        content.hosts[0].blindSpots = (10..<35).map { "Remark \($0)." }
        let summary = try ArmSummary([Record(content)])
        #expect(summary.notes.count == 21 && summary.notes.first == "Remark 10.")
        #expect(summary.notes.last == "And 5 more remarks, in the records.")
    }

    @Test("values without any spread have no interval and propose no number of pairs; the control claims nothing")
    func noSpread() throws {
        func record(_ level: Double) throws -> Record {
            let runs = try (0..<5).map { try Sample.run("\(level)-\($0)", [level]) }
            return try Sample.record(hosts: ["h": [runs]])
        }
        let (left, right) = try (record(2), record(3))
        let metric = try #require(ArmSummary([left]).metrics.first)
        #expect(metric.interval == nil && metric.pairsForTwoPercent == nil)
        let comparison = try Comparison.compare(baseline: [left], other: [right])
        #expect(!comparison.lines.contains { $0.contains("would have shown in") }, "\(comparison.lines)")
        #expect(comparison.lines.contains { $0.contains("without any spread") }, "\(comparison.lines)")
    }

    @Test("runs kept though disturbed are counted in each arm, also where both arms are alike", arguments: [0, 2, 5])
    func disturbed(count: Int) throws {
        let bare = try Self.record(.bareMetal, [:], level: 1, disturbed: count)
        let guest = try Self.record(.vmPassthrough, [:], level: 1.05, disturbed: count)
        let comparison = try Comparison.compare(baseline: [bare], other: [guest])
        let notes = comparison.validity.filter { $0.code == "disturbed-runs" }.map(\.sentence)
        let alone = try ArmSummary([bare]).cautions
        guard count > 0 else {
            #expect(notes.isEmpty && alone.isEmpty)
            return
        }
        #expect(
            notes
                == ["the baseline", "the other arm"].map {
                    "\(count) of 5 runs of \($0) were kept though disturbed ('other-tasks')."
                }
        )
        #expect(alone == ["\(count) of 5 runs of this arm were kept though disturbed ('other-tasks')."])
    }
}
