internal import CCUDA

/// What CUDA's driver refused, and what it means: `cuInit answered CUDA_ERROR_NO_DEVICE (100): …`.
package struct CUDAError: Error, Sendable, Hashable, CustomStringConvertible {
    /// The call, by its name in the library.
    package let call: String
    /// The code (`CUresult`), never 0; negative where the library could not be opened.
    package let code: Int32
    /// CUDA's name of the code, where it has one; the linker's words where the library could not be opened.
    package let name: String?

    /// A refusal.
    package init(call: String, code: Int32, name: String?) {
        self.call = call
        self.code = code
        self.name = name
    }

    /// The clause for messages, with what to do where something can be done.
    package var description: String {
        if code == CCUDA_LIBRARY_NOT_FOUND {
            return
                "libcuda.so.1 cannot be opened (\(name ?? "not found")); install NVIDIA's driver, or name the file in "
                + "ASSAY_CUDA"
        }
        let answer = "\(call) answered \(name.map { "\($0) (\(code))" } ?? "\(code)")"
        return Self.meaning(code).map { "\(answer): \($0)" } ?? answer
    }

    private static func meaning(_ code: Int32) -> String? {
        switch Int(code) {
        case CCUDA_OUT_OF_MEMORY: "the GPU or the host has too little free memory"
        case 34: "this libcuda is the toolkit's stub; the driver's own is needed"
        case 36: "the driver is too old for the call"
        case 46: "the GPU is busy or allows one process at a time"
        case CCUDA_NO_DEVICE: "no GPU is visible; see nvidia-smi and CUDA_VISIBLE_DEVICES"
        case CCUDA_INVALID_DEVICE: "there is no such GPU"
        case 201: "the context is not valid any more"
        case 700: "the probe reached memory that is not its own"
        case 209: "the GPU is of a kind that the probe's code does not run on"
        case 214: "ECC found a memory error that it could not correct"
        case CCUDA_INVALID_PTX: "the driver does not take the probe's PTX"
        case CCUDA_UNSUPPORTED_PTX_VERSION: "the driver is older than the probe's PTX (CUDA 11.0, driver 450)"
        case CCUDA_NOT_FOUND: "the driver has no such entry point"
        case 702: "a kernel ran too long and was ended"
        case 719: "a kernel failed while it ran; see `dmesg | grep Xid`"
        case 802: "the system is not ready: on NVSwitch systems start nvidia-fabricmanager"
        case 803: "the driver's library and its kernel module are of different versions; restart after the update"
        case 804:
            "this libcuda is of CUDA's compatibility package, which works on GPUs for data centres alone; take the driver's own"
        case CCUDA_UNKNOWN: "the driver gives no reason; see `dmesg | grep -i nvrm`"
        default: nil
        }
    }
}
