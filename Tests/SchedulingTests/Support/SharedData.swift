import Foundation
import Scheduling

/// Other people's data, which lies beside a checkout and never in it: `../shared/data`, or `ASSAY_SHARED_DATA`.
enum SharedData {
    /// A file's path, or nil where the folder does not have it.
    static func path(_ name: String) -> String? {
        var checkout = URL(fileURLWithPath: #filePath)
        for _ in 0..<4 { checkout.deleteLastPathComponent() }
        let folder =
            ProcessInfo.processInfo.environment["ASSAY_SHARED_DATA"]
            ?? checkout.deletingLastPathComponent().appendingPathComponent("shared/data").path
        let path = folder + "/" + name
        return FileManager.default.fileExists(atPath: path) ? path : nil
    }

    /// The lines of a file that gzip packed; empty where it is not there.
    static func gunzippedLines(_ name: String) throws -> [[Substring]] {
        guard let path = path(name) else { return [] }
        let gzip = Process()
        gzip.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        gzip.arguments = ["gzip", "-dc", path]
        let output = Pipe()
        gzip.standardOutput = output
        try gzip.run()
        let bytes = output.fileHandleForReading.readDataToEndOfFile()
        gzip.waitUntilExit()
        return String(decoding: bytes, as: UTF8.self).split(separator: "\n").map {
            $0.split(whereSeparator: { $0 == " " || $0 == "," })
        }
    }

    /// The jobs of one of the oracle's inputs: a processor is a GPU.
    static func oracleTrace(_ name: String) throws -> Trace {
        var trace = Trace()
        for fields in try gunzippedLines("traces/oracles/input_\(name).swf.gz") where fields.first != ";" {
            let numbers = fields.compactMap { Int64($0) }
            guard numbers.count >= 9 else { continue }
            trace.append(
                TraceJob(
                    id: numbers[0],
                    submit: numbers[1] * 1_000,
                    duration: numbers[3] * 1_000,
                    requested: numbers[8] * 1_000,
                    gpus: Int32(clamping: numbers[4])
                )
            )
        }
        return trace
    }
}
