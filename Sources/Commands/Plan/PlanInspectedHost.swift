import Documents
import Estate
import Exporting
import NodeCommands
import Scheduling

/// A host of a plan as `assay inspect --json` described it: its processors, and where its GPUs are attached.
struct PlanInspectedHost {
    private let path: String
    private let host: LibvirtHost

    /// The largest file that is looked at.
    private static let limit = 64 << 20

    /// Whether a file is JSON, and no list of instances.
    static func isInspection(_ path: String) throws(Failure) -> Bool {
        let text = try Files.readText(
            path,
            limit: limit,
            expected: "what nvidia-smi mig -lgi or assay inspect --json prints"
        )
        return text.first { !$0.isWhitespace } == "{"
    }

    /// Reads an inspection; nil for a file that is no JSON.
    ///
    /// - Throws: `Failure.input` for JSON that is no inspection.
    static func read(_ path: String) throws(Failure) -> PlanInspectedHost? {
        guard try isInspection(path) else { return nil }
        let bytes = try Files.read(path, limit: limit, expected: "an inspection (make one with: assay inspect --json)")
        do {
            let value = try JSONDocument.parse(bytes, file: path, limits: .init(bytes: limit))
            return PlanInspectedHost(path: path, host: try LibvirtHost(value, file: path))
        } catch {
            throw .input([error.description])
        }
    }

    /// Writes what is known into a host: its GPUs in the order of their PCI addresses, which is the driver's.
    ///
    /// - Returns: whether MIG is known to be off on every GPU.
    /// - Throws: `Failure.input` where the inspection has another number of GPUs, or others.
    func apply(to planned: inout PlannedHost) throws(Failure) -> Bool {
        let gpus = host.devices.filter { $0.isAccelerator && !$0.isVirtualFunction && $0.identity.hasPrefix("10de:") }
            .sorted { $0.address < $1.address }
        guard gpus.count == planned.gpus.count else {
            throw .input([
                "\(path): has \(gpus.count) GPUs of NVIDIA, and \(planned.name) has \(planned.gpus.count) in the estate; check the "
                    + "estate, or inspect that host"
            ])
        }
        let isOff = host.facts["mig"] == "off"
        for (position, gpu) in gpus.enumerated() {
            try check(gpu, position, planned)
            planned.gpus[position].pciBusID = gpu.address.description
            planned.gpus[position].numaNode = gpu.node
            if isOff { planned.gpus[position].mode = .whole }
        }
        fill(&planned)
        return isOff
    }

    /// Whether a device can be the GPU of the estate, where the catalogue knows the numbers of both.
    private func check(_ device: LibvirtHost.Device, _ position: Int, _ planned: PlannedHost) throws(Failure) {
        guard let catalogue = try? GPUCatalogue.standard() else { return }
        let wanted = planned.gpus[position].model
        let found = catalogue.gpus(pciDeviceID: String(device.identity.dropFirst("10de:".count)))
        let isKnown = (try? catalogue.gpu(named: wanted))?.pciDeviceIDs?.value.isEmpty == false
        guard isKnown, !found.contains(where: { $0.id == wanted }) else { return }
        let name = found.isEmpty ? "a GPU that the catalogue does not know" : found.map(\.id).joined(separator: " or ")
        throw .input([
            "\(path): the GPU at \(device.address) is \(device.identity), \(name), and \(planned.name) GPU "
                + "\(planned.gpus[position].index) is \(wanted) in the estate; check the estate, or inspect that host"
        ])
    }

    private func fill(_ planned: inout PlannedHost) {
        planned.sockets = host.nodes.count
        planned.cores = host.nodes.reduce(0) { $0 + $1.cores.count }
        planned.threadsPerCore = host.nodes.contains { !$0.siblings.isEmpty } ? 2 : 1
        planned.memoryMiB =
            host.facts["memory_mib"].flatMap { Int($0) }.flatMap { $0 > 0 ? $0 : nil } ?? planned.memoryMiB
    }
}
