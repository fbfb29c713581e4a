import Documents
import Scheduling
import Testing

@testable import Importing

@Suite struct KubernetesReaderTests {
    /// A pod as the API writes it, with the pieces that a case is about.
    static func pod(
        _ name: String,
        resources: String = #"{"limits":{"nvidia.com/gpu":"1"}}"#,
        spec: String = "",
        metadata: String = "",
        phase: String = "Succeeded",
        scheduled: String? = "2026-11-01T10:01:00Z",
        state: String = #"{"terminated":{"startedAt":"2026-11-01T10:02:00Z","finishedAt":"2026-11-01T11:01:00Z"}}"#,
        status: String = ""
    ) -> String {
        let condition =
            scheduled.map { #"{"type":"PodScheduled","status":"True","lastTransitionTime":"\#($0)"}"# } ?? ""
        return #"""
            {"apiVersion":"v1","kind":"Pod","metadata":{"name":"\#(name)","namespace":"ml","uid":"u-\#(name)",
            "creationTimestamp":"2026-11-01T10:00:00Z"\#(metadata)},
            "spec":{"nodeName":"n1","containers":[{"name":"c","resources":\#(resources)}]\#(spec)},
            "status":{"phase":"\#(phase)","conditions":[\#(condition)],"containerStatuses":[{"state":\#(state),"restartCount":0}]\#(status)}}
            """#
    }

    static func list(_ items: [String]) -> String {
        #"{"apiVersion":"v1","kind":"List","items":[\#(items.joined(separator: ","))]}"#
    }

    static func read(
        _ items: [String],
        _ change: (inout ClusterTraceOptions) -> Void = { _ in }
    ) throws(DocumentError) -> ClusterTrace {
        var options = ClusterTraceOptions()
        change(&options)
        return try KubernetesReader.read(Array(list(items).utf8), file: "pods.json", options: options)
    }

    @Test("A pod's GPUs, times, processor and memory become a job that simulate reads as it is")
    func readsPod() throws {
        let trace = try Self.read([
            Self.pod(
                "a",
                resources: #"{"limits":{"nvidia.com/gpu":"4"},"requests":{"cpu":"7500m","memory":"64Gi"}}"#,
                spec:
                    #","priority":100,"activeDeadlineSeconds":7200,"nodeSelector":{"nvidia.com/gpu.product":"NVIDIA-H100"}"#
            )
        ])
        let job = try #require(trace.jobs.first)
        #expect(job.gpus == 4 && job.gpuMilli == 1_000 && job.cpuMilli == 7_500 && job.memoryMiB == 65_536)
        #expect(job.start - job.submit == 60_000 && job.duration == 3_600_000)
        #expect(job.requested == 7_200_000 && job.priority == 100 && job.team == "ml")
        #expect(job.gpuTypes == ["NVIDIA-H100"] && !job.isCensored)
        var importer = TraceImporter(file: "trace.csv")
        let bytes = Array(trace.csv(named: true).utf8)
        try importer.consume(bytes.span)
        let replay = try importer.finish()
        #expect(replay.audit.jobs == 1 && replay.audit.skipped == 0)
        let read = replay.trace[0]
        #expect(read.gpus == 4 && read.gpuMilli == 1_000 && read.duration == 3_600_000 && read.requested == 7_200_000)
        #expect(read.cpuMilli == 7_500 && read.memoryMiB == 65_536 && read.priority == 100)
        #expect(replay.trace.teams == ["ml"] && replay.trace.gpuTypes == ["NVIDIA-H100"])
        #expect(replay.trace.epochMilliseconds == 1_793_527_200_000)
    }

    @Test(
        "What pods ask for",
        arguments: [
            (#"{"limits":{"nvidia.com/gpu":"8"}}"#, 8, 1_000, ""),
            (#"{"limits":{"nvidia.com/gpu":2}}"#, 2, 1_000, ""),
            (#"{"limits":{"nvidia.com/mig-1g.10gb":"2"}}"#, 2, 1_000, "1g.10gb"),
            (#"{"limits":{"nvidia.com/mig-1g.10gb.me":"1"}}"#, 1, 1_000, "1g.10gb+me"),
            (#"{"limits":{"nvidia.com/mig-1g.10gb.shared":"1"}}"#, 1, 1_000, "1g.10gb"),
            (#"{"limits":{"nvidia.com/gpu.shared":"1"}}"#, 1, 250, ""),
            (#"{"limits":{"nvidia.com/gpu.shared":"3"}}"#, 1, 750, ""),
            (#"{"limits":{"nvidia.com/gpu.shared":"5"}}"#, 2, 1_000, ""),
            (#"{"limits":{"nvidia.com/gpu":"0","nvidia.com/mig-2g.20gb":"1"}}"#, 1, 1_000, "2g.20gb"),
        ]
    )
    func readsNeeds(_ resources: String, _ count: Int, _ milli: Int, _ profile: String) throws {
        let job = try #require(try Self.read([Self.pod("a", resources: resources)]) { $0.replicas = 4 }.jobs.first)
        #expect(job.gpus == count && job.gpuMilli == milli && job.profile == profile)
    }

    @Test(
        "Pods that are no jobs are counted by reason",
        arguments: [
            (pod("a", resources: #"{"limits":{"cpu":"1"}}"#), ClusterTrace.Finding.noGPU),
            (pod("a", resources: #"{"limits":{"amd.com/gpu":"1"}}"#), .otherMaker),
            (pod("a", resources: #"{"limits":{"nvidia.com/gpu.shared":"1"}}"#), .unsizedReplicas),
            (pod("a", resources: #"{"limits":{"nvidia.com/gpu":"1","nvidia.com/mig-1g.10gb":"1"}}"#), .mixedResources),
            (pod("a", resources: #"{"limits":{"nvidia.com/gpu":"1500m"}}"#), .absurdSize),
            (pod("a", phase: "Pending", scheduled: nil, state: #"{"waiting":{}}"#), .neverRan),
            (pod("a", state: "{}"), .missingEnd),
            (pod("a", scheduled: "2026-11-01T12:00:00Z"), .endsBeforeStart),
            (pod("a", scheduled: "1980-11-01T12:00:00Z"), .absurdDuration),
            (pod("ok"), .duplicate),
        ]
    )
    func leavesOut(_ pod: String, _ finding: ClusterTrace.Finding) throws {
        let trace = try Self.read([Self.pod("ok"), pod])
        #expect(trace.jobs.map(\.name) == ["ml/ok"])
        #expect(trace.count(finding) == 1)
        #expect(trace.skipped == 1)
        #expect(trace.pods == 2)
    }

    @Test("What still runs is cut at the latest time of the file, or at --at, and said to be a lower bound")
    func censors() throws {
        let running = Self.pod("r", phase: "Running", state: #"{"running":{"startedAt":"2026-11-01T10:02:00Z"}}"#)
        let trace = try Self.read([Self.pod("ok"), running])
        let job = try #require(trace.jobs.first { $0.isCensored })
        #expect(job.duration == 3_600_000 && trace.censored == 1 && trace.count(.stillRunning) == 1)
        #expect(trace.blindSpots.contains { $0.contains("--at") })
        #expect(trace.csv(named: false).split(separator: "\n").last?.hasSuffix(",1") == true)
        let later = try Self.read([running]) { $0.knownUntil = 1_793_527_200_000 + 86_400_000 }
        #expect(later.jobs.first?.duration == 86_340_000)
    }

    @Test("Ends come from containers, else from conditions, else from the pod's Job; the latest container counts")
    func findsEnds() throws {
        let condition = Self.pod(
            "c",
            state: "{}",
            status: #","reason":"Evicted""#
        ).replacing(
            #""conditions":["#,
            with: #""conditions":[{"type":"Ready","status":"False","lastTransitionTime":"2026-11-01T10:31:00Z"},"#
        )
        let owned = Self.pod(
            "j",
            metadata: #","ownerReferences":[{"kind":"Job","name":"batch","controller":true}]"#,
            state: "{}"
        )
        let batch =
            #"{"apiVersion":"batch/v1","kind":"Job","metadata":{"name":"batch","namespace":"ml"},"status":{"completionTime":"2026-11-01T10:11:00Z","succeeded":3}}"#
        let trace = try Self.read([condition, owned, batch])
        #expect(trace.jobs.map(\.duration).sorted() == [600_000, 1_800_000])
        #expect(trace.count(.endFromCondition) == 1 && trace.count(.endFromJob) == 1)
        #expect(trace.blindSpots.contains { $0.contains("2 pods that Jobs of this file had") })
    }

    @Test("Init containers count by the largest, sidecars beside the others")
    func countsInit() throws {
        let spec =
            #","initContainers":[{"resources":{"limits":{"nvidia.com/gpu":"2","cpu":"9"}}},{"restartPolicy":"Always","resources":{"limits":{"cpu":"3"}}}]"#
        let job = try #require(
            try Self.read([Self.pod("a", resources: #"{"limits":{"nvidia.com/gpu":"1","cpu":"4"}}"#, spec: spec)]).jobs
                .first
        )
        #expect(job.gpus == 2 && job.cpuMilli == 9_000)
    }

    @Test("Pods that start together are one job over their nodes; a later attempt is another")
    func joinsGangs() throws {
        func worker(_ name: String, node: String, hour: Int, gpus: Int = 8) -> String {
            Self.pod(
                name,
                resources: #"{"limits":{"nvidia.com/gpu":"\#(gpus)","cpu":"2"}}"#,
                metadata: #","labels":{"training.kubeflow.org/job-name":"llm"}"#,
                scheduled: "2026-11-01T\(hour):00:00Z",
                state:
                    #"{"terminated":{"startedAt":"2026-11-01T\#(hour):00:30Z","finishedAt":"2026-11-01T\#(hour):30:00Z"}}"#
            ).replacing(#""nodeName":"n1""#, with: #""nodeName":"\#(node)""#)
        }
        let trace = try Self.read([
            worker("w0", node: "n0", hour: 11), worker("w1", node: "n1", hour: 11), worker("x0", node: "n0", hour: 13),
            worker("x1", node: "n0", hour: 13),
        ])
        #expect(trace.jobs.map(\.gpus) == [16, 16])
        #expect(trace.jobs.map(\.nodes) == [2, 0])
        #expect(trace.jobs.map(\.cpuMilli) == [4_000, 4_000])
        #expect(trace.count(.gang) == 4)
        let uneven = try Self.read([worker("w0", node: "n0", hour: 11), worker("w1", node: "n1", hour: 11, gpus: 1)])
        #expect(uneven.jobs.map(\.gpus).sorted() == [1, 8] && uneven.count(.uneven) == 2)
    }

    @Test("Nodes say how many replicas share a GPU, also where they hide it under the plain name")
    func asksNodes() throws {
        func node(_ product: String) -> String {
            #"{"kind":"Node","metadata":{"name":"n1","labels":{"nvidia.com/gpu.replicas":"10","nvidia.com/gpu.product":"\#(product)"}}}"#
        }
        let hidden = try Self.read([Self.pod("a"), node("NVIDIA-A100-SHARED")])
        #expect(hidden.jobs.first?.gpuMilli == 100 && hidden.count(.partOfGPU) == 1)
        let plain = try Self.read([Self.pod("a"), node("NVIDIA-A100")])
        #expect(plain.jobs.first?.gpuMilli == 1_000)
    }

    @Test(
        "What is not of the API is refused with its place",
        arguments: [
            ("[]", "is no object of the Kubernetes API"),
            (
                #"{"kind":"List","items":[{"kind":"Service","metadata":{"name":"s"}}]}"#,
                "holds no pod (found 'Service')"
            ),
            (#"{"kind":"List","items":[{"kind":"Pod"}]}"#, "items[0].metadata: is missing"),
            (list([pod("a").replacing("2026-11-01T10:00:00Z", with: "yesterday")]), "is no time"),
            (list([pod("a", resources: #"{"limits":{"nvidia.com/gpu":"many"}}"#)]), "is no amount"),
            (list([pod("a", resources: #"{"limits":{"cpu":"1"}}"#)]), "none is a job"),
            (#"{"kind":"List","items":7}"#, "items: "),
        ]
    )
    func refuses(_ text: String, _ words: String) throws {
        let error = try #require(throws: DocumentError.self) {
            try KubernetesReader.read(Array(text.utf8), file: "pods.json")
        }
        #expect(error.description.contains(words), "\(error)")
    }

    @Test("Cut anywhere or damaged, pods are read or refused, never a trap")
    func survives() {
        let bytes = Array(Self.list([Self.pod("a"), Self.pod("b", spec: #","priority":5"#)]).utf8)
        for length in bytes.indices {
            #expect(throws: DocumentError.self) { try KubernetesReader.read(Array(bytes[..<length]), file: "cut") }
        }
        var random: UInt64 = 11
        for _ in 0..<3_000 {
            var damaged = bytes
            for _ in 0..<4 {
                random = random &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
                damaged[Int(random >> 33) % damaged.count] = UInt8(truncatingIfNeeded: random >> 20)
            }
            if let trace = try? KubernetesReader.read(damaged, file: "damaged") { _ = trace.csv(named: true) }
        }
    }

    @Test(
        "Amounts of Kubernetes",
        arguments: [
            ("2", 2), ("500m", 0.5), ("1Ki", 1_024), ("64Gi", 68_719_476_736), ("1e3", 1_000), ("1.5k", 1_500),
            ("-1", nil),
            ("1Gib", nil), ("", nil), ("m", nil), ("0x1", nil), ("1e400", nil),
        ] as [(String, Double?)]
    )
    func amounts(_ text: String, _ amount: Double?) {
        #expect(KubernetesQuantity.parse(text) == amount)
    }
}
