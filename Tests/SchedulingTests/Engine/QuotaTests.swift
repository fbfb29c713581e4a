import Documents
import Estate
import Scheduling
import Testing

@Suite("Quotas of teams")
struct QuotaTests {
    private static func job(_ id: Int64, _ submit: Int64, _ duration: Int64, _ gpus: Int32, team: Int32) -> TraceJob {
        TraceJob(id: id, submit: submit, duration: duration, requested: duration, gpus: gpus, team: team)
    }

    private static func options(_ queue: QueueDiscipline, _ quotas: [Double?]) -> SimulationOptions {
        var options = SimulationOptions()
        options.queue = queue
        options.teamQuotas = quotas
        return options
    }

    @Test("every job starts when the slow reference starts it", arguments: 1...12 as ClosedRange<UInt64>)
    func equalsReference(_ seed: UInt64) throws {
        let trace = BackfillTests.trace(seed, jobs: 140, most: 7)
        for quotas in [[4, nil, 9], [7, 7, 7], [1, 12, nil], [nil, nil, 3]] as [[Int?]] {
            let wanted = quotas.map { $0.map(Double.init) }
            let strict = try simulate(trace, on: .pool(gpus: 12), options: Self.options(.fcfs, wanted))
            #expect(Array(strict.start) == SlowReference(trace, gpus: 12, backfills: false, quotas: quotas).start)
            let easy = try simulate(trace, on: .pool(gpus: 12), options: Self.options(.easy, wanted))
            let reference = SlowReference(trace, gpus: 12, backfills: true, quotas: quotas)
            #expect(Array(easy.start) == reference.start)
            #expect(easy.counters.backfilled == reference.backfilled)
            #expect(strict.counters.held > 5)
        }
    }

    @Test("at no instant does a team hold more than its quota, and all that can run runs", arguments: LawTests.queues)
    func usedIsWithinQuota(_ queue: QueueDiscipline) throws {
        let geometry = try LawTests.geometry("a100-sxm-80gb")
        let names = geometry.plainProfiles.map(\.name)
        let quotas: [Double?] = [1.5, 3, nil]
        for seed in 1...2 as ClosedRange<UInt64> {
            let trace = RandomTrace.mixed(seed: seed, jobs: 300, profiles: names)
            for policy in LawTests.policies {
                var options = Self.options(queue, quotas)
                options.placement = policy
                let result = try simulate(trace, on: .nodes(RandomTrace.cluster(geometry)), options: options)
                #expect(result.counters.completed + result.counters.rejected == trace.count)
                #expect(result.outcome.contains(.aboveQuota) && result.counters.held > 20)
                for now in Set(result.start) where now >= 0 {
                    var used = [0.0, 0.0, 0.0]
                    for job in 0..<trace.count where result.start[job] >= 0 && result.start[job] <= now {
                        guard result.end[job] > now else { continue }
                        used[Int(trace.team[job])] += Double(result.gpuEquivalents[job])
                    }
                    #expect(used[0] <= 1.5 + 1e-4 && used[1] <= 3 + 1e-4)
                }
            }
        }
    }

    @Test("quotas that never bind change nothing", arguments: LawTests.queues)
    func looseQuotas(_ queue: QueueDiscipline) throws {
        let geometry = try LawTests.geometry("a100-sxm-80gb")
        let cases: [(Trace, ClusterDescription)] = [
            (RandomTrace.wholeGPUs(seed: 3, jobs: 400, most: 12), .pool(gpus: 10)),
            (
                RandomTrace.mixed(seed: 3, jobs: 400, profiles: geometry.plainProfiles.map(\.name)),
                .nodes(RandomTrace.cluster(geometry))
            ),
        ]
        for (trace, cluster) in cases {
            let free = try simulate(trace, on: cluster, options: Self.options(queue, []))
            let loose = try simulate(trace, on: cluster, options: Self.options(queue, [1e6, 1e6, 1e6]))
            #expect(free.start == loose.start && free.node == loose.node && free.outcome == loose.outcome)
            #expect(loose.counters.held == 0)
        }
    }

    @Test("a held job blocks its own team and nobody else; the first job let in is the head")
    func byHand() throws {
        var trace = Trace()
        trace.teams = ["red", "blue"]
        for job in [
            Self.job(0, 0, 100, 2, team: 0),
            // Red may hold 3: waits for the first, and so does the small one behind it.
            Self.job(1, 1, 10, 2, team: 0), Self.job(2, 2, 10, 1, team: 0),
            // Blue passes them; its second is the head, for which EASY reserves time 100.
            Self.job(3, 3, 50, 3, team: 1), Self.job(4, 4, 10, 8, team: 1),
            // Of no team: short enough to go before the head.
            Self.job(5, 5, 20, 1, team: TraceJob.none),
        ] { trace.append(job) }
        let strict = try simulate(trace, on: .pool(gpus: 8), options: Self.options(.fcfs, [3, nil]))
        #expect(Array(strict.start) == [0, 100, 100, 3, 110, 120])
        let easy = try simulate(trace, on: .pool(gpus: 8), options: Self.options(.easy, [3, nil]))
        #expect(Array(easy.start) == [0, 100, 100, 3, 110, 5])
        #expect(strict.counters.held == 2)
        // Without quotas red's jobs start at once.
        #expect(try Array(simulate(trace, on: .pool(gpus: 8)).start) == [0, 1, 2, 3, 100, 110])
    }

    @Test("under priority a team's most important job is let in first")
    func priority() throws {
        var trace = Trace()
        trace.teams = ["red"]
        for (id, priority) in [(0, 0), (1, 1), (2, 5)] as [(Int64, Int32)] {
            var job = Self.job(id, id, 10, 1, team: 0)
            job.priority = priority
            trace.append(job)
        }
        let result = try simulate(trace, on: .pool(gpus: 4), options: Self.options(.priority, [1]))
        #expect(Array(result.start) == [0, 20, 10])
    }

    @Test("a job larger than its team's quota is refused, by that reason")
    func tooLarge() throws {
        var trace = Trace()
        trace.teams = ["red", "blue"]
        trace.append(Self.job(0, 0, 5, 4, team: 0))
        trace.append(Self.job(1, 0, 5, 4, team: 1))
        trace.append(Self.job(2, 0, 5, 9, team: 0))
        let result = try simulate(trace, on: .pool(gpus: 8), options: Self.options(.fcfs, [3, 4]))
        #expect(Array(result.outcome) == [.aboveQuota, .completed, .tooManyGPUs])
        #expect(JobOutcome.aboveQuota.isRejected)
        for quotas in [[-1], [.nan], [2e9]] as [[Double?]] {
            #expect(throws: SimulationError.self) {
                try simulate(trace, on: .pool(gpus: 8), options: Self.options(.fcfs, quotas))
            }
        }
        var stays = Self.options(.fcfs, [3])
        stays.departures = false
        #expect(throws: SimulationError.self) { try simulate(trace, on: .pool(gpus: 8), options: stays) }
    }

    @Test(
        "a list of quotas is read, or refused with its line",
        arguments: [
            ("team,gpus\nred,4\n\"a, b\",2.5", nil), ("\u{FEFF}Gpus,Team\r\n4,red\r\n", nil),
            ("", "holds no quota"), ("team,gpus\n", "holds no quota"), ("team\nred\n", "expected team and gpus"),
            ("team,gpus\nred,4\nred,5\n", ":3: gives team 'red' a second quota"),
            ("team,gpus\nred,-1\n", ":2: the quota of 'red' is '-1'"), ("team,gpus\nred,nan\n", "'nan'"),
            ("team,gpus\nred\n", "has 1 fields; expected 2"), ("team,gpus\n,4\n", "names no team"),
            ("team,gpus\n\"red,4\n", "a quote is not closed"),
        ] as [(String, String?)]
    )
    func list(_ text: String, _ problem: String?) throws {
        let bytes = Array(text.utf8)
        do throws(DocumentError) {
            let quotas = try TeamQuotas(bytes.span, file: "q.csv")
            #expect(problem == nil)
            #expect(quotas.byTeam(["blue", "red"]) == [nil, 4])
            #expect(quotas.unknown(among: ["red"]) == quotas.entries.map(\.team).filter { $0 != "red" })
        } catch {
            let problem = try #require(problem, "\(error)")
            #expect(error.description.hasPrefix("q.csv") && error.description.contains(problem), "\(error)")
        }
    }
}
