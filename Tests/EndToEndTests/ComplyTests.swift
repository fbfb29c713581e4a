import Foundation
import Testing

/// `assay comply` through the binary: the healthcare example's binder, OSCAL read by others' tools, and what it refuses.
@Suite(.serialized) struct ComplyTests {
    private static let frameworks = "hipaa,soc2,pci-dss,nist-800-53,iso-27001,gdpr"

    /// The example's binder, made in a folder of its own.
    private func makeBinder(_ folder: TemporaryFolder, _ more: [String] = []) throws -> AssayBinary.Outcome {
        if !FileManager.default.fileExists(atPath: folder.path + "/healthcare") { try folder.copyExample("healthcare") }
        return try AssayBinary.run(
            ["comply", "healthcare", "--framework", Self.frameworks, "--as-of", "2026-11-22", "-o", "binder"] + more,
            in: folder.path
        )
    }

    @Test("the healthcare example yields a binder, the same bytes each time, and verify finds every byte as it was")
    func binder() throws {
        let folder = try TemporaryFolder()
        let made = try makeBinder(folder)
        #expect(made.status == 0, "\(made.errors)")
        #expect(made.output.contains("for illustration"))
        for name in [
            "binder.html", "comply.json", "comply.csv", "assessment-results.json", "component-definition.json",
            "questions.yaml",
            "manifest.json", "study.yaml",
        ] {
            #expect(folder.names.contains("binder/\(name)"), "\(name)")
        }
        let first = try folder.read("binder/manifest.json")
        #expect(try makeBinder(folder).status == 0)
        #expect(try folder.read("binder/manifest.json") == first)
        let verified = try AssayBinary.run(["comply", "verify", "binder"], in: folder.path)
        #expect(verified.status == 0, "\(verified.output)\(verified.errors)")
        let page = try folder.read("binder/binder.html")
        // From a control to the raw line of evidence.
        #expect(page.contains("href=\"#r-si-7.9--bare-metal-mig\"") && page.contains("id=\"r-si-7.9--bare-metal-mig\""))
        let results = try AssayBinary.json(
            ["comply", "healthcare", "--framework", "nist-800-53", "--as-of", "2026-11-22", "--json"],
            in: folder.path
        )
        let rows = try #require(results["results"] as? [[String: Any]])
        func status(_ control: String, _ model: String) -> String? {
            rows.first { $0["control"] as? String == "nist-800-53:\(control)" && $0["model"] as? String == model }?[
                "status"
            ]
                as? String
        }
        #expect(status("SI-7(9)", "bare-metal-mig") == "supported")
        // The other host of the pilot has secure boot off; today's platform shows a guest alone.
        #expect(status("SI-7(9)", "bare-metal") == "contradicted")
        #expect(status("SI-7(9)", "vm-passthrough") == "needs-statement")
        for model in ["bare-metal", "bare-metal-mig", "vm-passthrough", "vm-vgpu", "vm-vgpu-mig"] {
            #expect(status("SC-4", model) != "supported" && status("SC-31", model) != "supported")
        }
    }

    @Test("a changed byte of an output, of a copy, of an original or of the manifest is found") func verify() throws {
        let folder = try TemporaryFolder()
        #expect(try makeBinder(folder).status == 0)
        let names = try FileManager.default.contentsOfDirectory(atPath: folder.path + "/binder").sorted()
        #expect(names.count >= 12)
        let originals = ["healthcare/study.yaml", "healthcare/captures/icu03.tar"]
        for name in names.map({ "binder/" + $0 }) + originals {
            let url = URL(fileURLWithPath: folder.path + "/" + name)
            let whole = try Data(contentsOf: url)
            var altered = whole
            altered[altered.count / 2] ^= 1
            try altered.write(to: url)
            let found = try AssayBinary.run(["comply", "verify", "binder"], in: folder.path)
            #expect(found.status == 1, "\(name): \(found.output)")
            let shown = name.hasPrefix("binder/") ? String(name.dropFirst(7)) : name
            #expect(found.errors.contains(shown), "\(name): \(found.errors)")
            try whole.write(to: url)
        }
        try folder.write("binder/extra.txt", "x")
        let extra = try AssayBinary.run(["comply", "verify", "binder", "--json"], in: folder.path)
        #expect(extra.status == 1 && extra.output.contains("extra.txt: is not in the manifest"))
    }

    @Test("statements carry names; between two dates diff says what changed") func diff() throws {
        let folder = try TemporaryFolder()
        #expect(try makeBinder(folder).status == 0)
        try folder.write(
            "answers.yaml",
            "statements:\n  - control: \"nist-800-53:AC-2\"\n    answer: no\n    text: \"nobody does\"\n    by: \"B. P.\"\n"
                + "    on: 2026-11-20\n"
        )
        let later = try AssayBinary.run(
            [
                "comply", "healthcare", "--framework", Self.frameworks, "--as-of", "2026-11-23", "-o", "later",
                "--statements",
                "answers.yaml", "--fail-on-contradiction",
            ],
            in: folder.path
        )
        #expect(later.status == 1 && later.output.contains("B. P."), "\(later.output)\(later.errors)")
        let found = try AssayBinary.json(["comply", "diff", "binder", "later", "--json"], in: folder.path)
        let changes = try #require(found["changes"] as? [[String: Any]])
        #expect(
            !changes.isEmpty && changes.allSatisfy { ($0["result"] as? String)?.hasPrefix("nist-800-53:AC-2") == true }
        )
        let worse = try AssayBinary.run(["comply", "diff", "binder", "later", "--fail-on-worse"], in: folder.path)
        #expect(worse.status == 1)
        #expect(
            try AssayBinary.run(["comply", "diff", "binder", "binder", "--fail-on-worse"], in: folder.path).status == 0
        )
    }

    private static let python = AssayBinary.root + "/.build/oscal/bin/python"

    @Test(
        "the OSCAL files are valid by NIST's schema and are imported by compliance-trestle",
        .enabled(
            if: FileManager.default.isExecutableFile(atPath: python),
            "skipped: scripts/oscal-parts could not install compliance-trestle"
        )
    )
    func oscal() throws {
        let python = Self.python
        let folder = try TemporaryFolder()
        #expect(try makeBinder(folder).status == 0)
        let kinds = [
            ("assessment-results", "oscal_assessment-results_schema.json"),
            ("component-definition", "oscal_component_schema.json"),
        ]
        try folder.write(
            "check.py",
            """
            import json, sys
            import regex, jsonschema
            import jsonschema._keywords as keywords
            keywords.re = regex
            schema = json.load(open(sys.argv[1]))
            validator = jsonschema.Draft7Validator(schema, format_checker=jsonschema.FormatChecker())
            errors = list(validator.iter_errors(json.load(open(sys.argv[2]))))
            for error in errors[:5]:
                print("/".join(map(str, error.absolute_path)), error.message[:200])
            sys.exit(bool(errors))
            """
        )
        for (kind, schema) in kinds {
            let text = try folder.read("binder/\(kind).json")
            #expect(text.contains("\"oscal-version\": \"1.1.3\""))
            guard let path = Self.shared("oscal/schemas/1.1.3/\(schema)") else {
                print("skipped: NIST's schema is not at ../shared/data/oscal beside the checkout")
                continue
            }
            let valid = try AssayBinary.run(
                ["check.py", path, "binder/\(kind).json"],
                in: folder.path,
                program: python
            )
            #expect(valid.status == 0, "\(kind): \(valid.output)\(valid.errors)")
            // The check itself can fail.
            try folder.write("broken.json", text.replacingOccurrences(of: "\"uuid\"", with: "\"uid\""))
            let broken = try AssayBinary.run(["check.py", path, "broken.json"], in: folder.path, program: python)
            #expect(broken.status == 1)
        }
        let trestle = AssayBinary.root + "/.build/oscal/bin/trestle"
        func run(_ arguments: [String]) throws -> AssayBinary.Outcome {
            try AssayBinary.run([trestle] + arguments, in: folder.path + "/space", program: python)
        }
        try FileManager.default.createDirectory(atPath: folder.path + "/space", withIntermediateDirectories: true)
        let start = try run(["init", "--local"])
        #expect(start.status == 0, "\(start.errors)")
        for (kind, _) in kinds {
            let name = "../binder/\(kind).json"
            let read = try run(["import", "-f", name, "-o", kind])
            #expect(read.status == 0, "\(kind): \(read.output)\(read.errors)")
        }
        let all = try run(["validate", "-a"])
        #expect(
            all.status == 0 && (all.output + all.errors).contains("VALID: Model"),
            "\(all.output)\(all.errors)"
        )
    }

    @Test(
        "what cannot be read, or is not what it is said to be, is refused",
        arguments: [
            (["healthcare", "--framework", "hippa"], 2, "did you mean 'hipaa'?"),
            (["healthcare", "--framework", "nist-800-53", "--control", "SC-44"], 2, "did you mean 'SC-4'?"),
            (["healthcare", "--control", "CC6.1"], 2, "not of the frameworks asked for"),
            (["healthcare", "--max-age", "soon"], 64, "write 90d"),
            (["healthcare", "--as-of", "yesterday"], 64, "write 2026-11-22"),
            (["healthcare", "--as-of", "2026-02-30"], 64, "is not a date of the years 1900 to 9999"),
            (["nowhere", "--framework", "hipaa"], 2, "there is no such file"),
            (
                [
                    "healthcare/records/request_latency.bare-metal.record.json", "--framework", "hipaa", "--host",
                    "icu09",
                ], 2,
                "is of the host 'icu01', not of 'icu09' as claimed"
            ),
            (["healthcare/records/request_latency.bare-metal.record.json"], 2, "name frameworks with --framework"),
            (["healthcare", "--statements", "healthcare/study.yaml"], 2, "is not a key here"),
            (["diff", "healthcare", "healthcare"], 2, "there is no such file"),
            (["verify", "healthcare"], 2, "there is no such file"),
            ([], 64, "Missing expected argument"),
        ]
    ) func refusals(_ arguments: [String], _ status: Int, _ words: String) throws {
        let folder = try TemporaryFolder()
        try folder.copyExample("healthcare")
        let outcome = try AssayBinary.run(
            ["comply"] + arguments + (arguments.first == "healthcare" ? ["-o", "out"] : []),
            in: folder.path
        )
        #expect(Int(outcome.status) == status, "\(outcome.output)\(outcome.errors)")
        #expect(outcome.errors.contains(words), "\(outcome.errors)")
        #expect(!folder.names.contains { $0.hasPrefix("out") }, "nothing is half written")
    }

    @Test("old evidence is set aside, and the answer says so") func age() throws {
        let folder = try TemporaryFolder()
        let made = try makeBinder(folder, ["--max-age", "10d"])
        #expect(made.status == 0 && made.output.contains("at most 10 days count"), "\(made.output)")
        let csv = try folder.read("binder/comply.csv")
        #expect(!csv.contains(",supported,"))
    }

    @Test("a host that is not the study's, and a record of another model, are refused") func claims() throws {
        let folder = try TemporaryFolder()
        try folder.copyExample("healthcare")
        let study = try folder.read("healthcare/study.yaml")
        for (old, new, words) in [
            ("host: icu03", "host: icu04", "'icu04' is not a host of this study"),
            (
                "path: captures/icu03.tar, host: icu03, model: bare-metal-mig",
                "path: records/request_latency.bare-metal.record.json, host: icu01, model: bare-metal-mig",
                "declares bare-metal, and bare-metal-mig is claimed"
            ),
            (
                "path: captures/icu03.tar, host: icu03, model: bare-metal-mig",
                "path: records/request_latency.bare-metal.record.json, host: icu03, model: bare-metal",
                "not of 'icu03' as claimed"
            ),
        ] {
            try folder.write("healthcare/study.yaml", study.replacingOccurrences(of: old, with: new))
            let outcome = try AssayBinary.run(["comply", "healthcare"], in: folder.path)
            #expect(outcome.status == 2 && outcome.errors.contains(words), "\(outcome.errors)")
            #expect(outcome.errors.contains("study.yaml"), "\(outcome.errors)")
        }
    }

    @Test("decide derives tenancy and prices the scope, and names both") func decide() throws {
        let folder = try TemporaryFolder()
        try folder.copyExample("healthcare")
        var study = try folder.read("healthcare/study.yaml")
        study = study.replacingOccurrences(of: "tenancy: slice, frameworks", with: "frameworks")
        study = study.replacingOccurrences(
            of: "  tenants: one\n",
            with: "  tenants: several\n  frameworks: [pci-dss]\n  data: cardholder\n  sites: [frankfurt]\n"
        )
        try folder.write("healthcare/study.yaml", study)
        let result = try AssayBinary.json(["decide", "healthcare", "--json", "--draws", "1000"], in: folder.path)
        let derived = try #require(result["derived_constraints"] as? [[String: Any]])
        #expect(derived.contains { $0["subject"] as? String == "tenancy" && $0["value"] as? String == "slice" })
        #expect(derived.contains { $0["subject"] as? String == "audit-scope" })
        let page = try folder.read("healthcare/decision/report.html")
        #expect(page.contains("Derived, not declared") && page.contains("The derived tenancy is"))
        let bill = try AssayBinary.run(["cost", "healthcare", "--bill", "vm-passthrough"], in: folder.path)
        #expect(bill.output.contains("Separation tests (PCI DSS A1.1.4)"), "\(bill.output)\(bill.errors)")
    }

    /// A file of other people's data beside the checkout.
    private static func shared(_ name: String) -> String? {
        let folder =
            ProcessInfo.processInfo.environment["ASSAY_SHARED_DATA"]
            ?? URL(fileURLWithPath: AssayBinary.root).deletingLastPathComponent().appendingPathComponent("shared/data")
            .path
        let path = folder + "/" + name
        return FileManager.default.fileExists(atPath: path) ? path : nil
    }
}
