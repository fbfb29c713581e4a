internal import Documents
package import Estate

/// Why a plan cannot be written for another tool; nothing is written then.
package enum ExportError: Error, Sendable, Hashable {
    /// No host of the plan has a GPU.
    case noGPUs
    /// A name would not be a name in the other tool's file, but something else.
    case name(String, of: String)
    /// The plan names a host twice.
    case hostTwice(String)
    /// A host has more GPUs than any tool is told of.
    case tooManyGPUs(host: String, count: Int)
    /// A GPU's index is negative, beyond 1023, or stands twice.
    case gpuIndex(host: String, index: Int)
    /// The catalogue does not know what a GPU's layout rests on.
    case catalogue(host: String, gpu: Int, CatalogueError)
    /// The layout of a GPU is not legal.
    case illegal(host: String, gpu: Int, MIGLayoutViolation)
    /// What a host has now is not what the plan says.
    case devices(host: String, problem: String)
    /// Something about a virtual machine or its host does not fit; one sentence.
    case machine(String)
}

extension ExportError: CustomStringConvertible {
    /// One sentence: what stands in the way, and what to do.
    package var description: String {
        switch self {
        case .noGPUs: "the plan has no GPU, so there is nothing to configure; plan an estate with GPUs"
        case .name(let name, let what):
            "\(quoted(name)) cannot be \(what): a name has letters, digits, '.', '-' and '_', begins with a letter or a "
                + "digit and is at most 253 characters long; rename it in the estate and plan again"
        case .hostTwice(let name): "the plan names host \(quoted(name)) twice; name each host once"
        case .tooManyGPUs(let host, let count):
            "host \(quoted(host)) has \(count) GPUs; at most \(ExportPlan.gpusPerHost) are written for a host"
        case .gpuIndex(let host, let index):
            "GPU \(index) of host \(quoted(host)) is named twice or lies outside 0 to 1023; number the GPUs as "
                + "nvidia-smi does"
        case .catalogue(let host, let gpu, let error): "GPU \(gpu) of host \(quoted(host)): \(error)"
        case .illegal(let host, let gpu, let violation):
            "GPU \(gpu) of host \(quoted(host)) has a layout that is not legal: \(violation); plan again"
        case .devices(let host, let problem): "host \(quoted(host)): \(problem)"
        case .machine(let problem): problem
        }
    }
}
