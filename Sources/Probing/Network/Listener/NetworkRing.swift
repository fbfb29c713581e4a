internal import CProbe

/// One place in a ring of processes that sum arrays of floats.
///
/// Rank 0 sends an order round the ring, elements and rounds in 64 bits each; once it is back, every rank has it, and the
/// sums begin. An order of no elements ends the ring.
struct NetworkRing {
    let previous: NetworkConnection
    let next: NetworkConnection
    let rank: Int
    let ranks: Int
    /// When the work has failed, in nanoseconds of ``MonotonicClock``.
    let deadline: UInt64

    /// Sums in one order, at most.
    static let mostRounds = 1_000_000

    /// Carries orders out until the last; gives the sums done.
    func follow() throws(NetworkError) -> Int {
        var done = 0
        while true {
            let order = try receiveOrder()
            try send(order)
            guard order.elements > 0 else { return done }
            _ = try sum(order, timed: false)
            done += order.rounds
        }
    }

    /// Has every rank sum; nanoseconds of each round here.
    func lead(elements: Int, rounds: Int) throws(NetworkError) -> [UInt64] {
        let order = Order(elements: elements, rounds: rounds)
        try send(order)
        guard try receiveOrder() == order else { throw .malformed(previous.peer, "another order than it was given") }
        return try sum(order, timed: true)
    }

    /// Ends the ring.
    func finish() throws(NetworkError) {
        let last = Order(elements: 0, rounds: 0)
        try send(last)
        guard try receiveOrder() == last else { throw .malformed(previous.peer, "another order than it was given") }
    }

    private struct Order: Equatable {
        var elements: Int
        var rounds: Int
    }

    private func send(_ order: Order) throws(NetworkError) {
        let bytes = [order.elements, order.rounds].flatMap { number in
            (0..<8).map { UInt8(truncatingIfNeeded: number >> (56 - 8 * $0)) }
        }
        let status = assay_send_all(next.descriptor, bytes, bytes.count)
        guard status == 0 else { throw next.error(status) }
    }

    private func receiveOrder() throws(NetworkError) -> Order {
        var bytes = [UInt8](repeating: 0, count: 16)
        let status = assay_receive_all(previous.descriptor, &bytes, bytes.count)
        guard status == 0 else { throw previous.error(status) }
        func number(_ range: Range<Int>) -> UInt64 { bytes[range].reduce(0) { $0 << 8 | UInt64($1) } }
        let (elements, rounds) = (number(0..<8), number(8..<16))
        guard elements <= UInt64(NetworkWork.mostBytes / MemoryLayout<Float>.size), rounds <= UInt64(Self.mostRounds)
        else { throw .malformed(previous.peer, "an order of \(elements) elements and \(rounds) rounds") }
        return Order(elements: Int(elements), rounds: Int(rounds))
    }

    private func sum(_ order: Order, timed: Bool) throws(NetworkError) -> [UInt64] {
        var input = [Float](repeating: 0, count: order.elements)
        var work = [Float](repeating: 0, count: order.elements)
        var scratch = [Float](repeating: 0, count: order.elements / ranks + 1)
        var nanoseconds = [UInt64](repeating: 0, count: timed ? order.rounds : 0)
        assay_ring_fill(&input, input.count, Int32(rank))
        let status = nanoseconds.withUnsafeMutableBufferPointer { times in
            assay_ring_rounds(
                next.descriptor,
                previous.descriptor,
                Int32(rank),
                Int32(ranks),
                &input,
                &work,
                &scratch,
                order.elements,
                Int32(order.rounds),
                deadline,
                timed ? times.baseAddress : nil
            )
        }
        guard status == 0 else { throw previous.error(status) }
        return nanoseconds
    }
}
