import Documents
import Evidence
import Testing

@testable import Probing

@Suite("The journal of a job")
struct JobJournalTests {
    static let plan = JobPlan(command: "train --token=hunter2", runs: .fixed(4), steps: .pattern("t=(.*)"))

    static func sample(_ number: Int, _ fault: JobRun.Fault? = nil) -> JobRun {
        let slot = JobSlot(number: number, arm: number % 2 == 0 ? .beside : .alone, pair: (number + 1) / 2)
        var run = JobRun(slot: slot, started: "2026-01-01T00:00:0\(number).5Z", boot: "boot-1", wallSeconds: 1.25)
        run.steps = [0.1, 0.2, 1e-7 * Double(number)]
        run.readings = [JobReading(.completionTime, 1.25), JobReading(.stolenTime, 0)]
        run.conditions = [Condition(name: "stolen_percent", value: "0")]
        run.lastLines = ["password: hunter2"]
        if number == 3 {
            run.passedOver = .init(count: 4, first: 17)
            run.leftOvers = ["hunter2"]
        }
        if let fault { run.refusal = .init(fault, "it \"did\"\nthat") }
        return run
    }

    static func bytes(_ runs: [JobRun]) throws -> [UInt8] {
        var bytes = try JobJournal.line(JobJournal.header(plan, host: "node-1"))
        for run in runs {
            bytes += try JobJournal.line(JobJournal.begun(run.slot, started: run.started))
            bytes += try JobJournal.line(JobJournal.finished(run))
        }
        return bytes
    }

    static func stored(_ run: JobRun) -> JobRun {
        var run = run
        run.lastLines = []
        run.leftOvers = run.leftOvers.map { _ in "" }
        return run
    }

    @Test("Every run comes back as it was, without what it printed")
    func roundTrip() throws {
        let runs = [Self.sample(1), Self.sample(2, .exit), Self.sample(3)]
        let bytes = try Self.bytes(runs)
        let journal = try #require(try JobJournal(bytes, file: "j"))
        #expect(journal.runs == runs.map(Self.stored))
        #expect(journal.unfinished.isEmpty)
        #expect(journal.plan == Self.plan.identifier)
        #expect(journal.host == "node-1")
        #expect(journal.length == bytes.count)
        #expect(!String(decoding: bytes, as: UTF8.self).contains("hunter2"))
    }

    @Test("Cut at any byte it holds every run that was whole, and goes on from there")
    func truncated() throws {
        let runs = [Self.sample(1), Self.sample(2), Self.sample(3, .timeout)]
        let bytes = try Self.bytes(runs)
        for length in 0...bytes.count {
            let cut = Array(bytes[..<length])
            let lines = cut.count { $0 == 0x0A }
            guard let journal = try JobJournal(cut, file: "j") else {
                #expect(lines == 0)
                continue
            }
            #expect(journal.runs == runs.prefix(max(0, (lines - 1) / 2)).map(Self.stored))
            // A run that was begun and whose end is not there was interrupted.
            #expect(journal.unfinished.count == (lines - 1) % 2)
            #expect(cut[..<journal.length].last == 0x0A)
        }
    }

    @Test("A whole line that is none of ours is an error with its line")
    func damaged() throws {
        let bytes = try Self.bytes([Self.sample(1)])
        for (index, byte) in bytes.enumerated() where byte != 0x0A {
            var damaged = bytes
            damaged[index] = 0x00
            #expect(throws: DocumentError.self) { _ = try JobJournal(damaged, file: "j") }
        }
        #expect(throws: DocumentError.self) { _ = try JobJournal(Array("{}\n".utf8), file: "j") }
        #expect(throws: DocumentError.self) { _ = try JobJournal(Array("hello\n".utf8), file: "j") }
    }

    @Test("A line that stands there twice is refused with its number", arguments: [1, 2, 3, 4])
    func duplicate(index: Int) throws {
        var lines = try Self.bytes([Self.sample(1), Self.sample(2)]).split(separator: 0x0A).map(Array.init)
        lines.insert(lines[index], at: index + 1)
        let bytes = Array(lines.map { $0 + [0x0A] }.joined())
        let error = #expect(throws: DocumentError.self) { _ = try JobJournal(bytes, file: "j") }
        #expect(error?.line == index + 2)
        #expect(error?.description.contains("a second time") == true, "\(error?.description ?? "")")
    }

    @Test(
        "A plan that was altered in the journal is refused, whatever was altered",
        arguments: [
            ("\"warm_up_runs\":1", "\"warm_up_runs\":0"), ("\"runs\":4", "\"runs\":3"),
            ("\"timeout_s\":3600", "\"timeout_s\":1"), ("\"power\":0.95", "\"power\":0.95,\"more\":1"),
            ("\"plan_id\":\"sha256:", "\"plan_id\":\"sha256:0"),
        ]
    )
    func alteredPlan(_ find: String, _ replacement: String) throws {
        let text = String(decoding: try Self.bytes([Self.sample(1)]), as: UTF8.self)
        let altered = text.replacing(find, with: replacement, maxReplacements: 1)
        try #require(altered != text)
        let error = #expect(throws: DocumentError.self) { _ = try JobJournal(Array(altered.utf8), file: "j") }
        #expect(error?.description.contains("plan was altered") == true, "\(error?.description ?? "")")
    }

    @Test("A plan's identifier follows everything that is planned")
    func identifiers() {
        var plans = [Self.plan]
        func add(_ change: (inout JobPlan) -> Void) {
            var plan = Self.plan
            change(&plan)
            plans.append(plan)
        }
        add { $0.command += " " }
        add { $0.neighbour = "load" }
        add { $0.runs = .fixed(5) }
        add { $0.runs = .proposed(maximum: 5) }
        add { $0.warmUpRuns += 1 }
        add { $0.steps = .file("t=(.*)") }
        add { $0.steps = .pattern("t=(.)") }
        add { $0.skippedSteps += 1 }
        add { $0.expectedSteps = 3 }
        add { $0.timeoutSeconds += 1 }
        add { $0.detect = 0.03 }
        add { $0.settleSeconds += 1 }
        #expect(Set(plans.map(\.identifier)).count == plans.count)
        #expect(
            Self.plan.identifier
                == JobPlan(command: "train --token=hunter2", runs: .fixed(4), steps: .pattern("t=(.*)")).identifier
        )
    }
}
