/// Sets of node numbers, one for each face and each pair of levels of free CPU and memory.
///
/// Most sets hold no node, one, or a few, so that what a set takes grows with what it holds: nothing, a number, a short
/// list in ascending order, or a tree of 64-way bit masks. Adding, removing and finding the lowest cost the length of a
/// short list, or the depth of the tree: 2 up to 4,096 nodes, 3 up to 262,144. The sets of one pair of levels stand side
/// by side: a node that changes its levels leaves and enters sets that are near each other.
struct NodeSets {
    /// The most levels of CPU, and of memory.
    static let levelLimit = 64
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
    private var lists: Pool<Int32>
    private var trees: Pool<UInt64>
    /// How many levels of masks there are, and where each starts in a tree, the leaves first.
    private let depth: Int
    private let start1: Int
    private let start2: Int
    private let start3: Int
    private let treeEnd: Int
    /// The most nodes of a list; 0 where a tree is no larger than a list.
    private let listRoom: Int

    /// A list is one line of the cache: how many nodes it has, then the nodes.
    private static let listWords = 16
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
        listRoom = total * 8 > Self.listWords * 4 ? Self.listWords - 1 : 0
        lists = Pool(size: Self.listWords, filler: 0)
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

    /// Where the list or the tree of an entry starts in its pool.
    @inline(__always)
    private func base(_ entry: Int32) -> Int { Int(entry >> 1) * (Self.isTree(entry) ? treeEnd : Self.listWords) }

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

    /// Adds a node; nothing happens when it is there.
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
            guard entry != Self.alone(node) else { return }
            let other = Int(Self.alone(Int(entry)))
            guard listRoom > 0 else { return entries[set] = newTree([other, node]) }
            let list = lists.take()
            let base = list * Self.listWords
            lists[base] = 2
            lists[base + 1] = Int32(truncatingIfNeeded: min(other, node))
            lists[base + 2] = Int32(truncatingIfNeeded: max(other, node))
            return entries[set] = Self.list(list)
        }
        let base = base(entry)
        guard !Self.isTree(entry) else { return put(node, base) }
        let number = Int32(truncatingIfNeeded: node)
        let count = Int(lists[base])
        let end = base + 1 + count
        var place = base + 1
        while place < end, lists[place] < number { place += 1 }
        if place < end, lists[place] == number { return }
        guard count < listRoom else {
            let nodes = (1...count).map { Int(lists[base + $0]) }
            lists.giveBack(Int(entry >> 1))
            return entries[set] = newTree(nodes + [node])
        }
        var last = end
        while last > place {
            lists[last] = lists[last - 1]
            last -= 1
        }
        lists[place] = number
        lists[base] = Int32(truncatingIfNeeded: count + 1)
    }

    @inline(never)
    private mutating func newTree(_ nodes: [Int]) -> Int32 {
        let tree = trees.take()
        for node in nodes { put(node, tree * treeEnd) }
        return Self.tree(tree)
    }

    /// Removes a node; nothing happens when it is not there.
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
        let base = base(entry)
        guard !Self.isTree(entry) else {
            if cut(node, base), isSmall(base) { shrink(entry, set) }
            return
        }
        let number = Int32(truncatingIfNeeded: node)
        let count = Int(lists[base])
        let end = base + 1 + count
        var place = base + 1
        while place < end, lists[place] != number { place += 1 }
        guard place < end else { return }
        place += 1
        while place < end {
            lists[place - 1] = lists[place]
            place += 1
        }
        lists[base] = Int32(truncatingIfNeeded: count - 1)
        guard count == 2 else { return }
        entries[set] = Self.alone(Int(lists[base + 1]))
        lists.giveBack(Int(entry >> 1))
    }

    /// Makes a list of a tree of few nodes, or of one node what it is alone.
    @inline(never)
    private mutating func shrink(_ entry: Int32, _ set: Int) {
        let base = base(entry)
        var nodes: [Int] = []
        while trees[base + start(depth - 1)] != 0 {
            nodes.append(lowest(base))
            _ = cut(lowest(base), base)
        }
        trees.giveBack(Int(entry >> 1))
        entries[set] = Self.empty
        for node in nodes {
            if entries[set] == Self.empty {
                entries[set] = Self.alone(node)
            } else {
                insert(node, beside: entries[set], set)
            }
        }
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
        guard depth > 1, listRoom > 0 else {
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
        return Self.isTree(entry) ? lowest(base(entry)) : Int(lists[base(entry) + 1])
    }

    /// The lowest node of a set at or above another, nil when there is none.
    func first(from lowest: Int, face: Int, row: Int, column: Int) -> Int? {
        let entry = entries[cell(row: row, column: column).first + face]
        guard entry >= 0 else {
            guard entry != Self.empty else { return nil }
            let node = Int(Self.alone(Int(entry)))
            return node >= lowest ? node : nil
        }
        let base = base(entry)
        guard Self.isTree(entry) else {
            for place in (base + 1)..<(base + 1 + Int(lists[base])) where lists[place] >= Int32(clamping: lowest) {
                return Int(lists[place])
            }
            return nil
        }
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

/// Blocks of one size that are taken and given back; those given back last are taken first, while they are near.
private struct Pool<Element: BitwiseCopyable> {
    private var elements: Column<Element>
    private let size: Int
    private let filler: Element
    private var free = Stack<Int32>(filler: 0)
    /// Blocks that were ever taken; those after it are new.
    private var blocks = 0

    init(size: Int, filler: Element) {
        self.size = size
        self.filler = filler
        elements = Column(repeating: filler, count: 16 * size)
    }

    @inline(__always)
    subscript(index: Int) -> Element {
        get { elements[index] }
        nonmutating set { elements[index] = newValue }
    }

    /// The number of a block; as it was given back, or filled.
    mutating func take() -> Int {
        if let block = free.popLast() { return Int(block) }
        if (blocks + 1) * size > elements.count { elements.grow(to: 2 * elements.count, with: filler) }
        blocks += 1
        return blocks - 1
    }

    mutating func giveBack(_ block: Int) { free.append(Int32(truncatingIfNeeded: block)) }
}
