internal import Documents

/// Where a virtual machine's processors, memory and devices lie on its host.
struct MachinePlacement: Sendable {
    /// A NUMA node of the guest, on one of the host.
    struct Cell: Sendable {
        /// The host's node.
        let node: Int
        /// The host's processors, one for each virtual one, hyper-threads of a core side by side.
        let processors: [Int]
        let memoryMiB: Int
        /// Processors of the host's node that are left to the host and to QEMU's own threads.
        let reserved: [Int]
    }

    let cells: [Cell]
    let threadsPerCore: Int

    var processorCount: Int { cells.reduce(0) { $0 + $1.processors.count } }

    /// The first guest cell on a node of the host; nil where the machine has none there.
    func cell(on node: Int?) -> Int? { cells.firstIndex { $0.node == node } }

    /// Cores of a node that its host keeps: for itself, for interrupts and for the threads of QEMU that are no processor.
    private static let kept = 1

    /// Memory of a node that its host keeps, in MiB: a sixteenth, 4 GiB at most.
    private static func keptMemory(_ node: Int) -> Int { min(4_096, node / 16) }

    /// Chooses nodes: those of the devices first, then the fewest further ones that give cores and memory enough.
    ///
    /// The host's memory is taken to be spread evenly over its nodes.
    ///
    /// - Throws: ``ExportError/machine(_:)`` where cores or memory do not suffice or do not divide.
    init(_ machine: LibvirtMachine, on host: LibvirtHost) throws(ExportError) {
        let addresses = machine.accelerators.map(\.address) + machine.adapters.map(\.address)
        var wanted: [Int] = []
        for node in addresses.compactMap({ host[$0]?.node }) where !wanted.contains(node) { wanted.append(node) }
        let near = wanted.compactMap { id in host.nodes.first { $0.id == id } }
        var chosen = near
        func room(_ nodes: [LibvirtHost.Node]) -> Int {
            // All cells have one size, so the smallest node decides.
            nodes.isEmpty ? 0 : (nodes.map { $0.cores.count - Self.kept }.min() ?? 0) * nodes.count
        }
        if chosen.isEmpty, let first = host.nodes.first { chosen = [first] }
        let nodeMiB = host.memoryMiB.map { $0 / max(1, host.nodes.count) }
        // Cells have whole GiB.
        let cellGiB = nodeMiB.map { ($0 - Self.keptMemory($0)) / 1_024 }
        func holds(_ nodes: [LibvirtHost.Node]) -> Bool {
            cellGiB.map { machine.memoryGiB <= $0 * nodes.count } ?? true
        }
        for node in host.nodes
        where (room(chosen) < machine.cores || !holds(chosen)) && !chosen.contains(where: { $0.id == node.id }) {
            chosen.append(node)
        }
        guard room(chosen) >= machine.cores else {
            throw .machine(
                "\(counted(machine.cores, "core")) do not fit: with \(Self.kept) core of each node left to the host, "
                    + "\(counted(chosen.count, "node")) have \(max(0, room(chosen))); ask for fewer"
            )
        }
        if let nodeMiB, let cellGiB, !holds(chosen) {
            throw .machine(
                "\(machine.memoryGiB) GiB of memory do not fit: \(counted(chosen.count, "NUMA node")) of about "
                    + "\(nodeMiB / 1_024) GiB, with \(Self.keptMemory(nodeMiB)) MiB of each left to the host, have "
                    + "\(cellGiB * chosen.count) GiB; ask for less"
            )
        }
        // Fewer cores than nodes with devices: those of the first devices.
        if machine.cores < chosen.count { chosen = Array(chosen.prefix(machine.cores)) }
        guard machine.cores % chosen.count == 0 else {
            let below = machine.cores / chosen.count * chosen.count
            throw .machine(
                "\(counted(machine.cores, "core")) do not divide among the \(chosen.count) NUMA nodes that the machine "
                    + "spans; ask for \(below) or \(below + chosen.count)"
            )
        }
        chosen.sort { $0.id < $1.id }
        guard holds(chosen) else {
            throw .machine(
                "\(machine.memoryGiB) GiB of memory take more NUMA nodes than the \(chosen.count) that "
                    + "\(counted(machine.cores, "core")) can span; ask for less memory, or for more cores"
            )
        }
        guard machine.memoryGiB >= chosen.count else {
            throw .machine(
                "\(machine.memoryGiB) GiB are fewer than the machine has NUMA nodes (\(chosen.count)); ask for more"
            )
        }
        let each = machine.cores / chosen.count
        let hasThreads = chosen.allSatisfy { !$0.siblings.isEmpty }
        threadsPerCore = hasThreads ? 2 : 1
        cells = chosen.enumerated().map { index, node in
            // The first cores stay the host's: that is where it takes interrupts by default.
            let own = Self.kept..<Self.kept + each
            let processors = own.flatMap { hasThreads ? [node.cores[$0], node.siblings[$0]] : [node.cores[$0]] }
            let kept = node.cores.prefix(Self.kept) + node.siblings.prefix(Self.kept)
            // Whole GiB, so that pages of any size divide them; what is over goes to the first cells.
            let gibibytes = machine.memoryGiB / chosen.count + (index < machine.memoryGiB % chosen.count ? 1 : 0)
            return Cell(
                node: node.id,
                processors: processors,
                memoryMiB: gibibytes * 1_024,
                reserved: kept.sorted()
            )
        }
    }
}
