import ArgumentParser
import Importing
import NodeCommands

/// How telemetry and traces are made of what a cluster says.
struct ClusterImportOptions: ParsableArguments {
    @Flag(help: "Make a trace of the pods that asked for GPUs (kube-state-metrics), rather than telemetry of GPUs.")
    var trace = false

    @Option(help: ArgumentHelp("A scrape counts as active above this share. Default: 5%.", valueName: "share"))
    var threshold: String?

    @Option(
        help: ArgumentHelp(
            "The metric that says whether a GPU works. Default: the first there of DCGM_FI_PROF_GR_ENGINE_ACTIVE, DCGM_FI_DEV_GPU_UTIL, DCGM_FI_PROF_SM_ACTIVE.",
            valueName: "name"
        )
    )
    var activityMetric: String?

    @Option(
        help: ArgumentHelp("How many pods share a time-sliced GPU, where no node of the file says.", valueName: "n")
    )
    var replicas: Int?

    @Option(
        help: ArgumentHelp(
            "When a file of pods was written; what still ran is counted until then. Default: its latest time.",
            valueName: "time"
        )
    )
    var at: String?

    @Flag(help: "Call jobs by namespace and pod in the trace, rather than by numbers.")
    var names = false

    func validate() throws {
        _ = try telemetry(window: nil)
        _ = try cluster(window: nil)
    }

    /// How to sum up telemetry.
    func telemetry(window: ClosedRange<Int64>?) throws -> GPUTelemetry.Options {
        var options = GPUTelemetry.Options()
        if let threshold { options.threshold = try Arguments.share(threshold, option: "--threshold", in: 0...0.999) }
        options.metric = activityMetric
        options.window = window
        return options
    }

    /// How to make jobs of pods.
    func cluster(window: ClosedRange<Int64>?) throws -> ClusterTraceOptions {
        var options = ClusterTraceOptions()
        if let replicas {
            guard (1...1_000).contains(replicas) else {
                throw ValidationError("--replicas \(replicas) is outside 1 to 1000")
            }
            options.replicas = replicas
        }
        if let at {
            guard let instant = TimeArguments.instant(at) else {
                throw ValidationError("--at '\(at)' is no time; expected 2026-11-01T00:00:00Z or seconds since 1970")
            }
            options.knownUntil = instant
        }
        options.window = window
        return options
    }

    /// Refuses what has no meaning where a record is made.
    func refuse() throws {
        let given: [(String, Bool)] = [
            ("--trace", trace), ("--threshold", threshold != nil), ("--activity-metric", activityMetric != nil),
            ("--replicas", replicas != nil), ("--at", at != nil), ("--names", names),
        ]
        if let (name, _) = given.first(where: { $0.1 }) {
            throw ValidationError("\(name) is for telemetry and traces, and these files become a record")
        }
    }
}
