import Foundation

/// A cpio archive of the kind that Linux unpacks into its first file system ("newc": 110 bytes of ASCII, name, content).
struct GuestArchive {
    private(set) var bytes = Data()
    private var count = 0
    private var folders: Set<String> = []

    /// Adds a file, and the folders above it that are not there yet.
    mutating func add(_ path: String, _ content: Data, mode: Int = 0o100755) {
        let parts = path.split(separator: "/").map(String.init)
        for depth in 1..<max(1, parts.count) {
            let folder = parts[..<depth].joined(separator: "/")
            if folders.insert(folder).inserted { entry(folder, Data(), mode: 0o040755) }
        }
        entry(parts.joined(separator: "/"), content, mode: mode)
    }

    /// Adds the console that the kernel opens for the first process.
    mutating func addConsole() {
        if folders.insert("dev").inserted { entry("dev", Data(), mode: 0o040755) }
        entry("dev/console", Data(), mode: 0o020600, device: (5, 1))
    }

    /// The archive with its end mark; nothing can be added to that.
    func finished() -> Data {
        var copy = self
        copy.entry("TRAILER!!!", Data(), mode: 0)
        return copy.bytes
    }

    private mutating func entry(_ name: String, _ content: Data, mode: Int, device: (Int, Int) = (0, 0)) {
        count += 1
        // Inode, mode, user, group, links, time, size, device, device of the node, length of the name, no checksum.
        let fields = [
            count, mode, 0, 0, 1, 0, content.count, 0, 0, device.0, device.1, name.utf8.count + 1, 0,
        ]
        let header = fields.map {
            String(repeating: "0", count: 8 - String($0, radix: 16).count) + String($0, radix: 16)
        }
        bytes.append(Data(("070701" + header.joined() + name).utf8))
        bytes.append(0)
        align()
        bytes.append(content)
        align()
    }

    private mutating func align() { bytes.append(Data(repeating: 0, count: (4 - bytes.count % 4) % 4)) }
}
