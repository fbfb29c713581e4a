import Foundation
import Testing

/// Wrong input ends with one clear error and exit code 2, and writes nothing.
@Suite struct BadInputTests {
    /// A small study that is in order: the cases below break it in one place each.
    static let study = """
        name: small
        date: 2026-11-01
        estate:
          today: vm-passthrough
          hypervisor: none
          gpu: h100-sxm-80gb
          hosts: 1
        workloads:
          - name: training
            class: single-node-training
            gpu_hours_per_month: 2336
            activity: 90%
        platforms: [bare-metal, vm-passthrough]
        policy: {draws: 1000}
        """

    struct Case: Sendable, CustomTestStringConvertible {
        var name: String
        var find: String
        var replace: String
        /// What the error must name: file and line, and what to do.
        var expected: [String]
        var testDescription: String { name }
    }

    static let cases = [
        Case(
            name: "a misspelt key",
            find: "gpu_hours_per_month",
            replace: "gpu_hour_per_month",
            expected: ["study.yaml:11", "gpu_hour_per_month", "did you mean 'gpu_hours_per_month'?"]
        ),
        Case(
            name: "a misspelt class",
            find: "single-node-training",
            replace: "singel-node-training",
            expected: ["study.yaml:10", "singel-node-training", "did you mean"]
        ),
        Case(
            name: "a share that is a percentage",
            find: "90%",
            replace: "90",
            expected: ["study.yaml:12", "activity", "%"]
        ),
        Case(
            name: "a negative price",
            find: "hosts: 1",
            replace: "hosts: 1\n  server_price: -5",
            expected: ["study.yaml:8", "server_price", "-5"]
        ),
        Case(
            name: "not a number",
            find: "2336",
            replace: ".nan",
            expected: ["study.yaml:11", "gpu_hours_per_month"]
        ),
        Case(
            name: "a number beyond all numbers",
            find: "2336",
            replace: "1e999",
            expected: ["study.yaml:11", "gpu_hours_per_month"]
        ),
        Case(
            name: "a GPU without a price",
            find: "h100-sxm-80gb",
            replace: "t4-16gb",
            expected: ["study.yaml", "server_price"]
        ),
        Case(
            name: "an unknown GPU",
            find: "h100-sxm-80gb",
            replace: "h100-sxm-81gb",
            expected: ["study.yaml:6", "h100-sxm-81gb", "did you mean"]
        ),
        Case(
            name: "no workload",
            find: "workloads:\n  - name: training\n    class: single-node-training\n"
                + "    gpu_hours_per_month: 2336\n    activity: 90%",
            replace: "workloads: []",
            expected: ["study.yaml:8", "workloads"]
        ),
        Case(
            name: "a record that is not there",
            find: "policy:",
            replace: """
                evidence:
                  - {workload: training, model: vm-passthrough, baseline: nowhere.json, other: nowhere.json}
                policy:
                """,
            expected: ["nowhere.json", "there is no such file", "study.yaml:15"]
        ),
        Case(
            name: "an anchor",
            find: "name: small",
            replace: "name: &a small",
            expected: ["study.yaml:1", "anchor"]
        ),
    ]

    @Test("wrong studies", arguments: cases)
    func wrongStudy(_ wrong: Case) throws {
        let folder = try TemporaryFolder()
        let text = Self.study.replacingOccurrences(of: wrong.find, with: wrong.replace)
        #expect(text != Self.study)
        try folder.write("s/study.yaml", text)
        for command in [["decide", "s", "-o", "out"], ["cost", "s"], ["validate", "s"]] {
            let outcome = try AssayBinary.run(command, in: folder.path)
            #expect(outcome.status == 2, "\(command): \(outcome.errors)")
            let said = outcome.errors + outcome.output
            for part in wrong.expected { #expect(said.contains(part), "\(command): \(said)") }
        }
        #expect(folder.names == ["s", "s/study.yaml"], "something was written")
    }

    @Test("an empty study, an empty folder, no folder, a folder for a file")
    func nothingToRead() throws {
        let folder = try TemporaryFolder()
        try folder.write("empty/study.yaml", "")
        try folder.write("folder/readme.txt", "")
        for (path, part) in [
            ("empty", "study.yaml"), ("folder", "has no study.yaml"), ("nowhere", "there is no such file"),
        ] {
            let outcome = try AssayBinary.run(["decide", path], in: folder.path)
            #expect(outcome.status == 2)
            #expect(outcome.errors.contains(part), "\(outcome.errors)")
        }
    }

    struct RecordCase: Sendable, CustomTestStringConvertible {
        var name: String
        var change: @Sendable (String) -> String
        var expected: String
        var testDescription: String { name }
    }

    static let recordCases = [
        RecordCase(name: "truncated", change: { String($0.prefix($0.count / 2)) }, expected: "record.json:1"),
        RecordCase(
            name: "altered",
            change: { $0.replacingOccurrences(of: "1.01", with: "1.02") },
            expected: "record.json"
        ),
        RecordCase(
            name: "deeply nested",
            change: { _ in String(repeating: "[", count: 100_000) },
            expected: "levels"
        ),
        RecordCase(
            name: "not a number",
            change: { $0.replacingOccurrences(of: "1.01", with: "NaN") },
            expected: "record.json:1"
        ),
        RecordCase(
            name: "a huge exponent",
            change: { $0.replacingOccurrences(of: "1.01", with: "1e999") },
            expected: "record.json:1"
        ),
        RecordCase(
            name: "a billion samples claimed",
            change: { $0.replacingOccurrences(of: "\"count\":3", with: "\"count\":1000000000") },
            expected: "record.json"
        ),
        RecordCase(name: "not JSON", change: { _ in "hello" }, expected: "record.json:1"),
        RecordCase(name: "empty", change: { _ in "" }, expected: "record.json"),
        RecordCase(name: "other JSON", change: { _ in "{}" }, expected: "record.json:1"),
    ]

    static let csv =
        "host,boot,run,step,value\nh,b,1,0,1.01\nh,b,1,1,1.03\nh,b,1,2,1.02\nh,b,2,0,1.01\nh,b,2,1,1.04\nh,b,2,2,1.0\n"

    @Test("wrong records", arguments: recordCases)
    func wrongRecord(_ wrong: RecordCase) throws {
        let folder = try TemporaryFolder()
        try folder.write("a.csv", Self.csv)
        let made = try AssayBinary.run(
            ["record", "a.csv", "--metric", "step", "--unit", "s", "--better", "lower", "-o", "good.record.json"],
            in: folder.path
        )
        try #require(made.status == 0, "\(made.errors)")
        let good = try folder.read("good.record.json")
        let text = wrong.change(good)
        #expect(text != good, "the case changed nothing")
        try folder.write("bad.record.json", text)
        for command in [
            ["compare", "bad.record.json", "--with", "good.record.json"], ["validate", "bad.record.json"],
            ["compare", "good.record.json", "--with", "bad.record.json", "-o", "chart.html"],
        ] {
            let outcome = try AssayBinary.run(command, in: folder.path)
            #expect(outcome.status == 2, "\(command): \(outcome.errors)")
            #expect((outcome.errors + outcome.output).contains(wrong.expected), "\(outcome.errors)")
        }
        #expect(folder.names == ["a.csv", "bad.record.json", "good.record.json"])
    }

    @Test("records of different metrics name both")
    func differentMetrics() throws {
        let folder = try TemporaryFolder()
        try folder.write("a.csv", Self.csv)
        for metric in ["step", "stride"] {
            _ = try AssayBinary.run(
                ["record", "a.csv", "--metric", metric, "--unit", "s", "--better", "lower", "-o", "\(metric).json"],
                in: folder.path
            )
        }
        let outcome = try AssayBinary.run(["compare", "step.json", "--with", "stride.json"], in: folder.path)
        #expect(outcome.status == 2)
        #expect(outcome.errors.contains("'step'") && outcome.errors.contains("'stride'"), "\(outcome.errors)")
    }

    @Test(
        "wrong CSV files name line and column",
        arguments: [
            ("host,run,value\nh,1,abc\n", "a.csv:2"), ("host,run\nh,1\n", "value"), ("", "a.csv"),
            ("run,value\n1,nan\n", "a.csv:2"), ("run,value\n1,1e999\n", "a.csv:2"), ("run,value\n1,\n", "a.csv:2"),
            ("run,value\n1,2,3\n", "a.csv:2"), ("run,value\n1,\"2\n", "a.csv"),
        ]
    )
    func wrongCSV(_ text: String, _ part: String) throws {
        let folder = try TemporaryFolder()
        try folder.write("a.csv", text)
        let outcome = try AssayBinary.run(
            ["record", "a.csv", "--metric", "m", "--unit", "s", "--better", "lower"],
            in: folder.path
        )
        #expect(outcome.status == 2, "\(outcome.errors)")
        #expect(outcome.errors.contains(part), "\(outcome.errors)")
        #expect(folder.names == ["a.csv"])
    }

    @Test(
        "a wrong command line exits with 64",
        arguments: [
            ["record", "a.csv"], ["compare"], ["compare", "a.json", "-o", "a.html"], ["decide"],
            ["decide", "s", "--draws", "1"],
            ["nonsense"],
            ["compare", "a.json", "--with", "b.json", "--margin", "ten"], ["cost", "s", "--bill", "bare-mettle"],
            ["record", "a.csv", "--metric", "m", "--unit", "s", "--better", "lower", "--model", "vm-passthru"],
        ]
    )
    func wrongCommandLine(_ arguments: [String]) throws {
        let folder = try TemporaryFolder()
        let outcome = try AssayBinary.run(arguments, in: folder.path)
        #expect(outcome.status == 64, "\(outcome.errors)")
        #expect(!outcome.errors.isEmpty)
    }

    static let pipes: [(arguments: [String], remedy: String)] = [
        (["import", "pipe"], "name - and pipe it in"),
        (["import", "pipe", "--as", "fio"], "name - and pipe it in"),
        (["import", "pipe", "--as", "prometheus-text"], "name - and pipe it in"),
        (["record", "pipe", "--metric", "m", "--unit", "s", "--better", "lower"], "name - and pipe it in"),
        (["simulate", "pipe", "--gpus", "8"], "name - and pipe it in"),
        (["compare", "pipe"], "write what it gives to a file"), (["decide", "pipe"], "write what it gives to a file"),
        (["inspect", "--from", "pipe"], "write what it gives to a file"),
        (["predict", "--record", "pipe", "--rate", "1"], "write what it gives to a file"),
        (["plan", "--demand", "pipe", "--gpus", "2", "--gpu", "a100-sxm-80gb"], "write what it gives to a file"),
    ]

    @Test(
        "a pipe that nobody writes to is refused at once, not waited for",
        arguments: pipes.indices
    )
    func pipe(_ index: Int) throws {
        let (arguments, remedy) = Self.pipes[index]
        let folder = try TemporaryFolder()
        try #require(mkfifo(folder.path + "/pipe", 0o600) == 0)
        let outcome = try AssayBinary.run(arguments, in: folder.path, limit: 60)
        #expect(outcome.status == 2, "\(outcome.errors)")
        let said = outcome.errors + outcome.output
        #expect(said.contains("pipe: is a pipe, and only regular files are read by name"), "\(said)")
        #expect(said.contains(remedy), "\(said)")
        #expect(folder.names == ["pipe"])
    }

    @Test("what was piped in is read by -, and a device is refused")
    func notAFile() throws {
        let folder = try TemporaryFolder()
        let record = ["record", "-", "--metric", "m", "--unit", "s", "--better", "lower"]
        let piped = try AssayBinary.run(record, in: folder.path, input: Self.csv)
        #expect(piped.status == 0, "\(piped.errors)")
        let device = try AssayBinary.run(["import", "/dev/zero"], in: folder.path)
        #expect(device.status == 2)
        #expect(device.errors.contains("/dev/zero: is a device"), "\(device.errors)")
    }

    @Test("an output that cannot be a folder is named as it was given, and the file in its way is kept")
    func outputOntoAFile() throws {
        let folder = try TemporaryFolder()
        try folder.write("s/study.yaml", Self.study)
        try folder.write("taken", "mine")
        let target = folder.path + "/taken"
        let outcome = try AssayBinary.run(["decide", "s", "-o", target], in: folder.path)
        #expect(outcome.status == 3)
        #expect(outcome.errors.contains("\(target): is a file, and the outputs need a folder"), "\(outcome.errors)")
        #expect(try folder.read("taken") == "mine")
    }

    @Test("what is there is not replaced without being told")
    func keepsFiles() throws {
        let folder = try TemporaryFolder()
        try folder.write("s/study.yaml", "mine")
        try folder.write("a.csv", Self.csv)
        try folder.write("a.record.json", "mine")
        let workload = "w, batch-inference, 100 gpu-hours/month"
        let first = try AssayBinary.run(["init", "s", "--yes", "--workload", workload], in: folder.path)
        #expect(first.status == 2)
        let second = try AssayBinary.run(
            ["record", "a.csv", "--metric", "m", "--unit", "s", "--better", "lower"],
            in: folder.path
        )
        #expect(second.status == 2)
        #expect(try folder.read("s/study.yaml") == "mine")
        #expect(try folder.read("a.record.json") == "mine")
    }
}
