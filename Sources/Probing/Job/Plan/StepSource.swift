/// Where the steps of a job come from.
package enum StepSource: Sendable, Hashable {
    /// Nowhere: the time to completion is all there is.
    case none
    /// From lines of its output that match a pattern with one capture, the number.
    case pattern(String)
    /// From a file to which the job appends one number a line.
    case file(String)

    /// In a word, for the plan.
    var word: String {
        switch self {
        case .none: "none"
        case .pattern: "pattern"
        case .file: "file"
        }
    }
}
