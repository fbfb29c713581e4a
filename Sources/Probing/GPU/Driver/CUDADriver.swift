internal import CCUDA
internal import Glibc

/// CUDA's driver, open and initialised; closed with the last reference.
///
/// `@unchecked Sendable`: the driver's calls are thread-safe, the table of entry points does not change once it is
/// filled, and it is freed only with the last reference.
package final class CUDADriver: @unchecked Sendable {
    let table: OpaquePointer
    /// The newest CUDA that the driver runs: 12080 for 12.8.
    package let version: Int
    /// How many GPUs CUDA sees.
    package let count: Int

    /// No machine has more; a driver that says so is not believed.
    package static let mostDevices = 64

    /// Opens and initialises the driver: the file at `path`, else the one in `ASSAY_CUDA`, else the usual ones.
    ///
    /// GPUs are numbered by PCI address, as nvidia-smi does, unless the environment orders otherwise, and the driver's
    /// cache of compiled code in the user's folder is left alone.
    package init(path: String? = nil) throws(CUDAError) {
        setenv("CUDA_DEVICE_ORDER", "PCI_BUS_ID", 0)
        setenv("CUDA_CACHE_DISABLE", "1", 0)
        var opened: OpaquePointer?
        var message = [CChar](repeating: 0, count: 512)
        let code = ccuda_open(path, &opened, &message, message.count)
        guard code == CCUDA_SUCCESS, let opened else {
            throw CUDAError(call: "dlopen", code: code, name: Self.text(message))
        }
        var version: Int32 = 0
        var count: Int32 = 0
        do throws(CUDAError) {
            try Self.check(ccuda_Init(opened, 0), "cuInit", opened)
            try Self.check(ccuda_DriverGetVersion(opened, &version), "cuDriverGetVersion", opened)
            try Self.check(ccuda_DeviceGetCount(opened, &count), "cuDeviceGetCount", opened)
            guard count > 0 else { throw CUDAError(call: "cuDeviceGetCount", code: 100, name: "0 devices") }
        } catch {
            ccuda_close(opened)
            throw error
        }
        table = opened
        self.version = Int(version)
        self.count = min(Int(count), Self.mostDevices)
    }

    deinit { ccuda_close(table) }

    /// What CUDA tells of a GPU, from 0.
    package func device(_ ordinal: Int) throws(CUDAError) -> CUDADevice {
        guard (0..<count).contains(ordinal), let number = Int32(exactly: ordinal) else {
            throw CUDAError(call: "cuDeviceGet", code: Int32(CCUDA_INVALID_DEVICE), name: "of \(count) GPUs")
        }
        var handle: Int32 = 0
        try check(ccuda_DeviceGet(table, &handle, number), "cuDeviceGet")
        var buffer = [CChar](repeating: 0, count: Int(CCUDA_NAME_SIZE) + 1)
        try check(ccuda_DeviceGetName(table, &buffer, Int32(CCUDA_NAME_SIZE), handle), "cuDeviceGetName")
        let name = Self.text(buffer)
        buffer = [CChar](repeating: 0, count: Int(CCUDA_BUS_ID_SIZE) + 1)
        let bus = ccuda_DeviceGetPCIBusId(table, &buffer, Int32(CCUDA_BUS_ID_SIZE), handle)
        var uuid = ccuda_uuid()
        let hasUUID = ccuda_DeviceGetUuid(table, &uuid, handle) == CCUDA_SUCCESS
        func attribute(_ number: Int) -> Int? {
            var value: Int32 = 0
            let code = ccuda_DeviceGetAttribute(table, &value, Int32(number), handle)
            return code == CCUDA_SUCCESS && value > 0 ? Int(value) : nil
        }
        // The minor number of a capability may be 0.
        var minor: Int32 = 0
        let minorAttribute = Int32(CCUDA_ATTRIBUTE_CAPABILITY_MINOR)
        try check(ccuda_DeviceGetAttribute(table, &minor, minorAttribute, handle), "cuDeviceGetAttribute")
        return CUDADevice(
            ordinal: ordinal,
            handle: handle,
            name: name,
            uuid: hasUUID ? withUnsafeBytes(of: uuid.bytes) { CUDADevice.uuidText(Array($0)) } : nil,
            busID: bus == CCUDA_SUCCESS ? Self.text(buffer) : nil,
            capabilityMajor: attribute(CCUDA_ATTRIBUTE_CAPABILITY_MAJOR) ?? 0,
            capabilityMinor: Int(minor),
            multiprocessors: min(max(attribute(CCUDA_ATTRIBUTE_MULTIPROCESSORS) ?? 1, 1), 4096),
            clockMHz: attribute(CCUDA_ATTRIBUTE_CLOCK_RATE_KHZ).map { Double($0) / 1000 },
            memoryClockMHz: attribute(CCUDA_ATTRIBUTE_MEMORY_CLOCK_RATE_KHZ).map { Double($0) / 1000 },
            memoryBusBits: attribute(CCUDA_ATTRIBUTE_MEMORY_BUS_WIDTH_BITS),
            l2CacheBytes: attribute(CCUDA_ATTRIBUTE_L2_CACHE_BYTES)
        )
    }

    /// Whether one GPU can reach the memory of another.
    package func canAccess(_ device: CUDADevice, peer: CUDADevice) throws(CUDAError) -> Bool {
        var can: Int32 = 0
        try check(ccuda_DeviceCanAccessPeer(table, &can, device.handle, peer.handle), "cuDeviceCanAccessPeer")
        return can != 0
    }

    func check(_ code: Int32, _ call: String) throws(CUDAError) { try Self.check(code, call, table) }

    private static func check(_ code: Int32, _ call: String, _ table: OpaquePointer) throws(CUDAError) {
        guard code != CCUDA_SUCCESS else { return }
        var name: UnsafePointer<CChar>?
        let known = ccuda_GetErrorName(table, code, &name) == CCUDA_SUCCESS
        throw CUDAError(call: call, code: code, name: known ? name.map { String(cString: $0) } : nil)
    }

    /// What stands before the first zero, with bytes that are no UTF-8 replaced.
    static func text(_ bytes: [CChar]) -> String {
        String(decoding: bytes.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }
}

/// A GPU, or a MIG instance, as CUDA tells of it.
package struct CUDADevice: Sendable, Hashable {
    /// CUDA's number, by PCI address unless the environment says otherwise.
    package var ordinal: Int
    var handle: Int32
    /// The name, such as `NVIDIA H200`.
    package var name: String
    /// The UUID without its prefix; of the instance where CUDA runs in one.
    package var uuid: String?
    /// The PCI address, `0000:17:00.0`.
    package var busID: String?
    /// The compute capability's first number.
    package var capabilityMajor: Int
    /// The compute capability's second number.
    package var capabilityMinor: Int
    /// Streaming multiprocessors, of the instance where CUDA runs in one.
    package var multiprocessors: Int
    /// The highest clock of the multiprocessors, MHz.
    package var clockMHz: Double?
    /// The highest clock of the memory, MHz.
    package var memoryClockMHz: Double?
    /// The width of the memory's bus, bits.
    package var memoryBusBits: Int?
    /// The size of the last cache, bytes.
    package var l2CacheBytes: Int?

    /// A UUID as NVIDIA writes it: `8a5f1c2e-…`.
    static func uuidText(_ bytes: [UInt8]) -> String {
        var text = ""
        for (index, byte) in bytes.enumerated() {
            if [4, 6, 8, 10].contains(index) { text += "-" }
            let digits = String(byte, radix: 16)
            text += digits.count < 2 ? "0" + digits : digits
        }
        return text
    }
}
