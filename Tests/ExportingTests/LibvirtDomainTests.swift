import Documents
import Testing

@testable import Exporting

@Suite struct LibvirtDomainTests {
    /// A host of two nodes with hyper-threads: two GPUs and an adapter below one root port, a function and an adapter apart.
    static let inspection = """
        {
          "assay_inspection": 1, "hypervisor": "none",
          "numa_nodes": [
            {"node": "node0", "processors": "0-15,32-47"}, {"node": "node1", "processors": "16-31,48-63"}
          ],
          "facts": {
            "smt": {"value": "on", "evidence": "x"}, "memory_mib": {"value": "1000000", "evidence": "x"},
            "governor": {"value": "powersave", "evidence": "x"}, "numa": {"value": "2 nodes", "evidence": "x"},
            "iommu": {"value": "identity", "evidence": "x"}, "hugepages": {"value": "madvise", "evidence": "x"},
            "cpu": {"value": "AMD EPYC 9554", "evidence": "x"}, "virtualization": {"value": "no-evidence", "evidence": "x"}
          },
          "findings": [
            {"id": "acs-redirect", "subject": "0000:17:00.0", "severity": "high", "finding": "x", "cost": "x",
             "confidence": "high", "source": "x", "remedy": "x"}
          ],
          "devices": [
            {"address": "0000:18:00.0", "identity": "10de:2330", "kind": "accelerator", "driver": "nvidia", "numa_node": 1,
             "bridges": ["0000:15:01.0", "0000:16:00.0"], "iommu_group": "40"},
            {"address": "0000:19:00.0", "identity": "10de:2330", "kind": "accelerator", "driver": "nvidia", "numa_node": 1,
             "bridges": ["0000:15:01.0", "0000:16:00.0"], "iommu_group": "40"},
            {"address": "0000:1a:00.0", "identity": "15b3:1021", "kind": "network", "driver": "mlx5_core", "numa_node": 1,
             "bridges": ["0000:15:01.0", "0000:16:00.0"], "iommu_group": "41"},
            {"address": "0000:41:00.4", "identity": "10de:20b2", "kind": "accelerator", "driver": "nvidia", "numa_node": 0,
             "bridges": ["0000:40:01.0"], "iommu_group": "7", "virtual_function": true},
            {"address": "0000:51:00.2", "identity": "15b3:101e", "kind": "network", "numa_node": 0,
             "bridges": ["0000:50:01.0"], "iommu_group": "9", "virtual_function": true},
            {"address": "0000:61:00.0", "identity": "10de:20b5", "kind": "accelerator", "driver": "nvidia", "numa_node": -1}
          ]
        }
        """

    static func host(_ text: String = inspection) throws -> LibvirtHost {
        try LibvirtHost(JSONDocument.parse(text: text, file: "host.json"), file: "host.json")
    }

    static func address(_ text: String) throws -> PCIAddress { try #require(PCIAddress(text)) }

    private static func machine(_ accelerators: [LibvirtMachine.Accelerator], _ adapters: [LibvirtMachine.Adapter])
        -> LibvirtMachine
    {
        LibvirtMachine(
            name: "train-1",
            cores: 8,
            memoryGiB: 65,
            accelerators: accelerators,
            adapters: adapters,
            disk: "/var/lib/images/a & b's <disk>.qcow2"
        )
    }

    @Test func `a GPU and the adapter beside it`() throws {
        let files = try LibvirtDomain(
            Self.machine(
                [.passthrough(try Self.address("0000:18:00.0"))],
                [.passthrough(try Self.address("0000:1a:00.0"))]
            ),
            on: try Self.host()
        ).files
        #expect(files.map(\.name) == ["train-1.xml", "train-1-host.md"])
        try Golden.check(files[0].text, "train-1.xml")
        try Golden.check(files[1].text, "train-1-host.md")
    }

    @Test func `parts of GPUs on two nodes`() throws {
        let files = try LibvirtDomain(
            Self.machine(
                [
                    .virtualFunction(try Self.address("41:00.4"), isMIGBacked: true),
                    .mediated(
                        uuid: "7a5c2c4e-0000-4000-8000-0123456789ab",
                        parent: try Self.address("0000:19:00.0"),
                        isMIGBacked: false
                    ),
                ],
                [.virtualFunction(try Self.address("0000:51:00.2"))]
            ),
            on: try Self.host()
        ).files
        try Golden.check(files[0].text, "parts.xml")
        try Golden.check(files[1].text, "parts-host.md")
    }

    @Test func `every processor is pinned once, and the host keeps a core of each node`() throws {
        for cores in [1, 2, 8, 15, 16, 20, 30] {
            let machine = LibvirtMachine(name: "a", cores: cores, memoryGiB: 16)
            let text = try LibvirtDomain(machine, on: try Self.host()).files[0].text
            let pins = text.split(separator: "\n").filter { $0.contains("<vcpupin") }.compactMap { line in
                line.split(separator: "cpuset='").last?.split(separator: "'").first.flatMap { Int($0) }
            }
            #expect(pins.count == 2 * cores && Set(pins).count == pins.count)
            #expect(Set(pins).isDisjoint(with: [0, 32]))
            if cores > 15 { #expect(Set(pins).isDisjoint(with: [16, 48])) }
            // Neighbouring virtual processors are the threads of one core.
            for pair in 0..<cores { #expect(pins[2 * pair] + 32 == pins[2 * pair + 1]) }
        }
    }

    @Test func `every node has the memory of its cell, and the host keeps some`() throws {
        // Two nodes of 488 GiB.
        for (memory, nodes) in [(484, 1), (485, 2), (600, 2), (968, 2)] {
            let machine = LibvirtMachine(name: "a", cores: 4, memoryGiB: memory)
            let placement = try LibvirtDomain(machine, on: try Self.host()).placement
            #expect(placement.cells.count == nodes, "\(memory) GiB")
            #expect(placement.cells.allSatisfy { $0.memoryMiB <= 500_000 - 4_096 })
            #expect(placement.cells.reduce(0) { $0 + $1.memoryMiB } == memory * 1_024)
        }
        for (cores, memory, part) in [(4, 969, "have 968 GiB; ask for less"), (1, 600, "or for more cores")] {
            let machine = LibvirtMachine(name: "a", cores: cores, memoryGiB: memory)
            let error = #expect(throws: ExportError.self) { try LibvirtDomain(machine, on: try Self.host()) }
            #expect("\(try #require(error))".contains(part))
        }
    }

    @Test func `what cannot be is told in a sentence`() throws {
        let host = try Self.host()
        func error(_ change: (inout LibvirtMachine) throws -> Void) throws -> String {
            var machine = LibvirtMachine(name: "a", cores: 4, memoryGiB: 8)
            try change(&machine)
            return try "\(#require(#expect(throws: ExportError.self) { try LibvirtDomain(machine, on: host) }))"
        }
        let gpu = try Self.address("0000:18:00.0")
        #expect(try error { $0.name = "a'><x" }.hasPrefix("'a'><x' cannot be the name of a virtual machine"))
        #expect(try error { $0.name = "../x" }.hasSuffix("63 characters long; choose another --name"))
        #expect(
            try error { $0.accelerators = [.passthrough(try Self.address("0000:41:00.4"))] }.hasSuffix(
                "give it with --gpu-vf"
            )
        )
        #expect(try error { $0.cores = 0 }.contains("ask for 1 to 1024"))
        #expect(try error { $0.cores = 31 }.contains("2 nodes have 30; ask for fewer"))
        #expect(
            try error { $0.cores = 17 }.contains(
                "do not divide among the 2 NUMA nodes that the machine spans; ask for 16 or 18"
            )
        )
        #expect(try error { $0.memoryGiB = 0 }.contains("ask for 1 to 65536"))
        #expect(try error { $0.memoryGiB = 2_000 }.contains("with 4096 MiB of each left to the host"))
        #expect(try error { $0.disk = "disk.img" }.contains("write it from the root"))
        #expect(try error { $0.disk = "/a\nb" }.contains("without control characters"))
        #expect(try error { $0.commandLine = "a\nb" }.contains("write it on one line"))
        #expect(
            try error { $0.accelerators = [.passthrough(try Self.address("0000:99:00.0"))] }.contains(
                "it has 0000:18:00.0, "
            )
        )
        #expect(try error { $0.accelerators = [.passthrough(gpu), .passthrough(gpu)] }.contains("is given twice"))
        #expect(
            try error { $0.accelerators = [.passthrough(try Self.address("0000:1a:00.0"))] }.contains(
                "give adapters with --nic"
            )
        )
        #expect(
            try error { $0.accelerators = [.virtualFunction(gpu, isMIGBacked: false)] }.contains(
                "is not a virtual function"
            )
        )
        #expect(
            try error { $0.accelerators = [.mediated(uuid: "'/><evil", parent: gpu, isMIGBacked: false)] }
                .contains("is not the UUID of a mediated device")
        )
        #expect(try error { $0.adapters = [.passthrough(gpu)] }.contains("give it with --gpu"))
        #expect(
            try error {
                $0.kind = .qemu
                $0.accelerators = [.passthrough(gpu)]
            }.contains("need KVM")
        )
    }

    @Test(arguments: [
        (#"{"format": "assay.record/1"}"#, "is not an inspection"),
        (#"{"assay_inspection": 2}"#, "is version 2"),
        (#"{"assay_inspection": 1}"#, "numa_nodes: is missing"),
        (#"{"assay_inspection": 1, "numa_nodes": []}"#, "has no node with processors"),
        (
            #"{"assay_inspection": 1, "numa_nodes": [{"node": "node0", "processors": "3-1"}]}"#,
            "is not a list of processors"
        ),
        (
            #"{"assay_inspection": 1, "numa_nodes": [{"node": "node0", "processors": "0-999999999"}]}"#,
            "is not a list of processors"
        ),
        (
            #"{"assay_inspection": 1, "numa_nodes": [{"node": "node0", "processors": "0,0"}]}"#,
            "names no processor, or one twice"
        ),
        (#"{"assay_inspection": 1, "numa_nodes": [{"node": "x", "processors": "0"}]}"#, "is not a node"),
        (
            #"{"assay_inspection": 1, "numa_nodes": [{"node": "node0", "processors": "0-3"}], "devices": [{"address": "'/>", "identity": "x"}]}"#,
            "is not an address"
        ),
    ]) func `an inspection that is none is told`(text: String, problem: String) throws {
        let error = #expect(throws: DocumentError.self) { try Self.host(text) }
        #expect(try "\(#require(error))".contains(problem), "\(error.map { "\($0)" } ?? "")")
    }

    @Test(arguments: ["0000:17:00.0", "17:00.0", "0001:ff:1f.7"]) func `addresses are read`(text: String) throws {
        #expect("\(try Self.address(text))".hasSuffix(text))
    }

    @Test(arguments: [
        "", "17", "17:00", "0000:17:20.0", "0000:17:00.8", "g:00.0", "0000:1:2:3.0", "0000:17:00.0'", "-1:00.0",
        "+1:00.0",
    ])
    func `what is no address is not`(text: String) { #expect(PCIAddress(text) == nil) }
}
