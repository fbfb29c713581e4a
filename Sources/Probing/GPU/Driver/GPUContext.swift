internal import CCUDA
internal import CProbe

/// A GPU made ready for work: its primary context and one stream.
///
/// Use from one thread. Refusals say which call was refused and what CUDA answered.
final class GPUContext {
    let driver: CUDADriver
    let device: CUDADevice
    let context: OpaquePointer
    let stream: OpaquePointer
    private let events: (first: OpaquePointer, last: OpaquePointer)

    init(_ driver: CUDADriver, _ device: CUDADevice) throws(CUDAError) {
        let table = driver.table
        var context: OpaquePointer?
        var made: [OpaquePointer?] = [nil, nil, nil]
        try driver.check(ccuda_DevicePrimaryCtxRetain(table, &context, device.handle), "cuDevicePrimaryCtxRetain")
        do throws(CUDAError) {
            try driver.check(ccuda_CtxSetCurrent(table, context), "cuCtxSetCurrent")
            // One that waits for the legacy stream, whose copies from pageable memory may return before they arrive.
            try driver.check(ccuda_StreamCreate(table, &made[0], 0), "cuStreamCreate")
            try driver.check(ccuda_EventCreate(table, &made[1], 0), "cuEventCreate")
            try driver.check(ccuda_EventCreate(table, &made[2], 0), "cuEventCreate")
            // NULL beside success is a defect of the driver, and nothing to work with.
            guard let context, let stream = made[0], let first = made[1], let last = made[2] else {
                throw CUDAError(call: "cuEventCreate", code: 999, name: "NULL")
            }
            self.driver = driver
            self.device = device
            self.context = context
            self.stream = stream
            events = (first, last)
        } catch {
            if let stream = made[0] { _ = ccuda_StreamDestroy(table, stream) }
            for event in made.dropFirst() { if let event { _ = ccuda_EventDestroy(table, event) } }
            _ = ccuda_DevicePrimaryCtxRelease(table, device.handle)
            throw error
        }
    }

    deinit {
        let table = driver.table
        _ = ccuda_CtxSetCurrent(table, context)
        _ = ccuda_EventDestroy(table, events.first)
        _ = ccuda_EventDestroy(table, events.last)
        _ = ccuda_StreamDestroy(table, stream)
        _ = ccuda_DevicePrimaryCtxRelease(table, device.handle)
    }

    func check(_ code: Int32, _ call: String) throws(CUDAError) { try driver.check(code, call) }

    /// Makes this GPU the one that the thread's calls are about.
    func makeCurrent() throws(CUDAError) { try check(ccuda_CtxSetCurrent(driver.table, context), "cuCtxSetCurrent") }

    /// Waits until all work handed over is done.
    func synchronize() throws(CUDAError) {
        try check(ccuda_StreamSynchronize(driver.table, stream), "cuStreamSynchronize")
    }

    /// Free memory, bytes.
    func freeBytes() throws(CUDAError) -> Int {
        var free = 0
        var total = 0
        try check(ccuda_MemGetInfo(driver.table, &free, &total), "cuMemGetInfo_v2")
        return max(0, free)
    }

    /// Seconds between two events around the work that `body` hands over, by the GPU's own clock.
    ///
    /// `meanwhile` runs while the GPU works.
    func seconds(_ body: () throws(CUDAError) -> Void, meanwhile: () -> Void = {}) throws(CUDAError) -> Double {
        let table = driver.table
        try check(ccuda_EventRecord(table, events.first, stream), "cuEventRecord")
        try body()
        try check(ccuda_EventRecord(table, events.last, stream), "cuEventRecord")
        meanwhile()
        try check(ccuda_EventSynchronize(table, events.last), "cuEventSynchronize")
        var milliseconds: Float = 0
        try check(ccuda_EventElapsedTime(table, &milliseconds, events.first, events.last), "cuEventElapsedTime")
        return Double(milliseconds) * 1e-3
    }

    /// Compiles PTX for this GPU.
    func module(_ ptx: String) throws(CUDAError) -> GPUModule { try GPUModule(self, ptx) }

    /// Memory of the GPU.
    func allocate(_ bytes: Int) throws(CUDAError) -> GPUMemory { try GPUMemory(self, bytes) }
}

/// Memory of a GPU, given back with the last reference.
final class GPUMemory {
    let owner: GPUContext
    let address: UInt64
    let bytes: Int

    fileprivate init(_ owner: GPUContext, _ bytes: Int) throws(CUDAError) {
        var address: UInt64 = 0
        try owner.check(ccuda_MemAlloc(owner.driver.table, &address, bytes), "cuMemAlloc_v2")
        self.owner = owner
        self.address = address
        self.bytes = bytes
    }

    deinit {
        _ = ccuda_CtxSetCurrent(owner.driver.table, owner.context)
        _ = ccuda_MemFree(owner.driver.table, address)
    }

    /// Writes to the memory and waits.
    func write(_ from: UnsafeRawPointer, _ count: Int) throws(CUDAError) {
        try owner.check(ccuda_MemcpyHtoD(owner.driver.table, address, from, min(count, bytes)), "cuMemcpyHtoD_v2")
    }

    /// Reads from the memory at an offset and waits.
    func read(into to: UnsafeMutableRawPointer, _ count: Int, offset: Int = 0) throws(CUDAError) {
        guard offset >= 0, count >= 0, offset <= bytes, count <= bytes - offset else {
            throw CUDAError(call: "cuMemcpyDtoH_v2", code: 1, name: "outside")
        }
        let from = address + UInt64(offset)
        try owner.check(ccuda_MemcpyDtoH(owner.driver.table, to, from, count), "cuMemcpyDtoH_v2")
    }
}

/// Memory of the host, given back with the last reference.
final class HostMemory {
    let pointer: UnsafeMutableRawPointer
    let bytes: Int
    private let pinnedBy: GPUContext?
    /// Bytes of whole pages, where the memory is mapped.
    private let mapped: Int

    /// Pinned memory, which the GPU reads and writes by itself.
    init(pinned bytes: Int, for owner: GPUContext) throws(CUDAError) {
        var memory: UnsafeMutableRawPointer?
        try owner.check(ccuda_MemHostAlloc(owner.driver.table, &memory, bytes, 0), "cuMemHostAlloc")
        guard let memory else { throw CUDAError(call: "cuMemHostAlloc", code: 999, name: "NULL") }
        (pointer, self.bytes, pinnedBy, mapped) = (memory, bytes, owner, 0)
    }

    /// Memory as every program gets it, which the driver copies through its own; nil where there is none left.
    init?(pageable bytes: Int) {
        let mapped = (max(bytes, 1) + 65_535) / 65_536 * 65_536
        guard let memory = assay_map(mapped, ASSAY_PAGES_DEFAULT) else { return nil }
        (pointer, self.bytes, pinnedBy, self.mapped) = (memory, bytes, nil, mapped)
    }

    deinit {
        if let owner = pinnedBy {
            _ = ccuda_MemFreeHost(owner.driver.table, pointer)
        } else {
            assay_unmap(pointer, mapped)
        }
    }

    /// Fills it with random bits, so that nothing on the way can compress it.
    func randomise(seed: UInt64) { ccuda_fill(pointer, bytes, seed, .max, 0) }
}

/// A program on a GPU, unloaded with the last reference.
final class GPUModule {
    private let owner: GPUContext
    private let module: OpaquePointer

    fileprivate init(_ owner: GPUContext, _ ptx: String) throws(CUDAError) {
        var module: OpaquePointer?
        let code = ptx.withCString { ccuda_ModuleLoadDataEx(owner.driver.table, &module, $0, 0, nil, nil) }
        try owner.check(code, "cuModuleLoadDataEx")
        guard let module else { throw CUDAError(call: "cuModuleLoadDataEx", code: 999, name: "NULL") }
        self.owner = owner
        self.module = module
    }

    deinit { _ = ccuda_ModuleUnload(owner.driver.table, module) }

    /// One of its kernels.
    func kernel(_ name: String) throws(CUDAError) -> GPUKernel {
        var function: OpaquePointer?
        try owner.check(ccuda_ModuleGetFunction(owner.driver.table, &function, module, name), "cuModuleGetFunction")
        guard let function else { throw CUDAError(call: "cuModuleGetFunction", code: 999, name: "NULL") }
        return GPUKernel(owner: owner, module: self, function: function)
    }
}

/// A kernel of a module.
struct GPUKernel {
    let owner: GPUContext
    /// Kept loaded.
    let module: GPUModule
    let function: OpaquePointer

    /// An argument of a kernel, laid out as the kernel declares it.
    enum Argument {
        case address(UInt64)
        case count(UInt64)
        case word(UInt32)
        case float(Float)

        /// The bits, those of a 32-bit value in the low half, which comes first in memory.
        var bits: UInt64 {
            switch self {
            case .address(let value), .count(let value): value
            case .word(let value): UInt64(value)
            case .float(let value): UInt64(value.bitPattern)
            }
        }
    }

    /// Hands the kernel over to the stream; the driver copies the arguments before it returns.
    func launch(blocks: Int, threads: UInt32 = GPUKernels.blockThreads, _ arguments: [Argument] = []) throws(CUDAError)
    {
        var values = arguments.map(\.bits)
        let grid = UInt32(clamping: max(1, blocks))
        let (table, stream) = (owner.driver.table, owner.stream)
        let code = values.withUnsafeMutableBytes { bytes in
            var pointers: [UnsafeMutableRawPointer?] = arguments.indices.map { bytes.baseAddress?.advanced(by: 8 * $0) }
            return ccuda_LaunchKernel(table, function, grid, 1, 1, threads, 1, 1, 0, stream, &pointers, nil)
        }
        try owner.check(code, "cuLaunchKernel")
    }
}
