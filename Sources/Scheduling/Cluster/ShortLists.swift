/// Lists of 2 to 16 node numbers in ascending order, each one line of the cache.
///
/// Where in a list a number belongs cannot be foreseen, so nothing here branches on it: a list is always gone through whole.
struct ShortLists {
    /// What one list takes.
    static let bytes = capacity * MemoryLayout<Int32>.stride
    private static let capacity = 16
    /// What stands in the places not in use: more than any node's number.
    private static let none = Int32.max

    private var blocks = Pool<Int32>(size: capacity, filler: none)

    /// Makes a list of two nodes.
    ///
    /// - Returns: its number.
    mutating func take(_ one: Int, _ other: Int) -> Int {
        let number = blocks.take()
        let list = blocks.block(number)
        list[0] = Int32(truncatingIfNeeded: min(one, other))
        list[1] = Int32(truncatingIfNeeded: max(one, other))
        for place in 2..<Self.capacity { list[place] = Self.none }
        return number
    }

    mutating func giveBack(_ number: Int) { blocks.giveBack(number) }

    /// Adds a node that is not there.
    ///
    /// - Returns: whether there was room.
    @inline(__always)
    func insert(_ node: Int, _ number: Int) -> Bool {
        let list = blocks.block(number)
        guard list[Self.capacity - 1] == Self.none else { return false }
        // The larger of two moves on, until the last place, which is free.
        var carried = Int32(truncatingIfNeeded: node)
        for place in 0..<Self.capacity {
            let there = list[place]
            list[place] = min(there, carried)
            carried = max(there, carried)
        }
        return true
    }

    /// Removes a node that is there.
    ///
    /// - Returns: the other one, where two were there.
    @inline(__always)
    func remove(_ node: Int, _ number: Int) -> Int? {
        let list = blocks.block(number)
        let node = Int32(truncatingIfNeeded: node)
        for place in 0..<(Self.capacity - 1) {
            let (there, next) = (list[place], list[place + 1])
            list[place] = there < node ? there : next
        }
        list[Self.capacity - 1] = Self.none
        return list[1] == Self.none ? Int(list[0]) : nil
    }

    @inline(__always)
    func lowest(_ number: Int) -> Int { Int(blocks.block(number)[0]) }

    /// The lowest node at or above another, nil when there is none.
    @inline(__always)
    func lowest(_ number: Int, from least: Int) -> Int? {
        let list = blocks.block(number)
        for place in 0..<Self.capacity where list[place] >= Int32(clamping: least) {
            return list[place] == Self.none ? nil : Int(list[place])
        }
        return nil
    }

    /// The nodes of a list.
    func nodes(_ number: Int) -> [Int] {
        let list = blocks.block(number)
        return (0..<Self.capacity).map { list[$0] }.prefix { $0 != Self.none }.map { Int($0) }
    }
}
