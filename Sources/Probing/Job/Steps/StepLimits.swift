/// How much of a job's output is looked at.
enum StepLimits {
    /// No run has more steps: what a record's reader reads at once.
    static let mostSteps = 1_000_000
    /// A line is looked at so far, in bytes; the rest of it is passed over.
    static let longestLine = 16_384
    /// Lines kept for an error message.
    static let keptLines = 20
    /// Of such a line so much, in bytes.
    static let keptBytes = 500
}
