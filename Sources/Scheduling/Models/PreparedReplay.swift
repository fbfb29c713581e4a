import Estate

/// A trace, cluster and ledger as one deployment model makes them.
///
/// What the model costs is in the durations, once: the engine adds only what depends on where a job lands.
package struct PreparedReplay: Sendable {
    /// The jobs as they hold GPUs under the model.
    package internal(set) var trace: Trace
    /// What they run on.
    package private(set) var cluster: ClusterDescription
    /// What they are worth, whatever the model.
    package internal(set) var ledger: JobLedger
    /// What the creation of an instance adds, in milliseconds: for ``SimulationOptions/repartitionMilliseconds``.
    package let repartitionMilliseconds: Int64
    /// The speed of each job with nobody beside it, relative to bare metal on whole GPUs.
    package private(set) var speedAlone: ContiguousArray<Double>
    /// Jobs that have a slot of a time-sliced GPU: by job, the cost of company; nil where no GPU is shared in turns.
    private(set) var company: ContiguousArray<Int8>?
    let companies: [ModelOverheads]
    /// What each keeps busy of a GPU while it runs alone there, 0 to 1.
    private(set) var demand: ContiguousArray<Float>
    /// Jobs that were given a part of a GPU.
    package private(set) var partial: Int
    /// What became of jobs that ask for whole GPUs; nil where the model hands out no parts.
    package private(set) var slices: SliceCounts?
    /// The parts of a mixed estate, each with a queue of its own; nil where there is one.
    private(set) var parts: EstateParts?
    /// Tables of the GPUs, for all replays of this and of what is drawn from it.
    let tables = StateTableCache()

    /// Prepares a replay on hosts that are alike.
    ///
    /// - Throws: ``SimulationError`` where the model makes no sense on these hosts.
    package init(
        _ work: WorkTrace,
        on pool: HostPool,
        model: ReplayModel,
        overheads: ModelOverheads = ModelOverheads()
    ) throws(SimulationError) {
        try self.init(work, on: [pool], model: model, overheads: overheads)
    }

    /// Prepares a replay.
    ///
    /// Where hosts have several types of GPU, a job goes to those types on which the model makes the same of it: those of
    /// the first, in the order of the hosts, that gives it a part of a GPU, else of the first that it accepts.
    ///
    /// - Parameters:
    ///   - work: the trace in bare-metal work.
    ///   - pools: the hosts; a mixed model's parts take them in this order.
    ///   - model: how their GPUs are handed out.
    ///   - overheads: what that costs; a mixed model's parts have their own.
    ///   - homes: of a mixed model, the part of each job in step with the trace, ``TraceJob/none`` for a job of none;
    ///     without it parts have their classes.
    /// - Throws: ``SimulationError`` where the model makes no sense on these hosts.
    package init(
        _ work: WorkTrace,
        on pools: [HostPool],
        model: ReplayModel,
        overheads: ModelOverheads = ModelOverheads(),
        homes: ContiguousArray<Int32>? = nil
    ) throws(SimulationError) {
        let plan = try CutPlan(pools, model, overheads)
        let cutters = plan.cutters
        let creation = Set(cutters.map { $0.creates ? $0.overheads.repartitionMilliseconds : 0 }.filter { $0 > 0 })
        guard creation.count <= 1 else {
            throw .option("the parts of a mixed estate must have one repartition time")
        }

        var trace = work.trace
        let recorded = trace.profiles
        trace.profiles = plan.profileNames
        var numbers: [String: Int32] = [:]
        for (index, name) in trace.profiles.enumerated() { numbers[name] = Int32(clamping: index) }
        /// The types that a job accepts, by the trace's own names.
        let own = cutters.map { cutter in trace.gpuTypes.firstIndex(of: cutter.gpuType) }
        if plan.isNamed { trace.gpuTypes = plan.typeNames }
        let bits = plan.bits
        let wholeBits = cutters.map { bits[$0.type(isSlice: false)] }
        let sliceBits = cutters.map { bits[$0.type(isSlice: true)] }
        var ledger = JobLedger(
            work: work.trace.duration,
            inactive: ContiguousArray(repeating: 0, count: trace.count),
            busyGPUs: work.busyGPUs,
            usefulGPUs: work.usefulGPUs
        )
        var alone = ContiguousArray<Double>(repeating: 1, count: trace.count)
        var demand = ContiguousArray<Float>(repeating: 1, count: trace.count)
        var company = ContiguousArray<Int8>(repeating: -1, count: trace.count)
        var counts = SliceCounts()
        var partial = 0
        var parts = EstateParts(plan, jobs: trace.count)
        for index in 0..<trace.count {
            var job = trace[index]
            guard job.gpus > 0 || job.duration >= 0 else { continue }
            let asks = job
            let traits = work.traits.traits(of: job)
            demand[index] = Float(max(traits.activity, 0.01))
            let asked = work.asked.isEmpty || work.asked[index] == TraceJob.none ? nil : Int(work.asked[index])
            let name = asked.flatMap { recorded.indices.contains($0) ? recorded[$0] : "" }
            let home = plan.home(of: index, job, homes)
            parts?.send(index, to: home)
            // The first cutter that gives a part of a GPU, else the first that takes the job at all.
            var taken: (cutter: Int, job: TraceJob, cut: ModelCutter.Cut)?
            var alike: [Int] = []
            for (place, cutter) in cutters.enumerated() where cutter.part == home {
                let accepts = job.gpuTypes == 0 || own[place].map { job.gpuTypes & (1 << UInt64($0)) != 0 } ?? false
                guard accepts || !plan.isNamed else { continue }
                var one = job
                let stated = asked == nil ? 0 : Int(work.stated[index])
                let cut = cutter.cut(&one, asked: name, stated: stated, traits, work.traits.speeds)
                if let known = taken {
                    if known.job == one, known.cut == cut {
                        alike.append(place)
                        continue
                    }
                    guard cut.isSlice, !known.cut.isSlice else { continue }
                }
                taken = (place, one, cut)
                alike = [place]
            }
            guard let taken else {
                // A job that no part serves, or of a type of GPU that is not there, is refused for its type.
                if job.gpus > 0 { job.gpuTypes = 1 << 63 } else { job.gpuTypes = 0 }
                job.gpuMilli = min(max(job.gpuMilli, 1), 1_000)
                trace[index] = job
                continue
            }
            let (cutter, cut) = (cutters[taken.cutter], taken.cut)
            job = taken.job
            if let profile = cut.profile.flatMap({ numbers[$0] }) { job.profile = profile }
            if plan.usesMIG, let name, !cut.isSlice, !cutters.contains(where: { $0.part == home && $0.has(name) }) {
                // A profile that these GPUs do not have is refused, never made a whole GPU.
                job.profile = numbers[name] ?? Int32(clamping: trace.profiles.count)
                if numbers[name] == nil {
                    numbers[name] = job.profile
                    trace.profiles.append(name)
                }
            }
            if plan.isNamed, job.gpus > 0 {
                var mask: UInt64 = 0
                for place in alike {
                    if let bit = (cut.isSlice ? sliceBits : wholeBits)[place] { mask |= 1 << UInt64(bit) }
                }
                // Without such hosts (a fixed layout on all) any will do for the reason of the refusal.
                job.gpuTypes = mask
            } else if plan.isNamed {
                job.gpuTypes = 0
            }
            if job.gpus > 0 {
                alone[index] = cut.speed
                let startUp = cutter.overheads.startUpMilliseconds
                ledger.inactive[index] = startUp + (cut.creates ? cutter.overheads.repartitionMilliseconds : 0)
                let exact =
                    work.exact.isEmpty ? (Double(job.duration), Double(max(job.requested, 0))) : work.exact[index]
                job.duration = WorkTrace.scaled(exact.0, 1 / cut.speed) + startUp
                if job.requested != TraceJob.unknown {
                    job.requested = WorkTrace.scaled(exact.1, 1 / cut.speed) + startUp
                }
                if cut.isSlice { partial += 1 }
                if cut.isTimeSliced { company[index] = Int8(clamping: home) }
                if cutter.shares {
                    counts.add(
                        asks,
                        named: name != nil,
                        isSlice: cut.isSlice,
                        isRaised: cut.isRaised,
                        isReplaced: cut.isReplaced,
                        isTooSlow: cut.isTooSlow,
                        isAssumed: work.traits.isAssumed(asks) && !cut.isFull
                    )
                }
            }
            trace[index] = job
        }
        self.trace = trace
        self.ledger = ledger
        self.demand = demand
        self.partial = partial
        speedAlone = alone
        cluster = .nodes(plan.groups)
        self.parts = parts
        repartitionMilliseconds = creation.first ?? 0
        companies = plan.parts.map(\.overheads)
        self.company = company.contains { $0 >= 0 } ? company : nil
        slices = cutters.contains { $0.shares } ? counts : nil
    }
}

extension PreparedReplay {
    /// The same under another demand: some of its jobs, submitted at other times, on another number of hosts.
    ///
    /// What the model makes of a job does not depend on who else comes, so it is worked out once.
    ///
    /// - Parameters:
    ///   - rows: indices of the jobs; one may stand more than once.
    ///   - submissions: when each is submitted, in step with `rows`, ascending, in milliseconds.
    ///   - hosts: how many hosts there are; of a replay prepared on hosts that are all cut alike.
    /// - Returns: a replay without ``slices``, which counts the jobs of a trace.
    /// - Throws: ``SimulationError/option(_:)`` where the hosts are not alike.
    package func drawn(
        _ rows: ContiguousArray<Int32>,
        submissions: ContiguousArray<Int64>,
        hosts: Int
    ) throws(SimulationError) -> PreparedReplay {
        guard case .nodes(var groups) = cluster, groups.count == 1 else {
            throw .option("another demand is drawn on hosts that are all cut alike")
        }
        groups[0].count = hosts
        var drawn = self
        drawn.cluster = .nodes(groups)
        drawn.trace = trace.gathered(rows, submissions: submissions)
        drawn.ledger = JobLedger(
            work: TimeOrder.gather(rows, from: ledger.work),
            inactive: TimeOrder.gather(rows, from: ledger.inactive),
            busyGPUs: TimeOrder.gather(rows, from: ledger.busyGPUs),
            usefulGPUs: TimeOrder.gather(rows, from: ledger.usefulGPUs)
        )
        drawn.speedAlone = TimeOrder.gather(rows, from: speedAlone)
        drawn.demand = TimeOrder.gather(rows, from: demand)
        drawn.company = company.map { TimeOrder.gather(rows, from: $0) }
        if drawn.company?.contains(where: { $0 >= 0 }) == false { drawn.company = nil }
        drawn.partial = (0..<drawn.trace.count).count {
            drawn.trace.profile[$0] != TraceJob.none || drawn.trace.gpuMilli[$0] < 1_000
        }
        drawn.slices = nil
        drawn.parts = nil
        return drawn
    }
}

/// Hosts dealt to the parts of a model, and what each part makes of each type of GPU.
struct CutPlan {
    /// The parts; one, for all, where the model is not mixed.
    let parts: [ReplayModel.Part]
    /// One for each part and type of GPU.
    private(set) var cutters: [ModelCutter] = []
    /// The hosts as the engine sees them, in the order of the pools.
    private(set) var groups: [NodeGroup] = []
    /// The part of each group.
    private(set) var partOfGroup: [Int] = []
    /// Whether jobs must be told where to go.
    let isNamed: Bool
    /// Names of types, where they are named; at most 63.
    private(set) var typeNames: [String] = []
    /// Names of the profiles of all GPUs.
    private(set) var profileNames: [String] = []
    /// Whether some part creates or has MIG instances.
    let usesMIG: Bool
    private let isMixed: Bool

    init(_ pools: [HostPool], _ model: ReplayModel, _ overheads: ModelOverheads) throws(SimulationError) {
        guard pools.contains(where: { $0.hosts > 0 && $0.gpusPerHost > 0 }),
            pools.allSatisfy({ $0.hosts >= 0 && (0...64).contains($0.gpusPerHost) })
        else { throw .emptyCluster("the pool of hosts") }
        var total = 0
        for pool in pools {
            let (sum, overflow) = total.addingReportingOverflow(pool.hosts)
            guard !overflow, sum <= NodeSets.nodeLimit else {
                throw .tooLarge(what: "nodes", count: overflow ? .max : sum, limit: NodeSets.nodeLimit)
            }
            total = sum
        }
        if case .mixed(let list) = model {
            parts = list
            isMixed = true
        } else {
            parts = [ReplayModel.Part(name: "", model: model, overheads: overheads, hosts: total, classes: [])]
            isMixed = false
        }
        guard !parts.isEmpty, parts.count <= 16, parts.allSatisfy({ $0.hosts >= 0 }),
            parts.reduce(0, { $0 + min($1.hosts, total + 1) }) <= total
        else {
            throw .option("the parts of a mixed estate must be 1 to 16 and together have at most \(total) hosts")
        }
        var types: [String] = []
        for pool in pools where pool.gpusPerHost > 0 && !types.contains(pool.gpuType) { types.append(pool.gpuType) }
        isNamed = isMixed || types.count > 1 || parts.contains { $0.model.splitsHosts }
        usesMIG = parts.contains { $0.model.isMIG }
        for pool in pools {
            for profile in pool.geometry?.profiles ?? [] where !profileNames.contains(profile.name) {
                profileNames.append(profile.name)
            }
        }
        var left = pools.map(\.hosts)
        for (index, part) in parts.enumerated() {
            try part.overheads.check()
            try deal(part, index, pools, &left)
        }
        for cutter in cutters where isNamed {
            for name in [cutter.type(isSlice: false), cutter.type(isSlice: true)] where !typeNames.contains(name) {
                typeNames.append(name)
            }
        }
        guard typeNames.count < 64 else {
            throw .tooLarge(what: "types of GPUs over all parts", count: typeNames.count, limit: 63)
        }
    }

    /// Gives a part its hosts, from where the part before ended.
    private mutating func deal(
        _ part: ReplayModel.Part,
        _ index: Int,
        _ pools: [HostPool],
        _ left: inout [Int]
    ) throws(SimulationError) {
        var wanted = part.hosts
        var dealt: [(pool: HostPool, hosts: Int)] = []
        for place in pools.indices where wanted > 0 && left[place] > 0 {
            let hosts = min(wanted, left[place])
            left[place] -= hosts
            wanted -= hosts
            dealt.append((pools[place], hosts))
        }
        if case .passthrough(let shapes) = part.model, let most = pools.map(\.gpusPerHost).max(),
            shapes.isEmpty || !shapes.allSatisfy({ (1...max(most, 1)).contains($0) })
        {
            throw .option("VM shapes must have 1 to \(most) GPUs, the GPUs of a host")
        }
        if part.model.isMIG, !dealt.isEmpty, !dealt.contains(where: { $0.pool.geometry != nil }) {
            throw .option("these GPUs cannot be cut into MIG instances")
        }
        var cut = part.hosts
        if case .staticMIG(_, let hosts) = part.model {
            guard (0...part.hosts).contains(hosts) else {
                throw .option("\(hosts) hosts cannot be cut into a layout where there are \(part.hosts)")
            }
            cut = hosts
        }
        for (pool, hosts) in dealt {
            guard pool.gpusPerHost > 0 else {
                groups.append(
                    NodeGroup(
                        name: pool.name,
                        count: hosts,
                        cpuMilli: pool.cpuMilli,
                        memoryMiB: pool.memoryMiB,
                        gpus: 0
                    )
                )
                partOfGroup.append(index)
                continue
            }
            let cutter: ModelCutter
            if let known = cutters.first(where: { $0.part == index && $0.gpuType == pool.gpuType }) {
                cutter = known
            } else {
                let same = dealt.map(\.pool).filter { $0.gpuType == pool.gpuType && $0.gpusPerHost > 0 }
                cutter = try ModelCutter(part, index, same, among: dealt.map(\.pool), isNamed: isNamed)
                cutters.append(cutter)
            }
            let own = min(cut, hosts)
            cut -= own
            groups += cutter.groups(pool, hosts: hosts, cut: own)
            partOfGroup += Array(repeating: index, count: groups.count - partOfGroup.count)
        }
    }

    /// The part that serves a job; -1 where none does.
    ///
    /// A job without a GPU goes to the first where no part is named for it.
    func home(of index: Int, _ job: TraceJob, _ homes: ContiguousArray<Int32>?) -> Int {
        guard isMixed else { return 0 }
        let home = named(index, job, homes)
        return job.gpus > 0 ? home : max(home, 0)
    }

    private func named(_ index: Int, _ job: TraceJob, _ homes: ContiguousArray<Int32>?) -> Int {
        if let homes { return homes.indices.contains(index) ? Int(homes[index]) : -1 }
        return parts.firstIndex { $0.classes.contains(job.speedClass) } ?? -1
    }

    /// The bits of the types that some hosts have, by name.
    var bits: [String: Int] {
        var bits: [String: Int] = [:]
        for (bit, name) in typeNames.enumerated() where groups.contains(where: { $0.gpuType == name }) {
            bits[name] = bit
        }
        return bits
    }
}

extension ReplayModel {
    /// Whether hosts of one part are cut in different ways, so that jobs must be told apart.
    var splitsHosts: Bool { if case .staticMIG = self { true } else { false } }

    /// Whether it hands out MIG instances.
    package var isMIG: Bool {
        switch self {
        case .dynamicMIG, .staticMIG: true
        case .mixed(let parts): parts.contains { $0.model.isMIG }
        case .wholeGPU, .passthrough, .timeSliced: false
        }
    }
}
