package import Decision
import Documents
package import Evidence

/// What `assay predict` found, ready to be shown.
package struct PredictionReport: Sendable {
    /// A job at scale under one arm.
    package struct ScaleArm: Sendable {
        /// What the arm is called: its deployment model, or its files.
        package var label: String
        /// The records, by identifier.
        package var records: [String]
        /// What they say.
        package var prediction: ScalePrediction

        package init(label: String, records: [String], prediction: ScalePrediction) {
            self.label = label
            self.records = records
            self.prediction = prediction
        }
    }

    /// A service under one arm.
    package struct TailArm: Sendable {
        /// What the arm is called.
        package var label: String
        /// The records, by identifier.
        package var records: [String]
        /// What they say.
        package var prediction: TailPrediction

        package init(label: String, records: [String], prediction: TailPrediction) {
            self.label = label
            self.records = records
            self.prediction = prediction
        }
    }

    /// The job and its arms; the first is the baseline.
    package var scale: (question: ScaleQuestion, arms: [ScaleArm])?
    /// The service and its arms.
    package var tail: (question: TailQuestion, arms: [TailArm])?
    /// Parts of a job, combined.
    package var components: ComponentPrediction?

    /// The records that parts and job come from, arm by arm.
    package var componentSources: [Source] = []

    /// Records of one arm.
    package struct Source: Sendable {
        /// What the arm is called, and what its records are of.
        package var label: String
        /// The records, by identifier.
        package var records: [String]

        package init(label: String, records: [String]) {
            self.label = label
            self.records = records
        }
    }

    /// A report of what there is.
    package init(
        scale: (question: ScaleQuestion, arms: [ScaleArm])? = nil,
        tail: (question: TailQuestion, arms: [TailArm])? = nil,
        components: ComponentPrediction? = nil
    ) {
        self.scale = scale
        self.tail = tail
        self.components = components
    }

    /// The overhead of the second arm at each number of nodes; absent where there is one arm.
    var overheads: [Interval]? {
        guard let scale, scale.arms.count == 2 else { return nil }
        return scale.arms[0].prediction.overhead(of: scale.arms[1].prediction, level: scale.question.level)
    }
}

/// How the numbers of a prediction are written.
enum PredictionWords {
    static func percent(_ interval: Interval, signed: Bool = false) -> String {
        guard interval.estimate.isFinite else { return "no bound" }
        let high = interval.high.isFinite ? digits(interval.high * 100) : "no bound"
        return "\(signed && interval.estimate > 0 ? "+" : "")\(digits(interval.estimate * 100)) % "
            + "[\(interval.low.isFinite ? digits(interval.low * 100) : "no lower bound"), \(high)]"
    }

    /// As many decimals as two significant digits need.
    private static func digits(_ number: Double) -> String {
        let size = abs(number)
        if size > 0, size < 0.01 { return NumberText.significant(number, 2) }
        return NumberText.grouped(number, size >= 10 ? 1 : size >= 0.1 ? 2 : 3)
    }

    /// A share with three decimals of a per cent, or two significant digits of a small one.
    static func share(_ share: Double) -> String {
        share > 0 && share < 1e-4 ? "\(NumberText.significant(share * 100, 2)) %" : NumberText.percent(share, 3)
    }

    /// Names of metrics, those of one tool taken together where there are many.
    static func metrics(_ names: [String]) -> String {
        guard names.count > 4 else { return names.joined(separator: ", ") }
        var groups: [(beginning: String, names: [String])] = []
        for name in names {
            let beginning = name.split(separator: "_").first.map(String.init) ?? name
            if let place = groups.firstIndex(where: { $0.beginning == beginning }) {
                groups[place].names.append(name)
            } else {
                groups.append((beginning, [name]))
            }
        }
        return groups.map { group in
            group.names.count < 3
                ? group.names.joined(separator: ", ") : "\(group.names.count) metrics \(group.beginning)_…"
        }.joined(separator: ", ")
    }

    static func milliseconds(_ interval: Interval) -> String {
        guard interval.estimate.isFinite else { return "no bound" }
        let high = interval.high.isFinite ? time(interval.high) : "no bound"
        return "\(time(interval.estimate)) [\(time(interval.low)), \(high)]"
    }

    static func time(_ seconds: Double) -> String { NumberText.significant(seconds * 1e3, 4) }

    static func latency(_ latency: TailPrediction.Latency) -> String {
        switch latency {
        case .unbounded: "no bound"
        case .tooFew: "too few"
        case .seconds(let estimate, let low, let high):
            "\(time(estimate)) [\(time(low)), \(high.isFinite ? time(high) : "no bound")]"
        }
    }

    static func reach(_ reach: ScalePrediction.Reach) -> String {
        switch reach {
        case .sample: "from the sample"
        case .extrapolated: "extrapolated"
        case .beyond: "beyond the sample, no tail"
        case .none: "no detour seen"
        }
    }

    /// `1 synchronisation, exposed`, `4 synchronisations, 50 % of them exposed`.
    static func synchronisations(_ question: ScaleQuestion) -> String {
        let number = counted(question.synchronisations, "synchronisation")
        switch question.exposed {
        case 1: return "\(number), exposed"
        case 0: return "\(number), not exposed"
        default: return "\(number), \(NumberText.percent(question.exposed, 0)) of them exposed"
        }
    }

    /// `4 replicas that serve 1 request at once each`.
    static func fleet(_ question: TailQuestion) -> String {
        question.replicas == 1
            ? "1 replica that serves \(counted(question.slots, "request")) at once"
            : "\(counted(question.replicas, "replica")) that serve \(counted(question.slots, "request")) at once each"
    }

    /// Counts of histograms are whole, though they are kept as numbers.
    static func detours(_ count: Double) -> String {
        "\(NumberText.grouped(count)) \(count == 1 ? "detour" : "detours")"
    }

    /// What a client that waited saw of the load it measured, and what requests in time would have seen.
    static func corrected(_ latency: CorrectedLatency, _ quantiles: [Double]) -> String {
        let each = quantiles.map { quantile in
            let (measured, reconstructed) = latency.quantile(quantile)
            return "\(Self.quantile(quantile)) \(time(reconstructed)) (measured \(time(measured)))"
        }
        return "latency of the measured load in ms, reconstructed with the requests that a closed loop of one every "
            + "\(time(latency.interval)) ms did not send: \(each.joined(separator: ", "))"
    }

    static func quantile(_ quantile: Double) -> String { "p\(NumberText.plain(quantile * 100))" }
}
