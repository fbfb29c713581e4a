import Scheduling

/// A slow and obvious placement: every node by itself, every definition as it stands in docs/placement.md.
struct NaivePlacement {
    struct Node {
        var type: String
        var cpu: Int64
        var memory: Int64
        var left: [Int]
        var kinds: [String: Int] = [:]
        var room: Int { left.reduce(0, +) }
    }

    var nodes: [Node]
    let typical: TypicalPods
    let typeNames: [String]
    let mostCPU: Double
    let mostGPU: Double

    init(_ groups: [NodeGroup], _ trace: Trace) {
        nodes = groups.flatMap { group in
            Array(
                repeating: Node(
                    type: group.gpuType,
                    cpu: group.cpuMilli ?? 0,
                    memory: group.memoryMiB ?? 0,
                    left: Array(repeating: 1_000, count: group.gpus)
                ),
                count: group.count
            )
        }
        typical = TypicalPods(trace)
        typeNames = trace.gpuTypes
        mostCPU = Double(groups.map { $0.cpuMilli ?? 1 }.max() ?? 1)
        mostGPU = Double((groups.map(\.gpus).max() ?? 1) * 1_000)
    }

    func accepts(_ node: Node, _ request: NodeRequest) -> Bool {
        request.types == 0
            || typeNames.enumerated().contains {
                request.types & (1 << UInt64($0.offset)) != 0 && $0.element == node.type
            }
    }

    func canHost(_ node: Node, _ request: NodeRequest) -> Bool {
        if node.cpu < request.cpuMilli { return false }
        if request.gpus == 0 { return true }
        return accepts(node, request) && node.left.count { $0 >= request.gpuMilli } >= request.gpus
    }

    /// F_n as the paper defines it, times the typical jobs' weight.
    func fragment(_ node: Node) -> Int64 {
        var sum: Int64 = 0
        for pod in typical.pods {
            let lost =
                pod.request.gpus > 0 && canHost(node, pod.request)
                ? node.left.filter { $0 < pod.request.gpuMilli }.reduce(0, +) : node.room
            sum += pod.count * Int64(lost)
        }
        return sum
    }

    /// The node after the job took these GPUs.
    func taken(_ node: Node, _ request: NodeRequest, _ memory: Int64, _ gpus: [Int]) -> Node {
        var node = node
        node.cpu -= request.cpuMilli
        node.memory -= memory
        for gpu in gpus { node.left[gpu] -= request.gpuMilli }
        if request.gpus > 0 { node.kinds[kind(request), default: 0] += 1 }
        return node
    }

    func kind(_ request: NodeRequest) -> String { request.isShare ? "share" : "\(request.gpus)" }

    /// The GPUs that a job may take on a node.
    func choices(_ node: Node, _ request: NodeRequest) -> [[Int]] {
        if request.isShare { return node.left.indices.filter { node.left[$0] >= request.gpuMilli }.map { [$0] } }
        return [Array(node.left.indices.filter { node.left[$0] == 1_000 }.prefix(request.gpus))]
    }

    func tightest(_ node: Node, _ request: NodeRequest) -> [Int] {
        choices(node, request).min { ($0.first.map { node.left[$0] } ?? 0) < ($1.first.map { node.left[$0] } ?? 0) }
            ?? []
    }

    func gradient(_ node: Node, _ request: NodeRequest, _ gpus: [Int]) -> Int {
        let fall = Double(fragment(node) - fragment(taken(node, request, 0, gpus))) / Double(typical.weight) / 1_000
        return Int(100 / (1 + exp(-fall)))
    }

    func score(_ node: Node, _ request: NodeRequest, _ policy: PlacementPolicy) -> Int {
        let freeGPU = Double(node.room)
        let wantedGPU = Double(request.gpus * request.gpuMilli)
        switch policy {
        case .firstFit, .random, .expectedFragmentation: return 0
        case .bestFit:
            let left = Double(node.cpu - request.cpuMilli) / mostCPU * 0.5 + (freeGPU - wantedGPU) / mostGPU * 0.5
            return Int((1 - left) * 100)
        case .worstFit: return Int(Double(node.cpu - request.cpuMilli) + 100 * (freeGPU - wantedGPU))
        case .dotProduct:
            let product =
                Double(node.cpu) / mostCPU * (Double(request.cpuMilli) / mostCPU) + freeGPU / mostGPU
                * (wantedGPU / mostGPU)
            return Int(100 * (1 - product / 2))
        case .gpuClustering:
            if request.gpus == 0 { return 0 }
            let present = Set(node.kinds.filter { $0.value > 0 }.keys)
            let fullness = 25 * (Int(mostGPU) - node.room) / Int(mostGPU)
            if present.contains(kind(request)) { return fullness + (present.count == 1 ? 75 : 50) }
            return fullness + (present.isEmpty ? 25 : 0)
        case .gpuPacking:
            if request.gpus == 0 { return 0 }
            let idle = node.left.count { $0 == 1_000 }
            if idle == node.left.count { return max(33 - idle, idle) }
            let wouldTake = node.left.filter { $0 >= request.gpuMilli }.sorted().prefix(request.gpus)
            let fresh = wouldTake.count { $0 == 1_000 }
            if fresh > 0 { return max(50 - fresh, 33) }
            return max(100 - wouldTake.reduce(0) { $0 + $1 * 100 / 1_000 } / 10, 50)
        case .fragmentationGradient:
            return choices(node, request).map { gradient(node, request, $0) }.max() ?? 0
        }
    }

    /// Puts a job where the policy says; nil where it fits nowhere.
    mutating func place(_ request: NodeRequest, memory: Int64, _ policy: PlacementPolicy) -> (node: Int, mask: UInt64)?
    {
        var best: (node: Int, score: Int)?
        for index in nodes.indices where canHost(nodes[index], request) && nodes[index].memory >= memory {
            let score = score(nodes[index], request, policy)
            if best.map({ score > $0.score }) ?? true { best = (index, score) }
        }
        guard let best else { return nil }
        let node = nodes[best.node]
        var gpus = tightest(node, request)
        if policy == .fragmentationGradient {
            var most = -1
            for choice in choices(node, request) where gradient(node, request, choice) > most {
                most = gradient(node, request, choice)
                gpus = choice
            }
        }
        nodes[best.node] = taken(node, request, memory, gpus)
        return (best.node, gpus.reduce(0) { $0 | 1 << UInt64($1) })
    }
}

/// The exponential function by its series: enough here, and not the library's.
private func exp(_ x: Double) -> Double {
    if x < 0 { return 1 / exp(-x) }
    var sum = 1.0
    var term = 1.0
    for n in 1..<200 {
        term *= x / Double(n)
        sum += term
    }
    return sum
}
