/// What is known of every node, each node's numbers side by side.
///
/// Who reads one of them reads most of them, and the node that a job starts on or ends on is rarely near: a node of up to
/// eight GPUs is one line of the cache, so that it is waited for once.
struct NodeRecords {
    /// One node.
    struct Node {
        var freeCPU: Int64
        var freeMemory: Int64
        var kind: UInt16
        var cpuLevel: UInt8
        var memoryLevel: UInt8
        /// Idle GPUs, where they can be given whole.
        var idle: UInt8
        /// What the sets know of it.
        var shown = Shown()
    }

    /// What the sets know of a node; its slice faces are listed beside it.
    struct Shown {
        var cpuLevel: UInt8 = 0
        var memoryLevel: UInt8 = 0
        var idle: UInt8 = 0
        /// How many slice faces it shows; none before it stands in the sets.
        var faces: UInt8 = 0
    }

    let count: Int
    private let storage: ColumnStorage
    private let base: UnsafeMutableRawPointer
    private let gpus: Int
    /// From one node to the next, in bytes.
    private let stride: Int

    private static let line = 64

    /// Makes nodes whose GPUs are all idle.
    ///
    /// - Parameters:
    ///   - alike: nodes, and how many there are of each, in order.
    ///   - gpus: how many GPUs each has room for.
    init(_ alike: [(node: Node, count: Int)], gpus: Int) {
        count = alike.reduce(0) { $0 + $1.count }
        self.gpus = max(0, gpus)
        let bytes = MemoryLayout<Node>.stride + 2 * self.gpus * MemoryLayout<UInt16>.stride
        stride = self.gpus == 0 ? MemoryLayout<Node>.stride : (bytes + Self.line - 1) / Self.line * Self.line
        storage = ColumnStorage(bytes: count * stride)
        base = storage.memory
        base.initializeMemory(as: UInt8.self, repeating: 0, count: count * stride)
        var index = 0
        for (node, count) in alike {
            for _ in 0..<count {
                self[index] = node
                for gpu in 0..<self.gpus { setState(index, gpu, UInt16(GPUAutomaton.idle)) }
                index += 1
            }
        }
    }

    @inline(__always)
    subscript(node: Int) -> Node {
        get { record(node).load(as: Node.self) }
        nonmutating set { record(node).storeBytes(of: newValue, as: Node.self) }
    }

    /// The state of one of a node's GPUs.
    @inline(__always)
    func state(_ node: Int, _ gpu: Int) -> UInt16 { record(node).load(fromByteOffset: offset(gpu), as: UInt16.self) }

    @inline(__always)
    func setState(_ node: Int, _ gpu: Int, _ state: UInt16) {
        record(node).storeBytes(of: state, toByteOffset: offset(gpu), as: UInt16.self)
    }

    /// One of the slice faces that the sets know a node under, counted within its kind.
    @inline(__always)
    func shownFace(_ node: Int, _ index: Int) -> UInt16 {
        record(node).load(fromByteOffset: offset(index) + 2 * gpus, as: UInt16.self)
    }

    @inline(__always)
    func setShownFace(_ node: Int, _ index: Int, _ face: UInt16) {
        record(node).storeBytes(of: face, toByteOffset: offset(index) + 2 * gpus, as: UInt16.self)
    }

    @inline(__always)
    private func record(_ node: Int) -> UnsafeMutableRawPointer {
        precondition(UInt(bitPattern: node) < UInt(bitPattern: count))
        return base + node * stride
    }

    @inline(__always)
    private func offset(_ gpu: Int) -> Int {
        precondition(UInt(bitPattern: gpu) < UInt(bitPattern: gpus))
        return MemoryLayout<Node>.stride + gpu * MemoryLayout<UInt16>.stride
    }
}
