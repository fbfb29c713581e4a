import Probability
import Scheduling

/// Jobs that come and go, against the naive nodes.
struct PlacementChurn {
    private struct Running {
        let place: NodePlace
        let request: Int
        let memory: Int64
    }

    struct Mismatch: Error {}

    private var placer: NodePlacer<GPUClusteringScore>
    private var naive: NaivePlacement
    private let requests: [NodeRequest]
    private var running: [Running] = []
    private var random: RandomGenerator

    var totals: [Int64] { [placer.totalFragment, placer.givenMilli] }

    init(_ groups: [NodeGroup], _ trace: Trace, seed: UInt64) throws {
        naive = NaivePlacement(groups, trace)
        requests = (0..<trace.count).compactMap { NodeRequest(trace[$0]) }
        random = RandomGenerator(seed: seed, stream: 5)
        placer = NodePlacer(
            groups: groups,
            gpuTypes: trace.gpuTypes,
            typical: naive.typical,
            score: GPUClusteringScore(largest: LargestNode(groups)),
            requests: requests,
            random: random
        )
    }

    mutating func run(changes: Int) throws {
        for change in 0..<changes {
            if random.index(below: 2) == 0, !running.isEmpty {
                release(random.index(below: running.count))
            } else {
                let number = random.index(below: requests.count)
                let memory = Int64(1_024 * random.index(below: 16))
                let expected = naive.place(requests[number], memory: memory, .gpuClustering)
                let place = placer.place(number, memoryMiB: memory)
                guard place?.rank == expected?.node, place?.mask == expected?.mask else { throw Mismatch() }
                if let place { running.append(Running(place: place, request: number, memory: memory)) }
            }
            guard change % 20 == 0 else { continue }
            let fragment = naive.nodes.reduce(0) { $0 + naive.fragment($1) }
            guard fragment == placer.totalFragment else { throw Mismatch() }
        }
    }

    mutating func releaseAll() {
        while !running.isEmpty { release(0) }
    }

    private mutating func release(_ index: Int) {
        let job = running.remove(at: index)
        placer.release(job.place, job.request, memoryMiB: job.memory)
        let request = requests[job.request]
        var node = naive.nodes[job.place.rank]
        node.cpu += request.cpuMilli
        node.memory += job.memory
        for gpu in node.left.indices where job.place.mask & (1 << UInt64(gpu)) != 0 {
            node.left[gpu] += request.gpuMilli
        }
        if request.gpus > 0 { node.kinds[naive.kind(request), default: 0] -= 1 }
        naive.nodes[job.place.rank] = node
    }
}
