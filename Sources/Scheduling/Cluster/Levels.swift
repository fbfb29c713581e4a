/// Sorts amounts of a node's resource into few levels that tell what fits.
///
/// The thresholds are the amounts that jobs ask for. With every one of them a level says exactly which jobs fit; where
/// there are too many, some are left out, and a job between two thresholds must look at the node itself.
struct Levels {
    /// Ascending, none below 1.
    let thresholds: ContiguousArray<Int64>

    /// How many levels there are: one below each threshold, and one above the last.
    var count: Int { thresholds.count + 1 }

    /// Chooses thresholds among demands.
    ///
    /// - Parameters:
    ///   - demands: how many jobs ask for each amount; amounts below 1 are ignored.
    ///   - limit: the most thresholds to keep: where there are more, those that split the jobs evenly.
    init(_ demands: [Int64: Int], limit: Int) {
        let sorted = demands.filter { $0.key > 0 }.sorted { $0.key < $1.key }
        guard sorted.count > limit else {
            thresholds = ContiguousArray(sorted.map(\.key))
            return
        }
        let total = sorted.reduce(0.0) { $0 + Double($1.value) }
        var kept: ContiguousArray<Int64> = []
        var seen = 0.0
        for (amount, jobs) in sorted where kept.count < limit {
            // The first is always kept: below it nothing fits that asks for anything.
            if kept.isEmpty || seen >= total * Double(kept.count) / Double(limit) { kept.append(amount) }
            seen += Double(jobs)
        }
        thresholds = kept
    }

    /// The level of a free amount: how many thresholds it reaches.
    func level(of free: Int64) -> Int {
        var level = 0
        while level < thresholds.count, thresholds[level] <= free { level += 1 }
        return level
    }

    /// The level of a free amount, looked for from the level it had before.
    func level(of free: Int64, from old: Int) -> Int {
        var level = old
        while level < thresholds.count, thresholds[level] <= free { level += 1 }
        while level > 0, thresholds[level - 1] > free { level -= 1 }
        return level
    }

    /// Whether the level alone says that a demand fits, for demands at that level.
    func isExact(_ demand: Int64) -> Bool {
        let level = level(of: demand)
        return demand <= 0 || (level > 0 && thresholds[level - 1] == demand)
    }
}
