/// The formats whose files become telemetry or a trace rather than a record.
package enum ClusterFormat: String, Sendable, Hashable, CaseIterable {
    /// An answer of Prometheus' HTTP API, saved.
    case prometheusJSON = "prometheus-json"
    /// What an exporter serves.
    case prometheusText = "prometheus-text"
    /// Objects of the Kubernetes API.
    case kubernetes = "kubernetes-pods"

    /// What is known of it.
    package var format: ImportFormat {
        switch self {
        case .prometheusJSON:
            ImportFormat(
                name: rawValue,
                title: "Prometheus' HTTP API: an answer of query or query_range, saved",
                command:
                    "curl -sG 'http://HOST:9090/api/v1/query' --data-urlencode 'query=DCGM_FI_PROF_GR_ENGINE_ACTIVE[1d]'",
                limits:
                    "Telemetry of GPUs, or a trace from kube-state-metrics; a range query repeats the last value over "
                    + "gaps of up to five minutes, a range selector does not."
            )
        case .prometheusText:
            ImportFormat(
                name: rawValue,
                title: "an exporter's /metrics, one scrape or several in a file",
                command: "curl -s http://HOST:9400/metrics",
                limits: "Telemetry of GPUs at the instants of the scrapes; gaps and hours are not known without times."
            )
        case .kubernetes:
            ImportFormat(
                name: rawValue,
                title: "Kubernetes pods as JSON",
                command: "kubectl get pods,jobs,nodes -A -o json",
                limits:
                    "A trace for assay simulate; pods that were deleted are not in it, and what still runs is cut at the "
                    + "latest time in the file."
            )
        }
    }

    /// The format of a file that begins so; nil where it is none of these.
    package static func recognised(_ head: ImportHead) -> ClusterFormat? {
        if head.opensObject {
            if head.holds("\"resultType\"") || (head.holds("\"errorType\"") && head.holds("\"status\"")) {
                return .prometheusJSON
            }
            let isAPI = head.holds("\"apiVersion\"") && (head.holds("\"kind\"") || head.holds("\"items\""))
            return isAPI ? .kubernetes : nil
        }
        // The last line may be cut; a value or a comment of the format must stand before it.
        for line in head.lines.prefix(200).dropLast(head.isWhole ? 0 : 1) {
            let text = line.drop { $0 == " " || $0 == "\t" }
            guard !text.isEmpty else { continue }
            if text.hasPrefix("# HELP ") || text.hasPrefix("# TYPE ") { return .prometheusText }
            if text.hasPrefix("#") { continue }
            var cursor = LabelCursor(text)
            guard let name = cursor.name(), name.contains("_"), let labels = cursor.labels(), !labels.isEmpty else {
                return nil
            }
            let words = cursor.rest.split { $0 == " " || $0 == "\t" || $0 == "\r" }
            return words.first.flatMap(MetricNumber.parse) != nil ? .prometheusText : nil
        }
        return nil
    }
}

/// What readings of Prometheus are about.
package enum ReadingsKind: Sendable, Hashable {
    /// How busy GPUs were.
    case telemetry
    /// Which pods held them.
    case trace

    /// By the names of the series; telemetry where there are both.
    package init(_ readings: MetricReadings) {
        let hasGPUs = readings.series.contains { GPUMetric.named($0.name) != nil }
        let hasPods = readings.series.contains { KubeStateMetrics.names.contains($0.name) }
        self = hasPods && !hasGPUs ? .trace : .telemetry
    }

    /// Whether a metric is read at all, for readers that can pass over the others.
    package static func isWanted(_ name: String) -> Bool {
        GPUMetric.named(name) != nil || KubeStateMetrics.names.contains(name)
    }
}
