/// Two sets of records held against each other, metric by metric: what `assay compare` prints.
package struct Comparison: Sendable {
    package var baseline: Arm
    package var other: Arm
    /// In the order of the baseline's metrics; confirmatory ones first.
    package var metrics: [MetricComparison]
    /// What differs between the arms, or could not be known, and what follows from it; for all metrics.
    package var validity: [ValidityNote]
    /// `paired` when runs were matched one to one, else `unpaired`.
    package var design: Design
    /// The level the interval is formed at: the highest that differs between the arms.
    package var unitOfReplication: ReplicationUnit
    /// Whether each arm is one physical host and the hosts differ: then the words are 'these two hosts differ by'.
    package var hostsConfounded: Bool
    /// The comparison of the baseline with itself.
    package var control: Control
    /// The equivalence margin, as a share; absent where equivalence was not asked about.
    package var margin: Double?
    /// What the control was formed over: on several hosts the level inside them.
    package var controlUnit: ReplicationUnit

    /// A comparison from its parts; the control's unit is that of replication unless said.
    package init(
        baseline: Arm,
        other: Arm,
        metrics: [MetricComparison],
        validity: [ValidityNote],
        design: Design,
        unitOfReplication: ReplicationUnit,
        hostsConfounded: Bool,
        control: Control,
        margin: Double?,
        controlUnit: ReplicationUnit? = nil
    ) {
        self.baseline = baseline
        self.other = other
        self.metrics = metrics
        self.validity = validity
        self.design = design
        self.unitOfReplication = unitOfReplication
        self.hostsConfounded = hostsConfounded
        self.control = control
        self.margin = margin
        self.controlUnit = controlUnit ?? unitOfReplication
    }
}

/// One side of a comparison.
package struct Arm: Sendable {
    /// `bare-metal`, or the deployment model that the records declare; the file's name when they declare none.
    package var label: String
    /// Content identifiers of the records, `sha256:…`.
    package var records: [String]
    /// The paths they were read from, as given.
    package var files: [String]
    /// How many hosts.
    package var hosts: Int
    /// How many runs.
    package var runs: Int
    /// What measured, and in which files of other tools it stood.
    package var sources: [MeasurementSource]

    /// An arm from its parts.
    package init(
        label: String,
        records: [String],
        files: [String],
        hosts: Int,
        runs: Int,
        sources: [MeasurementSource] = []
    ) {
        self.sources = sources
        self.label = label
        self.records = records
        self.files = files
        self.hosts = hosts
        self.runs = runs
    }
}

/// How runs of the arms belong together.
package enum Design: String, Sendable, Hashable {
    case paired, unpaired
}

/// What was replicated: the unit an interval is formed over.
package enum ReplicationUnit: String, Sendable, Hashable {
    case host, boot, run
}

/// The A/A control: whether the baseline differs from itself.
package enum Control: Sendable, Hashable {
    /// Fewer than four units in the baseline that could be held against each other inside a host.
    case none(have: Int)
    /// The 95 % interval of the baseline's own pseudo-arms includes zero; with the smallest effect that could have
    /// been seen, as a share.
    case passed(minimumDetectableEffect: Double)
    /// It excludes zero: the environment drifts, and no verdict stands.
    case failed(low: Double, high: Double)
}

/// Something that limits what a comparison may be taken to say.
package struct ValidityNote: Sendable, Hashable {
    /// How much it limits.
    package enum Severity: String, Sendable, Hashable {
        /// The numbers are not comparable.
        case invalid
        /// The difference is named beside the number.
        case caution
        /// Nothing differs, or it is for information.
        case note
    }
    package var severity: Severity
    /// A short stable code: `gpu-differs`, `driver-differs`, `no-control`, `one-host-per-arm`.
    package var code: String
    /// One sentence that names both values.
    package var sentence: String

    package init(severity: Severity, code: String, sentence: String) {
        self.severity = severity
        self.code = code
        self.sentence = sentence
    }
}

/// One metric under both arms.
package struct MetricComparison: Sendable {
    /// The metric's name.
    package var name: String
    /// The unit of its values.
    package var unit: String
    /// Whether less or more is better.
    package var direction: Direction
    /// The statistic of a run that is compared: the mean of its steps unless said.
    package var statistic: RunStatistic
    /// Whether both arms named it beforehand as one to decide by.
    package var isConfirmatory: Bool
    /// One value per replication unit, in order: the run statistic of the baseline.
    package var baselineValues: [Double]
    /// The same of the other arm; matched by place where the design is paired.
    package var otherValues: [Double]
    /// Overhead of the other arm, as a share: times VM/BM - 1, rates BM/VM - 1; absent when it could not be formed.
    package var overhead: Effect?
    package var verdict: Verdict
    package var validity: [ValidityNote]
    /// Overheads of further statistics of the runs, such as the median and p99.
    package var secondary: [SecondaryEffect]
    /// Two-sided p-value after the correction for several metrics, and the correction's name.
    package var adjustedPValue: Double?
    package var adjustment: String
    /// Smallest overhead that this many runs would find in four of five attempts, as a share.
    package var minimumDetectableEffect: Double?
    /// Drift over the order of the runs, as a share from the first to the last, when it could be estimated.
    package var drift: Effect?
    /// The baseline's own control on this metric, where the metric is confirmatory.
    package var control: Control?
    /// Degrees of freedom of the interval, not whole for unpaired arms.
    package var degreesOfFreedom: Double?
    /// A second interval from about 20 runs an arm: BCa bootstrap of the mean, over runs and then over blocks.
    package var bootstrap: Effect?
    /// The overhead as a share where no interval can be formed: one run an arm, or no spread.
    package var estimateOnly: Double?
    /// Why the numbers are descriptive only, so that no verdict is formed: `too few: 8 of 368 samples in a run`.
    package var descriptiveBecause: String?

    /// A metric's comparison from its parts.
    package init(
        name: String,
        unit: String,
        direction: Direction,
        statistic: RunStatistic = .mean,
        isConfirmatory: Bool = true,
        baselineValues: [Double] = [],
        otherValues: [Double] = [],
        overhead: Effect? = nil,
        verdict: Verdict,
        validity: [ValidityNote] = [],
        secondary: [SecondaryEffect] = [],
        adjustedPValue: Double? = nil,
        adjustment: String = "",
        minimumDetectableEffect: Double? = nil,
        drift: Effect? = nil,
        control: Control? = nil,
        degreesOfFreedom: Double? = nil,
        bootstrap: Effect? = nil,
        estimateOnly: Double? = nil,
        descriptiveBecause: String? = nil
    ) {
        self.name = name
        self.unit = unit
        self.direction = direction
        self.statistic = statistic
        self.isConfirmatory = isConfirmatory
        self.baselineValues = baselineValues
        self.otherValues = otherValues
        self.overhead = overhead
        self.verdict = verdict
        self.validity = validity
        self.secondary = secondary
        self.adjustedPValue = adjustedPValue
        self.adjustment = adjustment
        self.minimumDetectableEffect = minimumDetectableEffect
        self.drift = drift
        self.control = control
        self.degreesOfFreedom = degreesOfFreedom
        self.bootstrap = bootstrap
        self.estimateOnly = estimateOnly
        self.descriptiveBecause = descriptiveBecause
    }
}

/// Whether less or more is better.
package enum Direction: String, Sendable, Hashable, CaseIterable {
    case lower, higher
}

/// What of a run enters a comparison.
package enum RunStatistic: Sendable, Hashable, CustomStringConvertible {
    case mean, median
    case quantile(Double)

    package var description: String {
        switch self {
        case .mean: "mean"
        case .median: "median"
        case .quantile(let p): "p\(Self.trimmed(p * 100))"
        }
    }

    private static func trimmed(_ value: Double) -> String {
        let scaled = (value * 100).rounded()
        guard scaled.isFinite, abs(scaled) < 1e9 else { return "?" }
        let hundredths = Int(scaled)
        return hundredths % 100 == 0
            ? "\(hundredths / 100)"
            : hundredths % 10 == 0 ? "\(Double(hundredths / 10) / 10)" : "\(Double(hundredths) / 100)"
    }
}

/// An effect as a share, with its interval.
package struct Effect: Sendable, Hashable {
    package var estimate: Double
    package var low: Double
    package var high: Double
    /// Confidence of the interval, 0.95.
    package var level: Double
    /// How the interval was formed: `paired t on log ratios, 5 pairs`.
    package var method: String

    package init(estimate: Double, low: Double, high: Double, level: Double, method: String) {
        self.estimate = estimate
        self.low = low
        self.high = high
        self.level = level
        self.method = method
    }
}

extension SecondaryEffect {
    /// What stands in the place of a verdict: nothing, or why the effect is descriptive only or not there.
    package var limitWords: String? {
        descriptiveBecause.map { "too few: \($0)" } ?? noneBecause.map { "no interval: \($0)" }
    }
}

/// The overhead of one further statistic.
package struct SecondaryEffect: Sendable {
    package var statistic: RunStatistic
    package var effect: Effect?
    /// Whether too few samples make it descriptive only, with the reason: `215 of 368 samples in a run`.
    package var descriptiveBecause: String?
    /// Why there is no effect: `no spread`, where all runs of the arms agree exactly.
    package var noneBecause: String?

    /// A further statistic's overhead.
    package init(
        statistic: RunStatistic,
        effect: Effect?,
        descriptiveBecause: String? = nil,
        noneBecause: String? = nil
    ) {
        self.noneBecause = noneBecause
        self.statistic = statistic
        self.effect = effect
        self.descriptiveBecause = descriptiveBecause
    }
}

/// What may be said of a metric.
package enum Verdict: Sendable, Hashable {
    /// The gate or the control failed.
    case invalid(reason: String)
    /// The 90 % interval lies inside the margin; `detectable` when the 95 % interval still excludes zero.
    case equivalent(margin: Double, detectable: Bool)
    case overhead
    case faster
    /// About so many more pairs would settle it; absent when no number can be given.
    case inconclusive(morePairs: Int?)
}
