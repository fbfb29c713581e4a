import Probability
import Testing

@testable import Scheduling

@Suite struct JobHeapTests {
    /// As backfill uses it: the first is taken, or another that came later stands in its place.
    @Test(arguments: 0..<30) func theFirstIsTheLeast(seed: Int) {
        var random = RandomGenerator(seed: UInt64(seed))
        var heap = JobHeap()
        for size in [0, 1, 2, 3, seed, 200] {
            heap.removeAll()
            var jobs = (0..<size).map { _ in Int32(random.index(below: 1_000)) }
            for job in jobs { heap.add(job) }
            heap.order()
            while !jobs.isEmpty {
                jobs.sort()
                #expect(heap.first == jobs[0])
                if random.index(below: 3) == 0, jobs[0] < 2_000 {
                    let later = jobs[0] + Int32(random.index(below: 400))
                    heap.replaceFirst(later)
                    jobs[0] = later
                } else {
                    heap.removeFirst()
                    jobs.removeFirst()
                }
            }
            #expect(heap.first == nil)
            heap.removeFirst()
            heap.replaceFirst(3)
            #expect(heap.first == nil)
        }
    }
}
