import Foundation
import Testing

/// `inspect` and `measure` on the machine that runs the tests, whatever it is.
@Suite struct NodeTests {
    @Test("inspect says what it found, and a capture of it is judged the same elsewhere")
    func inspectAndCapture() throws {
        let folder = try TemporaryFolder()
        let live = try AssayBinary.json(["inspect", "--json", "--capture", "host.tar"], in: folder.path)
        for key in [
            "deployment_model", "virtualized", "hypervisor", "container", "evidence", "blind_spots", "findings",
        ] {
            #expect(live[key] != nil, "\(key)")
        }
        let again = try AssayBinary.json(["inspect", "--json", "--from", "host.tar"], in: folder.path)
        #expect(again["deployment_model"] as? String == live["deployment_model"] as? String)
        #expect(again["virtualized"] as? String == live["virtualized"] as? String)
        #expect(folder.names == ["host.tar"])
    }

    @Test("a result that cannot be written is no success", arguments: [["inspect"], ["inspect", "--json"]])
    func fullOutput(_ arguments: [String]) throws {
        let folder = try TemporaryFolder()
        let outcome = try AssayBinary.run(
            ["-c", "exec \"$0\" \"$@\" > /dev/full", AssayBinary.path] + arguments,
            in: folder.path,
            program: "/bin/sh"
        )
        #expect(outcome.status == 3, "\(outcome.errors)")
        #expect(outcome.errors.contains("standard output cannot be written"), "\(outcome.errors)")
    }

    @Test("a requirement is answered by the exit code")
    func requirement() throws {
        let folder = try TemporaryFolder()
        let virtualized = try AssayBinary.json(["inspect", "--json"], in: folder.path)["virtualized"] as? String
        let outcome = try AssayBinary.run(["inspect", "--require", "bare-metal"], in: folder.path)
        #expect(virtualized == "yes" ? outcome.status == 1 : [0, 1, 3].contains(outcome.status), "\(outcome.errors)")
    }

    @Test("captures that are none are refused", arguments: ["", "hello", String(repeating: "x", count: 2_000)])
    func wrongCapture(_ text: String) throws {
        let folder = try TemporaryFolder()
        try folder.write("c.tar", text)
        let outcome = try AssayBinary.run(["inspect", "--from", "c.tar"], in: folder.path)
        #expect(outcome.status == 2, "\(outcome.status): \(outcome.errors)")
        #expect(outcome.errors.contains("c.tar"), "\(outcome.errors)")
    }

    static let repeatedProbes: [([String], String)] = [
        (["--probes", "processor,detour,processor"], "--probes names 'processor' twice"),
        (
            ["--peer", "localhost:7770", "--network-probes", "network-rate,network-rate"],
            "--network-probes names 'network-rate' twice"
        ),
        (["--probes", ","], "--probes names no probe"),
    ]

    @Test("a probe named twice is refused before anything is measured", arguments: repeatedProbes)
    func probesNamedTwice(_ arguments: [String], words: String) throws {
        let folder = try TemporaryFolder()
        let outcome = try AssayBinary.run(["measure", "-o", "a.record.json"] + arguments, in: folder.path)
        #expect(outcome.status == 64, "\(outcome.errors)")
        #expect(outcome.errors.contains(words), "\(outcome.errors)")
        #expect(folder.names.isEmpty)
    }

    @Test("measure writes a record that validate and compare take")
    func measure() throws {
        let folder = try TemporaryFolder()
        for (name, seed) in [("a", "1"), ("b", "2")] {
            let outcome = try AssayBinary.run(
                [
                    "measure", "--quick", "--rounds", "1", "--keep-disturbed", "--allow-emulated", "--seed", seed, "-o",
                    "\(name).record.json",
                ],
                in: folder.path
            )
            try #require(outcome.status == 0, "\(outcome.errors)")
        }
        let validated = try AssayBinary.run(["validate", "a.record.json", "b.record.json"], in: folder.path)
        #expect(validated.status == 0, "\(validated.errors)")
        let compared = try AssayBinary.json(
            ["compare", "a.record.json", "--with", "b.record.json", "--json"],
            in: folder.path
        )
        #expect((compared["metrics"] as? [Any])?.isEmpty == false)
    }
}
