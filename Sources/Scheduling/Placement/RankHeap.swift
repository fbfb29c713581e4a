/// A binary heap of ranks, the lowest first.
struct RankHeap: Sendable {
    private var ranks: ContiguousArray<Int32> = []

    /// How many there are.
    var count: Int { ranks.count }
    /// The lowest.
    var first: Int32? { ranks.first }

    mutating func removeAll() { ranks.removeAll(keepingCapacity: true) }

    mutating func insert(_ rank: Int32) {
        ranks.append(rank)
        var child = ranks.count - 1
        while child > 0 {
            let parent = (child - 1) / 2
            if ranks[parent] <= ranks[child] { break }
            ranks.swapAt(parent, child)
            child = parent
        }
    }

    mutating func removeFirst() {
        guard let last = ranks.popLast(), !ranks.isEmpty else { return }
        ranks[0] = last
        var parent = 0
        while true {
            var child = 2 * parent + 1
            if child >= ranks.count { return }
            if child + 1 < ranks.count && ranks[child + 1] < ranks[child] { child += 1 }
            if ranks[parent] <= ranks[child] { return }
            ranks.swapAt(parent, child)
            parent = child
        }
    }

    /// Drops what does not meet a condition, and what stands twice.
    mutating func keepOnce(where condition: (Int32) -> Bool) {
        let sorted = ranks.filter(condition).sorted()
        ranks.removeAll(keepingCapacity: true)
        // Ascending order is a heap.
        for rank in sorted where ranks.last != rank { ranks.append(rank) }
    }
}
