/// What a cluster allows.
package struct SlurmLimits: Sendable, Hashable {
    /// The number of tasks of one array, whose indices are below it.
    package var arraySize: Int
    /// Slurm's version, such as `22.05.8`; empty where it does not say.
    package var version: String

    /// Reads `scontrol show config`.
    init(_ text: String) throws(SlurmError) {
        var values: [Substring: Substring] = [:]
        for line in text.split(whereSeparator: \.isNewline) {
            let parts = line.split(separator: "=", maxSplits: 1)
            guard parts.count == 2 else { continue }
            values[parts[0].trimmed] = parts[1].trimmed
        }
        guard let size = values["MaxArraySize"].flatMap({ Int($0) }), size >= 0 else {
            throw .unreadable(command: "scontrol", problem: "its configuration has no MaxArraySize")
        }
        guard size > 0 else {
            throw .refused(command: "scontrol", reason: "this cluster allows no job arrays (MaxArraySize is 0)")
        }
        // Slurm itself allows no more.
        arraySize = min(size, 4_000_001)
        version = values["SLURM_VERSION"].map(String.init) ?? ""
    }
}

/// A task of an array that Slurm has in its queue.
package struct SlurmTask: Sendable, Hashable {
    /// The array.
    package var job: Int
    /// The index in the array.
    package var task: Int
    /// Slurm's word, such as `PENDING`, `RUNNING` or `COMPLETING`.
    package var state: String
    /// The node it runs on; empty while it waits.
    package var node: String
    /// Why it waits, in Slurm's words; `None` where nothing is in its way.
    package var reason: String

    /// Fields for squeue, the one that can hold anything last.
    static let format = "%F|%K|%T|%N|%r"

    /// Reads squeue's lines in ``format``; jobs that are no array are left out.
    static func list(_ text: String) throws(SlurmError) -> [SlurmTask] {
        var tasks: [SlurmTask] = []
        for line in text.split(whereSeparator: \.isNewline) {
            // Federations name the cluster between the lines.
            if line.hasPrefix("CLUSTER: ") || line.trimmed.isEmpty { continue }
            let fields = line.split(separator: "|", maxSplits: 4, omittingEmptySubsequences: false)
            guard fields.count == 5, let job = Int(fields[0].trimmed), job > 0 else {
                throw .unreadable(command: "squeue", problem: "'\(SlurmError.visible(line))'")
            }
            guard fields[1] != "N/A" else { continue }
            guard let task = Int(fields[1].trimmed), task >= 0 else {
                throw .unreadable(command: "squeue", problem: "'\(SlurmError.visible(line))' names no task")
            }
            tasks.append(
                SlurmTask(
                    job: job,
                    task: task,
                    state: SlurmError.visible(fields[2]),
                    node: SlurmError.visible(fields[3]),
                    reason: SlurmError.visible(fields[4])
                )
            )
        }
        return tasks
    }
}

/// How a task of an array ended, as far as the controller remembers.
package struct SlurmEnding: Sendable, Hashable {
    /// The index in the array.
    package var task: Int
    /// Slurm's word, such as `COMPLETED`, `FAILED`, `CANCELLED`, `NODE_FAIL`, `PREEMPTED` or `TIMEOUT`.
    package var state: String
    /// Exit status and signal, `1:0` or `0:9`.
    package var exit: String
    /// The node it ran on; empty where it never did.
    package var node: String

    /// The clause `CANCELLED on node3 (exit 0:15)`.
    package var clause: String {
        state + (node.isEmpty ? "" : " on \(node)") + (exit == "0:0" || exit.isEmpty ? "" : " (exit \(exit))")
    }

    /// Reads `scontrol show job --oneliner`: one line for each task that has its own entry.
    static func list(_ text: String) -> [SlurmEnding] {
        text.split(whereSeparator: \.isNewline).compactMap { line in
            guard let task = value("ArrayTaskId", in: line).flatMap({ Int($0) }),
                let state = value("JobState", in: line)
            else { return nil }
            let node = value("NodeList", in: line) ?? ""
            return SlurmEnding(
                task: task,
                state: SlurmError.visible(state),
                exit: SlurmError.visible(value("ExitCode", in: line) ?? ""),
                node: node == "(null)" ? "" : SlurmError.visible(node)
            )
        }
    }

    /// The word after `key=`, where the key is a whole one.
    private static func value(_ key: String, in line: Substring) -> Substring? {
        line.split(separator: " ").first { $0.hasPrefix(key + "=") }?.dropFirst(key.count + 1)
    }
}

extension Substring {
    /// Without the blanks at both ends.
    var trimmed: Substring {
        var text = self
        while text.first?.isWhitespace == true { text = text.dropFirst() }
        while text.last?.isWhitespace == true { text = text.dropLast() }
        return text
    }
}
