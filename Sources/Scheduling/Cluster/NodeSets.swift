/// Sets of node numbers, one for each pair of a face and a class of free CPU and memory.
///
/// A set is a tree of 64-way bit masks, so adding, removing and finding the lowest cost the depth of the tree: 2 up to
/// 4,096 nodes, 3 up to 262,144. Sets that were never used take no memory.
struct NodeSets {
    /// Classes per face, at most 64.
    static let classes = 64
    /// The most nodes that four levels of masks can hold.
    static let nodeLimit = 1 << 24

    /// For each face the classes whose set is not empty, one bit each.
    private(set) var occupied: ContiguousArray<UInt64>
    /// Where each set's words are, in pages; -1 for a set that was never used.
    private var page: ContiguousArray<Int32>
    private var words: ContiguousArray<UInt64> = []
    private let pageWords: Int
    /// Where each level of the tree starts in a page, the leaves first.
    private let levels: ContiguousArray<Int>

    init(faces: Int, nodes: Int) {
        occupied = ContiguousArray(repeating: 0, count: faces)
        page = ContiguousArray(repeating: -1, count: faces * Self.classes)
        var levels: ContiguousArray<Int> = []
        var total = 0
        var width = nodes
        repeat {
            width = (width + 63) / 64
            levels.append(total)
            total += width
        } while width > 1
        self.levels = levels
        pageWords = total
    }

    @inline(__always)
    mutating func insert(_ node: Int, face: Int, class index: Int) {
        let set = face * Self.classes + index
        if page[set] < 0 {
            page[set] = Int32(words.count / pageWords)
            words.append(contentsOf: repeatElement(0, count: pageWords))
        }
        let base = Int(page[set]) * pageWords
        var place = node
        for level in levels {
            let word = base + level + place >> 6
            let old = words[word]
            words[word] = old | 1 << UInt64(place & 63)
            if old != 0 { return }
            place >>= 6
        }
        occupied[face] |= 1 << UInt64(index)
    }

    /// Removes a node; nothing happens when it is not there.
    @inline(__always)
    mutating func remove(_ node: Int, face: Int, class index: Int) {
        let set = face * Self.classes + index
        guard page[set] >= 0 else { return }
        let base = Int(page[set]) * pageWords
        var place = node
        for level in levels {
            let word = base + level + place >> 6
            words[word] &= ~(1 << UInt64(place & 63))
            if words[word] != 0 { return }
            place >>= 6
        }
        occupied[face] &= ~(1 << UInt64(index))
    }

    /// The lowest node of a set that is not empty.
    @inline(__always)
    func first(face: Int, class index: Int) -> Int {
        let base = Int(page[face * Self.classes + index]) * pageWords
        var place = 0
        for level in levels.reversed() {
            place = place << 6 | words[base + level + place].trailingZeroBitCount
        }
        return place
    }

    /// The lowest node of a set at or above another, nil when there is none.
    func first(from start: Int, face: Int, class index: Int) -> Int? {
        let set = face * Self.classes + index
        guard page[set] >= 0 else { return nil }
        let base = Int(page[set]) * pageWords
        var place = start
        var depth = 0
        // Up until a mask has something at or to the right of where we stand, then down its left edge.
        while depth < levels.count {
            let word = place >> 6
            let end = depth + 1 < levels.count ? levels[depth + 1] : pageWords
            guard levels[depth] + word < end else { return nil }
            let rest = words[base + levels[depth] + word] & (UInt64.max << UInt64(place & 63))
            if rest != 0 {
                place = word << 6 | rest.trailingZeroBitCount
                while depth > 0 {
                    depth -= 1
                    place = place << 6 | words[base + levels[depth] + place].trailingZeroBitCount
                }
                return place
            }
            place = word + 1
            depth += 1
        }
        return nil
    }
}
