/// The speed of each job in a slot of a GPU shared in turns, over the company that it had.
struct TurnSpeeds {
    /// By job, relative to nobody beside it; 0 where it is not known.
    private(set) var speeds: ContiguousArray<Double>
    /// By job, the milliseconds of turns in which its work is done: among those that it had, and where they do not suffice
    /// at the speed of the last; below 0 where it had none.
    private(set) var lengths: ContiguousArray<Double>

    init(_ prepared: PreparedReplay, _ company: ContiguousArray<Int8>, _ trace: Trace, _ result: SimulationResult) {
        speeds = ContiguousArray(repeating: 0, count: trace.count)
        lengths = ContiguousArray(repeating: -1, count: trace.count)
        // Taken out once: what is asked for each turn would otherwise carry a copy of the whole replay.
        let (demand, companies, inactive) = (prepared.demand, prepared.companies, prepared.ledger.inactive)
        let (ledgerWork, speedAlone) = (prepared.ledger.work, prepared.speedAlone)
        // Twice the time, and one more where a job begins to work: at one instant others have ended first.
        var times: ContiguousArray<Int64> = []
        var gpus = times
        var jobs: ContiguousArray<Int> = []
        times.reserveCapacity(2 * trace.count)
        gpus.reserveCapacity(2 * trace.count)
        jobs.reserveCapacity(2 * trace.count)
        for job in 0..<trace.count where company[job] >= 0 && result.start[job] != SimulationResult.never {
            guard result.end[job] > result.start[job], result.gpuMask[job].nonzeroBitCount == 1 else { continue }
            let gpu = Int64(result.node[job]) * 64 + Int64(result.gpuMask[job].trailingZeroBitCount)
            // Who still boots takes no turns.
            let works = min(result.start[job] + inactive[job], result.end[job])
            times.append(works << 1 | 1)
            times.append(result.end[job] << 1)
            for _ in 0..<2 {
                gpus.append(gpu)
                jobs.append(job)
            }
        }
        let byTime = TimeOrder.of(times)
        let byGPU = TimeOrder.of(TimeOrder.apply(byTime, to: gpus))
        let order = TimeOrder.apply(byGPU, to: byTime)
        var done = ContiguousArray(repeating: 0.0, count: trace.count)
        var present: ContiguousArray<Int> = []
        var turns = Turns()
        for (index, edge) in order.enumerated() {
            let job = jobs[edge]
            if times[edge] & 1 == 1 {
                present.append(job)
            } else if let place = present.firstIndex(of: job) {
                present.remove(at: place)
            }
            guard index + 1 < order.count, gpus[order[index + 1]] == gpus[edge], !present.isEmpty else { continue }
            let length = Double(times[order[index + 1]] >> 1 - times[edge] >> 1)
            guard length > 0 else { continue }
            turns.take(present, companies[Int(company[present[0]])], demand)
            for (place, job) in present.enumerated() {
                let (speed, before) = (turns.speeds[place], done[job])
                done[job] += speed * length
                // The last turns before its work is done, or the last of all, say when that is.
                let work = Double(ledgerWork[job]) / speedAlone[job]
                guard before < work else { continue }
                let begin = result.start[job] + inactive[job]
                lengths[job] = Double((times[edge] >> 1) - begin) + (work - before) / speed
            }
        }
        for job in 0..<trace.count where company[job] >= 0 && result.start[job] != SimulationResult.never {
            let worked = Double(result.end[job] - result.start[job] - inactive[job])
            speeds[job] = worked > 0 ? min(max(done[job] / worked, 1.0 / 512), 1) : 1
        }
    }
}

/// Speeds of jobs that take turns on a GPU, relative to being alone there.
///
/// Fair shares of the GPU's time: nobody gets more than it needs, what is left is divided among the others. Room is kept
/// from one use to the next.
struct Turns {
    /// A speed for each, above 0, at most 1.
    private(set) var speeds: ContiguousArray<Double> = []
    private var demands: ContiguousArray<Double> = []
    private var given: ContiguousArray<Double> = []
    private var order: ContiguousArray<Int> = []

    /// Works out the speeds.
    ///
    /// - Parameters:
    ///   - jobs: who take turns.
    ///   - overheads: what turns cost.
    ///   - demand: what each of all jobs keeps busy when alone, above 0, at most 1.
    mutating func take(
        _ jobs: ContiguousArray<Int>,
        _ overheads: ModelOverheads,
        _ demand: ContiguousArray<Float>
    ) {
        let count = jobs.count
        speeds.removeAll(keepingCapacity: true)
        guard count > 1 else {
            for _ in 0..<count { speeds.append(1) }
            return
        }
        demands.removeAll(keepingCapacity: true)
        given.removeAll(keepingCapacity: true)
        order.removeAll(keepingCapacity: true)
        for index in 0..<count {
            demands.append(Double(demand[jobs[index]]))
            given.append(0)
            // Those who need least first; of equals who came first.
            var place = order.count
            order.append(index)
            while place > 0, demands[order[place - 1]] > demands[index] {
                order[place] = order[place - 1]
                place -= 1
            }
            order[place] = index
        }
        var left = 1.0
        var busy = 0.0
        for served in 0..<count {
            let index = order[served]
            given[index] = min(demands[index], left / Double(count - served))
            left -= given[index]
        }
        for index in 0..<count { busy += given[index] }
        for index in 0..<count {
            let turn = given[index] / demands[index] / (1 + overheads.switching)
            speeds.append(turn / (1 + overheads.interference * min(max(busy - given[index], 0), 1)))
        }
    }
}
