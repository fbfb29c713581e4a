import Scheduling
import Testing

@Suite("Queues that theory solves")
struct TheoryTests {
    @Test(
        "the formula lies inside the 99 % interval of 20 replications",
        arguments: [(1, 0.5), (1, 0.8), (4, 0.5), (4, 0.8), (64, 0.8), (64, 0.9)]
    )
    func exponentialService(_ servers: Int, _ load: Double) throws {
        // At load 1/2 one job in ten million waits for one of 64 servers: see the test of those that wait.
        let queue = TheoreticalQueue(servers: servers, load: load, isExponential: true)
        let estimate = try queue.estimate(jobs: 20_000, warmUp: 4_000, replications: 20, seed: 11)
        #expect(abs(estimate.mean - queue.meanWait) <= estimate.halfWidth)
        #expect(estimate.relativeHalfWidth < 0.4)
    }

    @Test(
        "where waiting is rare, those that wait do so as the formula says",
        arguments: [(64, 0.5), (4, 0.5), (1, 0.4)]
    )
    func rareWaiting(_ servers: Int, _ load: Double) throws {
        let queue = TheoreticalQueue(servers: servers, load: load, isExponential: true)
        let estimate = try queue.estimateOfDelayed(excursions: 1_000, replications: 20, seed: 21)
        #expect(abs(estimate.mean - queue.meanWaitOfDelayed) <= estimate.halfWidth)
        #expect(estimate.relativeHalfWidth < 0.3)
        #expect(queue.meanWait == queue.probabilityOfWaiting * queue.meanWaitOfDelayed)
    }

    @Test("a server of constant time makes half the wait", arguments: [0.5, 0.8, 0.9])
    func constantService(_ load: Double) throws {
        let queue = TheoreticalQueue(servers: 1, load: load, isExponential: false)
        let estimate = try queue.estimate(jobs: 20_000, warmUp: 4_000, replications: 20, seed: 12)
        #expect(abs(estimate.mean - queue.meanWait) <= estimate.halfWidth)
        #expect(estimate.relativeHalfWidth < 0.1)
    }

    @Test("the formulas give the textbook's values")
    func formulas() {
        let one = TheoreticalQueue(servers: 1, load: 0.5, isExponential: true)
        #expect(abs(one.meanWait - 1) < 1e-12)
        // Erlang C of 2 servers at load 1/2 is 1/3, so the wait is 1/3 of a service time.
        let two = TheoreticalQueue(servers: 2, load: 0.5, isExponential: true)
        #expect(abs(two.meanWait - 1.0 / 3) < 1e-12)
        let constant = TheoreticalQueue(servers: 1, load: 0.8, isExponential: false)
        #expect(abs(constant.meanWait - 2) < 1e-12)
    }
}
