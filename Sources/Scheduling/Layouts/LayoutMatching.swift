/// Which GPUs get which patterns, so that what changes costs least: a transport problem between kinds of GPU (alike in
/// what stands on them) and patterns, solved by shortest augmenting paths.
///
/// Patterns are few and kinds can be many, so paths are looked for among patterns alone: from one to another leads the kind
/// that the first would take from the other at the least cost.
struct LayoutMatching {
    /// GPUs of each kind that each pattern gets, by pattern, then kind.
    private(set) var flow: [[Int]]

    private let cost: [[Int]]
    private var room: [Int]
    /// For each pattern the kinds from the cheapest on, and how many of them are used up.
    private let cheapest: [[Int]]
    private var usedUp: [Int]
    /// By pattern, then by the pattern from which it would take a GPU: the kind, or -1.
    private var taken: [[Int]]
    /// The kinds that each pattern has.
    private var held: [[Int]]

    /// Solves it.
    ///
    /// - Parameters:
    ///   - wanted: GPUs by pattern.
    ///   - available: GPUs by kind; at least as many in all.
    ///   - cost: what one GPU costs, by pattern, then kind.
    init(wanted: [Int], available: [Int], cost: [[Int]]) {
        flow = wanted.map { _ in Array(repeating: 0, count: available.count) }
        room = available
        self.cost = cost
        cheapest = cost.map { line in line.indices.sorted { (line[$0], $0) < (line[$1], $1) } }
        usedUp = wanted.map { _ in 0 }
        taken = wanted.map { _ in wanted.map { _ in -1 } }
        held = wanted.map { _ in [] }
        for pattern in wanted.indices {
            var left = wanted[pattern]
            while left > 0 {
                guard let path = shortest(from: pattern) else { return }
                var amount = min(left, room[path.kind])
                for (index, step) in path.patterns.enumerated().dropLast() {
                    let from = path.patterns[index + 1]
                    amount = min(amount, flow[from][taken[step][from]])
                }
                give(path, amount)
                left -= amount
            }
        }
    }

    /// The cheapest kind with room for a pattern.
    private mutating func free(_ pattern: Int) -> Int? {
        while usedUp[pattern] < room.count, room[cheapest[pattern][usedUp[pattern]]] == 0 { usedUp[pattern] += 1 }
        return usedUp[pattern] < room.count ? cheapest[pattern][usedUp[pattern]] : nil
    }

    /// The cheapest way to give one more GPU to a pattern: the patterns that take from one another, and the kind that the
    /// last one then gets.
    private mutating func shortest(from source: Int) -> (patterns: [Int], kind: Int)? {
        let far = Int.max / 4
        var distance = Array(repeating: far, count: flow.count)
        var before = Array(repeating: -1, count: flow.count)
        var isQueued = Array(repeating: false, count: flow.count)
        distance[source] = 0
        var queue = [source]
        var head = 0
        while head < queue.count {
            let pattern = queue[head]
            head += 1
            isQueued[pattern] = false
            for other in flow.indices where other != pattern {
                let kind = taken[pattern][other]
                guard kind >= 0, cost[pattern][kind] < far else { continue }
                let there = distance[pattern] + cost[pattern][kind] - cost[other][kind]
                guard there < distance[other] else { continue }
                distance[other] = there
                before[other] = pattern
                if !isQueued[other] {
                    queue.append(other)
                    isQueued[other] = true
                }
            }
        }
        var best: (cost: Int, pattern: Int, kind: Int)?
        for pattern in flow.indices where distance[pattern] < far {
            guard let kind = free(pattern), cost[pattern][kind] < far else { continue }
            let total = distance[pattern] + cost[pattern][kind]
            if total < best?.cost ?? .max { best = (total, pattern, kind) }
        }
        guard let best else { return nil }
        var patterns = [best.pattern]
        while let last = patterns.last, last != source { patterns.append(before[last]) }
        return (patterns.reversed(), best.kind)
    }

    private mutating func give(_ path: (patterns: [Int], kind: Int), _ amount: Int) {
        var moves: [(to: Int, from: Int, kind: Int)] = []
        for (index, pattern) in path.patterns.enumerated().dropLast() {
            let from = path.patterns[index + 1]
            moves.append((pattern, from, taken[pattern][from]))
        }
        for move in moves {
            flow[move.from][move.kind] -= amount
            put(move.kind, at: move.to, amount)
        }
        if let last = path.patterns.last { put(path.kind, at: last, amount) }
        room[path.kind] -= amount
        for move in moves {
            arrived(move.kind, at: move.to)
            if flow[move.from][move.kind] == 0 { left(move.kind, move.from) }
        }
        if let last = path.patterns.last { arrived(path.kind, at: last) }
    }

    private mutating func put(_ kind: Int, at pattern: Int, _ amount: Int) {
        if flow[pattern][kind] == 0, !held[pattern].contains(kind) { held[pattern].append(kind) }
        flow[pattern][kind] += amount
    }

    /// A pattern has a kind now.
    private mutating func arrived(_ kind: Int, at pattern: Int) {
        guard flow[pattern][kind] > 0 else { return }
        for other in flow.indices where other != pattern {
            let known = taken[other][pattern]
            if known < 0 || price(kind, other, pattern) < price(known, other, pattern) { taken[other][pattern] = kind }
        }
    }

    /// A pattern has none of a kind left.
    private mutating func left(_ kind: Int, _ pattern: Int) {
        held[pattern].removeAll { $0 == kind }
        for other in flow.indices where other != pattern && taken[other][pattern] == kind {
            var best = -1
            for next in held[pattern]
            where best < 0 || price(next, other, pattern) < price(best, other, pattern) { best = next }
            taken[other][pattern] = best
        }
    }

    /// What it costs that one pattern has a GPU of a kind instead of another.
    private func price(_ kind: Int, _ pattern: Int, _ other: Int) -> Int { cost[pattern][kind] - cost[other][kind] }
}
