import CProbe
import Foundation
import Testing

@testable import Probing

/// Sums round a ring of socket pairs, one thread for each rank.
@Suite struct NetworkRingTests {
    private final class Outcome: @unchecked Sendable {
        // Each thread writes its own places, and all have ended before they are read.
        var statuses: [Int32]
        var sums: [[Float]]

        init(_ ranks: Int) {
            statuses = Array(repeating: 1, count: ranks)
            sums = Array(repeating: [], count: ranks)
        }
    }

    /// Connections in a ring: rank i sends on `next[i]` and receives on `previous[i]`.
    private func ring(_ ranks: Int) -> (next: [Int32], previous: [Int32]) {
        var next = [Int32](repeating: -1, count: ranks)
        var previous = next
        for rank in 0..<ranks {
            var ends: [Int32] = [-1, -1]
            #expect(socketpair(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0, &ends) == 0)
            next[rank] = ends[0]
            previous[(rank + 1) % ranks] = ends[1]
        }
        return (next, previous)
    }

    /// Runs `body` for every rank on a thread of its own and waits for all.
    private func onAll(_ ranks: Int, _ body: @escaping @Sendable (Int) -> Void) {
        let group = DispatchGroup()
        for rank in 0..<ranks {
            group.enter()
            Thread.detachNewThread {
                body(rank)
                group.leave()
            }
        }
        group.wait()
    }

    @Test("every rank has the sum, whatever the size", arguments: [2, 3, 4, 5], [1, 2, 3, 4, 7, 16, 1_001, 65_537])
    func sums(_ ranks: Int, _ elements: Int) {
        let (next, previous) = ring(ranks)
        defer { for descriptor in next + previous { close(descriptor) } }
        let outcome = Outcome(ranks)
        let inputs = (0..<ranks).map { rank in (0..<elements).map { Float(($0 * 7 + rank * 13) % 101) } }
        let lock = NSLock()
        onAll(ranks) { rank in
            var work = [Float](repeating: -1, count: elements)
            var scratch = [Float](repeating: 0, count: elements / ranks + 1)
            let status = assay_ring_sum(
                next[rank],
                previous[rank],
                Int32(rank),
                Int32(ranks),
                inputs[rank],
                &work,
                &scratch,
                elements,
                assay_nanoseconds() + 30_000_000_000
            )
            lock.withLock {
                outcome.statuses[rank] = status
                outcome.sums[rank] = work
            }
        }
        let expected = (0..<elements).map { element in inputs.reduce(Float(0)) { $0 + $1[element] } }
        for rank in 0..<ranks {
            #expect(outcome.statuses[rank] == 0)
            #expect(outcome.sums[rank] == expected, "rank \(rank)")
        }
    }

    @Test("many rounds check themselves, and one wrong rank is seen by all", arguments: [2, 3, 5])
    func rounds(_ ranks: Int) {
        for liar in [-1, ranks - 1] {
            let (next, previous) = ring(ranks)
            defer { for descriptor in next + previous { close(descriptor) } }
            let outcome = Outcome(ranks)
            let lock = NSLock()
            onAll(ranks) { rank in
                let elements = 1_000
                var input = [Float](repeating: 0, count: elements)
                var work = input
                var scratch = [Float](repeating: 0, count: elements / ranks + 1)
                assay_ring_fill(&input, elements, Int32(rank))
                // Not the first of a part, which is written anew in every round.
                if rank == liar { input[1] += 1 }
                let status = assay_ring_rounds(
                    next[rank],
                    previous[rank],
                    Int32(rank),
                    Int32(ranks),
                    &input,
                    &work,
                    &scratch,
                    elements,
                    5,
                    assay_nanoseconds() + 30_000_000_000,
                    nil
                )
                lock.withLock { outcome.statuses[rank] = status }
            }
            #expect(outcome.statuses.allSatisfy { $0 == (liar < 0 ? 0 : -EDOM) }, "\(outcome.statuses)")
        }
    }

    @Test("a rank that is gone ends the sum with an error")
    func gone() {
        let (next, previous) = ring(2)
        close(next[1])
        close(previous[1])
        var work: [Float] = [0, 0]
        var scratch: [Float] = [0, 0]
        let status = assay_ring_sum(
            next[0],
            previous[0],
            0,
            2,
            [1, 2],
            &work,
            &scratch,
            2,
            assay_nanoseconds() + 30_000_000_000
        )
        #expect(status == -EPIPE)
        close(next[0])
        close(previous[0])
    }

    @Test("parts of a sum that never arrive end it when its time is over")
    func silent() {
        let (next, previous) = ring(2)
        defer { for descriptor in next + previous { close(descriptor) } }
        var work: [Float] = [0, 0]
        var scratch: [Float] = [0, 0]
        let deadline = assay_nanoseconds() + 50_000_000
        let status = assay_ring_sum(next[0], previous[0], 0, 2, [1, 2], &work, &scratch, 2, deadline)
        #expect(status == -ETIMEDOUT)
        #expect(assay_nanoseconds() >= deadline)
    }
}
