/// The devices of the host that a machine gets, and the bridges that give them in the guest what they have on the host: the
/// NUMA node, and one root for those that share one, so that a GPU and an adapter find the short way between them.
struct PassedDevices {
    private struct Passed {
        let device: LibvirtHost.Device
        /// The lines of the element, up to its address in the guest.
        let lines: [String]
        let end: String
    }

    private let placement: MachinePlacement
    private var list: [Passed] = []

    init(_ machine: LibvirtMachine, _ host: LibvirtHost, _ placement: MachinePlacement) {
        self.placement = placement
        func pci(_ address: PCIAddress, isManaged: Bool) -> [String] {
            [
                "<hostdev mode='subsystem' type='pci' managed='\(isManaged ? "yes" : "no")'>",
                "  <driver name='vfio'/>",
                "  <source>", "    <address \(address.attributes)/>", "  </source>",
            ]
        }
        for accelerator in machine.accelerators {
            guard let device = host[accelerator.address] else { continue }
            let lines: [String]
            switch accelerator {
            case .passthrough(let address): lines = pci(address, isManaged: true)
            // NVIDIA's own driver keeps the function that is a vGPU; another one's goes to vfio-pci.
            case .virtualFunction(let address, _): lines = pci(address, isManaged: !device.identity.hasPrefix("10de:"))
            case .mediated(let uuid, _, _):
                lines = [
                    "<hostdev mode='subsystem' type='mdev' managed='no' model='vfio-pci' display='off'>", "  <source>",
                    "    <address uuid='\(Words.xml(uuid))'/>", "  </source>",
                ]
            }
            list.append(Passed(device: device, lines: lines, end: "</hostdev>"))
        }
        for adapter in machine.adapters {
            guard let device = host[adapter.address] else { continue }
            list.append(Passed(device: device, lines: pci(adapter.address, isManaged: true), end: "</hostdev>"))
        }
    }

    var lines: [String] {
        guard !list.isEmpty else { return [] }
        var controllers = ["<controller type='pci' index='0' model='pcie-root'/>"]
        var devices: [String] = []
        var index = 0
        func bridge(_ model: String, on bus: Int, slot: Int) {
            index += 1
            controllers += [
                "<controller type='pci' index='\(index)' model='\(model)'>", "  " + Self.address(bus: bus, slot: slot),
                "</controller>",
            ]
        }
        for cell in placement.cells.indices {
            // Where the firmware names no node, the first cell has the device.
            let here = list.filter { (placement.cell(on: $0.device.node) ?? 0) == cell }
            guard !here.isEmpty else { continue }
            index += 1
            let expander = index
            controllers += [
                "<controller type='pci' index='\(expander)' model='pcie-expander-bus'>", "  <target>",
                "    <node>\(cell)</node>", "  </target>", "</controller>",
            ]
            for (slot, group) in Self.groups(here).enumerated() {
                bridge("pcie-root-port", on: expander, slot: slot)
                if group.count > 1 {
                    bridge("pcie-switch-upstream-port", on: index, slot: 0)
                    let upstream = index
                    for (slot, passed) in group.enumerated() {
                        bridge("pcie-switch-downstream-port", on: upstream, slot: slot)
                        devices += passed.lines + ["  " + Self.address(bus: index, slot: 0), passed.end]
                    }
                } else {
                    for passed in group {
                        devices += passed.lines + ["  " + Self.address(bus: index, slot: 0), passed.end]
                    }
                }
            }
        }
        return controllers + devices
    }

    /// Devices below one root port of the host, together; the others apart.
    private static func groups(_ list: [Passed]) -> [[Passed]] {
        var groups: [[Passed]] = []
        for passed in list {
            let root = passed.device.bridges.first
            if root != nil, let place = groups.firstIndex(where: { $0[0].device.bridges.first == root }) {
                groups[place].append(passed)
            } else {
                groups.append([passed])
            }
        }
        return groups
    }

    private static func address(bus: Int, slot: Int) -> String {
        "<address type='pci' domain='0x0000' bus='0x\(PCIAddress.hex(bus, 2))' slot='0x\(PCIAddress.hex(slot, 2))' function='0x0'/>"
    }
}
