/// Why a study cannot be priced.
///
/// A study that was read from a file never meets these: they guard studies that code puts together.
package enum CostModelError: Error, Sendable, Equatable, CustomStringConvertible {
    case noWorkloads
    case noPlatforms
    /// Subsets of workloads are bits of a 64-bit word.
    case tooManyWorkloads(Int)
    /// Today's deployment model is not among the platforms.
    case todayMissing(String)

    package var description: String {
        switch self {
        case .noWorkloads: "the study has no workload to price; add one under 'workloads'"
        case .noPlatforms: "the study considers no deployment model; add one under 'platforms'"
        case .tooManyWorkloads(let count):
            "the study has \(count) workloads, and at most 64 can be priced together; group similar ones"
        case .todayMissing(let model):
            "today's deployment model '\(model)' is not among the platforms considered; add it under 'platforms'"
        }
    }
}
