import Probability
import Scheduling
import Testing

@Suite struct FragmentationMeasureTests {
    @Test("The tables give what the definition gives", arguments: [1, 2, 3, 4] as [UInt64])
    func matchesTheDefinition(seed: UInt64) {
        let trace = PlacementWorkload.trace(seed, jobs: 300)
        let types = PlacementWorkload.types + ["unheard of"]
        let typical = TypicalPods(trace)
        let measure = FragmentationMeasure(typical, kinds: [1, 2, 4, 0])
        let naive = NaivePlacement(PlacementWorkload.groups(seed), trace)
        var random = RandomGenerator(seed: seed, stream: 3)
        for _ in 0..<500 {
            let gpus = random.index(below: 9)
            let left = (0..<gpus).map { _ in random.index(below: 3) == 0 ? 1_000 : random.index(below: 1_001) }
            let kind = random.index(below: 4)
            let cpu = Int64(random.index(below: 12_000))
            let node = NaivePlacement.Node(type: types[kind], cpu: cpu, memory: 0, left: left)
            let fragment = measure.fragment(kind: kind, cpuMilli: cpu, left: ContiguousArray(left.map { Int16($0) }))
            #expect(fragment == naive.fragment(node))
        }
    }

    @Test("Worked by hand: what half a GPU and an idle one are worth to three jobs")
    func byHand() throws {
        // A CPU job can use no GPU; a share of 600 can use the idle GPU alone; two GPUs do not fit.
        let pods = [
            TypicalPods.Pod(request: try #require(NodeRequest(cpuMilli: 1_000, gpus: 0, gpuMilli: 0)), count: 1),
            TypicalPods.Pod(request: try #require(NodeRequest(cpuMilli: 1_000, gpus: 1, gpuMilli: 600)), count: 2),
            TypicalPods.Pod(request: try #require(NodeRequest(cpuMilli: 1_000, gpus: 2, gpuMilli: 1_000)), count: 1),
        ]
        let measure = FragmentationMeasure(TypicalPods(pods: pods), kinds: [0])
        #expect(measure.weight == 4)
        #expect(measure.fragment(kind: 0, cpuMilli: 1_000, left: [500, 1_000]) == 4_000)
        // Without CPU nothing can be used, and two idle GPUs serve all but the CPU job.
        #expect(measure.fragment(kind: 0, cpuMilli: 999, left: [500, 1_000]) == 6_000)
        #expect(measure.fragment(kind: 0, cpuMilli: 1_000, left: [1_000, 1_000]) == 2_000)
    }

    @Test("Typical jobs are the most frequent ones that cover the part asked for, larger ones first among equals")
    func typicalPods() throws {
        var trace = Trace()
        func add(_ count: Int, cpu: Int32, milli: Int32) {
            for _ in 0..<count {
                trace.append(TraceJob(id: 0, submit: 0, duration: 1, gpuMilli: milli, cpuMilli: cpu))
            }
        }
        add(10, cpu: 1_000, milli: 500)
        add(4, cpu: 1_000, milli: 300)
        add(4, cpu: 2_000, milli: 300)
        add(2, cpu: 9_000, milli: 100)
        let most = TypicalPods(trace, popularity: 0.7)
        #expect(most.pods.map(\.count) == [10, 4])
        #expect(most.pods.map(\.request.cpuMilli) == [1_000, 2_000])
        #expect(most.weight == 14)
        #expect(TypicalPods(trace, popularity: 1).weight == 20)
        #expect(TypicalPods(Trace()).pods.isEmpty)
    }

    @Test("Requests that make no sense are none, and more than a GPU's thousandths are a GPU")
    func requests() {
        #expect(NodeRequest(cpuMilli: -1, gpus: 1, gpuMilli: 500) == nil)
        #expect(NodeRequest(cpuMilli: 0, gpus: -1, gpuMilli: 500) == nil)
        #expect(NodeRequest(cpuMilli: 0, gpus: 65, gpuMilli: 1_000) == nil)
        #expect(NodeRequest(cpuMilli: 0, gpus: 2, gpuMilli: 500) == nil)
        #expect(NodeRequest(cpuMilli: 0, gpus: 1, gpuMilli: 0) == nil)
        #expect(NodeRequest(cpuMilli: 0, gpus: 1, gpuMilli: 4_000)?.gpuMilli == 1_000)
        #expect(NodeRequest(cpuMilli: 0, gpus: 0, gpuMilli: 500, types: 3)?.types == 0)
    }
}
