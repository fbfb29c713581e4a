import Probability
import Testing

@testable import Evidence

@Suite("A service's tail under load")
struct TailPredictionTests {
    /// P(wait) of M/M/c by Erlang's formula.
    static func erlangC(_ servers: Int, _ load: Double) -> Double {
        var blocking = 1.0
        for k in 1...servers { blocking = load * blocking / (Double(k) + load * blocking) }
        let utilisation = load / Double(servers)
        return blocking / (1 - utilisation * (1 - blocking))
    }

    /// The quantile of the latency in M/M/c with services of mean 1, by halving its exact tail.
    static func exponentialQuantile(_ servers: Int, _ load: Double, _ p: Double) -> Double {
        let waiting = erlangC(servers, load)
        let rate = Double(servers) - load
        func tail(_ t: Double) -> Double {
            let service = ScaleMath.exponential(-t)
            guard abs(rate - 1) > 1e-9 else { return service * (1 + waiting * t) }
            // Wait and service are independent; the wait is zero or exponential.
            return service + waiting * (ScaleMath.exponential(-rate * t) - service) / (1 - rate)
        }
        var (low, high) = (0.0, 200.0)
        for _ in 0..<100 {
            let middle = (low + high) / 2
            if tail(middle) > 1 - p { low = middle } else { high = middle }
        }
        return low
    }

    /// The quantile of the latency in M/D/c with services of 1: Crommelin's chain, Franx's sum.
    static func constantQuantile(_ servers: Int, _ load: Double, _ p: Double) -> Double {
        let size = 400
        var poisson: [Double] = [ScaleMath.exponential(-load)]
        for k in 1..<size { poisson.append(poisson[k - 1] * load / Double(k)) }
        var state = [Double](repeating: 0, count: size)
        state[0] = 1
        for _ in 0..<4_000 {
            var next = [Double](repeating: 0, count: size)
            var early = 0.0
            for j in 0...servers { early += state[j] }
            for k in 0..<size {
                var sum = early * poisson[k]
                var j = servers + 1
                while j < size, j - servers <= k {
                    sum += state[j] * poisson[k - (j - servers)]
                    j += 1
                }
                next[k] = sum
            }
            let change = zip(state, next).reduce(0) { $0 + abs($1.0 - $1.1) }
            state = next
            if change < 1e-13 { break }
        }
        var cumulative: [Double] = []
        var total = 0.0
        for mass in state {
            total += mass
            cumulative.append(total)
        }
        func queueAtMost(_ m: Int) -> Double { cumulative[min(m + servers, size - 1)] }
        func waitAtMost(_ x: Double) -> Double {
            let k = Int(x) + 1
            let u = load * (Double(k) - x)
            var (sum, term) = (0.0, ScaleMath.exponential(-u))
            for j in 0..<(k * servers) {
                sum += queueAtMost(k * servers - j - 1) * term
                term *= u / Double(j + 1)
            }
            return sum
        }
        var (low, high) = (0.0, 40.0)
        for _ in 0..<60 {
            let middle = (low + high) / 2
            if waitAtMost(middle) < p { low = middle } else { high = middle }
        }
        return low + 1
    }

    struct Fleet: Sendable, CustomStringConvertible {
        var servers: Int
        var utilisation: Double
        var description: String { "\(servers) servers, \(utilisation)" }
    }

    static let fleets = [
        Fleet(servers: 1, utilisation: 0.5), Fleet(servers: 4, utilisation: 0.6), Fleet(servers: 16, utilisation: 0.7),
    ]

    @Test("the theory of M/D/1 is that of Erlang's own sum")
    func theory() {
        // P(W = 0) = 1 - utilisation, and p99 of M/D/1 at 0.5 is 2.7 services of waiting to the printed digit.
        #expect(Self.constantQuantile(1, 0.5, 0.499) == 1 || Self.constantQuantile(1, 0.5, 0.499) < 1.000_001)
        #expect(abs(Self.exponentialQuantile(1, 0.5, 0.99) - 2 * 4.605_170_186) < 1e-6)
    }

    static func question(_ fleet: Fleet) -> TailQuestion {
        var question = TailQuestion(rates: [Double(fleet.servers) * fleet.utilisation], replicas: fleet.servers)
        question.quantiles = [0.5, 0.99, 0.999]
        question.level = 0.99
        question.requests = 300_000
        question.replications = 30
        return question
    }

    private func check(_ row: TailPrediction.Row, _ truths: [Double]) {
        for (latency, truth) in zip(row.latencies, truths) {
            guard case .seconds(let estimate, let low, let high) = latency else {
                Issue.record("no latency")
                continue
            }
            #expect((high - low) / 2 < 0.02 * estimate, "half-width")
            #expect(low <= truth && truth <= high, "\(truth) outside \(low)...\(high)")
        }
    }

    @Test("is that of M/M/c: theory inside the 99 % interval, half-width below 2 %", arguments: fleets)
    func exponential(fleet: Fleet) throws {
        // A sample so fine that drawing from it is drawing from the law.
        let count = 400_000
        let service = try ServiceTimes(
            runs: [(0..<count).map { ScaleMath.negativeLog(1 - (Double($0) + 0.5) / Double(count)) }]
        )
        let row = try #require(try TailPrediction(service, Self.question(fleet)).rows.first)
        let load = Double(fleet.servers) * fleet.utilisation
        check(row, [0.5, 0.99, 0.999].map { Self.exponentialQuantile(fleet.servers, load, $0) })
    }

    @Test("is that of M/D/c: theory inside the 99 % interval, half-width below 2 %", arguments: fleets)
    func constant(fleet: Fleet) throws {
        let service = try ServiceTimes(runs: [[1]])
        var question = Self.question(fleet)
        question.quantiles = [0.99, 0.999]
        let row = try #require(try TailPrediction(service, question).rows.first)
        let load = Double(fleet.servers) * fleet.utilisation
        check(row, [0.99, 0.999].map { Self.constantQuantile(fleet.servers, load, $0) })
    }

    @Test("breaks an objective at the load where theory breaks it", arguments: [(4, 0.99, 6.0), (1, 0.99, 20.0)])
    func breaking(servers: Int, quantile: Double, seconds: Double) throws {
        let count = 400_000
        let service = try ServiceTimes(
            runs: [(0..<count).map { ScaleMath.negativeLog(1 - (Double($0) + 0.5) / Double(count)) }]
        )
        var question = TailQuestion(rates: [], replicas: servers)
        question.objective = LatencyObjective(quantile: quantile, seconds: seconds)
        question.level = 0.99
        let found = try #require(try TailPrediction(service, question).breaksAt)
        var (low, high) = (0.0, Double(servers))
        for _ in 0..<60 {
            let middle = (low + high) / 2
            if Self.exponentialQuantile(servers, middle, quantile) <= seconds { low = middle } else { high = middle }
        }
        #expect(found.contains(low), "\(found) should hold \(low)")
        #expect((found.high - found.low) / found.estimate < 0.04)
    }

    @Test("an objective is kept exactly where the quantile of the latencies keeps it", arguments: UInt64(1)...20)
    func keeping(seed: UInt64) {
        var generator = RandomGenerator(seed: seed)
        let count = 30 + generator.index(below: 200)
        let gaps = (0..<count).map { _ in generator.uniform() }
        // Few different values, so that latencies tie.
        let services = (0..<count).map { _ in Double(1 + generator.index(below: 3)) / 4 }
        let servers = 1 + generator.index(below: 3)
        for quantile in [0.01, 0.5, 0.9, 0.99, 0.999] {
            let latencies = FleetQueue.latencies(
                of: FleetQueue(servers: servers),
                gaps: gaps,
                scale: 1,
                services: services,
                warmUp: 10
            )
            let value = Quantiles.of(latencies, [quantile])[0]
            for limit in [value * 0.5, value.nextDown, value, value.nextUp, value * 1.5] {
                let isKept = FleetQueue.keeps(
                    quantile,
                    below: limit,
                    of: FleetQueue(servers: servers),
                    gaps: gaps,
                    scale: 1,
                    services: services,
                    warmUp: 10
                )
                #expect(isKept == (value <= limit), "p\(quantile) \(value), limit \(limit)")
            }
        }
    }

    @Test("a wide fleet is met as it runs: services under way are the longer ones, and what is left of them is uniform")
    func underWay() {
        var generator = RandomGenerator(seed: 7)
        let constant = FleetQueue.underWay(20_000, of: [2, 2, 2], &generator)
        #expect(constant == constant.sorted())
        for share in [0.1, 0.5, 0.9] {
            #expect(abs(constant[Int(share * 20_000)] - 2 * share) < 0.05, "\(share)")
        }
        // E[S^2] / (2 E[S]) = 5 / 4.
        let two = FleetQueue.underWay(20_000, of: [1, 3], &generator)
        #expect(abs(Moments(two).mean - 1.25) < 0.03)
        var fleet = FleetQueue(servers: 3, busyUntil: [1, 2])
        #expect(fleet.serve(arrival: 0, seconds: 5) == 5)
        #expect(fleet.serve(arrival: 0, seconds: 5) == 6)
        #expect(fleet.serve(arrival: 0, seconds: 5) == 7)
        #expect(fleet.serve(arrival: 0, seconds: 5) == 10)
    }

    @Test("a fleet of 200,000 at once has its load, not an empty start; one of a thousand million is refused")
    func wide() throws {
        var question = TailQuestion(rates: [199_990], replicas: 20_000)
        question.slots = 10
        question.replications = 4
        question.quantiles = [0.5]
        // Constant services of a second, servers free for ten in all: half and more wait. An empty fleet would not fill.
        let service = try ServiceTimes(runs: [[1, 1, 1]])
        #expect(QueueRun(question, service).quantiles(at: 199_990, [0.5])[0].estimate > 1)
        // What ten services tell of so full a fleet is no prediction.
        let prediction = try TailPrediction(service, question)
        #expect(prediction.rows[0].latencies == [.tooFew])
        #expect(prediction.reaches[0] < 0.999_95)
        question = TailQuestion(rates: [1], replicas: 100_000)
        question.slots = 10_000
        #expect(throws: PredictionError.self) { try question.check() }
    }

    /// A sample so fine that drawing from it is drawing from the law.
    static func exponentialServices() throws -> ServiceTimes {
        let count = 400_000
        return try ServiceTimes(
            runs: [(0..<count).map { ScaleMath.negativeLog(1 - (Double($0) + 0.5) / Double(count)) }]
        )
    }

    @Test("is that of M/M/c near capacity, as far as a run tells; beyond that it says so", arguments: [1, 4])
    func nearCapacity(servers: Int) throws {
        var question = TailQuestion(rates: [0.95, 0.995].map { $0 * Double(servers) }, replicas: servers)
        question.level = 0.99
        let result = try TailPrediction(try Self.exponentialServices(), question)
        let load = 0.95 * Double(servers)
        for (place, quantile) in [0.5, 0.99].enumerated() {
            let truth = Self.exponentialQuantile(servers, load, quantile)
            guard case .seconds(let estimate, let low, let high) = result.rows[0].latencies[place] else {
                Issue.record("no latency")
                continue
            }
            #expect(low <= truth && truth <= high, "\(truth) outside \(low)...\(high)")
            #expect(abs(estimate / truth - 1) < 0.1, "\(estimate), not \(truth)")
        }
        #expect(result.rows[0].latencies[2] == .tooFew)
        #expect(result.rows[1].latencies == [.tooFew, .tooFew, .tooFew])
        // Twenty excursions beyond p99 in four million requests of exponential services: 1 - 1/sqrt(2000).
        #expect(abs(result.reaches[1] - 0.9776) < 0.001)
        #expect(result.notes.contains { $0.hasPrefix("p99 is predicted up to 97.") }, "\(result.notes)")
    }

    @Test("no load above capacity keeps an objective, and none is named above what can be predicted")
    func breakingNearCapacity() throws {
        let service = try Self.exponentialServices()
        var question = TailQuestion(rates: [], replicas: 1)
        question.objective = LatencyObjective(quantile: 0.99, seconds: 1_200)
        let loose = try TailPrediction(service, question)
        let limit = try #require(loose.breaksAt)
        #expect(loose.holdsBeyond && abs(limit.estimate - 0.9776) < 0.001)
        #expect(limit.high <= loose.capacity)
        // Runs that differ by a fifth leave open far more than the fleet serves on average; its capacity is the bound still.
        let runs = try ServiceTimes(runs: [[0.8], [1.2], [1], [1]])
        question.requests = 2_000
        let differing = try TailPrediction(runs, question)
        #expect(try #require(differing.breaksAt).high <= differing.capacity)
    }

    @Test("has no upper bound where the runs leave open that more comes than the fleet can do")
    func mayOverload() throws {
        var question = TailQuestion(rates: [3.6], replicas: 4)
        question.requests = 5_000
        let result = try TailPrediction(try ServiceTimes(runs: [[0.8], [1.2], [1], [1]]), question)
        guard case .seconds(_, _, let high) = result.rows[0].latencies[0] else { return #expect(Bool(false)) }
        #expect(high == .infinity)
    }

    @Test("has no load that keeps an objective which the service alone misses")
    func hopeless() throws {
        var question = TailQuestion(rates: [0.5], replicas: 2)
        question.objective = LatencyObjective(quantile: 0.5, seconds: 0.5)
        question.requests = 2_000
        let result = try TailPrediction(try ServiceTimes(runs: [[1, 1, 1]]), question)
        #expect(result.breaksAt?.estimate == 0)
    }

    @Test("grows without bound above what the fleet can serve")
    func overload() throws {
        var question = TailQuestion(rates: [1, 4, 4.1], replicas: 4)
        question.requests = 2_000
        let result = try TailPrediction(try ServiceTimes(runs: [[1, 1, 1]]), question)
        #expect(result.capacity == 4)
        #expect(result.rows[1].latencies.allSatisfy { $0 == .unbounded })
        #expect(result.rows[2].utilisation > 1)
    }

    @Test("is worse for arrivals in bursts than for the same load at random")
    func bursts() throws {
        let service = try ServiceTimes(runs: [[1]])
        var question = TailQuestion(rates: [2], replicas: 4)
        question.requests = 20_000
        let random = try TailPrediction(service, question)
        // Ten at once, then nothing.
        question.arrivals = .trace((0..<2_000).map { Double($0 / 10) * 5 })
        let bursts = try TailPrediction(service, question)
        guard case .seconds(let calm, _, _) = random.rows[0].latencies[1],
            case .seconds(let wild, _, _) = bursts.rows[0].latencies[1]
        else {
            Issue.record("no latency")
            return
        }
        #expect(wild > calm)
    }

    @Test("widens with runs that differ")
    func runs() throws {
        var question = TailQuestion(rates: [2], replicas: 4)
        question.requests = 5_000
        func width(_ runs: [[Double]]) throws -> Double {
            let result = try TailPrediction(try ServiceTimes(runs: runs), question)
            guard case .seconds(_, let low, let high) = result.rows[0].latencies[0] else { return .nan }
            return high - low
        }
        #expect(try width([[1.0], [1.2], [0.8], [1.0]]) > 3 * width([[1.0], [1.0], [1.0], [1.0]]))
    }

    struct Load: Sendable, CustomTestStringConvertible {
        var testDescription: String
        var conditions: [String: String]
        var slots = 1
        /// Words of the note; nil where there is none.
        var says: String?
        var metric = "request_latency"
    }

    static let loads = [
        Load(testDescription: "no load is stated", conditions: [:]),
        Load(testDescription: "one at a time", conditions: ["load_loop": "closed", "concurrency": "1"]),
        Load(testDescription: "a rate so low that nothing queues", conditions: ["offered_load_per_s": "0.2"]),
        Load(
            testDescription: "a rate, by Little's law",
            conditions: ["request-rate": "8", "load_loop": "open", "concurrency": "64"],
            says: "at 8 requests/s, of which 3.2 were under way at once on average"
        ),
        Load(testDescription: "slots for all under way", conditions: ["request_rate_per_s": "8"], slots: 8),
        Load(
            testDescription: "slots for fewer",
            conditions: ["request_rate_per_s": "8"],
            slots: 4,
            says: "a replica is said to serve 4 at once"
        ),
        Load(
            testDescription: "a closed loop of many",
            conditions: ["request_rate_per_s": "inf", "concurrency": "32"],
            slots: 16,
            says: "with 32 requests under way at once"
        ),
        Load(testDescription: "as many as slots", conditions: ["concurrency": "32"], slots: 32),
        Load(
            testDescription: "all at once",
            conditions: ["request_rate_per_s": "inf"],
            slots: 1_000,
            says: "all requests sent at once"
        ),
        Load(testDescription: "an open loop", conditions: ["load_loop": "open"], says: "the record does not state"),
        Load(
            testDescription: "what was measured as service times",
            conditions: ["request_rate_per_s": "8"],
            metric: "service_time"
        ),
    ]

    @Test("says where waiting is in what is taken for service times", arguments: loads)
    func measuredUnderLoad(load: Load) throws {
        let metric = Metric(name: load.metric, unit: "ms", direction: .lower)
        let quiet = try Sample.run("1", [400, 400], metric: metric)
        let loaded = try Sample.run("2", [400, 400], metric: metric, conditions: load.conditions)
        let service = try ServiceTimes([try Sample.record(metrics: [metric], hosts: ["h": [[quiet, loaded]]])])
        var question = TailQuestion(rates: [0.1], replicas: 1)
        question.slots = load.slots
        question.requests = 1_000
        question.replications = 2
        let notes = try TailPrediction(service, question).notes.filter { $0.contains("measured under load") }
        guard let words = load.says else { return #expect(notes.isEmpty, "\(notes)") }
        #expect(notes.count == 1 && notes[0].contains(words) && notes[0].contains("--rate 0.25"), "\(notes)")
    }

    @Test("puts requests back only where asked, as HdrHistogram does")
    func omission() throws {
        let (values, counts) = try CoordinatedOmission.reconstructed([1, 5], [10, 1], interval: 1)
        #expect(values == [1, 1, 2, 3, 4, 5])
        #expect(counts.reduce(0, +) == 15)
        #expect(try CoordinatedOmission.reconstructed([1, 5], [10, 1], interval: 0).values == [1, 5])
        // A thousand seconds at every microsecond would be more than is kept: the longest would be left out unsaid.
        #expect(throws: PredictionError.self) {
            try CoordinatedOmission.reconstructed([1, 1000], [10, 1], interval: 1e-6)
        }
    }

    @Test("how a client measured corrects the latency it saw, never what the fleet can serve")
    func closedLoop() throws {
        let metric = Metric(name: "request_latency", unit: "s", direction: .lower)
        let run = try Sample.run("1", [1, 1, 1, 1, 1, 1, 1, 1, 1, 5], metric: metric)
        let record = try Sample.record(metrics: [metric], hosts: ["h": [[run]]])
        let plain = try ServiceTimes([record])
        let corrected = try ServiceTimes([record], closedLoopInterval: 1)
        #expect(corrected.meanSeconds == plain.meanSeconds && corrected.isReconstructed && !plain.isReconstructed)
        let latency = try #require(corrected.corrected)
        // 1 (ten times, one of them put back), 2, 3, 4 and 5.
        #expect(latency.quantile(0.85) == (1, 3))
        #expect(throws: PredictionError.self) { try ServiceTimes([record], closedLoopInterval: 1e-9) }
    }

    @Test("lengthens services by another arm's detours")
    func detours() throws {
        let noise = DetourNoise(watches: [("a", 100, [Double](repeating: 0.5, count: 20))])
        let service = try ServiceTimes(runs: [[1, 1]])
        let other = service.withDetours(noise)
        var question = TailQuestion(rates: [0.5], replicas: 4)
        question.quantiles = [0.5, 0.99]
        let plain = try TailPrediction(service, question)
        let noisy = try TailPrediction(other, question)
        guard case .seconds(let before, _, _) = plain.rows[0].latencies[1],
            case .seconds(let after, _, _) = noisy.rows[0].latencies[1]
        else {
            Issue.record("no latency")
            return
        }
        // One service in five is hit: the p99 holds at least one detour.
        #expect(after > before + 0.45)
        #expect(noisy.notes.contains { $0.contains("this arm's own detours") })
    }

    @Test("draws long detours and adds up short ones: mean and spread are those of the compound law")
    func sampler() {
        // In 100 s: 100,000 ticks of 3 us and 50 detours of 20 ms.
        let lengths = [Double](repeating: 3e-6, count: 100_000) + [Double](repeating: 0.02, count: 50)
        let sampler = DetourSampler(DetourNoise(watches: [("a", 100, lengths)]), meanSeconds: 2)
        var generator = RandomGenerator(seed: 4)
        let delays = (0..<100_000).map { _ in sampler.delay(2, &generator) }
        let moments = Moments(delays)
        #expect(abs(moments.mean / (2 * (0.003 + 0.01)) - 1) < 0.01)
        // The variance of a compound Poisson law: the rate times the mean square.
        #expect(abs(moments.variance / (2 * (1000 * 9e-12 + 0.5 * 4e-4)) - 1) < 0.03)
        #expect(delays.allSatisfy { $0 >= 0 })
    }

    @Test(
        "is refused for senseless numbers",
        arguments: [(0.0, 1), (-1, 1), (.nan, 1), (.infinity, 1), (1, 0), (1, 1_000_000)]
    )
    func senseless(rate: Double, replicas: Int) throws {
        let service = try ServiceTimes(runs: [[1]])
        #expect(throws: PredictionError.self) {
            try TailPrediction(service, TailQuestion(rates: [rate], replicas: replicas))
        }
    }
}
