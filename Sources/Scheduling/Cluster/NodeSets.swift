/// Sets of node numbers, one for each face and each pair of levels of free CPU and memory.
///
/// Most sets hold no node, one, or a few, so that what a set takes grows with what it holds: nothing, a number, a short
/// list in ascending order, or a tree of 64-way bit masks. Adding, removing and finding the lowest cost a look at one
/// line of the cache, or the depth of the tree: 2 up to 4,096 nodes, 3 up to 262,144. The sets of one pair of levels stand side
/// by side: a node that changes its levels leaves and enters sets that are near each other.
struct NodeSets {
    /// The most levels of CPU, and of memory.
    static let levelLimit = 64
    /// The most sets: with more, fewer levels are told apart.
    static let setLimit = 1 << 22
    /// The most nodes that four levels of masks can hold.
    static let nodeLimit = 1 << 24

    private let faces: Int
    private let rows: Int
    private let columns: Int
    /// For each face the CPU levels at which some set is not empty, one bit each.
    let occupiedRows: Column<UInt64>
    /// For each face and CPU level the memory levels at which the set is not empty.
    private let occupied: Column<UInt64>
    /// What each set holds: ``empty``, its only node, or where its list or its tree is.
    private let entries: Column<Int32>
    private var lists = ShortLists()
    private var trees: Pool<UInt64>
    /// How many levels of masks there are, and where each starts in a tree, the leaves first.
    private let depth: Int
    private let start1: Int
    private let start2: Int
    private let start3: Int
    private let treeEnd: Int
    /// Whether a list is smaller than a tree.
    private let hasLists: Bool

    /// At no more nodes a tree becomes a list again.
    private static let listAgain = 7

    init(faces: Int, nodes: Int, cpuLevels: Int, memoryLevels: Int) {
        self.faces = faces
        rows = cpuLevels
        columns = memoryLevels
        occupiedRows = Column(repeating: 0, count: faces)
        occupied = Column(repeating: 0, count: faces * rows)
        entries = Column(repeating: Self.empty, count: faces * rows * columns)
        var starts: [Int] = []
        var total = 0
        var width = nodes
        repeat {
            width = (width + 63) / 64
            starts.append(total)
            total += width
        } while width > 1
        depth = starts.count
        start1 = starts.count > 1 ? starts[1] : total
        start2 = starts.count > 2 ? starts[2] : total
        start3 = starts.count > 3 ? starts[3] : total
        treeEnd = total
        hasLists = total * MemoryLayout<UInt64>.size > ShortLists.bytes
        trees = Pool(size: total, filler: 0)
    }

    // MARK: What a set's entry says

    private static let empty: Int32 = -1

    /// The entry of a node that is alone, below ``empty``; and the node of such an entry.
    @inline(__always)
    private static func alone(_ node: Int) -> Int32 { Int32(truncatingIfNeeded: -2 - node) }

    /// The entries of lists are even, those of trees odd.
    @inline(__always)
    private static func isTree(_ entry: Int32) -> Bool { entry & 1 == 1 }

    @inline(__always)
    private static func list(_ number: Int) -> Int32 { Int32(truncatingIfNeeded: 2 * number) }

    @inline(__always)
    private static func tree(_ number: Int) -> Int32 { Int32(truncatingIfNeeded: 2 * number + 1) }

    /// The number of an entry's list or tree.
    @inline(__always)
    private static func number(_ entry: Int32) -> Int { Int(entry >> 1) }

    /// Where the tree of an entry starts.
    @inline(__always)
    private func base(_ entry: Int32) -> Int { Self.number(entry) * treeEnd }

    /// A pair of levels, and where its sets stand.
    struct Cell {
        let row: Int
        let column: Int
        fileprivate let first: Int
    }

    /// A pair of levels.
    @inline(__always)
    func cell(row: Int, column: Int) -> Cell { Cell(row: row, column: column, first: (row * columns + column) * faces) }

    // MARK: Adding and removing

    /// Adds a node that is not there.
    ///
    /// - Returns: whether the face had no node before.
    @inline(__always)
    mutating func insert(_ node: Int, face: Int, _ cell: Cell) -> Bool {
        let set = cell.first + face
        let entry = entries[set]
        guard entry == Self.empty else {
            insert(node, beside: entry, set)
            return false
        }
        entries[set] = Self.alone(node)
        occupied[face * rows + cell.row] |= 1 << UInt64(cell.column)
        let before = occupiedRows[face]
        occupiedRows[face] = before | 1 << UInt64(cell.row)
        return before == 0
    }

    /// Adds a node to a set that is not empty.
    private mutating func insert(_ node: Int, beside entry: Int32, _ set: Int) {
        guard entry >= 0 else {
            let other = Int(Self.alone(Int(entry)))
            guard !hasLists else { return entries[set] = Self.list(lists.take(other, node)) }
            let tree = trees.take()
            put(other, tree * treeEnd)
            put(node, tree * treeEnd)
            return entries[set] = Self.tree(tree)
        }
        let number = Self.number(entry)
        guard !Self.isTree(entry) else { return put(node, base(entry)) }
        if lists.insert(node, number) { return }
        let nodes = lists.nodes(number)
        lists.giveBack(number)
        let tree = trees.take()
        for node in nodes + [node] { put(node, tree * treeEnd) }
        entries[set] = Self.tree(tree)
    }

    /// Removes a node that is there.
    ///
    /// - Returns: whether the face has no node any more.
    @inline(__always)
    mutating func remove(_ node: Int, face: Int, _ cell: Cell) -> Bool {
        let set = cell.first + face
        let entry = entries[set]
        guard entry == Self.alone(node) else {
            if entry >= 0 { remove(node, among: entry, set) }
            return false
        }
        entries[set] = Self.empty
        let place = face * rows + cell.row
        let left = occupied[place] & ~(1 << UInt64(cell.column))
        occupied[place] = left
        guard left == 0 else { return false }
        let rest = occupiedRows[face] & ~(1 << UInt64(cell.row))
        occupiedRows[face] = rest
        return rest == 0
    }

    /// Removes a node from a set of several; one at least stays.
    private mutating func remove(_ node: Int, among entry: Int32, _ set: Int) {
        guard !Self.isTree(entry) else {
            let base = base(entry)
            if cut(node, base), isSmall(base) { shrink(entry, set) }
            return
        }
        let number = Self.number(entry)
        guard let last = lists.remove(node, number) else { return }
        entries[set] = Self.alone(last)
        lists.giveBack(number)
    }

    /// Makes a list of a tree of few nodes, or of one node what it is alone.
    private mutating func shrink(_ entry: Int32, _ set: Int) {
        let base = base(entry)
        entries[set] = Self.empty
        while trees[base + start(depth - 1)] != 0 {
            let node = lowest(base)
            _ = cut(node, base)
            if entries[set] == Self.empty {
                entries[set] = Self.alone(node)
            } else {
                insert(node, beside: entries[set], set)
            }
        }
        trees.giveBack(Self.number(entry))
    }

    // MARK: Trees

    @inline(__always)
    private func start(_ level: Int) -> Int { level == 0 ? 0 : level == 1 ? start1 : level == 2 ? start2 : start3 }

    /// Adds a node to a tree; nothing happens when it is there.
    private mutating func put(_ node: Int, _ base: Int) {
        var place = node
        var level = 0
        while level < depth {
            let word = base + start(level) + place >> 6
            let old = trees[word]
            trees[word] = old | 1 << UInt64(place & 63)
            if old != 0 { return }
            place >>= 6
            level += 1
        }
    }

    /// Takes a node out of a tree; nothing happens when it is not there.
    ///
    /// - Returns: whether the tree may have become small: the leaf has one node left, or none.
    private mutating func cut(_ node: Int, _ base: Int) -> Bool {
        var place = node
        var level = 0
        while level < depth {
            let word = base + start(level) + place >> 6
            let left = trees[word] & ~(1 << UInt64(place & 63))
            trees[word] = left
            if left != 0 { return level > 0 || left & (left &- 1) == 0 }
            place >>= 6
            level += 1
        }
        return true
    }

    /// Whether a tree is better a list, or a node alone.
    private func isSmall(_ base: Int) -> Bool {
        guard hasLists else {
            // A tree that is no larger than a list is there for two nodes and more.
            var nodes = 0
            for word in base..<(base + start1) { nodes += trees[word].nonzeroBitCount }
            return nodes <= 1
        }
        // No fewer nodes than leaves that hold any.
        var leaves = 0
        for word in (base + start1)..<(base + start2) {
            leaves += trees[word].nonzeroBitCount
            if leaves > Self.listAgain { return false }
        }
        var nodes = 0
        for word in (base + start1)..<(base + start2) {
            var mask = trees[word]
            while mask != 0 {
                let leaf = (word - base - start1) << 6 | mask.trailingZeroBitCount
                nodes += trees[base + leaf].nonzeroBitCount
                mask &= mask &- 1
            }
        }
        return nodes <= Self.listAgain
    }

    /// The lowest node of a tree that is not empty.
    @inline(__always)
    private func lowest(_ base: Int) -> Int {
        var place = 0
        var level = depth - 1
        while level >= 0 {
            place = place << 6 | trees[base + start(level) + place].trailingZeroBitCount
            level -= 1
        }
        return place
    }

    // MARK: Finding

    /// The memory levels at which a face has nodes at a CPU level.
    @inline(__always)
    func columns(face: Int, row: Int) -> UInt64 { occupied[face * rows + row] }

    /// The lowest node of a set that is not empty.
    @inline(__always)
    func first(face: Int, row: Int, column: Int) -> Int {
        let entry = entries[cell(row: row, column: column).first + face]
        guard entry >= 0 else { return Int(Self.alone(Int(entry))) }
        return Self.isTree(entry) ? lowest(base(entry)) : lists.lowest(Self.number(entry))
    }

    /// The lowest node of a set at or above another, nil when there is none.
    func first(from lowest: Int, face: Int, row: Int, column: Int) -> Int? {
        let entry = entries[cell(row: row, column: column).first + face]
        guard entry >= 0 else {
            guard entry != Self.empty else { return nil }
            let node = Int(Self.alone(Int(entry)))
            return node >= lowest ? node : nil
        }
        guard Self.isTree(entry) else { return lists.lowest(Self.number(entry), from: lowest) }
        let base = base(entry)
        var place = lowest
        var level = 0
        // Up until a mask has something at or to the right of where we stand, then down its left edge.
        while level < depth {
            let word = place >> 6
            let end = level + 1 < depth ? start(level + 1) : treeEnd
            guard start(level) + word < end else { return nil }
            let rest = trees[base + start(level) + word] & (UInt64.max << UInt64(place & 63))
            if rest != 0 {
                place = word << 6 | rest.trailingZeroBitCount
                while level > 0 {
                    level -= 1
                    place = place << 6 | trees[base + start(level) + place].trailingZeroBitCount
                }
                return place
            }
            place = word + 1
            level += 1
        }
        return nil
    }
}
