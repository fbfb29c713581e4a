internal import Documents
internal import Estate

/// The pair-validity gate: what differs between the arms besides the deployment model, and what follows from it.
///
/// Compared are the facts of the hosts and the conditions of the runs, by name. A name that is not listed here, and
/// differs, is a caution. Numbers that are equal count as equal however they are written.
package enum ComparisonGate {
    /// Names whose difference makes the numbers incomparable: other hardware, or other work.
    package static let invalidating = [
        "gpu", "gpu_count", "workload", "dataset", "precision", "batch_size", "global_batch_size",
    ]
    /// Names of the load offered: a difference makes latencies incomparable, and is a caution for other metrics.
    package static let load = ["offered_load_per_s", "request_rate_per_s", "concurrency"]
    /// Names that differ because the deployment model does: for information.
    package static let expected = ["hypervisor", "virtualization", "guest_os", "hostname", "serial", "gpu_uuid"]
    /// Names that should be known of both arms; where they are not, a note says so.
    package static let wanted = ["gpu", "driver", "power_limit_w", "sm_clock_mhz", "cpu", "numa", "iommu"]
    /// Names that tell runs apart rather than describe them.
    static let structural: Set<String> = ["pair", "block"]
    /// Units of time: a metric in one of them, of which less is better, is a latency where a load is offered.
    static let timeUnits: Set<String> = ["ns", "us", "µs", "ms", "s", "min", "h", "seconds", "minutes"]

    /// The notes for all metrics, worst first.
    static func notes(_ baseline: ArmView, _ other: ArmView) -> [ValidityNote] {
        models(baseline, other) + differences(baseline, other, latency: false) + mixed(baseline, other)
            + blindSpots(baseline, other)
    }

    /// The notes for one metric beyond those for all: offered load, where the metric is a latency.
    static func notes(_ baseline: ArmView, _ other: ArmView, metric: Metric) -> [ValidityNote] {
        guard metric.direction == .lower, timeUnits.contains(metric.unit) else { return [] }
        return differences(baseline, other, latency: true)
    }

    private static func differences(_ baseline: ArmView, _ other: ArmView, latency: Bool) -> [ValidityNote] {
        let (left, right) = (values(baseline), values(other))
        var notes: [ValidityNote] = []
        var unknown: [String] = []
        for name in Set(left.keys).union(right.keys).union(wanted).sorted()
        where latency == false || load.contains(name) {
            switch (left[name], right[name]) {
            case (let a?, let b?) where a.keys == b.keys: continue
            case (let a?, let b?):
                notes.append(difference(name, list(a), list(b), latency: latency))
            case (let a?, nil):
                if !latency { notes.append(oneSided(name, list(a), known: "the baseline", unknown: "the other arm")) }
            case (nil, let b?):
                if !latency { notes.append(oneSided(name, list(b), known: "the other arm", unknown: "the baseline")) }
            case (nil, nil): unknown.append(name)
            }
        }
        if !unknown.isEmpty, !latency {
            notes.append(
                ValidityNote(
                    severity: .note,
                    code: "facts-unknown",
                    sentence: "Not recorded in either arm, so a difference would not be seen: "
                        + unknown.joined(separator: ", ") + "."
                )
            )
        }
        return notes.enumerated().sorted { (rank($0.element), $0.offset) < (rank($1.element), $1.offset) }.map(
            \.element
        )
    }

    private static func rank(_ note: ValidityNote) -> Int {
        switch note.severity {
        case .invalid: 0
        case .caution: 1
        case .note: 2
        }
    }

    private static func difference(_ name: String, _ a: String, _ b: String, latency: Bool) -> ValidityNote {
        let code = name.replacing("_", with: "-") + "-differs"
        let values = "\(printableName(name)) is \(a) in the baseline and \(b) in the other arm"
        if invalidating.contains(name) {
            return ValidityNote(
                severity: .invalid,
                code: code,
                sentence: "\(values), so the numbers are not comparable."
            )
        }
        if latency {
            return ValidityNote(
                severity: .invalid,
                code: code,
                sentence: "\(values); latencies compare only at equal load."
            )
        }
        if expected.contains(name) {
            return ValidityNote(severity: .note, code: code, sentence: "\(values), as the deployment models do.")
        }
        return ValidityNote(
            severity: .caution,
            code: code,
            sentence: "\(values), which may be part of the difference."
        )
    }

    private static func oneSided(_ name: String, _ value: String, known: String, unknown: String) -> ValidityNote {
        ValidityNote(
            severity: .note,
            code: name.replacing("_", with: "-") + "-unknown",
            sentence: "\(printableName(name)) is \(value) in \(known) and not recorded in \(unknown)."
        )
    }

    /// Every value of every fact and condition of an arm: a comparable form with the text it came from.
    private static func values(_ arm: ArmView) -> [String: [String: String]] {
        var values: [String: [String: String]] = [:]
        func add(_ name: String, _ value: String) {
            guard !structural.contains(name) else { return }
            let comparable =
                DecimalText.parse(Array(value.utf8)[...]).map { "\($0)" } ?? value.lowercased()
            if values[name]?[comparable] == nil { values[name, default: [:]][comparable] = value }
        }
        for record in arm.records {
            for host in record.hosts { for fact in host.facts { add(fact.name, fact.value) } }
        }
        let conditions = conditions(arm)
        // What is different in every run names the run.
        for name in conditions.keys.sorted() where !namesRuns(conditions[name] ?? []) {
            for value in conditions[name] ?? [] { add(name, value) }
        }
        return values
    }

    /// The values of each condition, run by run.
    private static func conditions(_ arm: ArmView) -> [String: [String]] {
        var values: [String: [String]] = [:]
        for run in arm.runs {
            for condition in run.run.conditions { values[condition.name, default: []].append(condition.value) }
        }
        return values
    }

    private static func namesRuns(_ values: [String]) -> Bool { values.count > 3 && Set(values).count == values.count }

    /// Conditions that take several values in one arm.
    private static func mixed(_ baseline: ArmView, _ other: ArmView) -> [ValidityNote] {
        let (left, right) = (conditions(baseline), conditions(other))
        return Set(left.keys).union(right.keys).subtracting(structural).sorted().compactMap { name in
            let several = [left[name] ?? [], right[name] ?? []].filter { Set($0).count > 1 && !namesRuns($0) }
            guard !several.isEmpty else { return nil }
            let values = Set(several.flatMap { $0 })
            return ValidityNote(
                severity: .caution,
                code: "condition-varies",
                sentence: "\(printableName(name)) takes several values inside an arm "
                    + "(\(list(Dictionary(values.map { ($0, $0) }) { first, _ in first }))), so its effect counts as noise; "
                    + "compare one value at a time."
            )
        }
    }

    /// What the records themselves say could not be seen.
    private static func blindSpots(_ baseline: ArmView, _ other: ArmView) -> [ValidityNote] {
        let spots = Set((baseline.records + other.records).flatMap { $0.hosts.flatMap(\.blindSpots) }).sorted()
        return spots.prefix(20).map { ValidityNote(severity: .note, code: "blind-spot", sentence: $0) }
    }

    private static func list(_ values: [String: String]) -> String {
        let sorted = values.sorted { $0.key < $1.key }.map { quoted($0.value) }
        return sorted.prefix(4).joined(separator: ", ") + (sorted.count > 4 ? " and \(sorted.count - 4) more" : "")
    }

    /// Names come from files too.
    private static func printableName(_ name: String) -> String {
        name.utf8.allSatisfy { $0 == 0x5F || (0x30...0x39).contains($0) || (0x61...0x7A).contains($0) }
            ? name : quoted(name)
    }

    // MARK: Deployment models

    private static func models(_ baseline: ArmView, _ other: ArmView) -> [ValidityNote] {
        var notes: [ValidityNote] = []
        for (arm, name) in [(baseline, "the baseline"), (other, "the other arm")] {
            for record in arm.records {
                guard let declared = record.content.declaredModel, let detected = record.content.detectedModel,
                    declared != detected
                else { continue }
                notes.append(
                    ValidityNote(
                        severity: .caution,
                        code: "model-contradicted",
                        sentence: "A record of \(name) declares \(declared), but \(detected) was detected."
                    )
                )
            }
            let models = Set(arm.records.compactMap(\.model))
            if models.count > 1 {
                let names = models.map(\.rawValue).sorted().joined(separator: ", ")
                notes.append(
                    ValidityNote(
                        severity: .caution,
                        code: "models-mixed",
                        sentence: "The records of \(name) are of several deployment models: \(names)."
                    )
                )
            }
        }
        let (left, right) = (Set(baseline.records.compactMap(\.model)), Set(other.records.compactMap(\.model)))
        if let model = left.first, left.count == 1, left == right {
            notes.append(
                ValidityNote(
                    severity: .note,
                    code: "same-model",
                    sentence: "Both arms are \(model): this is not a comparison of deployment models."
                )
            )
        } else if !left.isEmpty, left.allSatisfy(\.isVirtual), right.contains(where: { !$0.isVirtual }) {
            notes.append(
                ValidityNote(
                    severity: .caution,
                    code: "baseline-is-virtual",
                    sentence: "The baseline is virtual and the other arm is not: the signs are the other way round."
                )
            )
        }
        return notes
    }
}
