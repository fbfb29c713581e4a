/// How pods become jobs.
package struct ClusterTraceOptions: Sendable {
    /// How many replicas share a time-sliced GPU, where no node says.
    package var replicas: Int?
    /// Up to when the source knows, in milliseconds since 1970; its own latest time if nil.
    package var knownUntil: Int64?
    /// The stretch of time that was asked for; pods that ended before it are left out.
    package var window: ClosedRange<Int64>?

    /// The usual options.
    package init() {}
}

/// Turns pods into the jobs of a trace by the stated rules, and counts what it leaves out.
struct ClusterTraceBuilder {
    private let options: ClusterTraceOptions
    private var trace = ClusterTrace()
    private var knownUntil: Int64 = .min
    private var seen: Set<String> = []

    /// 1990-01-01T00:00:00Z, the earliest time that a trace takes for one.
    private static let earliest: Int64 = 631_152_000_000
    /// Ten years.
    private static let longest: Int64 = 315_576_000_000

    /// A builder for pods that a source knows of until an instant.
    init(options: ClusterTraceOptions, latest: Int64?) {
        self.options = options
        if let known = options.knownUntil ?? latest {
            knownUntil = known
            trace.knownUntil = known
        }
    }

    /// A pod with what it asks for and when it held that.
    private struct Held {
        var pod: PodHistory
        var need: AcceleratorNeed
        var job: ClusterTrace.Job
    }

    /// The trace of these pods.
    mutating func trace(of pods: [PodHistory]) -> ClusterTrace {
        var gangs: [String: [Held]] = [:]
        var order: [String] = []
        for pod in pods {
            trace.pods += 1
            guard let held = held(pod) else { continue }
            // Names are of a namespace, and a workload may be tried again under the same name.
            let gang = pod.gang.map { pod.namespace + "/" + $0 }
            guard let gang else {
                trace.jobs.append(held.job)
                continue
            }
            if gangs[gang] == nil { order.append(gang) }
            gangs[gang, default: []].append(held)
        }
        for name in order { join(gangs[name] ?? [], name) }
        trace.jobs.sort { ($0.submit, $0.start, $0.name) < ($1.submit, $1.start, $1.name) }
        return trace
    }

    private mutating func held(_ pod: PodHistory) -> Held? {
        let name = pod.namespace + "/" + pod.name
        func skip(_ finding: ClusterTrace.Finding) -> Held? {
            trace.note(finding, name)
            return nil
        }
        guard seen.insert(pod.key).inserted else { return skip(.duplicate) }
        let need: AcceleratorNeed
        do throws(AcceleratorNeed.Problem) {
            need = try AcceleratorNeed(
                pod.accelerators,
                replicas: pod.replicas ?? options.replicas,
                hidesReplicas: pod.hidesReplicas
            )
        } catch {
            switch error {
            case .none: return skip(.noGPU)
            case .otherMaker: return skip(.otherMaker)
            case .mixed: return skip(.mixedResources)
            case .unsized: return skip(.unsizedReplicas)
            case .fraction: return skip(.absurdSize)
            }
        }
        guard pod.scheduled != nil || pod.started != nil else {
            return skip(pod.hasEnded || pod.phase == "Running" ? .missingTimes : .neverRan)
        }
        guard let start = pod.scheduled ?? pod.started else { return skip(.missingTimes) }
        let isCensored = !pod.hasEnded && pod.finished == nil
        guard let end = pod.finished ?? (isCensored && knownUntil > .min ? knownUntil : nil) else {
            return skip(.missingEnd)
        }
        let submit = min(pod.created ?? start, start)
        guard submit >= Self.earliest, end < 253_402_300_799_000 else { return skip(.absurdDuration) }
        guard end >= start else { return skip(.endsBeforeStart) }
        guard end - start <= Self.longest else { return skip(.absurdDuration) }
        if let window = options.window, end < window.lowerBound { return skip(.beforeWindow) }
        note(pod, name, isCensored: isCensored)
        let cpuMilli = (pod.cpus * 1_000).rounded(.up)
        let memory = (pod.memoryBytes / 1_048_576).rounded(.up)
        let most = Double(Int32.max)
        if cpuMilli > most || memory > most { trace.note(.clippedMemory, name) }
        if need.milli < 1_000 { trace.note(.partOfGPU, name) }
        let job = ClusterTrace.Job(
            name: name,
            team: pod.namespace,
            submit: submit,
            start: start,
            duration: end - start,
            requested: pod.deadlineSeconds.flatMap { $0 > 0 && $0 < 3_155_760_000 ? $0 * 1_000 : nil },
            gpus: need.count,
            gpuMilli: need.milli,
            profile: need.profile,
            gpuTypes: pod.gpuTypes,
            cpuMilli: Int(min(cpuMilli, most)),
            memoryMiB: Int(min(memory, most)),
            nodes: 0,
            priority: pod.priority,
            isCensored: isCensored
        )
        return Held(pod: pod, need: need, job: job)
    }

    private mutating func note(_ pod: PodHistory, _ name: String, isCensored: Bool) {
        if isCensored { trace.note(.stillRunning, name) }
        if pod.phase == "Failed" { trace.note(.failed, name) }
        if pod.restarts > 0 { trace.note(.restarted, name) }
        if pod.scheduled == nil { trace.note(.startFromContainers, name) }
        if pod.created == nil { trace.note(.submitFromStart, name) }
        if ["ReplicaSet", "StatefulSet", "DaemonSet", "Deployment"].contains(pod.ownerKind) {
            trace.note(.service, name)
        }
        if pod.accelerators.contains(where: { if case .sharedInstance = $0.key { $0.value > 0 } else { false } }) {
            trace.note(.sharedInstance, name)
        }
        guard pod.finished != nil else { return }
        switch pod.endIs {
        case .containers: break
        case .condition: trace.note(.endFromCondition, name)
        case .job: trace.note(.endFromJob, name)
        case .lastSeen: trace.note(.endFromLastSeen, name)
        }
    }

    /// Pods of one workload: those that held their GPUs at one time are one job, a later attempt is another.
    private mutating func join(_ members: [Held], _ name: String) {
        var attempts: [[Held]] = []
        var end = Int64.min
        for member in members.sorted(by: { ($0.job.start, $0.job.name) < ($1.job.start, $1.job.name) }) {
            if attempts.isEmpty || member.job.start > end {
                attempts.append([member])
                end = member.job.start + member.job.duration
            } else {
                attempts[attempts.count - 1].append(member)
                end = max(end, member.job.start + member.job.duration)
            }
        }
        for attempt in attempts { joinAttempt(attempt, name) }
    }

    private mutating func joinAttempt(_ attempt: [Held], _ name: String) {
        guard let first = attempt.first else { return }
        guard attempt.count > 1 else { return trace.jobs.append(first.job) }
        let isEven = attempt.allSatisfy { $0.need == first.need }
        guard isEven, first.need.milli == 1_000, first.need.count <= 1_000_000 / attempt.count else {
            for member in attempt {
                trace.note(.uneven, member.job.name)
                trace.jobs.append(member.job)
            }
            return
        }
        for member in attempt { trace.note(.gang, member.job.name) }
        var job = first.job
        // It works from when the last is there to when the first is gone; its GPUs are held from the first to the last.
        let start = attempt.map(\.job.start).min() ?? job.start
        let end = attempt.map { $0.job.start + $0.job.duration }.max() ?? job.start + job.duration
        job.name = name
        job.submit = attempt.map(\.job.submit).min() ?? job.submit
        job.start = start
        job.duration = end - start
        job.gpus = first.need.count * attempt.count
        job.cpuMilli = min(attempt.reduce(0) { $0 + $1.job.cpuMilli }, Int(Int32.max))
        job.memoryMiB = min(attempt.reduce(0) { $0 + $1.job.memoryMiB }, Int(Int32.max))
        let nodes = Set(attempt.map(\.pod.node))
        job.nodes = nodes.count == attempt.count && !nodes.contains("") ? attempt.count : 0
        job.isCensored = attempt.contains { $0.job.isCensored }
        trace.jobs.append(job)
    }
}
