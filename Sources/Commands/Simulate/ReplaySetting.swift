import ArgumentParser
import Documents
import Estate
import NodeCommands
import Scheduling

/// The names of queues and placement policies on the command line.
enum PolicyNames {
    /// Queues, and the half-life of fair share in milliseconds.
    static func queue(_ name: String, halfLife: Int64) -> QueueDiscipline? {
        switch name {
        case "fcfs": .fcfs
        case "easy": .easy
        case "fair": .fairShare(halfLife: halfLife)
        case "priority": .priority
        default: nil
        }
    }

    static let queues = ["fcfs", "easy", "fair", "priority"]
    static let placements = PlacementPolicy.allCases.map(\.rawValue)

    /// Placement policies by the engine's names and the short ones of the literature.
    static func placement(_ name: String) -> PlacementPolicy? {
        switch name {
        case "clustering": .gpuClustering
        case "packing": .gpuPacking
        case "dotprod", "dot": .dotProduct
        case "bestfit": .bestFit
        case "worstfit": .worstFit
        case "firstfit": .firstFit
        default: PlacementPolicy(rawValue: name)
        }
    }
}

/// One replay: everything that a sweep can vary.
struct ReplaySetting: Sendable, Hashable {
    var queue = "fcfs"
    var placement = PlacementPolicy.bestFit
    var gpus: Int?
    var model: DeploymentModel?
    var seed: UInt64 = 0
}

/// A sweep: lists of values by key, every combination of which is one replay.
enum SweepPlan {
    static let keys = ["policy", "queue", "place", "gpus", "model", "seed"]

    /// Reads `policy=fcfs,easy,gpus=400,440`: a new key starts where a word has an equals sign.
    static func parse(_ text: String) throws -> [(key: String, values: [String])] {
        var plan: [(key: String, values: [String])] = []
        let items = text.split(separator: " ").joined(separator: " ").split(omittingEmptySubsequences: false) {
            $0 == "," || $0 == ";"
        }
        for item in items where item.allSatisfy({ $0 == " " }) && !text.allSatisfy({ $0 == " " }) {
            throw ValidationError(
                "--sweep '\(text)' has an empty item; an example: --sweep policy=fcfs,easy,gpus=400,440"
            )
        }
        for word in items.flatMap({ $0.split(separator: " ") }).map(String.init) {
            guard let equals = word.firstIndex(of: "=") else {
                guard !plan.isEmpty else {
                    throw ValidationError(
                        "--sweep '\(text)' starts without a key; an example: --sweep policy=fcfs,easy,gpus=400,440"
                    )
                }
                plan[plan.count - 1].values.append(word)
                continue
            }
            let key = String(word[..<equals])
            guard keys.contains(key) else { throw ValidationError(unknown(key, "--sweep", keys)) }
            guard !plan.contains(where: { $0.key == key }) else { throw ValidationError("--sweep names \(key) twice") }
            let first = String(word[word.index(after: equals)...])
            plan.append((key, first.isEmpty ? [] : [first]))
        }
        for entry in plan where entry.values.isEmpty { throw ValidationError("--sweep \(entry.key)= has no value") }
        guard !plan.isEmpty else { throw ValidationError("--sweep is empty; an example: --sweep policy=fcfs,easy") }
        return plan
    }

    /// The most replays of one sweep.
    static let limit = 100_000

    /// Every combination, the last key fastest; equal ones once.
    static func settings(_ plan: [(key: String, values: [String])], from base: ReplaySetting) throws -> [ReplaySetting]
    {
        var settings = [base]
        for (key, values) in plan {
            guard settings.count * values.count <= limit else {
                throw ValidationError("--sweep has more than \(limit) combinations")
            }
            settings = try settings.flatMap { setting in try values.map { try applying(key, $0, to: setting) } }
        }
        // A queue and a placement of policy= may come to what the command line has already: once is enough.
        var seen: Set<ReplaySetting> = []
        return settings.filter { seen.insert($0).inserted }
    }

    private static func applying(_ key: String, _ value: String, to setting: ReplaySetting) throws -> ReplaySetting {
        var setting = setting
        switch key {
        case "policy":
            if PolicyNames.queues.contains(value) {
                setting.queue = value
            } else if let placement = PolicyNames.placement(value) {
                setting.placement = placement
            } else {
                throw ValidationError(unknown(value, "--sweep policy", PolicyNames.queues + PolicyNames.placements))
            }
        case "queue":
            guard PolicyNames.queues.contains(value) else {
                throw ValidationError(unknown(value, "--sweep queue", PolicyNames.queues))
            }
            setting.queue = value
        case "place":
            guard let placement = PolicyNames.placement(value) else {
                throw ValidationError(unknown(value, "--sweep place", PolicyNames.placements))
            }
            setting.placement = placement
        case "gpus":
            guard let gpus = Int(value), (1...10_000_000).contains(gpus) else {
                throw ValidationError("--sweep gpus '\(value)' is not a number from 1 to 10000000")
            }
            setting.gpus = gpus
        // The mixed estate is the command line's own; there is none by that name.
        case "model": setting.model = value == "mixed" ? nil : try Arguments.deploymentModel(value, others: ["mixed"])
        default:
            guard let seed = UInt64(value) else {
                throw ValidationError("--sweep seed '\(value)' is not a whole number")
            }
            setting.seed = seed
        }
        return setting
    }
}
