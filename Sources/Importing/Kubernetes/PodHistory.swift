/// What is known of one pod, whichever source tells: the API's objects or kube-state-metrics.
struct PodHistory: Sendable {
    var namespace = ""
    var name = ""
    var uid = ""
    /// The workload that the pod must start together with, where a label names one.
    var gang: String?
    /// The kind and name of what controls it: `Job`, `train-7`.
    var ownerKind = ""
    var ownerName = ""
    /// Milliseconds since 1970 of its stations, as far as they are known.
    var created: Int64?
    var scheduled: Int64?
    var started: Int64?
    var finished: Int64?
    /// When it was last seen, by sources that see it again and again.
    var lastSeen: Int64?
    /// Whether something other than its containers' own times says when it ended.
    var endIs = EndSource.containers
    var phase = ""
    var node = ""
    /// What it asks for, in the units of Kubernetes.
    var accelerators: [AcceleratorResource: Double] = [:]
    var cpus = 0.0
    var memoryBytes = 0.0
    /// GPU products that will do; empty for any.
    var gpuTypes: [String] = []
    var priority: Int64 = 0
    /// The most seconds it may run.
    var deadlineSeconds: Int64?
    var restarts = 0
    /// Replicas of each GPU by its own node.
    var replicas: Int?
    /// Whether its node offers replicas under the name of whole GPUs.
    var hidesReplicas = false

    /// Where the end of a pod is from.
    enum EndSource: Sendable { case containers, condition, job, lastSeen }

    var key: String { uid.isEmpty ? namespace + "/" + name : uid }
    var hasEnded: Bool { phase == "Succeeded" || phase == "Failed" }
}
