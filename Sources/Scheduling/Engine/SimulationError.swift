package import Estate

/// Why a trace cannot be replayed.
package enum SimulationError: Error, Sendable, Hashable {
    /// The cluster has no nodes or GPUs at all, or a negative number of them.
    case emptyCluster(String)
    /// More than the engine can number.
    case tooLarge(what: String, count: Int, limit: Int)
    /// The jobs do not stand in order of submission; `index` is the first that came before its predecessor.
    case unsorted(index: Int)
    /// The queue would run past the end of time, some 140 million years.
    case timeOverflow(job: Int64)
    /// An option that makes no sense.
    case option(String)
    /// The geometry does not say what is needed.
    case geometry(CatalogueError)
    /// The layout is not one of the GPU.
    case layout(gpu: String, MIGLayoutViolation)
}

extension SimulationError: CustomStringConvertible {
    /// One sentence: what stands in the way, and what to do.
    package var description: String {
        switch self {
        case .emptyCluster(let name):
            "\(name) has no nodes or GPUs; a replay needs at least one"
        case .tooLarge(let what, let count, let limit):
            "\(count) \(what), and a replay takes at most \(limit); split it"
        case .unsorted(let index):
            "job \(index + 1) of the trace was submitted before the job above it; sort the trace by submission"
        case .timeOverflow(let job):
            "job \(job) would end after the last time that can be written; shorten the trace or add GPUs"
        case .option(let sentence): sentence
        case .geometry(let error): error.description
        case .layout(let gpu, let violation): "the layout is not one of \(gpu): \(violation)"
        }
    }
}
