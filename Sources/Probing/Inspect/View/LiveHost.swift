internal import CProbe
internal import Glibc

/// The machine we stand on, or a copy of another one's files in a folder.
package struct LiveHost: HostSource {
    /// No file is read further than this: what the checks read is far smaller, except on thousands of processors.
    package static let maximumBytes = 4 << 20
    /// No folder is listed further than this.
    package static let maximumNames = 65_536

    private let nvml: () -> [String]

    /// The machine we stand on; `nvml` asks NVML for everything it knows.
    package init(nvml: @escaping () -> [String]) {
        self.nvml = nvml
    }

    /// The bytes of a file; `PATH@HEX` reads the eight bytes at that offset, for model-specific registers.
    package func read(_ path: String) -> HostAnswer<[UInt8]> {
        if let mark = path.lastIndex(of: "@"), let offset = UInt32(path[path.index(after: mark)...], radix: 16) {
            return SystemFiles.read(String(path[..<mark]), offset: Int(offset), count: 8)
        }
        return SystemFiles.read(path, maximum: Self.maximumBytes)
    }

    /// The names in a folder.
    package func list(_ path: String) -> HostAnswer<[String]> { SystemFiles.list(path, maximum: Self.maximumNames) }

    /// The target of a symbolic link.
    package func link(_ path: String) -> HostAnswer<String> { SystemFiles.link(path) }

    /// Whether something is there.
    package func exists(_ path: String) -> HostAnswer<Bool> { SystemFiles.exists(path) }

    /// One CPUID leaf of the processor that this thread happens to be on.
    package func cpuid(_ leaf: CPUIDLeaf) -> HostAnswer<CPUIDRegisters> {
        var registers = assay_cpuid_registers()
        guard assay_cpuid(leaf.leaf, leaf.subleaf, &registers) else { return .missing }
        return .value(
            CPUIDRegisters(eax: registers.eax, ebx: registers.ebx, ecx: registers.ecx, edx: registers.edx)
        )
    }

    /// The median of 101 executions of CPUID, in ticks.
    package func cpuidCost() -> HostAnswer<Int> {
        let ticks = assay_cpuid_cost_ticks(101)
        return ticks > 0 ? .value(Int(clamping: ticks)) : .missing
    }

    /// NVML's answers.
    package func nvmlLines() -> [String] { nvml() }
}

/// The few calls on files, with their failures told apart.
enum SystemFiles {
    static func read(_ path: String, maximum: Int) -> HostAnswer<[UInt8]> {
        opened(path) { descriptor in
            var bytes: [UInt8] = []
            var buffer = [UInt8](repeating: 0, count: 16_384)
            while bytes.count < maximum {
                let count = Glibc.read(descriptor, &buffer, min(buffer.count, maximum - bytes.count))
                if count < 0, errno == EINTR { continue }
                // A file that ends in an error after some bytes is not a shorter file.
                guard count >= 0 else { return failure() }
                guard count > 0 else { break }
                bytes.append(contentsOf: buffer[..<count])
            }
            return .value(bytes)
        }
    }

    static func read(_ path: String, offset: Int, count: Int) -> HostAnswer<[UInt8]> {
        opened(path) { descriptor in
            var buffer = [UInt8](repeating: 0, count: count)
            guard pread(descriptor, &buffer, count, offset) == count else { return failure() }
            return .value(buffer)
        }
    }

    static func list(_ path: String, maximum: Int) -> HostAnswer<[String]> {
        guard let folder = opendir(path) else { return failure() }
        defer { closedir(folder) }
        var names: [String] = []
        while names.count < maximum, let entry = readdir(folder) {
            let name = withUnsafeBytes(of: &entry.pointee.d_name) { bytes in
                String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
            }
            if name != ".", name != ".." { names.append(name) }
        }
        return .value(names)
    }

    static func link(_ path: String) -> HostAnswer<String> {
        var buffer = [CChar](repeating: 0, count: 4096)
        let count = readlink(path, &buffer, buffer.count)
        // EINVAL: there is something, but it is no link.
        guard count >= 0 else { return errno == EINVAL ? .missing : failure() }
        return .value(String(decoding: buffer[..<count].map { UInt8(bitPattern: $0) }, as: UTF8.self))
    }

    static func exists(_ path: String) -> HostAnswer<Bool> {
        var status = stat()
        return stat(path, &status) == 0 ? .value(true) : failure()
    }

    private static func opened(_ path: String, _ body: (Int32) -> HostAnswer<[UInt8]>) -> HostAnswer<[UInt8]> {
        // Not blocking: a path in a foreign folder may be a pipe.
        let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY)
        guard descriptor >= 0 else { return failure() }
        defer { close(descriptor) }
        return body(descriptor)
    }

    private static func failure<Value>() -> HostAnswer<Value> {
        switch errno {
        case ENOENT, ENOTDIR, ENODEV, ENXIO: .missing
        case EACCES, EPERM: .denied
        case EIO: .unread("input/output error")
        case EINVAL, ENODATA, EOPNOTSUPP: .unread("the kernel has no value for it")
        case EISDIR: .unread("it is a folder")
        default: .unread("error \(errno)")
        }
    }
}
