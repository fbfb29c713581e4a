/// Carries out a plan, run by run, and tells what came of it.
package struct JobSession {
    /// What a session does to the world; tests make it up.
    package struct Environment {
        /// Makes a run.
        package var run: (JobSlot) -> JobRun
        /// Notes that a run begins.
        package var begin: (JobSlot) throws -> Void
        /// Notes a finished run.
        package var finish: (JobRun) throws -> Void
        /// Whether to end now.
        package var isCancelled: () -> Bool
        /// Tells the user what is next, of how many runs that count in all arms as far as is known.
        package var progress: (JobSlot, Int) -> Void
        /// Tells the user what came of a run.
        package var report: (JobRun) -> Void

        /// An environment; all but `run` do nothing unless given.
        package init(
            run: @escaping (JobSlot) -> JobRun,
            begin: @escaping (JobSlot) throws -> Void = { _ in },
            finish: @escaping (JobRun) throws -> Void = { _ in },
            isCancelled: @escaping () -> Bool = { false },
            progress: @escaping (JobSlot, Int) -> Void = { _, _ in },
            report: @escaping (JobRun) -> Void = { _ in }
        ) {
            self.run = run
            self.begin = begin
            self.finish = finish
            self.isCancelled = isCancelled
            self.progress = progress
            self.report = report
        }
    }

    private let plan: JobPlan
    private let environment: Environment

    /// A session.
    package init(_ plan: JobPlan, environment: Environment) {
        self.plan = plan
        self.environment = environment
    }

    /// Carries the plan out from where the runs given left it.
    ///
    /// - Throws: what `begin` and `finish` throw: a journal that cannot be written ends the session.
    package func run(after earlier: [JobRun] = []) throws -> JobOutcome {
        let schedule = JobSchedule(plan)
        var runs = earlier
        while true {
            if environment.isCancelled() { return JobOutcome(plan, runs: runs, ending: .interrupted) }
            switch schedule.next(after: runs) {
            case .done: return JobOutcome(plan, runs: runs, ending: .done)
            case .hopeless(let reason): return JobOutcome(plan, runs: runs, ending: .hopeless(reason))
            case .run(let slot):
                environment.progress(slot, schedule.runsPerArm(runs) * plan.arms.count)
                try environment.begin(slot)
                let run = environment.run(slot)
                runs.append(run)
                try environment.finish(run)
                environment.report(run)
            }
        }
    }
}
