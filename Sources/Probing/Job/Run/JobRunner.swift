package import Documents
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
        /// How long the pattern has for the output of a run, in seconds.
        package var patternSeconds: Double

        /// Options; by default disturbed runs are refused.
        package init(
            keepsDisturbed: Bool = false,
            marks: [Condition] = [],
            patternSeconds: Double = StepLimits.patternSeconds
        ) {
            self.keepsDisturbed = keepsDisturbed
            self.marks = marks
            self.patternSeconds = patternSeconds
        }
    }

    private let plan: JobPlan
    private let pattern: NumberPattern?
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
    ) throws(NumberPatternError) {
        self.plan = plan
        if case .pattern(let text) = plan.steps { pattern = try NumberPattern(text) } else { pattern = nil }
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
            var run = refused(slot, .neighbour, error.description)
            run.lastLines = error.lastLines
            return run
        }
        var run = execute(slot, hasNeighbour: true)
        if let absence = neighbour.end("ended during the run"), run.refusal == nil {
            run.refusal = .init(.neighbour, absence.description)
            run.lastLines = absence.lastLines
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
        var keeper = OutputKeeper(pattern: pattern)
        let started = MonotonicClock.wallTime()
        let (before, counters) = (DisturbanceCounters.live(processors), JobCounters.live())
        sampler?.start()
        let process: JobProcess
        do { process = try JobProcess(plan.command) } catch {
            return refused(slot, .start, error.reason)
        }
        let ending = process.wait(
            deadlineSeconds: plan.timeoutSeconds,
            line: { keeper.add($0) },
            tick: { sampler?.sample() }
        )
        let (after, countersAfter) = (DisturbanceCounters.live(processors), JobCounters.live())
        var run = JobRun(slot: slot, started: started, boot: boot, wallSeconds: ending.wallSeconds)
        run.lastLines = keeper.lastLines
        let left = process.endLeftOvers(ending.leftOvers)
        // What was ended before its time left nothing.
        if !ending.isLate, !ending.isInterrupted { run.leftOvers = left }
        run.refusal = fault(of: ending, keeper.spool, &run)
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

    /// What the job itself did wrong; its steps go into the run.
    private func fault(of ending: JobEnding, _ spool: LineSpool?, _ run: inout JobRun) -> JobRun.Refusal? {
        if ending.isInterrupted { return .init(.interrupted, Self.interrupted) }
        if ending.isLate {
            let seconds = NumberText.plain(plan.timeoutSeconds)
            return .init(.timeout, "it was not done after \(seconds) s and was ended; --timeout allows more")
        }
        guard ending.status == 0 else { return .init(.exit, JobEnding.words(ending.status)) }
        let findings: StepFindings
        switch plan.steps {
        case .none: return nil
        case .file(let path):
            let (bytes, problem) = StepFile.read(path)
            guard let bytes else {
                let reason = problem.map { ": \($0)" } ?? ""
                return .init(.garbage, "it left no step file at \(path) that can be read\(reason)")
            }
            var collector = StepCollector(pattern: nil, unit: plan.unit)
            collector.add(file: String(decoding: bytes, as: UTF8.self))
            findings = collector.findings
        case .pattern(let text):
            guard let spool else { return nil }
            switch StepSearch.run(spool, pattern: text, unit: plan.unit, seconds: options.patternSeconds) {
            case .done(let found): findings = found
            case .interrupted: return .init(.interrupted, Self.interrupted)
            case .failed(let reason): return .init(.garbage, reason)
            case .late(let line):
                let seconds = NumberText.plain(options.patternSeconds)
                return .init(
                    .pattern,
                    "the pattern was not done with its output after \(seconds) s (at line \(line)); a repetition inside a "
                        + "repetition, as in (a+)+, may take for ever: write --step-pattern without"
                )
            }
            if let problem = spool.problem { return .init(.garbage, problem) }
        }
        run.steps = findings.steps
        run.passedOver = findings.passedOver
        return fault(in: findings, wall: ending.wallSeconds)
    }

    private static let interrupted = "the measurement was interrupted in it"

    /// What is wrong with the steps.
    private func fault(in findings: StepFindings, wall: Double) -> JobRun.Refusal? {
        if let fault = findings.fault { return .init(.garbage, fault) }
        let count = findings.steps.count
        guard count > 0 else {
            let passedOver = findings.passedOver.map {
                "nothing it said was a step, though line \($0.first) holds what the pattern has before its capture; a capture "
                    + "of \(NumberPattern.advice) takes whatever stands there"
            }
            return .init(
                .garbage,
                passedOver ?? "nothing it said was a step; check the pattern against its output"
            )
        }
        if !plan.unit.isRate, let problem = StepSum.problem(findings.steps, wall: wall) {
            return .init(.garbage, problem)
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
