package import CNVML

/// A GPU, or a MIG device on one, as NVML hands it out.
///
/// A MIG device's handle may come to mean another one after its instance is destroyed: keep UUIDs.
/// `@unchecked Sendable`: NVML owns what the pointer leads to, and its calls are thread-safe.
package struct NVMLDeviceHandle: @unchecked Sendable {
    /// The library, kept open by the handle.
    package let library: NVMLLibrary
    /// NVML's handle.
    package let pointer: OpaquePointer

    var table: OpaquePointer { library.table }

    /// One number.
    package func number(_ what: NVMLNumber) throws(NVMLError) -> UInt32 {
        var value: UInt32 = 0
        try library.check(what.call(table, pointer, &value))
        return value
    }

    /// Two numbers.
    package func pair(_ what: NVMLPair) throws(NVMLError) -> (UInt32, UInt32) {
        var values: (UInt32, UInt32) = (0, 0)
        try library.check(what.call(table, pointer, &values.0, &values.1))
        return values
    }

    /// One number by a selector.
    package func number(_ what: NVMLSelected, _ selector: UInt32) throws(NVMLError) -> UInt32 {
        var value: UInt32 = 0
        try library.check(what.call(table, pointer, selector, &value))
        return value
    }

    /// A clock, MHz.
    package func number(_ what: NVMLSelected, _ clock: NVMLClock) throws(NVMLError) -> UInt32 {
        try number(what, clock.rawValue)
    }

    /// The name, such as `NVIDIA H200`.
    package func name() throws(NVMLError) -> String {
        try library.text(size: NVMLConstant.nameSize) { cnvml_Name(table, pointer, $0, $1) }
    }

    /// The UUID, `GPU-…` or `MIG-…`.
    package func uuid() throws(NVMLError) -> String {
        try library.text(size: NVMLConstant.uuidSize) { cnvml_UUID(table, pointer, $0, $1) }
    }

    /// The firmware of the board.
    package func vbiosVersion() throws(NVMLError) -> String {
        try library.text(size: NVMLConstant.vbiosSize) { cnvml_VbiosVersion(table, pointer, $0, $1) }
    }

    /// The firmware of the GPU's own system processor.
    package func gspFirmwareVersion() throws(NVMLError) -> String {
        try library.text(size: NVMLConstant.gspVersionSize) { buffer, _ in
            cnvml_GspFirmwareVersion(table, pointer, buffer)
        }
    }

    /// The PCI address and ids.
    package func pciInfo() throws(NVMLError) -> cnvml_pci_info {
        try value(cnvml_pci_info(), cnvml_PciInfo)
    }

    /// Memory in bytes; the driver's reserve counts as used.
    package func memory() throws(NVMLError) -> cnvml_memory {
        try value(cnvml_memory(), cnvml_MemoryInfo)
    }

    /// Memory in bytes with the driver's reserve apart; from driver 510 on.
    package func memoryWithReserve() throws(NVMLError) -> cnvml_memory_v2 {
        var start = cnvml_memory_v2()
        start.version = NVMLConstant.memoryVersion
        return try value(start, cnvml_MemoryInfoV2)
    }

    /// The window through which other devices reach the memory, bytes.
    package func bar1Memory() throws(NVMLError) -> cnvml_bar1_memory {
        try value(cnvml_bar1_memory(), cnvml_Bar1MemoryInfo)
    }

    /// Shares of the last sample in which a kernel ran and memory moved, percent; not with MIG on.
    package func utilization() throws(NVMLError) -> cnvml_utilization {
        try value(cnvml_utilization(), cnvml_UtilizationRates)
    }

    /// Why clocks are lower than they could be, as bits of `nvmlClocksEventReasons`.
    package func clocksEventReasons() throws(NVMLError) -> UInt64 {
        try value(0 as UInt64, cnvml_CurrentClocksEventReasons)
    }

    /// The reasons that this GPU can give.
    package func supportedClocksEventReasons() throws(NVMLError) -> UInt64 {
        try value(0 as UInt64, cnvml_SupportedClocksEventReasons)
    }

    /// Energy since the driver started, millijoules.
    package func totalEnergy() throws(NVMLError) -> UInt64 {
        try value(0 as UInt64, cnvml_TotalEnergyConsumption)
    }

    /// Memory errors: corrected or not, since the driver started or over the life of the GPU.
    package func eccErrors(uncorrected: Bool, lifetime: Bool) throws(NVMLError) -> UInt64 {
        var count: UInt64 = 0
        try library.check(cnvml_TotalEccErrors(table, pointer, uncorrected ? 1 : 0, lifetime ? 1 : 0, &count))
        return count
    }

    /// Rows remapped after corrected and uncorrected errors, whether one is pending, whether one failed.
    package func remappedRows() throws(NVMLError) -> (
        corrected: UInt32, uncorrected: UInt32, pending: UInt32, failed: UInt32
    ) {
        var rows: (UInt32, UInt32, UInt32, UInt32) = (0, 0, 0, 0)
        try library.check(cnvml_RemappedRows(table, pointer, &rows.0, &rows.1, &rows.2, &rows.3))
        return rows
    }

    /// Whether GPM (activity per instance) works on this GPU: Hopper and later.
    package func gpmSupport() throws(NVMLError) -> Bool {
        var start = cnvml_gpm_support()
        start.version = NVMLConstant.gpmVersion
        return try value(start, cnvml_GpmSupport).is_supported != 0
    }

    /// Runs a call that fills one structure.
    func value<Value>(
        _ start: Value,
        _ call: (OpaquePointer?, OpaquePointer?, UnsafeMutablePointer<Value>?) -> Int32
    ) throws(NVMLError) -> Value {
        var value = start
        try library.check(call(table, pointer, &value))
        return value
    }
}

/// Lists that a call fills.
extension NVMLLibrary {
    /// No list of NVML's that we ask for is longer: a library that says so is not believed.
    static let longestList = 1024

    /// A list whose length the first call tells, asked again while it grows.
    func list<Element>(
        of empty: Element,
        _ call: (UnsafeMutablePointer<Element>?, UnsafeMutablePointer<UInt32>) -> Int32
    ) throws(NVMLError) -> [Element] {
        var count: UInt32 = 0
        let first = call(nil, &count)
        if first != NVMLConstant.success, first != NVMLError.insufficientSize.code { throw NVMLError(first) }
        for _ in 0..<8 {
            guard count > 0 else { return [] }
            guard count <= Self.longestList else { throw .insufficientSize }
            // A little room, for what appears between two calls.
            let room = Int(count) + 8
            var filled = UInt32(room)
            var list = [Element](repeating: empty, count: room)
            let code = list.withUnsafeMutableBufferPointer { call($0.baseAddress, &filled) }
            if code == NVMLConstant.success { return Array(list.prefix(Int(min(filled, UInt32(room))))) }
            guard code == NVMLError.insufficientSize.code else { throw NVMLError(code) }
            count = max(filled, count &+ 8)
        }
        throw .insufficientSize
    }
}
