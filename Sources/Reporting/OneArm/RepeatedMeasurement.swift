import Evidence

/// What another machine is to be asked, so that its record is the other arm: the flags and the seed of this one.
package struct RepeatedMeasurement: Sendable, Hashable {
    /// The flags, with a word in capitals where a command, an address or a path stood; nil where the runs do not say,
    /// or differ.
    package var flags: String?
    /// The seed, where all runs had one.
    package var seed: String?
    /// Whether another tool measured, so that the same numbers must come from it again.
    package var isImported: Bool

    init(_ records: [Record]) {
        let runs = records.flatMap(\.runs).map(\.run)
        func only(_ name: String) -> String? {
            let values = Set(runs.map { $0.condition(name) })
            return values.count == 1 ? values.first.flatMap { $0 } : nil
        }
        flags = only("measure_flags").map { $0 == "none" ? "" : $0 }.flatMap { Self.isPrintable($0) ? $0 : nil }
        seed = only("seed").flatMap { Int($0) }.flatMap { $0 >= 0 ? "\($0)" : nil }
        isImported = records.contains { $0.content.tool?.name.hasPrefix("assay measure") != true }
    }

    /// The words after `assay measure`, ended by the model and the output: `--quick --seed 7 --declare bare-metal -o FILE`.
    package func command(declaring model: String, output: String) -> String {
        var words = ["assay measure"]
        if let flags, !flags.isEmpty { words.append(flags) }
        if let seed { words.append("--seed \(seed)") }
        return (words + ["--declare \(model)", "-o \(output)"]).joined(separator: " ")
    }

    // A record may come from anywhere, and what is printed here is meant to be pasted into a shell.
    private static func isPrintable(_ text: String) -> Bool {
        text.unicodeScalars.allSatisfy { scalar in
            scalar.isASCII && (scalar.properties.isAlphabetic || scalar.properties.numericType != nil)
                || " -_.,:/'=+%".unicodeScalars.contains(scalar)
        }
    }
}
