internal import CCUDA

/// cuBLAS, open and ready on the thread's current GPU.
final class CUBLASLibrary {
    private let table: OpaquePointer
    private let handle: OpaquePointer
    /// Where it was found.
    let path: String
    /// Its version, such as `12.8.4`.
    let version: String

    /// A matrix product's number formats.
    enum Precision: String, CaseIterable {
        case fp32
        case tf32
        case fp16
        case bf16

        /// Bytes of a number.
        var bytes: Int { self == .fp32 || self == .tf32 ? 4 : 2 }

        fileprivate var type: Int32 {
            switch self {
            case .fp32, .tf32: Int32(CCUBLAS_TYPE_FP32)
            case .fp16: Int32(CCUBLAS_TYPE_FP16)
            case .bf16: Int32(CCUBLAS_TYPE_BF16)
            }
        }

        fileprivate var compute: Int32 {
            switch self {
            // Pedantic: no tensor cores, whatever the library's defaults or the environment say.
            case .fp32: Int32(CCUBLAS_COMPUTE_FP32_PEDANTIC)
            case .tf32: Int32(CCUBLAS_COMPUTE_TF32)
            case .fp16, .bf16: Int32(CCUBLAS_COMPUTE_FP32)
            }
        }
    }

    /// Opens cuBLAS for a GPU's stream; throws the linker's words where there is none.
    init(_ context: GPUContext, path: String?) throws(ProbeRefusal) {
        var opened: OpaquePointer?
        var message = [CChar](repeating: 0, count: 512)
        guard ccublas_open(path, &opened, &message, message.count) == CCUDA_SUCCESS, let opened else {
            throw ProbeRefusal("cuBLAS cannot be opened (\(CUDADriver.text(message)))")
        }
        var handle: OpaquePointer?
        var version: Int32 = 0
        let code = ccublas_Create(opened, &handle)
        guard code == CCUBLAS_SUCCESS, let handle else {
            ccublas_close(opened)
            throw ProbeRefusal("cublasCreate_v2 answered \(code)")
        }
        table = opened
        self.handle = handle
        self.path = ccublas_path(opened).map { String(cString: $0) } ?? ""
        _ = ccublas_GetVersion(opened, handle, &version)
        let (major, rest) = version.quotientAndRemainder(dividingBy: 10_000)
        self.version = "\(major).\(rest / 100).\(rest % 100)"
        let status = ccublas_SetStream(opened, handle, context.stream)
        guard status == CCUBLAS_SUCCESS else { throw ProbeRefusal("cublasSetStream_v2 answered \(status)") }
    }

    // The library stays open: closing it frees memory of a context that may be gone.
    deinit { _ = ccublas_Destroy(table, handle) }

    /// Hands over C = A * B, all square with `size` rows, stored by columns.
    func multiply(_ precision: Precision, size: Int, a: UInt64, b: UInt64, into c: UInt64) throws(ProbeRefusal) {
        var one: Float = 1
        var zero: Float = 0
        let n = Int32(clamping: size)
        let (type, none) = (precision.type, Int32(CCUBLAS_OPERATION_NONE))
        func address(_ value: UInt64) -> UnsafeMutableRawPointer? {
            UInt(exactly: value).flatMap { UnsafeMutableRawPointer(bitPattern: $0) }
        }
        let code = ccublas_GemmEx(
            table,
            handle,
            none,
            none,
            n,
            n,
            n,
            &one,
            address(a),
            type,
            n,
            address(b),
            type,
            n,
            &zero,
            address(c),
            type,
            n,
            precision.compute,
            Int32(CCUBLAS_ALGORITHM_DEFAULT)
        )
        guard code == CCUBLAS_SUCCESS else {
            let meaning = code == CCUBLAS_NOT_SUPPORTED ? " (not supported)" : ""
            throw ProbeRefusal("cublasGemmEx answered \(code)\(meaning) for \(precision.rawValue)")
        }
    }
}
