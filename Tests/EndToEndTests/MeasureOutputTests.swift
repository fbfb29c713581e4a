import Foundation
import Testing

/// What `measure` writes, prints and refuses, as a program that reads it sees it.
@Suite(.serialized) struct MeasureOutputTests {
    /// A measurement of a second that other tests on this machine may disturb.
    private static let short = [
        "measure", "--rounds", "3", "--seconds", "0.1", "--probes", "system-calls", "--keep-disturbed",
        "--allow-emulated", "--seed", "7",
    ]

    private static func object(_ text: String) throws -> [String: Any] {
        try #require(JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any])
    }

    /// The identifier that a record's file has.
    private static func identifier(_ name: String, in folder: TemporaryFolder) throws -> String {
        try #require(object(folder.read(name))["id"] as? String)
    }

    @Test("--json names the record that was written, the plan and a summary of each metric")
    func components() throws {
        let folder = try TemporaryFolder()
        let said = try AssayBinary.json(Self.short + ["--json", "-o", "a.record.json"], in: folder.path)
        #expect(said["file"] as? String == "a.record.json")
        #expect(try said["id"] as? String == Self.identifier("a.record.json", in: folder))
        #expect((said["plan"] as? [String: Any])?["rounds"] as? Int == 3)
        let metrics = try #require(said["metrics"] as? [[String: Any]])
        let call = try #require(metrics.first { $0["name"] as? String == "system_call" })
        #expect(call["unit"] as? String == "ns" && call["runs"] as? Int == 3 && call["mean"] as? Double != nil)
    }

    @Test("a job's --json has the record, and beside a neighbour one for each arm")
    func job() throws {
        let folder = try TemporaryFolder()
        let job = ["measure", "--job", "sleep 0.02", "--runs", "3", "--warmup", "0", "--keep-disturbed", "--json"]
        let one = try AssayBinary.json(job + ["--allow-emulated", "-o", "j.record.json"], in: folder.path)
        #expect(one["file"] as? String == "j.record.json")
        #expect(try one["id"] as? String == Self.identifier("j.record.json", in: folder))
        let metrics = (one["arms"] as? [[String: Any]])?.first?["metrics"] as? [[String: Any]]
        let time = try #require(metrics?.first { $0["name"] as? String == "completion_time" })
        #expect(try #require(time["median"] as? Double) > 0.02 && time["runs"] as? Int == 3)

        let neighbour = ["--neighbour", "sleep 60", "--settle", "0.1", "--allow-emulated"]
        let two = try AssayBinary.json(job + neighbour + ["-o", "n.record.json"], in: folder.path)
        #expect(two["file"] == nil)
        try Self.expectArms(two, "n", in: folder)
        let components = try AssayBinary.json(
            Self.short + neighbour + ["--json", "-o", "c.record.json"],
            in: folder.path
        )
        try Self.expectArms(components, "c", in: folder)
    }

    /// Both arms name their record, whose file is `NAME.ARM.record.json`.
    private static func expectArms(_ said: [String: Any], _ name: String, in folder: TemporaryFolder) throws {
        let arms = try #require(said["arms"] as? [[String: Any]])
        #expect(arms.compactMap { $0["arm"] as? String } == ["alone", "beside"])
        for arm in arms {
            let file = try #require(arm["file"] as? String)
            #expect(file == "\(name).\(arm["arm"] ?? "").record.json")
            #expect(try arm["id"] as? String == identifier(file, in: folder))
            #expect((arm["metrics"] as? [Any])?.isEmpty == false)
        }
    }

    @Test("components beside a neighbour differ in nothing but the neighbour, and that is no caution")
    func neighbourIsTheFactor() throws {
        let folder = try TemporaryFolder()
        let measured = try AssayBinary.run(
            Self.short + ["--neighbour", "sleep 60", "--settle", "0.1", "-o", "n.record.json"],
            in: folder.path
        )
        try #require(measured.status == 0, "\(measured.errors)")
        let compared = try AssayBinary.json(
            ["compare", "n.alone.record.json", "--with", "n.beside.record.json", "--json"],
            in: folder.path
        )
        let notes = try #require(compared["validity"] as? [[String: Any]])
        let codes = notes.compactMap { $0["code"] as? String }
        #expect(codes.contains("neighbour-compared") && !codes.contains("neighbour-differs"), "\(codes)")
        #expect(codes.contains("boot-shared") && !codes.contains("boot-labels-reused"), "\(codes)")
    }

    @Test(
        "a neighbour that ends stops the components as it stops a job: three times, and no record",
        arguments: [("true", "2", "had ended before"), ("sleep 1.5", "0.1", "ended during the round")]
    )
    func neighbourEnds(_ command: String, _ settle: String, _ words: String) throws {
        let folder = try TemporaryFolder()
        let outcome = try AssayBinary.run(
            Self.short + ["--seconds", "3", "--neighbour", command, "--settle", settle, "-o", "n.record.json"],
            in: folder.path
        )
        #expect(outcome.status == 3, "\(outcome.errors)")
        #expect(outcome.errors.contains("3 times in a row the neighbour \(words)"), "\(outcome.errors)")
        #expect(outcome.errors.contains("no record was written") && !outcome.errors.contains("of the job"))
        #expect(outcome.errors.components(separatedBy: "refused: the neighbour").count == 4, "\(outcome.errors)")
        #expect(folder.names.isEmpty)
    }

    @Test("components that are interrupted leave a record that says so, also where it stands alone")
    func interrupted() throws {
        let folder = try TemporaryFolder()
        // The shell waits for the third round to begin, asks for the end, and waits for it.
        let script = """
            "$0" "$@" --rounds 1000 -o a.record.json >out 2>log & measured=$!
            until grep -q '^.3/' log || ! kill -0 $measured 2>/dev/null; do sleep 0.02; done
            kill -TERM $measured; wait $measured
            """
        let outcome = try AssayBinary.run(
            ["-c", script, AssayBinary.path] + Self.short.filter { $0 != "--rounds" && $0 != "3" },
            in: folder.path,
            program: "/bin/sh"
        )
        let log = try folder.read("log")
        #expect(outcome.status == 3, "\(log)")
        #expect(log.contains("interrupted before all was measured; a.record.json has what was, and says so"), "\(log)")
        let alone = try AssayBinary.json(["compare", "a.record.json", "--json"], in: folder.path)
        let notes = try #require(alone["notes"] as? [String])
        #expect(notes.contains { $0.hasPrefix("The measurement was interrupted after ") }, "\(notes)")
        let text = try AssayBinary.run(["compare", "a.record.json"], in: folder.path).output
        #expect(text.contains("note: The measurement was interrupted after "), "\(text)")
    }

    @Test(
        "a place where no record can be written is refused before anything is measured",
        arguments: [
            ("link.json", 2, "is a symbolic link"), ("folder.json", 2, "is a folder"),
            ("file/a.json", 3, "is a file, not a folder"), ("new/", 2, "names a folder"),
        ] as [(String, Int32, String)]
    )
    func place(_ output: String, _ status: Int32, _ words: String) throws {
        let folder = try TemporaryFolder()
        try folder.write("file", "")
        let manager = FileManager.default
        try manager.createSymbolicLink(atPath: folder.path + "/link.json", withDestinationPath: "nowhere")
        try manager.createDirectory(atPath: folder.path + "/folder.json", withIntermediateDirectories: true)
        let before = folder.names
        for kind in [Self.short, ["measure", "--job", "touch ran", "--runs", "3"]] {
            let outcome = try AssayBinary.run(kind + ["--force", "-o", output], in: folder.path)
            #expect(outcome.status == status && outcome.errors.contains(words), "\(outcome.errors)")
            #expect(!outcome.errors.contains("[1/"), "\(outcome.errors)")
        }
        #expect(folder.names == before)
    }

    @Test("what a job said last cannot move the cursor of who reads it")
    func jobsLastLines() throws {
        let folder = try TemporaryFolder()
        let outcome = try AssayBinary.run(
            [
                "measure", "--job", "printf 'a\\033[2Jb\\rc\\007\\n\\302\\23331m\\n'; exit 4", "--runs", "3",
                "--warmup",
                "0", "--keep-disturbed", "--allow-emulated", "-o", "a.record.json",
            ],
            in: folder.path
        )
        #expect(outcome.status == 3)
        #expect(outcome.errors.contains("    a [2Jb\n    c \n     31m\n"), "\(outcome.errors)")
        #expect(outcome.errors.unicodeScalars.allSatisfy { $0 == "\n" || $0.properties.generalCategory != .control })
    }

    @Test("a record of a metric that could not be read again is not written, and validate prints no control character")
    func controlCharacters() throws {
        let folder = try TemporaryFolder()
        try folder.write("a.csv", BadInputTests.csv)
        func record(_ metric: String, _ unit: String, _ file: String) throws -> AssayBinary.Outcome {
            try AssayBinary.run(
                ["record", "a.csv", "--metric", metric, "--unit", unit, "--better", "lower", "-o", file],
                in: folder.path
            )
        }
        for (metric, unit) in [("step\u{1B}[2J", "s"), ("step", "s\n"), ("step", "\u{202E}s")] {
            let outcome = try record(metric, unit, "a.record.json")
            #expect(outcome.status == 2, "\(outcome.errors)")
            #expect(outcome.errors.contains("a.record.json: the record is not written"), "\(outcome.errors)")
            #expect(outcome.errors.contains("holds control characters"), "\(outcome.errors)")
        }
        #expect(folder.names == ["a.csv"])
        let odd = "odd\u{1B}[31m.record.json"
        try #require(record("step", "s", odd).status == 0)
        let validated = try AssayBinary.run(["validate", odd], in: folder.path)
        #expect(validated.output.hasPrefix("odd [31m.record.json: in order"), "\(validated.output)")
    }

    @Test("what waits beside an output to be written to is not followed")
    func plantedLink() throws {
        let folder = try TemporaryFolder()
        try folder.write("a.csv", BadInputTests.csv)
        try folder.write("victim", "mine")
        // The shell's number becomes the program's: every name that could be foretold leads elsewhere.
        let script = """
            ln -s victim .a.record.json.part; ln -s victim .a.record.json.$$.part; ln -s victim a.record.json.part
            exec "\(AssayBinary.path)" record a.csv --metric m --unit s --better lower -o a.record.json
            """
        let outcome = try AssayBinary.run(["-c", script], in: folder.path, program: "/bin/sh")
        try #require(outcome.status == 0, "\(outcome.errors)")
        #expect(try folder.read("victim") == "mine")
        #expect(try Self.identifier("a.record.json", in: folder).hasPrefix("sha256:"))
        #expect(!folder.names.contains { $0.hasSuffix(".part") && !$0.contains("a.record.json") })
    }

    @Test("--declare that this machine disproves is warned of, stands in the record, and is a caution of the arm")
    func declared() throws {
        let folder = try TemporaryFolder()
        let seen = try AssayBinary.json(["inspect", "--json"], in: folder.path)
        let isGuest = seen["virtualized"] as? String == "yes"
        let outcome = try AssayBinary.run(
            Self.short + ["--declare", "bare-metal", "-o", "a.record.json"],
            in: folder.path
        )
        try #require(outcome.status == 0, "\(outcome.errors)")
        #expect(outcome.errors.contains("warning: The record is declared bare-metal, but its facts say") == isGuest)
        #expect(try folder.read("a.record.json").contains("declared bare-metal, but its facts say") == isGuest)
        let arm = try AssayBinary.json(["compare", "a.record.json", "--json"], in: folder.path)
        let cautions = try #require(arm["cautions"] as? [String])
        #expect(cautions.contains { $0.contains("declared bare-metal, but its facts say") } == isGuest, "\(cautions)")
    }

    @Test("--json of one arm has its cautions, and of a pair the runs that were kept though disturbed")
    func cautions() throws {
        let folder = try TemporaryFolder()
        for (name, level) in [("a", 1.0), ("b", 1.1)] {
            let rows = (0..<5).map {
                "h,b\(name),\($0),\(level + 0.01 * Double($0 % 3)),\($0 < 2 ? "other-tasks" : "no")\n"
            }
            try folder.write("\(name).csv", "host,boot,run,value,disturbed\n" + rows.joined())
            let made = try AssayBinary.run(
                [
                    "record", "\(name).csv", "--metric", "m", "--unit", "s", "--better", "lower", "--model",
                    name == "a" ? "bare-metal" : "vm-passthrough", "--fact", "hypervisor=kvm", "-o",
                    "\(name).record.json",
                ],
                in: folder.path
            )
            try #require(made.status == 0, "\(made.errors)")
        }
        let arm = try AssayBinary.json(["compare", "a.record.json", "--json"], in: folder.path)
        #expect(
            arm["cautions"] as? [String] == [
                "A record is declared bare-metal, but its facts say hypervisor 'kvm'.",
                "2 of 5 runs of this arm were kept though disturbed ('other-tasks').",
            ]
        )
        let pair = try AssayBinary.json(
            ["compare", "a.record.json", "--with", "b.record.json", "--json"],
            in: folder.path
        )
        let notes = try #require(pair["validity"] as? [[String: Any]])
        let disturbed = notes.filter { $0["code"] as? String == "disturbed-runs" }
        #expect(disturbed.compactMap { $0["severity"] as? String } == ["caution", "caution"])
        #expect(
            disturbed.compactMap { $0["sentence"] as? String } == [
                "2 of 5 runs of the baseline were kept though disturbed ('other-tasks').",
                "2 of 5 runs of the other arm were kept though disturbed ('other-tasks').",
            ]
        )
        #expect(notes.contains { $0["code"] as? String == "model-disproved" && $0["severity"] as? String == "invalid" })
    }
}
