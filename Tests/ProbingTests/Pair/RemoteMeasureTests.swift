import Evidence
import Glibc
import Testing

@testable import Probing

/// The shell edge: what is sent arrives word for word, and every way to fail says what it is.
@Suite struct RemoteMeasureTests {
    static let awkward = [
        "", " ", "a b", "it's", "'", "''", "\"", "$HOME", "`id`", "$(id)", "a\nb", "\n", "\\", "\\n", "*", "~", "!",
        "#x",
        "-o", "é ü", "a;b", "a&&b", ">x", "{a,b}", "\t", "\u{1}", "日本", "a'b\"c$d\\e\nf",
    ]

    /// A program that shows its words and hands back a record.
    struct Program {
        let folder = "/tmp/assay-remote-\(getpid())-\(UInt64.random(in: 0 ... .max)) it's"
        var path: String { folder + "/measure it" }

        init(_ script: String) throws {
            mkdir(folder, 0o700)
            try PairFixture.write(path, Array("#!/bin/sh\n\(script)\n".utf8))
            chmod(path, 0o700)
            try PairFixture.write(folder + "/record", try PairFixture.record(value: 1).encoded())
        }

        func remove() {
            for name in ["/measure it", "/record", "/words", "/here"] { unlink(folder + name) }
            rmdir(folder)
        }

        func measure(
            _ arguments: [String] = [],
            command: String? = "sh -c",
            timeout: Double = 60,
            version: String = "1.0"
        ) -> Result<Record, PairFailure> {
            let remote = RemoteMeasure(command: command, program: path, arguments: arguments)
            return Result { () throws(PairFailure) in
                try remote.run(timeoutSeconds: timeout, version: version)
            }
        }
    }

    static func failure(_ result: Result<Record, PairFailure>) -> PairFailure? {
        if case .failure(let failure) = result { failure } else { nil }
    }

    /// Finds `-o FILE` and writes the record there.
    static let answers = #"here=$(dirname "$0"); while [ "$1" != -o ]; do shift; done; cp "$here/record" "$2""#

    @Test("words survive the shells, here and through a remote command", arguments: [nil, "sh -c", "env sh -c"])
    func words(_ command: String?) throws {
        let program = try Program(
            #"here=$(dirname "$0"); for w in "$@"; do [ "$w" = -o ] && break; printf '%s\0' "$w"; done > "$here/words";"#
                // The awkward words hold one '-o' of their own, so the last word names the file.
                + #" for last in "$@"; do :; done; cp "$here/record" "$last""#
        )
        defer { program.remove() }
        let words = Self.awkward.filter { $0 != "-o" }
        let record = try program.measure(words, command: command).get()
        #expect(record.runs.count == 1)
        let shown = try PairFixture.read(program.folder + "/words").split(
            separator: 0,
            omittingEmptySubsequences: false
        ).dropLast()
        #expect(shown.map { String(decoding: $0, as: UTF8.self) } == words)
    }

    @Test("each word reads back from its quotation", arguments: awkward)
    func quotation(_ word: String) {
        let outcome = PairProcess.run(
            ["/bin/sh", "-c", "printf %s \(ShellText.quote(word))"],
            timeoutSeconds: 30,
            maximumBytes: 1_000
        )
        #expect(outcome.ending == .exited(0))
        #expect(String(decoding: outcome.output, as: UTF8.self) == word)
    }

    @Test("nothing is left behind: no folder, no process")
    func leavesNothing() throws {
        let program = try Program(
            Self.answers.replacing("cp ", with: #"dirname "$2" > "$here/here"; cp "#)
        )
        defer { program.remove() }
        _ = try program.measure().get()
        let folder = String(decoding: try PairFixture.read(program.folder + "/here").dropLast(), as: UTF8.self)
        #expect(folder.hasPrefix("/"))
        #expect(access(folder, F_OK) != 0, "\(folder) is still there")
    }

    @Test(
        "each failure says what it is",
        arguments: [
            ("exit 255", PairFailure.Kind.unreachable, "not reached"),
            ("echo 'no such probe' >&2; exit 64", .final, "was refused: no such probe"),
            ("echo 'first'  >&2; echo 'the GPU is busy' >&2; exit 3", .failed, "status 3: the GPU is busy"),
            ("echo nothing", .final, "is no assay-node"), ("echo '{}' > \"$2\"", .failed, "no record"),
            ("head -c 100 \"$(dirname \"$0\")/record\" > \"$2\"", .failed, "no record"),
            ("kill -KILL $$", .failed, "status 137"), ("exit 127", .final, "install assay-node"),
        ]
    )
    func failures(_ script: String, _ kind: PairFailure.Kind, _ words: String) throws {
        let program = try Program(#"while [ "$1" != -o ]; do shift; done; "# + script)
        defer { program.remove() }
        let failure = try #require(Self.failure(program.measure()))
        #expect(failure.kind == kind)
        #expect(failure.reason.lowercased().contains(words.lowercased()), "\(failure.reason)")
    }

    @Test("a program that is missing, and a connection that is none")
    func missing() {
        let missing = RemoteMeasure(command: "sh -c", program: "/nonexistent/assay-node", arguments: [])
        #expect(throws: PairFailure.self) { try missing.run(timeoutSeconds: 30, version: "1.0") }
        let gone = RemoteMeasure(command: "sh -c 'echo no route to host >&2; exit 255' --", program: "x", arguments: [])
        let failure = Self.failure(
            Result { () throws(PairFailure) in try gone.run(timeoutSeconds: 30, version: "1.0") }
        )
        #expect(failure == PairFailure(.unreachable, "the machine was not reached or was lost: no route to host"))
    }

    @Test("another version is refused by name")
    func version() throws {
        let program = try Program(Self.answers)
        defer { program.remove() }
        let failure = try #require(Self.failure(program.measure(version: "2.0")))
        #expect(failure.kind == .final && failure.reason.contains("'1.0'") && failure.reason.contains("'2.0'"))
    }

    @Test("a run that hangs is ended with all that it started")
    func hangs() throws {
        let program = try Program(#"echo $$ > "$(dirname "$0")/here"; sleep 600 & sleep 600"#)
        defer { program.remove() }
        let failure = try #require(Self.failure(program.measure(timeout: 5)))
        #expect(failure.reason.contains("was not done after 5.00 s"), "\(failure.reason)")
        let text = String(decoding: try PairFixture.read(program.folder + "/here").dropLast(), as: UTF8.self)
        let process = try #require(pid_t(text))
        try waitUntilGone(process)
    }

    /// What a shell starts when the one who asked is gone is ended: the input's end says so.
    @Test("a lost connection ends the run there")
    func lostConnection() throws {
        let program = try Program(#"echo $$ > "$(dirname "$0")/here"; exec sleep 600"#)
        defer { program.remove() }
        let remote = RemoteMeasure(command: nil, program: program.path, arguments: [])
        // The input of this shell ends at once, as that of a shell whose connection was lost.
        let script = "set -m; \(ShellText.join(remote.words)) </dev/null & wait $!"
        let outcome = PairProcess.run(["/bin/bash", "-c", script], timeoutSeconds: 60, maximumBytes: 1_000)
        #expect(outcome.ending != .late && outcome.ending != .exited(0), "\(outcome)")
        #expect(outcome.output.isEmpty)
    }

    @Test(
        "names that ssh would take for options are refused",
        arguments: [("-oProxyCommand=x", false), ("", false), ("gpu-1", true), ("user@host", true), ("a b;c", true)]
    )
    func hosts(_ host: String, _ isGood: Bool) {
        let command = RemoteMeasure.sshCommand(host)
        #expect((command != nil) == isGood)
        if let command { #expect(command.hasSuffix(" -- " + ShellText.quote(host))) }
    }

    private func waitUntilGone(_ process: pid_t) throws {
        for _ in 0..<200 {
            if kill(process, 0) != 0 { return }
            usleep(20_000)
        }
        Issue.record("process \(process) still runs")
    }
}
