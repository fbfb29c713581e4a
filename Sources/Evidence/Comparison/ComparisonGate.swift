internal import Documents
internal import Estate

/// The pair-validity gate: what differs between the arms besides the deployment model, and what follows from it.
///
/// Compared are the facts of the hosts and the conditions of the runs, by name; case and `-` or space for `_` do not
/// count. A name that is not listed here, and differs, is a caution. Amounts compare as numbers, all else as text.
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
    static let structural: Set<String> = Set([
        "pair", "block", "seed", "job_id", "run_id", "trial", "repeat", "index", "file_sha256",
    ]).union(outcomes)
    /// Names that say how a job spent its time: results of a measurement and no circumstance of it.
    package static let outcomes: Set<String> = [
        "job_class", "job_share_gpu", "job_share_compute", "job_share_collective", "job_share_transfer",
        "job_share_storage",
        "job_share_cpu", "job_share_launch_gap", "job_share_unknown", "job_counter_class", "job_counter_share_gpu",
        "job_counter_share_storage", "job_counter_share_cpu", "job_counter_share_unknown", "job_profile",
    ]
    /// Names whose every value counts, unit by unit: that both arms saw the same values somewhere is not enough.
    static let strict = Set(invalidating + load)
    /// Names that never merely tell runs apart, even where each run has its own value.
    static let described = strict.union(wanted)

    /// The notes for all metrics, worst first.
    static func notes(_ design: ComparisonDesign) -> [ValidityNote] {
        let (left, right) = (ArmProfile(design.left, design.baseline), ArmProfile(design.right, design.other))
        return contradictions(design.left, design.right) + models(design.left, design.right)
            + differences(left, right, design.matching, latency: false)
            + disturbed(design.left, "the baseline") + disturbed(design.right, "the other arm")
            + emulated(design.left, "the baseline")
            + emulated(design.right, "the other arm") + mixed(left, right)
            + blindSpots([design.left, design.right])
    }

    /// The notes for a latency beyond those for all: the load offered.
    static func latencyNotes(_ design: ComparisonDesign) -> [ValidityNote] {
        let (left, right) = (ArmProfile(design.left, design.baseline), ArmProfile(design.right, design.other))
        return differences(left, right, design.matching, latency: true)
    }

    /// Whether a metric is a latency where a load is offered: a time of which less is better.
    static func isLatency(_ metric: Metric) -> Bool {
        metric.direction == .lower && ComparisonNames.isTime(metric.unit)
    }

    private static func differences(
        _ left: ArmProfile,
        _ right: ArmProfile,
        _ matching: Design,
        latency: Bool
    ) -> [ValidityNote] {
        var notes: [ValidityNote] = []
        var unknown: [String] = []
        for name in Set(left.values.keys).union(right.values.keys).union(wanted).sorted()
        where latency == false || load.contains(name) {
            let spelled = left.spelled[name] ?? right.spelled[name] ?? name
            func difference(_ a: String, _ b: String, verb: String = "is") -> ValidityNote {
                Self.difference(
                    name,
                    "\(printableName(spelled)) \(verb) \(a) in the baseline and \(b) in the other arm",
                    latency
                )
            }
            switch (left.values[name], right.values[name]) {
            case (let a?, let b?):
                if name == neighbour, let note = factor(a, b, left, right) {
                    notes.append(note)
                } else if let ranges = left.rangesApart(from: right, name) {
                    notes.append(difference(ranges.0, ranges.1))
                } else if left.namesRuns(name) || right.namesRuns(name) {
                    continue
                } else if a.keys != b.keys, !(ComparisonNames.isQuantity(name) && left.overlaps(right, name)) {
                    notes.append(difference(list(a), list(b)))
                } else if strict.contains(name), let found = mixDifference(left, right, name, matching) {
                    notes.append(Self.difference(name, "\(printableName(spelled)) \(found)", latency))
                }
            case (let a?, nil):
                notes.append(oneSided(name, spelled, list(a), "the baseline", "the other arm", latency))
            case (nil, let b?):
                notes.append(oneSided(name, spelled, list(b), "the other arm", "the baseline", latency))
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

    /// Whether a neighbour ran beside the run, as `assay measure --neighbour` records it.
    static let neighbour = "neighbour"

    /// What is compared where one arm ran alone and the other beside a neighbour, all else being one deployment model;
    /// nil where it is one more thing that differs.
    private static func factor(
        _ a: [String: String],
        _ b: [String: String],
        _ left: ArmProfile,
        _ right: ArmProfile
    ) -> ValidityNote? {
        guard a.count == 1, b.count == 1, Set(a.keys).union(b.keys) == ["no", "yes"], left.models == right.models,
            left.models.count <= 1
        else { return nil }
        let names = a["no"] == nil ? ["the baseline", "the other arm"] : ["the other arm", "the baseline"]
        return ValidityNote(
            severity: .note,
            code: "neighbour-compared",
            sentence:
                "The runs of \(names[0]) had a neighbour beside them, those of \(names[1]) did not: that is what is "
                + "compared."
        )
    }

    private static func rank(_ note: ValidityNote) -> Int {
        switch note.severity {
        case .invalid: 0
        case .caution: 1
        case .note: 2
        }
    }

    private static func difference(_ name: String, _ values: String, _ latency: Bool) -> ValidityNote {
        let code = name.replacing("_", with: "-") + "-differs"
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

    private static func oneSided(
        _ name: String,
        _ spelled: String,
        _ value: String,
        _ known: String,
        _ unknown: String,
        _ latency: Bool
    ) -> ValidityNote {
        let sentence = "\(printableName(spelled)) is \(value) in \(known) and not recorded in \(unknown)"
        return ValidityNote(
            severity: latency ? .caution : .note,
            code: name.replacing("_", with: "-") + "-unknown",
            sentence: sentence + (latency ? "; latencies compare only at equal load." : ".")
        )
    }

    /// How the values of a name are spread over units that have the same ones: pair by pair, else over the arms.
    private static func mixDifference(
        _ left: ArmProfile,
        _ right: ArmProfile,
        _ name: String,
        _ matching: Design
    ) -> String? {
        if matching == .paired {
            let pairs = zip(left.units, right.units).map { ($0[name] ?? [:], $1[name] ?? [:]) }
            let differing = pairs.filter { !$0.isEmpty && !$1.isEmpty && !isNear($0, $1) }
            guard let first = differing.first else { return nil }
            return
                "differs inside \(differing.count) of \(pairs.count) pairs, first \(shares(first.0)) in the baseline and "
                + "\(shares(first.1)) in the other arm"
        }
        let (a, b) = (left.mix(name), right.mix(name))
        guard !isNear(a, b) else { return nil }
        return "is \(shares(a)) in the baseline and \(shares(b)) in the other arm"
    }

    private static func isNear(_ a: [String: Double], _ b: [String: Double]) -> Bool {
        Set(a.keys).union(b.keys).allSatisfy { abs((a[$0] ?? 0) - (b[$0] ?? 0)) < 1e-9 }
    }

    private static func shares(_ mix: [String: Double]) -> String {
        let sorted = mix.sorted { $0.key < $1.key }
        let text = sorted.prefix(4).map { value, share in
            share > 1 - 1e-9 ? quoted(value) : "\(quoted(value)) in \(NumberText.percent(share, 0))"
        }
        return text.joined(separator: ", ") + (sorted.count > 4 ? " and \(sorted.count - 4) more" : "")
    }

    /// Conditions that take several values in one arm.
    private static func mixed(_ left: ArmProfile, _ right: ArmProfile) -> [ValidityNote] {
        Set(left.conditions.keys).union(right.conditions.keys).sorted().compactMap { name in
            let several = [left, right].filter { Set($0.conditions[name] ?? []).count > 1 && !$0.namesRuns(name) }
            guard !several.isEmpty else { return nil }
            let values = Set(several.flatMap { $0.conditions[name] ?? [] })
            let shown = list(Dictionary(values.map { ($0, $0) }) { first, _ in first })
            return ValidityNote(
                severity: .caution,
                code: "condition-varies",
                sentence: "\(printableName(left.spelled[name] ?? right.spelled[name] ?? name)) takes several values "
                    + "inside an arm (\(shown)), so its effect counts as noise; compare one value at a time."
            )
        }
    }

    /// What the records themselves say could not be seen.
    static func blindSpots(_ arms: [ArmView]) -> [ValidityNote] {
        let spots = Set(arms.flatMap(\.records).flatMap { $0.hosts.flatMap(\.blindSpots) }).sorted()
        var sentences = spots.prefix(20).map(oneLine)
        if spots.count > 20 { sentences.append("And \(spots.count - 20) more remarks, in the records.") }
        return sentences.map { ValidityNote(severity: .note, code: "blind-spot", sentence: $0) }
    }

    private static func list(_ values: [String: String]) -> String {
        let sorted = values.sorted { $0.key < $1.key }.map { quoted($0.value) }
        return sorted.prefix(4).joined(separator: ", ") + (sorted.count > 4 ? " and \(sorted.count - 4) more" : "")
    }

    /// Names come from files too.
    private static func printableName(_ name: String) -> String {
        name.utf8.allSatisfy {
            $0 == 0x5F || $0 == 0x2D || (0x30...0x39).contains($0) || (0x61...0x7A).contains($0 | 0x20)
        } ? name : quoted(name)
    }

    /// How many runs of an arm were kept though something disturbed them.
    static func disturbed(_ arm: ArmView, _ name: String) -> [ValidityNote] {
        let found = arm.runs.compactMap(\.run.disturbance)
        guard !found.isEmpty else { return [] }
        let kinds = Dictionary(found.map { ($0, $0) }) { first, _ in first }
        return [
            ValidityNote(
                severity: .caution,
                code: "disturbed-runs",
                sentence:
                    "\(found.count) of \(arm.runs.count) runs of \(name) were kept though disturbed (\(list(kinds)))."
            )
        ]
    }

    /// How many runs of an arm an emulator carried out.
    static func emulated(_ arm: ArmView, _ name: String) -> [ValidityNote] {
        func note(_ condition: String, _ what: String) -> ValidityNote? {
            let count = arm.runs.filter { $0.run.condition(condition) == "yes" }.count
            guard count > 0 else { return nil }
            return ValidityNote(
                severity: .caution,
                code: condition + "-runs",
                sentence: "\(count) of \(arm.runs.count) runs of \(name) were measured on \(what)."
            )
        }
        return [
            note("emulated", "an emulated processor: they show the emulator, not what a hypervisor costs"),
            note(
                "perhaps-emulated",
                "a processor of which nothing shows whether it is emulated: they may show an emulator, not what a "
                    + "hypervisor costs"
            ),
        ].compactMap { $0 }
    }

    // MARK: Deployment models

    /// Arms whose own facts say that they are not what they were declared: not the comparison that they pass for.
    private static func contradictions(_ baseline: ArmView, _ other: ArmView) -> [ValidityNote] {
        [(baseline, "the baseline"), (other, "the other arm")].flatMap { arm, name in
            Set(arm.records.flatMap { $0.modelContradictions(stated: arm.stated) }).sorted().map {
                ValidityNote(
                    severity: .invalid,
                    code: "model-disproved",
                    sentence: "A record of \(name) is \($0), so this is no comparison with \(name) as "
                        + "\(arm.stated == nil ? "declared" : "stated")."
                )
            }
        }
    }

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
