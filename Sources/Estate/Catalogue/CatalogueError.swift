import Documents

/// Why the catalogue cannot answer.
package enum CatalogueError: Error, Sendable, Hashable {
    /// No GPU has this name; `suggestion` is the nearest known name.
    case unknownGPU(String, suggestion: String?)
    /// Several GPUs go by this name; `candidates` are their ids in catalogue order.
    case ambiguous(String, candidates: [String])
    /// The fact is not known for this GPU; `remedy` says where to get it.
    case unknownFact(gpu: String, fact: String, remedy: String)
    /// The GPU cannot be partitioned.
    case noMIG(gpu: String)
    /// The GPU has no such profile; `suggestion` is the nearest one.
    case unknownProfile(String, gpu: String, suggestion: String?)
}

extension CatalogueError: CustomStringConvertible {
    /// One sentence: what was asked, what stands in the way, what to do.
    package var description: String {
        switch self {
        case .unknownGPU(let name, let suggestion?):
            "\(quoted(name)) is not a GPU in the catalogue; did you mean '\(suggestion)'?"
        case .unknownGPU(let name, nil):
            "\(quoted(name)) is not a GPU in the catalogue; use an id such as 'h100-sxm-80gb'"
        case .ambiguous(let name, let candidates):
            "\(quoted(name)) names several GPUs; write one of \(list(candidates))"
        case .unknownFact(let gpu, let fact, let remedy):
            "the catalogue does not know \(fact) of \(gpu); \(remedy)"
        case .noMIG(let gpu):
            "\(gpu) has no MIG, so it cannot be partitioned; use whole GPUs or time slicing"
        case .unknownProfile(let name, let gpu, let suggestion?):
            "\(quoted(name)) is not a MIG profile of \(gpu); did you mean '\(suggestion)'?"
        case .unknownProfile(let name, let gpu, nil):
            "\(quoted(name)) is not a MIG profile of \(gpu)"
        }
    }

    private func list(_ words: [String]) -> String {
        let quoted = words.map { "'\($0)'" }
        guard let last = quoted.last, quoted.count > 1 else { return quoted.first ?? "" }
        return quoted.dropLast().joined(separator: ", ") + " or " + last
    }
}
