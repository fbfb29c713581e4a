import Testing

@testable import Operating

/// What a sweep does next, in every state that a cluster can bring it to.
@Suite struct ArraySweepTests {
    /// One look at the world, and the step that must follow.
    struct Look: Sendable {
        var done: Set<Int> = []
        var failed: Set<Int> = []
        var queued: Set<Int> = []
        var step: ArraySweep.Step
    }

    struct Story: Sendable, CustomTestStringConvertible {
        var testDescription: String
        var looks: [Look]
    }

    /// Six cells, two to a task; a task is submitted at most twice.
    static let sweep = ArraySweep(cells: 6, cellsPerTask: 2, submissions: 2)

    static let stories: [Story] = [
        Story(
            testDescription: "everything runs at the first try",
            looks: [
                Look(step: .submit([0, 1, 2])), Look(queued: [0, 1, 2], step: .wait),
                Look(done: [0, 1], queued: [1, 2], step: .wait), Look(done: [0, 1, 2, 3, 4, 5], step: .finish),
            ]
        ),
        Story(
            testDescription: "results that were there before are not done again",
            looks: [Look(done: [0, 1, 2, 4], step: .submit([1, 2])), Look(done: [0, 1, 2, 3, 4, 5], step: .finish)]
        ),
        Story(
            testDescription: "tasks of an earlier run that are in the queue are waited for",
            looks: [
                Look(queued: [0, 2], step: .submit([1])), Look(queued: [0, 1, 2], step: .wait),
                Look(done: [2, 3], queued: [0, 2], step: .wait),
            ]
        ),
        Story(
            testDescription: "a task is lost when two looks miss it, and is submitted again",
            looks: [
                Look(step: .submit([0, 1, 2])), Look(done: [0, 1, 4, 5], step: .wait),
                Look(done: [0, 1, 4, 5], step: .submit([1])), Look(done: [0, 1, 2, 4, 5], queued: [1], step: .wait),
                Look(done: [0, 1, 2, 3, 4, 5], step: .finish),
            ]
        ),
        Story(
            testDescription: "results that are seen late are no loss",
            looks: [
                Look(step: .submit([0, 1, 2])), Look(done: [0, 1, 2, 3, 4], step: .wait),
                Look(done: [0, 1, 2, 3, 4, 5], step: .finish),
            ]
        ),
        Story(
            testDescription: "a task that Slurm requeues is in the queue, and counts as one try",
            looks: [
                Look(step: .submit([0, 1, 2])), Look(queued: [0, 1, 2], step: .wait),
                Look(queued: [0, 1, 2], step: .wait), Look(queued: [0], step: .wait),
                Look(queued: [0], step: .submit([1, 2])),
            ]
        ),
        Story(
            testDescription: "a task that is always lost is given up, once the others have ended",
            looks: [
                Look(step: .submit([0, 1, 2])), Look(queued: [0, 2], step: .wait),
                Look(queued: [0, 2], step: .submit([1])), Look(queued: [0, 2], step: .wait),
                Look(queued: [0, 2], step: .wait), Look(done: [0, 1, 4, 5], step: .giveUp([1])),
            ]
        ),
        Story(
            testDescription: "a cell that says why it cannot be done is not tried again",
            looks: [
                Look(step: .submit([0, 1, 2])), Look(done: [0, 1, 2], failed: [3], queued: [2], step: .wait),
                Look(done: [0, 1, 2, 4, 5], failed: [3], step: .finish),
            ]
        ),
    ]

    @Test(arguments: stories) func `a story ends as it must`(_ story: Story) {
        var state = ArraySweep.State(Self.sweep)
        for (index, look) in story.looks.enumerated() {
            Self.sweep.look(&state, done: look.done, failed: look.failed, queued: look.queued)
            let step = Self.sweep.next(state)
            #expect(step == look.step, "look \(index)")
            if case .submit(let tasks) = step { Self.sweep.submit(&state, tasks) }
        }
    }

    @Test(arguments: [(1, 1), (12, 1), (12, 5), (1_001, 1_000), (7, 100), (100_000, 99)])
    func `every cell belongs to exactly one task`(cells: Int, perTask: Int) {
        let sweep = ArraySweep(cells: cells, cellsPerTask: perTask, submissions: 1)
        let all = (0..<sweep.tasks).flatMap { Array(sweep.cells(of: $0)) }
        #expect(all == Array(0..<cells))
        #expect(sweep.cells(of: -1).isEmpty && sweep.cells(of: sweep.tasks).isEmpty)
        #expect(!sweep.cells(of: sweep.tasks - 1).isEmpty)
    }

    @Test(arguments: [1, 2, 1_000, 1_001, 1_002, 2_002, 2_003, 100_000], [1, 2, 1_001])
    func `tasks are as many as one array holds, and no cell more to a task than that needs`(cells: Int, size: Int) {
        let perTask = ArraySweep.cellsPerTask(cells: cells, arraySize: size)
        #expect(ArraySweep(cells: cells, cellsPerTask: perTask, submissions: 1).tasks <= size)
        if perTask > 1 {
            #expect(ArraySweep(cells: cells, cellsPerTask: perTask - 1, submissions: 1).tasks > size)
        }
    }

    /// A world that loses tasks at random: whatever it does, the sweep ends, no task is submitted more often than allowed
    /// nor while it is in the queue, and no cell is open that was not given up.
    @Test(arguments: 0..<200) func `a sweep ends in any world`(seed: UInt64) {
        var random = seed &* 0x9E37_79B9_7F4A_7C15 | 1
        func draw(_ bound: Int) -> Int {
            random ^= random << 13
            random ^= random >> 7
            random ^= random << 17
            return Int(random % UInt64(bound))
        }
        let sweep = ArraySweep(cells: 1 + draw(40), cellsPerTask: 1 + draw(5), submissions: 1 + draw(4))
        var state = ArraySweep.State(sweep)
        var (done, failed, queued) = (Set<Int>(), Set<Int>(), Set<Int>())
        var counts: [Int: Int] = [:]
        for _ in 0..<10_000 {
            sweep.look(&state, done: done, failed: failed, queued: queued)
            switch sweep.next(state) {
            case .finish:
                #expect(done.union(failed) == Set(0..<sweep.cells))
                return
            case .giveUp(let tasks):
                // What the queue still holds has only its last breath to take.
                #expect(queued.isDisjoint(with: tasks))
                let known = done.union(failed)
                #expect(queued.allSatisfy { known.isSuperset(of: sweep.cells(of: $0)) })
                #expect(tasks.allSatisfy { counts[$0] == sweep.submissions })
                let open = Set(0..<sweep.cells).subtracting(done).subtracting(failed)
                #expect(open.isSubset(of: tasks.flatMap { Array(sweep.cells(of: $0)) }))
                return
            case .submit(let tasks):
                #expect(tasks == tasks.sorted() && queued.isDisjoint(with: tasks))
                for task in tasks {
                    counts[task, default: 0] += 1
                    #expect(counts[task, default: 0] <= sweep.submissions)
                }
                sweep.submit(&state, tasks)
                queued.formUnion(tasks)
            case .wait: break
            }
            for task in queued.sorted() {
                switch draw(6) {
                case 0:
                    if let cell = sweep.cells(of: task).first(where: { !done.contains($0) && !failed.contains($0) }) {
                        if draw(8) == 0 { failed.insert(cell) } else { done.insert(cell) }
                    } else {
                        queued.remove(task)
                    }
                case 1: queued.remove(task)
                default: break
                }
            }
        }
        Issue.record("it never ended")
    }
}
