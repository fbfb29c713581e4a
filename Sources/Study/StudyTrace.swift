package import Estate
package import Scheduling

/// The trace of a study: jobs as a site's scheduler saw them, from which sizes and idle hours are replayed.
package struct StudyTrace: Sendable {
    /// The file, relative to the study.
    package var file: String
    /// The line of the study that names it, for errors.
    package var line: Int
    /// How it is read; the time zone aside.
    package var options: TraceImportOptions
    /// What times without a zone mean: `UTC`, an offset or the name of a zone; absent: UTC, and the import says so.
    package var zone: String?
    /// The line of the zone.
    package var zoneLine: Int
    /// The deployment model under which the jobs ran.
    package var recordedUnder: DeploymentModel
    /// Its overhead, which is in the durations; absent: each workload's own under that model.
    package var recordedOverhead: Quantity?
    /// The start-up in seconds that is in the durations as well.
    package var recordedStartUpSeconds: Double
    /// What is promised about waiting: every platform is as large as that takes.
    package var promise: WaitObjective
    /// Whether the promise is the study's, or assumed.
    package var isPromiseAssumed: Bool
    /// The order in which jobs start.
    package var queue: QueueDiscipline

    /// Makes one from its parts.
    package init(
        file: String,
        line: Int = 1,
        options: TraceImportOptions = TraceImportOptions(),
        zone: String? = nil,
        zoneLine: Int = 1,
        recordedUnder: DeploymentModel,
        recordedOverhead: Quantity? = nil,
        recordedStartUpSeconds: Double = 0,
        promise: WaitObjective,
        isPromiseAssumed: Bool = false,
        queue: QueueDiscipline = .fcfs
    ) {
        self.file = file
        self.line = line
        self.options = options
        self.zone = zone
        self.zoneLine = zoneLine
        self.recordedUnder = recordedUnder
        self.recordedOverhead = recordedOverhead
        self.recordedStartUpSeconds = recordedStartUpSeconds
        self.promise = promise
        self.isPromiseAssumed = isPromiseAssumed
        self.queue = queue
    }
}

extension StudyTrace {
    /// ``recordedStartUpSeconds`` in milliseconds.
    package var recordedStartUpMilliseconds: Int64 {
        Int64(min(max(recordedStartUpSeconds * 1_000, 0), 1e12))
    }
}

/// The jobs of a workload in the study's trace, and how small a part of a GPU they accept.
package struct TracedJobs: Sendable, Hashable {
    /// Which jobs of the trace are the workload's.
    package var selector: JobSelector
    /// The line of the study that selects them, for errors.
    package var line: Int
    /// Whether the study states how much the workload uses; else the trace says.
    package var statesDemand: Bool

    /// Makes one from its parts.
    package init(selector: JobSelector, line: Int = 1, statesDemand: Bool = false) {
        self.selector = selector
        self.line = line
        self.statesDemand = statesDemand
    }
}

/// What only a replay asks of a platform, beside what the engine of costs asks.
package struct ReplayTerms: Sendable {
    /// What stands before each job's work while it already holds its GPUs, in seconds.
    package var startUp: Quantity
    /// What the creation of a MIG instance adds, in seconds.
    package var creation: Quantity
    /// Time lost to switching while jobs share a GPU in turns, as a share.
    package var switching: Quantity

    /// Makes them from their parts.
    package init(startUp: Quantity, creation: Quantity, switching: Quantity) {
        self.startUp = startUp
        self.creation = creation
        self.switching = switching
    }
}
