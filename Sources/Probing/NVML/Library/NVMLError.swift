/// A code with which NVML refuses (`nvmlReturn_t`), and what it means.
package struct NVMLError: Error, Sendable, Hashable, CustomStringConvertible {
    /// The code; never 0, which is success.
    package let code: Int32
    /// What the dynamic linker said, where the library could not be opened.
    package let detail: String?

    /// A refusal.
    package init(_ code: Int32, detail: String? = nil) {
        self.code = code
        self.detail = detail
    }

    package static let uninitialized = NVMLError(1)
    package static let invalidArgument = NVMLError(2)
    package static let notSupported = NVMLError(3)
    package static let noPermission = NVMLError(4)
    package static let notFound = NVMLError(6)
    package static let insufficientSize = NVMLError(7)
    package static let driverNotLoaded = NVMLError(9)
    package static let timeout = NVMLError(10)
    package static let libraryNotFound = NVMLError(12)
    package static let functionNotFound = NVMLError(13)
    package static let gpuIsLost = NVMLError(15)
    package static let resetRequired = NVMLError(16)
    package static let versionMismatch = NVMLError(18)
    package static let inUse = NVMLError(19)
    package static let insufficientResources = NVMLError(23)
    package static let argumentVersionMismatch = NVMLError(25)

    /// The name after `NVML_ERROR_`; `CODE_n` for one that no header we know has.
    package var name: String {
        let index = Int(code)
        if code == 999 { return "UNKNOWN" }
        return Self.names.indices.contains(index) ? Self.names[index] : "CODE_\(code)"
    }

    /// One sentence: what NVML said, and what to do where something can be done.
    package var description: String {
        let opening = "NVML answered \(code) \(name)"
        let meaning: String? =
            switch code {
            case 3: "the driver or this GPU does not offer it"
            case 4: "run it as root, or give this user the device files"
            case 9: "NVIDIA's kernel driver is not loaded; load it with `modprobe nvidia`"
            case 12: "libnvidia-ml.so.1 is not on this machine; install NVIDIA's driver, or name the file in ASSAY_NVML"
            case 13: "the installed driver is older than this call"
            case 15: "the GPU fell off the bus; see `dmesg | grep Xid` and reset or restart the machine"
            case 16: "the GPU needs a reset first"
            case 17: "the operating system or cgroup blocked the request"
            case 18: "the library and the kernel driver are of different versions; restart after the driver's update"
            case 19: "the GPU is in use"
            case 23: "there is no room for it"
            default: nil
            }
        return [opening, meaning, detail].compactMap(\.self).joined(separator: ": ")
    }

    /// Two refusals are equal when their codes are.
    package static func == (left: NVMLError, right: NVMLError) -> Bool { left.code == right.code }

    package func hash(into hasher: inout Hasher) { hasher.combine(code) }

    /// By code, from nvml.h.
    private static let names = [
        "SUCCESS", "UNINITIALIZED", "INVALID_ARGUMENT", "NOT_SUPPORTED", "NO_PERMISSION", "ALREADY_INITIALIZED",
        "NOT_FOUND", "INSUFFICIENT_SIZE", "INSUFFICIENT_POWER", "DRIVER_NOT_LOADED", "TIMEOUT", "IRQ_ISSUE",
        "LIBRARY_NOT_FOUND", "FUNCTION_NOT_FOUND", "CORRUPTED_INFOROM", "GPU_IS_LOST", "RESET_REQUIRED",
        "OPERATING_SYSTEM", "LIB_RM_VERSION_MISMATCH", "IN_USE", "MEMORY", "NO_DATA", "VGPU_ECC_NOT_SUPPORTED",
        "INSUFFICIENT_RESOURCES", "FREQ_NOT_SUPPORTED", "ARGUMENT_VERSION_MISMATCH", "DEPRECATED", "NOT_READY",
        "GPU_NOT_FOUND", "INVALID_STATE", "RESET_TYPE_NOT_SUPPORTED",
    ]
}
