internal import Evidence
internal import Glibc

/// What a command started and left running, in whatever session and process group.
///
/// The command and all it starts carry a mark in their environment, by which they are found in `/proc`. Whoever clears
/// its environment, or belongs to another user, is not.
struct LeftOvers {
    /// The mark, of one length for every run: an environment of another size can by itself change a program's speed.
    private let mark: String

    private static let name = "ASSAY_JOB_RUN"
    /// How long what was left has between TERM and KILL, in seconds.
    private static let grace = 1.0
    /// No process needs more than this to be looked at, in bytes.
    private static let mostBytes = 4 << 20

    init() {
        let number = String(UInt64.random(in: 0 ... .max), radix: 36)
        mark = String(repeating: "0", count: max(0, 13 - number.count)) + number
    }

    /// The command, for `sh -c`, with its mark: a second shell starts with it, for the first one's environment is ours.
    func marked(_ command: String) -> String {
        "export \(Self.name)=\(mark); exec /bin/sh -c \(ShellText.quote(command))"
    }

    /// What is left, by the names that the kernel has for it.
    func found() -> [Int32: String] {
        Dictionary(processes().map { ($0, Self.name(of: $0)) }) { name, _ in name }
    }

    private static func name(of process: Int32) -> String {
        LiveText.read("/proc/\(process)/comm").map { String($0.prefix { $0 != "\n" }) } ?? "?"
    }

    /// Ends what is left and says what it was.
    func end() -> [Int32: String] {
        var names: [Int32: String] = [:]
        var signal = SIGTERM
        var deadline = MonotonicClock.seconds() + Self.grace
        var told: Set<Int32> = []
        for _ in 0..<500 {
            let found = processes()
            guard !found.isEmpty else { break }
            for process in found {
                if names[process] == nil { names[process] = Self.name(of: process) }
                // What is killed may have started something meanwhile, which is told then.
                if signal == SIGKILL || told.insert(process).inserted { kill(process, signal) }
            }
            if signal == SIGTERM, MonotonicClock.seconds() >= deadline {
                signal = SIGKILL
                deadline = .infinity
            }
            usleep(10_000)
        }
        return names
    }

    private func processes() -> [Int32] {
        let wanted = Array("\(Self.name)=\(mark)".utf8)
        return Self.numbers().filter { process in
            guard process != getpid(), let bytes = Self.environment(process) else { return false }
            return bytes.split(separator: 0).contains { $0.elementsEqual(wanted) }
        }
    }

    private static func numbers() -> [Int32] {
        guard let folder = opendir("/proc") else { return [] }
        defer { closedir(folder) }
        var found: [Int32] = []
        while let entry = readdir(folder) {
            let name = withUnsafePointer(to: &entry.pointee.d_name) {
                $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
            }
            if let number = Int32(name), number > 1 { found.append(number) }
        }
        return found
    }

    private static func environment(_ process: Int32) -> [UInt8]? {
        let descriptor = open("/proc/\(process)/environ", O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return nil }
        defer { close(descriptor) }
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 1 << 14)
        while bytes.count < mostBytes {
            let count = read(descriptor, &buffer, buffer.count)
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { break }
            bytes += buffer[..<count]
        }
        return bytes
    }
}
