import Estate

/// How many GPUs of which patterns the slices take: fewest GPUs first, then with the fewest running jobs in the way, then
/// busy GPUs before idle ones, then with the least expected fragmentation.
struct SliceCover {
    /// GPUs that hold one pattern.
    struct Part {
        /// Models whose GPUs can hold it: an index into ``groups``.
        let group: Int
        var pattern: [Int]
        var count: Int
    }

    /// Models that share a row with one another and none with the rest, with what they need at least.
    struct Share {
        let models: [String]
        /// Proven: no plan needs fewer of them.
        let bound: Int
        /// What weights alone prove.
        let weighed: Int
    }

    /// Models that can hold the same patterns, by their positions in the estate.
    private(set) var groups: [[Int]] = []
    private(set) var parts: [Part] = []
    private(set) var gpus = 0
    /// Proven: no plan needs fewer.
    private(set) var bound = 0
    private(set) var proof: PlanProof?
    /// One where all models are tied to one another by rows that several can serve.
    private(set) var shares: [Share] = []

    /// Solves it.
    ///
    /// - Parameters:
    ///   - rows: what is wanted.
    ///   - choices: by model; nil for one that serves no row.
    ///   - models: the models, for messages.
    ///   - supply: GPUs that slices may have, by model.
    ///   - wholeGPUs: GPUs that whole jobs have, for messages.
    ///   - busy: GPUs of the supply with running jobs.
    /// - Throws: ``PlanError/tooFew(needed:available:isBound:wholeGPUs:models:)``.
    init(
        _ rows: [DemandRows.Row],
        choices: [LayoutChoices?],
        models: [GPUModel],
        supply: [Int],
        wholeGPUs: Int,
        busy: [CoverKinds.Busy] = []
    ) throws(PlanError) {
        guard !rows.isEmpty else { return }
        var groupOf: [[[Int]]: Int] = [:]
        for (model, choice) in choices.enumerated() {
            guard let choice else { continue }
            if let known = groupOf[choice.maximal] {
                groups[known].append(model)
            } else {
                groupOf[choice.maximal] = groups.count
                groups.append([model])
            }
        }
        let room = groups.map { $0.reduce(0) { $0 + supply[$1] } }
        var problem = CoverProblem(demand: rows.map(\.count), columns: [], limits: room.map { _ in Int.max })
        for (group, members) in groups.enumerated() {
            for pattern in choices[members[0]]?.maximal ?? [] where pattern.contains(where: { $0 > 0 }) {
                problem.columns.append(CoverProblem.Column(items: pattern, cost: 1, limits: [group]))
            }
        }
        let named = groups.map { $0.map { models[$0].id } }
        var least: [(group: Int, pattern: [Int], count: Int)] = []
        var prices = rows.map { _ in 0.0 }
        var isLimited = false
        for own in Self.apart(problem, groups: groups.count) {
            let part = CoverPart(problem, groups: own, room: room)
            let found: CoverPart.Solution
            do {
                found = try part.solved()
            } catch {
                throw .tooFew(
                    needed: error.needed,
                    available: error.available,
                    isBound: error.isBound,
                    wholeGPUs: wholeGPUs,
                    models: error.groups.flatMap { named[$0] }
                )
            }
            least += zip(part.problem.columns, found.outcome.counts).map { ($0.limits[0], $0.items, $1) }
            for (row, price) in found.outcome.prices.enumerated() where part.problem.demand[row] > 0 {
                prices[row] = price
            }
            isLimited = isLimited || found.isLimited
            gpus += found.outcome.counts.reduce(0, +)
            bound += found.bound
            guard found.bound > 0 else { continue }
            shares.append(Share(models: own.flatMap { named[$0] }, bound: found.bound, weighed: found.weighed))
        }
        if isLimited { problem.limits = room }
        let weights = CoverProof.make(problem, prices: prices, target: bound)
        proof = PlanProof(
            weights: zip(rows, weights.weights).map {
                PlanProof.Weight(demand: $0.name, count: $0.count, weight: $1)
            },
            charges: weights.charges.enumerated().compactMap { group, charge in
                charge > 0 ? PlanProof.Charge(models: named[group], available: room[group], charge: charge) : nil
            },
            capacity: weights.capacity
        )
        let kinds = CoverKinds(groups: groups, choices: choices, room: room, busy: busy).kinds
        var dealing = CoverDealing(
            demand: problem.demand,
            groups: groups.map { choices[$0[0]] },
            kinds: kinds,
            gpus: gpus
        )
        dealing.solve(least)
        parts = dealing.parts
        balance(rows, choices)
    }

    /// Groups that serve a row together, or through others, in one list each.
    private static func apart(_ problem: CoverProblem, groups: Int) -> [[Int]] {
        var leader = Array(0..<groups)
        func first(_ group: Int) -> Int { leader[group] == group ? group : first(leader[group]) }
        var server = problem.demand.map { _ in -1 }
        for column in problem.columns {
            for (row, count) in column.items.enumerated() where count > 0 {
                if server[row] < 0 { server[row] = column.limits[0] }
                let (one, other) = (first(server[row]), first(column.limits[0]))
                leader[max(one, other)] = min(one, other)
            }
        }
        return (0..<groups).filter { leader[$0] == $0 }.map { head in (0..<groups).filter { first($0) == head } }
    }

    /// Takes away what covers more than is wanted, where that leaves most to later jobs.
    private mutating func balance(_ rows: [DemandRows.Row], _ choices: [LayoutChoices?]) {
        for row in rows.indices {
            var extra = parts.reduce(-rows[row].count) { $0 + $1.pattern[row] * $1.count }
            while extra > 0 {
                var best = -1
                var gain = -Double.infinity
                for (index, part) in parts.enumerated() where part.pattern[row] > 0 {
                    guard let choice = choices[groups[part.group][0]] else { continue }
                    var less = part.pattern
                    less[row] -= 1
                    let difference = choice.usable(beside: less) - choice.usable(beside: part.pattern)
                    if difference > gain + 1e-12 { (best, gain) = (index, difference) }
                }
                guard best >= 0 else { break }
                let moved = min(extra, parts[best].count)
                var less = parts[best]
                less.pattern[row] -= 1
                less.count = moved
                parts[best].count -= moved
                extra -= moved
                add(less)
                parts.removeAll { $0.count == 0 }
            }
        }
        parts.removeAll { $0.pattern.allSatisfy { $0 == 0 } }
        gpus = parts.reduce(0) { $0 + $1.count }
        parts.sort { ($0.group, $1.pattern.description) < ($1.group, $0.pattern.description) }
    }

    private mutating func add(_ part: Part) {
        if let same = parts.firstIndex(where: { $0.group == part.group && $0.pattern == part.pattern }) {
            parts[same].count += part.count
        } else {
            parts.append(part)
        }
    }
}
