package import CNVML

extension NVMLDeviceHandle {
    /// The nearest common ancestor of two GPUs: 0 same board, 10 one switch, 20 switches, 30 host bridge, 40 one NUMA
    /// node, 50 across nodes.
    package func commonAncestor(with other: NVMLDeviceHandle) throws(NVMLError) -> UInt32 {
        var level: UInt32 = 0
        try library.check(cnvml_TopologyCommonAncestor(table, pointer, other.pointer, &level))
        return level
    }

    /// Whether two GPUs reach each other: 0 yes, 1 chipset, 2 GPU, 3 topology, 4 disabled, 5 not supported, 6 unknown.
    package func peerStatus(
        with other: NVMLDeviceHandle,
        _ capability: NVMLPeerCapability
    ) throws(NVMLError) -> UInt32 {
        var status: UInt32 = 0
        try library.check(cnvml_P2PStatus(table, pointer, other.pointer, capability.rawValue, &status))
        return status
    }

    /// What stands at the far end of an NVLink.
    package func nvLinkRemote(_ link: UInt32) throws(NVMLError) -> cnvml_pci_info {
        var value = cnvml_pci_info()
        try library.check(cnvml_NvLinkRemotePciInfo(table, pointer, link, &value))
        return value
    }

    /// Whether NVLink traffic is encrypted.
    package func nvLinkIsEncrypted() throws(NVMLError) -> Bool {
        var start = cnvml_nvlink_info()
        start.version = NVMLConstant.nvLinkInfoVersion
        return try value(start, cnvml_NvLinkInfo).is_encrypted != 0
    }

    /// The NVSwitch fabric: state 3 is complete.
    ///
    /// Asked in the third layout, and in the second of an older driver, whose summary of health is 0.
    package func fabric() throws(NVMLError) -> cnvml_fabric_v3 {
        var start = cnvml_fabric_v3()
        start.version = NVMLConstant.fabricVersion3
        do {
            return try value(start, cnvml_FabricV3)
        } catch .argumentVersionMismatch {
            var older = cnvml_fabric_v2()
            older.version = NVMLConstant.fabricVersion2
            let found = try value(older, cnvml_FabricV2)
            start.cluster_uuid = found.cluster_uuid
            start.status = found.status
            start.clique = found.clique
            start.state = found.state
            start.health_mask = found.health_mask
            start.health_summary = 0
            return start
        }
    }

    /// Whether the chip-to-chip link to the CPU is on (Grace Hopper and later).
    package func c2cIsEnabled() throws(NVMLError) -> Bool {
        try value(cnvml_c2c_mode(), cnvml_C2cMode).is_enabled != 0
    }
}
