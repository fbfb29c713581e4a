/// The values of one input within a slab: a column, or one value for every draw.
struct Lane {
    private let start: Int
    private let mask: Int

    init(start: Int, isColumn: Bool) {
        self.start = start
        mask = isColumn ? -1 : 0
    }

    /// The value in a draw of the slab, clamped to what the quantity can mean.
    @inline(__always)
    func callAsFunction(_ arena: ContiguousArray<Double>, _ draw: Int, _ bounds: ClosedRange<Double>) -> Double {
        Bounds.clamp(arena[start + (draw & mask)], bounds)
    }
}

/// The inputs of some draws, gathered.
struct Lanes {
    let arena: ContiguousArray<Double>
    let lanes: ContiguousArray<Lane>

    init(_ draws: DrawTable, _ range: Range<Int>) {
        var arena = ContiguousArray<Double>()
        var lanes = ContiguousArray<Lane>()
        lanes.reserveCapacity(draws.columns.count)
        arena.reserveCapacity(draws.columns.reduce(0) { $0 + ($1.isEmpty ? 1 : range.count) })
        for input in draws.columns.indices {
            let column = draws.columns[input]
            let isColumn = !column.isEmpty
            lanes.append(Lane(start: arena.count, isColumn: isColumn))
            if isColumn {
                arena.append(contentsOf: column[range.clamped(to: column.indices)])
            } else {
                arena.append(draws.constants[input])
            }
        }
        self.arena = arena
        self.lanes = lanes
    }

    @inline(__always)
    func callAsFunction(_ input: Int, _ draw: Int, _ bounds: ClosedRange<Double>) -> Double {
        lanes[input](arena, draw, bounds)
    }
}
