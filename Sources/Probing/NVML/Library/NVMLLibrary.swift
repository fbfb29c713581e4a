package import CNVML

/// NVIDIA's management library, open and initialised; closed when nobody holds it or a handle of it any more.
///
/// Every call here only reads. Handles keep the library open.
///
/// `@unchecked Sendable`: NVML's calls are thread-safe, the table of entry points does not change once it is filled,
/// and it is freed only with the last reference.
package final class NVMLLibrary: @unchecked Sendable {
    /// CNVML's table, for calls that this class does not wrap.
    package let table: OpaquePointer
    /// The name under which the library was found.
    package let path: String

    /// Opens and initialises NVML: the file at `path`, else the one in `ASSAY_NVML`, else the usual ones.
    ///
    /// - Throws: ``NVMLError/libraryNotFound`` with the linker's words, or what `nvmlInit` answered, such as
    ///   ``NVMLError/driverNotLoaded``.
    package init(path: String? = nil) throws(NVMLError) {
        var opened: OpaquePointer?
        var message = [CChar](repeating: 0, count: 512)
        let code = cnvml_open(path, &opened, &message, message.count)
        guard code == NVMLConstant.success, let opened else {
            throw NVMLError(code, detail: Self.string(message))
        }
        let start = cnvml_Init(opened)
        guard start == NVMLConstant.success else {
            cnvml_close(opened)
            throw NVMLError(start)
        }
        table = opened
        self.path = cnvml_path(opened).map { String(cString: $0) } ?? ""
    }

    deinit {
        _ = cnvml_Shutdown(table)
        cnvml_close(table)
    }

    /// Whether the driver has an entry point, by its name in the library, such as `nvmlDeviceGetPciInfo_v3`.
    package func has(_ symbol: String) -> Bool { cnvml_has(table, symbol) != 0 }

    /// The driver's version, such as `570.133.20`.
    package func driverVersion() throws(NVMLError) -> String {
        try text(size: NVMLConstant.versionSize) { cnvml_DriverVersion(table, $0, $1) }
    }

    /// The library's own version.
    package func nvmlVersion() throws(NVMLError) -> String {
        try text(size: NVMLConstant.versionSize) { cnvml_NVMLVersion(table, $0, $1) }
    }

    /// The newest CUDA that the driver runs: 12080 for 12.8.
    package func cudaDriverVersion() throws(NVMLError) -> Int {
        var value: Int32 = 0
        try check(cnvml_CudaDriverVersion(table, &value))
        return Int(value)
    }

    /// Confidential computing: environment (0 unavailable, 1 simulated, 2 production), feature and tools mode.
    package func confComputeState() throws(NVMLError) -> cnvml_conf_state {
        var value = cnvml_conf_state()
        try check(cnvml_ConfComputeState(table, &value))
        return value
    }

    /// Confidential computing with the mode of several GPUs: 0 none, 1 protected PCIe, 2 NVLink encryption.
    package func confComputeSettings() throws(NVMLError) -> cnvml_conf_settings {
        var value = cnvml_conf_settings()
        value.version = NVMLConstant.confComputeSettingsVersion
        try check(cnvml_ConfComputeSettings(table, &value))
        return value
    }

    /// How many GPUs there are, those that this user may not open included.
    package func deviceCount() throws(NVMLError) -> Int {
        var count: UInt32 = 0
        try check(cnvml_DeviceCount(table, &count))
        return Int(count)
    }

    /// The GPU at an index.
    ///
    /// Indexes change from one start of the machine to the next: keep UUIDs.
    package func device(at index: Int) throws(NVMLError) -> NVMLDeviceHandle {
        guard let index = UInt32(exactly: index) else { throw .invalidArgument }
        return try handle { cnvml_HandleByIndex(table, index, $0) }
    }

    /// The GPU or MIG device with a UUID, `GPU-…` or `MIG-…`.
    package func device(uuid: String) throws(NVMLError) -> NVMLDeviceHandle {
        try handle { cnvml_HandleByUUID(table, uuid, $0) }
    }

    /// The GPU at a PCI address, such as `0000:17:00.0`.
    package func device(pciBusID: String) throws(NVMLError) -> NVMLDeviceHandle {
        try handle { cnvml_HandleByPciBusId(table, pciBusID, $0) }
    }

    /// A handle that a call gives out; NULL beside success is a defect of the library, and no handle.
    func handle(_ call: (UnsafeMutablePointer<OpaquePointer?>) -> Int32) throws(NVMLError) -> NVMLDeviceHandle {
        NVMLDeviceHandle(library: self, pointer: try pointer(call))
    }

    func pointer(_ call: (UnsafeMutablePointer<OpaquePointer?>) -> Int32) throws(NVMLError) -> OpaquePointer {
        var pointer: OpaquePointer?
        try check(call(&pointer))
        guard let pointer else { throw NVMLError(999) }
        return pointer
    }

    /// The text that a call writes into a buffer; it is ended even where the library did not end it.
    func text(
        size: Int,
        _ call: (UnsafeMutablePointer<CChar>, UInt32) -> Int32
    ) throws(NVMLError) -> String {
        var buffer = [CChar](repeating: 0, count: size + 1)
        let code = buffer.withUnsafeMutableBufferPointer { buffer in
            buffer.baseAddress.map { call($0, UInt32(size)) } ?? NVMLConstant.memory
        }
        try check(code)
        return Self.string(buffer)
    }

    func check(_ code: Int32) throws(NVMLError) {
        if code != NVMLConstant.success { throw NVMLError(code) }
    }

    /// What stands before the first zero, with bytes that are no UTF-8 replaced.
    static func string(_ bytes: [CChar]) -> String {
        String(decoding: bytes.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }
}
