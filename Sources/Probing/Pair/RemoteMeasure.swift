internal import Documents
package import Evidence

/// How one of two machines is asked to measure: a shell there runs the program and hands its record back.
///
/// The same script runs on both sides, so that the sides differ in nothing but the machine. What is sent over is the
/// command line of the measurement; nothing is read from the environment.
package struct RemoteMeasure: Sendable, Hashable {
    /// Bytes of a record that are read at most.
    package static let maximumRecordBytes = 256 << 20

    /// A command that runs the shell line given as its last argument; nil for this machine's own shell.
    package var command: String?
    /// The program that measures, by path or name.
    package var program: String
    /// What it is asked, without `-o`.
    package var arguments: [String]

    /// A machine that is asked.
    package init(command: String?, program: String, arguments: [String]) {
        self.command = command
        self.program = program
        self.arguments = arguments
    }

    /// The command that reaches a host by ssh, without questions, and notices within a minute when it is gone.
    ///
    /// Nil for what ssh would take for an option, and for an empty name.
    package static func sshCommand(_ host: String) -> String? {
        guard !host.isEmpty, !host.hasPrefix("-") else { return nil }
        return "ssh -o BatchMode=yes -o ConnectTimeout=15 -o ServerAliveInterval=15 -o ServerAliveCountMax=4 -- "
            + ShellText.quote(host)
    }

    /// The line for the shell of that machine: measures into a folder of its own, prints the record, leaves nothing.
    ///
    /// When the connection is lost its input ends, and everything it started is ended with it: a run that nobody waits
    /// for must not disturb the next. It is ended again and again: one that was about to start is not there yet when
    /// the signal comes.
    package var line: String {
        let words = ShellText.join([program] + arguments)
        return """
            umask 077; d=$(mktemp -d) || exit 73; exec 3<&0 </dev/null; \
            trap 'rm -rf "$d"; kill -KILL "$w" 2>/dev/null' EXIT; trap 'exit 143' HUP INT TERM; \
            p=$$; (trap - EXIT; cat <&3 >/dev/null; trap '' TERM; \
            while kill -TERM "$p"; do kill -TERM 0; sleep 10; done) 2>/dev/null >&2 & w=$!; \
            \(words) -o "$d/run.record.json" >/dev/null 3<&-; s=$?; \
            [ "$s" -ne 0 ] || cat "$d/run.record.json" || s=74; exit "$s"
            """
    }

    /// The words that start it here.
    ///
    /// The user's own command stands unquoted: it is a shell's text, as they gave it.
    var words: [String] {
        guard let command else { return ["/bin/sh", "-c", line] }
        return ["/bin/sh", "-c", "exec \(command) \"$1\"", "assay", "exec sh -c \(ShellText.quote(line))"]
    }

    /// Measures once: the record, or what stood in the way.
    ///
    /// `version` is this program's: a record by another one is refused, as the two would not have measured alike.
    package func run(timeoutSeconds: Double, version: String) throws(PairFailure) -> Record {
        let outcome = PairProcess.run(words, timeoutSeconds: timeoutSeconds, maximumBytes: Self.maximumRecordBytes)
        switch outcome.ending {
        case .notStarted(let problem): throw PairFailure(.final, "cannot be started: \(problem)")
        case .late:
            throw PairFailure(
                .failed,
                "was not done after \(NumberText.significant(timeoutSeconds, 3)) s and was ended"
            )
        case .cancelled: throw PairFailure(.failed, "was ended by the user")
        case .tooMuch: throw PairFailure(.final, "printed more than \(Self.maximumRecordBytes >> 20) MiB")
        case .signal(let number): throw PairFailure(.failed, "was ended by signal \(number)\(outcome.said)")
        case .exited(0): break
        case .exited(let status): throw failure(status, outcome.said)
        }
        let record: Record
        do { record = try Record.read(outcome.output, file: "the record") } catch {
            throw PairFailure(.failed, "handed back what is no record: \(error)")
        }
        guard record.content.tool?.version == version else {
            let other = record.content.tool.map { quoted($0.version) } ?? "unknown"
            throw PairFailure(
                .final,
                "measured with version \(other) of Assay, and this is '\(version)'; install the same one on both machines"
            )
        }
        guard !record.runs.isEmpty else { throw PairFailure(.failed, "handed back a record without runs") }
        return record
    }

    private func failure(_ status: Int32, _ said: String) -> PairFailure {
        switch status {
        case 255 where command != nil:
            PairFailure(.unreachable, "the machine was not reached or was lost\(said)")
        case 126, 127:
            PairFailure(
                .final,
                "\(quoted(program)) cannot be run there\(said); install assay-node, or name it with --remote-program"
            )
        case 2, 64: PairFailure(.final, "was refused\(said)")
        case 74:
            PairFailure(
                .final,
                "left no record\(said): \(quoted(program)) is no assay-node; name it with --remote-program"
            )
        case 73: PairFailure(.failed, "has no room for a temporary folder\(said)")
        default: PairFailure(.failed, "ended with status \(status)\(said)")
        }
    }
}
