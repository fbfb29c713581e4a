/// RDMA adapters and the direct paths between them, storage and the GPU.
package struct FabricFacts: Sendable, Equatable {
    /// One RDMA device.
    package struct Adapter: Sendable, Equatable {
        /// The kernel's name: `mlx5_0`.
        package var name: String
        /// Its PCI address.
        package var address: String?
        /// Its firmware.
        package var firmware: String?
        /// Its ports.
        package var ports: [Port]
    }

    /// One port of an RDMA device.
    package struct Port: Sendable, Equatable {
        /// Its number, from 1.
        package var number: String
        /// `4: ACTIVE`.
        package var state: String?
        /// `400 Gb/sec (4X NDR)`.
        package var rate: String?
        /// `InfiniBand` or `Ethernet`.
        package var layer: String?
        /// Times that the link went down since the driver started.
        package var downs: Int?
        /// Symbol errors since the driver started.
        package var symbolErrors: Int?
    }

    /// The adapters, in the order of their names.
    package var adapters: HostAnswer<[Adapter]>
    /// NVIDIA's module for GPUDirect RDMA, with its version, in any of its generations.
    package var peerMemory: String?
    /// GPUDirect Storage's module.
    package var hasStorageModule: Bool
    /// NVIDIA's kernel driver, as its own line of `/proc` words it.
    package var driverVersion: HostAnswer<String>
    /// Whether AMD's driver is loaded.
    package var hasAMDDriver: Bool

    init(_ view: HostView, modules: Set<String>) {
        let folder = "/sys/class/infiniband"
        adapters = view.list(folder).map { names in
            names.map { name in
                Adapter(
                    name: name,
                    address: view.link("\(folder)/\(name)/device").value?.split(separator: "/").last.map(String.init),
                    firmware: view.text("\(folder)/\(name)/fw_ver").value,
                    ports: (view.list("\(folder)/\(name)/ports").value ?? []).map { number in
                        let port = "\(folder)/\(name)/ports/\(number)"
                        return Port(
                            number: number,
                            state: view.text(port + "/state").value,
                            rate: view.text(port + "/rate").value,
                            layer: view.text(port + "/link_layer").value,
                            downs: view.number(port + "/counters/link_downed"),
                            symbolErrors: view.number(port + "/counters/symbol_error")
                        )
                    }
                )
            }
        }
        peerMemory =
            if modules.contains("nvidia_peermem") {
                view.text("/sys/module/nvidia_peermem/version").value ?? "loaded"
            } else if view.has("/sys/kernel/mm/memory_peers/nv_mem") || modules.contains("nv_peer_mem") {
                "nv_peer_mem"
            } else { nil }
        hasStorageModule = modules.contains("nvidia_fs")
        driverVersion = view.text("/proc/driver/nvidia/version")
        hasAMDDriver = modules.contains("amdgpu")
    }
}
