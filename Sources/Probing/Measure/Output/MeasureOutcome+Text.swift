internal import Documents
internal import Evidence

extension MeasureOutcome {
    /// The outcome for the terminal: a table of metrics, and what should be known of them.
    package var text: String {
        var table = TextTable(
            header: ["metric", "mean", "", "unit", "median", "p99", "runs", "pairs for 2 %"],
            alignments: [.left, .right, .left, .left, .right, .right, .right, .right]
        )
        for summary in summaries {
            let tail =
                summary.p99.map { NumberText.significant($0, 4) }
                ?? "too few (\(summary.fewestSamples) of \(MetricSummary.samplesForP99))"
            table.rows.append([
                summary.metric.name,
                NumberText.significant(summary.mean, 4),
                summary.relativeError.map { "± \(NumberText.percent($0))" } ?? "",
                summary.metric.unit,
                NumberText.significant(summary.median, 4),
                tail,
                "\(summary.runs)",
                summary.pairsForTwoPercent.map { NumberText.grouped($0) } ?? "",
            ])
        }
        var text = summaries.isEmpty ? "" : table.render()
        if !derived.isEmpty {
            text += "\n"
            for line in derived { text += "\(line.sentence)\n" }
        }
        if !sentences.isEmpty { text += "\n" + sentences.map { "- \($0)\n" }.joined() }
        return text
    }

    /// What follows from two metrics together, where both were measured.
    package var derived: [DerivedNumber] {
        func mean(_ name: String) -> Double? { summaries.first { $0.metric.name == name }?.mean }
        var numbers: [DerivedNumber] = []
        if let small = mean("memory_latency_4k"), let large = mean("memory_latency_2m") {
            numbers.append(
                DerivedNumber(
                    name: "page_walk",
                    unit: "ns",
                    value: small - large,
                    from: ["memory_latency_4k", "memory_latency_2m"],
                    sentence: "A TLB miss costs about \(NumberText.fixed(small - large, 0)) ns: "
                        + "a load with pages of 4 KiB less one with pages of 2 MiB."
                )
            )
        }
        if let quantum = mean("spin_quantum") {
            let share = max(0, 1 - DetourSpin.quantumNanoseconds * 1e-3 / max(quantum, 1e-9))
            numbers.append(
                DerivedNumber(
                    name: "detour_share",
                    unit: "1",
                    value: share,
                    from: ["spin_quantum"],
                    sentence: "Detours took \(NumberText.percent(share, 3)) of a spinning core's time."
                )
            )
        }
        return numbers + limitShares
    }
}

/// A number that follows from measured ones.
package struct DerivedNumber: Sendable, Hashable {
    /// Its name.
    package var name: String
    /// Its unit, `1` for a share.
    package var unit: String
    /// The number.
    package var value: Double
    /// The metrics that it follows from.
    package var from: [String]
    /// What it says.
    package var sentence: String
}
