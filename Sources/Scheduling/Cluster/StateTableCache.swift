import Synchronization

/// Automata and their tables, enumerated once for many replays of jobs that ask for the same parts of the same GPUs.
///
/// What is found depends on what is asked alone, never on who asked first.
final class StateTableCache: Sendable {
    /// What an automaton and its tables follow from, where the policy does not look at demand.
    private struct Key: Hashable {
        let partition: GPUPartition
        let requests: [SliceRequest]
        let policy: PlacementPolicy
    }

    /// An automaton with its tables.
    struct Entry: Sendable {
        let automaton: GPUAutomaton
        let tables: GPUStateTables
    }

    private let known = Mutex<[Key: Entry]>([:])

    /// The entry of a group of nodes, made where it is not known yet.
    ///
    /// - Parameters:
    ///   - partition: how the GPUs are handed out.
    ///   - requests: what is asked of them; their order and repetitions do not matter.
    ///   - policy: not one that looks at demand.
    ///   - make: makes the entry.
    /// - Returns: what `make` gave, now or earlier.
    /// - Throws: what `make` throws; nothing is kept then.
    func entry(
        _ partition: GPUPartition,
        _ requests: Set<SliceRequest>,
        _ policy: PlacementPolicy,
        make: () throws(SimulationError) -> Entry
    ) throws(SimulationError) -> Entry {
        let ordered = requests.sorted { $0.order < $1.order }
        let key = Key(partition: partition, requests: ordered, policy: policy)
        if let entry = known.withLock({ $0[key] }) { return entry }
        let made = try make()
        known.withLock { $0[key] = made }
        return made
    }
}

extension SliceRequest {
    /// A place in some fixed order.
    fileprivate var order: (Int, Int) {
        switch self {
        case .profile(let index): (0, index)
        case .share(let milli): (1, milli)
        }
    }
}
