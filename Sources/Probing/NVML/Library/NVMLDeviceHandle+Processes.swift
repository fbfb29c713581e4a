package import CNVML

extension NVMLDeviceHandle {
    /// Kinds of work that NVML lists apart.
    package enum ProcessKind: Sendable, CaseIterable {
        case compute
        case graphics
        case mps

        /// The call without its suffix.
        package var call: String {
            switch self {
            case .compute: "nvmlDeviceGetComputeRunningProcesses"
            case .graphics: "nvmlDeviceGetGraphicsRunningProcesses"
            case .mps: "nvmlDeviceGetMPSComputeRunningProcesses"
            }
        }
    }

    /// The processes on a GPU or a MIG device; on a GPU that is cut up only root sees them.
    package func processes(_ kind: ProcessKind) throws(NVMLError) -> [cnvml_process] {
        try library.list(of: cnvml_process()) { list, count in
            switch kind {
            case .compute: cnvml_ComputeProcesses(table, pointer, count, list)
            case .graphics: cnvml_GraphicsProcesses(table, pointer, count, list)
            case .mps: cnvml_MPSProcesses(table, pointer, count, list)
            }
        }
    }
}
