import Documents
import Scheduling
import Testing

@testable import Importing

@Suite struct KubeStateMetricsTests {
    static let begin: Int64 = 1_793_527_200_000

    /// The series of one pod, seen every minute from one minute to another.
    static func pod(
        _ name: String,
        resource: String = "nvidia_com_gpu",
        amount: Double = 2,
        created: Double = 60,
        started: Double? = 120,
        completed: Double? = nil,
        seen: ClosedRange<Int64> = 2...60,
        phase: String = "Running"
    ) -> [MetricSeries] {
        let labels = ["namespace": "ml", "pod": name, "uid": "u-\(name)"]
        func series(_ metric: String, _ value: Double, _ more: [String: String] = [:]) -> MetricSeries {
            MetricSeries(
                name: metric,
                labels: labels.merging(more) { $1 },
                samples: seen.map { MetricSample(begin + $0 * 60_000, value) }
            )
        }
        let base = Double(begin) / 1_000
        var all = [
            series(
                "kube_pod_container_resource_requests",
                amount,
                ["container": "c", "resource": resource, "node": "n1"]
            ),
            series("kube_pod_container_resource_requests", 4, ["container": "c", "resource": "cpu"]),
            series("kube_pod_container_resource_requests", 1_073_741_824, ["container": "c", "resource": "memory"]),
            series("kube_pod_created", base + created), series("kube_pod_status_phase", 1, ["phase": phase]),
            series("kube_pod_info", 1, ["created_by_kind": "Job", "created_by_name": "b"]),
        ]
        if let started { all.append(series("kube_pod_start_time", base + started)) }
        if let completed { all.append(series("kube_pod_completion_time", base + completed)) }
        return all
    }

    static func read(_ series: [[MetricSeries]]) throws(DocumentError) -> ClusterTrace {
        var readings = MetricReadings()
        for one in series.flatMap({ $0 }) { readings.add(one) }
        return try KubeStateMetrics.read(readings, file: "prometheus")
    }

    @Test("A completed pod has its own times; its amounts are summed over containers and replayed")
    func completed() throws {
        let trace = try Self.read([Self.pod("a", completed: 1_920, phase: "Succeeded")])
        let job = try #require(trace.jobs.first)
        #expect(job.submit == Self.begin + 60_000 && job.start == Self.begin + 120_000 && job.duration == 1_800_000)
        #expect(job.gpus == 2 && job.cpuMilli == 4_000 && job.memoryMiB == 1_024 && !job.isCensored)
        var importer = TraceImporter(file: "trace.csv")
        let bytes = Array(trace.csv(named: false).utf8)
        try importer.consume(bytes.span)
        #expect(try importer.finish().audit.skipped == 0)
    }

    @Test("A pod that is still seen at the end is cut there; one that is no longer seen ended when it was seen last")
    func censors() throws {
        let trace = try Self.read([Self.pod("runs"), Self.pod("gone", seen: 2...20)])
        #expect(trace.jobs.map(\.isCensored) == [false, true])
        #expect(trace.jobs.map(\.duration) == [18 * 60_000, 58 * 60_000])
        #expect(trace.count(.endFromLastSeen) == 1 && trace.count(.stillRunning) == 1)
    }

    @Test(
        "Resources in the spelling of kube-state-metrics",
        arguments: [
            ("nvidia_com_gpu", ""), ("nvidia_com_mig_1g_10gb", "1g.10gb"), ("nvidia_com_mig_1g_10gb_me", "1g.10gb+me"),
            ("nvidia_com_mig_3g_20gb_shared", "3g.20gb"),
        ]
    )
    func spellings(_ resource: String, _ profile: String) throws {
        #expect(try Self.read([Self.pod("a", resource: resource, completed: 180)]).jobs.first?.profile == profile)
    }

    @Test("Pods without GPUs or without a start are counted; nothing that is a job is an error")
    func refuses() throws {
        let trace = try Self.read([
            Self.pod("a", completed: 180), Self.pod("waits", started: nil, phase: "Pending"),
            Self.pod("none", amount: 0),
        ])
        #expect(trace.jobs.count == 1 && trace.count(.neverRan) == 1 && trace.count(.noGPU) == 1)
        #expect(throws: DocumentError.self) { try Self.read([Self.pod("a", resource: "cpu")]) }
        #expect(throws: DocumentError.self) {
            try Self.read([[MetricSeries(name: "up", labels: [:], samples: [.init(0, 1)])]])
        }
    }

    @Test("Labels of the target do not hide those of the exporter")
    func prefersExported() throws {
        let series = Self.pod("kube-state-metrics-0", completed: 180).map { one in
            MetricSeries(
                name: one.name,
                labels: one.labels.merging(["exported_pod": "user", "exported_namespace": "team"]) { $1 },
                samples: one.samples
            )
        }
        #expect(try Self.read([series]).jobs.first?.name == "team/user")
    }
}
