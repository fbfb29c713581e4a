import CNVML

extension NVMLRecorder {
    /// NVLinks until the first that the GPU does not have, the fabric they lead to, the link to the CPU.
    mutating func nvLinks(_ index: Int, _ device: NVMLDeviceHandle) {
        let gpu = [String(index)]
        for link in 0..<NVMLSnapshot.mostLinks {
            let state = selected(.nvLinkState, link, named: String(link), gpu, device)
            guard let state = state?.value else { break }
            guard state != 0, scope == .everything else { continue }
            selected(.nvLinkVersion, link, named: String(link), gpu, device)
            selected(.nvLinkRemoteType, link, named: String(link), gpu, device)
            ask(
                "nvmlDeviceGetNvLinkRemotePciInfo",
                gpu + [String(link)],
                { () throws(NVMLError) in try device.nvLinkRemote(link) },
                words: Self.pci
            )
        }
        ask("nvmlDeviceGetNvLinkInfo", gpu, device.nvLinkIsEncrypted) { $0 ? "1" : "0" }
        ask("nvmlDeviceGetGpuFabricInfo", gpu, device.fabric) { fabric in
            let numbers = NVMLWords.numbers([Int64(fabric.state), Int64(fabric.status), Int64(fabric.clique)])
            return "\(numbers) \(NVMLWords.bits(fabric.health_mask)) \(fabric.health_summary)"
        }
        ask("nvmlDeviceGetC2cModeInfo", gpu, device.c2cIsEnabled) { $0 ? "1" : "0" }
    }

    /// What two GPUs are to each other; NVML's answers are the same both ways.
    mutating func peers(_ one: (index: Int, handle: NVMLDeviceHandle), _ other: (index: Int, handle: NVMLDeviceHandle))
    {
        let pair = [String(one.index), String(other.index)]
        ask(
            "nvmlDeviceGetTopologyCommonAncestor",
            pair,
            { () throws(NVMLError) in try one.handle.commonAncestor(with: other.handle) },
            words: { String($0) }
        )
        for capability in NVMLPeerCapability.allCases {
            ask(
                "nvmlDeviceGetP2PStatus",
                pair + [capability.name],
                { () throws(NVMLError) in try one.handle.peerStatus(with: other.handle, capability) },
                words: { String($0) }
            )
        }
    }
}
