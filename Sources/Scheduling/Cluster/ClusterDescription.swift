package import Estate

/// How the GPUs of a node are handed out.
package enum GPUPartition: Sendable, Hashable {
    /// Whole only.
    case whole
    /// Whole, or in thousandths that several jobs share: time slicing, vGPU.
    case shares
    /// Whole, or in MIG instances that are created and destroyed with the jobs.
    case mig(MIGGeometry)
    /// In the MIG instances of one layout that never changes; no GPU can be had whole.
    case layout(MIGGeometry, MIGLayout)
}

/// Nodes that are alike.
package struct NodeGroup: Sendable, Hashable {
    /// A name for messages.
    package var name: String
    /// How many nodes there are.
    package var count: Int
    /// CPU of one node, in thousandths of a processor; nil where it limits nothing.
    package var cpuMilli: Int64?
    /// Memory of one node, in MiB; nil where it limits nothing.
    package var memoryMiB: Int64?
    /// The type of its GPUs, as traces name it; empty for a node without.
    package var gpuType: String
    /// GPUs of one node, 0 to 64.
    package var gpus: Int
    /// How they are handed out.
    package var partition: GPUPartition

    package init(
        name: String = "node",
        count: Int,
        cpuMilli: Int64? = nil,
        memoryMiB: Int64? = nil,
        gpuType: String = "",
        gpus: Int,
        partition: GPUPartition = .whole
    ) {
        self.name = name
        self.count = count
        self.cpuMilli = cpuMilli
        self.memoryMiB = memoryMiB
        self.gpuType = gpuType
        self.gpus = gpus
        self.partition = partition
    }
}

/// What a trace is replayed on.
package enum ClusterDescription: Sendable, Hashable {
    /// One pool of whole GPUs without nodes: any GPUs make up any job. A processor of SWF is a GPU here.
    case pool(gpus: Int)
    /// Nodes, numbered from 0 in the order of the groups.
    case nodes([NodeGroup])

    /// How many GPUs there are; saturates at `Int.max`.
    package var gpuCount: Int {
        switch self {
        case .pool(let gpus): return gpus
        case .nodes(let groups):
            var total = 0
            for group in groups {
                let (product, overflow) = group.count.multipliedReportingOverflow(by: group.gpus)
                let (sum, tooMany) = total.addingReportingOverflow(product)
                if overflow || tooMany { return .max }
                total = sum
            }
            return total
        }
    }
}
