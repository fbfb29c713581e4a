import Foundation
import Testing

/// `assay import` of what the real tools print: Debian's fio, iperf3, sockperf, rt-tests, hyperfine and likwid.
@Suite(.serialized) struct ImportTests {
    /// A tool that is installed, or nil.
    static func tool(_ name: String) -> String? {
        ["/usr/bin/", "/usr/local/bin/", "/bin/"].map { $0 + name }.first {
            FileManager.default.isExecutableFile(atPath: $0)
        }
    }

    static func has(_ names: String...) -> Bool { names.allSatisfy { tool($0) != nil } }

    /// Programs started here inherit blocked signals, and some of these tools end by an alarm: this unblocks all.
    private static let unblocked = [
        "-c",
        "import os,signal,sys; signal.pthread_sigmask(signal.SIG_SETMASK, []); os.execv(sys.argv[1], sys.argv[1:])",
    ]

    @discardableResult
    private func run(_ name: String, _ arguments: [String], in folder: TemporaryFolder) throws -> AssayBinary.Outcome {
        let program = try #require(Self.tool(name), "\(name) is not installed")
        let python = try #require(Self.tool("python3"))
        return try AssayBinary.run(Self.unblocked + [program] + arguments, in: folder.path, program: python)
    }

    /// A server of a tool, until the closure ends.
    private func serving(_ name: String, _ arguments: [String], _ body: () throws -> Void) throws {
        let server = Process()
        server.executableURL = URL(fileURLWithPath: try #require(Self.tool("python3")))
        server.arguments = Self.unblocked + [try #require(Self.tool(name))] + arguments
        server.standardOutput = FileHandle.nullDevice
        server.standardError = FileHandle.nullDevice
        try server.run()
        defer {
            kill(server.processIdentifier, SIGKILL)
            server.waitUntilExit()
        }
        try body()
    }

    /// What a file of the folder holds.
    private func json(_ name: String, in folder: TemporaryFolder) throws -> [String: Any] {
        let data = Data(try folder.read(name).utf8)
        return try #require(try JSONSerialization.jsonObject(with: data) as? [String: Any])
    }

    /// A record as its file holds it.
    private struct RecordFile {
        var runs: [[String: Any]]
        var hosts: [[String: Any]]

        init(_ object: [String: Any]) throws {
            hosts = try #require(object["hosts"] as? [[String: Any]])
            runs = hosts.flatMap {
                ($0["boots"] as? [[String: Any]] ?? []).flatMap { $0["runs"] as? [[String: Any]] ?? [] }
            }
        }

        func series(_ metric: String, run: Int = 0) throws -> [String: Any] {
            let list = try #require(runs[run]["series"] as? [[String: Any]])
            return try #require(list.first { $0["metric"] as? String == metric }, "there is no \(metric)")
        }

        func value(_ metric: String, run: Int = 0) throws -> Double {
            let series = try series(metric, run: run)
            #expect(series["count"] as? Int == 1)
            return try #require(series["mean"] as? Double)
        }

        func values(_ metric: String) throws -> [Double] {
            try #require((try series(metric)["samples"] as? [String: Any])?["values"] as? [Double])
        }

        func condition(_ name: String) -> String? { (runs.first?["conditions"] as? [String: Any])?[name] as? String }
    }

    private func imported(_ files: [String], in folder: TemporaryFolder, _ more: [String] = []) throws -> RecordFile {
        let outcome = try AssayBinary.run(
            ["import"] + files + ["-o", "x.record.json", "--force"] + more,
            in: folder.path
        )
        #expect(outcome.status == 0, "\(outcome.errors)")
        return try RecordFile(try json("x.record.json", in: folder))
    }

    private func close(_ a: Double, _ b: Double?, _ tolerance: Double = 1e-9) -> Bool {
        guard let b else { return false }
        return abs(a - b) <= tolerance * max(abs(a), abs(b), 1e-300)
    }

    // MARK: Each tool

    private func fio(_ name: String, in folder: TemporaryFolder) throws {
        try run(
            "fio",
            [
                "--name=t", "--rw=randread", "--bs=4k", "--size=4m", "--filename=\(folder.path)/data",
                "--ioengine=psync",
                "--output-format=json+", "--output=\(name)",
            ],
            in: folder
        )
    }

    @Test(.enabled(if: has("fio"), "fio is not installed"))
    func `fio: every value is the one it printed`() throws {
        let folder = try TemporaryFolder()
        try fio("run.json", in: folder)
        let record = try imported(["run.json"], in: folder, ["--host", "node1", "--declare", "vm-passthrough"])
        let job = try #require((try json("run.json", in: folder)["jobs"] as? [[String: Any]])?.first)
        let read = try #require(job["read"] as? [String: Any])
        let latency = try #require(read["clat_ns"] as? [String: Any])
        let series = try record.series("storage_read_4k_cached")
        #expect(series["count"] as? Int == latency["N"] as? Int)
        for (ours, theirs) in [("min", "min"), ("max", "max"), ("mean", "mean")] {
            let stated = try #require(latency[theirs] as? Double) / 1000
            #expect(close(try #require(series[ours] as? Double), stated), "\(ours)")
        }
        #expect(close(try #require(series["sd"] as? Double), (latency["stddev"] as? Double).map { $0 / 1000 }, 0.02))
        #expect(try record.value("storage_read_4k_cached_iops") == read["iops"] as? Double)
        #expect(
            close(try record.value("storage_read_4k_cached_bandwidth"), (read["bw_bytes"] as? Double).map { $0 / 1e6 })
        )
        // Every percentile that it printed: the rank's bin is its bin, a 64th wide at most.
        let histogram = try #require(series["histogram"] as? [String: Any])
        let bins = try #require(histogram["bins"] as? [Double])
        let counts = try #require(histogram["counts"] as? [Int])
        let resolution = try #require(histogram["resolution"] as? Double)
        for (percent, nanoseconds) in try #require(latency["percentile"] as? [String: Double]) {
            let rank = max(1, Int((try #require(Double(percent)) / 100 * Double(counts.reduce(0, +))).rounded(.up)))
            var seen = 0
            let place = try #require(
                counts.firstIndex { count in
                    seen += count; return seen >= rank
                }
            )
            #expect(abs(bins[place] * resolution * 1000 / nanoseconds - 1) < 1.0 / 64, "p\(percent)")
        }
        #expect(record.condition("tool")?.hasPrefix("fio 3.") == true)
        #expect(record.hosts.map { $0["id"] as? String } == ["node1"])
    }

    private func iperf(_ name: String, in folder: TemporaryFolder) throws {
        let port = "\(20_000 + Int.random(in: 0..<20_000))"
        try serving("iperf3", ["-s", "-1", "-p", port]) {
            for _ in 0..<50 {
                let client = try run(
                    "iperf3",
                    ["-c", "127.0.0.1", "-p", port, "-t", "1", "-i", "0.25", "-J"],
                    in: folder
                )
                try folder.write(name, client.output)
                // With --json it ends with 0 even where it failed.
                if !client.output.contains("\"error\":") { return }
                usleep(100_000)
            }
            Issue.record("iperf3 never reached its server")
        }
    }

    @Test(.enabled(if: has("iperf3"), "iperf3 is not installed"))
    func `iperf3: every interval and every sum is the one it printed`() throws {
        let folder = try TemporaryFolder()
        try iperf("run.json", in: folder)
        let record = try imported(["run.json"], in: folder)
        let root = try json("run.json", in: folder)
        let intervals = try #require(root["intervals"] as? [[String: Any]]).compactMap { $0["sum"] as? [String: Any] }
        let rates = intervals.filter { ($0["seconds"] as? Double ?? 0) > 0.03 }.compactMap {
            $0["bits_per_second"] as? Double
        }
        let values = try record.values("net_bandwidth_out_1")
        #expect(values.count == rates.count && zip(values, rates).allSatisfy { close($0 * 1e9, $1) })
        let end = try #require(root["end"] as? [String: Any])
        let received = try #require(end["sum_received"] as? [String: Any])
        #expect(close(try record.value("net_bandwidth_out_1_received") * 1e9, received["bits_per_second"] as? Double))
        let sent = try #require(end["sum_sent"] as? [String: Any])
        #expect(try record.value("net_retransmits_out") == sent["retransmits"] as? Double)
        let use = try #require(end["cpu_utilization_percent"] as? [String: Any])
        #expect(close(try record.value("net_cpu_local"), use["host_total"] as? Double))
        #expect(close(try record.value("net_cpu_remote"), use["remote_total"] as? Double))
    }

    private func sockperf(_ name: String, in folder: TemporaryFolder) throws -> String {
        let port = "\(20_000 + Int.random(in: 0..<20_000))"
        var text = ""
        try serving("sockperf", ["server", "-i", "127.0.0.1", "-p", port]) {
            let client = ["ping-pong", "-i", "127.0.0.1", "-p", port, "-t", "1", "--mps=2000", "--full-log", name]
            // Until the server listens, there is no log, or none with a message in it.
            for _ in 0..<50 {
                usleep(100_000)
                text = try run("sockperf", client, in: folder).output
                let log = try? folder.read(name)
                if let log, log.split(separator: "\n").contains(where: { $0.first?.isNumber ?? false }) { break }
            }
        }
        return text
    }

    @Test(.enabled(if: has("sockperf"), "sockperf is not installed"))
    func `sockperf: the messages of its log have the percentiles that it printed`() throws {
        let folder = try TemporaryFolder()
        let text = try sockperf("run.csv", in: folder)
        let record = try imported(["run.csv"], in: folder, ["--condition", "load_loop=closed"])
        let rows = try folder.read("run.csv").split(separator: "\n").filter { $0.first?.isNumber ?? false }
        let latencies = rows.compactMap { $0.split(separator: " ").last.flatMap { Double($0) } }
        #expect(latencies.count > 20)
        #expect(try record.values("net_half_round_trip_14b") == latencies)
        let sorted = latencies.sorted()
        for line in text.split(separator: "\n") where line.contains("---> percentile") {
            let numbers = line.split(separator: " ").compactMap { Double($0) }
            let printed = try #require(numbers.last)
            let percent = try #require(numbers.first)
            // Its rank is within one of ours; its times are cut to nanoseconds where the log rounds.
            let rank = Int(percent / 100 * Double(sorted.count))
            let near = sorted[max(0, rank - 2)...min(sorted.count - 1, rank + 1)]
            #expect(near.contains { abs($0 - printed) < 0.002 }, "p\(percent): \(printed) in \(near)")
        }
        #expect(record.condition("latency_path") == "half-rtt" && record.condition("load_loop") == "closed")
    }

    private func cyclictest(_ name: String, in folder: TemporaryFolder) throws {
        try run("cyclictest", ["-q", "-D", "1", "-i", "2000", "-h", "5000", "--json=\(name)"], in: folder)
    }

    @Test(.enabled(if: has("cyclictest", "oslat"), "rt-tests is not installed"))
    func `rt-tests: counts, extremes and means are those that they printed`() throws {
        let folder = try TemporaryFolder()
        try cyclictest("ct.json", in: folder)
        let threads = try #require(try json("ct.json", in: folder)["thread"] as? [String: [String: Any]])
        let thread = try #require(threads["0"])
        let record = try imported(["ct.json"], in: folder)
        let inside = (thread["histogram"] as? [String: Int] ?? [:]).values.reduce(0, +)
        if let cycles = thread["cycles"] as? Int, inside * 2 > cycles {
            let series = try record.series("timer_wakeup")
            #expect(series["count"] as? Int == cycles)
            #expect(series["min"] as? Double == thread["min"] as? Double)
            #expect(series["max"] as? Double == thread["max"] as? Double)
            #expect(abs(try #require(series["mean"] as? Double) - (thread["avg"] as? Double ?? 0)) < 0.01)
        } else {
            #expect(try record.value("timer_wakeup_mean") == thread["avg"] as? Double)
        }
        try run("oslat", ["-D", "1", "-c", "0", "--json=ol.json"], in: folder)
        let loops = try #require(try json("ol.json", in: folder)["thread"] as? [String: [String: Any]])
        let loop = try #require(loops["0"])
        let noise = try imported(["ol.json"], in: folder)
        let histogram = try #require(loop["histogram"] as? [String: Int])
        let detours = histogram.filter { $0.key != "1" }.values.reduce(0, +)
        let series = try noise.series("detour_length_cpu0")
        #expect(series["count"] as? Int == detours)
        #expect(series["max"] as? Double == loop["max"] as? Double)
        let total = histogram.values.reduce(0, +)
        let sum = try #require(series["mean"] as? Double) * Double(detours) + Double(histogram["1"] ?? 0)
        #expect(abs(sum / Double(total) - (loop["avg"] as? Double ?? 0)) < 2e-6)
        #expect(
            close(
                try noise.value("detours_per_second_cpu0"),
                (loop["duration"] as? Double).map { Double(detours) / $0 }
            )
        )
    }

    @Test(.enabled(if: has("hyperfine"), "hyperfine is not installed"))
    func `hyperfine: each time is a run`() throws {
        let folder = try TemporaryFolder()
        try run("hyperfine", ["-N", "--runs", "5", "--export-json", "run.json", "true"], in: folder)
        let record = try imported(["run.json"], in: folder)
        let result = try #require((try json("run.json", in: folder)["results"] as? [[String: Any]])?.first)
        let times = try #require(result["times"] as? [Double])
        #expect(record.runs.count == 5)
        for (index, time) in times.enumerated() { #expect(try record.value("completion_time", run: index) == time) }
    }

    @Test(.enabled(if: has("likwid-bench"), "likwid is not installed"))
    func `likwid-bench: its rate`() throws {
        let folder = try TemporaryFolder()
        let outcome = try run("likwid-bench", ["-t", "copy", "-w", "S0:1MB:1"], in: folder)
        guard let line = outcome.output.split(separator: "\n").first(where: { $0.hasPrefix("MByte/s:") }) else {
            // It refuses processors that it does not know.
            return
        }
        try folder.write("run.txt", outcome.output)
        let printed = try #require(line.split(whereSeparator: \.isWhitespace).last.flatMap { Double($0) })
        #expect(close(try imported(["run.txt"], in: folder).value("memory_copy_likwid") * 1000, printed))
    }

    @Test(.enabled(if: has("fio", "iperf3", "sockperf", "cyclictest", "hyperfine"), "a tool is not installed"))
    func `five tools make one record, which a comparison takes`() throws {
        let folder = try TemporaryFolder()
        try fio("fio.json", in: folder)
        try iperf("iperf.json", in: folder)
        _ = try sockperf("sockperf.csv", in: folder)
        try cyclictest("cyclictest.json", in: folder)
        try run("hyperfine", ["-N", "--runs", "3", "--export-json", "hyperfine.json", "true"], in: folder)
        let files = ["fio.json", "iperf.json", "sockperf.csv", "cyclictest.json", "hyperfine.json"]
        let object = try AssayBinary.json(
            ["import"] + files + ["--declare", "bare-metal", "--host", "n", "-o", "all.record.json", "--json"],
            in: folder.path
        )
        let formats = try #require(object["imported"] as? [[String: Any]]).compactMap { $0["format"] as? String }
        #expect(formats == ["fio", "iperf3", "sockperf", "cyclictest", "hyperfine"])
        #expect(object["runs"] as? Int == 7 && object["hosts"] as? Int == 1)
        let compared = try AssayBinary.run(["compare", "all.record.json"], in: folder.path)
        #expect(compared.status == 0, "\(compared.errors)")
        for metric in ["storage_read_4k_cached", "net_bandwidth_out_1", "net_half_round_trip_14b", "completion_time"] {
            #expect(compared.output.contains(metric), "\(metric) is not compared")
        }
    }

    // MARK: The command

    private func sample(_ path: String) throws -> String {
        try String(contentsOfFile: AssayBinary.root + "/Tests/ImportingTests/Samples/" + path, encoding: .utf8)
    }

    @Test func `formats are listed, for people and for programs`() throws {
        let folder = try TemporaryFolder()
        let text = try AssayBinary.run(["import", "--formats"], in: folder.path)
        #expect(text.status == 0 && text.output.contains("fio: fio --output-format=json or json+"))
        let object = try AssayBinary.json(["import", "--formats", "--json"], in: folder.path)
        let names = try #require(object["formats"] as? [[String: Any]]).compactMap { $0["name"] as? String }
        #expect(names.contains("fio") && names.contains("hyperfine"))
    }

    @Test func `standard input, an output of its own name, and no overwriting`() throws {
        let folder = try TemporaryFolder()
        let text = try sample("fio/plus.json")
        try folder.write("run.json", text)
        #expect(try AssayBinary.run(["import", "-", "-o", "in.record.json"], in: folder.path, input: text).status == 0)
        #expect(try AssayBinary.run(["import", "run.json"], in: folder.path).status == 0)
        #expect(folder.names == ["in.record.json", "run.json", "run.record.json"])
        let again = try AssayBinary.run(["import", "run.json"], in: folder.path)
        #expect(again.status == 2 && again.errors.contains("is there already"))
        #expect(try AssayBinary.run(["import", "run.json", "--force"], in: folder.path).status == 0)
        let valid = try AssayBinary.run(["validate", "run.record.json"], in: folder.path)
        #expect(valid.status == 0, "\(valid.errors)")
    }

    @Test func `what is wrong is said, and nothing is written`() throws {
        let folder = try TemporaryFolder()
        try folder.write("run.json", try sample("fio/plus.json"))
        try folder.write("copy.json", try sample("fio/plus.json"))
        try folder.write("hello.txt", "hello\n")
        try folder.write("cut.json", String(try sample("fio/plus.json").prefix(900)))
        let cases: [(arguments: [String], status: Int32, words: String)] = [
            (["hello.txt"], 2, "is of no format that Assay knows: it begins with 'hello'"),
            (["hello.txt", "--as", "fio"], 2, "holds no JSON object"),
            (["cut.json"], 2, "the file ends here"),
            (["none.json"], 2, "there is no such file"),
            (["run.json", "copy.json", "-o", "x"], 2, "has the same content as run.json"),
            (["run.json", "hello.txt"], 64, "name the record of several files with -o"),
            (["run.json", "--as", "fo"], 64, "did you mean 'fio'?"),
            (["run.json", "--declare", "vm"], 64, "is not a deployment model"),
            (["run.json", "--condition", "fio_bs=8k"], 2, "a condition that the file states cannot be replaced"),
            (["run.json", "--fact", "gpu"], 64, "is not NAME=VALUE"),
            (["run.json", "--fact", "a=1", "--fact", "a=2"], 64, "gives 'a' twice"),
            ([], 64, "name at least one file"),
        ]
        for entry in cases {
            let outcome = try AssayBinary.run(["import"] + entry.arguments, in: folder.path)
            #expect(outcome.status == entry.status, "\(entry.arguments): \(outcome.errors)")
            #expect(outcome.errors.contains(entry.words), "\(entry.arguments): \(outcome.errors)")
        }
        #expect(folder.names == ["copy.json", "cut.json", "hello.txt", "run.json"])
    }

    @Test func `a file of a gigabyte that is none is refused after its beginning`() throws {
        let folder = try TemporaryFolder()
        let path = folder.path + "/big.json"
        #expect(
            FileManager.default.createFile(
                atPath: path,
                contents: Data("{\"fio version\": \"fio-3.33\", \"x\": \"".utf8)
            )
        )
        // A hole: nothing is stored, all of it is read.
        #expect(truncate(path, 1 << 30) == 0)
        let outcome = try AssayBinary.run(["import", "big.json"], in: folder.path)
        #expect(outcome.status == 2 && outcome.errors.contains("is larger than 256 MiB"), "\(outcome.errors)")
        let lines = folder.path + "/big.csv"
        #expect(FileManager.default.createFile(atPath: lines, contents: Data("sockperf: hello\n".utf8)))
        #expect(truncate(lines, 1 << 30) == 0)
        let log = try AssayBinary.run(["import", "big.csv"], in: folder.path)
        #expect(log.status == 2 && log.errors.contains("big.csv:2: the line is longer than 1 MiB"), "\(log.errors)")
    }
}
