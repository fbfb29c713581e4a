import Evidence
import Glibc
import Testing

@testable import Probing

/// Every probe, for real and briefly: it runs, says what it saw, and what it saw can be.
@Suite(.serialized) struct LiveProbeTests {
    static func run(_ probe: ComponentProbe, seconds: Double, path: String? = nil) -> ProbeReply {
        let processors = MachineLayout.allowedProcessors()
        let request = ProbeRequest(
            probe: probe.name,
            seconds: seconds,
            seed: 42,
            processors: probe.placement == .one ? Array(processors.prefix(1)) : processors,
            path: path
        )
        return InProcessLauncher().launch(request, deadlineSeconds: 60).reply
    }

    static func samples(_ reply: ProbeReply) throws -> ProbeSamples {
        switch reply {
        case .samples(let samples): return samples
        case .refused(let refusal): throw refusal
        }
    }

    /// What no machine is outside of, in the metric's unit: a wrong unit or a loop taken out falls outside.
    static let bounds: [String: ClosedRange<Double>] = [
        "cpu_integer_time": 10...10_000, "cpu_float_time": 5...10_000, "cpu_float_time_all": 5...1_000_000,
        "memory_latency_4k": 10...100_000, "memory_latency_2m": 10...100_000, "memory_latency_1g": 10...100_000,
        "spin_quantum": 999...10_000_000, "timer_wakeup": 0...1_000_000, "system_call": 20...1_000_000,
        "cpuid_exit": 10...10_000_000, "page_fault_4k": 50...10_000_000, "page_fault_2m": 1...10_000_000,
    ]

    @Test(
        "a probe gives plausible samples for each of its metrics or says why not",
        arguments: ComponentProbe.all.filter { !["memory-bandwidth", "storage"].contains($0.name) }.map(\.name)
    )
    func plausible(name: String) throws {
        let probe = try #require(ComponentProbe.all.first { $0.name == name })
        let samples = try Self.samples(Self.run(probe, seconds: 0.15))
        let declared = probe.metrics(MachineLayout.live()).map(\.name)
        let refused = Set(samples.refusals.flatMap(\.metrics))
        #expect(Set(samples.series.map(\.metric)).union(refused) == Set(declared))
        for series in samples.series {
            #expect(series.resolution > 0, "\(series.metric)")
            #expect(series.values.allSatisfy { $0.isFinite && $0 >= 0 }, "\(series.metric)")
            guard let bounds = Self.bounds[series.metric] else { continue }
            try #require(!series.values.isEmpty)
            let median = series.values.sorted()[series.values.count / 2]
            #expect(bounds.contains(median), "\(series.metric) is \(median)")
            #expect(series.resolution < max(median, 1), "\(series.metric)")
        }
        // The launcher must leave the thread as it found it.
        #expect(MachineLayout.allowedProcessors() == MachineLayout.live().processors)
    }

    @Test("a chase through small pages is never faster than through large ones, where both were had")
    func pages() throws {
        // What else runs may fall on either, so one attempt of five is enough; were they exchanged, none would do.
        var seen: [String] = []
        for _ in 0..<5 {
            let samples = try Self.samples(Self.run(.memoryLatency, seconds: 0.6))
            func best(_ metric: String) -> Double? {
                samples.series.first { $0.metric == metric }.flatMap { $0.values.sorted()[$0.values.count / 10] }
            }
            guard let small = best("memory_latency_4k"), let large = best("memory_latency_2m") else { return }
            if small > large { return }
            seen.append("\(small) < \(large) ns")
        }
        Issue.record("in each attempt: \(seen.joined(separator: "; "))")
    }

    @Test("streaming checks its own arithmetic and is bounded by what memory can do")
    func stream() throws {
        var context = ProbeContext(
            request: ProbeRequest(
                probe: "memory-bandwidth",
                seconds: 0.2,
                seed: 1,
                processors: MachineLayout.allowedProcessors()
            ),
            layout: MachineLayout.live()
        )
        // Small caches, so that the test is quick.
        for index in context.layout.nodes.indices { context.layout.nodes[index].lastLevelCacheBytes = 0 }
        let samples = try ComponentProbe.memoryBandwidth.run(context)
        for series in samples.series {
            #expect(!series.values.isEmpty)
            #expect(series.values.allSatisfy { (0.01...20_000).contains($0) }, "\(series.metric)")
        }
        context.layout.availableBytes = 1 << 20
        let refused = try ComponentProbe.memoryBandwidth.run(context)
        #expect(refused.series.isEmpty)
        #expect(refused.refusals.count == context.layout.nodes.count)
    }

    @Test("storage is measured on a disk, and nothing is left there")
    func storage() throws {
        var template = Array("/var/tmp/assay-storage-test-XXXXXX".utf8CString)
        try #require(mkdtemp(&template) != nil)
        let folder = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
        defer { rmdir(folder) }
        var reply = Self.run(.storage, seconds: 0.35, path: folder)
        // A slow or busy disk gets more time.
        for seconds in [7.0, 35] {
            guard case .refused(let refusal) = reply, refusal.reason.contains("in the time given") else { break }
            reply = Self.run(.storage, seconds: seconds, path: folder)
        }
        switch reply {
        case .refused(let refusal):
            // A container's file system may lack direct access, and a disk may be full; then that is the answer.
            let answers = ["O_DIRECT", "in memory", "MiB are free"]
            #expect(answers.contains { refusal.reason.contains($0) }, "\(refusal)")
        case .samples(let samples):
            #expect(samples.series.map(\.metric) == ComponentProbe.storage.metrics(MachineLayout.live()).map(\.name))
            #expect(samples.series.allSatisfy { !$0.values.isEmpty && $0.values.allSatisfy { $0 > 0 } })
        }
        #expect(SystemFiles.list(folder, maximum: 10).value == [])
    }

    @Test("files in memory are no storage, and a folder that is not there is said to be missing")
    func notStorage() {
        let missing = "cannot look at /nonexistent: No such file or directory"
        #expect(Self.run(.storage, seconds: 0.1, path: "/nonexistent") == .refused(ProbeRefusal(missing)))
        #expect(
            Self.run(.storage, seconds: 0.1, path: "/dev/shm")
                == .refused(ProbeRefusal("/dev/shm is in memory, not on storage; give a folder on a disk"))
        )
        #expect(Self.run(.storage, seconds: 0.1) == .refused(ProbeRefusal("no path to storage was given")))
    }

    @Test("huge pages are counted in the mapping asked for, as the kernel lists them")
    func hugePages() {
        let text = """
            7f0000000000-7f0000400000 rw-p 00000000 00:00 0
            Size:               4096 kB
            AnonHugePages:      4096 kB
            7f0000600000-7f0000800000 rw-p 00000000 00:00 0
            AnonHugePages:      2048 kB
            7f0000800000-7f0000a00000 rw-p
            AnonHugePages:      x kB
            """
        #expect(HugePageShare.sum(of: text, from: 0x7f00_0000_0000, to: 0x7f00_0040_0000) == 4096)
        #expect(HugePageShare.sum(of: text, from: 0x7f00_0040_0000, to: 0x7f00_0060_0000) == 0)
        #expect(HugePageShare.sum(of: text, from: 0x7f00_0020_0000, to: 0x7f00_0070_0000) == 6144)
        #expect(HugePageShare.sum(of: "", from: 0, to: .max) == 0)
    }

    @Test("the counter's rate is the same whenever it is taken")
    func rate() {
        let rates = (0..<3).map { _ in MonotonicClock.ticksPerNanosecond() }
        #expect(rates.allSatisfy { abs($0 / rates[0] - 1) < 1e-3 })
    }

    @Test("the wall clock writes a time that a record reads")
    func wallTime() throws {
        let stamp = try #require(Timestamp(MonotonicClock.wallTime()))
        #expect(abs(stamp.seconds - Double(time(nil))) < 5)
    }
}
