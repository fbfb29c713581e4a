import CNVML

/// A call of NVML that gives one number for a device.
package struct NVMLNumber: Sendable {
    /// A wrapper of CNVML: table, device, where the number goes.
    typealias Call = @Sendable (OpaquePointer?, OpaquePointer?, UnsafeMutablePointer<UInt32>?) -> Int32

    /// The call's name without its version suffix.
    package let name: String
    let call: Call

    init(_ name: String, _ call: @escaping Call) {
        self.name = name
        self.call = call
    }

    /// `nvmlDeviceArchitecture_t`: 7 Ampere, 8 Ada, 9 Hopper, 10 Blackwell.
    package static let architecture = NVMLNumber("nvmlDeviceGetArchitecture", cnvml_Architecture)
    /// The n of `/dev/nvidia⟨n⟩`.
    package static let minorNumber = NVMLNumber("nvmlDeviceGetMinorNumber", cnvml_MinorNumber)
    /// The NUMA node of the GPU's own memory, on machines that make it one.
    package static let numaNodeID = NVMLNumber("nvmlDeviceGetNumaNodeId", cnvml_NumaNodeId)
    /// 0 none, 1 passthrough, 2 vGPU guest, 3 host of vGPUs, 4 host of vSGA.
    package static let virtualizationMode = NVMLNumber("nvmlDeviceGetVirtualizationMode", cnvml_VirtualizationMode)
    /// On a host of vGPUs: 0 without SR-IOV, 1 with.
    package static let hostVGPUMode = NVMLNumber("nvmlDeviceGetHostVgpuMode", cnvml_HostVgpuMode)
    /// 1 where the driver stays loaded without clients.
    package static let persistenceMode = NVMLNumber("nvmlDeviceGetPersistenceMode", cnvml_PersistenceMode)
    /// 0 shared, 2 prohibited, 3 one process.
    package static let computeMode = NVMLNumber("nvmlDeviceGetComputeMode", cnvml_ComputeMode)
    /// The PCIe generation now, lower when idle.
    package static let pcieGeneration = NVMLNumber("nvmlDeviceGetCurrPcieLinkGeneration", cnvml_CurrPcieLinkGeneration)
    /// The PCIe width now, lanes.
    package static let pcieWidth = NVMLNumber("nvmlDeviceGetCurrPcieLinkWidth", cnvml_CurrPcieLinkWidth)
    /// The generation that this GPU in this slot can have.
    package static let maximumPCIeGeneration = NVMLNumber(
        "nvmlDeviceGetMaxPcieLinkGeneration",
        cnvml_MaxPcieLinkGeneration
    )
    /// The width that this GPU in this slot can have, lanes.
    package static let maximumPCIeWidth = NVMLNumber("nvmlDeviceGetMaxPcieLinkWidth", cnvml_MaxPcieLinkWidth)
    /// The generation that the GPU alone can have; above the last, the slot is the limit.
    package static let gpuMaximumPCIeGeneration = NVMLNumber(
        "nvmlDeviceGetGpuMaxPcieLinkGeneration",
        cnvml_GpuMaxPcieLinkGeneration
    )
    /// The link's speed now, million transfers a second.
    package static let pcieSpeed = NVMLNumber("nvmlDeviceGetPcieSpeed", cnvml_PcieSpeed)
    /// Packets sent again since the driver started.
    package static let pcieReplays = NVMLNumber("nvmlDeviceGetPcieReplayCounter", cnvml_PcieReplayCounter)
    /// The power drawn now, milliwatts.
    package static let powerUsage = NVMLNumber("nvmlDeviceGetPowerUsage", cnvml_PowerUsage)
    /// The limit in force, milliwatts.
    package static let enforcedPowerLimit = NVMLNumber("nvmlDeviceGetEnforcedPowerLimit", cnvml_EnforcedPowerLimit)
    /// The limit that was set, milliwatts.
    package static let powerLimit = NVMLNumber("nvmlDeviceGetPowerManagementLimit", cnvml_PowerManagementLimit)
    /// The limit from the factory, milliwatts.
    package static let defaultPowerLimit = NVMLNumber(
        "nvmlDeviceGetPowerManagementDefaultLimit",
        cnvml_PowerManagementDefaultLimit
    )
    /// 0 fastest to 15.
    package static let performanceState = NVMLNumber("nvmlDeviceGetPerformanceState", cnvml_PerformanceState)
    /// The most MIG devices that the GPU can have.
    package static let maximumMIGDevices = NVMLNumber("nvmlDeviceGetMaxMigDeviceCount", cnvml_MaxMigDeviceCount)
    /// Of a MIG device: the id of its GPU instance.
    package static let gpuInstanceID = NVMLNumber("nvmlDeviceGetGpuInstanceId", cnvml_GIId)
    /// Of a MIG device: the id of its compute instance.
    package static let computeInstanceID = NVMLNumber("nvmlDeviceGetComputeInstanceId", cnvml_CIId)
}

/// A call of NVML that gives two numbers for a device.
package struct NVMLPair: Sendable {
    /// A wrapper of CNVML.
    typealias Call =
        @Sendable (
            OpaquePointer?, OpaquePointer?, UnsafeMutablePointer<UInt32>?, UnsafeMutablePointer<UInt32>?
        ) -> Int32

    /// The call's name.
    package let name: String
    let call: Call

    init(_ name: String, _ call: @escaping Call) {
        self.name = name
        self.call = call
    }

    /// Major and minor, such as 9 and 0.
    package static let computeCapability = NVMLPair("nvmlDeviceGetCudaComputeCapability") {
        table,
        device,
        major,
        minor in
        var found: (major: Int32, minor: Int32) = (0, 0)
        let code = cnvml_ComputeCapability(table, device, &found.major, &found.minor)
        major?.pointee = UInt32(clamping: found.major)
        minor?.pointee = UInt32(clamping: found.minor)
        return code
    }
    /// Whether ECC is on, and whether it will be after a reset.
    package static let eccMode = NVMLPair("nvmlDeviceGetEccMode", cnvml_EccMode)
    /// Whether MIG is on, and whether it will be after a reset.
    package static let migMode = NVMLPair("nvmlDeviceGetMigMode", cnvml_MigMode)
    /// The least and the most that the power limit can be, milliwatts.
    package static let powerLimitRange = NVMLPair(
        "nvmlDeviceGetPowerManagementLimitConstraints",
        cnvml_PowerManagementLimitConstraints
    )
}

/// A call of NVML that gives one number for a device and a selector: a clock, a link.
package struct NVMLSelected: Sendable {
    /// A wrapper of CNVML.
    typealias Call = @Sendable (OpaquePointer?, OpaquePointer?, UInt32, UnsafeMutablePointer<UInt32>?) -> Int32

    /// The call's name.
    package let name: String
    let call: Call

    init(_ name: String, _ call: @escaping Call) {
        self.name = name
        self.call = call
    }

    /// A clock now, MHz, by ``NVMLClock``.
    package static let clock = NVMLSelected("nvmlDeviceGetClockInfo", cnvml_ClockInfo)
    /// The most that a clock reaches, MHz.
    package static let maximumClock = NVMLSelected("nvmlDeviceGetMaxClockInfo", cnvml_MaxClockInfo)
    /// The clock that applications are given, MHz.
    package static let applicationsClock = NVMLSelected("nvmlDeviceGetApplicationsClock", cnvml_ApplicationsClock)
    /// The temperature of sensor 0, the GPU, in °C.
    package static let temperature = NVMLSelected("nvmlDeviceGetTemperature", cnvml_Temperature)
    /// Whether an NVLink is up.
    package static let nvLinkState = NVMLSelected("nvmlDeviceGetNvLinkState", cnvml_NvLinkState)
    /// An NVLink's version.
    package static let nvLinkVersion = NVMLSelected("nvmlDeviceGetNvLinkVersion", cnvml_NvLinkVersion)
    /// What an NVLink leads to: 0 a GPU, 1 an IBM NPU, 2 a switch.
    package static let nvLinkRemoteType = NVMLSelected(
        "nvmlDeviceGetNvLinkRemoteDeviceType",
        cnvml_NvLinkRemoteDeviceType
    )
    /// How many more GPU instances of a profile (by its id on the device) fit now.
    package static let remainingCapacity = NVMLSelected(
        "nvmlDeviceGetGpuInstanceRemainingCapacity",
        cnvml_GIRemainingCapacity
    )
}

/// The clocks of a GPU, by NVML's numbers and names.
package enum NVMLClock: UInt32, Sendable, CaseIterable {
    case graphics = 0
    case processors = 1
    case memory = 2
    case video = 3

    /// The name after `NVML_CLOCK_`.
    package var name: String {
        switch self {
        case .graphics: "GRAPHICS"
        case .processors: "SM"
        case .memory: "MEM"
        case .video: "VIDEO"
        }
    }
}

/// What two GPUs can do with each other's memory, by NVML's numbers and names.
package enum NVMLPeerCapability: UInt32, Sendable, CaseIterable {
    case read = 0
    case write = 1
    case nvLink = 2
    case atomics = 3
    case pci = 4

    /// The name after `NVML_P2P_CAPS_INDEX_`.
    package var name: String {
        switch self {
        case .read: "READ"
        case .write: "WRITE"
        case .nvLink: "NVLINK"
        case .atomics: "ATOMICS"
        case .pci: "PCI"
        }
    }
}
