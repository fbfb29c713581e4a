import Documents
import Testing

@testable import Importing

@Suite struct GPUTelemetryTests {
    static let engine = "DCGM_FI_PROF_GR_ENGINE_ACTIVE"

    /// A series every 15 s from 1,700,000,000 s on; nil leaves a scrape out.
    static func series(
        _ name: String,
        _ labels: [String: String],
        _ values: [Double?],
        from start: Int64 = 1_700_000_000_000,
        every step: Int64 = 15_000
    ) -> MetricSeries {
        let samples = values.enumerated().compactMap { index, value in
            value.map { MetricSample(start + Int64(index) * step, $0) }
        }
        return MetricSeries(name: name, labels: labels, samples: samples)
    }

    static func telemetry(
        _ series: [MetricSeries],
        _ change: (inout GPUTelemetry.Options) -> Void = { _ in }
    ) throws(DocumentError) -> GPUTelemetry {
        var readings = MetricReadings()
        for one in series { readings.add(one) }
        var options = GPUTelemetry.Options()
        change(&options)
        return try GPUTelemetry(readings, options: options, file: "test")
    }

    @Test("Mean, duty above the threshold, and gaps of a GPU, by hand")
    func sums() throws {
        // Ten scrapes, of which the sixth and seventh are missing; a value at the threshold is not above it.
        let found = try Self.telemetry([
            Self.series(
                Self.engine,
                ["gpu": "0", "UUID": "GPU-a", "hostname": "n1"],
                [0.8, 0.6, 0.05, 0, 1, nil, nil, 0.55, 0, 0]
            )
        ])
        let place = try #require(found.places.first)
        #expect(place.scrapes == 8)
        #expect(place.missing == 2)
        #expect(place.intervalSeconds == 15)
        #expect(abs(place.activity - 3.0 / 8) < 1e-12)
        #expect(place.duty == 4.0 / 8)
        #expect(abs((place.coverage ?? 0) - 8.0 * 15 / 135) < 1e-12)
        #expect(found.metric == Self.engine)
        #expect(found.notes.contains { $0.message.contains("2 scrapes are missing") })
        #expect(found.notes.contains { $0.message.contains("names no pods") })
    }

    @Test(
        "All names that the metric ever had say the same",
        arguments: [
            ("DCGM_FI_PROF_GR_ENGINE_ACTIVE", 0.5), ("DCGM_FI_PROF_GR_ENGINE_UTIL_RATIO", 0.5),
            ("dcgm_fi_prof_gr_engine_active", 0.5), ("DCGM_FI_DEV_GPU_UTIL", 50), ("dcgm_gpu_utilization", 50),
            ("DCGM_FI_PROF_SM_ACTIVE", 0.5), ("DCGM_FI_PROF_SM_UTIL_RATIO", 0.5),
        ]
    )
    func namesOldAndNew(_ name: String, _ half: Double) throws {
        let found = try Self.telemetry([Self.series(name, ["gpu": "0", "uuid": "GPU-a"], [half, half])])
        #expect(found.metric == name)
        #expect(found.activity == 0.5)
    }

    @Test("The engine's activity goes before utilisation, unless another is named; what is idle needs a named metric")
    func chooses() throws {
        let all = [
            Self.series("DCGM_FI_DEV_GPU_UTIL", ["gpu": "0", "UUID": "a"], [100, 100]),
            Self.series(Self.engine, ["gpu": "0", "UUID": "a"], [0.3, 0.3]),
            Self.series("DCGM_FI_DEV_FB_USED", ["gpu": "0", "UUID": "a"], [1_000, 3_000]),
        ]
        let found = try Self.telemetry(all)
        #expect(found.metric == Self.engine)
        #expect(found.places.first?.means[.utilisation] == 1)
        #expect(found.places.first?.means[.memoryUsed] == 2_000)
        #expect(found.places.first?.mostMemoryMiB == 3_000)
        #expect(try Self.telemetry(all) { $0.metric = "DCGM_FI_DEV_GPU_UTIL" }.activity == 1)
        #expect(throws: DocumentError.self) { try Self.telemetry(all) { $0.metric = "DCGM_FI_DEV_FB_USED" } }
        #expect(throws: DocumentError.self) { try Self.telemetry(all) { $0.metric = "DCGM_FI_PROF_SM_ACTIVE" } }
        #expect(throws: DocumentError.self) { try Self.telemetry([all[2]]) }
        #expect(throws: DocumentError.self) { try Self.telemetry([Self.series("up", [:], [1])]) }
    }

    @Test("Instances are weighted by compute slices of their GPU: 2/7 at 0.6 and 1/7 at 0.9 are 0.3")
    func weighsSlices() throws {
        let labels = ["gpu": "0", "UUID": "a", "modelName": "NVIDIA A100-SXM4-40GB", "hostname": "n"]
        func instance(_ id: String, _ profile: String, _ values: [Double?]) -> MetricSeries {
            Self.series(Self.engine, labels.merging(["GPU_I_ID": id, "GPU_I_PROFILE": profile]) { $1 }, values)
        }
        let found = try Self.telemetry([
            instance("3", "2g.10gb", [0.6, 0.6, 0.6, 0.6]), instance("7", "1g.5gb", [0.9, 0.9, nil, nil]),
        ])
        #expect(found.places.map(\.place.profile) == ["2g.10gb", "1g.5gb"])
        let gpu = try #require(found.slicedGPUs.first)
        #expect(gpu.scrapes == 4)
        // (0.3 + 0.3 + 1.2/7 + 1.2/7) / 4.
        #expect(abs(gpu.activity - (0.6 + 2.4 / 7) / 4) < 1e-12)
        #expect(abs(gpu.instancedShare - (3.0 + 3 + 2 + 2) / 7 / 4) < 1e-12)
        #expect(gpu.duty == 1)
        // An A30 has four slices, of which one is a quarter.
        let other = try Self.telemetry([
            Self.series(
                Self.engine,
                ["gpu": "0", "UUID": "b", "modelName": "NVIDIA A30", "GPU_I_ID": "1", "GPU_I_PROFILE": "1g.6gb"],
                [1]
            )
        ])
        #expect(other.slicedGPUs.first?.activity == 0.25)
        let unknown = try Self.telemetry([Self.series(Self.engine, ["gpu": "0", "UUID": "c", "GPU_I_ID": "1"], [1])])
        #expect(unknown.slicedGPUs.isEmpty)
        #expect(unknown.notes.contains { $0.message.contains("without a known profile") })
    }

    @Test("Pods that share a GPU and servers that both scrape it do not count it twice")
    func countsOnce() throws {
        let base = ["gpu": "0", "UUID": "a", "instance": "x:9400"]
        func pod(_ name: String) -> [String: String] {
            base.merging([
                "exported_pod": name, "exported_namespace": "team", "pod": "nvidia-dcgm-exporter-1", "namespace": "gpu",
            ]) { $1 }
        }
        let found = try Self.telemetry([
            Self.series(Self.engine, pod("one"), [1, 1, 1, 1]), Self.series(Self.engine, pod("two"), [1, 1, 1, 1]),
            Self.series(
                Self.engine,
                base.merging(["prometheus_replica": "b"]) { $1 },
                [0, 0, 0],
                from: 1_700_000_000_500
            ),
        ])
        let place = try #require(found.places.first)
        #expect(place.scrapes == 4)
        #expect(place.activity == 1)
        #expect(place.allocatedScrapes == 4)
        #expect(found.teams.map(\.name) == ["team"])
        #expect(found.teams.first?.pods == 2)
        #expect(found.teams.first?.sharedScrapes == 8)
        // Four scrapes of 15 s of one GPU, however many share it.
        #expect(abs((found.teams.first?.gpuHours ?? 0) - 60.0 / 3_600) < 1e-12)
        #expect(found.notes.contains { $0.message.contains("3 readings of a second source") })
    }

    @Test("Activity of allocated time is that of scrapes with a pod; the exporter's own pod is none")
    func tellsAllocated() throws {
        let base = ["gpu": "0", "UUID": "a"]
        let found = try Self.telemetry([
            Self.series(Self.engine, base.merging(["pod": "train-0", "namespace": "ml"]) { $1 }, [1, 0.5, nil, nil]),
            Self.series(Self.engine, base, [nil, nil, 0, 0]),
        ])
        #expect(found.activity == 0.375)
        #expect(found.allocatedActivity == 0.75)
        #expect(found.places.first?.allocatedScrapes == 2)
        let lines = found.studyLines(source: "a \"b\"")
        #expect(lines.contains("  - name: \"ml\""))
        #expect(lines.contains { $0.contains("activity: {value: 0.7500, source: \"a \\\"b\\\"\", date: 2023-11-14}") })
        // 30 s of a window of 45 s are two thirds of a month's 730 hours.
        #expect(lines.contains { $0.contains("gpu_hours_per_month: 486.7") })
        let exporter = try Self.telemetry([
            Self.series(
                Self.engine,
                base.merging(["pod": "nvidia-dcgm-exporter-x", "namespace": "gpu-operator"]) { $1 },
                [1]
            )
        ])
        #expect(exporter.teams.isEmpty)
    }

    @Test("Values that cannot be true are counted and left out")
    func leavesOut() throws {
        let found = try Self.telemetry([
            Self.series(Self.engine, ["gpu": "0", "UUID": "a"], [0.5, .nan, 9.2233720368547e18, -1, .infinity, 1.001])
        ])
        #expect(found.places.first?.scrapes == 2)
        #expect(found.places.first?.invalid == 4)
        #expect(found.places.first?.activity == 0.75)
        #expect(throws: DocumentError.self) { try Self.telemetry([Self.series(Self.engine, ["gpu": "0"], [.nan])]) }
        let unplaced = try #require(throws: DocumentError.self) {
            try Self.telemetry([Self.series(Self.engine, [:], [1])])
        }
        #expect(unplaced.description.contains("DCGM_FI_PROF_GR_ENGINE_ACTIVE"))
    }

    @Test("A counter that falls began anew, and what it rose after counts")
    func countsResets() throws {
        let labels = ["gpu": "0", "UUID": "a"]
        // In mJ: 300 J, 300 J, anew 150 J, 300 J in 60 s are 17.5 W.
        let found = try Self.telemetry([
            Self.series(Self.engine, labels, [1, 1, 1, 1, 1]),
            Self.series("DCGM_FI_DEV_TOTAL_ENERGY_CONSUMPTION", labels, [1e6, 1.3e6, 1.6e6, 0.15e6, 0.45e6]),
        ])
        #expect(abs((found.places.first?.means[.power] ?? 0) - 1_050.0 / 60) < 1e-9)
        #expect(found.places.first?.counterResets == 1)
    }

    @Test("A file of scrapes without times has no gaps, hours or coverage, and says so")
    func withoutTimes() throws {
        let scrape = "DCGM_FI_PROF_GR_ENGINE_ACTIVE{gpu=\"0\",UUID=\"a\",namespace=\"t\",pod=\"p\"} "
        let readings = try ExpositionReaderTests.read(scrape + "1\n" + scrape + "0\n")
        let found = try GPUTelemetry(readings, options: .init(), file: "f")
        #expect(found.places.first?.missing == nil)
        #expect(found.places.first?.coverage == nil)
        #expect(found.teams.first?.gpuHours == nil)
        #expect(found.activity == 0.5)
        #expect(found.notes.contains { $0.message.contains("carry no time") })
    }

    @Test("The table has a line for each place and quotes what would break it")
    func writesTable() throws {
        let found = try Self.telemetry([
            Self.series(Self.engine, ["gpu": "0", "UUID": "a", "hostname": "n,\"1\"\n"], [0.25]),
            Self.series(Self.engine, ["gpu": "10", "UUID": "b", "hostname": "=x"], [1]),
            Self.series(Self.engine, ["gpu": "9", "UUID": "c", "hostname": "=x"], [1]),
        ])
        let lines = found.csv.split(separator: "\n")
        #expect(lines.count == 4)
        #expect(lines.contains { $0.hasPrefix("\"n,\"\"1\"\"\",0,a,") && $0.contains(",0.250000,1.00000,") })
        #expect(lines.filter { $0.hasPrefix("_=x") }.map { $0.split(separator: ",")[1] } == ["9", "10"])
        _ = try found.json(source: "s").pretty()
    }

    @Test(
        "Instants are written as RFC 3339",
        arguments: [
            (0, "1970-01-01T00:00:00Z"), (1_700_000_000_250, "2023-11-14T22:13:20.250Z"),
            (951_782_400_000, "2000-02-29T00:00:00Z"), (-1, "1969-12-31T23:59:59.999Z"),
        ] as [(Int64, String)]
    )
    func writesInstants(_ milliseconds: Int64, _ text: String) {
        #expect(InstantText.text(milliseconds) == text)
    }
}
