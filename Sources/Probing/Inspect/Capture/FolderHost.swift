/// A copy of a host's files in a folder: `FOLDER/proc/…`, `FOLDER/sys/…`, and `FOLDER/cpuid/00000001-00000000`.
///
/// Symbolic links are followed inside the folder only, absolute ones from its top: a copy that someone else made cannot
/// make us read our own files.
struct FolderHost: HostSource {
    let root: String

    private static let maximumLinks = 40

    func read(_ path: String) -> HostAnswer<[UInt8]> {
        if let lack = lack(of: path) { return .unread(lack) }
        let answer = contained(path)
        // Files of /proc tell no length, so tar and rsync copy none of their content; the kernel
        // itself leaves few of them empty.
        guard answer == .value([]), path.hasPrefix("/proc/"), path != "/proc/xen/capabilities" else { return answer }
        return .unread("the copy of \(path) is empty: copy /proc with cat, or use assay inspect --capture")
    }

    /// Why a path was never asked: the copy has no `/proc` or no `/sys` at all, and so nothing in it was missing on the host.
    private func lack(of path: String) -> String? {
        for top in ["/proc", "/sys"] where path.hasPrefix(top + "/") {
            if SystemFiles.exists(root + top).value != true { return "the folder has no \(top.dropFirst())" }
        }
        return nil
    }

    /// The bytes of a file in the folder.
    func contained(_ path: String) -> HostAnswer<[UInt8]> {
        guard let place = resolve(path, followLast: true) else { return .missing }
        return SystemFiles.read(place, maximum: LiveHost.maximumBytes)
    }

    func list(_ path: String) -> HostAnswer<[String]> {
        if let lack = lack(of: path) { return .unread(lack) }
        guard let place = resolve(path, followLast: true) else { return .missing }
        return SystemFiles.list(place, maximum: LiveHost.maximumNames)
    }

    func link(_ path: String) -> HostAnswer<String> {
        if let lack = lack(of: path) { return .unread(lack) }
        guard let place = resolve(path, followLast: false) else { return .missing }
        return SystemFiles.link(place)
    }

    func exists(_ path: String) -> HostAnswer<Bool> {
        if let lack = lack(of: path) { return .unread(lack) }
        guard let place = resolve(path, followLast: true) else { return .missing }
        return SystemFiles.exists(place)
    }

    func cpuid(_ leaf: CPUIDLeaf) -> HostAnswer<CPUIDRegisters> {
        let answer = contained("cpuid/" + leaf.name)
        guard answer != .missing else { return .unread("the folder has no cpuid/\(leaf.name)") }
        guard let bytes = answer.value else { return answer.map { _ in nil } }
        // Garbage is no answer of the host's, and so not the answer that the leaf is not there.
        return CPUIDRegisters(text: trimmed(bytes)).map { .value($0) }
            ?? .unread("cpuid/\(leaf.name) does not hold four hexadecimal registers")
    }

    func cpuidCost() -> HostAnswer<Int> {
        let answer = contained("cpuid/cost-ticks")
        guard answer != .missing else { return .unread("the folder has no cpuid/cost-ticks") }
        guard let bytes = answer.value else { return answer.map { _ in nil } }
        return Int(trimmed(bytes)).map { .value($0) } ?? .unread("cpuid/cost-ticks does not hold a number")
    }

    func nvmlLines() -> [String] {
        contained("nvml.txt").value.map { bytes in
            String(decoding: bytes, as: UTF8.self).split(separator: "\n").map(String.init)
        } ?? []
    }

    /// Where a path lies on this machine, its links resolved inside the folder; nil where they lead nowhere.
    private func resolve(_ path: String, followLast: Bool) -> String? {
        var pending = path.split(separator: "/").map(String.init)[...]
        var done: [String] = []
        var links = 0
        while let name = pending.popFirst() {
            if name == "." { continue }
            if name == ".." {
                _ = done.popLast()
                continue
            }
            let place = ([root] + done + [name]).joined(separator: "/")
            guard followLast || !pending.isEmpty, let target = SystemFiles.link(place).value else {
                done.append(name)
                continue
            }
            links += 1
            guard links <= Self.maximumLinks else { return nil }
            if target.hasPrefix("/") { done = [] }
            pending = target.split(separator: "/").map(String.init)[...] + pending
        }
        return ([root] + done).joined(separator: "/")
    }
}
