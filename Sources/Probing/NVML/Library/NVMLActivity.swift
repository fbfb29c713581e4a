import CNVML

/// How busy parts of a GPU, or of one of its GPU instances, were between two looks (GPM: Hopper and later).
///
/// Use from one task. The first look has nothing to compare with; two looks closer than 100 ms give no data.
package final class NVMLActivity {
    /// What can be read, by NVML's number.
    package enum Metric: UInt32, Sendable, CaseIterable {
        /// Share of time in which any kernel ran, percent.
        case graphics = 1
        /// Share of the processors that had work, percent.
        case processors = 2
        /// Warps on the processors against the most possible, percent.
        case occupancy = 3
        /// Share of time in which tensor cores worked, percent.
        case tensor = 5
        /// Share of the memory's bandwidth, percent.
        case memoryBandwidth = 10
        /// Share of time in which double precision was computed, percent.
        case fp64 = 11
        /// Share of time in which single precision was computed, percent.
        case fp32 = 12
        /// Share of time in which half precision was computed outside tensor cores, percent.
        case fp16 = 13
        /// Sent over PCIe, MiB a second.
        case pcieSent = 20
        /// Received over PCIe, MiB a second.
        case pcieReceived = 21
        /// Received over all NVLinks, MiB a second.
        case nvLinkReceived = 60
        /// Sent over all NVLinks, MiB a second.
        case nvLinkSent = 61
    }

    private let device: NVMLDeviceHandle
    private let gpuInstance: UInt32?
    private var earlier: OpaquePointer
    private var later: OpaquePointer

    /// Takes the first look.
    ///
    /// - Parameters:
    ///   - device: a GPU, or a MIG device when `gpuInstance` is nil.
    ///   - gpuInstance: the id of one of the GPU's instances.
    /// - Throws: ``NVMLError/notSupported`` before Hopper and in most guests.
    package init(_ device: NVMLDeviceHandle, gpuInstance: UInt32? = nil) throws(NVMLError) {
        let table = device.table
        let first = try device.library.pointer { cnvml_GpmSampleAlloc(table, $0) }
        let second: OpaquePointer
        do {
            second = try device.library.pointer { cnvml_GpmSampleAlloc(table, $0) }
        } catch {
            _ = cnvml_GpmSampleFree(table, first)
            throw error
        }
        self.device = device
        self.gpuInstance = gpuInstance
        earlier = first
        later = second
        try look(into: first)
    }

    deinit {
        _ = cnvml_GpmSampleFree(device.table, earlier)
        _ = cnvml_GpmSampleFree(device.table, later)
    }

    /// What happened since the last look, and looks again; a metric that the GPU does not have is absent.
    package func read(_ metrics: [Metric] = Metric.allCases) throws(NVMLError) -> [Metric: Double] {
        try look(into: later)
        let numbers = metrics.map(\.rawValue)
        var codes = [Int32](repeating: 0, count: numbers.count)
        var values = [Double](repeating: 0, count: numbers.count)
        try device.library.check(
            cnvml_gpm_read(device.table, earlier, later, numbers, UInt32(clamping: numbers.count), &codes, &values)
        )
        swap(&earlier, &later)
        var found: [Metric: Double] = [:]
        for (index, metric) in metrics.enumerated() where codes[index] == 0 && values[index].isFinite {
            found[metric] = values[index]
        }
        return found
    }

    private func look(into sample: OpaquePointer) throws(NVMLError) {
        let code =
            if let gpuInstance { cnvml_GpmMigSampleGet(device.table, device.pointer, gpuInstance, sample) } else {
                cnvml_GpmSampleGet(device.table, device.pointer, sample)
            }
        try device.library.check(code)
    }
}
