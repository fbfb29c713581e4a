package import Documents
internal import Evidence

/// What the process of a run says on its output: samples, or why there are none.
package enum ProbeReply: Sendable, Hashable {
    /// Samples were taken.
    case samples(ProbeSamples)
    /// The probe cannot be right here.
    case refused(ProbeRefusal)

    /// Nothing a probe says is longer.
    package static let maximumBytes = 64 << 20
    /// No series has more samples: what a reader of numbers reads at once.
    package static let maximumSamples = 1_000_000

    /// The reply as the bytes of one JSON document.
    package func encoded() throws(JSONWritingError) -> [UInt8] {
        switch self {
        case .refused(let refusal):
            return try JSON.fields(["refused": .string(refusal.reason)]).canonical()
        case .samples(let samples):
            let series = samples.series.map { series in
                JSON.fields([
                    "metric": .string(series.metric),
                    "resolution": .number(series.resolution),
                    "values": .array(series.values.map { .number($0) }),
                ])
            }
            let refusals = samples.refusals.map { refusal in
                JSON.fields([
                    "metrics": .array(refusal.metrics.map { .string($0) }), "reason": .string(refusal.reason),
                ])
            }
            return try JSON.fields([
                "series": .array(series),
                "conditions": .object(samples.conditions.map { JSONMember($0.name, .string($0.value)) }),
                "refusals": .array(refusals),
                "notes": .array(samples.notes.map { .string($0) }),
                "warm_up_excluded": .integer(samples.warmUpExcluded),
            ]).canonical()
        }
    }

    /// Reads a reply; another process wrote it, so nothing in it is believed.
    package init(_ bytes: [UInt8], probe: String) throws(DocumentError) {
        let file = "output of probe \(probe)"
        let limits = JSONDocument.Limits(bytes: Self.maximumBytes, depth: 8, values: 4 * Self.maximumSamples)
        let reader = Reader(try JSONDocument.parse(bytes, file: file, limits: limits), file: file)
        let object = try reader.object(
            ["refused", "series", "conditions", "refusals", "notes", "warm_up_excluded"]
        )
        if let refused = object["refused"] {
            self = .refused(ProbeRefusal(try refused.nonEmptyString()))
            return
        }
        var samples = ProbeSamples()
        for element in try object.require("series").array(maximum: 10_000) {
            let series = try element.object(["metric", "resolution", "values"])
            let range = 0.0...1e100
            samples.series.append(
                ProbeSeries(
                    try series.require("metric").nonEmptyString(),
                    try series.require("values").doubles(in: range, maximum: Self.maximumSamples),
                    resolution: try series.require("resolution").double(in: range)
                )
            )
        }
        for member in try object.require("conditions").mapping(maximum: 1000).members {
            samples.conditions.append(Condition(name: member.key, value: try member.reader.string()))
        }
        for element in try object.require("refusals").array(maximum: 10_000) {
            let refusal = try element.object(["metrics", "reason"])
            var metrics: [String] = []
            for metric in try refusal.require("metrics").array(maximum: 10_000) { metrics.append(try metric.string()) }
            samples.refusals.append(ProbeRefusal(try refusal.require("reason").string(), metrics: metrics))
        }
        for note in try object.require("notes").array(maximum: 1000) { samples.notes.append(try note.string()) }
        samples.warmUpExcluded = try object.require("warm_up_excluded").int(in: 0...(1 << 40))
        self = .samples(samples)
    }
}
