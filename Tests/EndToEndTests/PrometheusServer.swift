import Foundation
import Testing

/// A real Prometheus that scrapes an exporter of ours each second.
final class PrometheusServer {
    /// What the exporter told in one scrape.
    struct Scrape {
        var seconds: Double
        var path: String
        var values: [String: Double]
    }

    private let folder: TemporaryFolder
    private var processes: [Process] = []
    let exporterPort: Int
    let port: Int
    let scheme: String

    /// Prometheus where it is installed or unpacked; nil elsewhere.
    static let program: String? = {
        let environment = ProcessInfo.processInfo.environment
        let folders = (environment["PATH"] ?? "").split(separator: ":").map(String.init)
        let places = folders.map { $0 + "/prometheus" } + [AssayBinary.root + "/.build/prometheus/usr/bin/prometheus"]
        return places.first { FileManager.default.isExecutableFile(atPath: $0) }
    }()

    static let python: String? = ["/usr/bin/python3", "/usr/local/bin/python3"].first {
        FileManager.default.isExecutableFile(atPath: $0)
    }

    static var isHere: Bool { program != nil && python != nil && hasTools }

    /// What these tests ask with beside our own program.
    static let hasTools = ["curl", "openssl"].allSatisfy {
        FileManager.default.isExecutableFile(atPath: "/usr/bin/" + $0)
    }

    /// Starts both; `web` is Prometheus' web configuration (TLS, passwords).
    init(web: String? = nil, files: [String: String] = [:]) throws {
        folder = try TemporaryFolder()
        // Of the process, so that test runs side by side do not meet; free at this moment.
        port = try Self.freePort()
        exporterPort = try Self.freePort()
        scheme = web?.contains("tls_server_config") == true ? "https" : "http"
        for (name, text) in files { try folder.write(name, text) }
        try folder.write(
            "prometheus.yml",
            """
            global: {scrape_interval: 1s, scrape_timeout: 1s}
            scrape_configs:
              - {job_name: dcgm, metrics_path: /dcgm, static_configs: [{targets: ["127.0.0.1:\(exporterPort)"]}]}
              - {job_name: old, metrics_path: /old, static_configs: [{targets: ["127.0.0.1:\(exporterPort)"]}]}
              - {job_name: ksm, honor_labels: true, metrics_path: /pods, static_configs: [{targets: ["127.0.0.1:\(exporterPort)"]}]}
            """
        )
        var arguments = [
            "--config.file=\(folder.path)/prometheus.yml", "--storage.tsdb.path=\(folder.path)/data",
            "--web.listen-address=127.0.0.1:\(port)", "--log.level=warn",
        ]
        if let web {
            try folder.write("web.yml", web)
            arguments.append("--web.config.file=\(folder.path)/web.yml")
        }
        try start(
            Self.python ?? "",
            [AssayBinary.root + "/Tests/Support/Prometheus/exporter.py", String(exporterPort), notesPath]
        )
        try start(Self.program ?? "", arguments)
    }

    deinit { stop() }

    var url: String { "\(scheme)://127.0.0.1:\(port)" }
    var path: String { folder.path }
    private var notesPath: String { folder.path + "/notes" }

    private func start(_ program: String, _ arguments: [String]) throws {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: program)
        process.arguments = arguments
        process.standardInput = FileHandle.nullDevice
        process.standardOutput = FileHandle.nullDevice
        process.standardError = FileHandle.nullDevice
        try process.run()
        processes.append(process)
    }

    func stop() {
        for process in processes where process.isRunning {
            kill(process.processIdentifier, SIGKILL)
            process.waitUntilExit()
        }
    }

    /// Lets the exporter refuse scrapes, or answer again.
    func setDown(_ isDown: Bool) throws {
        if isDown {
            try folder.write("notes.down", "")
        } else {
            try FileManager.default.removeItem(atPath: notesPath + ".down")
        }
    }

    /// What was served so far on a path.
    func scrapes(_ path: String) -> [Scrape] {
        let text = (try? String(contentsOfFile: notesPath, encoding: .utf8)) ?? ""
        return text.split(separator: "\n").compactMap { line in
            let words = line.split(separator: " ")
            guard words.count >= 2, words[1] == path, let seconds = Double(words[0]) else { return nil }
            var values: [String: Double] = [:]
            for word in words.dropFirst(2) {
                let parts = word.split(separator: "=")
                if parts.count == 2 { values[String(parts[0])] = Double(parts[1]) }
            }
            return Scrape(seconds: seconds, path: path, values: values)
        }
    }

    /// Waits until a path was scraped so often.
    func waitForScrapes(_ count: Int, of path: String) async throws {
        let end = ContinuousClock().now + .seconds(120)
        while scrapes(path).count < count {
            try #require(ContinuousClock().now < end, "Prometheus did not scrape \(path) \(count) times")
            usleep(100_000)
        }
    }

    /// A port of the loopback that nobody uses at this moment.
    static func freePort() throws -> Int {
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        try #require(descriptor >= 0)
        defer { close(descriptor) }
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = inet_addr("127.0.0.1")
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let bound = withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { generic in
                bind(descriptor, generic, length) == 0 && getsockname(descriptor, generic, &length) == 0
            }
        }
        try #require(bound)
        return Int(UInt16(bigEndian: address.sin_port))
    }
}
