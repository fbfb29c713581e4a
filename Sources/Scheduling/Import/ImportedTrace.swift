/// A trace as it was read: its jobs, what they are called, and what was found on the way.
package struct ImportedTrace: Sendable {
    /// The jobs, by submission.
    package internal(set) var trace: Trace
    /// When each job started by the file's own account, in milliseconds of the trace, in step with ``trace``.
    ///
    /// ``TraceJob/unknown`` where the file does not say.
    package internal(set) var recordedStart: TraceColumn<Int64>
    /// What jobs are called, by ``TraceJob/id``.
    package internal(set) var names: JobNames
    /// The names of speed classes by ``TraceJob/speedClass``; empty where the file has none.
    package internal(set) var classes: [String]
    /// The format that it was read as.
    package internal(set) var format: TraceFormat
    /// Processors of the machine by the file's own account (SWF's MaxProcs).
    package internal(set) var statedProcessors: Int?
    /// Which options of reading it made use of.
    package internal(set) var uses = Uses()

    /// Options of reading that a trace makes use of.
    package struct Uses: Sendable, Hashable {
        /// Whether a time of the calendar stood there without a zone.
        package internal(set) var localTimes = false
        /// Whether a job asked for shards.
        package internal(set) var shards = false
    }

    /// What was found.
    package internal(set) var audit: ImportAudit
}
