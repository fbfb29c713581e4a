import Foundation
import Testing

/// `measure --job … --profile` as a user runs it.
@Suite(.serialized) struct ProfileTests {
    /// Two steps of 100 µs, of which the second counts: 60 of computing, 20 of a collective, the rest for launches.
    private static func trace(rank: Int, computing: Int = 60) -> String {
        func event(_ category: String, _ name: String, _ start: Int, _ duration: Int, _ place: Int) -> String {
            "{\"ph\":\"X\",\"cat\":\"\(category)\",\"name\":\"\(name)\",\"pid\":\(place),\"tid\":1,\"ts\":\(start),"
                + "\"dur\":\(duration),\"args\":{\"x\":[NaN]}}"
        }
        let events = [
            event("user_annotation", "ProfilerStep#3", 0, 100, 900),
            event("user_annotation", "ProfilerStep#4", 100, 100, 900),
            event("kernel", "gemm", 100, computing, 0),
            event("kernel", "ncclDevKernel_AllReduce", 160, 20, 0),
            event("cpu_op", "aten::mm", 100, 100, 900),
        ]
        return "{\"distributedInfo\":{\"rank\":\(rank),\"world_size\":2},\"traceEvents\":["
            + events.joined(separator: ",") + "]}"
    }

    private func measure(_ arguments: [String], in folder: TemporaryFolder) throws -> AssayBinary.Outcome {
        let common = ["measure", "--job", "sleep 0.01", "--runs", "3", "--keep-disturbed", "--allow-emulated"]
        return try AssayBinary.run(common + arguments, in: folder.path)
    }

    @Test("the profile's shares stand in the record with their source, the counters' beside them")
    func record() throws {
        let folder = try TemporaryFolder()
        try folder.write("0.json", Self.trace(rank: 0))
        try folder.write("1.json", Self.trace(rank: 1, computing: 50))
        let arguments = ["--profile", "0.json", "--profile", "1.json", "-o", "a.record.json"]
        let outcome = try measure(arguments, in: folder)
        #expect(outcome.status == 0, "\(outcome.errors)")
        for words in [
            "Class: compute-bound. Of the step time: compute 55", "launch gaps 25", "PyTorch profiler, step 4, 2 files",
            "Profiling perturbs a job", "Counters, of the time to completion: ",
        ] {
            #expect(outcome.output.contains(words), "\(words): \(outcome.output)")
        }
        let data = try Data(contentsOf: URL(fileURLWithPath: folder.path + "/a.record.json"))
        let record = try #require(try JSONSerialization.jsonObject(with: data) as? [String: Any])
        let host = try #require((record["hosts"] as? [[String: Any]])?.first)
        let facts = try #require(host["facts"] as? [String: [String: Any]])
        func fact(_ name: String) -> String? { facts[name]?["value"] as? String }
        #expect(fact("job_class") == "compute-bound")
        #expect(fact("job_share_compute") == "0.5500")
        #expect(fact("job_share_collective") == "0.2000")
        #expect(fact("job_share_launch_gap") == "0.2500")
        #expect(fact("job_share_unknown") == "0.0000")
        #expect(fact("job_share_gpu") == nil)
        #expect(fact("job_counter_share_unknown") != nil)
        #expect(fact("job_profile")?.split(separator: " ").count == 2)
        #expect(!String(decoding: data, as: UTF8.self).contains(folder.path))
    }

    static let faults: [(arguments: [String], status: Int32, words: String)] = [
        (["--profile", "none.json"], 2, "none.json: there is no such file; expected a trace of torch.profiler"),
        (["--profile", "cut.json"], 2, "cut.json:1: the file ends here; it looks cut short"),
        (["--profile", "packed.json.gz"], 2, "packed.json.gz: is compressed; gunzip it first"),
        (["--profile", "0.json", "--profile", "same.json"], 2, "--profile: 0.json and same.json are the same profile"),
        (["--profile", "0.json", "--pair", "host"], 64, "--profile is of the job on one machine"),
    ]

    @Test("a profile that cannot be used ends it before the first run", arguments: faults)
    func refused(arguments: [String], status: Int32, words: String) throws {
        let folder = try TemporaryFolder()
        try folder.write("0.json", Self.trace(rank: 0))
        try folder.write("same.json", Self.trace(rank: 0))
        try folder.write("cut.json", String(Self.trace(rank: 0).dropLast(9)))
        try Data([0x1F, 0x8B, 8, 0]).write(to: URL(fileURLWithPath: folder.path + "/packed.json.gz"))
        let names = folder.names
        let outcome = try measure(arguments + ["-o", "a.record.json"], in: folder)
        #expect(outcome.status == status)
        #expect(outcome.errors.contains(words), "\(outcome.errors)")
        #expect(folder.names == names)
        let alone = try AssayBinary.run(["measure", "--profile", "0.json"], in: folder.path)
        #expect(alone.status == 64 && alone.errors.contains("--profile belongs to a job"), "\(alone.errors)")
    }
}
