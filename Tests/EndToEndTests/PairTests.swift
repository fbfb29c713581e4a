import Foundation
import Testing

/// Pairs of machines, through a shell and through a real sshd.
@Suite struct PairTests {
    static let probes = [
        "--probes", "system-calls", "--seconds", "0.1", "--keep-disturbed", "--allow-emulated", "--seed", "7",
    ]

    /// The node's program beside the tests.
    static let node = URL(fileURLWithPath: AssayBinary.path).deletingLastPathComponent().path + "/assay-node"

    static func pair(_ command: String, _ more: [String] = []) -> [String] {
        ["measure", "--pair", "other", "--remote-command", command, "--remote-program", node, "--blocks", "1"] + more
            + probes
    }

    @Test("two arms through a shell become two records, and the comparison is printed")
    func shell() throws {
        let folder = try TemporaryFolder()
        let outcome = try AssayBinary.run(Self.pair("sh -c", ["-o", "p"]), in: folder.path)
        try #require(outcome.status == 0, "\(outcome.errors)")
        #expect(outcome.output.contains("paired; ") && outcome.output.contains("assay compare p/local.record.json"))
        #expect(outcome.errors.contains("[4/4]"))
        let validated = try AssayBinary.run(
            ["validate", "p/local.record.json", "p/remote.record.json"],
            in: folder.path
        )
        #expect(validated.status == 0, "\(validated.errors)")
        let compared = try AssayBinary.json(
            ["compare", "p/local.record.json", "--with", "p/remote.record.json", "--json"],
            in: folder.path
        )
        #expect(compared["design"] as? String == "paired")
        // A second pair in the same place is refused, and a finished one goes on to its end at once.
        let again = try AssayBinary.run(Self.pair("sh -c", ["-o", "p"]), in: folder.path)
        #expect(again.status == 2 && again.errors.contains("--continue"), "\(again.errors)")
        let journal = try folder.read("p/journal.jsonl")
        try folder.write(
            "p/journal.jsonl",
            journal.replacingOccurrences(of: "\\\"seed\\\":7", with: "\\\"seed\\\":8")
        )
        let altered = try AssayBinary.run(Self.pair("false", ["-o", "p", "--continue"]), in: folder.path)
        #expect(altered.status == 2 && altered.errors.contains("the plan was altered"), "\(altered.errors)")
        try folder.write("p/journal.jsonl", journal)
        let resumed = try AssayBinary.run(Self.pair("false", ["-o", "p", "--continue"]), in: folder.path)
        #expect(resumed.status == 0, "\(resumed.errors)")
        let other = try AssayBinary.run(Self.pair("sh -c", ["-o", "p", "--continue", "--aa"]), in: folder.path)
        #expect(other.status == 2 && other.errors.contains("another plan"), "\(other.errors)")
    }

    @Test("a machine that is gone leaves what was done, and the pair goes on when it is back")
    func gone() throws {
        let folder = try TemporaryFolder()
        // Reaches the other machine once, and then no more.
        try folder.write(
            "reach",
            "#!/bin/sh\n[ -e back ] || { [ -e used ] && exit 255; : > used; }\nexec sh -c \"$1\"\n"
        )
        let reach = "sh \(folder.path)/reach"
        var arguments = Self.pair(reach, ["-o", "p"])
        let blocks = try #require(arguments.firstIndex(of: "--blocks"))
        arguments[blocks + 1] = "2"
        let broken = try AssayBinary.run(arguments, in: folder.path)
        #expect(broken.status == 3, "\(broken.errors)")
        #expect(
            broken.errors.contains("of 4 pairs are done") && broken.errors.contains("--continue"),
            "\(broken.errors)"
        )
        #expect(!folder.names.contains("p/local.record.json"))
        try folder.write("back", "")
        let resumed = try AssayBinary.run(arguments + ["--continue"], in: folder.path)
        #expect(resumed.status == 0, "\(resumed.errors)")
        #expect(folder.names.contains("p/local.record.json") && folder.names.contains("p/remote.record.json"))
    }

    @Test("a crossover stops halfway and says what to do")
    func crossover() throws {
        let folder = try TemporaryFolder()
        var arguments = Self.pair(
            "sh -c",
            ["-o", "p", "--crossover", "--declare", "vm-passthrough", "--declare-remote", "vm-sriov"]
        )
        let first = try AssayBinary.run(arguments, in: folder.path)
        #expect(first.status == 3 && first.errors.contains("--continue --exchanged"), "\(first.errors)")
        arguments += ["--continue"]
        let waiting = try AssayBinary.run(arguments, in: folder.path)
        #expect(waiting.status == 3 && waiting.errors.contains("--exchanged"), "\(waiting.errors)")
        let second = try AssayBinary.run(arguments + ["--exchanged"], in: folder.path)
        #expect(second.status == 0, "\(second.errors)")
        #expect(folder.names.contains("p/first-model.record.json"))
    }

    @Test("a job is measured in turn too, one run of it at a time")
    func job() throws {
        let folder = try TemporaryFolder()
        let words = [
            "measure", "--pair", "other", "--remote-command", "sh -c", "--remote-program", Self.node, "--blocks", "1",
            "-o", "p", "--job", "sleep 0.05", "--warmup", "0", "--keep-disturbed", "--allow-emulated",
        ]
        let outcome = try AssayBinary.run(words, in: folder.path)
        try #require(outcome.status == 0, "\(outcome.errors)")
        let compared = try AssayBinary.json(
            ["compare", "p/local.record.json", "--with", "p/remote.record.json", "--json"],
            in: folder.path
        )
        let metrics = try #require(compared["metrics"] as? [[String: Any]])
        let time = try #require(metrics.first { $0["name"] as? String == "completion_time" })
        #expect((time["baseline_values"] as? [Any])?.count == 2)
    }

    @Test("an interruption ends in order, says how to go on, and nothing is lost")
    func interrupted() throws {
        let folder = try TemporaryFolder()
        // The machine counts the calls, and from the second on keeps whoever asks waiting.
        try folder.write(
            "reach",
            "#!/bin/sh\n[ -e back ] || { [ -e used ] && { : > waiting; exec sleep 600; }; : > used; }\nexec sh -c \"$1\"\n"
        )
        let arguments = Self.pair("sh \(folder.path)/reach", ["-o", "p"])
        let process = Process()
        process.executableURL = URL(fileURLWithPath: AssayBinary.path)
        process.arguments = arguments
        process.currentDirectoryURL = URL(fileURLWithPath: folder.path)
        process.standardInput = FileHandle.nullDevice
        process.standardOutput = FileHandle.nullDevice
        try folder.write("errors", "")
        process.standardError = try FileHandle(forWritingTo: URL(fileURLWithPath: folder.path + "/errors"))
        try process.run()
        for _ in 0..<1_200 where !folder.names.contains("waiting") && process.isRunning { usleep(50_000) }
        try #require(folder.names.contains("waiting"))
        process.interrupt()
        process.waitUntilExit()
        let errors = try folder.read("errors")
        #expect(process.terminationReason == .exit && process.terminationStatus == 3, "\(errors)")
        #expect(errors.contains("interrupted") && errors.contains("--continue"), "\(errors)")
        #expect(!folder.names.contains("p/local.record.json"))
        let kept = folder.names.filter { $0.hasPrefix("p/runs/") }
        #expect(!kept.isEmpty)
        try folder.write("back", "")
        let resumed = try AssayBinary.run(arguments + ["--continue"], in: folder.path)
        #expect(resumed.status == 0, "\(resumed.errors)")
        #expect(folder.names.contains("p/remote.record.json"))
    }

    @Test(
        "command lines that mean nothing are refused",
        arguments: [
            (["--pair", "-oProxyCommand=x"], "--pair"), (["--crossover"], "--pair"),
            (["--pair", "h", "--crossover", "--aa"], "different"),
            (["--pair", "h", "--blocks", "0"], "--blocks"), (["--pair", "h", "--exchanged"], "--crossover"),
            (["--pair", "h", "--crossover"], "--declare"), (["--pair", "h", "--neighbour", "x"], "--neighbour"),
            (["--pair", "h", "--job", "x", "--resume"], "--continue"), (["--pair", "h", "--listen", "1"], "--listen"),
            (["--pair", "h", "--run-timeout", "soon"], "no time"),
            (["--pair", "h", "--aa", "--declare", "bare-metal", "--declare-remote", "vm-vgpu"], "one model"),
            (["--rate", "5"], "--endpoint"), (["--endpoint", "https://x/", "--rate", "5"], "end TLS"),
            (["--endpoint", "http://x/"], "--rate"), (["--endpoint", "http://x/", "--rate", "1e9"], "--rate"),
            (["--endpoint", "http://x/", "--rate", "5", "--slo", "200"], "200ms"),
            (["--endpoint", "http://x/", "--rate", "5", "--header", "secret"], "Name: value"),
        ]
    )
    func refused(_ arguments: [String], _ words: String) throws {
        let folder = try TemporaryFolder()
        let outcome = try AssayBinary.run(["measure"] + arguments, in: folder.path)
        #expect(outcome.status == 64, "\(outcome.status): \(outcome.errors)")
        #expect(outcome.errors.contains(words), "\(outcome.errors)")
        #expect(folder.names.isEmpty)
    }

    // MARK: A real sshd

    /// An sshd of its own: its keys, its port, its folder.
    final class SecureShell {
        let folder: TemporaryFolder
        let command: String

        /// The system's own, or what scripts/sshd-parts unpacked; ASSAY_SSHD names another, by its absolute path.
        static let program = [
            ProcessInfo.processInfo.environment["ASSAY_SSHD"], "/usr/sbin/sshd", "/usr/local/sbin/sshd",
            AssayBinary.root + "/.build/sshd/sshd",
        ].compactMap { $0 }.first { FileManager.default.isExecutableFile(atPath: $0) }

        /// Whether the client and its keys' maker are there.
        static let hasClient = ["/usr/bin/ssh", "/usr/bin/ssh-keygen"].allSatisfy {
            FileManager.default.isExecutableFile(atPath: $0)
        }

        init() throws {
            folder = try TemporaryFolder()
            let path = folder.path
            for key in ["host", "user"] {
                let generator = Process()
                generator.executableURL = URL(fileURLWithPath: "/usr/bin/ssh-keygen")
                generator.arguments = ["-q", "-t", "ed25519", "-N", "", "-f", "\(path)/\(key)"]
                try generator.run()
                generator.waitUntilExit()
            }
            try folder.write("authorized", try folder.read("user.pub"))
            try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: "\(path)/authorized")
            // Run as root it wants this folder.
            try? FileManager.default.createDirectory(atPath: "/run/sshd", withIntermediateDirectories: true)
            var started: Int?
            for _ in 0..<5 where started == nil {
                let port = Int.random(in: 20_000..<60_000)
                try folder.write(
                    "config",
                    """
                    ListenAddress 127.0.0.1
                    Port \(port)
                    HostKey \(path)/host
                    PidFile \(path)/pid
                    AuthorizedKeysFile \(path)/authorized
                    StrictModes no
                    UsePAM no
                    PermitRootLogin yes
                    PasswordAuthentication no
                    """
                )
                // In the background by itself: it closes what Foundation watches a child by, and all others would wait.
                let server = Process()
                server.executableURL = URL(fileURLWithPath: Self.program ?? "/usr/sbin/sshd")
                server.arguments = ["-E", "\(path)/log", "-f", "\(path)/config"]
                try server.run()
                server.waitUntilExit()
                guard server.terminationStatus == 0 else { continue }
                for _ in 0..<100 where started == nil {
                    if Self.isOpen(port) { started = port } else { usleep(50_000) }
                }
            }
            let port = try #require(started, "sshd does not start")
            command =
                "ssh -F none -p \(port) -i \(path)/user -o IdentitiesOnly=yes -o BatchMode=yes -o StrictHostKeyChecking=no "
                + "-o UserKnownHostsFile=\(path)/known -o LogLevel=ERROR 127.0.0.1"
        }

        deinit {
            let text = (try? folder.read("pid")) ?? ""
            if let process = pid_t(text.trimmingCharacters(in: .whitespacesAndNewlines)) { kill(process, SIGTERM) }
        }

        private static func isOpen(_ port: Int) -> Bool {
            let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
            defer { close(descriptor) }
            var address = sockaddr_in()
            address.sin_family = sa_family_t(AF_INET)
            address.sin_port = UInt16(port).bigEndian
            address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
            return withUnsafePointer(to: &address) {
                $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                    connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size)) == 0
                }
            }
        }
    }

    @Test(
        "over a real sshd the record comes through and nothing is left there",
        .enabled(if: SecureShell.program != nil, "sshd is missing; scripts/sshd-parts unpacks one"),
        .enabled(if: SecureShell.hasClient, "ssh is missing: apt-get install openssh-client")
    )
    func sshd() throws {
        let shell = try SecureShell()
        let folder = try TemporaryFolder()
        let outcome = try AssayBinary.run(Self.pair(shell.command, ["-o", "p"]), in: folder.path)
        try #require(outcome.status == 0, "\(outcome.errors)")
        #expect(folder.names.filter { $0.hasPrefix("p/runs/") }.count == 4, "\(folder.names)")
        // A program that is not there, and a port where nobody listens.
        var missing = Self.pair(shell.command, ["-o", "q"])
        missing[try #require(missing.firstIndex(of: Self.node))] = "/nonexistent/assay-node"
        let absent = try AssayBinary.run(missing, in: folder.path)
        #expect(absent.status == 3 && absent.errors.contains("--remote-program"), "\(absent.errors)")
    }
}
