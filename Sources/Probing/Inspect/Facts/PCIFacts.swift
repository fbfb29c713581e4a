/// One PCI device.
package struct PCIDevice: Sendable, Equatable {
    /// Domain, bus, device and function: `0000:17:00.0`.
    package var address: String
    /// Who made it.
    package var vendor: Int
    /// Which of their devices.
    package var device: Int
    /// Class, subclass and interface: 0x030200 is a 3D controller.
    package var classCode: Int
    /// The bridges above it, from the root down, by address.
    package var bridgesAbove: [String]
    /// The driver that has it.
    package var driver: String?
    /// The NUMA node, -1 where the firmware does not say.
    package var node: Int?
    /// The IOMMU group, and how it translates.
    package var iommuGroup: String?
    /// The configuration space, for devices on a path that matters.
    package var configuration: HostAnswer<[UInt8]>
    /// Virtual functions that exist.
    package var virtualFunctions: Int?
    /// The device that it is a virtual function of, where this system sees that one.
    package var physicalFunction: String?
    /// The type of vGPU that NVIDIA's driver runs on this virtual function; 0 where none.
    package var vgpuType: Int?
    /// The link now and at most, as sysfs words them.
    package var link: Link?

    /// Speed in GT/s and width of a PCI Express link.
    package struct Link: Sendable, Equatable {
        /// GT/s now.
        package var speed: Double
        /// GT/s at most.
        package var maximumSpeed: Double
        /// Lanes now.
        package var width: Int
        /// Lanes at most.
        package var maximumWidth: Int
    }

    /// Whether it is a virtual function of a device that this system sees.
    package var isVirtualFunction: Bool { physicalFunction != nil }

    /// The configuration space, read.
    package var space: PCIConfigurationSpace? { configuration.value.map(PCIConfigurationSpace.init) }

    /// `10de:2335`, as lspci prints it.
    package var identity: String { hexadecimal(vendor, digits: 4) + ":" + hexadecimal(device, digits: 4) }

    /// Whether it is a bridge between PCI buses.
    package var isBridge: Bool { classCode >> 8 == 0x0604 }

    /// Whether it computes: a GPU or accelerator, not a console's display.
    package var isAccelerator: Bool {
        switch vendor {
        case 0x10DE, 0x1002: [0x0300, 0x0302, 0x0380, 0x1200].contains(classCode >> 8)
        case 0x8086: [0x0380, 0x1200].contains(classCode >> 8)
        case 0x1DA3: classCode >> 8 == 0x1200
        default: false
        }
    }

    /// Whether it is a network adapter.
    package var isNetwork: Bool { classCode >> 16 == 0x02 }
}

/// The PCI devices, in the order of their addresses.
package struct PCIFacts: Sendable {
    /// Whether there is a bus, and what is on it.
    package var devices: HostAnswer<[PCIDevice]>
    /// Devices that the bus lists and that could not be read: which, and why the first could not.
    package var unread: [(address: String, reason: String)]
    /// How each IOMMU group translates, by group: `identity`, `DMA`, `DMA-FQ`.
    package var groupTypes: [String: String]
    /// The addresses in the IOMMU groups of accelerators, by group.
    package var groupMembers: [String: [String]]
    /// Mediated devices, which guests have: the device that each is a part of, nil where that cannot be told.
    package var mediated: [(name: String, parent: String?)]
    /// The IOMMU groups; an empty list means that no IOMMU is on.
    package var groups: HostAnswer<[String]>

    /// Everything on the bus, nothing where there is none.
    package var all: [PCIDevice] { devices.value ?? [] }
    /// Why the bus cannot be judged as a whole: it was not listed, or devices on it could not be read.
    package var obstacle: String? {
        if let obstacle = devices.obstacle { return obstacle }
        guard let first = unread.first else { return nil }
        return
            "\(unread.count) of \(unread.count + all.count) devices could not be read; \(first.address): \(first.reason)"
    }
    /// The GPUs and accelerators.
    package var accelerators: [PCIDevice] { all.filter(\.isAccelerator) }

    /// The device at an address.
    package subscript(_ address: String) -> PCIDevice? { all.first { $0.address == address } }

    init(_ view: HostView) {
        let names = view.list("/sys/bus/pci/devices")
        groups = view.list("/sys/kernel/iommu_groups")
        let mediatedFolder = "/sys/bus/mdev/devices"
        mediated = (view.list(mediatedFolder).value ?? []).map { name in
            (name, view.link("\(mediatedFolder)/\(name)").value.flatMap { Self.bridges($0).last })
        }
        groupTypes = [:]
        groupMembers = [:]
        var unread: [(address: String, reason: String)] = []
        devices = names.map { names in
            names.compactMap { address in
                let device = Self.device(address, view)
                if device == nil { unread.append((address, Self.reason(address, view))) }
                return device
            }
        }
        self.unread = unread
        // Only what lies on a path between a GPU and an adapter is read in full.
        var devicesInFull: Set<String> = []
        for device in all where device.isAccelerator || device.isNetwork {
            devicesInFull.insert(device.address)
            devicesInFull.formUnion(device.bridgesAbove)
            if let group = device.iommuGroup, groupTypes[group] == nil {
                groupTypes[group] = view.text("/sys/kernel/iommu_groups/\(group)/type").value
            }
        }
        for group in Set(accelerators.compactMap(\.iommuGroup)).sorted() {
            groupMembers[group] = view.list("/sys/kernel/iommu_groups/\(group)/devices").value
        }
        let complete = all.map { device in
            guard devicesInFull.contains(device.address) else { return device }
            var device = device
            device.configuration = view.bytes("/sys/bus/pci/devices/\(device.address)/config")
            return device
        }
        if case .value = devices { devices = .value(complete) }
    }

    /// Why a device that is listed cannot be told.
    private static func reason(_ address: String, _ view: HostView) -> String {
        for name in ["vendor", "device", "class"] {
            let path = "/sys/bus/pci/devices/\(address)/\(name)"
            if let obstacle = view.text(path).obstacle { return "\(name): \(obstacle)" }
            if view.number(path) == nil { return "\(name): there is no number" }
        }
        return "not read"
    }

    private static func device(_ address: String, _ view: HostView) -> PCIDevice? {
        let folder = "/sys/bus/pci/devices/\(address)"
        guard let vendor = view.number(folder + "/vendor"), let device = view.number(folder + "/device"),
            let classCode = view.number(folder + "/class")
        else { return nil }
        var result = PCIDevice(
            address: address,
            vendor: vendor,
            device: device,
            classCode: classCode,
            bridgesAbove: bridges(view.link(folder).value ?? ""),
            driver: nil,
            node: nil,
            iommuGroup: nil,
            configuration: .unread("not on a path that matters"),
            virtualFunctions: nil,
            physicalFunction: nil,
            vgpuType: nil,
            link: nil
        )
        guard result.isAccelerator || result.isNetwork || result.isBridge else { return result }
        result.driver = lastName(view.link(folder + "/driver").value)
        result.node = view.number(folder + "/numa_node")
        guard !result.isBridge else { return result }
        result.iommuGroup = lastName(view.link(folder + "/iommu_group").value)
        result.virtualFunctions = view.number(folder + "/sriov_numvfs")
        result.physicalFunction = lastName(view.link(folder + "/physfn").value)
        if result.isVirtualFunction, vendor == 0x10DE {
            result.vgpuType = view.number(folder + "/nvidia/current_vgpu_type")
        }
        result.link = link(folder, view)
        return result
    }

    private static func link(_ folder: String, _ view: HostView) -> PCIDevice.Link? {
        // '8.0 GT/s PCIe', and in some guests 'Unknown' or nothing.
        func speed(_ name: String) -> Double? {
            view.text(folder + name).value?.split(separator: " ").first.flatMap { Double($0) }
        }
        guard let now = speed("/current_link_speed"), let most = speed("/max_link_speed"),
            let width = view.number(folder + "/current_link_width"),
            let widest = view.number(folder + "/max_link_width"), most > 0, widest > 0, widest < 255
        else { return nil }
        return PCIDevice.Link(speed: now, maximumSpeed: most, width: width, maximumWidth: widest)
    }

    /// The addresses on the way from the root to a device, itself left out.
    private static func bridges(_ target: String) -> [String] {
        target.split(separator: "/").dropLast().filter { isAddress($0) }.map(String.init)
    }

    private static func isAddress(_ name: some StringProtocol) -> Bool {
        name.split(separator: ":").count == 3 && name.contains(".") && !name.hasPrefix("pci")
    }

    private static func lastName(_ target: String?) -> String? {
        target.flatMap { $0.split(separator: "/").last.map(String.init) }
    }
}
