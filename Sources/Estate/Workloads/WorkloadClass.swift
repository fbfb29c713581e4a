/// A class of jobs with one need.
///
/// The raw value is the canonical spelling, which Assay writes. ``init(spelling:)`` also reads the short forms that
/// people use; see ``aliases``.
package enum WorkloadClass: String, Sendable, Hashable, CaseIterable, Codable {
    /// One model on many hosts, in step: bound by the slowest rank and the network.
    case multiNodeTraining = "multi-node-training"
    /// One model on the GPUs of one host.
    case singleNodeTraining = "single-node-training"
    /// Further training of an existing model: short jobs, some of them on part of a GPU.
    case fineTuning = "fine-tuning"
    /// Throughput matters, latency does not.
    case batchInference = "batch-inference"
    /// Requests with a latency objective, often on the tail.
    case onlineInference = "online-inference"
    /// People at notebooks: mostly idle, wanted at once.
    case interactiveDevelopment = "interactive-development"

    /// Other spellings that are read as this class and never written.
    ///
    /// `training` alone means the GPUs of one host: a job across hosts has needs (fabric, RDMA) that must be declared,
    /// so it is never inferred from the shorter word.
    package var aliases: [String] {
        switch self {
        case .multiNodeTraining: ["distributed-training"]
        case .singleNodeTraining: ["training"]
        case .fineTuning: ["finetuning"]
        case .batchInference: ["batch"]
        case .onlineInference: ["inference", "serving"]
        case .interactiveDevelopment: ["interactive", "development", "notebook", "notebooks"]
        }
    }

    /// Every accepted spelling, canonical ones first; for messages and suggestions.
    package static var spellings: [String] {
        allCases.map(\.rawValue) + allCases.flatMap(\.aliases)
    }

    /// Reads the canonical spelling or an alias; nil for anything else.
    package init?(spelling: String) {
        if let canonical = WorkloadClass(rawValue: spelling) {
            self = canonical
        } else if let match = WorkloadClass.allCases.first(where: { $0.aliases.contains(spelling) }) {
            self = match
        } else {
            return nil
        }
    }

    /// Whether a job of this class crosses the network between hosts in its critical path.
    package var spansHosts: Bool { self == .multiNodeTraining }

    /// Whether a person or a request waits for each answer.
    package var isLatencySensitive: Bool {
        switch self {
        case .onlineInference, .interactiveDevelopment: true
        case .multiNodeTraining, .singleNodeTraining, .fineTuning, .batchInference: false
        }
    }

    /// Whether such jobs commonly need less than one GPU.
    package var oftenFitsASlice: Bool {
        switch self {
        case .onlineInference, .interactiveDevelopment, .fineTuning: true
        case .multiNodeTraining, .singleNodeTraining, .batchInference: false
        }
    }

    /// The name for headings and tables, such as "Multi-node training".
    package var title: String {
        switch self {
        case .multiNodeTraining: "Multi-node training"
        case .singleNodeTraining: "Single-node training"
        case .fineTuning: "Fine-tuning"
        case .batchInference: "Batch inference"
        case .onlineInference: "Online inference"
        case .interactiveDevelopment: "Interactive development"
        }
    }
}

extension WorkloadClass: CustomStringConvertible {
    /// The canonical spelling.
    package var description: String { rawValue }
}
