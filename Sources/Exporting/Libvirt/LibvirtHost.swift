package import Documents

/// A host of virtual machines, as `assay inspect --json` described it.
package struct LibvirtHost: Sendable, Hashable {
    /// A NUMA node with its processors.
    package struct Node: Sendable, Hashable {
        package var id: Int
        /// The processors that begin a core, in the kernel's order.
        package var cores: [Int]
        /// The second hyper-thread of each core; empty without.
        package var siblings: [Int]
    }

    /// A GPU or network adapter.
    package struct Device: Sendable, Hashable {
        package var address: PCIAddress
        /// Vendor and device, as lspci prints them.
        package var identity: String
        package var isAccelerator: Bool
        package var isVirtualFunction: Bool
        package var driver: String?
        /// The NUMA node; nil where the firmware does not say.
        package var node: Int?
        /// The bridges above it, from the root down.
        package var bridges: [String]
        package var iommuGroup: String?
    }

    /// The nodes that have processors, by number.
    package var nodes: [Node]
    package var devices: [Device]
    /// Facts by name: `governor`, `iommu`, `memory_mib` and so on.
    package var facts: [String: String]
    /// What is wrong with the host: the ids of the findings, each with what it is about.
    package var findings: [(id: String, subject: String)] { pairs.map { ($0.id, $0.subject) } }
    private var pairs: [Pair]

    private struct Pair: Sendable, Hashable {
        let id: String
        let subject: String
    }

    /// Memory of the host in MiB, where it is known.
    var memoryMiB: Int? { facts["memory_mib"].flatMap { Int($0) } }

    /// Whether something was seen that only a virtual machine shows: the domain would be nested.
    var isVirtualMachine: Bool { facts["virtualization"] == "yes" }

    /// The device at an address.
    subscript(_ address: PCIAddress) -> Device? { devices.first { $0.address == address } }

    /// Reads what `assay inspect --json` printed on the host.
    ///
    /// - Throws: ``DocumentError`` at the place where something is not as it must be: another file, no NUMA nodes, a list
    ///   of processors that is none.
    package init(_ value: Value, file: String) throws(DocumentError) {
        let root = try Reader(value, file: file).mapping()
        guard let version = root["assay_inspection"] else {
            throw root.fail(
                "is not an inspection; expected what assay inspect --json prints on the host (a record has the facts of a "
                    + "host, and not the addresses of its devices)"
            )
        }
        guard try version.int() == 1 else {
            throw version.fail("is version \(version.found) of the inspection format; this Assay reads version 1")
        }
        facts = [:]
        for (name, fact) in try root["facts"]?.mapping(maximum: 10_000).members ?? [] {
            facts[name] = try fact.mapping().require("value").string()
        }
        let hasThreads = facts["smt"] == "on"
        nodes = []
        let list = try root.require("numa_nodes", expected: "the NUMA nodes: inspect the host again with this Assay")
        for entry in try list.array(maximum: 1_024) {
            let fields = try entry.mapping()
            let name = try fields.require("node")
            guard let id = try Int(name.string().drop { !$0.isNumber }), id >= 0, id < 1_024,
                !nodes.contains(where: { $0.id == id })
            else {
                throw name.fail("\(name.found) is not a node that was not named before; expected one such as 'node0'")
            }
            nodes.append(try Self.node(id, try fields.require("processors"), hasThreads: hasThreads))
        }
        guard !nodes.isEmpty else { throw list.fail("has no node with processors; inspect the host itself") }
        nodes.sort { $0.id < $1.id }
        devices = []
        for entry in try root["devices"]?.array(maximum: 10_000) ?? [] {
            devices.append(try Self.device(entry))
        }
        pairs = []
        for entry in try root["findings"]?.array(maximum: 10_000) ?? [] {
            let fields = try entry.mapping()
            pairs.append(
                Pair(id: try fields.require("id").string(), subject: try fields.require("subject").string())
            )
        }
    }

    private static func device(_ entry: Reader) throws(DocumentError) -> Device {
        let fields = try entry.mapping()
        let place = try fields.require("address")
        guard let address = PCIAddress(try place.string()) else {
            throw place.fail("\(place.found) is not an address; expected one such as '0000:17:00.0'")
        }
        var bridges: [String] = []
        for bridge in try fields["bridges"]?.array(maximum: 64) ?? [] { bridges.append(try bridge.string()) }
        let node = try fields["numa_node"]?.int()
        return Device(
            address: address,
            identity: try fields.require("identity").string(),
            isAccelerator: try fields["kind"]?.string() == "accelerator",
            isVirtualFunction: try fields["virtual_function"]?.bool() ?? false,
            driver: try fields["driver"]?.string(),
            node: node.flatMap { $0 >= 0 ? $0 : nil },
            bridges: bridges,
            iommuGroup: try fields["iommu_group"]?.string()
        )
    }

    /// Processors from the kernel's list, such as `0-31,64-95`.
    ///
    /// With hyper-threads on, the kernel numbers the second ones after all first ones, so a list of two runs of one length
    /// is taken as the first and the second threads of the same cores; anything else is taken as processors without.
    private static func node(_ id: Int, _ text: Reader, hasThreads: Bool) throws(DocumentError) -> Node {
        var runs: [[Int]] = []
        for part in try text.string().split(separator: ",") {
            let ends = part.split(separator: "-").map { Int($0) }
            guard (1...2).contains(ends.count), let first = ends[0], let last = ends.last.flatMap({ $0 }), first >= 0,
                last >= first, last < 65_536
            else { throw text.fail("\(text.found) is not a list of processors such as '0-31,64-95'") }
            runs.append(Array(first...last))
        }
        guard !runs.isEmpty, Set(runs.joined()).count == runs.reduce(0, { $0 + $1.count }) else {
            throw text.fail("\(text.found) names no processor, or one twice")
        }
        if hasThreads, runs.count == 2, runs[0].count == runs[1].count {
            return Node(id: id, cores: runs[0], siblings: runs[1])
        }
        return Node(id: id, cores: runs.flatMap { $0 }, siblings: [])
    }
}
