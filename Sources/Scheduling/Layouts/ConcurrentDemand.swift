package import Estate

/// What the jobs of a trace want at once, over time, if nobody waited: the demand that layouts are planned for.
///
/// Each job starts when it is submitted and holds what it wants for as long as it takes there. Times after the last
/// submission, when jobs only end, do not count.
package struct ConcurrentDemand: Sendable {
    /// What is counted apart.
    private struct Key: Hashable {
        let unit: PlanDemand.Unit
        let team: Int
    }

    private struct Event {
        let time: Int64
        let key: Int
        let change: Int
    }

    private let teams: [String]
    private var keys: [Key] = []
    /// Milliseconds at each level, by key: level, then time, ascending by level.
    private var levels: [[(level: Int, time: Int64)]] = []
    private var last: [Int] = []
    private var span: Int64 = 0
    /// Jobs of the trace by what became of them.
    package private(set) var sliced = 0
    package private(set) var whole = 0

    /// Counts what runs at once.
    ///
    /// - Parameters:
    ///   - trace: jobs in bare-metal work, in the order of submission.
    ///   - teams: names by ``TraceJob/speedClass``; jobs of classes beyond have none.
    ///   - traits: what jobs need.
    ///   - geometry: how GPUs can be cut; nil where they cannot.
    ///   - gpusPerHost: a larger job takes several hosts whole.
    /// - Throws: ``CatalogueError`` where the choice of slices rests on an unknown fact.
    package init(
        _ trace: Trace,
        teams: [String],
        traits: TraitTable,
        geometry: MIGGeometry?,
        gpusPerHost: Int
    ) throws(CatalogueError) {
        self.teams = teams
        let wishes = try SliceWish(geometry, speeds: traits.speeds)
        var keyOf: [Key: Int] = [:]
        var events: [Event] = []
        let end = trace.submit.last ?? 0
        for index in 0..<trace.count {
            let job = trace[index]
            guard job.gpus > 0, job.duration > 0 else { continue }
            let profile = trace.profiles.indices.contains(Int(job.profile)) ? trace.profiles[Int(job.profile)] : nil
            let wish = wishes.wish(job, named: profile, traits.traits(of: job), gpusPerHost: gpusPerHost)
            if case .profile = wish.unit { sliced += 1 } else { whole += 1 }
            let key = Key(unit: wish.unit, team: Int(job.speedClass))
            let number = keyOf[key] ?? keys.count
            if number == keys.count {
                keyOf[key] = number
                keys.append(key)
            }
            let length = min(Double(job.duration) / wish.speed, 1e15)
            events.append(Event(time: job.submit, key: number, change: wish.count))
            events.append(Event(time: job.submit + Int64(length), key: number, change: -wish.count))
        }
        events.sort { ($0.time, $0.change) < ($1.time, $1.change) }
        let begin = trace.submit.first ?? 0
        span = max(end - begin, 1)
        var level = Array(repeating: 0, count: keys.count)
        var since = Array(repeating: begin, count: keys.count)
        var times = Array(repeating: [Int: Int64](), count: keys.count)
        for event in events where event.time <= end {
            times[event.key][level[event.key], default: 0] += event.time - since[event.key]
            since[event.key] = event.time
            level[event.key] += event.change
        }
        for key in keys.indices {
            times[key][level[key], default: 0] += end - since[key]
            levels.append(times[key].map { ($0.key, $0.value) }.sorted { $0.0 < $1.0 })
        }
        last = level
    }

    /// The demand that suffices for each profile and team this part of the time, by the names of both.
    ///
    /// - Parameter percent: 0 to 100.
    /// - Returns: a row for each that is wanted at all.
    package func demand(at percent: Double) -> [PlanDemand] {
        rows { key in
            let target = Double(span) * min(max(percent, 0), 100) / 100
            var sum: Int64 = 0
            for (level, time) in levels[key] {
                sum += time
                if Double(sum) >= target { return level }
            }
            return levels[key].last?.level ?? 0
        }
    }

    /// What runs at the last submission.
    package var now: [PlanDemand] { rows { last[$0] } }

    private func rows(_ count: (Int) -> Int) -> [PlanDemand] {
        keys.indices.sorted { (keys[$0].team, name($0)) < (keys[$1].team, name($1)) }.compactMap { key in
            let number = count(key)
            guard number > 0 else { return nil }
            let team = teams.indices.contains(keys[key].team) ? teams[keys[key].team] : nil
            return PlanDemand(keys[key].unit, count: number, team: team)
        }
    }

    private func name(_ key: Int) -> String { PlanDemand(keys[key].unit, count: 1).name }
}

/// What one job wants of a GPU: the rule of the replays, as a profile's name.
package struct SliceWish: Sendable {
    private let options: [(name: String, share: SliceShare, memoryMiB: Int)]
    private let speeds: SliceSpeedModel
    private let geometry: MIGGeometry?

    /// What a job wants, how much of it, and how fast it is there against a whole GPU.
    package struct Wish: Sendable, Hashable {
        package let unit: PlanDemand.Unit
        package let count: Int
        package let speed: Double
    }

    /// The profiles that are a part of a GPU, cheapest first: most to a GPU, then least compute, then least memory.
    package init(_ geometry: MIGGeometry?, speeds: SliceSpeedModel = .standard) throws(CatalogueError) {
        self.geometry = geometry
        self.speeds = speeds
        var found: [(option: SliceOption, share: SliceShare)] = []
        if let geometry {
            for option in try geometry.sliceOptions() where option.profile.placements != nil {
                let share = try SliceShare(option.profile, of: geometry)
                if share != .whole { found.append((option, share)) }
            }
        }
        options = found.enumerated().sorted {
            (-$0.element.option.perGPU, $0.element.share.compute, $0.element.option.memoryMiB, $0.offset)
                < (-$1.element.option.perGPU, $1.element.share.compute, $1.element.option.memoryMiB, $1.offset)
        }.map { ($0.element.option.profile.name, $0.element.share, $0.element.option.memoryMiB) }
    }

    /// The cheapest slice with a job's memory on which it keeps its least speed; whole GPUs where none does, where it
    /// wants several, and where its memory is not known.
    package func wish(
        _ job: TraceJob,
        named profile: String?,
        _ traits: JobTraits,
        gpusPerHost: Int
    ) -> Wish {
        if let profile, let geometry, let known = try? geometry.profile(meaning: profile) {
            return Wish(unit: .profile(known.name), count: Int(job.gpus), speed: 1)
        }
        if job.gpus == 1, job.gpuMemoryMiB > 0 || job.gpuMilli < 1_000 {
            for option in options where option.memoryMiB >= Int(job.gpuMemoryMiB) {
                let speed = speeds.speed(traits.need, on: option.share)
                if speed + 1e-9 >= traits.leastSpeed {
                    return Wish(unit: .profile(option.name), count: 1, speed: speed)
                }
            }
        }
        let most = max(gpusPerHost, 1)
        let hosts = max(Int(job.nodes), (Int(job.gpus) + most - 1) / most, 1)
        let each = min((Int(job.gpus) + hosts - 1) / hosts, most)
        return Wish(unit: .whole(gpusPerJob: max(each, 1)), count: hosts, speed: 1)
    }
}
