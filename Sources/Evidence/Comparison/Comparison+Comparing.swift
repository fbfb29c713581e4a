internal import Estate
internal import Probability

extension Comparison {
    /// Holds the records of two arms against each other.
    ///
    /// The unit of replication is the highest level that differs between the arms and is replicated: hosts where each
    /// arm has several of its own, hosts too where both arms ran on the same several, else boots, else runs; never the
    /// steps of a run. Units are paired by the condition `pair` (or `block`), else, on hosts that both arms share, by
    /// time where they alternate, else by host; what cannot be paired is compared by Welch's t. Both are on the
    /// logarithms of ratios.
    ///
    /// - Throws: where an arm is empty, the arms share no metric, or something was given twice.
    package static func compare(
        baseline: [Record],
        other: [Record],
        options: ComparisonOptions = ComparisonOptions()
    ) throws(ComparisonError) -> Comparison {
        try check(baseline, other, options)
        let design = ComparisonDesign(
            ArmView(baseline, side: .baseline, stated: options.stated?.baseline),
            ArmView(other, side: .other, stated: options.stated?.other)
        )
        let (left, right) = (design.left, design.right)
        let names = try metricNames(left, right, options)
        let gate = GateNotes(
            shared: ComparisonGate.notes(design),
            latency: ComparisonGate.latencyNotes(design)
        )
        var shared = gate.shared + design.notes + orderNotes(left, right, design)
        shared += absentNotes(left, right, names)

        var works = names.map { MetricWork($0, design, gate.latency, options) }
        let control = settleControl(&works)
        let controlUnit = design.controlUnits.level
        if case .none(let have) = control {
            shared.append(
                ValidityNote(
                    severity: .note,
                    code: "no-control",
                    sentence: "No control: it needs four \(controlUnit.rawValue)s of the baseline"
                        + "\(left.hosts.count > 1 ? ", two at least on a host" : ""); there are \(have)."
                )
            )
        }
        adjust(&works)
        shared = shared.enumerated().sorted { (rank($0.element), $0.offset) < (rank($1.element), $1.offset) }
            .map(\.element)
        return Comparison(
            baseline: arm(left),
            other: arm(right),
            metrics: works.map { $0.result(shared: shared, control: control) },
            validity: shared,
            design: design.matching,
            unitOfReplication: design.level,
            hostsConfounded: design.hostsConfounded,
            control: control,
            margin: options.margin,
            controlUnit: controlUnit
        )
    }

    /// What the gate found, for all metrics and for latencies.
    private struct GateNotes {
        let shared: [ValidityNote]
        let latency: [ValidityNote]
    }

    private static func rank(_ note: ValidityNote) -> Int {
        switch note.severity {
        case .invalid: 0
        case .caution: 1
        case .note: 2
        }
    }

    // MARK: Before

    private static func check(
        _ baseline: [Record],
        _ other: [Record],
        _ options: ComparisonOptions
    ) throws(ComparisonError) {
        if baseline.isEmpty { throw .noRecords(arm: "baseline") }
        if other.isEmpty { throw .noRecords(arm: "other") }
        if let margin = options.margin, !(margin > 0 && margin < 1) {
            throw .option(name: "the margin", found: "\(margin)", expected: "a share above 0 and below 1, such as 1%")
        }
        for p in options.quantiles where !(p > 0 && p < 1) {
            throw .option(name: "a quantile", found: "\(p)", expected: "a number above 0 and below 1, such as 0.99")
        }
        var files: [String: String] = [:]
        for record in baseline + other {
            if let first = files.updateValue(record.file, forKey: record.id) {
                throw .sameRecord(first: first, second: record.file)
            }
        }
        // Samples that differ among themselves and agree with others one by one are no chance, wherever they stand.
        try refuseCopies(baseline + other) { _, series in isTelling(series) }
        // Fewer may be, where a clock is coarse; not so in one arm under one name, which is one run.
        for arm in [baseline, other] { try refuseCopies(arm) { host, _ in !host.isUnnamed } }
    }

    /// Refuses an arm by itself that is empty or holds something twice.
    static func checkArm(_ records: [Record]) throws(ComparisonError) {
        guard !records.isEmpty else { throw .noRecords(arm: "one") }
        var files: [String: String] = [:]
        for record in records {
            if let first = files.updateValue(record.file, forKey: record.id) {
                throw .sameRecord(first: first, second: record.file)
            }
        }
        try refuseCopies(records) { _, series in isTelling(series) }
        try refuseCopies(records) { host, _ in !host.isUnnamed }
    }

    /// Whether series that agree are one: not where all samples are equal, as of a job that rounds what it prints.
    private static func isTelling(_ series: SampleSummary) -> Bool {
        series.count >= 20 && series.minimum < series.maximum
    }

    private static func refuseCopies(
        _ records: [Record],
        where counts: (Host, SampleSummary) -> Bool
    ) throws(ComparisonError) {
        var seen: [SeriesKey: String] = [:]
        for record in records {
            for (host, boot, run) in record.runs {
                for series in run.series where counts(host, series) {
                    // A counter may well read the same in two runs; what began at another time is another run.
                    let started = isTelling(series) ? nil : run.started
                    let key = SeriesKey(host: host.id, boot: boot.id, run: run.id, started: started, series: series)
                    if let first = seen.updateValue(record.file, forKey: key) {
                        throw .sameRun(
                            run: "run '\(run.id)' of host '\(host.id)'",
                            first: first,
                            second: record.file
                        )
                    }
                }
            }
        }
    }

    private struct SeriesKey: Hashable {
        let host: String
        let boot: String
        let run: String
        let started: Timestamp?
        let series: SampleSummary

        // Equality decides; hashing the samples would cost more than it spares.
        func hash(into hasher: inout Hasher) {
            hasher.combine(run)
            hasher.combine(series.mean)
        }
    }

    private static func metricNames(
        _ left: ArmView,
        _ right: ArmView,
        _ options: ComparisonOptions
    ) throws(ComparisonError) -> [String] {
        let (first, second) = (left.metricNames, right.metricNames)
        let common = first.filter(second.contains)
        guard !common.isEmpty else { throw .differentMetrics(baseline: first, other: second) }
        for name in options.metrics where !common.contains(name) { throw .unknownMetric(name, common: common) }
        return options.metrics.isEmpty ? common : common.filter(options.metrics.contains)
    }

    private static func absentNotes(_ left: ArmView, _ right: ArmView, _ names: [String]) -> [ValidityNote] {
        let (first, second) = (left.metricNames, right.metricNames)
        func note(_ missing: [String], _ arm: String) -> ValidityNote? {
            guard !missing.isEmpty else { return nil }
            return ValidityNote(
                severity: .note,
                code: "metric-in-one-arm",
                sentence: "Only \(arm) has \(missing.map { "'\($0)'" }.joined(separator: ", ")): not compared."
            )
        }
        return [
            note(first.filter { !second.contains($0) }, "the baseline"),
            note(second.filter { !first.contains($0) }, "the other arm"),
        ].compactMap { $0 }
    }

    private static func orderNotes(_ left: ArmView, _ right: ArmView, _ design: ComparisonDesign) -> [ValidityNote] {
        guard design.matching == .unpaired else { return [] }
        guard left.isTimed, right.isTimed else {
            return [
                ValidityNote(
                    severity: .note,
                    code: "order-unknown",
                    sentence: "The runs do not say when they began, so drift between the arms cannot be seen; "
                        + "record 'started'."
                )
            ]
        }
        let timeline =
            left.runs.map { (started: $0.run.started?.seconds ?? 0, isOther: false) }
            + right.runs.map { (started: $0.run.started?.seconds ?? 0, isOther: true) }
        let order = timeline.sorted { ($0.started, $0.isOther ? 1 : 0) < ($1.started, $1.isOther ? 1 : 0) }
        guard let order = try? RunOrder(isOther: order.map(\.isOther)), order.pattern == .sequential else { return [] }
        return [
            ValidityNote(
                severity: .caution,
                code: "sequential-order",
                sentence: "All runs of one arm came before the other's, so a drift would look like a difference; "
                    + "interleave them (ABBA)."
            )
        ]
    }

    static func arm(_ view: ArmView) -> Arm {
        let models = Set(view.records.compactMap(\.model)).map(\.rawValue).sorted()
        let files = view.records.map(\.file).filter { !$0.isEmpty }
        let label = models.isEmpty ? (files.first ?? "unnamed") : models.joined(separator: " and ")
        return Arm(
            label: label,
            records: view.records.map(\.id),
            files: files,
            hosts: view.hosts.count,
            runs: view.runs.count,
            sources: view.records.flatMap { MeasurementSource.all(of: $0) }
        )
    }

    // MARK: Over all metrics

    /// The control of the arm: failed where that of any confirmatory metric failed, each at its share of 5 %.
    private static func settleControl(_ works: inout [MetricWork]) -> Control {
        let confirmatory = works.indices.filter { works[$0].isConfirmatory }
        let counted = confirmatory.isEmpty ? Array(works.indices.prefix(1)) : confirmatory
        for index in counted { works[index].formControl(level: 1 - 0.05 / Double(counted.count)) }
        let controls = counted.compactMap { works[$0].control }
        if let failed = controls.first(where: { if case .failed = $0 { true } else { false } }) { return failed }
        var largest: Double?
        var have = 0
        for control in controls {
            switch control {
            case .passed(let effect): largest = max(largest ?? 0, effect)
            case .none(let count): have = max(have, count)
            case .failed: break
            }
        }
        return largest.map { .passed(minimumDetectableEffect: $0) } ?? .none(have: have)
    }

    /// Corrects the p-values of each family for its size.
    private static func adjust(_ works: inout [MetricWork]) {
        for isConfirmatory in [true, false] {
            let family = works.indices.filter { works[$0].isConfirmatory == isConfirmatory && works[$0].ratio != nil }
            let values = family.compactMap { works[$0].ratio?.pValue }
            let adjusted = isConfirmatory ? Multiplicity.holm(values) : Multiplicity.benjaminiHochberg(values)
            let kind = isConfirmatory ? "confirmatory" : "exploratory"
            for (index, value) in zip(family, adjusted) {
                works[index].adjustedPValue = value
                works[index].adjustment =
                    family.count == 1
                    ? "none, the only \(kind) metric"
                    : "\(isConfirmatory ? "Holm" : "Benjamini-Hochberg"), \(family.count) \(kind) metrics"
            }
        }
    }
}
