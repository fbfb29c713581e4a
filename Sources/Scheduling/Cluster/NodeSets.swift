/// Sets of node numbers, one for each face and each pair of levels of free CPU and memory.
///
/// A set is a tree of 64-way bit masks, so adding, removing and finding the lowest cost the depth of the tree: 2 up to
/// 4,096 nodes, 3 up to 262,144. Sets of no node or one take no such tree; most sets are of this kind.
struct NodeSets {
    /// The most levels of CPU, and of memory.
    static let levelLimit = 64
    /// The most nodes that four levels of masks can hold.
    static let nodeLimit = 1 << 24

    private let rows: Int
    private let columns: Int
    /// For each face the CPU levels at which some set is not empty, one bit each.
    let occupiedRows: Column<UInt64>
    /// For each face and CPU level the memory levels at which the set is not empty.
    private let occupied: Column<UInt64>
    /// Where each set's words are; ``empty``, or its only node.
    private let page: Column<Int32>
    private var words: Column<UInt64>
    private var freePages = Stack<Int32>(filler: 0)
    /// Pages that were ever taken; those after it are new.
    private var pages = 0
    private let pageWords: Int
    /// How many levels of masks there are, and where each starts in a page, the leaves first.
    private let depth: Int
    private let start1: Int
    private let start2: Int
    private let start3: Int

    init(faces: Int, nodes: Int, cpuLevels: Int, memoryLevels: Int) {
        rows = cpuLevels
        columns = memoryLevels
        occupiedRows = Column(repeating: 0, count: faces)
        occupied = Column(repeating: 0, count: faces * rows)
        page = Column(repeating: Self.empty, count: faces * rows * columns)
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
        pageWords = total
        words = Column(repeating: 0, count: 16 * total)
    }

    @inline(__always)
    private func start(_ level: Int) -> Int { level == 0 ? 0 : level == 1 ? start1 : level == 2 ? start2 : start3 }

    /// Adds a node; nothing happens when it is there.
    ///
    /// - Returns: whether the face had no node before.
    @inline(__always)
    mutating func insert(_ node: Int, face: Int, row: Int, column: Int) -> Bool {
        let cell = face * rows + row
        let set = cell * columns + column
        let entry = page[set]
        if entry == Self.empty {
            page[set] = Self.alone(node)
            occupied[cell] |= 1 << UInt64(column)
            let before = occupiedRows[face]
            occupiedRows[face] = before | 1 << UInt64(row)
            return before == 0
        }
        guard entry < 0 else {
            put(node, Int(entry) * pageWords)
            return false
        }
        guard entry != Self.alone(node) else { return false }
        let fresh = takePage()
        page[set] = fresh
        put(Int(Self.alone(Int(entry))), Int(fresh) * pageWords)
        put(node, Int(fresh) * pageWords)
        return false
    }

    /// A set of one node takes no page: its entry is the node, below ``empty``.
    private static let empty: Int32 = -1

    /// The entry of a node that is alone, and the node of such an entry.
    @inline(__always)
    private static func alone(_ node: Int) -> Int32 { Int32(truncatingIfNeeded: -2 - node) }

    @inline(__always)
    private mutating func takePage() -> Int32 {
        if let free = freePages.popLast() { return free }
        if (pages + 1) * pageWords > words.count { words.grow(to: 2 * words.count, with: 0) }
        pages += 1
        return Int32(truncatingIfNeeded: pages - 1)
    }

    @inline(__always)
    private mutating func put(_ node: Int, _ base: Int) {
        var place = node
        var level = 0
        while level < depth {
            let word = base + start(level) + place >> 6
            let old = words[word]
            words[word] = old | 1 << UInt64(place & 63)
            if old != 0 { return }
            place >>= 6
            level += 1
        }
    }

    /// Removes a node; nothing happens when it is not there.
    ///
    /// - Returns: whether the face has no node any more.
    @inline(__always)
    mutating func remove(_ node: Int, face: Int, row: Int, column: Int) -> Bool {
        let cell = face * rows + row
        let set = cell * columns + column
        let entry = page[set]
        if entry < 0 {
            guard entry == Self.alone(node) else { return false }
        } else {
            let base = Int(entry) * pageWords
            var place = node
            var level = 0
            while level < depth {
                let word = base + start(level) + place >> 6
                let left = words[word] & ~(1 << UInt64(place & 63))
                words[word] = left
                if left != 0 { return false }
                place >>= 6
                level += 1
            }
            freePages.append(entry)
        }
        page[set] = Self.empty
        let left = occupied[cell] & ~(1 << UInt64(column))
        occupied[cell] = left
        guard left == 0 else { return false }
        let rest = occupiedRows[face] & ~(1 << UInt64(row))
        occupiedRows[face] = rest
        return rest == 0
    }

    /// The memory levels at which a face has nodes at a CPU level.
    @inline(__always)
    func columns(face: Int, row: Int) -> UInt64 { occupied[face * rows + row] }

    /// The lowest node of a set that is not empty.
    @inline(__always)
    func first(face: Int, row: Int, column: Int) -> Int {
        let entry = page[(face * rows + row) * columns + column]
        guard entry >= 0 else { return Int(Self.alone(Int(entry))) }
        let base = Int(entry) * pageWords
        var place = 0
        var level = depth - 1
        while level >= 0 {
            place = place << 6 | words[base + start(level) + place].trailingZeroBitCount
            level -= 1
        }
        return place
    }

    /// The lowest node of a set at or above another, nil when there is none.
    func first(from lowest: Int, face: Int, row: Int, column: Int) -> Int? {
        let set = (face * rows + row) * columns + column
        let entry = page[set]
        guard entry >= 0 else {
            guard entry != Self.empty else { return nil }
            let node = Int(Self.alone(Int(entry)))
            return node >= lowest ? node : nil
        }
        let base = Int(entry) * pageWords
        var place = lowest
        var level = 0
        // Up until a mask has something at or to the right of where we stand, then down its left edge.
        while level < depth {
            let word = place >> 6
            let end = level + 1 < depth ? start(level + 1) : pageWords
            guard start(level) + word < end else { return nil }
            let rest = words[base + start(level) + word] & (UInt64.max << UInt64(place & 63))
            if rest != 0 {
                place = word << 6 | rest.trailingZeroBitCount
                while level > 0 {
                    level -= 1
                    place = place << 6 | words[base + start(level) + place].trailingZeroBitCount
                }
                return place
            }
            place = word + 1
            level += 1
        }
        return nil
    }
}
