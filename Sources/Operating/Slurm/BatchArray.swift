/// A script as an array of batch jobs.
package struct BatchArray: Sendable, Hashable {
    /// The name by which its tasks are found again.
    package var name: String
    /// The script, which every task runs.
    package var script: String
    /// The working directory of the tasks, and of a relative ``output``.
    package var directory: String
    /// Where a task's output goes, with Slurm's patterns `%A` (array) and `%a` (task).
    package var output: String
    /// How many tasks may run at once; nil leaves that to the cluster.
    package var atOnce: Int?
    /// Further options of sbatch by their long names, with a value where they take one.
    package var options: [SlurmOption] = []

    /// An array without further options.
    package init(name: String, script: String, directory: String, output: String) {
        self.name = name
        self.script = script
        self.directory = directory
        self.output = output
    }

    /// The arguments of sbatch for some of its tasks, which must be in ascending order.
    func arguments(tasks: [Int]) -> [String] {
        [
            "--parsable", "--job-name=\(name)", "--array=\(Self.ranges(tasks))\(atOnce.map { "%\($0)" } ?? "")",
            "--nodes=1", "--ntasks=1", "--cpus-per-task=1", "--requeue", "--open-mode=append", "--input=/dev/null",
            "--chdir=\(directory)", "--output=\(output)", "--export=ALL",
        ] + options.map(\.argument) + [script]
    }

    /// Ascending indices as sbatch reads them: `0-3,7,9-11`.
    static func ranges(_ indices: [Int]) -> String {
        var runs: [ClosedRange<Int>] = []
        for index in indices {
            if let last = runs.last, last.upperBound + 1 == index {
                runs[runs.count - 1] = last.lowerBound...index
            } else {
                runs.append(index...index)
            }
        }
        return runs.map { $0.count == 1 ? "\($0.lowerBound)" : "\($0.lowerBound)-\($0.upperBound)" }
            .joined(separator: ",")
    }
}

/// An option of sbatch that the user passes on, such as `partition=gpu` or `exclusive`.
package struct SlurmOption: Sendable, Hashable {
    /// Its long name, without dashes.
    package var name: String
    /// Its value, for those that have one.
    package var value: String?

    /// What the array sets itself, so that nobody else may.
    static let reserved = [
        "array", "chdir", "export", "export-file", "get-user-env", "input", "job-name", "no-requeue", "nodes", "ntasks",
        "open-mode", "output", "parsable", "requeue", "test-only", "wait", "wrap",
    ]

    /// Reads `NAME` or `NAME=VALUE`.
    ///
    /// - Throws: where the name is none, or is one that the array sets itself.
    package init(_ text: String) throws(SlurmOptionError) {
        let parts = text.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
        name = parts.first ?? ""
        value = parts.count > 1 ? parts[1] : nil
        guard let first = name.utf8.first, (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(first),
            name.utf8.allSatisfy({ ($0 >= 97 && $0 <= 122) || ($0 >= 48 && $0 <= 57) || $0 == UInt8(ascii: "-") }),
            !(value ?? "").contains(where: \.isNewline), !(value ?? "").contains("\0")
        else {
            throw SlurmOptionError(
                description: "'\(SlurmError.visible(text))' is not NAME=VALUE of a long option of sbatch, such as "
                    + "partition=short or mem=4G"
            )
        }
        guard !Self.reserved.contains(name) else {
            throw SlurmOptionError(description: "'\(name)' is set by the sweep itself; leave it out")
        }
    }

    var argument: String { "--" + name + (value.map { "=" + $0 } ?? "") }
}

/// Why something is no option to pass on.
package struct SlurmOptionError: Error, Sendable, Hashable, CustomStringConvertible {
    /// The sentence.
    package let description: String
}
