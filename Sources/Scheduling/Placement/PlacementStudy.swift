internal import Probability

/// How jobs arrive in a placement study.
package struct PlacementStudyOptions: Sendable, Hashable {
    /// Where they are put.
    package var policy: PlacementPolicy = .bestFit
    /// Jobs are drawn again, or left out, until they ask for this many times the GPUs there are; nil takes the trace.
    package var inflation: Double?
    /// Whether jobs and nodes are put in random order first.
    package var shuffles = true
    /// The part of the jobs that the typical ones of the fragmentation measure cover.
    package var popularity = 0.95
    /// The seed of the orders, the draws and the policy.
    package var seed: UInt64 = 0

    package init() {}
}

/// What a placement study found.
package struct PlacementStudyResult: Sendable {
    /// The cluster after one arrival, in percent of its GPUs.
    package struct Sample: Sendable, Hashable {
        /// GPUs asked for so far, by jobs lost as well.
        package let arrivedPercent: Double
        /// GPUs given.
        package let allocatedPercent: Double
        /// Idle GPUs that the typical jobs could not use: F of the cluster.
        package let fragmentedPercent: Double

        package init(arrivedPercent: Double, allocatedPercent: Double, fragmentedPercent: Double) {
            self.arrivedPercent = arrivedPercent
            self.allocatedPercent = allocatedPercent
            self.fragmentedPercent = fragmentedPercent
        }
    }

    /// The jobs in the order of their arrival, as indices into the trace; one that was drawn again stands again.
    package let arrivals: ContiguousArray<Int>
    /// The node of each arrival, ``SimulationResult/nowhere`` for one that was lost.
    package let node: ContiguousArray<Int32>
    /// The GPUs that each has there, bit 0 the first.
    package let gpuMask: ContiguousArray<UInt64>
    /// What became of each: ``JobOutcome/running``, ``JobOutcome/lost``, or why it could never run.
    package let outcome: ContiguousArray<JobOutcome>
    /// The cluster after each arrival.
    package let samples: ContiguousArray<Sample>
    /// GPUs of the cluster.
    package let gpuCount: Int

    /// The mean of the samples at each whole percent of arrived demand, rounded to the nearest, halves to even.
    ///
    /// A percent at which nothing arrived is left out.
    package var curve: [Sample] {
        var sums: [(count: Int, allocated: Double, fragmented: Double)] = []
        for sample in samples {
            let percent = sample.arrivedPercent.rounded(.toNearestOrEven)
            guard percent >= 0, percent < 100_000 else { continue }
            let index = Int(percent)
            while sums.count <= index { sums.append((0, 0, 0)) }
            sums[index].count += 1
            sums[index].allocated += sample.allocatedPercent
            sums[index].fragmented += sample.fragmentedPercent
        }
        return sums.enumerated().compactMap { index, sum in
            guard sum.count > 0 else { return nil }
            return Sample(
                arrivedPercent: Double(index),
                allocatedPercent: sum.allocated / Double(sum.count),
                fragmentedPercent: sum.fragmented / Double(sum.count)
            )
        }
    }
}

/// Lets jobs arrive one after the other and stay: how full a cluster gets under a policy, and how fragmented.
///
/// The protocol of Weng et al., ATC '23, section 6: jobs in random order, then more drawn from the same jobs with
/// replacement until what is asked for reaches a multiple of the GPUs there are; a job that does not fit is lost; none
/// leaves. Nodes are ranked in random order, which decides among nodes of equal score.
package enum PlacementStudy {
    /// The most arrivals that a study takes.
    package static let mostArrivals = 50_000_000

    /// Runs a study.
    ///
    /// - Parameters:
    ///   - trace: jobs that ask for GPUs, shares of one, or none; their times are not looked at.
    ///   - cluster: nodes whose GPUs can be shared; a pool counts as one node per GPU.
    ///   - options: the policy and the protocol.
    /// - Returns: what became of each arrival, and the cluster after it.
    /// - Throws: ``SimulationError`` where the cluster is empty or has nodes of MIG layouts, or an option makes no sense.
    package static func run(
        _ trace: Trace,
        on cluster: ClusterDescription,
        options: PlacementStudyOptions
    ) throws(SimulationError) -> PlacementStudyResult {
        guard options.policy != .expectedFragmentation else {
            throw .option("expected-fragmentation places MIG instances; place shares with fgd")
        }
        let prepared = try PreparedStudy(trace, cluster, options)
        return switch options.policy {
        case .firstFit: prepared.run(FirstFitScore())
        case .bestFit: prepared.run(BestFitScore(largest: prepared.largest))
        case .worstFit: prepared.run(WorstFitScore())
        case .random: prepared.run(RandomScore())
        case .dotProduct: prepared.run(DotProductScore(largest: prepared.largest))
        case .gpuClustering: prepared.run(GPUClusteringScore(largest: prepared.largest))
        case .gpuPacking: prepared.run(GPUPackingScore())
        case .fragmentationGradient, .expectedFragmentation: prepared.run(FragmentationGradientScore())
        }
    }
}

/// Everything of a study that does not depend on the policy.
struct PreparedStudy {
    let groups: [NodeGroup]
    let largest: LargestNode
    private let trace: Trace
    private let nodeOfRank: [Int]
    private let states: NodeStates
    private let requests: [NodeRequest]
    private let requestOfJob: ContiguousArray<Int32>
    private let arrivals: ContiguousArray<Int>
    private let gpuCount: Int
    private let random: RandomGenerator

    /// Streams of the seed, one for each thing that is drawn.
    private enum Stream {
        static let jobs: UInt64 = 1
        static let nodes: UInt64 = 2
        static let policy: UInt64 = 3
    }

    init(_ trace: Trace, _ cluster: ClusterDescription, _ options: PlacementStudyOptions) throws(SimulationError) {
        self.trace = trace
        groups = try Self.groups(of: cluster)
        gpuCount = cluster.gpuCount
        largest = LargestNode(groups)
        // Jobs of one request are alike, so they are numbered once.
        var numbers: [NodeRequest: Int32] = [:]
        var requests: [NodeRequest] = []
        var requestOfJob = ContiguousArray<Int32>(repeating: -1, count: trace.count)
        for job in 0..<trace.count {
            guard let request = NodeRequest(trace[job]), trace.memoryMiB[job] >= 0 else { continue }
            if let number = numbers[request] {
                requestOfJob[job] = number
            } else {
                numbers[request] = Int32(requests.count)
                requestOfJob[job] = Int32(requests.count)
                requests.append(request)
            }
        }
        self.requests = requests
        self.requestOfJob = requestOfJob

        var order = Array(0..<groups.reduce(0) { $0 + $1.count })
        if options.shuffles {
            var random = RandomGenerator(seed: options.seed, stream: Stream.nodes)
            order.shuffle(using: &random)
        }
        nodeOfRank = order
        states = NodeStates(
            groups: groups,
            order: order,
            gpuTypes: trace.gpuTypes,
            typical: TypicalPods(trace, popularity: options.popularity)
        )
        random = RandomGenerator(seed: options.seed, stream: Stream.policy)
        arrivals = try Self.arrivals(options, demand: requestOfJob.map { $0 < 0 ? nil : requests[Int($0)] }, gpuCount)
    }

    private static func groups(of cluster: ClusterDescription) throws(SimulationError) -> [NodeGroup] {
        let groups: [NodeGroup]
        switch cluster {
        case .pool(let gpus): groups = [NodeGroup(name: "pool", count: gpus, gpus: 1, partition: .shares)]
        case .nodes(let described): groups = described
        }
        var nodes = 0
        for group in groups {
            guard group.count >= 0, (0...64).contains(group.gpus) else { throw .emptyCluster(group.name) }
            if group.count > 10_000_000 - nodes {
                throw .tooLarge(what: "nodes", count: group.count, limit: 10_000_000)
            }
            nodes += group.count
            switch group.partition {
            case .whole, .shares: break
            case .mig, .layout:
                throw .option(
                    "a placement study places whole GPUs and shares, and \(group.name) is cut into MIG instances; "
                        + "replay it with departures"
                )
            }
        }
        guard cluster.gpuCount > 0 else { throw .emptyCluster("the cluster") }
        return groups
    }

    /// The jobs in the order of arrival.
    private static func arrivals(
        _ options: PlacementStudyOptions,
        demand: [NodeRequest?],
        _ gpuCount: Int
    ) throws(SimulationError) -> ContiguousArray<Int> {
        var random = RandomGenerator(seed: options.seed, stream: Stream.jobs)
        var order = ContiguousArray(demand.indices)
        if options.shuffles { order.shuffle(using: &random) }
        guard let inflation = options.inflation else { return order }
        guard inflation > 0, inflation <= 1_000_000 else {
            throw .option(
                "a trace can be inflated to more than 0 and at most 1,000,000 times the GPUs, not \(inflation)"
            )
        }
        let target = inflation * Double(gpuCount) * 1_000
        var asked = demand.reduce(0.0) { $0 + Double($1?.totalMilli ?? 0) }
        guard asked > 0 else { throw .option("no job of the trace asks for a GPU, so it cannot be inflated") }
        while asked > target {
            let position = random.index(below: order.count)
            asked -= Double(demand[order.remove(at: position)]?.totalMilli ?? 0)
        }
        while true {
            let job = random.index(below: demand.count)
            // As published: the draw that would pass the target by one of its GPUs ends it.
            if asked + Double(demand[job]?.gpuMilli ?? 0) > target { return order }
            asked += Double(demand[job]?.totalMilli ?? 0)
            order.append(job)
            if order.count > PlacementStudy.mostArrivals {
                throw .tooLarge(what: "arrivals", count: order.count, limit: PlacementStudy.mostArrivals)
            }
        }
    }

    /// Lets the jobs arrive.
    func run(_ score: some NodeScore) -> PlacementStudyResult {
        var placer = NodePlacer(states: states, score: score, requests: requests, random: random)
        var node = ContiguousArray<Int32>(repeating: SimulationResult.nowhere, count: arrivals.count)
        var mask = ContiguousArray<UInt64>(repeating: 0, count: arrivals.count)
        var outcome = ContiguousArray<JobOutcome>(repeating: .lost, count: arrivals.count)
        var samples: ContiguousArray<PlacementStudyResult.Sample> = []
        samples.reserveCapacity(arrivals.count)
        var arrived: Int64 = 0
        let percent = 100 / (1_000 * Double(gpuCount))
        let fragmentUnit = percent / Double(max(1, states.measure.weight))
        for (index, job) in arrivals.enumerated() {
            let number = Int(requestOfJob[job])
            if number < 0 {
                outcome[index] = trace.profile[job] == TraceJob.none ? .malformed : .noSuchSlice
            } else {
                arrived += Int64(requests[number].totalMilli)
                if let place = placer.place(number, memoryMiB: Int64(trace.memoryMiB[job])) {
                    node[index] = Int32(nodeOfRank[place.rank])
                    mask[index] = place.mask
                    outcome[index] = .running
                }
            }
            samples.append(
                PlacementStudyResult.Sample(
                    arrivedPercent: Double(arrived) * percent,
                    allocatedPercent: Double(placer.states.givenMilli) * percent,
                    fragmentedPercent: Double(placer.states.totalFragment) * fragmentUnit
                )
            )
        }
        return PlacementStudyResult(
            arrivals: arrivals,
            node: node,
            gpuMask: mask,
            outcome: outcome,
            samples: samples,
            gpuCount: gpuCount
        )
    }
}
