/// A host as the checks see it: live, unpacked in a folder, or captured in a file.
///
/// Every question goes through here, so a live host and a captured one are judged by the same code, and so the log of
/// the questions and their answers *is* the capture (``snapshot``). What may hold secrets is cut down by
/// ``HostFilter`` before anyone sees it. A class because it logs; use one from one task.
///
/// NVML's answers come as lines of text, one call a line:
///
/// ```
/// nvmlInit() = ok
/// nvmlSystemGetDriverVersion() = 550.54.15
/// nvmlDeviceGetCount() = 8
/// nvmlDeviceGetName(0) = NVIDIA H200
/// nvmlDeviceGetPciInfo(0) = 00000000:17:00.0 0x233510DE 0x18BE10DE
/// nvmlDeviceGetMigMode(0) = 1 1
/// nvmlDeviceGetMigDeviceHandleByIndex(0, 3) = MIG-5f2c…
/// nvmlDeviceGetAttributes(0/3) = 60 4 3 0 1 1 3 3 40448
/// nvmlDeviceGetP2PStatus(0, 1, NVLINK) = 0
/// nvmlDeviceGetCurrentClocksEventReasons(0) = 0x4
/// nvmlDeviceGetEccMode(0) = error 3 NOT_SUPPORTED
/// nvmlInit() = error 12 LIBRARY_NOT_FOUND
/// ```
///
/// The call stands without its version suffix. A device argument is NVML's index in this list, a MIG device
/// `gpu/mig-index`; enumerations are given by the name after their prefix, numbers in decimal or `0x` hexadecimal,
/// several results in the order of the C parameters or structure fields, separated by one space; a name or UUID is the
/// rest of the line. A failure is `error`, its number and its name after `NVML_ERROR_`. ``NVMLAnswer`` reads one line.
package final class HostView {
    /// Everything that was asked so far, with the answers: what ``CaptureArchive`` writes.
    package private(set) var snapshot: HostSnapshot
    private let source: any HostSource

    /// A view on a source of answers.
    package init(_ source: any HostSource) {
        self.source = source
        snapshot = HostSnapshot(unlisted: .unread("not in the capture"))
    }

    /// The machine we stand on; `nvml` asks NVML for everything it knows, as lines, at most once, when first needed.
    package static func live(nvml: @escaping () -> [String] = { NVMLSnapshot.take().lines }) -> HostView {
        HostView(LiveHost(nvml: nvml))
    }

    /// The bytes of a file under `/proc`, `/sys` and the like, at most ``LiveHost/maximumBytes`` of them.
    package func bytes(_ path: String) -> HostAnswer<[UInt8]> {
        if let known = snapshot.files[path] { return known }
        let answer = HostFilter.admit(path, source.read(path))
        snapshot.files[path] = answer
        return answer
    }

    /// The text of a file, without white space at its ends; NUL bytes, which device tree strings end in, count as such.
    package func text(_ path: String) -> HostAnswer<String> {
        bytes(path).map { trimmed($0) }
    }

    /// The names in a folder, sorted.
    package func list(_ path: String) -> HostAnswer<[String]> {
        if let known = snapshot.lists[path] { return known }
        let answer = source.list(path).map { HostFilter.admit(names: $0, in: path) }
        snapshot.lists[path] = answer
        return answer
    }

    /// Where a symbolic link points, as written.
    package func link(_ path: String) -> HostAnswer<String> {
        if let known = snapshot.links[path] { return known }
        let answer = source.link(path)
        snapshot.links[path] = answer
        return answer
    }

    /// Whether a file or folder is there; its content is not read.
    package func exists(_ path: String) -> HostAnswer<Bool> {
        if let known = snapshot.presence[path] { return known }
        let answer = source.exists(path)
        snapshot.presence[path] = answer
        return answer
    }

    /// A CPUID leaf as this processor, or the hypervisor in its place, answers it.
    package func cpuid(_ leaf: UInt32, _ subleaf: UInt32 = 0) -> HostAnswer<CPUIDRegisters> {
        let key = CPUIDLeaf(leaf, subleaf)
        if let known = snapshot.cpuid[key] { return known }
        let answer = source.cpuid(key)
        snapshot.cpuid[key] = answer
        return answer
    }

    /// The median cost of CPUID in time-stamp-counter ticks.
    package func cpuidCost() -> HostAnswer<Int> {
        if let known = snapshot.cpuidCostTicks { return known }
        let answer = source.cpuidCost()
        snapshot.cpuidCostTicks = answer
        return answer
    }

    /// NVML's answers, one call a line in the form given above.
    package func nvmlLines() -> [String] {
        if let known = snapshot.nvml { return known }
        let lines = source.nvmlLines()
        snapshot.nvml = lines
        return lines
    }
}

/// Where a ``HostView`` gets its answers.
package protocol HostSource {
    /// The bytes of a file.
    func read(_ path: String) -> HostAnswer<[UInt8]>
    /// The names in a folder, in any order.
    func list(_ path: String) -> HostAnswer<[String]>
    /// The target of a symbolic link.
    func link(_ path: String) -> HostAnswer<String>
    /// Whether something is there: true or missing.
    func exists(_ path: String) -> HostAnswer<Bool>
    /// One CPUID leaf.
    func cpuid(_ leaf: CPUIDLeaf) -> HostAnswer<CPUIDRegisters>
    /// The median cost of CPUID in ticks.
    func cpuidCost() -> HostAnswer<Int>
    /// NVML's answers.
    func nvmlLines() -> [String]
}

/// Text without white space and NUL at its ends; bytes that are not UTF-8 become replacement characters.
func trimmed(_ bytes: [UInt8]) -> String {
    func isBlank(_ byte: UInt8) -> Bool { byte <= 0x20 }
    guard let first = bytes.firstIndex(where: { !isBlank($0) }), let last = bytes.lastIndex(where: { !isBlank($0) })
    else { return "" }
    return String(decoding: bytes[first...last], as: UTF8.self)
}
