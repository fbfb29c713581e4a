import Foundation
import Testing

/// A server that answers as Prometheus in trouble does, or as what is no Prometheus.
private final class OddServer {
    private let process = Process()
    let port: Int

    init() throws {
        process.executableURL = URL(fileURLWithPath: try #require(PrometheusServer.python))
        process.arguments = [AssayBinary.root + "/Tests/Support/Prometheus/oddities.py"]
        let pipe = Pipe()
        process.standardOutput = pipe
        process.standardInput = FileHandle.nullDevice
        process.standardError = FileHandle.nullDevice
        try process.run()
        let line = String(decoding: pipe.fileHandleForReading.availableData, as: UTF8.self)
        port = try #require(Int(line.trimmingCharacters(in: .whitespacesAndNewlines)), "no port: \(line)")
    }

    deinit {
        kill(process.processIdentifier, SIGKILL)
        process.waitUntilExit()
    }
}

/// `assay import --prometheus` on whatever a server may say.
@Suite(
    .enabled(if: PrometheusServer.python != nil && PrometheusServer.hasTools, "python3 or curl is missing"),
    .serialized
)
struct PrometheusAnswerTests {
    /// What the server does, how the program ends, and what it says.
    private static let refusals: [(answer: String, status: Int32, words: String)] = [
        ("scalar", 2, "is a scalar, which belongs to no GPU"), ("string", 2, "is a string, which belongs to no GPU"),
        ("streams", 2, "'streams'"), ("empty", 2, "knows no sample between"), ("no-values", 2, "knows no sample"),
        ("no-number", 2, "'0,5' is no number"), ("bare-number", 2, "data.result[0].values[1][1]"),
        ("hexadecimal", 2, "'0x1p3' is no number"), ("triple", 2, "data.result[0].values[0]"),
        ("histograms", 2, "native histograms"), ("huge-time", 2, "data.result[0].values[0][0]"),
        ("no-status", 2, "status"), ("other-status", 2, "'partial'"), ("no-data", 2, "data"),
        ("error-200", 2, "Prometheus refused the query (bad_data): parse error"), ("odd-error", 2, "errorType"),
        ("list", 2, "is no Prometheus"), ("twice", 2, "status"), ("cut-json", 2, "cut short"), ("deep", 2, "deep"),
        ("no-utf8", 2, "UTF-8"), ("html", 2, "is no Prometheus (HTTP 200, text/html"),
        ("no-content", 2, "an empty answer"), ("no-http", 2, "is no Prometheus"), ("nothing-like-it", 2, "HTTP 404"),
        ("unprocessable", 2, "would load too many samples"), ("unavailable", 2, "query timed out in expression"),
        ("redirect", 2, "http://elsewhere.example/login"), ("nowhere", 2, "without saying where to"),
        ("huge", 2, "larger than 256 MiB"), ("500", 3, "cannot answer now (HTTP 500"), ("429", 3, "HTTP 429"),
        ("502", 3, "HTTP 502"), ("503", 3, "HTTP 503"), ("unauthorised", 3, "wants to know who asks"),
        ("closes", 3, "before the answer was whole"), ("cut-length", 3, "before the answer was whole"),
        ("cut-chunk", 3, "before the answer was whole"), ("slow", 3, "no answer within 2 s"),
        ("drip", 3, "no answer within 2 s"), ("gzip", 2, "knows no sample"),
    ]

    private func ask(_ answer: String, _ port: Int, in folder: String, _ more: [String] = []) throws
        -> AssayBinary.Outcome
    {
        try AssayBinary.run(
            [
                "import", "--prometheus", "http://127.0.0.1:\(port)/\(answer)", "--start", "1700000000", "--end",
                "1700000600", "--timeout", ["slow", "drip"].contains(answer) ? "2" : "30", "-o", "x.csv",
            ] + more,
            in: folder
        )
    }

    @Test("Each odd answer ends with one sentence that says what was found, and nothing is written")
    func refuses() throws {
        let server = try OddServer()
        let folder = try TemporaryFolder()
        for (answer, status, words) in Self.refusals {
            let outcome = try ask(answer, server.port, in: folder.path)
            #expect(outcome.status == status, "\(answer): \(outcome.errors)")
            #expect(outcome.errors.contains(words), "\(answer): \(outcome.errors)")
            #expect(!outcome.errors.contains("\u{1b}"), "\(answer) reaches the terminal")
            #expect(outcome.errors.utf8.count < 1_500, "\(answer): \(outcome.errors.utf8.count) bytes")
            #expect(folder.names.isEmpty, "\(answer): \(folder.names)")
        }
    }

    @Test("A packed answer that is damaged, or packed otherwise than it says, is refused")
    func damaged() throws {
        let server = try OddServer()
        let folder = try TemporaryFolder()
        for answer in ["cut-gzip", "no-gzip", "bomb"] {
            let outcome = try ask(answer, server.port, in: folder.path)
            #expect([2, 3].contains(outcome.status), "\(answer): \(outcome.errors)")
            #expect(
                outcome.errors.hasPrefix("http://127.0.0.1") || outcome.errors.hasPrefix("Error"),
                "\(outcome.errors)"
            )
            #expect(folder.names.isEmpty)
        }
    }

    @Test("Warnings of partial data are passed on; NaN, infinities and codes for nothing are left out and counted")
    func partial() throws {
        let server = try OddServer()
        let folder = try TemporaryFolder()
        let steady = try ask("steady", server.port, in: folder.path, ["--json", "--force"])
        #expect(steady.status == 0, "\(steady.errors)")
        for answer in ["warnings", "odd-values"] {
            let outcome = try ask(answer, server.port, in: folder.path, ["--json", "--force"])
            #expect(outcome.status == 0, "\(answer): \(outcome.errors)")
            let object = try #require(
                try JSONSerialization.jsonObject(with: Data(outcome.output.utf8)) as? [String: Any]
            )
            let place = try #require((object["places"] as? [[String: Any]])?.first)
            let notes = (object["notes"] as? [[String: Any]] ?? []).compactMap { $0["message"] as? String }
                .joined(separator: "\n")
            if answer == "warnings" {
                #expect(place["scrapes"] as? Int == 20)
                #expect(place["activity"] as? Double == 0.375)
                #expect(notes.contains("a store did not answer"), "\(notes)")
                let text = try ask(answer, server.port, in: folder.path, ["--force"])
                #expect(text.errors.contains("a store did not answer"), "\(text.errors)")
                #expect(!text.errors.contains("\u{1b}"))
            } else {
                // 20 of 0.5 and 0.25, and one of 0.1: all else is no activity.
                #expect(place["scrapes"] as? Int == 21, "\(place)")
                #expect(abs((place["activity"] as? Double ?? 0) - (7.5 + 0.1) / 21) < 1e-12, "\(place)")
                #expect(notes.contains("5 readings that cannot be true"), "\(notes)")
            }
        }
    }
}
