import Documents
import Estate
import Evidence
import Testing

@testable import Probing

/// The records of runs become two records that are compared pair by pair.
@Suite struct PairRecordsTests {
    static func labels(_ declared: [DeploymentModel?] = [nil, nil]) -> PairRecords.Labels {
        .init(
            declared: declared,
            remoteName: "gpu-2",
            tool: .init(name: "assay measure", version: "1.0"),
            created: "2026-01-01T00:00:00Z",
            plan: "sha256:ab"
        )
    }

    /// A state in which every run of the plan is done.
    static func finished(_ plan: PairPlan) -> PairState {
        PairState(
            plan,
            plan.slots.flatMap { slot -> [PairEvent] in
                let exchange: [PairEvent] =
                    plan.isAfterExchange(slot) && slot.index == plan.slots.count / 2 ? [.exchanged] : []
                return exchange + [
                    .started(run: slot.index, at: "2026-01-01T0\(slot.index / 60):\(10 + slot.index % 50):00Z"),
                    .finished(run: slot.index, id: "r"),
                ]
            }
        )
    }

    static func records(_ plan: PairPlan, _ make: (PairSlot) throws -> Record) rethrows -> [Int: Record] {
        var records: [Int: Record] = [:]
        for slot in plan.slots { records[slot.index] = try make(slot) }
        return records
    }

    @Test("compared, the pairs are those of the plan and the overhead is the injected one")
    func compared() throws {
        let plan = PairPlan(design: .models, blocks: 6, seed: 2)
        // The drift is far larger than the difference: only the pairs cancel it.
        let records = try Self.records(plan) { slot in
            try PairFixture.record(
                host: slot.side.rawValue,
                boot: slot.side.rawValue,
                value: (slot.side == .local ? 1 : 1.08) * (1 + 0.01 * Double(slot.index))
            )
        }
        let pair = try PairRecords(
            plan,
            Self.finished(plan),
            records: records,
            labels: Self.labels([.bareMetal, .vmPassthrough])
        )
        let comparison = try Comparison.compare(baseline: [pair.arms[0]], other: [pair.arms[1]], options: .init())
        #expect(comparison.design == .paired && comparison.hostsConfounded)
        let overhead = try #require(comparison.metrics.first?.overhead)
        #expect(abs(overhead.estimate - 0.08) < 0.005, "\(overhead)")
        #expect(pair.arms[0].model == .bareMetal && pair.arms[1].model == .vmPassthrough)
        let read = try Record.read(pair.arms[1].encoded(), file: "x")
        #expect(read.id == pair.arms[1].id)
    }

    @Test("a counter that is not in every run makes no row without numbers")
    func partialCounter() throws {
        let plan = PairPlan(design: .models, blocks: 2, seed: 2)
        let counter = JobMetric.diskWritten.metric()
        let records = try Self.records(plan) { slot in
            let whole = try PairFixture.record(host: slot.side.rawValue, boot: slot.side.rawValue, value: 1)
            guard slot.index % 2 == 0 else { return whole }
            let other = try PairFixture.record(value: 3, metric: counter)
            var content = whole.content
            content.metrics.append(counter)
            let run = try #require(whole.runs.first?.run)
            content.hosts[0].boots[0].runs = [
                Run(id: run.id, started: run.started, series: run.series + (other.runs.first?.run.series ?? []))
            ]
            return try Record(content)
        }
        let pair = try PairRecords(plan, Self.finished(plan), records: records, labels: Self.labels())
        for arm in pair.arms {
            #expect(arm.metrics.map(\.name) == ["step_time"])
            #expect(
                arm.hosts.allSatisfy { $0.blindSpots.contains { $0.hasPrefix("disk_written is not in every run") } }
            )
        }
        let comparison = try Comparison.compare(baseline: [pair.arms[0]], other: [pair.arms[1]], options: .init())
        #expect(comparison.metrics.map(\.name) == ["step_time"])
    }

    @Test("a crossover gives each model both hosts")
    func crossover() throws {
        let plan = PairPlan(design: .crossover, blocks: 4, seed: 2)
        let records = try Self.records(plan) { slot in
            // The remote host is 5 % slower by itself; the second model costs 3 %.
            let host = slot.side == .local ? 1 : 1.05
            return try PairFixture.record(
                // In a virtual machine the host calls itself by another name.
                host: "\(slot.side)-\(slot.arm)",
                boot: "\(slot.side)-\(slot.arm)",
                value: host * (slot.arm == 0 ? 1 : 1.03)
            )
        }
        let pair = try PairRecords(plan, Self.finished(plan), records: records, labels: Self.labels())
        for arm in pair.arms {
            #expect(arm.hosts.count == 2 && Set(arm.hosts.map(\.id)) == Set(pair.arms[0].hosts.map(\.id)))
            #expect(arm.runs.count == 8)
        }
        let comparison = try Comparison.compare(baseline: [pair.arms[0]], other: [pair.arms[1]], options: .init())
        #expect(!comparison.hostsConfounded)
        let metric = try #require(comparison.metrics.first)
        #expect(abs(try #require(metric.estimate) - 0.03) < 1e-6)
    }

    @Test("two machines of one name are told apart by their boots, one machine with itself is one")
    func names() throws {
        let plan = PairPlan(design: .models, blocks: 1, seed: 2)
        let apart = try Self.records(plan) {
            try PairFixture.record(host: "localhost", boot: $0.side.rawValue, value: 1)
        }
        let two = try PairRecords(plan, Self.finished(plan), records: apart, labels: Self.labels())
        #expect(two.arms.map { $0.hosts[0].id } == ["localhost", "localhost (gpu-2)"])
        let same = try Self.records(plan) { _ in try PairFixture.record(host: "localhost", boot: "b", value: 1) }
        let one = try PairRecords(plan, Self.finished(plan), records: same, labels: Self.labels())
        #expect(one.arms.map { $0.hosts[0].id } == ["localhost", "localhost"])
    }

    @Test("labels of the runs' own give way, several runs of a record are kept apart, changed facts are said")
    func merging() throws {
        let plan = PairPlan(design: .control, blocks: 1, seed: 2)
        let records = try Self.records(plan) { slot in
            try PairFixture.record(
                host: slot.side.rawValue,
                boot: slot.side.rawValue,
                value: 1,
                facts: [
                    HostFact(name: "governor", value: slot.index < 2 ? "performance" : "powersave", evidence: "sysfs"),
                    HostFact(name: "job_share_cpu", value: "0.\(slot.index + 1)", evidence: "counters"),
                ],
                runs: 2,
                conditions: [Condition(name: "Pair", value: "99"), Condition(name: "batch", value: "8")]
            )
        }
        let pair = try PairRecords(plan, Self.finished(plan), records: records, labels: Self.labels())
        for arm in pair.arms {
            #expect(arm.runs.count == 4 && Set(arm.runs.map(\.run.id)).count == 4)
            #expect(arm.runs.map { $0.run.condition("pair") } == ["1", "1", "2", "2"])
            #expect(arm.runs.allSatisfy { $0.run.condition("batch") == "8" && $0.run.condition("Pair") == nil })
            #expect(arm.hosts[0].blindSpots.contains { $0.contains("governor changed") })
            #expect(!arm.hosts[0].blindSpots.contains { $0.contains("job_share") })
            #expect(arm.hosts[0].facts.contains { $0.name == "pair_plan" && $0.value == "sha256:ab" })
        }
    }

    @Test("lost pairs are left out and said")
    func gaps() throws {
        let plan = PairPlan(design: .models, blocks: 1, seed: 2)
        let lost = [PairEvent.session] + PairPlanTests.failed(0, .failed, times: 3) + PairPlanTests.done(2..<4)
        let records = try Self.records(plan) { try PairFixture.record(host: $0.side.rawValue, value: 1) }
        let pair = try PairRecords(plan, PairState(plan, lost), records: records, labels: Self.labels())
        for arm in pair.arms {
            #expect(arm.runs.count == 1)
            #expect(arm.hosts[0].blindSpots.contains { $0.hasPrefix("1 of 2 pairs were lost") })
        }
    }

    @Test("metrics that are defined in two ways are refused, and so is nothing at all")
    func refused() throws {
        let plan = PairPlan(design: .models, blocks: 1, seed: 2)
        let records = try Self.records(plan) { slot in
            try PairFixture.record(
                value: 1,
                metric: Metric(name: "step_time", unit: slot.index == 3 ? "ms" : "s", direction: .lower)
            )
        }
        // The fourth run and the first stand in the same arm.
        #expect(throws: PairRecordError.metricDiffers("step_time")) {
            try PairRecords(plan, Self.finished(plan), records: records, labels: Self.labels())
        }
        #expect(throws: PairRecordError.empty) {
            try PairRecords(plan, PairState(plan), records: records, labels: Self.labels())
        }
    }
}
