/// Plain values that one owner changes in place: an array without the question, at each write, who else has it.
///
/// Indices are checked. Copies of the value share its storage: it is for what one owner keeps to itself.
struct Column<Element: BitwiseCopyable> {
    private let storage: ColumnStorage
    private let base: UnsafeMutablePointer<Element>
    let count: Int

    private init(uninitialized count: Int) {
        self.count = max(0, count)
        storage = ColumnStorage(bytes: self.count * MemoryLayout<Element>.stride)
        base = storage.memory.bindMemory(to: Element.self, capacity: self.count)
    }

    init(repeating element: Element, count: Int) {
        self.init(uninitialized: count)
        base.initialize(repeating: element, count: self.count)
    }

    init(_ elements: ContiguousArray<Element>) {
        self.init(uninitialized: elements.count)
        for (index, element) in elements.enumerated() { (base + index).initialize(to: element) }
    }

    @inline(__always)
    subscript(index: Int) -> Element {
        get {
            precondition(UInt(bitPattern: index) < UInt(bitPattern: count))
            return base[index]
        }
        nonmutating set {
            precondition(UInt(bitPattern: index) < UInt(bitPattern: count))
            base[index] = newValue
        }
    }

    /// So many values from an index on, to go through without a check at each; until the column grows.
    @inline(__always)
    func pointer(to index: Int, count some: Int) -> UnsafeMutablePointer<Element> {
        precondition(index >= 0 && some >= 0 && index <= count - some)
        return base + index
    }

    /// Moves to larger storage of its own.
    ///
    /// - Parameters:
    ///   - larger: how many values there will be; fewer than there are changes nothing.
    ///   - element: what the new ones are.
    @inline(never)
    mutating func grow(to larger: Int, with element: Element) {
        guard larger > count else { return }
        let grown = Self(repeating: element, count: larger)
        for index in 0..<count { grown[index] = self[index] }
        self = grown
    }

    /// The values in an array.
    var array: ContiguousArray<Element> {
        ContiguousArray(unsafeUninitializedCapacity: count) { buffer, initialized in
            buffer.baseAddress?.initialize(from: base, count: count)
            initialized = count
        }
    }
}

/// A list that grows at its end, over a ``Column``.
struct Stack<Element: BitwiseCopyable> {
    private var column: Column<Element>
    private(set) var count = 0
    private let filler: Element

    /// Makes an empty list.
    ///
    /// - Parameters:
    ///   - filler: any value, for places not yet in use.
    ///   - capacity: how many places to make at first.
    init(filler: Element, capacity: Int = 64) {
        self.filler = filler
        column = Column(repeating: filler, count: max(1, capacity))
    }

    @inline(__always)
    var isEmpty: Bool { count == 0 }

    @inline(__always)
    subscript(index: Int) -> Element {
        get {
            precondition(index < count)
            return column[index]
        }
        nonmutating set {
            precondition(index < count)
            column[index] = newValue
        }
    }

    @inline(__always)
    mutating func append(_ element: Element) {
        if count == column.count { column.grow(to: 2 * count, with: filler) }
        column[count] = element
        count += 1
    }

    @inline(__always)
    mutating func popLast() -> Element? {
        guard count > 0 else { return nil }
        count -= 1
        return column[count]
    }

    @inline(__always)
    mutating func removeAll() { count = 0 }
}
