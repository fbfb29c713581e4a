/// Under which circumstances a job runs: a run belongs to one of them.
package enum JobArm: String, Sendable, Hashable, CaseIterable {
    /// By itself.
    case alone
    /// Beside the neighbour that the user named.
    case beside
}
