import Documents
import Evidence
import Testing

@testable import Probing

@Suite("The class of a job from its profile")
struct JobAttributionTests {
    /// A run of 10 s on a machine in which some task waited for storage for so long.
    private static func run(storage: Double?) -> JobRun {
        var run = JobRun(slot: JobSlot(number: 1), started: "2026-01-01T00:00:00Z", boot: "b", wallSeconds: 10)
        run.readings = [JobReading(.processorTime, 9)] + (storage.map { [JobReading(.ioPressure, $0)] } ?? [])
        return run
    }

    /// A rank whose step of 100 µs divides so: compute, collective, transfer, input, launch gap, and the rest unknown.
    static func rank(_ number: Int?, _ parts: [Int], size: Int = 2) throws -> TorchProfile {
        var trace = TraceText()
        if let number { trace.head += "\"distributedInfo\": {\"rank\": \(number), \"world_size\": \(size)}, " }
        trace.add("user_annotation", "ProfilerStep#4", 0, 100)
        trace.add("user_annotation", "ProfilerStep#5", 100, 100)
        let kinds = [
            ("kernel", "gemm", true), ("kernel", "ncclKernel", true), ("gpu_memcpy", "Memcpy HtoD", true),
            ("cpu_op", "enumerate(DataLoader)#_MultiProcessingDataLoaderIter.__next__", false),
            ("cpu_op", "aten::add", false),
        ]
        var at = 100
        for (kind, part) in zip(kinds, parts) {
            trace.add(kind.0, kind.1, at, part, device: kind.2 ? 0 : nil)
            at += part
        }
        // Even a rank that computes nothing has a kernel, of no length.
        return try TraceText.read(trace.text, file: "/data/rank\(number ?? 9).json")
    }

    static let classes: [(parts: [Int], storage: Double?, name: String)] = [
        ([60, 10, 10, 10, 10], 1, "compute-bound"), ([20, 50, 0, 0, 0], 1, "collective-bound"),
        ([10, 0, 60, 10, 10], 1, "transfer-bound"), ([10, 0, 0, 20, 55], 1, "launch-bound"),
        ([10, 0, 0, 70, 0], 8, "storage-bound"), ([10, 0, 0, 70, 0], 0, "cpu-bound"),
        ([10, 0, 0, 70, 0], nil, "unclassified"), ([30, 30, 10, 10, 10], 1, "gpu-bound"),
        ([20, 20, 20, 20, 20], 1, "unclassified"), ([50, 50, 0, 0, 0], 1, "compute-bound"),
    ]

    @Test(
        "the class is the part of half or more; a wait for input is storage as far as the counters go",
        arguments: classes
    )
    func classified(parts: [Int], storage: Double?, name: String) throws {
        let attribution = try JobAttribution([try Self.rank(0, parts)])
        let found = try #require(JobClass([Self.run(storage: storage)], profile: attribution))
        #expect(found.name == name)
        #expect(found.shares.map(\.part) == JobClass.Part.profiled)
        #expect(found.counterShares.map(\.part) == JobClass.Part.counted)
        #expect(abs(found.shares.reduce(0) { $0 + ($1.share ?? 0) } - 1) < 1e-9)
        func share(_ part: JobClass.Part) -> Double? { found.shares.first { $0.part == part }?.share ?? nil }
        #expect(share(.compute) == Double(parts[0]) / 100)
        #expect(share(.launchGap) == Double(parts[4]) / 100)
        let waits = storage.map { min($0 / 10, Double(parts[3]) / 100) }
        #expect(share(.storage) == waits)
        #expect((share(.cpu) == nil) == (storage == nil))
    }

    @Test("the facts of a record: shares with their source, what counters say beside them, the files by hash")
    func facts() throws {
        let attribution = try JobAttribution([Self.rank(1, [70, 10, 0, 5, 5]), Self.rank(0, [60, 20, 0, 5, 5])])
        let found = try #require(JobClass([Self.run(storage: 0.1)], profile: attribution))
        let facts = Dictionary(uniqueKeysWithValues: found.facts.map { ($0.name, $0) })
        let values = [
            "job_class": "compute-bound", "job_share_compute": "0.6500", "job_share_collective": "0.1500",
            "job_share_transfer": "0.0000", "job_share_storage": "0.0100", "job_share_cpu": "0.0400",
            "job_share_launch_gap": "0.0500", "job_share_unknown": "0.1000", "job_counter_class": "cpu-bound",
            "job_counter_share_cpu": "0.90", "job_counter_share_gpu": "unknown",
        ]
        for (name, value) in values { #expect(facts[name]?.value == value, "\(name)") }
        #expect(facts["job_share_gpu"] == nil)
        let source = try #require(facts["job_share_compute"]?.evidence)
        for words in ["PyTorch profiler, step 5", "2 files", "mean over 2 devices", "(0.60 to 0.70)"] {
            #expect(source.contains(words), "\(source)")
        }
        #expect(facts["job_profile"]?.value == attribution.identifiers)
        #expect(attribution.profiles.map(\.rank) == [0, 1])
        for name in facts.keys {
            #expect(ComparisonGate.outcomes.contains(name), "\(name) is a result and no circumstance")
        }
        // One file is named with its hash, and not where it lies.
        let one = try JobAttribution([Self.rank(0, [60, 20, 0, 5, 5], size: 1)])
        #expect(one.source.hasPrefix("PyTorch profiler, step 5, rank0.json sha256:"))
        #expect(one.notes.isEmpty)
    }

    @Test("the outcome says the class of the job alone by the profile, and that timings are of runs without it")
    func outcome() throws {
        var runs: [JobRun] = []
        for number in 1...3 {
            for arm in JobArm.allCases {
                var run = Self.run(storage: 0.1)
                run.slot = JobSlot(number: number, arm: arm, pair: number)
                run.steps = [1, 2, 3]
                runs.append(run)
            }
        }
        var outcome = JobOutcome(JobPlan(command: "c", neighbour: "n", runs: .fixed(3)), runs: runs, ending: .done)
        outcome.profile = try JobAttribution([Self.rank(1, [60, 20, 0, 5, 5], size: 8)])
        #expect(outcome.jobClass(.alone)?.name == "compute-bound")
        #expect(outcome.jobClass(.beside)?.name == "cpu-bound")
        let text = outcome.text
        for words in [
            "Class: compute-bound. Of the step time: compute 60", "launch gaps 5",
            "Counters, of the time to completion: ",
            "Profiling perturbs a job", "of 1 of the job's 8 ranks", "Class: cpu-bound. Of the time to completion",
        ] {
            #expect(text.contains(words), "\(words): \(text)")
        }
        let json = try outcome.json().pretty()
        for words in ["\"counter_shares\"", "\"launch_gap\"", "\"profile\"", "\"rank1.json\"", "\"last_step\": 5"] {
            #expect(json.contains(words), "\(words)")
        }
    }

    @Test("files that are not of the ranks of one job are refused")
    func refused() throws {
        let zero = try Self.rank(0, [60, 10, 10, 10, 10])
        let cases: [([TorchProfile], String)] = [
            ([], "no profile"), ([zero, zero], "are the same profile"),
            ([zero, try Self.rank(0, [50, 10, 10, 10, 10])], "are both of rank 0"),
            ([zero, try Self.rank(1, [50, 10, 10, 10, 10], size: 4)], "are of jobs of 2 and of 4 ranks"),
        ]
        for (profiles, words) in cases {
            let error = #expect(throws: TraceError.self) { try JobAttribution(profiles) }
            #expect(error?.problem.contains(words) == true)
        }
    }
}
