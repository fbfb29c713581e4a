import Cost
import Documents
import Estate
import Probability
import Scheduling
import Study

/// The jobs of a study's trace in bare-metal work, dealt to its workloads.
struct TracedWork: Sendable {
    /// The jobs of all workloads on bare metal; ``TraceJob/speedClass`` is the workload's position.
    let trace: Trace
    /// Indices into ``trace`` by workload.
    let jobsOfWorkload: [[Int]]
    /// By workload: bare-metal GPU-hours that its jobs hold in a month of 730 hours.
    let heldHours: [Double]
    /// By workload: what is known of its jobs at the expected inputs.
    let jobs: [WorkloadTerms]
    /// From the first submission to the last, in hours.
    let spanHours: Double
    /// What was left out, with the reason, and how many jobs.
    let leftOut: [(reason: String, jobs: Int)]
    /// What a reader should know.
    let notes: [String]

    private static let hoursPerMonth = 730.0

    /// Normalises the jobs of a trace.
    ///
    /// - Parameters:
    ///   - recorded: the trace.
    ///   - terms: how the study describes it.
    ///   - study: the study, evidence in place of priors.
    /// - Throws: ``DecisionError/trace(_:)`` for a trace that says nothing about a workload, selectors that overlap, and
    ///   jobs that fit no host.
    init(_ recorded: RecordedTrace, _ terms: StudyTrace, _ study: Study) throws(DecisionError) {
        let all = recorded.imported.trace
        let file = recorded.file
        guard all.count > 0 else { throw .trace("\(file): has no jobs to replay") }
        let names = study.workloads.map(\.name)
        let mapping = JobMapping(
            all,
            classes: recorded.imported.classes,
            study.workloads.map { $0.jobs?.selector ?? JobSelector() }
        )
        if let overlap = mapping.overlap {
            let job = recorded.imported.names[all.id[overlap.job]]
            throw .trace(
                "\(file): job \(job) belongs to '\(names[overlap.first])' and to '\(names[overlap.second])' (\(counted(overlap.jobs, "job")) to "
                    + "more than one workload); make 'jobs' of one of them narrower"
            )
        }
        for (position, count) in mapping.counts.enumerated() where count == 0 {
            let unknown = mapping.unknownNames[position]
            let why =
                unknown.isEmpty
                ? "none matches \(study.workloads[position].jobs?.selector.description ?? "*")"
                : "it has no \(unknown.map { "'\($0)'" }.joined(separator: ", "))"
            throw .trace(
                "\(file): has no job of workload '\(names[position])': \(why); it has "
                    + Self.known(all, recorded.imported.classes)
            )
        }
        let span = Double((all.submit.last ?? 0) - (all.submit.first ?? 0)) / 3_600_000
        guard span >= 24 else {
            throw .trace(
                "\(file): spans \(NumberText.significant(span, 2)) hours from the first submission to the last; a trace of at "
                    + "least a day is needed to say what a month holds"
            )
        }
        spanHours = span
        try Self.checkFit(recorded, mapping, study)

        let expected = try Self.expected(study)
        let shape = study.estate.shape
        jobs = study.workloads.indices.map { position in
            let workload = study.workloads[position]
            return WorkloadTerms(
                activity: expected.activity[position],
                need: min(max(workload.computeNeed.distribution.mean, 1e-6), 1),
                leastSpeed: workload.leastSpeed?.distribution.mean ?? 0.5,
                memoryMiB: Int32(
                    clamping: Int(min(max(workload.memoryGiB.distribution.mean * 1_024, 1), 1e9))
                ),
                bareMetalShare: Self.shareOnBareMetal(workload, terms, activity: expected.seen[position])
            )
        }
        var chosen: [Int] = []
        for job in 0..<all.count where mapping.selector[job] != TraceJob.none { chosen.append(job) }
        var own = all.selecting(chosen)
        for (index, job) in chosen.enumerated() {
            var one = own[index]
            one.speedClass = mapping.selector[job]
            own[index] = one
        }
        let overheads = ModelOverheads(startUpMilliseconds: terms.recordedStartUpMilliseconds)
        let normalised: NormalisedJobs
        do throws(SimulationError) {
            normalised = try NormalisedJobs(
                own,
                jobs,
                under: RecordedModel(terms.recordedUnder, overheads: overheads, geometry: shape.gpu.migGeometry)
            )
        } catch {
            throw .trace("\(file): \(error.description)")
        }
        trace = normalised.trace
        var held = Array(repeating: 0.0, count: names.count)
        var byWorkload = Array(repeating: [Int](), count: names.count)
        for index in 0..<trace.count {
            let workload = Int(trace.speedClass[index])
            let one = trace[index]
            // A part of a GPU is a whole one on bare metal without slices.
            held[workload] += Double(one.gpus) * Double(one.duration) / 3_600_000
            byWorkload[workload].append(index)
        }
        heldHours = held.map { $0 * Self.hoursPerMonth / span }
        for (position, hours) in held.enumerated() where hours <= 0 {
            throw .trace(
                "\(file): the jobs of workload '\(names[position])' hold no GPU for any time; check durations and "
                    + "'recorded_start_up_s'"
            )
        }
        jobsOfWorkload = byWorkload
        leftOut = [
            ("skipped on reading, as the import says", recorded.imported.audit.skipped),
            ("of no workload", mapping.unassigned),
            ("without a GPU", mapping.withoutGPU),
        ].filter { $0.1 > 0 }
        var notes: [String] = []
        if normalised.typed > 0 {
            notes.append(
                "\(counted(normalised.typed, "job")) of the trace \(normalised.typed == 1 ? "names" : "name") a type of GPU: all are replayed on "
                    + "\(shape.gpu.name), the study's."
            )
        }
        if normalised.unknownMemory > 0 {
            notes.append(
                "\(counted(normalised.unknownMemory, "job")) of the trace \(normalised.unknownMemory == 1 ? "states" : "state") no GPU memory: "
                    + "'memory_gib' of the workload is taken."
            )
        }
        if normalised.swallowed > 0 {
            notes.append(
                "\(counted(normalised.swallowed, "job")) of the trace \(normalised.swallowed == 1 ? "was" : "were") shorter than the start-up it "
                    + "was recorded with: no work is counted."
            )
        }
        self.notes = notes
    }

    /// Bare-metal time over the time that the trace says, start-up and slices aside.
    ///
    /// Inactive time does not stretch: a share a of the time was work that took k times as long as on bare metal.
    private static func shareOnBareMetal(_ workload: Workload, _ terms: StudyTrace, activity: Double) -> Double {
        let overhead =
            terms.recordedOverhead?.distribution.mean ?? workload.overhead[terms.recordedUnder]?.distribution.mean ?? 0
        let stretch = max(1 + overhead, 0.1)
        return activity / stretch + 1 - activity
    }

    /// What Cost makes of a workload at the expected inputs: active share on bare metal, and as it was seen.
    private static func expected(_ study: Study) throws(DecisionError) -> (activity: [Double], seen: [Double]) {
        var unit = study
        guard let one = try? Distribution.point(1) else { throw .cost("a point could not be made") }
        for index in unit.workloads.indices { unit.workloads[index].gpuHoursPerMonth.distribution = one }
        do throws(CostModelError) {
            let work = try CostModel(study: unit).expectedWork
            return (
                work.map { $0.active + $0.inactive > 0 ? $0.active / ($0.active + $0.inactive) : 1 },
                study.workloads.map { min(max($0.activity.distribution.mean, 0), 1) }
            )
        } catch {
            throw .cost(error.description)
        }
    }

    /// Refuses jobs that no host can hold, which is a slip in the trace or in the estate.
    private static func checkFit(_ recorded: RecordedTrace, _ mapping: JobMapping, _ study: Study) throws(DecisionError)
    {
        let jobs = recorded.imported.trace
        let shape = study.estate.shape
        for (position, workload) in study.workloads.enumerated() {
            var (misfits, first) = (0, 0)
            for job in 0..<jobs.count where mapping.selector[job] == Int32(position) {
                let nodes = max(Int(jobs.nodes[job]), 1)
                let each = (Int(jobs.gpus[job]) + nodes - 1) / nodes
                guard jobs.nodes[job] > 0, jobs.profile[job] == TraceJob.none, each > shape.gpusPerHost else {
                    continue
                }
                if misfits == 0 { first = job }
                misfits += 1
            }
            guard misfits > 0, misfits == mapping.counts[position] else { continue }
            throw .trace(
                "\(recorded.file): no job of workload '\(workload.name)' fits a host: job "
                    + "\(recorded.imported.names[jobs.id[first]]) asks for \(jobs.gpus[first]) GPUs on "
                    + "\(counted(max(Int(jobs.nodes[first]), 1), "node")) and a host has \(shape.gpusPerHost); check 'gpus_per_host' and the "
                    + "trace's columns"
            )
        }
    }

    /// The names that a selector could state.
    private static func known(_ trace: Trace, _ classes: [String]) -> String {
        func list(_ what: String, _ names: [String]) -> String? {
            guard !names.isEmpty else { return nil }
            let shown = names.prefix(8).map { "'\($0)'" }.joined(separator: ", ")
            return "\(what) \(shown)\(names.count > 8 ? " and \(names.count - 8) more" : "")"
        }
        let lists = [list("teams", trace.teams), list("classes", classes), list("profiles", trace.profiles)].compactMap
        { $0 }
        return lists.isEmpty ? "neither teams nor classes" : lists.joined(separator: "; ")
    }
}
