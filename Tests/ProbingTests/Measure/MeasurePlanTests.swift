import Testing

@testable import Probing

@Suite struct MeasurePlanTests {
    static func plan(_ length: MeasurePlan.Length = .full, seed: Int, path: String? = nil) -> MeasurePlan {
        MeasurePlan(length, seed: seed, processors: [0, 1, 2, 3], path: path, rounds: 40)
    }

    @Test("every round runs every probe once", arguments: 0..<10)
    func complete(seed: Int) {
        let plan = Self.plan(seed: seed, path: "/tmp")
        let names = ComponentProbe.all.map(\.name).sorted()
        for round in 0..<plan.rounds { #expect(plan.requests(round: round).map(\.probe).sorted() == names) }
    }

    @Test("the same seed gives the same plan, another one another order")
    func seeded() {
        let (first, again, other) = (Self.plan(seed: 1), Self.plan(seed: 1), Self.plan(seed: 2))
        #expect((0..<40).allSatisfy { first.requests(round: $0) == again.requests(round: $0) })
        #expect((0..<40).contains { first.requests(round: $0) != other.requests(round: $0) })
    }

    @Test("orders differ between rounds, so no probe has a place of its own, and every processor gets its turn")
    func balanced() {
        let plan = Self.plan(seed: 7)
        let rounds = (0..<plan.rounds).map { plan.requests(round: $0) }
        #expect(Set(rounds.map { $0.map(\.probe) }).count > 30)
        for probe in plan.probes {
            let places = rounds.compactMap { $0.firstIndex { $0.probe == probe.name } }
            #expect(Set(places).count == plan.probes.count)
        }
        let chosen = Set(rounds.flatMap { $0.filter { $0.probe == "timers" }.map(\.processors) })
        #expect(chosen == [[0], [1], [2], [3]])
        #expect(rounds.allSatisfy { $0.allSatisfy { $0.probe != "detours" || $0.processors == [0, 1, 2, 3] } })
    }

    @Test("seeds of runs differ")
    func seeds() {
        let plan = Self.plan(seed: 3)
        let seeds = (0..<plan.rounds).flatMap { plan.requests(round: $0).map(\.seed) }
        #expect(Set(seeds).count == seeds.count)
        #expect(seeds.allSatisfy { (0...ProbeRequest.largestSeed).contains($0) })
    }

    @Test("storage needs a path, and only storage is told it")
    func storage() {
        #expect(!Self.plan(seed: 1).requests(round: 0).contains { $0.probe == "storage" })
        for request in Self.plan(seed: 1, path: "/data").requests(round: 0) {
            #expect(request.path == (request.probe == "storage" ? "/data" : nil))
        }
    }

    @Test("the time for samples is shared out in full", arguments: MeasurePlan.Length.allCases)
    func time(length: MeasurePlan.Length) {
        let plan = Self.plan(length, seed: 1)
        let total = plan.requests(round: 0).reduce(0.0) { $0 + $1.seconds }
        #expect(abs(total - plan.sampleSeconds) < 1e-9)
    }
}
