/// The control groups that we are in, version 1 or 2: the limits that a container puts around a measurement.
struct ControlGroup: Sendable {
    /// Files that count throttled periods, from our own group up to the root.
    let processorStatistics: [String]
    /// Memory that the groups leave us; nil where they set no limit.
    let memoryRoomBytes: Int?

    init(text: (String) -> String?) {
        var processor: [String] = []
        var room: Int?
        for line in (text("/proc/self/cgroup") ?? "").split(separator: "\n") {
            let parts = line.split(separator: ":", maxSplits: 2, omittingEmptySubsequences: false)
            guard parts.count == 3 else { continue }
            let controllers = parts[1].split(separator: ",")
            let roots: [String]
            let isUnified = parts[0] == "0" && controllers.isEmpty
            if isUnified {
                roots = ["/sys/fs/cgroup", "/sys/fs/cgroup/unified"]
            } else {
                guard controllers.contains("cpu") || controllers.contains("memory") else { continue }
                roots = ["/sys/fs/cgroup/\(parts[1])"] + controllers.map { "/sys/fs/cgroup/\($0)" }
            }
            for root in roots {
                for folder in Self.ancestors(of: String(parts[2]), under: root) {
                    if isUnified || controllers.contains("cpu") { processor.append("\(folder)/cpu.stat") }
                    guard isUnified || controllers.contains("memory") else { continue }
                    let names =
                        isUnified
                        ? (limit: "memory.max", used: "memory.current")
                        : (limit: "memory.limit_in_bytes", used: "memory.usage_in_bytes")
                    // Version 1 writes 'no limit' as a number near 2^63.
                    guard let limit = text("\(folder)/\(names.limit)").flatMap({ Int($0) }), limit < 1 << 60,
                        let used = text("\(folder)/\(names.used)").flatMap({ Int($0) }), used >= 0
                    else { continue }
                    room = min(room ?? .max, max(0, limit - used))
                }
            }
        }
        var seen: Set<String> = []
        processorStatistics = processor.filter { seen.insert($0).inserted }
        memoryRoomBytes = room
    }

    /// The group's folder and those above it, at most 32: a quota may sit on any of them.
    private static func ancestors(of path: String, under root: String) -> [String] {
        var names = path.split(separator: "/").map(String.init)
        // A path that leaves the namespace cannot be followed from here.
        if names.contains("..") { names = [] }
        names = Array(names.prefix(31))
        return (0...names.count).reversed().map { ([root] + names.prefix($0)).joined(separator: "/") }
    }
}
