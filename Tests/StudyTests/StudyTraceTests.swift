import Estate
import Probability
import Scheduling
import Study
import Testing

/// The `trace` section, and what it asks of workloads and platforms.
@Suite struct StudyTraceTests {
    static let text = """
        name: traced
        date: 2026-11-22
        estate:
          today: bare-metal
          gpu: h100-sxm-80gb
          hosts: 2
        workloads:
          - name: vision
            class: training
            jobs: {team: [a, b], gpus: 2-8}
            least_speed: 30%
          - name: rest
            class: fine-tuning
            gpus: 3
            jobs: {class: batch}
        trace:
          file: jobs.csv
          format: csv
          columns: {duration: "run:min"}
          zone: Europe/Berlin
          recorded_under: vm-passthrough
          recorded_overhead: 8%
          recorded_start_up_s: 45
          promise: {jobs: 90%, within_minutes: 20}
          queue: easy
        platforms:
          - bare-metal
          - {model: bare-metal-mig, instance_creation_s: 7}
        """

    @Test func `a trace is read value by value`() throws {
        let study = try Fixture.read(Self.text)
        let trace = try #require(study.trace)
        #expect(trace.file == "jobs.csv" && trace.zone == "Europe/Berlin" && trace.options.format == .csv)
        #expect(trace.options.map[.duration] == .column("run", .minutes))
        #expect(trace.recordedUnder == .vmPassthrough && trace.recordedStartUpSeconds == 45)
        #expect(abs((trace.recordedOverhead?.distribution.mean ?? 0) - 0.08) < 1e-12)
        #expect(trace.promise == WaitObjective(percent: 90, seconds: 1_200) && !trace.isPromiseAssumed)
        #expect(trace.queue == .easy)
        #expect(study.workloads[0].jobs?.selector == JobSelector(teams: ["a", "b"], gpus: 2...8))
        #expect(study.workloads[0].jobs?.statesDemand == false)
        #expect(study.workloads[1].jobs?.statesDemand == true)
        #expect(study.workloads[0].leastSpeed?.distribution.mean == 0.3)
        #expect(study.workloads[1].leastSpeed?.provenance.isAssumed == true)
        #expect(study.platforms[1].replay?.creation.distribution.mean == 7)
        #expect(study.platforms[0].replay?.startUp.distribution.mean == 0)
    }

    @Test func `notes do not speak of what a trace answers`() throws {
        let study = try Fixture.read(Self.text.replacing("date: 2026-11-22", with: "date: 2030-11-22"))
        #expect(!study.notes.contains { $0.contains("coincide") })
        let stale = try #require(study.notes.first { $0.contains("older than 18 months") })
        #expect(!stale.contains("Slices filled"))
        let plain = try Fixture.read(
            """
            name: plain
            date: 2030-11-22
            estate: {today: bare-metal, gpu: h100-sxm-80gb, hosts: 2}
            workloads: [{name: w, class: fine-tuning, gpus: 3}]
            platforms: [bare-metal, bare-metal-mig]

            """
        )
        #expect(plain.notes.contains { $0.contains("coincide") })
        #expect(plain.notes.contains { $0.contains("older than 18 months") && $0.contains("Slices filled") })
    }

    @Test func `without a promise one is assumed, and said to be`() throws {
        let study = try Fixture.read(
            Self.text.replacing("  promise: {jobs: 90%, within_minutes: 20}\n", with: "")
        )
        #expect(study.trace?.promise == WaitObjective(percent: 95, seconds: 3_600))
        #expect(study.trace?.isPromiseAssumed == true)
    }

    struct Case: Sendable, CustomTestStringConvertible {
        let old: String
        let new: String
        let expected: String
        var testDescription: String { new }
        init(_ old: String, _ new: String, _ expected: String) {
            (self.old, self.new, self.expected) = (old, new, expected)
        }
    }

    static let cases: [Case] = [
        Case("  file: jobs.csv\n", "", "trace.file: is missing"),
        Case("  recorded_under: vm-passthrough\n", "", "trace.recorded_under: is missing"),
        Case("recorded_under: vm-passthrough", "recorded_under: vm-passthru", "did you mean 'vm-passthrough'?"),
        Case(
            "recorded_under: vm",
            "recorded_undr: vm",
            "'recorded_undr' is not a key here; did you mean 'recorded_under'?"
        ),
        Case("format: csv", "format: cvs", "did you mean 'csv'?"),
        Case("queue: easy", "queue: lifo", "'lifo' is not a queue"),
        Case("recorded_overhead: 8%", "recorded_overhead: 8", "write 8% for 8 percent"),
        Case("recorded_under: vm-passthrough", "recorded_under: bare-metal", "of a trace recorded on bare metal"),
        Case("recorded_start_up_s: 45", "recorded_start_up_s: -1", "trace.recorded_start_up_s: -1 s is out of range"),
        Case(", within_minutes: 20", "", "trace.promise.within_minutes: is missing"),
        Case("within_minutes: 20", "within_hours: 20", "trace.promise: 'within_hours' is not a key here"),
        Case("jobs: 90%", "jobs: 190%", "'190%' is out of range"),
        Case("\"run:min\"", "\"run:gib\"", "duration has no unit 'gib'; known are"),
        Case("duration: \"run:min\"", "duraton: run", "'duraton' is not a key here; did you mean 'duration'?"),
        Case("team: [a, b], gpus: 2-8", "user: a", "'user' is not a key here"),
        Case("gpus: 2-8", "gpus: 8-2", "GPUs such as 4, 2-8 or 8-"),
        Case("{class: batch}", "{}", "selects nothing"),
        Case("{class: batch}", "everything", "'all', or a mapping such as {team: vision}"),
        Case("    jobs: {class: batch}\n", "", "workloads[1].jobs: is missing"),
        Case("least_speed: 30%", "least_speed: 30", "workloads[0].least_speed: 30 is out of range"),
        Case("instance_creation_s: 7", "instance_creation: 7", "did you mean 'instance_creation_s'?"),
    ]

    @Test(arguments: cases)
    func `what is wrong in a trace is said at its place`(_ edit: Case) {
        let text = Self.text.replacing(edit.old, with: edit.new)
        #expect(text != Self.text)
        let errors = Fixture.errors(text)
        #expect(errors.contains { $0.contains(edit.expected) }, "\(errors)")
        #expect(errors.allSatisfy { $0.hasPrefix("study.yaml:") } && errors.count <= 3, "\(errors)")
    }

    @Test func `what only a trace makes sense of is refused without one`() {
        let start = Self.text.firstRange(of: "trace:\n")?.lowerBound ?? Self.text.endIndex
        let end = Self.text.firstRange(of: "platforms:\n")?.lowerBound ?? Self.text.endIndex
        let errors = Fixture.errors(String(Self.text[..<start] + Self.text[end...]))
        #expect(errors.count { $0.contains("is stated, but the study has no trace") } == 4, "\(errors)")
    }
}
