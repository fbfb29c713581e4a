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
    /// Lines that may be steps are kept in memory so far, in bytes, and in a file beyond it.
    static let memoryBytes = 16 << 20
    /// No more of them is kept, in bytes.
    static let mostBytes = 1 << 30
    /// A pattern has so long for the output of a run, in seconds.
    static let patternSeconds = 60.0
}
