import Documents
import Evidence

/// Pods, nodes and Jobs of the API, gathered object by object.
struct KubernetesObjects {
    private struct Node {
        var replicas: Int?
        var hidesReplicas = false
    }

    private struct BatchJob {
        var ended: Int64?
        var ran = 0
    }

    private(set) var pods: [PodHistory] = []
    private(set) var otherKinds: Set<String> = []
    /// The latest time in the file.
    private(set) var latest: Int64?
    /// Pods that Jobs had and the file does not.
    private(set) var forgotten = 0
    private var nodes: [String: Node] = [:]
    private var jobs: [String: BatchJob] = [:]
    private var podsOfJobs: [String: Int] = [:]

    /// Adds an object of the API.
    mutating func add(_ reader: Reader) throws(DocumentError) {
        let object = try reader.mapping()
        // Items of a PodList carry no kind of their own.
        let kind = try object["kind"]?.string() ?? "Pod"
        switch kind {
        case "Pod": try addPod(object)
        case "Node": try addNode(object)
        case "Job": try addJob(object)
        default: if otherKinds.count < 100 { otherKinds.insert(quoted(kind)) }
        }
    }

    /// Puts together what pods, nodes and Jobs say of one another.
    mutating func finish() {
        for index in pods.indices {
            if let node = nodes[pods[index].node] {
                pods[index].replicas = node.replicas
                pods[index].hidesReplicas = node.hidesReplicas
            }
            let owner = pods[index].namespace + "/" + pods[index].ownerName
            guard pods[index].ownerKind == "Job" else { continue }
            podsOfJobs[owner, default: 0] += 1
            if pods[index].finished == nil, pods[index].hasEnded, let ended = jobs[owner]?.ended {
                pods[index].finished = ended
                pods[index].endIs = .job
            }
        }
        for (name, job) in jobs { forgotten += max(0, job.ran - (podsOfJobs[name] ?? 0)) }
    }

    // MARK: Times

    private mutating func time(_ reader: Reader?) throws(DocumentError) -> Int64? {
        guard let reader, !reader.isNull else { return nil }
        let text = try reader.string()
        guard let stamp = Timestamp(text) else {
            throw reader.fail("\(quoted(text)) is no time; expected one such as 2026-11-01T09:30:00Z")
        }
        let milliseconds = Int64((stamp.seconds * 1_000).rounded())
        latest = max(latest ?? milliseconds, milliseconds)
        return milliseconds
    }

    // MARK: Pods

    private mutating func addPod(_ object: ObjectReader) throws(DocumentError) {
        var pod = PodHistory()
        let metadata = try object.require("metadata", expected: "the pod's metadata").mapping()
        pod.name = try metadata.require("name").string()
        pod.namespace = try metadata["namespace"]?.string() ?? ""
        pod.uid = try metadata["uid"]?.string() ?? ""
        pod.created = try time(metadata["creationTimestamp"])
        let labels = try texts(metadata["labels"])
        let annotations = try texts(metadata["annotations"])
        pod.gang = Self.gang(labels, annotations)
        for owner in try list(metadata["ownerReferences"]) {
            let fields = try owner.mapping()
            let isController = try fields["controller"]?.bool() ?? false
            guard pod.ownerKind.isEmpty || isController else { continue }
            pod.ownerKind = try fields["kind"]?.string() ?? ""
            pod.ownerName = try fields["name"]?.string() ?? ""
        }
        try readSpec(object.require("spec", expected: "what the pod asks for").mapping(), &pod)
        if let status = object["status"] { try readStatus(status.mapping(), &pod) }
        if let deleted = try time(metadata["deletionTimestamp"]), pod.finished == nil, pod.hasEnded {
            pod.finished = deleted
            pod.endIs = .condition
        }
        pods.append(pod)
    }

    /// The workload that a pod must start with: what gang schedulers and training operators label pods with.
    private static func gang(_ labels: [String: String], _ annotations: [String: String]) -> String? {
        let keys = [
            "training.kubeflow.org/job-name", "jobset.sigs.k8s.io/jobset-name", "leaderworkerset.sigs.k8s.io/group-key",
            "scheduling.x-k8s.io/pod-group", "kueue.x-k8s.io/pod-group-name", "volcano.sh/job-name", "ray.io/cluster",
        ]
        for key in keys {
            if let name = labels[key], !name.isEmpty { return name }
        }
        return annotations["scheduling.k8s.io/group-name"].flatMap { $0.isEmpty ? nil : $0 }
    }

    private func readSpec(_ spec: ObjectReader, _ pod: inout PodHistory) throws(DocumentError) {
        pod.node = try spec["nodeName"]?.string() ?? ""
        if let priority = spec["priority"], !priority.isNull {
            pod.priority = Int64(try priority.int(in: -2_147_483_648...2_147_483_647))
        }
        if let deadline = spec["activeDeadlineSeconds"], !deadline.isNull {
            pod.deadlineSeconds = Int64(try deadline.int())
        }
        var sum = Amounts()
        for container in try list(spec["containers"]) { sum.add(try Self.amounts(container)) }
        // Those that start before the others ask one after another; a sidecar among them stays.
        var sidecars = Amounts()
        var most = Amounts()
        for container in try list(spec["initContainers"]) {
            let amounts = try Self.amounts(container)
            if try container.mapping()["restartPolicy"]?.string() == "Always" {
                sidecars.add(amounts)
                most.raise(to: sidecars)
            } else {
                var beside = sidecars
                beside.add(amounts)
                most.raise(to: beside)
            }
        }
        sum.add(sidecars)
        sum.raise(to: most)
        if let overhead = spec["overhead"], !overhead.isNull { sum.add(try Self.amounts(of: overhead)) }
        pod.accelerators = sum.accelerators
        pod.cpus = sum.cpus
        pod.memoryBytes = sum.memoryBytes
        pod.gpuTypes = try Self.products(spec)
    }

    /// The GPU products that a pod's node must have one of.
    private static func products(_ spec: ObjectReader) throws(DocumentError) -> [String] {
        let key = "nvidia.com/gpu.product"
        if let product = try spec["nodeSelector"].flatMapObject({ (selector) throws(DocumentError) in
            try selector[key]?.string()
        }) {
            return [product]
        }
        guard let affinity = spec["affinity"], affinity.isObject,
            let node = try affinity.mapping()["nodeAffinity"], node.isObject,
            let required = try node.mapping()["requiredDuringSchedulingIgnoredDuringExecution"], required.isObject,
            let terms = try required.mapping()["nodeSelectorTerms"], terms.isArray
        else { return [] }
        var products: [String] = []
        for term in try terms.array(maximum: 1_000) {
            guard let expressions = try term.mapping()["matchExpressions"], expressions.isArray else { return [] }
            var found = false
            for expression in try expressions.array(maximum: 1_000) {
                let fields = try expression.mapping()
                guard try fields["key"]?.string() == key, try fields["operator"]?.string() == "In",
                    let values = fields["values"], values.isArray
                else { continue }
                found = true
                for value in try values.array(maximum: 1_000) {
                    let product = try value.string()
                    if !products.contains(product) { products.append(product) }
                }
            }
            // Terms are alternatives: one without the key lets any GPU do.
            if !found { return [] }
        }
        return products
    }

    private mutating func readStatus(_ status: ObjectReader, _ pod: inout PodHistory) throws(DocumentError) {
        pod.phase = try status["phase"]?.string() ?? ""
        pod.started = try time(status["startTime"])
        var ready: Int64?
        for condition in try list(status["conditions"]) {
            let fields = try condition.mapping()
            let kind = try fields["type"]?.string() ?? ""
            let isTrue = try fields["status"]?.string() == "True"
            let changed = try time(fields["lastTransitionTime"])
            if kind == "PodScheduled", isTrue { pod.scheduled = changed }
            if kind == "Ready", !isTrue { ready = changed }
        }
        var finished: Int64?
        var isRunning = false
        for container in try list(status["containerStatuses"]) {
            let fields = try container.mapping()
            if let restarts = fields["restartCount"], !restarts.isNull {
                pod.restarts += min(try restarts.int(in: 0...2_147_483_647), 1_000_000)
            }
            guard let state = fields["state"], !state.isNull else { continue }
            let states = try state.mapping()
            if let running = states["running"], running.isObject {
                isRunning = true
                let began = try time(running.mapping()["startedAt"])
                pod.started = pod.started ?? began
            }
            if let terminated = states["terminated"], terminated.isObject {
                let ending = try terminated.mapping()
                let began = try time(ending["startedAt"])
                pod.started = pod.started ?? began
                // The kubelet writes 1970 where it does not know.
                if let end = try time(ending["finishedAt"]), end > 0 { finished = max(finished ?? end, end) }
            }
        }
        guard pod.hasEnded, !isRunning else { return }
        pod.finished = finished
        if finished == nil, let ready {
            pod.finished = ready
            pod.endIs = .condition
        }
    }

    // MARK: Amounts

    private struct Amounts {
        var accelerators: [AcceleratorResource: Double] = [:]
        var cpus = 0.0
        var memoryBytes = 0.0

        mutating func add(_ other: Amounts) {
            accelerators.merge(other.accelerators, uniquingKeysWith: +)
            cpus += other.cpus
            memoryBytes += other.memoryBytes
        }

        mutating func raise(to other: Amounts) {
            accelerators.merge(other.accelerators, uniquingKeysWith: max)
            cpus = max(cpus, other.cpus)
            memoryBytes = max(memoryBytes, other.memoryBytes)
        }
    }

    private static func amounts(_ container: Reader) throws(DocumentError) -> Amounts {
        guard let resources = try container.mapping()["resources"], resources.isObject else { return Amounts() }
        let fields = try resources.mapping()
        var amounts = Amounts()
        if let limits = fields["limits"], limits.isObject { amounts = try Self.amounts(of: limits) }
        // A request goes before a limit; extended resources have both alike.
        if let requests = fields["requests"], requests.isObject {
            let asked = try Self.amounts(of: requests)
            amounts.accelerators.merge(asked.accelerators) { $1 }
            let names = try requests.mapping()
            if names.has("cpu") { amounts.cpus = asked.cpus }
            if names.has("memory") { amounts.memoryBytes = asked.memoryBytes }
        }
        return amounts
    }

    private static func amounts(of reader: Reader) throws(DocumentError) -> Amounts {
        var amounts = Amounts()
        for member in try reader.mapping().members {
            let resource = AcceleratorResource(member.key)
            guard resource != nil || member.key == "cpu" || member.key == "memory" else { continue }
            let amount = try quantity(member.reader)
            switch member.key {
            case "cpu": amounts.cpus += amount
            case "memory": amounts.memoryBytes += amount
            default: if let resource { amounts.accelerators[resource, default: 0] += amount }
            }
        }
        return amounts
    }

    private static func quantity(_ reader: Reader) throws(DocumentError) -> Double {
        if reader.isNumber { return try reader.double(in: 0...1e18) }
        let text = try reader.string()
        guard let amount = KubernetesQuantity.parse(text) else {
            throw reader.fail("\(quoted(text)) is no amount; expected one such as 2, 500m or 64Gi")
        }
        return amount
    }

    // MARK: Nodes and Jobs

    private mutating func addNode(_ object: ObjectReader) throws(DocumentError) {
        let metadata = try object.require("metadata").mapping()
        let labels = try texts(metadata["labels"])
        var node = Node()
        if let text = labels["nvidia.com/gpu.replicas"], let count = Int(text), (2...1_000).contains(count) {
            node.replicas = count
            // With renaming, replicas are `gpu.shared`; without, the product's name says that it is shared.
            node.hidesReplicas = labels["nvidia.com/gpu.product"]?.hasSuffix("-SHARED") ?? false
        }
        nodes[try metadata.require("name").string()] = node
    }

    private mutating func addJob(_ object: ObjectReader) throws(DocumentError) {
        let metadata = try object.require("metadata").mapping()
        guard let status = object["status"], status.isObject else { return }
        let fields = try status.mapping()
        var job = BatchJob()
        job.ended = try time(fields["completionTime"])
        for key in ["succeeded", "failed"] {
            if let count = fields[key], !count.isNull { job.ran += try count.int(in: 0...100_000_000) }
        }
        jobs[(try metadata["namespace"]?.string() ?? "") + "/" + (try metadata.require("name").string())] = job
    }

    // MARK: Pieces

    private func list(_ reader: Reader?) throws(DocumentError) -> [Reader] {
        guard let reader, !reader.isNull else { return [] }
        return try reader.array(maximum: 100_000)
    }

    private func texts(_ reader: Reader?) throws(DocumentError) -> [String: String] {
        guard let reader, !reader.isNull else { return [:] }
        var texts: [String: String] = [:]
        for member in try reader.mapping().members where member.reader.isString {
            texts[member.key] = try member.reader.string()
        }
        return texts
    }
}

extension Optional<Reader> {
    /// What a closure finds in the object here; nil where there is none.
    fileprivate func flatMapObject<Found>(
        _ body: (ObjectReader) throws(DocumentError) -> Found?
    ) throws(DocumentError) -> Found? {
        guard let self, self.isObject else { return nil }
        return try body(try self.mapping())
    }
}
