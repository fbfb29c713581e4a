/// A GPU that guests share by its virtual functions or mediated devices, as the kernel shows without NVML.
struct GuestService {
    /// The GPU's address.
    let address: String
    /// How guests have it.
    let words: String
    /// Where that was read.
    let source: String

    /// The GPUs of a host that serve guests, in the order of their addresses.
    static func all(_ facts: HostFacts) -> [GuestService] {
        facts.pci.accelerators.filter { !$0.isVirtualFunction }.compactMap { of($0, facts) }
    }

    private static func of(_ device: PCIDevice, _ facts: HostFacts) -> GuestService? {
        let functions = facts.pci.accelerators.filter { $0.physicalFunction == device.address }
        // A part whose whole cannot be told is this one's where only this one can have parts.
        let isOnly = facts.pci.accelerators.filter { !$0.isVirtualFunction }.count == 1
        let wholes = [device.address] + functions.map(\.address)
        if let part = facts.pci.mediated.first(where: { $0.parent.map(wholes.contains) ?? isOnly }) {
            return GuestService(
                address: device.address,
                words: "mediated devices of it exist",
                source: "/sys/bus/mdev/devices/\(part.name)"
            )
        }
        if let given = functions.first(where: { $0.driver == "vfio-pci" || ($0.vgpuType ?? 0) != 0 }) {
            return GuestService(
                address: device.address,
                words: "its virtual function \(given.address) is "
                    + (given.driver == "vfio-pci" ? "held for one" : "a vGPU"),
                source: "/sys/bus/pci/devices/\(given.address)"
            )
        }
        guard let count = device.virtualFunctions, count > 0 else { return nil }
        if device.vendor == 0x10DE, facts.kernel.modules.contains("nvidia_vgpu_vfio") {
            return GuestService(
                address: device.address,
                words: "\(count) virtual functions, and nvidia_vgpu_vfio is loaded",
                source: "/sys/bus/pci/devices/\(device.address)/sriov_numvfs"
            )
        }
        if device.driver == "gim" {
            return GuestService(
                address: device.address,
                words: "\(count) virtual functions of AMD's host driver, gim",
                source: "/sys/bus/pci/devices/\(device.address)/sriov_numvfs"
            )
        }
        return nil
    }
}
