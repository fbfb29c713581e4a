/// Answers held in memory: what a capture holds, what a fixture says, what a live inspection has asked.
package struct HostSnapshot: Sendable, Equatable {
    /// Files by path.
    package var files: [String: HostAnswer<[UInt8]>] = [:]
    /// The names in folders, by path.
    package var lists: [String: HostAnswer<[String]>] = [:]
    /// The targets of symbolic links, by path.
    package var links: [String: HostAnswer<String>] = [:]
    /// Whether something is there, by path.
    package var presence: [String: HostAnswer<Bool>] = [:]
    /// CPUID leaves.
    package var cpuid: [CPUIDLeaf: HostAnswer<CPUIDRegisters>] = [:]
    /// The median cost of CPUID in ticks, nil when nobody asked.
    package var cpuidCostTicks: HostAnswer<Int>?
    /// NVML's answers, nil when nobody asked.
    package var nvml: [String]?
    /// What it answers to a question that it does not hold.
    package var unlisted: Unlisted

    /// What a snapshot knows of things that it does not list.
    package enum Unlisted: Sendable, Equatable {
        /// They were not there: the snapshot is complete.
        case missing
        /// Nobody asked, so nothing is known.
        case unread(String)

        fileprivate func answer<Value>() -> HostAnswer<Value> {
            switch self {
            case .missing: .missing
            case .unread(let reason): .unread(reason)
            }
        }
    }

    /// An empty snapshot.
    package init(unlisted: Unlisted) {
        self.unlisted = unlisted
    }
}

extension HostSnapshot: HostSource {
    /// The bytes of a file.
    package func read(_ path: String) -> HostAnswer<[UInt8]> { files[path] ?? unlisted.answer() }
    /// The names in a folder.
    package func list(_ path: String) -> HostAnswer<[String]> { lists[path] ?? unlisted.answer() }
    /// The target of a symbolic link.
    package func link(_ path: String) -> HostAnswer<String> { links[path] ?? unlisted.answer() }
    /// Whether something is there.
    package func exists(_ path: String) -> HostAnswer<Bool> { presence[path] ?? unlisted.answer() }
    /// One CPUID leaf.
    package func cpuid(_ leaf: CPUIDLeaf) -> HostAnswer<CPUIDRegisters> { cpuid[leaf] ?? unlisted.answer() }
    /// The median cost of CPUID in ticks.
    package func cpuidCost() -> HostAnswer<Int> { cpuidCostTicks ?? unlisted.answer() }
    /// NVML's answers; none where nobody asked.
    package func nvmlLines() -> [String] { nvml ?? [] }
}
