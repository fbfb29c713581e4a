/// A sweep of cells as the tasks of a job array, and what to do next in any state of the world.
///
/// Decides, does nothing.
package struct ArraySweep: Sendable, Hashable {
    /// The number of cells, numbered from 0.
    package let cells: Int
    /// How many neighbouring cells a task does, one after another; the last task may have fewer.
    package let cellsPerTask: Int
    /// How often a task is submitted before it is given up.
    package let submissions: Int

    /// How many looks in a row must miss a task before it counts as lost.
    ///
    /// A task that has just ended is out of the queue a little before its results are seen through a network's files.
    static let looksUntilLost = 2

    /// A sweep; numbers below 1 count as 1.
    package init(cells: Int, cellsPerTask: Int, submissions: Int) {
        self.cells = max(cells, 1)
        self.cellsPerTask = max(cellsPerTask, 1)
        self.submissions = max(submissions, 1)
    }

    /// The fewest cells per task with which a sweep is one array of the cluster.
    package static func cellsPerTask(cells: Int, arraySize: Int) -> Int {
        let size = max(arraySize, 1)
        return max((max(cells, 1) - 1) / size + 1, 1)
    }

    /// The number of tasks.
    package var tasks: Int { (cells - 1) / cellsPerTask + 1 }

    /// The cells of a task; none for one that there is not.
    package func cells(of task: Int) -> Range<Int> {
        guard task >= 0, task < tasks else { return 0..<0 }
        let begin = task * cellsPerTask
        return begin..<min(begin + cellsPerTask, cells)
    }

    /// What is known of the world.
    package struct State: Sendable, Hashable {
        /// Cells whose results are there.
        package var done: Set<Int> = []
        /// Cells that said why they cannot be done.
        package var failed: Set<Int> = []
        /// Tasks that the queue holds.
        package var queued: Set<Int> = []
        /// How often each task was submitted by this run.
        package fileprivate(set) var submitted: [Int]
        /// For how many looks in a row each task is missing from the queue with cells open.
        fileprivate var missed: [Int]

        /// The state before the first look.
        package init(_ sweep: ArraySweep) {
            submitted = Array(repeating: 0, count: sweep.tasks)
            missed = submitted
        }
    }

    /// Takes in one look at results and queue.
    package func look(_ state: inout State, done: Set<Int>, failed: Set<Int>, queued: Set<Int>) {
        (state.done, state.failed, state.queued) = (done, failed, queued)
        for task in 0..<tasks {
            state.missed[task] = queued.contains(task) || !isOpen(task, state) ? 0 : state.missed[task] + 1
        }
    }

    /// Takes in that tasks were submitted.
    package func submit(_ state: inout State, _ submitted: [Int]) {
        for task in submitted where state.submitted.indices.contains(task) {
            state.submitted[task] += 1
            state.missed[task] = 0
        }
    }

    /// What to do next.
    package enum Step: Sendable, Hashable {
        /// Submit these tasks, ascending: for the first time, or again because they were lost.
        case submit([Int])
        /// Look again later.
        case wait
        /// Every cell is done or has failed.
        case finish
        /// These tasks, ascending, were lost as often as allowed, and nothing else is left to do.
        case giveUp([Int])
    }

    /// What to do in a state.
    package func next(_ state: State) -> Step {
        let open = (0..<tasks).filter { isOpen($0, state) }
        guard !open.isEmpty else { return .finish }
        let absent = open.filter { !state.queued.contains($0) }
        let ready = absent.filter {
            state.submitted[$0] == 0
                || state.missed[$0] >= Self.looksUntilLost && state.submitted[$0] < submissions
        }
        if !ready.isEmpty { return .submit(ready) }
        let isSettled = absent.count == open.count && absent.allSatisfy { state.missed[$0] >= Self.looksUntilLost }
        return isSettled ? .giveUp(open) : .wait
    }

    /// Whether a task has cells of which nothing is known.
    private func isOpen(_ task: Int, _ state: State) -> Bool {
        cells(of: task).contains { !state.done.contains($0) && !state.failed.contains($0) }
    }
}
