internal import CProbe

/// Carries a sweep out: looks, decides, acts, until nothing is left to do.
///
/// Knows of results only what `results` reports, and of tasks only what the queue holds under the array's name; so a run
/// that is ended at any point is continued by the next one.
package struct ArraySweepRun {
    /// How a run ended.
    package enum Ending: Sendable, Hashable {
        /// Every cell is done or has failed.
        case finished
        /// These tasks were lost as often as allowed; the clause is what Slurm says of the last time.
        case lost([LostTask])
        /// Somebody asked us to end while these arrays were in the queue.
        case interrupted(jobs: [Int])
    }

    /// What the sweep is.
    package var sweep: ArraySweep
    /// The array that does it.
    package var array: BatchArray
    /// The cluster.
    package var client: SlurmClient
    /// The first and the longest pause between two looks.
    package var pauses: ClosedRange<Duration> = .milliseconds(500)...(.seconds(10))
    /// How long the controller may be silent.
    package var patience: Duration = .seconds(900)
    /// The results that are there and the failures that were reported.
    package var results: () throws -> (done: Set<Int>, failed: Set<Int>)
    /// Hears what a user should know, once each.
    package var note: (String) -> Void
    /// Hears how far the sweep is: cells done, tasks running and tasks waiting.
    package var progress: (Int, Int, Int) -> Void

    /// A run with its pauses as they are by default.
    package init(
        _ sweep: ArraySweep,
        as array: BatchArray,
        on client: SlurmClient,
        results: @escaping () throws -> (done: Set<Int>, failed: Set<Int>),
        note: @escaping (String) -> Void,
        progress: @escaping (Int, Int, Int) -> Void
    ) {
        self.sweep = sweep
        self.array = array
        self.client = client
        self.results = results
        self.note = note
        self.progress = progress
    }

    /// Runs to an end.
    ///
    /// - Throws: `SlurmError` where the cluster refuses or stays silent, and what `results` throws.
    package func run() async throws -> Ending {
        _ = assay_job_watch()
        defer { assay_job_unwatch() }
        var state = ArraySweep.State(sweep)
        var pause = pauses.lowerBound
        var silentSince: ContinuousClock.Instant?
        var jobs: [Int: Int] = [:]
        var told: Set<String> = []
        var hasLooked = false
        while true {
            do {
                // The queue first: what ends between the two looks has its results seen.
                let tasks = try await client.tasks(named: array.name)
                if silentSince != nil { note("Slurm answers again") }
                silentSince = nil
                let (done, failed) = try results()
                for task in tasks { jobs[task.task] = max(task.job, jobs[task.task] ?? 0) }
                let known = Set(tasks.map(\.task)).intersection(0..<sweep.tasks)
                if !hasLooked, !known.isEmpty {
                    note("already in the queue: \(known.count) \(known.count == 1 ? "task" : "tasks") of this sweep")
                }
                hasLooked = true
                sweep.look(&state, done: done, failed: failed, queued: known)
                tell(tasks, &told)
                let running = tasks.count { $0.state == "RUNNING" }
                progress(done.count, running, tasks.count - running)
                if assay_job_stop_asked() { return .interrupted(jobs: Set(tasks.map(\.job)).sorted()) }
                switch sweep.next(state) {
                case .finish: return .finished
                case .wait: break
                case .giveUp(let lost):
                    var endings: [LostTask] = []
                    for task in lost { endings.append(LostTask(task, await ending(of: task, jobs[task]))) }
                    return .lost(endings)
                case .submit(let ready):
                    let again = ready.filter { state.submitted[$0] > 0 }
                    for task in again.prefix(5) {
                        note("task \(task) was lost (\(await ending(of: task, jobs[task]))); submitting it again")
                    }
                    if again.count > 5 { note("… and \(again.count - 5) more") }
                    let job = try await client.submit(array, tasks: ready)
                    for task in ready { jobs[task] = job }
                    sweep.submit(&state, ready)
                    note("submitted \(ready.count) of \(sweep.tasks) tasks as job array \(job)")
                    pause = pauses.lowerBound
                }
            } catch let error as SlurmError where error.isPassing && hasLooked {
                let now = ContinuousClock().now
                let since = silentSince ?? now
                if silentSince == nil { note("\(error); asking again") }
                silentSince = since
                guard now - since < patience else { throw error }
                if assay_job_stop_asked() { return .interrupted(jobs: Set(jobs.values).sorted()) }
            }
            try await sleep(pause)
            pause = min(pause * 2, pauses.upperBound)
        }
    }

    /// Sleeps, but not past somebody's wish that we end.
    private func sleep(_ pause: Duration) async throws {
        let end = ContinuousClock().now + pause
        while !assay_job_stop_asked() {
            let left = end - ContinuousClock().now
            guard left > .zero else { return }
            try await Task.sleep(for: min(left, .milliseconds(100)))
        }
    }

    /// What Slurm says of the end of a task.
    private func ending(of task: Int, _ job: Int?) async -> String {
        guard let job, let endings = try? await client.endings(of: job) else { return "Slurm does not say how" }
        // Of a task that is cancelled while it waits, Slurm keeps nothing.
        return endings.first { $0.task == task }?.clause ?? "cancelled before it ran, or forgotten by Slurm"
    }

    /// Notes each reason that keeps tasks waiting and does not pass by itself.
    private func tell(_ tasks: [SlurmTask], _ told: inout Set<String>) {
        let ordinary: Set = [
            "None", "Priority", "Resources", "JobArrayTaskLimit", "BeginTime", "Cleaning", "Prolog", "",
        ]
        var counts: [String: (count: Int, job: Int)] = [:]
        for task in tasks where task.state == "PENDING" && !ordinary.contains(task.reason) {
            counts[task.reason] = ((counts[task.reason]?.count ?? 0) + 1, task.job)
        }
        for (reason, found) in counts.sorted(by: { $0.key < $1.key }) where told.insert(reason).inserted {
            note(
                "Slurm keeps \(found.count) \(found.count == 1 ? "task" : "tasks") of job \(found.job) waiting: \(reason)"
            )
        }
    }
}

/// A task that was lost as often as allowed.
package struct LostTask: Sendable, Hashable {
    /// The index in the array.
    package var task: Int
    /// What Slurm says of its last end.
    package var clause: String

    init(_ task: Int, _ clause: String) {
        self.task = task
        self.clause = clause
    }
}
