import CNVML

extension NVMLRecorder {
    /// What one GPU says of itself.
    mutating func device(_ index: Int, _ device: NVMLDeviceHandle) {
        let gpu = [String(index)]
        ask("nvmlDeviceGetName", gpu, device.name, words: NVMLWords.text)
        ask("nvmlDeviceGetUUID", gpu, device.uuid, words: NVMLWords.text)
        ask("nvmlDeviceGetPciInfo", gpu, device.pciInfo, words: Self.pci)
        ask("nvmlDeviceGetVbiosVersion", gpu, device.vbiosVersion, words: NVMLWords.text)
        ask("nvmlDeviceGetGspFirmwareVersion", gpu, device.gspFirmwareVersion, words: NVMLWords.text)
        for what in Self.numbers { number(what, gpu, device) }
        for what in [NVMLPair.computeCapability, .eccMode, .migMode, .powerLimitRange] { pair(what, gpu, device) }
        for clock in NVMLClock.allCases {
            for what in [NVMLSelected.clock, .maximumClock, .applicationsClock] {
                selected(what, clock.rawValue, named: clock.name, gpu, device)
            }
        }
        selected(.temperature, 0, named: "GPU", gpu, device)
        ask("nvmlDeviceGetCurrentClocksEventReasons", gpu, device.clocksEventReasons, words: { NVMLWords.bits($0) })
        ask(
            "nvmlDeviceGetSupportedClocksEventReasons",
            gpu,
            device.supportedClocksEventReasons,
            words: { NVMLWords.bits($0) }
        )
        ask("nvmlDeviceGetMemoryInfo", gpu, device.memory) { NVMLWords.numbers([$0.total, $0.free, $0.used]) }
        ask("nvmlDeviceGetBAR1MemoryInfo", gpu, device.bar1Memory) { NVMLWords.numbers([$0.total, $0.free, $0.used]) }
        ask("nvmlDeviceGetUtilizationRates", gpu, device.utilization) { NVMLWords.numbers([$0.gpu, $0.memory]) }
        errors(gpu, device)
        for kind in NVMLDeviceHandle.ProcessKind.allCases { processes(kind, gpu, device) }
        ask("nvmlGpmQueryDeviceSupport", gpu, device.gpmSupport) { $0 ? "1" : "0" }
    }

    private mutating func errors(_ gpu: [String], _ device: NVMLDeviceHandle) {
        for (kind, isUncorrected) in [("CORRECTED", false), ("UNCORRECTED", true)] {
            for (counter, isLifetime) in [("VOLATILE_ECC", false), ("AGGREGATE_ECC", true)] {
                ask(
                    "nvmlDeviceGetTotalEccErrors",
                    gpu + [kind, counter],
                    { () throws(NVMLError) in
                        try device.eccErrors(uncorrected: isUncorrected, lifetime: isLifetime)
                    },
                    words: { String($0) }
                )
            }
        }
        ask("nvmlDeviceGetRemappedRows", gpu, device.remappedRows) {
            NVMLWords.numbers([$0.corrected, $0.uncorrected, $0.pending, $0.failed])
        }
    }

    /// Processes: how many, then pid, memory (bytes), GPU instance and compute instance of each.
    mutating func processes(
        _ kind: NVMLDeviceHandle.ProcessKind,
        _ arguments: [String],
        _ device: NVMLDeviceHandle
    ) {
        ask(kind.call, arguments, { () throws(NVMLError) in try device.processes(kind) }) { processes in
            let each = processes.map { process in
                let memory = process.used_memory == .max ? "-" : String(process.used_memory)
                let instance = NVMLWords.instance(process.gpu_instance)
                return "\(process.pid):\(memory):\(instance):\(NVMLWords.instance(process.compute_instance))"
            }
            return ([String(processes.count)] + each).joined(separator: " ")
        }
    }

    @discardableResult
    mutating func number(
        _ what: NVMLNumber,
        _ arguments: [String],
        _ device: NVMLDeviceHandle
    ) -> Result<UInt32, NVMLError>? {
        ask(what.name, arguments, { () throws(NVMLError) in try device.number(what) }, words: { String($0) })
    }

    private mutating func pair(_ what: NVMLPair, _ arguments: [String], _ device: NVMLDeviceHandle) {
        ask(what.name, arguments, { () throws(NVMLError) in try device.pair(what) }) { "\($0.0) \($0.1)" }
    }

    @discardableResult
    mutating func selected(
        _ what: NVMLSelected,
        _ selector: UInt32,
        named name: String,
        _ arguments: [String],
        _ device: NVMLDeviceHandle
    ) -> Result<UInt32, NVMLError>? {
        ask(
            what.name,
            arguments + [name],
            { () throws(NVMLError) in try device.number(what, selector) },
            words: { String($0) }
        )
    }

    /// `00000000:17:00.0 0x233510DE 0x16C110DE`: address, device and vendor, subsystem.
    static func pci(_ info: cnvml_pci_info) -> String {
        let address = withUnsafeBytes(of: info.bus_id) { NVMLDeviceHandle.text($0) }
        let ids = [info.pci_device_id, info.pci_subsystem_id].map(NVMLWords.eightDigits)
        return ([NVMLWords.text(address)] + ids).joined(separator: " ")
    }

    private static let numbers: [NVMLNumber] = [
        .architecture, .minorNumber, .numaNodeID, .virtualizationMode, .hostVGPUMode, .persistenceMode, .computeMode,
        .pcieGeneration, .pcieWidth, .maximumPCIeGeneration, .maximumPCIeWidth, .gpuMaximumPCIeGeneration, .pcieSpeed,
        .pcieReplays, .powerUsage, .enforcedPowerLimit, .powerLimit, .defaultPowerLimit, .performanceState,
    ]
}
