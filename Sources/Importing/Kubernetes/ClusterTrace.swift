/// Jobs of a Kubernetes cluster as a trace: what ran, what was left out and why.
package struct ClusterTrace: Sendable {
    /// One job: a pod, or pods that start together.
    package struct Job: Sendable, Hashable {
        /// `namespace/pod`, or `namespace/workload`.
        package var name: String
        /// The namespace.
        package var team: String
        /// When it was created, in milliseconds since 1970.
        package var submit: Int64
        /// When its GPUs were given to it.
        package var start: Int64
        /// How long it held them, in milliseconds; of a job that still ran, at least so long.
        package var duration: Int64
        /// The most it may run, in milliseconds; nil without a limit.
        package var requested: Int64?
        /// GPUs or instances in all.
        package var gpus: Int
        /// Thousandths of the GPU.
        package var gpuMilli: Int
        /// The MIG profile; empty for GPUs.
        package var profile: String
        /// Products that will do.
        package var gpuTypes: [String]
        /// Thousandths of a processor in all.
        package var cpuMilli: Int
        /// Host memory in all, in MiB.
        package var memoryMiB: Int
        /// Pods on nodes of their own that start together; 0 for a single pod.
        package var nodes: Int
        /// The pod's priority.
        package var priority: Int64
        /// Whether it still ran when the history ends: its duration is a lower bound.
        package var isCensored: Bool
    }

    /// What was found about pods, and what was done with them.
    package enum Finding: String, Sendable, Hashable, CaseIterable {
        // Left out.
        case noGPU = "no-gpu"
        case otherMaker = "other-accelerator"
        case neverRan = "never-ran"
        case missingTimes = "missing-times"
        case missingEnd = "missing-end"
        case endsBeforeStart = "ends-before-start"
        case absurdDuration = "absurd-duration"
        case unsizedReplicas = "unsized-replicas"
        case mixedResources = "mixed-resources"
        case absurdSize = "absurd-size"
        case duplicate
        case beforeWindow = "before-window"
        // Noted.
        case stillRunning = "still-running"
        case endFromJob = "end-from-job"
        case endFromCondition = "end-from-condition"
        case endFromLastSeen = "end-from-last-seen"
        case startFromContainers = "start-from-containers"
        case submitFromStart = "submit-from-start"
        case restarted
        case failed
        case service
        case gang
        case uneven = "uneven-gang"
        case partOfGPU = "part-of-gpu"
        case sharedInstance = "shared-instance"
        case clippedMemory = "clipped-size"

        /// Whether the pod is left out.
        package var isSkipped: Bool {
            switch self {
            case .noGPU, .otherMaker, .neverRan, .missingTimes, .missingEnd, .endsBeforeStart, .absurdDuration,
                .unsizedReplicas, .mixedResources, .absurdSize, .duplicate, .beforeWindow:
                true
            default: false
            }
        }

        /// One phrase: what it is, and the rule that was applied.
        package var explanation: String {
            switch self {
            case .noGPU: "the pod asks for no GPU"
            case .otherMaker: "the pod asks for an accelerator that is not NVIDIA's"
            case .neverRan: "the pod had not been scheduled, so its length is not known"
            case .missingTimes: "neither when its GPUs were given to it nor when it started is known"
            case .missingEnd: "it ended, and no source says when"
            case .endsBeforeStart: "it ends before it starts"
            case .absurdDuration: "it held its GPUs for more than ten years, or a time is before 1990"
            case .unsizedReplicas: "it asks for a share of a time-sliced GPU; say how many share one with --replicas"
            case .mixedResources: "it asks for several kinds of GPU or slice at once"
            case .absurdSize: "it asks for a part of a replica, or for more than a million"
            case .duplicate: "the same pod stands above"
            case .beforeWindow: "it ended before the window"
            case .stillRunning: "it still ran when the history ends: taken as long as it had run, a lower bound"
            case .endFromJob: "its end is from its Job, for the pod does not say"
            case .endFromCondition: "its end is from its conditions, for no container says when it finished"
            case .endFromLastSeen: "it was deleted before its end was recorded: ended when it was last seen"
            case .startFromContainers: "when it was scheduled is not known; taken from its start"
            case .submitFromStart: "when it was created is not known; its start is taken"
            case .restarted: "containers were restarted; the pod held its GPUs throughout"
            case .failed: "it failed; it held its GPUs until then"
            case .service: "kept running by a ReplicaSet, StatefulSet or DaemonSet: a service rather than a job"
            case .gang: "pods that start together, made one job"
            case .uneven: "pods that start together and ask for different amounts; each is a job of its own"
            case .partOfGPU: "a replica of a time-sliced GPU, taken as that part of one"
            case .sharedInstance:
                "a replica of a MIG instance, taken as the whole instance, for a trace has no parts of them"
            case .clippedMemory: "it asks for more CPU or memory than a trace can hold; taken as the most"
            }
        }
    }

    /// How often one finding was made, with the first pods of it.
    package struct Entry: Sendable, Hashable {
        package var finding: Finding
        package var count: Int
        package var examples: [String]
    }

    /// The jobs, by submission.
    package internal(set) var jobs: [Job] = []
    /// Pods read.
    package internal(set) var pods = 0
    /// Up to when the source knows, in milliseconds since 1970.
    package internal(set) var knownUntil: Int64?
    /// What no such source can say, one sentence each.
    package internal(set) var blindSpots: [String] = []
    private var counts: [Finding: Entry] = [:]

    init() {}

    /// Every finding that was made, in the order of declaration.
    package var entries: [Entry] { Finding.allCases.compactMap { counts[$0] } }
    /// How often a finding was made.
    package func count(_ finding: Finding) -> Int { counts[finding]?.count ?? 0 }
    /// Pods left out.
    package var skipped: Int { entries.filter { $0.finding.isSkipped }.reduce(0) { $0 + $1.count } }
    /// Jobs that still ran.
    package var censored: Int { jobs.count { $0.isCensored } }

    /// How many pods are named for each finding.
    package static let shownPods = 3

    mutating func note(_ finding: Finding, _ pod: String) {
        var entry = counts[finding] ?? Entry(finding: finding, count: 0, examples: [])
        entry.count += 1
        if entry.examples.count < Self.shownPods { entry.examples.append(pod) }
        counts[finding] = entry
    }

    /// The trace as `assay simulate` reads it; jobs are numbered, or called by their names.
    ///
    /// Times are seconds since 1970. The columns `start_s` and `censored` say what was recorded, for readers of the file.
    package func csv(named: Bool) -> String {
        var text =
            "job,submit_s,start_s,duration_s,requested_s,gpus,gpu_milli,profile,gpu_type,cpu_milli,memory_mib,nodes,"
            + "priority,team,censored\n"
        let hasRequested = jobs.contains { $0.requested != nil }
        if !hasRequested { text = text.replacing("requested_s,", with: "") }
        for (index, job) in jobs.enumerated() {
            var cells = [
                named ? Self.cell(job.name) : String(index + 1), Self.seconds(job.submit), Self.seconds(job.start),
                Self.seconds(job.duration),
            ]
            if hasRequested { cells.append(job.requested.map(Self.seconds) ?? "") }
            cells += [
                String(job.gpus), String(job.gpuMilli), Self.cell(job.profile),
                Self.cell(job.gpuTypes.joined(separator: "|")), String(job.cpuMilli), String(job.memoryMiB),
                String(job.nodes), String(job.priority), Self.cell(job.team), job.isCensored ? "1" : "0",
            ]
            text += cells.joined(separator: ",") + "\n"
        }
        return text
    }

    private static func seconds(_ milliseconds: Int64) -> String {
        let (whole, rest) = milliseconds.quotientAndRemainder(dividingBy: 1_000)
        return rest == 0 ? String(whole) : "\(whole)." + String(String(1_000 + rest).dropFirst())
    }

    /// A field of a CSV: quoted where it holds what would end it; no control characters, and nothing that a
    /// spreadsheet would run.
    private static func cell(_ text: String) -> String {
        let clean = String(
            String.UnicodeScalarView(text.unicodeScalars.filter { $0.properties.generalCategory != .control })
        )
        let guarded = clean.first.map { "=+-@".contains($0) } ?? false ? "_" + clean : clean
        guard guarded.contains(where: { ",\"|;".contains($0) && !($0 == "|") }) else { return guarded }
        return "\"" + guarded.replacing("\"", with: "\"\"") + "\""
    }
}
