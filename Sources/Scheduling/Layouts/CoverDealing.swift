/// Among as few GPUs, the patterns for which the fewest running jobs must end, then those that use busy GPUs before idle
/// ones, then those that leave most to later jobs.
struct CoverDealing {
    private let demand: [Int]
    /// The choices of each group.
    private let groups: [LayoutChoices?]
    private let kinds: [CoverKinds.Kind]
    /// GPUs that may be used.
    private let gpus: Int
    /// By group and pattern, the pattern with one more of each row; -1 where that is not legal.
    private let more: [[[Int]]]
    private(set) var parts: [SliceCover.Part] = []

    /// So many GPUs of a kind with a pattern, by its position.
    private struct Share {
        let kind: Int
        let pattern: Int
        let count: Int
    }

    init(demand: [Int], groups: [LayoutChoices?], kinds: [CoverKinds.Kind], gpus: Int) {
        (self.demand, self.groups, self.kinds, self.gpus) = (demand, groups, kinds, gpus)
        let isBusy = kinds.contains(where: \.isBusy)
        more = groups.map { choice in
            guard isBusy, let choice else { return [] }
            return choice.patterns.map { pattern in
                pattern.indices.map { row in
                    var next = pattern
                    next[row] += 1
                    return choice.position[next] ?? -1
                }
            }
        }
    }

    /// Improves on patterns that need as few GPUs as can be, given by group.
    mutating func solve(_ least: [(group: Int, pattern: [Int], count: Int)]) {
        var shares = matched(least)
        if kinds.contains(where: \.isBusy) {
            let jobs = jobs(shares)
            if let found = busyFirst(jobs == 0 ? shares : nil, waits: false) {
                shares = found
            } else if jobs > 0, let found = busyFirst(shares, waits: true) {
                shares = found
            }
        }
        shares = leastFragmented(shares)
        var total: [Int: [Int: Int]] = [:]
        for share in shares { total[kinds[share.kind].group, default: [:]][share.pattern, default: 0] += share.count }
        for group in total.keys.sorted() {
            for (pattern, count) in (total[group] ?? [:]).sorted(by: { $0.key < $1.key }) {
                guard let items = groups[group]?.patterns[pattern] else { continue }
                parts.append(SliceCover.Part(group: group, pattern: items, count: count))
            }
        }
    }

    private func jobs(_ shares: [Share]) -> Int {
        shares.reduce(0) { $0 + kinds[$1.kind].jobs($1.pattern) * $1.count }
    }

    private func idle(_ shares: [Share]) -> Int {
        shares.reduce(0) { $0 + (kinds[$1.kind].isBusy ? 0 : $1.count) }
    }

    /// The patterns on kinds of GPU with the fewest jobs in the way, then on few idle ones.
    private func matched(_ least: [(group: Int, pattern: [Int], count: Int)]) -> [Share] {
        var shares: [Share] = []
        for (group, choice) in groups.enumerated() {
            guard let choice else { continue }
            let mine = kinds.indices.filter { kinds[$0].group == group }
            let wanted = least.filter { $0.group == group && $0.count > 0 }
            let patterns = wanted.map { choice.position[$0.pattern] ?? 0 }
            let matching = LayoutMatching(
                wanted: wanted.map(\.count),
                available: mine.map { kinds[$0].count },
                cost: patterns.map { pattern in
                    mine.map { kinds[$0].jobs(pattern) * (gpus + 1) + (kinds[$0].isBusy ? 0 : 1) }
                }
            )
            for (index, pattern) in patterns.enumerated() {
                for (position, kind) in mine.enumerated() where matching.flow[index][position] > 0 {
                    shares.append(Share(kind: kind, pattern: pattern, count: matching.flow[index][position]))
                }
            }
        }
        return shares
    }

    /// Fewest jobs, then fewest idle GPUs.
    ///
    /// - Parameters:
    ///   - start: what is known to do, where there is.
    ///   - waits: whether jobs may be waited for.
    /// - Returns: the best that was found; nil for nothing.
    private func busyFirst(_ start: [Share]?, waits: Bool) -> [Share]? {
        var problem = Problem(demand: demand, kinds: kinds, limits: kinds.map(\.count) + [gpus])
        for (index, kind) in kinds.enumerated() {
            guard let choice = groups[kind.group] else { continue }
            for (pattern, items) in choice.patterns.enumerated() where items.contains(where: { $0 > 0 }) {
                let jobs = kind.jobs(pattern)
                guard waits || jobs == 0 else { continue }
                // One that can hold more at no more jobs does all that this one does.
                let isDominated = more[kind.group][pattern].contains { $0 >= 0 && kind.jobs($0) <= jobs }
                let isStart = start?.contains { $0.kind == index && $0.pattern == pattern } ?? false
                guard !isDominated || isStart else { continue }
                problem.add(
                    index,
                    pattern,
                    items,
                    cost: Double(jobs) * Double(gpus + 1) + (kind.isBusy ? 0 : 1),
                    [index, kinds.count]
                )
            }
        }
        return problem.solve(start)
    }

    /// Least expected fragmentation, with as few jobs and idle GPUs as before.
    private func leastFragmented(_ start: [Share]) -> [Share] {
        let waits = jobs(start) > 0
        var limits = kinds.map(\.count) + [gpus]
        let hasBusy = kinds.contains(where: \.isBusy)
        if hasBusy { limits.append(idle(start)) }
        var problem = Problem(demand: demand, kinds: kinds, limits: limits)
        for (index, kind) in kinds.enumerated() {
            guard let choice = groups[kind.group] else { continue }
            for (pattern, items) in choice.patterns.enumerated() where items.contains(where: { $0 > 0 }) {
                let jobs = kind.jobs(pattern)
                guard waits || jobs == 0 else { continue }
                problem.add(
                    index,
                    pattern,
                    items,
                    cost: max(0, choice.usableWhenIdle - choice.usable(beside: items))
                        + Double(jobs) * Double(gpus + 1),
                    [index, kinds.count] + (hasBusy && !kind.isBusy ? [kinds.count + 1] : [])
                )
            }
        }
        return problem.solve(start) ?? start
    }

    /// A covering problem whose columns are patterns on kinds of GPU.
    private struct Problem {
        private var cover: CoverProblem
        private var kindOf: [Int] = []
        private var patternOf: [Int] = []

        init(demand: [Int], kinds: [CoverKinds.Kind], limits: [Int]) {
            cover = CoverProblem(demand: demand, columns: [], limits: limits)
        }

        mutating func add(_ kind: Int, _ pattern: Int, _ items: [Int], cost: Double, _ limits: [Int]) {
            cover.columns.append(CoverProblem.Column(items: items, cost: cost, limits: limits))
            kindOf.append(kind)
            patternOf.append(pattern)
        }

        /// The best that is found within an effort that does not grow with the estate; nil where that is nothing.
        func solve(_ start: [Share]?) -> [Share]? {
            var counts: [Int]?
            if let start {
                var known: [[Int]: Int] = [:]
                for share in start { known[[share.kind, share.pattern], default: 0] += share.count }
                counts = kindOf.indices.map { known[[kindOf[$0], patternOf[$0]]] ?? 0 }
            }
            let size = max(1, cover.columns.count * (cover.demand.count + cover.limits.count))
            let found = CoverSearch.solve(cover, start: counts, nodeLimit: min(300, max(6, 900_000 / size)))
            return found?.counts.enumerated().compactMap { index, count in
                count > 0 ? Share(kind: kindOf[index], pattern: patternOf[index], count: count) : nil
            }
        }
    }
}
