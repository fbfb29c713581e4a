/// Sets of node numbers, one for each face and each pair of levels of free CPU and memory.
///
/// A set is a tree of 64-way bit masks, so adding, removing and finding the lowest cost the depth of the tree: 2 up to
/// 4,096 nodes, 3 up to 262,144. Sets that are empty take no memory.
struct NodeSets {
    /// The most levels of CPU, and of memory.
    static let levelLimit = 64
    /// The most nodes that four levels of masks can hold.
    static let nodeLimit = 1 << 24

    private let rows: Int
    private let columns: Int
    /// For each face the CPU levels at which some set is not empty, one bit each.
    private(set) var occupiedRows: ContiguousArray<UInt64>
    /// For each face and CPU level the memory levels at which the set is not empty.
    private(set) var occupied: ContiguousArray<UInt64>
    /// Where each set's words are; -1 for an empty set.
    private var page: ContiguousArray<Int32>
    private var words: ContiguousArray<UInt64> = []
    private var freePages: ContiguousArray<Int32> = []
    private let pageWords: Int
    /// How many levels of masks there are, and where each starts in a page, the leaves first.
    private let depth: Int
    private let start1: Int
    private let start2: Int
    private let start3: Int

    init(faces: Int, nodes: Int, cpuLevels: Int, memoryLevels: Int) {
        rows = cpuLevels
        columns = memoryLevels
        occupiedRows = ContiguousArray(repeating: 0, count: faces)
        occupied = ContiguousArray(repeating: 0, count: faces * rows)
        page = ContiguousArray(repeating: -1, count: faces * rows * columns)
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
    }

    @inline(__always)
    private func start(_ level: Int) -> Int { level == 0 ? 0 : level == 1 ? start1 : level == 2 ? start2 : start3 }

    @inline(__always)
    mutating func insert(_ node: Int, face: Int, row: Int, column: Int) {
        let cell = face * rows + row
        let set = cell * columns + column
        if page[set] < 0 {
            if let free = freePages.popLast() {
                page[set] = free
            } else {
                page[set] = Int32(words.count / pageWords)
                words.append(contentsOf: repeatElement(0, count: pageWords))
            }
            occupied[cell] |= 1 << UInt64(column)
            occupiedRows[face] |= 1 << UInt64(row)
        }
        let base = Int(page[set]) * pageWords
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
    @inline(__always)
    mutating func remove(_ node: Int, face: Int, row: Int, column: Int) {
        let cell = face * rows + row
        let set = cell * columns + column
        guard page[set] >= 0 else { return }
        let base = Int(page[set]) * pageWords
        var place = node
        var level = 0
        while level < depth {
            let word = base + start(level) + place >> 6
            let left = words[word] & ~(1 << UInt64(place & 63))
            words[word] = left
            if left != 0 { return }
            place >>= 6
            level += 1
        }
        freePages.append(page[set])
        page[set] = -1
        occupied[cell] &= ~(1 << UInt64(column))
        if occupied[cell] == 0 { occupiedRows[face] &= ~(1 << UInt64(row)) }
    }

    /// The memory levels at which a face has nodes at a CPU level.
    @inline(__always)
    func columns(face: Int, row: Int) -> UInt64 { occupied[face * rows + row] }

    /// The lowest node of a set that is not empty.
    @inline(__always)
    func first(face: Int, row: Int, column: Int) -> Int {
        let base = Int(page[(face * rows + row) * columns + column]) * pageWords
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
        guard page[set] >= 0 else { return nil }
        let base = Int(page[set]) * pageWords
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
