/// Why one of Slurm's commands did not do what was asked.
package enum SlurmError: Error, Sendable, Hashable, CustomStringConvertible {
    /// The command is not on the path.
    case missing(command: String)
    /// The command could not be started, with the system's reason.
    case notStarted(command: String, reason: String)
    /// The controller did not answer; asking again later may help.
    case unreachable(command: String, reason: String)
    /// The command did not end within this many seconds and was killed; what it asked for may have happened.
    case timedOut(command: String, seconds: Int)
    /// Slurm said no, in its own words.
    case refused(command: String, reason: String)
    /// The command printed something else than its documentation says.
    case unreadable(command: String, problem: String)

    /// Whether the same request may succeed a little later with nothing changed.
    package var isPassing: Bool {
        switch self {
        case .unreachable, .timedOut: true
        case .missing, .notStarted, .refused, .unreadable: false
        }
    }

    /// One sentence: what was asked, what stands in the way, what to do.
    package var description: String {
        switch self {
        case .missing(let command):
            "\(command) is not on the path; Slurm's commands are needed here: use a login node of the cluster, or install "
                + "its client package"
        case .notStarted(let command, let reason):
            "\(command) cannot be started (\(reason))"
        case .unreachable(let command, let reason):
            "\(command): Slurm's controller does not answer (\(reason)); check it with: scontrol ping"
        case .timedOut(let command, let seconds):
            "\(command) did not end within \(seconds) s and was stopped; check the controller with: scontrol ping"
        case .refused(let command, let reason):
            "\(command) was refused: \(reason)"
        case .unreadable(let command, let problem):
            "\(command) printed what cannot be read: \(problem)"
        }
    }

    /// What a command that failed meant, from its complaints.
    ///
    /// - Parameters:
    ///   - command: its name.
    ///   - status: its exit status, or minus the signal.
    ///   - complaints: what it wrote to standard error.
    /// - Returns: the error that it was.
    static func of(_ command: String, status: Int, complaints: String) -> SlurmError {
        let lines = complaints.split(whereSeparator: \.isNewline).map { line -> String in
            // `sbatch: error: …` says twice what the reader knows.
            var text = Substring(line)
            for prefix in [command + ": ", "error: ", "fatal: "] where text.hasPrefix(prefix) {
                text = text.dropFirst(prefix.count)
            }
            return visible(text)
        }.filter { !$0.isEmpty }
        // The last line names what failed, those before it why the network did.
        guard let last = lines.last else {
            let ending = status < 0 ? "ended by signal \(-status)" : "exit status \(status)"
            return .refused(command: command, reason: "\(ending), without a word")
        }
        let unreachable = [
            "Unable to contact slurm controller", "Socket timed out", "Connection refused", "Connection timed out",
            "Could not establish a configuration source", "Unable to establish control machine address",
            "Communication connection failure", "Zero Bytes were transmitted or received", "Unable to contact",
            "slurmctld: error", "Transport endpoint is not connected", "Slurm backup controller in standby",
        ]
        if lines.contains(where: { line in unreachable.contains { line.contains($0) } }) {
            return .unreachable(command: command, reason: last)
        }
        return .refused(command: command, reason: last)
    }

    /// Text of another program made fit for one line: no control characters, at most 300 characters.
    static func visible(_ text: some StringProtocol) -> String {
        let clean = text.unicodeScalars.map { $0.properties.generalCategory == .control ? " " : String($0) }.joined()
        let trimmed = clean.split(separator: " ", omittingEmptySubsequences: true).joined(separator: " ")
        return trimmed.count > 300 ? trimmed.prefix(300) + "…" : trimmed
    }
}
