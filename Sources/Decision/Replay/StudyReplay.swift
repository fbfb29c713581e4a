import Cost
import Documents
import Estate
import Probability
import Scheduling
import Study
import Synchronization

/// The sizes of every platform with every set of workloads of a study, from replaying its trace.
final class StudyReplay: Sendable {
    /// The study; where it leaves demand to the trace, with the hours that the trace says.
    let study: Study
    let work: TracedWork
    let terms: StudyTrace
    let recorded: RecordedTrace
    /// By workload: the bare-metal GPU-hours a month that are expected at the least and at the most, over the horizon.
    let expectedHours: [ClosedRange<Double>]

    private struct Key: Hashable {
        let platform: Int
        let subset: UInt64
    }

    private let pools = Mutex<[Key: PoolSizes]>([:])
    private let failure = Mutex<DecisionError?>(nil)

    /// Prepares the replays of a study.
    ///
    /// - Throws: ``DecisionError/trace(_:)`` for what cannot be replayed.
    init(_ study: Study, _ terms: StudyTrace, _ recorded: RecordedTrace) throws(DecisionError) {
        let work = try TracedWork(recorded, terms, study)
        self.work = work
        self.terms = terms
        self.recorded = recorded
        let filled = try Self.filled(study, work, recorded)
        self.study = filled
        expectedHours = try Self.expectedHours(filled)
    }

    /// The replays of a study that names a trace; nil where it names none.
    ///
    /// - Throws: ``DecisionError/trace(_:)`` where the trace was not read or cannot be replayed.
    static func of(_ study: Study, _ recorded: RecordedTrace?) throws(DecisionError) -> StudyReplay? {
        guard let terms = study.trace else { return nil }
        guard let recorded else { throw .trace("the study names the trace '\(terms.file)', which was not read") }
        return try StudyReplay(study, terms, recorded)
    }

    /// What Cost sizes platforms by.
    var demand: ReplayedDemand {
        ReplayedDemand(heldHours: work.heldHours) { [self] platform, subset in
            guard let pool = pool(platform, subset) else { return ReplayedSizes(hosts: [], levels: [], jobs: 0) }
            let sizes = pool.sizes
            if let error = pool.failure { note(.trace("\(recorded.file): \(error.description)")) }
            return sizes
        }
    }

    /// What went wrong in any replay so far.
    var problem: DecisionError? { failure.withLock { $0 } }

    /// How many replays were run.
    var replays: Int { pools.withLock { $0.values.reduce(0) { $0 + $1.replays } } }

    /// Replays what some assignments need at the expected inputs, side by side.
    func warm(_ assignments: [[Int]]) async {
        var keys: Set<Key> = []
        for assignment in assignments {
            for platform in study.platforms.indices {
                var subset: UInt64 = 0
                for (workload, chosen) in assignment.prefix(64).enumerated() where chosen == platform {
                    subset |= 1 << UInt64(workload)
                }
                if subset != 0 { keys.insert(Key(platform: platform, subset: subset)) }
            }
        }
        // The slowest first: turns take several rounds.
        let ordered = keys.sorted {
            let (first, second) = (cost(of: $0), cost(of: $1))
            return first != second ? first > second : ($0.platform, $0.subset) < ($1.platform, $1.subset)
        }
        _ = await Sweep.map(ordered) { [self] key in
            _ = demand.sizes(key.platform, key.subset)
        }
    }

    private func cost(of key: Key) -> Int {
        let takesTurns = study.platforms[key.platform].model.sharing == .timeSliced
        return (takesTurns ? 1_000 : 0) + key.subset.nonzeroBitCount
    }

    private func note(_ error: DecisionError) {
        failure.withLock { if $0 == nil { $0 = error } }
    }

    private func pool(_ platform: Int, _ subset: UInt64) -> PoolSizes? {
        let key = Key(platform: platform, subset: subset)
        if let known = pools.withLock({ $0[key] }) { return known }
        do throws(SimulationError) {
            guard let made = try Self.pool(study, work, terms, platform, subset, expected(subset)) else {
                note(
                    .trace(
                        "\(recorded.file): no host under \(study.platforms[platform].model) can run any job of "
                            + names(subset) + "; check the GPUs, nodes and memory that its jobs ask for"
                    )
                )
                return nil
            }
            // Whoever came first keeps: both are the same.
            return pools.withLock { pools in
                if let known = pools[key] { return known }
                pools[key] = made
                return made
            }
        } catch {
            note(.trace("\(recorded.file): \(error.description)"))
            return nil
        }
    }

    /// The demand expected of some workloads, in times that of their jobs in the trace; hosts out of service add to it.
    private func expected(_ subset: UInt64) -> ClosedRange<Double> {
        var (low, high, held) = (0.0, 0.0, 0.0)
        for workload in expectedHours.indices where subset >> UInt64(workload) & 1 == 1 {
            low += expectedHours[workload].lowerBound
            high += expectedHours[workload].upperBound
            held += work.heldHours[workload]
        }
        guard held > 0 else { return 1...1 }
        let inService = min(max(study.facility.availability.distribution.quantile(0.05), 0.01), 1)
        let least = min(max(low / held, 1.0 / 64), 100)
        return least...min(max(high / held / inService, least), 100)
    }

    private func names(_ subset: UInt64) -> String {
        study.workloads.indices.filter { subset >> UInt64($0) & 1 == 1 }.map { "'\(study.workloads[$0].name)'" }
            .joined(separator: ", ")
    }

    /// The pool of a platform with a set of workloads; nil where none of its jobs fits.
    static func pool(
        _ study: Study,
        _ work: TracedWork,
        _ terms: StudyTrace,
        _ platform: Int,
        _ subset: UInt64,
        _ expected: ClosedRange<Double>
    ) throws(SimulationError) -> PoolSizes? {
        let members = study.workloads.indices.filter { subset >> UInt64($0) & 1 == 1 }
        let indices = members.flatMap { work.jobsOfWorkload[$0] }.sorted()
        let trace = work.trace.selecting(indices)
        let seed = study.policy.seed
        let one = study.platforms[platform]
        let candidates = models(one, study.estate.shape)
        let levels = levels(study, work, members, one)
        let host = host(study.estate.shape)
        let hoursPerMonth = 730.0
        let busyHosts =
            members.reduce(0) { $0 + work.heldHours[$1] } / hoursPerMonth / Double(max(host.gpusPerHost, 1))
        let all = ScaledDemand(trace, seed: seed, upTo: expected.upperBound * 1.1)
        var best: (pool: PoolSizes, carried: Double)?
        for model in candidates {
            let slots: Int? = if case .timeSliced(let slots) = model { slots } else { nil }
            func replay(_ demand: ScaledDemand) throws(SimulationError) -> PoolReplay {
                try PoolReplay(
                    demand: demand,
                    levels: levels,
                    model: model,
                    overheads: overheads(one),
                    host: host,
                    promise: terms.promise,
                    queue: terms.queue,
                    busyHosts: busyHosts
                )
            }
            var pooled = try replay(all)
            let refused = Set(try pooled.refused().map(\.job))
            if !refused.isEmpty {
                let rest = (0..<trace.count).filter { !refused.contains($0) }
                guard !rest.isEmpty else { continue }
                pooled = try replay(
                    ScaledDemand(trace.selecting(rest), seed: seed, upTo: expected.upperBound * 1.1)
                )
            }
            let pool = PoolSizes(pooled, refused: refused.count, slots: slots, expected: expected)
            guard candidates.count > 1 else { return pool }
            // Of the ways to cut a GPU into turns the one that carries most on two hosts.
            let carried = pool.carried(hosts: 2)
            if best.map({ carried > $0.carried }) ?? true { best = (pool, carried) }
        }
        return best?.pool
    }

    /// The ways in which a platform could hand out its GPUs.
    private static func models(_ platform: Platform, _ shape: HostShape) -> [ReplayModel] {
        let gpus = min(max(shape.gpusPerHost, 1), 64)
        switch platform.model.sharing {
        case .none:
            guard platform.model.isVirtual else { return [.wholeGPU] }
            return [
                .passthrough(
                    shapes: [1, 2, 4, 8, 16].filter { $0 <= gpus } + ([1, 2, 4, 8, 16].contains(gpus) ? [] : [gpus])
                )
            ]
        case .partitioned: return [shape.gpu.migGeometry == nil ? .wholeGPU : .dynamicMIG]
        case .timeSliced, .virtualFunctions:
            let most = min(max(platform.maximumSharesPerGPU, 1), 64)
            guard most > 1 else { return [.wholeGPU] }
            var slots: [Int] = []
            var count = most
            while count >= 2 {
                slots.append(count)
                count /= 2
            }
            return slots.map { .timeSliced(slots: $0) }
        }
    }

    private static func host(_ shape: HostShape) -> HostPool {
        HostPool(
            hosts: 1,
            gpusPerHost: min(max(shape.gpusPerHost, 1), 64),
            gpuMemoryMiB: shape.gpu.memoryFloorMiB,
            geometry: shape.gpu.migGeometry
        )
    }

    /// What a platform costs a job, workloads' own overheads aside.
    static func overheads(_ platform: Platform) -> ModelOverheads {
        func milliseconds(_ quantity: Quantity?) -> Int64 {
            Int64(min(max((quantity?.distribution.mean ?? 0) * 1_000, 0), 1e12).rounded())
        }
        return ModelOverheads(
            startUpMilliseconds: milliseconds(platform.replay?.startUp),
            repartitionMilliseconds: milliseconds(platform.replay?.creation),
            switching: max(platform.replay?.switching.distribution.mean ?? 0, 0),
            interference: max(platform.interference.distribution.mean, 0)
        )
    }

    /// Levels of the workloads' overheads: P5, P50 and P95 together, or one where they hardly differ.
    private static func levels(
        _ study: Study,
        _ work: TracedWork,
        _ members: [Int],
        _ platform: Platform
    ) -> [PoolReplay.Level] {
        func level(_ overhead: (Distribution) -> Double) -> PoolReplay.Level {
            var stretch = Array(repeating: 1.0, count: study.workloads.count)
            var traits = Array(repeating: JobTraits.unknown, count: study.workloads.count)
            var (held, metal) = (0.0, 0.0)
            for workload in study.workloads.indices {
                let cost = study.workloads[workload].overhead[platform.model].map { overhead($0.distribution) } ?? 0
                stretch[workload] = work.jobs[workload].stretch(cost)
                traits[workload] = work.jobs[workload].traits(cost)
            }
            for member in members {
                held += work.heldHours[member] * stretch[member]
                metal += work.heldHours[member]
            }
            return PoolReplay.Level(stretch: stretch, traits: traits, pooled: metal > 0 ? held / metal : 1)
        }
        let three = [0.05, 0.5, 0.95].map { quantile in level { $0.quantile(quantile) } }
        guard let first = three.first, let last = three.last, last.pooled / first.pooled > 1.05 else {
            return [level { $0.mean }]
        }
        return three
    }

    /// By workload: bare-metal GPU-hours a month, from the 5th percentile stated to the 95th, grown over the horizon.
    ///
    /// Draws beyond are rare, and are sized in proportion.
    private static func expectedHours(_ study: Study) throws(DecisionError) -> [ClosedRange<Double>] {
        let work: [Double]
        do throws(CostModelError) {
            work = try CostModel(study: study).expectedWork.map { $0.active + $0.inactive }
        } catch {
            throw .cost(error.description)
        }
        return study.workloads.indices.map { position in
            let workload = study.workloads[position]
            let hours = workload.gpuHoursPerMonth.distribution
            func at(_ quantile: Double) -> Double {
                let part = hours.mean > 0 ? max(hours.quantile(quantile), 0) / hours.mean : 1
                let step = min(max(1 + workload.growth.distribution.quantile(quantile), 0.01), 11)
                let years = max(min(study.horizonYears, 15) - 1, 0)
                let grown = (0..<years).reduce(1.0) { value, _ in value * step }
                return work[position] * part * (quantile < 0.5 ? min(grown, 1) : max(grown, 1))
            }
            let low = at(0.05)
            return low...max(at(0.95), low)
        }
    }

    /// The study with the demand that the trace says, where the study leaves it to the trace.
    private static func filled(_ study: Study, _ work: TracedWork, _ recorded: RecordedTrace) throws(DecisionError)
        -> Study
    {
        var unit = study
        guard let one = try? Distribution.point(1) else { return study }
        for index in unit.workloads.indices { unit.workloads[index].gpuHoursPerMonth.distribution = one }
        let each: [Double]
        do throws(CostModelError) {
            each = try CostModel(study: unit).expectedWork.map { $0.active + $0.inactive }
        } catch {
            throw .cost(error.description)
        }
        var filled = study
        for index in study.workloads.indices where study.workloads[index].jobs?.statesDemand == false && each[index] > 0
        {
            guard let hours = try? Distribution.point(work.heldHours[index] / each[index]) else { continue }
            filled.workloads[index].gpuHoursPerMonth.distribution = hours
            filled.workloads[index].gpuHoursPerMonth.range = Quantity.defaultRange(of: hours)
            filled.workloads[index].gpuHoursPerMonth.provenance = .derived(
                records: ["sha256:\(recorded.sha256)"],
                note: "GPU-hours of \(counted(work.jobsOfWorkload[index].count, "job")) in \(recorded.file), "
                    + "a month of 730 hours over \(NumberText.fixed(work.spanHours / 24, 1)) days"
            )
        }
        return filled
    }
}
