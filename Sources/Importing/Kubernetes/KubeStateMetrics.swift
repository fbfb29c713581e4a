package import Documents

/// Pods as kube-state-metrics tells of them in Prometheus, as a trace.
package enum KubeStateMetrics {
    /// The metrics that are read.
    package static let names: Set<String> = [
        "kube_pod_container_resource_requests", "kube_pod_init_container_resource_requests", "kube_pod_start_time",
        "kube_pod_completion_time", "kube_pod_created", "kube_pod_status_phase", "kube_pod_status_scheduled_time",
        "kube_pod_info", "kube_pod_owner",
    ]

    /// Queries of what is needed about pods that ask for GPUs, for `query_range`; each is a metric of ``names``.
    ///
    /// The second factor keeps pods with GPUs, so that an answer is no larger than it must be.
    package static let queries: [String] = {
        let gpus = "kube_pod_container_resource_requests{resource=~\"nvidia_com_.*\"}"
        let ours = " and on(namespace,pod) \(gpus)"
        return [
            "kube_pod_container_resource_requests{resource=~\"nvidia_com_.*|cpu|memory\"}" + ours,
            "kube_pod_init_container_resource_requests{resource=~\"nvidia_com_.*|cpu|memory\"}" + ours,
            "kube_pod_start_time" + ours, "kube_pod_completion_time" + ours, "kube_pod_created" + ours,
            "kube_pod_status_scheduled_time" + ours, "kube_pod_info" + ours,
            "(kube_pod_status_phase == 1)" + ours,
        ]
    }()

    /// The trace of readings; `file` is the name that errors carry.
    ///
    /// - Throws: where no pod that asks for a GPU is among them.
    package static func read(
        _ readings: MetricReadings,
        file: String,
        options: ClusterTraceOptions = ClusterTraceOptions()
    ) throws(DocumentError) -> ClusterTrace {
        var gathering = Gathering()
        for series in readings.series where names.contains(series.name) { gathering.add(series) }
        guard !gathering.pods.isEmpty else {
            throw DocumentError(
                file: file,
                problem:
                    "holds no series of kube-state-metrics about pods, such as kube_pod_container_resource_requests"
            )
        }
        guard gathering.hasRequests else {
            throw DocumentError(
                file: file,
                problem:
                    "holds no kube_pod_container_resource_requests with a resource such as nvidia_com_gpu, so what pods "
                    + "asked for is not known"
            )
        }
        let until = readings.span?.upperBound
        gathering.finish(until: until, step: gathering.step)
        var builder = ClusterTraceBuilder(options: options, latest: until ?? gathering.latest)
        var trace = builder.trace(of: gathering.pods)
        trace.blindSpots = [
            "Pods that lived and were deleted between two scrapes are not in Prometheus, and nothing older than its retention."
        ]
        if !readings.hasTimes {
            trace.blindSpots.append(
                "The values carry no time: what still ran is counted until the latest time that pods tell of themselves."
            )
        }
        guard !trace.jobs.isEmpty else { throw KubernetesReader.nothing(trace, file) }
        return trace
    }

    /// Pods on the way.
    private struct Gathering {
        private(set) var pods: [PodHistory] = []
        private(set) var hasRequests = false
        /// The usual milliseconds between samples.
        private(set) var step: Int64 = 0
        private var places: [String: Int] = [:]
        /// Amounts by pod and container, so that series of one container (a changed node label) count once.
        private var amounts: [Int: [String: [String: Double]]] = [:]
        private var starting: [Int: [String: [String: Double]]] = [:]
        private var phases: [Int: (milliseconds: Int64, phase: String)] = [:]
        /// The latest time that a pod tells of itself.
        private(set) var latest: Int64?

        mutating func add(_ series: MetricSeries) {
            // Labels of the target take the plain names where labels of the exporter are not honoured.
            guard let pod = series.label("exported_pod", "pod") else { return }
            let namespace = series.label("exported_namespace", "namespace") ?? ""
            guard let last = series.samples.last, last.value.isFinite else { return }
            for index in series.samples.indices.dropFirst() {
                let between = series.samples[index].milliseconds - series.samples[index - 1].milliseconds
                if step == 0 || between < step { step = between }
            }
            let index = place(namespace, pod, series.label("uid") ?? "")
            pods[index].lastSeen = max(pods[index].lastSeen ?? .min, last.milliseconds)
            switch series.name {
            case "kube_pod_container_resource_requests", "kube_pod_init_container_resource_requests":
                guard let resource = series.label("resource") else { return }
                if AcceleratorResource(resource) != nil { hasRequests = true }
                if let node = series.label("exported_node", "node") { pods[index].node = node }
                let container = series.label("exported_container", "container") ?? ""
                if series.name.contains("init") {
                    starting[index, default: [:]][container, default: [:]][resource] = last.value
                } else {
                    amounts[index, default: [:]][container, default: [:]][resource] = last.value
                }
            case "kube_pod_created": pods[index].created = time(last.value)
            case "kube_pod_start_time": pods[index].started = time(last.value)
            case "kube_pod_status_scheduled_time": pods[index].scheduled = time(last.value)
            case "kube_pod_completion_time": pods[index].finished = time(last.value)
            case "kube_pod_status_phase":
                let on = series.samples.last { $0.value == 1 }
                if let on, let phase = series.label("phase"), on.milliseconds >= phases[index]?.milliseconds ?? .min {
                    phases[index] = (on.milliseconds, phase)
                }
            case "kube_pod_info":
                if let node = series.label("exported_node", "node") { pods[index].node = node }
                pods[index].ownerKind = series.label("created_by_kind") ?? ""
                pods[index].ownerName = series.label("created_by_name") ?? ""
            default: break
            }
        }

        /// Seconds since 1970 as milliseconds; nil where it is no time.
        private mutating func time(_ seconds: Double) -> Int64? {
            guard seconds > 0, seconds < 253_402_300_800 else { return nil }
            let milliseconds = Int64((seconds * 1_000).rounded())
            latest = max(latest ?? milliseconds, milliseconds)
            return milliseconds
        }

        private mutating func place(_ namespace: String, _ pod: String, _ uid: String) -> Int {
            // Old versions give no uid to some metrics: such a series belongs to the pod of its name.
            let name = namespace + "/" + pod
            if let index = places[uid.isEmpty ? name : uid] { return index }
            if !uid.isEmpty, let index = places[name], pods[index].uid.isEmpty {
                pods[index].uid = uid
                places[uid] = index
                return index
            }
            let index = pods.count
            var history = PodHistory()
            (history.namespace, history.name, history.uid) = (namespace, pod, uid)
            pods.append(history)
            if !uid.isEmpty { places[uid] = index }
            if places[name] == nil { places[name] = index }
            return index
        }

        mutating func finish(until: Int64?, step: Int64) {
            for index in pods.indices {
                add(amounts[index] ?? [:], starting[index] ?? [:], to: index)
                pods[index].phase = phases[index]?.phase ?? ""
                guard pods[index].finished == nil else {
                    if !pods[index].hasEnded { pods[index].phase = "Succeeded" }
                    continue
                }
                // One that is no longer seen was deleted: its end lies within a step of when it was seen last.
                guard let until, let seen = pods[index].lastSeen else { continue }
                if until - seen > 2 * max(step, 1) || pods[index].hasEnded {
                    pods[index].finished = seen
                    pods[index].endIs = .lastSeen
                    if !pods[index].hasEnded { pods[index].phase = "Deleted" }
                }
            }
            pods.sort { ($0.namespace, $0.name, $0.uid) < ($1.namespace, $1.name, $1.uid) }
        }

        private mutating func add(
            _ running: [String: [String: Double]],
            _ starting: [String: [String: Double]],
            to index: Int
        ) {
            var sums: [String: Double] = [:]
            for name in running.keys.sorted() {
                for (resource, amount) in running[name] ?? [:] { sums[resource, default: 0] += max(0, amount) }
            }
            for container in starting.values {
                for (resource, amount) in container { sums[resource] = max(sums[resource] ?? 0, amount) }
            }
            for (resource, amount) in sums {
                switch resource {
                case "cpu": pods[index].cpus = amount
                case "memory": pods[index].memoryBytes = amount
                default:
                    if let accelerator = AcceleratorResource(resource) {
                        pods[index].accelerators[accelerator, default: 0] += amount
                    }
                }
            }
        }
    }
}
