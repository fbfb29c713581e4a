import Foundation
import Testing

/// A real Slurm of this machine's own, gone after the test: slurmctld, one slurmd for each fake node, and munged.
final class SlurmCluster {
    private static let script = AssayBinary.root + "/Tests/Support/Slurm/cluster"
    private let folder: TemporaryFolder
    /// What a program needs to find it.
    let environment: [String: String]

    /// Whether there is a Slurm to start: that of the system, or what scripts/slurm-parts unpacked.
    static let isHere: Bool = {
        let places = (ProcessInfo.processInfo.environment["PATH"] ?? "").split(separator: ":").map(String.init)
        let parts = ProcessInfo.processInfo.environment["SLURM_PARTS"] ?? AssayBinary.root + "/.build/slurm"
        func has(_ name: String) -> Bool {
            (places + ["/usr/sbin", "/sbin"]).contains {
                FileManager.default.isExecutableFile(atPath: $0 + "/" + name)
            }
        }
        return FileManager.default.isExecutableFile(atPath: parts + "/usr/bin/sbatch")
            || ["sbatch", "slurmctld", "slurmd", "munged"].allSatisfy(has)
    }()

    /// Starts it and waits until its nodes are idle.
    convenience init(nodes: Int = 2, cpus: Int = 2) throws {
        try self.init(ports: nodes + 1, [String(nodes), String(cpus)], [:])
    }

    /// Starts it with node lines and a `gres.conf` from files, of at most 63 nodes.
    convenience init(nodeLines: String, gres: String) throws {
        try self.init(ports: 64, [], ["CLUSTER_NODES": nodeLines, "CLUSTER_GRES": gres])
    }

    private init(ports: Int, _ arguments: [String], _ files: [String: String]) throws {
        folder = try TemporaryFolder()
        let port = try Self.freePorts(ports)
        let outcome = try AssayBinary.run(
            ["up", folder.path + "/c", String(port)] + arguments,
            in: folder.path,
            program: Self.script,
            environment: files
        )
        try #require(outcome.status == 0, "the cluster does not start: \(outcome.errors)")
        var found: [String: String] = [:]
        for line in try folder.read("c/environment").split(separator: "\n") {
            let parts = line.dropFirst("export ".count).split(separator: "=", maxSplits: 1)
            guard parts.count == 2 else { continue }
            found[String(parts[0])] = parts[1].replacingOccurrences(of: "'", with: "")
                .replacingOccurrences(of: "\"$PATH\"", with: ProcessInfo.processInfo.environment["PATH"] ?? "")
        }
        environment = found.filter { !$0.value.isEmpty }
    }

    deinit {
        _ = try? AssayBinary.run(["down", folder.path + "/c"], in: folder.path, program: Self.script)
    }

    /// One of Slurm's commands; what it prints.
    @discardableResult
    func slurm(_ command: String, _ arguments: [String]) throws -> String {
        let program = try program(command)
        return try AssayBinary.run(arguments, in: folder.path, program: program, environment: environment).output
    }

    /// Where one of Slurm's commands is.
    func program(_ command: String) throws -> String {
        let places = (environment["PATH"] ?? "").split(separator: ":").map(String.init)
        return try #require(
            places.map { $0 + "/" + command }.first { FileManager.default.isExecutableFile(atPath: $0) }
        )
    }

    /// The first of so many neighbouring ports that nobody listens on.
    private static func freePorts(_ count: Int) throws -> Int {
        for _ in 0..<100 {
            let first = Int.random(in: 20_000..<29_000)
            if (first..<first + count).allSatisfy(isFree) { return first }
        }
        throw CocoaError(.featureUnsupported)
    }

    private static func isFree(_ port: Int) -> Bool {
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        guard descriptor >= 0 else { return false }
        defer { close(descriptor) }
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = UInt16(port).bigEndian
        return withUnsafePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size)) == 0
            }
        }
    }
}
