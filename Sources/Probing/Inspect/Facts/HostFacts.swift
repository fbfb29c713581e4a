/// What a host said, read once and named; every judgement is a pure function of it.
package struct HostFacts: Sendable {
    /// The processors.
    package var processor: ProcessorFacts
    /// What tells a hypervisor.
    package var hypervisor: HypervisorFacts
    /// What tells a container.
    package var container: ContainerFacts
    /// What tells confidential computing.
    package var confidential: ConfidentialFacts
    /// The PCI devices.
    package var pci: PCIFacts
    /// What NVML answered.
    package var nvml: NVMLFacts
    /// Network adapters with RDMA, and direct paths to the GPU.
    package var fabric: FabricFacts
    /// Memory and its pages.
    package var memory: MemoryFacts
    /// The kernel's settings.
    package var kernel: KernelFacts
    /// What an auditor asks.
    package var trust: TrustFacts

    /// Asks a host everything that the checks need.
    package init(_ view: HostView) {
        let modules = Set(view.list("/sys/module").value ?? [])
        processor = ProcessorFacts(view)
        hypervisor = HypervisorFacts(view, architecture: processor.architecture)
        container = ContainerFacts(view)
        confidential = ConfidentialFacts(view, architecture: processor.architecture, hypervisor: hypervisor)
        pci = PCIFacts(view)
        nvml = NVMLFacts(lines: view.nvmlLines(), view: view)
        fabric = FabricFacts(view, modules: modules)
        memory = MemoryFacts(view)
        kernel = KernelFacts(view, modules: modules)
        trust = TrustFacts(view)
    }
}

extension HostView {
    /// The number in a file, decimal or `0x` hexadecimal.
    func number(_ path: String) -> Int? { text(path).value.flatMap(wholeNumber) }

    /// The strings in a file of the device tree, each of which ends in NUL.
    func strings(_ path: String) -> HostAnswer<[String]> {
        bytes(path).map { bytes in bytes.split(separator: 0).map { trimmed(Array($0)) }.filter { !$0.isEmpty } }
    }

    /// Whether something is there, false too where that could not be asked.
    func has(_ path: String) -> Bool { exists(path).value == true }
}

/// A decimal or `0x` hexadecimal whole number.
func wholeNumber(_ text: some StringProtocol) -> Int? {
    text.hasPrefix("0x") ? Int(text.dropFirst(2), radix: 16) : Int(text)
}

/// The value after `key:` on a line of its own.
func field(_ key: String, in text: String) -> String? {
    for line in text.split(separator: "\n") {
        let parts = line.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
        guard parts.count == 2, trimmed(Array(parts[0].utf8)) == key else { continue }
        return trimmed(Array(parts[1].utf8))
    }
    return nil
}
