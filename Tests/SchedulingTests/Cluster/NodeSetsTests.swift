import Probability
import Testing

@testable import Scheduling

/// What holds the nodes of each face and level, beside plain sets.
@Suite("Sets of nodes")
struct NodeSetsTests {
    /// Numbers of nodes at which a set changes what it is: one word, one more than a line of the cache, and one to four
    /// levels of masks.
    @Test("hold what was added and not removed", arguments: [1, 13, 64, 65, 448, 449, 4_096, 5_000, 300_000])
    func holdWhatWasAdded(nodes: Int) {
        let (faces, rows, columns) = (2, 3, 2)
        var sets = NodeSets(faces: faces, nodes: nodes, cpuLevels: rows, memoryLevels: columns)
        var expected = Array(repeating: Set<Int>(), count: faces * rows * columns)
        var random = RandomGenerator(seed: UInt64(nodes), stream: 0)
        for step in 0..<6_000 {
            let face = random.index(below: faces)
            let (row, column) = (random.index(below: rows), random.index(below: columns))
            let place = (face * rows + row) * columns + column
            let cell = sets.cell(row: row, column: column)
            // In waves, so that sets grow to trees and shrink again; often near each other, as neighbours are.
            let isGrowing = step / 600 % 2 == 0
            let near = min(nodes, step % 3 == 0 ? 40 : nodes)
            let node = isGrowing ? random.index(below: near) : expected[place].randomElement(using: &random) ?? 0
            let wasEmpty = of(face, expected, rows * columns).allSatisfy(\.isEmpty)
            if expected[place].contains(node) {
                expected[place].remove(node)
                let isLast = of(face, expected, rows * columns).allSatisfy(\.isEmpty)
                #expect(sets.remove(node, face: face, cell) == isLast)
            } else {
                expected[place].insert(node)
                #expect(sets.insert(node, face: face, cell) == wasEmpty)
            }
            check(sets, expected[place], face: face, row: row, column: column, from: random.index(below: nodes))
        }
        for face in 0..<faces {
            for row in 0..<rows {
                for column in 0..<columns {
                    let place = (face * rows + row) * columns + column
                    check(sets, expected[place], face: face, row: row, column: column, from: 0)
                }
            }
        }
    }

    private func of(_ face: Int, _ sets: [Set<Int>], _ count: Int) -> ArraySlice<Set<Int>> {
        sets[(face * count)..<((face + 1) * count)]
    }

    private func check(_ sets: NodeSets, _ expected: Set<Int>, face: Int, row: Int, column: Int, from least: Int) {
        let isOccupied = sets.columns(face: face, row: row) & (1 << UInt64(column)) != 0
        #expect(isOccupied == !expected.isEmpty)
        #expect(sets.first(from: least, face: face, row: row, column: column) == expected.filter { $0 >= least }.min())
        if let lowest = expected.min() { #expect(sets.first(face: face, row: row, column: column) == lowest) }
    }

    @Test("a list holds sixteen, in order")
    func listHoldsSixteen() {
        var lists = ShortLists()
        let number = lists.take(9, 4)
        let others = [7, 1, 30, 12, 2, 28, 5, 17, 3, 21, 8, 25, 11, 0]
        for node in others { #expect(lists.insert(node, number)) }
        #expect(!lists.insert(6, number))
        #expect(lists.nodes(number) == ([9, 4] + others).sorted())
        #expect(lists.lowest(number, from: 13) == 17)
        #expect(lists.lowest(number, from: 31) == nil)
        for node in others { #expect(lists.remove(node, number) == nil) }
        #expect(lists.nodes(number) == [4, 9])
        #expect(lists.remove(4, number) == 9)
    }
}
