import ArgumentParser
import Documents
import Exporting
import NodeCommands

/// `assay plan libvirt`: a virtual machine placed on a host by what an inspection found there.
struct PlanLibvirtCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "libvirt",
        abstract: "Write a libvirt domain for a workload that stays on virtual machines, tuned to its host.",
        discussion: """
            On the host: assay inspect --json > host.json (as root, or nothing is known of ACS and ATS). Processors are pinned, \
            memory is on their NUMA nodes and in huge pages, and devices that share a root port on the host share one in the \
            guest. NAME-host.md lists what the host must be set to, and which component of the overhead each setting addresses.
            """
    )

    @Option(help: ArgumentHelp("What assay inspect --json printed on the host.", valueName: "file"))
    var hostFacts: String

    @Option(help: "The name of the virtual machine.")
    var name = "assay-vm"

    @Option(help: "Physical cores; with hyper-threads, twice as many virtual processors.")
    var cores: Int

    @Option(name: .customLong("memory-gib"), help: "Memory in GiB.")
    var memoryGiB: Int

    @Option(help: ArgumentHelp("A GPU to pass through; repeatable.", valueName: "address"))
    var gpu: [String] = []

    @Option(
        name: .customLong("gpu-vf"),
        help: ArgumentHelp("A virtual function of a GPU: SR-IOV, or a vGPU; repeatable.", valueName: "address")
    )
    var gpuFunction: [String] = []

    @Option(
        name: .customLong("gpu-mdev"),
        help: ArgumentHelp("A mediated device and the GPU it is of; repeatable.", valueName: "uuid=address")
    )
    var gpuMediated: [String] = []

    @Flag(help: "The virtual functions and mediated devices are backed by MIG instances.")
    var migBacked = false

    @Option(help: ArgumentHelp("A network adapter to pass through; repeatable.", valueName: "address"))
    var nic: [String] = []

    @Option(
        name: .customLong("nic-vf"),
        help: ArgumentHelp("A virtual function of an adapter; repeatable.", valueName: "address")
    )
    var nicFunction: [String] = []

    @Option(help: ArgumentHelp("A disk: an image or a block device.", valueName: "path"))
    var disk: String?

    @Option(help: "Pages that back the memory: 1G, 2M or 4k.")
    var pages = LibvirtMachine.Pages.gibibyte.rawValue

    @Option(name: .customLong("domain-type"), help: "kvm, or qemu for a trial in software.")
    var kind = LibvirtMachine.Kind.kvm.rawValue

    @Option(help: ArgumentHelp("A kernel to start without a boot loader.", valueName: "path"))
    var kernel: String?

    @Option(help: ArgumentHelp("Its initial file system.", valueName: "path"))
    var initrd: String?

    @Option(help: ArgumentHelp("Its command line.", valueName: "text"))
    var kernelCommandLine: String?

    @Option(help: ArgumentHelp("A file for the console, instead of a terminal.", valueName: "path"))
    var console: String?

    @Option(name: [.customShort("o"), .long], help: "The folder to write into.")
    var output: String

    @Flag(help: "Print one JSON object.")
    var json = false

    /// The largest inspection read.
    private static let limit = 64 << 20

    func validate() throws {
        if kernel == nil, initrd != nil || kernelCommandLine != nil {
            throw ValidationError("--initrd and --kernel-command-line go with --kernel")
        }
        _ = try machine()
    }

    func run() throws {
        let bytes = try Files.read(
            hostFacts,
            limit: Self.limit,
            expected: "an inspection (make one on the host with: assay inspect --json)"
        )
        let domain: LibvirtDomain
        do {
            let value = try JSONDocument.parse(bytes, file: hostFacts, limits: .init(bytes: Self.limit))
            domain = try LibvirtDomain(try machine(), on: try LibvirtHost(value, file: hostFacts))
        } catch let error as DocumentError {
            throw Failure.input([error.description])
        } catch let error as ExportError {
            throw Failure.input([error.description])
        }
        let files = domain.files
        try Files.write(files.map(\.output), into: output)
        if json {
            try Console.print(
                .fields([
                    "domain": .string(name), "folder": .string(output),
                    "files": .array(files.map { .string($0.name) }),
                ])
            )
        } else {
            print("Written to \(output): \(files.map(\.name).joined(separator: ", "))")
            print("Check it with virt-xml-validate; the host's settings come first.")
        }
    }

    private func machine() throws -> LibvirtMachine {
        func choice<Choice: RawRepresentable & CaseIterable>(_ text: String, _ option: String) throws -> Choice
        where Choice.RawValue == String {
            guard let found = Choice(rawValue: text) else {
                let known = Choice.allCases.map(\.rawValue).joined(separator: ", ")
                throw ValidationError("\(option) '\(text)' is not known; write one of \(known)")
            }
            return found
        }
        func address(_ text: String, _ option: String) throws -> PCIAddress {
            guard let address = PCIAddress(text) else {
                throw ValidationError("\(option) '\(text)' is not a PCI address; write one such as 0000:17:00.0")
            }
            return address
        }
        var accelerators = try gpu.map { LibvirtMachine.Accelerator.passthrough(try address($0, "--gpu")) }
        accelerators += try gpuFunction.map { .virtualFunction(try address($0, "--gpu-vf"), isMIGBacked: migBacked) }
        accelerators += try gpuMediated.map { text in
            let (uuid, parent) = try Arguments.pair(text, option: "--gpu-mdev", example: "UUID=0000:17:00.0")
            return .mediated(uuid: uuid, parent: try address(parent, "--gpu-mdev"), isMIGBacked: migBacked)
        }
        if migBacked, gpuFunction.isEmpty, gpuMediated.isEmpty {
            throw ValidationError("--mig-backed goes with --gpu-vf or --gpu-mdev")
        }
        var adapters = try nic.map { LibvirtMachine.Adapter.passthrough(try address($0, "--nic")) }
        adapters += try nicFunction.map { .virtualFunction(try address($0, "--nic-vf")) }
        return LibvirtMachine(
            name: name,
            cores: cores,
            memoryGiB: memoryGiB,
            accelerators: accelerators,
            adapters: adapters,
            pages: try choice(pages, "--pages"),
            kind: try choice(kind, "--domain-type"),
            disk: disk,
            kernel: kernel,
            initrd: initrd,
            commandLine: kernelCommandLine,
            consoleFile: console
        )
    }
}
