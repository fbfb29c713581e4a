package import Estate

/// How the GPU reaches this system.
package struct AttachmentVerdict: Sendable, Hashable {
    /// One of the six models, nil where none is shown or none applies.
    package var model: DeploymentModel?
    /// The same in finer words: `container-in-vm`, `vm-virtio-only`, `api-remoting-suspected` and the like.
    package var detail: String
    /// Why, in one sentence.
    package var reason: String
}

/// The profile that a vGPU's name ends in.
struct VirtualGPUProfile {
    /// Whether it stands on a MIG instance of its own.
    let hasInstance: Bool

    /// `A100-40C` is time-sliced, `A100-3-20C` has three slices; nil for the name of a whole GPU, such as `A100-SXM4-80GB`.
    init?(name: String) {
        let parts = name.split(separator: "-")
        guard parts.count > 1, let last = parts.last else { return nil }
        let digits = last.prefix(while: \.isNumber), letters = last.dropFirst(digits.count)
        // Desktop profiles have a number behind the letter: `T4-2B4`.
        guard !digits.isEmpty, ["A", "B", "B1", "B4", "C", "CME", "Q"].contains(letters) else { return nil }
        hasInstance = parts.count > 2 && parts[parts.count - 2].allSatisfy(\.isNumber)
    }
}

struct AttachmentJudge {
    let facts: HostFacts
    let hypervisor: HypervisorVerdict
    let container: ContainerVerdict
    let confidential: ConfidentialVerdict

    /// AMD's virtual functions by PCI device (pci.ids): Instinct MI210, MI300X and MI325X.
    private static let amdVirtualFunctions: Set<Int> = [0x7410, 0x74B5, 0x74B9]

    func verdict(_ examination: inout Examination) -> AttachmentVerdict {
        observe(&examination)
        if hypervisor.role == .hostPartition {
            return AttachmentVerdict(
                model: nil,
                detail: "hypervisor-host-partition",
                reason: hypervisor.isNested
                    ? "This partition drives hardware for \(name), in a machine that is virtual itself: none of the six "
                        + "models describes it."
                    : "This partition drives the hardware for \(name): it is neither bare metal nor a guest, and none of "
                        + "the six models describes it."
            )
        }
        return hypervisor.isVirtualMachine ? virtual() : shown(physical(), examination)
    }

    private var name: String { (hypervisor.name ?? .unnamed).title }

    // MARK: No hypervisor seen

    /// Nothing found is an answer only where every mandatory check could look.
    private func shown(_ verdict: AttachmentVerdict, _ examination: Examination) -> AttachmentVerdict {
        guard verdict.model != nil, let check = examination.checks.first(where: \.isMissingAndMandatory) else {
            return verdict
        }
        return AttachmentVerdict(
            model: nil,
            detail: "undetermined",
            reason:
                "No check found a hypervisor, and the mandatory check '\(check.title)' could not run: bare metal is "
                + "not shown."
        )
    }

    private func physical() -> AttachmentVerdict {
        let detail = container.name == nil ? "bare-metal-likely" : "container-on-bare-metal"
        let gpus = facts.nvml.devices
        if gpus.contains(where: { $0.virtualization == .hostVGPU || $0.virtualization == .hostVSGA }) {
            return AttachmentVerdict(
                model: nil,
                detail: "vgpu-host",
                reason: "NVML says that this host gives its GPUs to guests as vGPUs: inspect the guests."
            )
        }
        if let service = GuestService.all(facts).first {
            return AttachmentVerdict(
                model: nil,
                detail: "vgpu-host",
                reason: "This host gives GPU \(service.address) to guests (\(service.words)): inspect the guests."
            )
        }
        if isRemote {
            return AttachmentVerdict(
                model: nil,
                detail: "api-remoting-suspected",
                reason:
                    "NVML lists GPUs, and neither a PCI device nor NVIDIA's kernel driver is there: something answers "
                    + "in its place."
            )
        }
        let shared = gpus.filter { $0.mig?.current == true }
        if !shared.isEmpty, shared.count == gpus.count {
            return AttachmentVerdict(
                model: .bareMetalMIG,
                detail: detail,
                reason: "No check found a hypervisor, and MIG is on on every GPU."
            )
        }
        if !shared.isEmpty {
            return AttachmentVerdict(
                model: nil,
                detail: detail,
                reason:
                    "No check found a hypervisor; MIG is on on \(shared.count) of \(gpus.count) GPUs, so the host is "
                    + "two models at once."
            )
        }
        let accelerators = facts.pci.accelerators
        let away = accelerators.filter { $0.driver == "vfio-pci" }
        if !accelerators.isEmpty, away.count == accelerators.count {
            return AttachmentVerdict(
                model: nil,
                detail: "passthrough-host",
                reason: "No check found a hypervisor, and every GPU is held for guests by vfio-pci: inspect the guests."
            )
        }
        let none = accelerators.isEmpty && gpus.isEmpty ? " No GPU was seen." : ""
        return AttachmentVerdict(
            model: .bareMetal,
            detail: detail,
            reason: "No check found a hypervisor." + none
        )
    }

    // MARK: In a virtual machine

    private func virtual() -> AttachmentVerdict {
        let sure = detail("confidential-vm") ?? (container.name == nil ? nil : "container-in-vm")
        func answer(_ model: DeploymentModel?, _ detail: String, _ reason: String) -> AttachmentVerdict {
            AttachmentVerdict(model: model, detail: sure ?? detail, reason: reason)
        }
        // As in WSL: NVML speaks of the host's GPU, and its device here is Hyper-V's.
        if facts.pci.all.contains(where: { $0.vendor == 0x1414 && $0.device == 0x008E }) {
            return answer(
                nil,
                "vm-paravirtual-gpu",
                "The GPU is reached through Hyper-V's paravirtual adapter (dxgkrnl), which none of the six models describes."
            )
        }
        let models = Set(guestModels)
        if models.count > 1 {
            let names = models.map(\.rawValue).sorted().joined(separator: " and ")
            return answer(nil, "mixed", "The GPUs of this guest reach it in different ways: \(names).")
        }
        switch models.first {
        case .vmVGPUMIG: return answer(.vmVGPUMIG, "vm-vgpu-mig", "The GPU's name is a vGPU profile on a MIG instance.")
        case .vmVGPU:
            return answer(.vmVGPU, "vm-vgpu-timesliced", "The driver says vGPU, and the profile has no slices.")
        case .vmSRIOV: return answer(.vmSRIOV, "vm-vf", "The GPU is a virtual function.")
        case .vmPassthrough:
            let isFooled = facts.nvml.devices.contains { $0.virtualization == GPUFacts.Virtualization.none }
            let how =
                facts.nvml.devices.isEmpty
                ? "a GPU stands on its PCI bus"
                : "the driver has the whole GPU" + (isFooled ? " and does not see the hypervisor" : "")
            return answer(.vmPassthrough, "vm-passthrough", "\(name) runs under this system, and \(how).")
        default: break
        }
        if isRemote { return answer(nil, "api-remoting-suspected", "NVML lists GPUs that are on no bus here.") }
        guard !facts.pci.accelerators.isEmpty || !facts.nvml.devices.isEmpty else {
            let isParavirtual =
                facts.pci.all.contains { $0.vendor == VirtualDevice.virtio }
                || facts.hypervisor.mappedDevices.value?.isEmpty == false
                || facts.kernel.parameters["virtio_mmio.device"] != nil
            return answer(
                nil,
                isParavirtual ? "vm-virtio-only" : "vm-without-gpu",
                "\(name) runs under this system, and no GPU was seen."
            )
        }
        return answer(
            nil,
            "unknown",
            "A GPU is there, and without NVML or NVIDIA's kernel driver a whole GPU and a vGPU look alike."
        )
    }

    private func detail(_ word: String) -> String? {
        guard confidential.state == .active else { return nil }
        return confidential.gpu == true ? word + "+gpu-cc" : word
    }

    /// The model of each GPU that a guest sees.
    private var guestModels: [DeploymentModel] {
        if !facts.nvml.devices.isEmpty {
            guard !isRemote else { return [] }
            return facts.nvml.devices.map { device in
                let profile = device.name.flatMap(VirtualGPUProfile.init)
                if device.virtualization == .vgpu || profile != nil {
                    return profile?.hasInstance == true || device.mig?.current == true ? .vmVGPUMIG : .vmVGPU
                }
                return .vmPassthrough
            }
        }
        if !facts.nvml.kernelNames.isEmpty {
            return facts.nvml.kernelNames.map { entry in
                VirtualGPUProfile(name: entry.name).map { $0.hasInstance ? .vmVGPUMIG : .vmVGPU } ?? .vmPassthrough
            }
        }
        return facts.pci.accelerators.compactMap { device in
            guard device.vendor == 0x1002 else { return nil }
            return Self.amdVirtualFunctions.contains(device.device) ? .vmSRIOV : .vmPassthrough
        }
    }

    /// Whether NVML speaks of GPUs that this system does not have.
    private var isRemote: Bool {
        guard !facts.nvml.devices.isEmpty, let devices = facts.pci.devices.value else { return false }
        let isOnBus = devices.contains { $0.vendor == 0x10DE }
        return !isOnBus && facts.fabric.driverVersion == .missing
    }

    private func observe(_ examination: inout Examination) {
        examination.check(
            "gpu-on-pci",
            "GPUs on the PCI bus",
            obstacle: facts.pci.obstacle
        )
        for device in facts.pci.accelerators {
            let driver = device.driver.map { "driver \($0)" } ?? "no driver"
            let function = device.isVirtualFunction ? "a virtual function" : "a GPU or accelerator"
            examination.saw(
                .attachment,
                .hint,
                check: "gpu-on-pci",
                at: "/sys/bus/pci/devices/\(device.address)",
                "\(device.identity), \(driver)",
                function + (device.driver == "vfio-pci" ? ", held for a guest" : "")
            )
        }
        for device in facts.nvml.devices {
            if let mode = device.virtualization {
                examination.saw(
                    .attachment,
                    .strong,
                    check: "nvml-virtualization-mode",
                    at: "nvmlDeviceGetVirtualizationMode(\(device.index))",
                    "\(mode.rawValue) \(mode.title)",
                    "what the driver says of GPU \(device.index)"
                )
            }
            if let mig = device.mig {
                examination.saw(
                    .attachment,
                    .strong,
                    check: "mig-mode",
                    at: "nvmlDeviceGetMigMode(\(device.index))",
                    "\(mig.current ? 1 : 0) \(mig.pending ? 1 : 0)",
                    mig.current ? "cut into \(device.instances.count) MIG instances" : "not cut into MIG instances"
                )
            }
        }
        if !facts.nvml.devices.isEmpty {
            examination.check("mig-mode", "MIG mode of each GPU", obstacle: nil)
        }
    }
}
