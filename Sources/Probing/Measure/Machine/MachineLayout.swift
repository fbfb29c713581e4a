internal import CProbe

/// What a probe must know of the machine to choose processors and sizes.
package struct MachineLayout: Sendable, Hashable {
    /// A NUMA node with processors that we may use.
    package struct Node: Sendable, Hashable {
        /// The kernel's number of it.
        package var number: Int
        /// The processors that we may use, ascending.
        package var processors: [Int]
        /// One processor for each core of these: the first of its hardware threads.
        package var cores: [Int]
        /// The last-level caches of these processors together, 0 where the system does not say.
        package var lastLevelCacheBytes: Int
    }

    /// The processors that we may use, ascending.
    package var processors: [Int]
    /// Where they are.
    package var nodes: [Node]
    /// Memory that may be taken without harm to anyone: the system's estimate, within the control group's limit.
    package var availableBytes: Int
    /// Whether a process can have transparent huge pages by asking.
    package var hasTransparentHugePages: Bool
    /// Reserved pages of 1 GiB that are free.
    package var freeGigabytePages: Int

    /// A layout, as tests make them up.
    package init(
        processors: [Int],
        nodes: [Node],
        availableBytes: Int,
        hasTransparentHugePages: Bool,
        freeGigabytePages: Int
    ) {
        self.processors = processors
        self.nodes = nodes
        self.availableBytes = availableBytes
        self.hasTransparentHugePages = hasTransparentHugePages
        self.freeGigabytePages = freeGigabytePages
    }

    /// Reads the layout; `text` gives the content of a file, nil where there is none.
    package init(allowed: [Int], text: (String) -> String?) {
        processors = allowed
        let system = "/sys/devices/system"
        var nodes: [Node] = []
        for number in text("\(system)/node/online").flatMap({ ProcessorList.parse($0) }) ?? [] {
            let members = text("\(system)/node/node\(number)/cpulist").flatMap { ProcessorList.parse($0) } ?? []
            // A node without processors is memory alone (CXL, HBM): nothing can be pinned to it.
            let ours = Set(members).intersection(allowed).sorted()
            if !ours.isEmpty { nodes.append(Self.node(number, ours, text)) }
        }
        self.nodes = nodes.isEmpty && !allowed.isEmpty ? [Self.node(0, allowed, text)] : nodes
        availableBytes = min(Self.available(text), ControlGroup(text: text).memoryRoomBytes ?? .max)
        let mode = text("/sys/kernel/mm/transparent_hugepage/enabled") ?? ""
        hasTransparentHugePages = mode.contains("[madvise]") || mode.contains("[always]")
        let free = text("/sys/kernel/mm/hugepages/hugepages-1048576kB/free_hugepages") ?? ""
        freeGigabytePages = Int(free.prefix { $0.isNumber }) ?? 0
    }

    /// The machine we stand on.
    package static func live() -> MachineLayout { MachineLayout(allowed: allowedProcessors(), text: LiveText.read) }

    /// The processors that this process may run on, ascending; empty where the kernel does not say.
    package static func allowedProcessors() -> [Int] {
        var numbers = [Int32](repeating: 0, count: ProcessorList.maximum)
        let count = assay_allowed_processors(&numbers, Int32(numbers.count))
        return numbers.prefix(max(0, Int(count))).map(Int.init)
    }

    private static func node(_ number: Int, _ processors: [Int], _ text: (String) -> String?) -> Node {
        var cores: [Int] = []
        var seen: Set<[Int]> = []
        var caches: [[Int]: Int] = [:]
        for processor in processors {
            let folder = "/sys/devices/system/cpu/cpu\(processor)"
            let siblings = text("\(folder)/topology/thread_siblings_list").flatMap { ProcessorList.parse($0) }
            if seen.insert(siblings ?? [processor]).inserted { cores.append(processor) }
            var best: (level: Int, sharers: [Int], bytes: Int)?
            for index in 0..<8 {
                let cache = "\(folder)/cache/index\(index)"
                guard let level = text("\(cache)/level").flatMap({ Int($0) }) else { break }
                guard text("\(cache)/type") != "Instruction", level > best?.level ?? 0,
                    let bytes = text("\(cache)/size").flatMap(Self.bytes)
                else { continue }
                let sharers = text("\(cache)/shared_cpu_list").flatMap { ProcessorList.parse($0) }
                best = (level, sharers ?? [processor], bytes)
            }
            if let best { caches[best.sharers] = best.bytes }
        }
        return Node(
            number: number,
            processors: processors,
            cores: cores,
            lastLevelCacheBytes: caches.values.reduce(0, +)
        )
    }

    /// `32768K` or `260M`.
    private static func bytes(_ size: String) -> Int? {
        guard let number = Int(size.prefix { $0.isNumber }), (0..<(1 << 40)).contains(number) else { return nil }
        switch size.last {
        case "K": return number << 10
        case "M": return number << 20
        default: return number
        }
    }

    private static func available(_ text: (String) -> String?) -> Int {
        for line in (text("/proc/meminfo") ?? "").split(separator: "\n") where line.hasPrefix("MemAvailable:") {
            let words = line.split(separator: " ")
            if words.count > 1, let kib = Int(words[1]), (0..<(1 << 50)).contains(kib) { return kib << 10 }
        }
        return 0
    }
}

/// The text of files of the machine we stand on, without white space at its ends.
enum LiveText {
    static func read(_ path: String) -> String? {
        SystemFiles.read(path, maximum: 4 << 20).value.map(trimmed)
    }
}
