/// Memory, its nodes and its pages.
package struct MemoryFacts: Sendable {
    /// All of it, MiB.
    package var totalMiB: Int?
    /// NUMA nodes that have processors.
    package var nodes: [String]
    /// The processors of each of ``nodes``, as the kernel lists them: `0-55,112-167`.
    package var nodeProcessors: [String]
    /// The mode of transparent huge pages: `always`, `madvise`, `never`.
    package var transparentHugePages: HostAnswer<String>
    /// Huge pages set aside, by size in KiB.
    package var hugePages: [(sizeKiB: Int, count: Int)]
    /// Whether the kernel moves pages between nodes while jobs run.
    package var balancesNodes: Bool?
    /// Whether the kernel merges equal pages of guests.
    package var mergesPages: Bool?

    init(_ view: HostView) {
        totalMiB = view.text("/proc/meminfo").value.flatMap { field("MemTotal", in: $0) }
            .flatMap { $0.split(separator: " ").first.flatMap { Int($0) } }.map { $0 / 1024 }
        var found: [(name: String, processors: String)] = []
        for name in view.list("/sys/devices/system/node").value ?? []
        where name.hasPrefix("node") && Int(name.dropFirst(4)) != nil {
            let processors = view.text("/sys/devices/system/node/\(name)/cpulist").value ?? ""
            if !processors.isEmpty { found.append((name, processors)) }
        }
        nodes = found.map(\.name)
        nodeProcessors = found.map(\.processors)
        transparentHugePages = view.text("/sys/kernel/mm/transparent_hugepage/enabled").map { text in
            text.split(separator: "[").last.flatMap { $0.split(separator: "]").first }.map(String.init)
        }
        hugePages = (view.list("/sys/kernel/mm/hugepages").value ?? []).compactMap { name in
            guard name.hasPrefix("hugepages-"), name.hasSuffix("kB"), let size = Int(name.dropFirst(10).dropLast(2)),
                let count = view.number("/sys/kernel/mm/hugepages/\(name)/nr_hugepages")
            else { return nil }
            return (size, count)
        }.sorted { $0.sizeKiB < $1.sizeKiB }
        balancesNodes = view.number("/proc/sys/kernel/numa_balancing").map { $0 != 0 }
        mergesPages = view.number("/sys/kernel/mm/ksm/run").map { $0 == 1 }
    }
}
