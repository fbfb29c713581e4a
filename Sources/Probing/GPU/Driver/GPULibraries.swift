/// Where GPU probes find NVIDIA's libraries, and the clock of the host that they read.
package struct GPULibraries: Sendable {
    /// The driver's library; nil for `ASSAY_CUDA` or the usual places.
    package var cuda: String?
    /// cuBLAS; nil for `ASSAY_CUBLAS` or the usual places.
    package var cublas: String?
    /// NVML; nil for `ASSAY_NVML` or the usual places.
    package var nvml: String?
    /// Nanoseconds of a clock that nobody adjusts.
    package var nanoseconds: @Sendable () -> UInt64

    /// The libraries that are named, else those of this machine.
    package init(
        cuda: String? = nil,
        cublas: String? = nil,
        nvml: String? = nil,
        nanoseconds: @escaping @Sendable () -> UInt64 = { MonotonicClock.nanoseconds() }
    ) {
        self.cuda = cuda
        self.cublas = cublas
        self.nvml = nvml
        self.nanoseconds = nanoseconds
    }
}
