/// The ends of running jobs, in order of time: a hierarchical timing wheel (Varghese and Lauck, 1987).
///
/// An event is all that its job's end needs, moved from slot to slot: what is side by side is read sooner than what is
/// pointed to. Digits of base 64: an event waits at the highest digit in which its time differs from the wheel's, and moves down as
/// the wheel reaches it, so that its cost depends on how far ahead it was set, not on how many wait.
struct EventWheel {
    /// Times must be below this.
    static let end: Int64 = 1 << 62
    private static let blockSize = 16
    private static let none: Int32 = -1

    /// A run and when it ends: half a line of the cache.
    private struct Event {
        let time: Int64
        let run: Run
    }

    /// How far the wheel has turned; every event is at or after it.
    private(set) var now: Int64
    /// Slots that hold something, by digit.
    private let masks = Column<UInt64>(repeating: 0, count: 11)
    /// The first block of each slot, by digit times 64 plus slot.
    private let heads = Column<Int32>(repeating: none, count: 11 * 64)
    private var events = Column<Event>(repeating: Event(time: 0, run: .none), count: 64 * blockSize)
    private var nextBlock = Column<Int32>(repeating: none, count: 64)
    private var fill = Column<Int32>(repeating: 0, count: 64)
    private var freeBlock = none
    /// Blocks that were ever taken; those after it are new.
    private var blocks = 0
    /// Events that will be next, a slot of a few at a time, since this was last emptied.
    ///
    /// So few that what is read for one is still near when its time comes, and more than one, so that they are read at once.
    var near = Stack<Run>(filler: Run.none)
    private static let nearRange = 2...64

    /// Starts a wheel.
    ///
    /// - Parameter time: before which nothing will be set; at least 0.
    init(from time: Int64) { now = time }

    /// Sets an event at a time in ``now``..<``end``.
    mutating func push(_ time: Int64, _ run: Run) { push(Event(time: time, run: run)) }

    @inline(__always)
    private mutating func push(_ event: Event) {
        let difference = event.time ^ now
        let digit = difference == 0 ? 0 : (63 - difference.leadingZeroBitCount) / 6
        let place = Int(truncatingIfNeeded: event.time >> Int64(digit * 6)) & 63
        masks[digit] |= 1 << UInt64(place)
        let slot = digit * 64 + place
        var block = heads[slot]
        if block == Self.none || fill[Int(block)] == Self.blockSize {
            let fresh = takeBlock()
            nextBlock[Int(fresh)] = block
            heads[slot] = fresh
            block = fresh
        }
        let entry = Int(block) * Self.blockSize + Int(fill[Int(block)])
        fill[Int(block)] += 1
        events[entry] = event
    }

    /// Turns the wheel to the next event, if it is not after a limit.
    ///
    /// - Parameter limit: how far the wheel may turn.
    /// - Returns: the time of the next event, now ``now``; nil when there is none up to the limit.
    mutating func advance(to limit: Int64) -> Int64? {
        while true {
            if masks[0] != 0 {
                let time = now & ~63 | Int64(masks[0].trailingZeroBitCount)
                guard time <= limit else { return nil }
                now = time
                return time
            }
            var digit = 1
            while digit < masks.count, masks[digit] == 0 { digit += 1 }
            guard digit < masks.count else { return nil }
            let place = masks[digit].trailingZeroBitCount
            let shift = Int64(digit * 6)
            let above = shift + 6 >= 63 ? 0 : (now >> (shift + 6)) << (shift + 6)
            let base = above | Int64(place) << shift
            guard base <= limit else { return nil }
            now = base
            let slot = digit * 64 + place
            var block = heads[slot]
            heads[slot] = Self.none
            masks[digit] &= ~(1 << UInt64(place))
            let isNear = Self.nearRange.contains(count(from: block))
            while block != Self.none {
                let first = Int(block) * Self.blockSize
                for entry in first..<(first + Int(fill[Int(block)])) {
                    let event = events[entry]
                    push(event)
                    if isNear { near.append(event.run) }
                }
                block = giveBack(block)
            }
        }
    }

    /// Takes away the events at ``now``, in no particular order.
    mutating func drain(into due: inout ContiguousArray<Run>) {
        let slot = Int(truncatingIfNeeded: now) & 63
        var block = heads[slot]
        heads[slot] = Self.none
        masks[0] &= ~(1 << UInt64(slot))
        while block != Self.none {
            let first = Int(block) * Self.blockSize
            for entry in first..<(first + Int(fill[Int(block)])) { due.append(events[entry].run) }
            block = giveBack(block)
        }
    }

    /// How many events a slot has whose first block is given; no more are counted than make it a slot of many.
    @inline(__always)
    private func count(from first: Int32) -> Int {
        var (block, count) = (first, 0)
        while block != Self.none, count <= Self.nearRange.upperBound {
            count += Int(fill[Int(block)])
            block = nextBlock[Int(block)]
        }
        return count
    }

    private mutating func takeBlock() -> Int32 {
        if freeBlock != Self.none {
            let block = freeBlock
            freeBlock = nextBlock[Int(block)]
            fill[Int(block)] = 0
            return block
        }
        if blocks == fill.count {
            events.grow(to: 2 * events.count, with: Event(time: 0, run: .none))
            nextBlock.grow(to: 2 * nextBlock.count, with: Self.none)
            fill.grow(to: 2 * fill.count, with: 0)
        }
        blocks += 1
        return Int32(truncatingIfNeeded: blocks - 1)
    }

    /// Frees a block and returns the one after it.
    private mutating func giveBack(_ block: Int32) -> Int32 {
        let next = nextBlock[Int(block)]
        nextBlock[Int(block)] = freeBlock
        freeBlock = block
        return next
    }
}
