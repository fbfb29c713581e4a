/// Faces in the orders in which policies look at them, and which of them some node shows.
///
/// An order is a range of entries that starts at a multiple of 64, so that a word of ``open`` belongs to one order.
struct FaceOrders {
    /// How many orders follow which faces are shown; in later ones every face stays open, and is looked at in vain.
    static let followedLimit = 64

    /// The face of each entry, -1 where an order was filled up to a multiple of 64.
    private(set) var faces: ContiguousArray<Int32> = []
    /// The policy's rank of each entry.
    private(set) var ranks: ContiguousArray<Int64> = []
    /// One bit for each entry: whether some node may show its face.
    private(set) var open: Column<UInt64>
    /// The first entry of each face, and the next of the same face after each entry; -1 at the end.
    private let firstEntry: Column<Int32>
    private var nextEntry: ContiguousArray<Int32> = []
    private var orders = 0
    /// Whether any order has each face.
    private let lookedAt: Column<Bool>

    init(faces: Int) {
        open = Column(repeating: 0, count: 0)
        firstEntry = Column(repeating: -1, count: faces)
        lookedAt = Column(repeating: false, count: faces)
    }

    /// Whether any order has a face: nodes need not be known under others.
    @inline(__always)
    func isLookedAt(_ face: Int) -> Bool { lookedAt[face] }

    /// Adds an order, before any node is shown.
    ///
    /// - Parameter entries: faces with their ranks, in order.
    /// - Returns: the range of the entries.
    mutating func add(_ entries: [(face: Int, rank: Int64)]) -> Range<Int> {
        let start = faces.count
        open.grow(to: (start + entries.count + 63) / 64, with: 0)
        for entry in entries {
            let index = faces.count
            let isFollowed = orders < Self.followedLimit
            faces.append(Int32(entry.face))
            ranks.append(entry.rank)
            nextEntry.append(isFollowed ? firstEntry[entry.face] : -1)
            if isFollowed { firstEntry[entry.face] = Int32(index) }
            lookedAt[entry.face] = true
            if !isFollowed { open[index / 64] |= 1 << UInt64(index % 64) }
        }
        orders += 1
        let end = faces.count
        while faces.count % 64 != 0 {
            faces.append(-1)
            ranks.append(GPUStateTables.refused)
            nextEntry.append(-1)
        }
        return start..<end
    }

    /// Hears that a face is shown where none was, or is shown no more.
    @inline(__always)
    func flip(_ face: Int) {
        var entry = Int(firstEntry[face])
        while entry >= 0 {
            open[entry >> 6] ^= 1 << UInt64(entry & 63)
            entry = Int(nextEntry[entry])
        }
    }
}
