/// A virtual machine that is wanted: its size and what of the host it gets.
package struct LibvirtMachine: Sendable, Hashable {
    /// How a GPU, or a part of one, is given to it.
    package enum Accelerator: Sendable, Hashable {
        /// The whole device, by VFIO.
        case passthrough(PCIAddress)
        /// A virtual function: of SR-IOV, or one that NVIDIA's vGPU manager made a vGPU of.
        case virtualFunction(PCIAddress, isMIGBacked: Bool)
        /// A mediated device, by its UUID, of the GPU at an address.
        case mediated(uuid: String, parent: PCIAddress, isMIGBacked: Bool)

        /// The host's device that it is, or is a part of.
        var address: PCIAddress {
            switch self {
            case .passthrough(let address), .virtualFunction(let address, _), .mediated(_, let address, _): address
            }
        }
    }

    /// How a network adapter is given to it.
    package enum Adapter: Sendable, Hashable {
        /// The whole device, by VFIO.
        case passthrough(PCIAddress)
        /// A virtual function of SR-IOV.
        case virtualFunction(PCIAddress)

        var address: PCIAddress {
            switch self {
            case .passthrough(let address), .virtualFunction(let address): address
            }
        }
    }

    /// Pages that back its memory.
    package enum Pages: String, Sendable, Hashable, CaseIterable {
        /// Huge pages of 1 GiB.
        case gibibyte = "1G"
        /// Huge pages of 2 MiB.
        case mebibytes = "2M"
        /// Ordinary pages.
        case ordinary = "4k"

        /// Their size in MiB; nil for ordinary ones.
        var mebibytes: Int? {
            switch self {
            case .gibibyte: 1_024
            case .mebibytes: 2
            case .ordinary: nil
            }
        }
    }

    /// What carries its instructions out.
    package enum Kind: String, Sendable, Hashable, CaseIterable {
        /// The processor.
        case kvm
        /// QEMU in software: for trials without KVM.
        case qemu
    }

    package var name: String
    /// Physical cores; with hyper-threads, twice as many virtual processors.
    package var cores: Int
    package var memoryGiB: Int
    package var accelerators: [Accelerator]
    package var adapters: [Adapter]
    package var pages: Pages
    package var kind: Kind
    /// A disk image or block device.
    package var disk: String?
    /// A kernel that is started without a boot loader, with its initial file system and command line.
    package var kernel: String?
    package var initrd: String?
    package var commandLine: String?
    /// A file that the console is written to; nil for a pseudo terminal.
    package var consoleFile: String?

    package init(
        name: String,
        cores: Int,
        memoryGiB: Int,
        accelerators: [Accelerator] = [],
        adapters: [Adapter] = [],
        pages: Pages = .gibibyte,
        kind: Kind = .kvm,
        disk: String? = nil,
        kernel: String? = nil,
        initrd: String? = nil,
        commandLine: String? = nil,
        consoleFile: String? = nil
    ) {
        self.name = name
        self.cores = cores
        self.memoryGiB = memoryGiB
        self.accelerators = accelerators
        self.adapters = adapters
        self.pages = pages
        self.kind = kind
        self.disk = disk
        self.kernel = kernel
        self.initrd = initrd
        self.commandLine = commandLine
        self.consoleFile = consoleFile
    }
}
