import Testing

@testable import Probing

@Suite("Unions of stretches of time")
struct SpanSetTests {
    @Test("a union, its length and its overlap agree with counting moments", arguments: 0..<40)
    func grid(seed: Int) {
        var dice = Dice(seed: seed + 1)
        var sets: [SpanSet] = []
        var grids: [[Bool]] = []
        for _ in 0..<2 {
            var (set, grid) = (SpanSet(), [Bool](repeating: false, count: 200))
            for _ in 0..<dice.roll(40) {
                let start = dice.roll(180)
                let end = start + dice.roll(20)
                set.insert(TimeSpan(start: Int64(start), end: Int64(end)))
                for moment in start..<end { grid[moment] = true }
            }
            sets.append(set)
            grids.append(grid)
        }
        let both = zip(grids[0], grids[1]).count { $0 && $1 }
        let either = zip(grids[0], grids[1]).count { $0 || $1 }
        #expect(sets[0].length == Int64(grids[0].count { $0 }))
        #expect(sets[0].union(sets[1]).length == Int64(either))
        #expect(sets[0].overlap(sets[1]) == Int64(both))
        #expect(sets[1].overlap(sets[0]) == Int64(both))
        let spans = sets[0].spans
        #expect(zip(spans, spans.dropFirst()).allSatisfy { $0.end < $1.start })
    }

    @Test("many stretches that come backwards are merged on the way")
    func backwards() {
        var set = SpanSet()
        for start in stride(from: Int64(200_000), to: 0, by: -1) { set.insert(TimeSpan(start: start, end: start + 2)) }
        #expect(set.count < 10_000)
        #expect(set.length == 200_001)
        #expect(set.hull == TimeSpan(start: 1, end: 200_002))
    }

    @Test("the ends of what is read do not overflow")
    func ends() {
        let most = TraceEvent.latest
        let set = SpanSet([TimeSpan(start: -most, end: -most + 1), TimeSpan(start: most, end: most + most)])
        #expect(set.length == most + 1)
        #expect(set.hull.map { $0.end - $0.start } == 3 * most)
    }
}
