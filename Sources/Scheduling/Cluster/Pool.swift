/// Blocks of one size that are taken and given back; those given back last are taken first, while they are near.
struct Pool<Element: BitwiseCopyable> {
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

    /// The elements of a block, to go through without a check at each.
    @inline(__always)
    func block(_ number: Int) -> UnsafeMutablePointer<Element> { elements.pointer(to: number * size, count: size) }

    /// The number of a block; as it was given back, or filled.
    mutating func take() -> Int {
        if let block = free.popLast() { return Int(block) }
        if (blocks + 1) * size > elements.count { elements.grow(to: 2 * elements.count, with: filler) }
        blocks += 1
        return blocks - 1
    }

    /// Gives a block back.
    mutating func giveBack(_ block: Int) { free.append(Int32(truncatingIfNeeded: block)) }
}
