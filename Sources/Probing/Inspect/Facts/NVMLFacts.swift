/// One MIG instance that a GPU offers now.
package struct MIGFacts: Sendable, Equatable {
    /// Its index in NVML's list, which may have gaps.
    package var index: Int
    /// Its UUID.
    package var uuid: String
    /// Slices of compute, when NVML said.
    package var computeSlices: Int?
    /// Memory, MiB, when NVML said.
    package var memoryMiB: Int?
}

/// One GPU as NVML describes it; what the driver does not support is nil.
package struct GPUFacts: Sendable, Equatable {
    /// NVML's index, not stable from boot to boot.
    package var index: Int
    /// Why NVML does not speak of it: it cannot be opened, or fell off the bus while it was asked; nil when it does.
    package var obstacle: NVMLError?
    /// The name, which in a vGPU guest carries the profile: `NVIDIA A100-40C`.
    package var name: String?
    /// The UUID.
    package var uuid: String?
    /// The PCI address as sysfs writes it: `0000:17:00.0`.
    package var address: String?
    /// NVML's word on virtualization.
    package var virtualization: Virtualization?
    /// Why it gave none.
    package var virtualizationError: String?
    /// Whether MIG is on, and whether it will be after a reset.
    package var mig: (current: Bool, pending: Bool)?
    /// The instances now.
    package var instances: [MIGFacts]
    /// PCI Express generation and width now.
    package var link: (generation: Int, width: Int)?
    /// What GPU and slot together reach.
    package var maximumLink: (generation: Int, width: Int)?
    /// What the GPU alone would reach.
    package var gpuMaximumGeneration: Int?
    /// Packets sent again.
    package var replays: Int?
    /// Whether memory errors are corrected, and whether they will be after a reset.
    package var ecc: (current: Bool, pending: Bool)?
    /// The limit in force and the factory's, in watts.
    package var powerLimit: (enforcedWatts: Double, defaultWatts: Double?)?
    /// The clock of the processors now and at most, MHz.
    package var clock: (now: Int?, maximum: Int?)
    /// Why clocks are held, as NVML's bits.
    package var clockReasons: Int?
    /// Whether the driver keeps the GPU awake.
    package var persistence: Bool?
    /// Processes with a compute context.
    package var processes: Int?
    /// Memory, MiB.
    package var memoryMiB: Int?
    /// The window through which other devices reach its memory, MiB.
    package var windowMiB: Int?
    /// NVLinks that are up and down.
    package var nvlinks: (up: Int, down: Int)
    /// The NVSwitch fabric: 3 is complete.
    package var fabricState: Int?

    /// `nvmlGpuVirtualizationMode_t`.
    package enum Virtualization: Int, Sendable, CaseIterable {
        /// Bare metal, as far as the driver sees.
        case none = 0
        /// The whole device in a virtual machine.
        case passthrough = 1
        /// A vGPU, seen from its guest.
        case vgpu = 2
        /// A host with vGPUs.
        case hostVGPU = 3
        /// A host with vSGA.
        case hostVSGA = 4

        /// NVML's name.
        package var title: String {
            switch self {
            case .none: "NONE"
            case .passthrough: "PASSTHROUGH"
            case .vgpu: "VGPU"
            case .hostVGPU: "HOST_VGPU"
            case .hostVSGA: "HOST_VSGA"
            }
        }
    }

    /// Whether NVML's bits say that something slows the clocks that never should: heat, power brake, hardware slowdown.
    package var isHeldByHardware: Bool { (clockReasons ?? 0) & (0x08 | 0x40 | 0x80) != 0 }

    /// Whether the two answers describe one device.
    package static func == (left: GPUFacts, right: GPUFacts) -> Bool {
        left.index == right.index && left.uuid == right.uuid
    }
}

/// What NVML answered, device by device.
package struct NVMLFacts: Sendable {
    /// Why NVML gave no answer, nil when it gave one.
    package var obstacle: String?
    /// The error with which NVML refused to start, nil where it started or was not asked.
    package var refusal: NVMLError?
    /// The driver's version.
    package var driver: String?
    /// The GPUs in NVML's order.
    package var devices: [GPUFacts]
    /// Pairs of GPUs that cannot reach each other's memory, with NVML's status.
    package var blockedPairs: [(first: Int, second: Int, status: Int)]
    /// Pairs that were asked about.
    package var askedPairs: Int
    /// Confidential computing on the GPUs: on or off, nil when NVML does not say.
    package var confidential: Bool?
    /// Names of GPUs that the kernel driver lists in `/proc`, by PCI address, for hosts without NVML.
    package var kernelNames: [(address: String, name: String)]

    static let unasked = "NVML was not asked"

    /// Whether NVML answered at all.
    package var isAnswering: Bool { obstacle == nil }

    init(lines: [String], view: HostView) {
        let answers = NVMLAnswers(lines: lines)
        driver = answers.word("nvmlSystemGetDriverVersion")
        let count = answers.wholeNumbers("nvmlDeviceGetCount").first
        refusal = answers.refusal("nvmlInit") ?? answers.refusal("nvmlDeviceGetCount")
        obstacle =
            if lines.isEmpty { Self.unasked } else if let refusal {
                Self.reason(refusal)
            } else if count == nil { "NVML did not say how many GPUs there are" } else { nil }
        // A number out of a file: no machine has more.
        let lost = Self.lost(lines)
        let devices = (0..<max(0, min(count ?? 0, 256))).map { index in
            var device = Self.device(index, answers)
            device.obstacle =
                answers.refusal("nvmlDeviceGetHandleByIndex", "\(index)")
                ?? (lost.contains("\(index)") ? .gpuIsLost : nil)
            return device
        }
        self.devices = devices
        blockedPairs = []
        askedPairs = 0
        for first in devices.indices {
            for second in devices.indices where first < second {
                guard
                    let status = answers.wholeNumbers("nvmlDeviceGetP2PStatus", "\(first)", "\(second)", "READ").first
                        ?? answers.wholeNumbers("nvmlDeviceGetP2PStatus", "\(first)", "\(second)", "NVLINK").first
                else { continue }
                askedPairs += 1
                if status != 0 { blockedPairs.append((first, second, status)) }
            }
        }
        let state = answers.wholeNumbers("nvmlSystemGetConfComputeState")
        confidential = state.count > 1 ? state[0] != 0 && state[1] != 0 : nil
        kernelNames = (view.list("/proc/driver/nvidia/gpus").value ?? []).compactMap { address in
            view.text("/proc/driver/nvidia/gpus/\(address)/information").value.flatMap { field("Model", in: $0) }
                .map { (address, $0) }
        }
    }

    /// The GPUs, by their index, of which some call says that they fell off the bus.
    private static func lost(_ lines: [String]) -> Set<String> {
        var lost: Set<String> = []
        for line in lines where line.contains("error 15") {
            guard let answer = NVMLAnswer(line: line), case .error(15, _) = answer.result,
                let device = answer.arguments.first
            else { continue }
            lost.formUnion(device.split(separator: "/").prefix(1).map(String.init))
        }
        return lost
    }

    private static func reason(_ error: NVMLError) -> String {
        switch error.code {
        case 12: "libnvidia-ml.so.1 is not installed"
        case 9: "the NVIDIA driver is not loaded"
        case 4: "NVML refused: no permission"
        case 15: "a GPU fell off the bus"
        case 18: "NVML's library and the kernel's driver are of different versions"
        default: "NVML failed with \(error.name)"
        }
    }

    private static func device(_ index: Int, _ answers: NVMLAnswers) -> GPUFacts {
        let gpu = "\(index)"
        func numbers(_ call: String, _ arguments: String...) -> [Int] { answers.wholeNumbers(call, [gpu] + arguments) }
        // NVML's switches are 0 or 1: anything else is no answer of a driver.
        func truth(_ number: Int?) -> Bool? { number == 0 ? false : number == 1 ? true : nil }
        func flag(_ call: String) -> Bool? { truth(numbers(call).first) }
        func pair(_ call: String) -> (current: Bool, pending: Bool)? {
            let values = numbers(call)
            guard values.count > 1, let current = truth(values[0]), let pending = truth(values[1]) else { return nil }
            return (current, pending)
        }
        func link(_ kind: String) -> (generation: Int, width: Int)? {
            guard let generation = numbers("nvmlDeviceGet\(kind)PcieLinkGeneration").first,
                let width = numbers("nvmlDeviceGet\(kind)PcieLinkWidth").first
            else { return nil }
            return (generation, width)
        }
        let links = (0..<36).compactMap { numbers("nvmlDeviceGetNvLinkState", "\($0)").first }
        let watts = numbers("nvmlDeviceGetEnforcedPowerLimit").first.map { Double($0) / 1000 }
        let bytes = numbers("nvmlDeviceGetMemoryInfo").first
        return GPUFacts(
            index: index,
            obstacle: nil,
            name: answers.word("nvmlDeviceGetName", gpu),
            uuid: answers.word("nvmlDeviceGetUUID", gpu),
            address: answers.word("nvmlDeviceGetPciInfo", gpu).flatMap(address),
            virtualization: numbers("nvmlDeviceGetVirtualizationMode").first.flatMap(
                GPUFacts.Virtualization.init(rawValue:)
            ),
            virtualizationError: answers.refusal("nvmlDeviceGetVirtualizationMode", gpu)?.name,
            mig: pair("nvmlDeviceGetMigMode"),
            instances: instances(gpu, answers),
            link: link("Curr"),
            maximumLink: link("Max"),
            gpuMaximumGeneration: numbers("nvmlDeviceGetGpuMaxPcieLinkGeneration").first,
            replays: numbers("nvmlDeviceGetPcieReplayCounter").first,
            ecc: pair("nvmlDeviceGetEccMode"),
            powerLimit: watts.map { limit in
                (limit, numbers("nvmlDeviceGetPowerManagementDefaultLimit").first.map { Double($0) / 1000 })
            },
            clock: (numbers("nvmlDeviceGetClockInfo", "SM").first, numbers("nvmlDeviceGetMaxClockInfo", "SM").first),
            clockReasons: numbers("nvmlDeviceGetCurrentClocksEventReasons").first,
            persistence: flag("nvmlDeviceGetPersistenceMode"),
            processes: numbers("nvmlDeviceGetComputeRunningProcesses").first,
            memoryMiB: bytes.map { $0 >> 20 },
            windowMiB: numbers("nvmlDeviceGetBAR1MemoryInfo").first.map { $0 >> 20 },
            nvlinks: (links.filter { $0 == 1 }.count, links.filter { $0 == 0 }.count),
            fabricState: numbers("nvmlDeviceGetGpuFabricInfo").first
        )
    }

    private static func instances(_ gpu: String, _ answers: NVMLAnswers) -> [MIGFacts] {
        // Empty places answer NOT_FOUND: the list has gaps.
        (0..<16).compactMap { place in
            guard let uuid = answers.word("nvmlDeviceGetMigDeviceHandleByIndex", gpu, "\(place)") else { return nil }
            let attributes = answers.wholeNumbers("nvmlDeviceGetAttributes", ["\(gpu)/\(place)"])
            return MIGFacts(
                index: place,
                uuid: uuid,
                computeSlices: attributes.count > 7 ? attributes[7] : nil,
                memoryMiB: attributes.count > 8 ? attributes[8] : nil
            )
        }
    }

    /// `0000:17:00.0` for `00000000:17:00.0 0x…`: NVML writes the domain with eight digits.
    private static func address(_ text: String) -> String? {
        guard let word = text.split(separator: " ").first else { return nil }
        let parts = word.lowercased().split(separator: ":")
        guard parts.count == 3, let domain = Int(parts[0], radix: 16) else { return nil }
        return "\(hexadecimal(domain, digits: 4)):\(parts[1]):\(parts[2])"
    }
}

/// The answers in the shapes that facts are made of: nothing where NVML refused or was not asked.
extension NVMLAnswers {
    fileprivate func word(_ call: String, _ arguments: String...) -> String? { text(call, arguments).value }

    /// The whole numbers at the beginning of an answer; one that no `Int` holds ends them.
    fileprivate func wholeNumbers(_ call: String, _ arguments: [String]) -> [Int] {
        let numbers = numbers(call, arguments, atLeast: 1).value ?? []
        return numbers.prefix { $0 <= UInt64(Int.max) }.map { Int($0) }
    }

    fileprivate func wholeNumbers(_ call: String, _ arguments: String...) -> [Int] { wholeNumbers(call, arguments) }

    fileprivate func refusal(_ call: String, _ arguments: String...) -> NVMLError? { text(call, arguments).error }
}
