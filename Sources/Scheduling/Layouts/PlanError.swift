import Documents
package import Estate

/// Why there is no plan.
package enum PlanError: Error, Sendable, Hashable {
    /// The estate has no GPU.
    case noGPUs
    /// Nothing is wanted.
    case noDemand
    /// The catalogue cannot answer.
    case catalogue(CatalogueError)
    /// No GPU of the estate has the profile; `suggestion` is the nearest one that some have.
    case unknownProfile(String, gpus: [String], suggestion: String?)
    /// A row asks for a GPU that the estate does not have.
    case absentModel(String, gpus: [String])
    /// Profiles want more GPUs than there are; `bound` is what any plan needs.
    case tooFew(needed: Int, available: Int, isBound: Bool, wholeGPUs: Int, models: [String])
    /// Whole jobs want more GPUs than there are.
    case tooFewWhole(needed: Int, available: Int)
    /// No host has so many GPUs.
    case gangTooLarge(gpus: Int, largest: Int)
    /// There are enough GPUs, but not on one host.
    case gangsDoNotFit(gpus: Int, unplaced: Int, freeGPUs: Int)
    /// A layout that stands is not legal.
    case illegalPresent(host: String, gpu: Int, MIGLayoutViolation)
    /// A count that cannot be meant.
    case count(String, Int)
    /// The states of a GPU could not be numbered.
    case states(SimulationError)
    /// What is wrong with one row of the demand, by its position.
    indirect case row(Int, PlanError)
}

extension PlanError: CustomStringConvertible {
    /// One sentence: what is wanted, what stands in the way, what to do.
    package var description: String {
        switch self {
        case .noGPUs: "the estate has no GPU; name hosts with GPUs"
        case .noDemand: "the demand asks for nothing; give at least one row whose count is above 0"
        case .catalogue(let error): error.description
        case .unknownProfile(let name, let gpus, let suggestion?):
            "\(quoted(name)) is not a MIG profile of \(Self.list(gpus)); did you mean '\(suggestion)'?"
        case .unknownProfile(let name, let gpus, nil):
            "\(quoted(name)) is not a MIG profile of \(Self.list(gpus))"
        case .absentModel(let name, let gpus):
            "the demand asks for \(name), and the estate has \(Self.list(gpus)); change the row's gpu or the estate"
        case .tooFew(let needed, let available, let isBound, let wholeGPUs, let models):
            "the slices need \(isBound ? "at least " : "")\(Self.gpus(needed)), and "
                + (wholeGPUs > 0
                    ? "\(NumberText.grouped(available)) of \(Self.list(models)) are left beside the \(Self.gpus(wholeGPUs)) of whole jobs"
                    : "the estate has \(NumberText.grouped(available)) of \(Self.list(models))")
                + ": \(NumberText.grouped(needed - available)) too few; ask for less or add GPUs"
        case .tooFewWhole(let needed, let available):
            "jobs on whole GPUs need \(Self.gpus(needed)), and the estate has \(NumberText.grouped(available)): "
                + "\(NumberText.grouped(needed - available)) too few; ask for less or add GPUs"
        case .gangTooLarge(let gpus, let largest):
            "a job on \(gpus) whole GPUs of one host is wanted, and the largest host has \(largest) that will do; ask for "
                + "the part of one host, once per host"
        case .gangsDoNotFit(let gpus, let unplaced, let free):
            "\(unplaced) of the jobs on \(gpus) whole GPUs find no host with so many left, though \(Self.gpus(free)) are "
                + "free in all; ask for fewer or smaller jobs"
        case .illegalPresent(let host, let gpu, let violation):
            "\(host), GPU \(gpu): the present layout is not legal: \(violation); read it again with `nvidia-smi mig -lgi`"
        case .count(let what, let count):
            "\(count) of \(what) cannot be planned; a count is 0 to 10000000"
        case .states(let error): error.description
        case .row(_, let error): error.description
        }
    }

    private static func gpus(_ count: Int) -> String { counted(count, "GPU") }

    private static func list(_ names: [String]) -> String {
        names.isEmpty ? "no GPU with MIG" : names.joined(separator: ", ")
    }
}
