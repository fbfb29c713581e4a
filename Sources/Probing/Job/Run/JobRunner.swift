internal import Documents
package import Evidence
internal import Glibc

/// Makes one run of a job on the machine we stand on.
package struct JobRunner {
    /// What becomes of runs that something disturbed.
    package struct Options: Sendable, Hashable {
        /// Keeps disturbed runs, marked as such, instead of refusing them.
        package var keepsDisturbed: Bool
        /// Marks of all runs: an emulated processor that the user allowed.
        package var marks: [Condition]

        /// Options; by default disturbed runs are refused.
        package init(keepsDisturbed: Bool = false, marks: [Condition] = []) {
            self.keepsDisturbed = keepsDisturbed
            self.marks = marks
        }
    }

    private let plan: JobPlan
    private let pattern: StepPattern?
    private let boot: String
    private let processors: [Int]
    private let sampler: GPUSampler?
    private let options: Options

    /// A runner; `boot` is the kernel's identifier of this boot, `sampler` looks at GPUs where there are any.
    ///
    /// - Throws: where the plan's pattern is none.
    package init(
        _ plan: JobPlan,
        boot: String,
        processors: [Int],
        sampler: GPUSampler? = nil,
        options: Options = Options()
    ) throws(StepPatternError) {
        self.plan = plan
        if case .pattern(let text) = plan.steps { pattern = try StepPattern(text) } else { pattern = nil }
        self.boot = boot
        self.processors = processors
        self.sampler = sampler
        self.options = options
    }

    /// Makes a run; everything that can go wrong is in the run's refusal.
    package func run(_ slot: JobSlot) -> JobRun {
        JobSignals.watch()
        guard slot.arm == .beside, let command = plan.neighbour else { return execute(slot, hasNeighbour: false) }
        let neighbour: Neighbour
        do { neighbour = try Neighbour(command, settleSeconds: plan.settleSeconds) } catch {
            return refused(slot, .neighbour, error.description)
        }
        defer { neighbour.end() }
        var run = execute(slot, hasNeighbour: true)
        if run.refusal == nil, !neighbour.isRunning {
            run.refusal = .init(.neighbour, "the neighbour ended during the run; it must outlast it")
        }
        return run
    }

    private func refused(_ slot: JobSlot, _ fault: JobRun.Fault, _ reason: String) -> JobRun {
        var run = JobRun(slot: slot, started: MonotonicClock.wallTime(), boot: boot, wallSeconds: 0)
        run.refusal = .init(fault, reason)
        return run
    }

    private func execute(_ slot: JobSlot, hasNeighbour: Bool) -> JobRun {
        if case .file(let path) = plan.steps, let problem = StepFile.empty(path) {
            return refused(slot, .start, "the step file \(path) cannot be emptied: \(problem)")
        }
        var collector = StepCollector(pattern: pattern, unit: plan.unit)
        let started = MonotonicClock.wallTime()
        let (before, counters) = (DisturbanceCounters.live(processors), JobCounters.live())
        sampler?.start()
        let process: JobProcess
        do { process = try JobProcess(plan.command, readsOutput: true) } catch {
            return refused(slot, .start, error.reason)
        }
        let ending = process.wait(
            deadlineSeconds: plan.timeoutSeconds,
            line: { collector.add(line: $0) },
            tick: { sampler?.sample() }
        )
        let (after, countersAfter) = (DisturbanceCounters.live(processors), JobCounters.live())
        var run = JobRun(slot: slot, started: started, boot: boot, wallSeconds: ending.wallSeconds)
        run.lastLines = collector.lastLines
        run.refusal = fault(of: ending, &collector)
        run.steps = collector.steps
        let gpu = sampler?.finish()
        run.readings =
            [JobReading(.completionTime, ending.wallSeconds)] + ending.readings + countersAfter.since(counters)
            + (gpu?.readings ?? [])
        run.conditions = options.marks
        if let source = gpu?.source, !source.isEmpty {
            run.conditions.append(Condition(name: "gpu_activity_from", value: source))
        }
        judge(
            &run,
            DisturbanceReport(
                before: before,
                after: after,
                measured: processors,
                ownSeconds: ending.processorSeconds,
                elapsedSeconds: ending.wallSeconds
            ),
            throttledGPU: gpu?.throttledSamples ?? 0,
            hasNeighbour: hasNeighbour
        )
        return run
    }

    /// What the job itself did wrong.
    private func fault(of ending: JobEnding, _ collector: inout StepCollector) -> JobRun.Refusal? {
        if ending.isInterrupted { return .init(.interrupted, "the measurement was interrupted in it") }
        if ending.isLate {
            let seconds = NumberText.plain(plan.timeoutSeconds)
            return .init(.timeout, "it was not done after \(seconds) s and was ended; --timeout allows more")
        }
        guard ending.status == 0 else {
            return .init(
                .exit,
                ending.status > 0
                    ? "it exited with status \(ending.status)" : "it was ended by signal \(-ending.status)"
            )
        }
        if case .file(let path) = plan.steps {
            let (bytes, problem) = StepFile.read(path)
            guard let bytes else {
                let reason = problem.map { ": \($0)" } ?? ""
                return .init(.garbage, "it left no step file at \(path) that can be read\(reason)")
            }
            collector.add(file: String(decoding: bytes, as: UTF8.self))
        }
        guard plan.steps != .none else { return nil }
        if let fault = collector.fault { return .init(.garbage, fault) }
        let count = collector.steps.count
        guard count > 0 else {
            return .init(.garbage, "nothing it said was a step; check the pattern against its output")
        }
        guard count > plan.skippedSteps else {
            return .init(.short, "it has \(count) steps, and \(plan.skippedSteps) are to be skipped")
        }
        if let expected = plan.expectedSteps, count < expected {
            return .init(.short, "it ended after \(count) of \(expected) steps")
        }
        return nil
    }

    /// What else happened on the machine.
    private func judge(
        _ run: inout JobRun,
        _ report: DisturbanceReport,
        throttledGPU: Int,
        hasNeighbour: Bool
    ) {
        // The share that the hypervisor took is what a virtual machine costs: stated, never refused.
        run.conditions.append(
            Condition(name: "stolen_percent", value: NumberText.fixed(report.stolenShare * 100, 0))
        )
        var found = report.disturbances
        // Where a neighbour is asked for, other tasks are the question and not a disturbance of it.
        if hasNeighbour { found.removeAll { $0.kind == .otherTasks || $0.kind == .otherLoad } }
        if throttledGPU > 0 {
            found.append(
                Disturbance(.overheated, "heat or the power supply held a GPU's clocks down in \(throttledGPU) samples")
            )
        }
        guard !found.isEmpty else { return }
        if options.keepsDisturbed {
            let kinds = Set(found.map(\.kind.rawValue)).sorted().joined(separator: ", ")
            run.conditions.append(Condition(name: "disturbed", value: kinds))
        } else if run.refusal == nil {
            run.refusal = .init(.disturbed, found.map(\.sentence).joined(separator: ", and "))
        }
    }
}
