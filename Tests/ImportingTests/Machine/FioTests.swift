import Documents
import Evidence
import Foundation
@testable import Importing
import Testing

@Suite struct FioTests {
    private func expected(_ name: String) throws -> [String: Any] {
        let bytes = try ImportSample.named("fio/\(name)").bytes
        let object = try JSONSerialization.jsonObject(with: Data(bytes))
        let jobs = try #require((object as? [String: Any])?["jobs"] as? [[String: Any]])
        return try #require(jobs.first)
    }

    @Test func `bins give the count, the extremes and the mean as fio states them, and its percentiles within a bin`()
        throws
    {
        let record = try Import.record("fio/plus.json")
        let series = try Import.series(record, "storage_read_4k_cached")
        let read = try #require(try expected("plus.json")["read"] as? [String: Any])
        let clat = try #require(read["clat_ns"] as? [String: Any])
        func stated(_ key: String) throws -> Double { try #require(clat[key] as? Double) }
        #expect(series.count == clat["N"] as? Int)
        #expect(series.minimum == (try stated("min")) / 1000)
        #expect(series.maximum == (try stated("max")) / 1000)
        #expect(abs(series.mean - (try stated("mean")) / 1000) < 1e-9 * series.mean)
        #expect(abs((series.standardDeviation ?? 0) / ((try stated("stddev")) / 1000) - 1) < 0.01)
        for (percent, value) in try #require(clat["percentile"] as? [String: Double]) {
            let p = try #require(Double(percent)) / 100
            // fio takes the bin that the rank falls into; a bin is at most a 64th wide.
            let rank = max(1, Int((p * Double(series.count)).rounded(.up)))
            let found = try #require(series.histogram.value(rank: rank))
            #expect(abs(found * 1000 / value - 1) <= 1.0 / 64, "p\(percent): \(found) us for \(value) ns")
        }
        #expect(try Import.value(record, "storage_read_4k_cached_iops") == read["iops"] as? Double)
        #expect(
            try Import.value(record, "storage_read_4k_cached_bandwidth") == (read["bw_bytes"] as? Double ?? 0) / 1e6
        )
        let run = try #require(record.runs.first?.run)
        #expect(run.condition("tool") == "fio 3.33")
        #expect(run.condition("load_loop") == "closed" && run.condition("latency_start") == "service")
        #expect(run.condition("fio_latency") == "clat" && run.condition("fio_ioengine") == "psync")
        #expect(run.started != nil)
        #expect(!series.isOrdered)
    }

    @Test func `without bins there are means and reported percentiles, and clones have no percentile of the whole`()
        throws
    {
        let record = try Import.record("fio/mixed-with-text.json")
        let names = Set(record.metrics.map(\.name))
        #expect(names.contains("storage_read_4k_jobs2_mixed70_cached_latency_mean"))
        #expect(names.contains("storage_write_4k_jobs2_mixed70_cached"))
        #expect(!names.contains { $0.contains("reported") })
        // Of many under way the rate comes first.
        let confirmatory = record.metrics.filter { $0.role == .confirmatory }.map(\.name)
        #expect(confirmatory == ["storage_read_4k_jobs2_mixed70_cached", "storage_write_4k_jobs2_mixed70_cached"])
        let one = try Import.replacing("fio/plus.json", "\"bins\"", "\"no bins\"")
        let single = try Import.record(try Import.runs(one, FioImporter.self), FioImporter.self)
        let clat = try #require((try expected("plus.json")["read"] as? [String: Any])?["clat_ns"] as? [String: Any])
        let percentiles = try #require(clat["percentile"] as? [String: Double])
        #expect(try Import.value(single, "storage_read_4k_cached_mean") == (clat["mean"] as? Double ?? 0) / 1000)
        #expect(
            try Import.value(single, "storage_read_4k_cached_reported_p99.9") == (percentiles["99.900000"] ?? 0) / 1000
        )
        #expect(single.hosts.first?.blindSpots.contains { $0.contains("no quantile of it has an interval") } == true)
        #expect(!single.metrics.contains { $0.name == "storage_read_4k_cached" })
    }

    @Test func `clones are added up`() throws {
        let bytes = try ImportSample.named("fio/mixed-with-text.json").bytes
        var feed = JSONFeed(file: "f", allowsText: true)
        try feed.append(bytes)
        let jobs = try feed.document().root.mapping().require("jobs").array()
        var iops = 0.0
        for job in jobs { iops += try job.mapping().require("read").mapping().require("iops").double() }
        #expect(jobs.count == 2)
        let record = try Import.record("fio/mixed-with-text.json")
        #expect(abs(try Import.value(record, "storage_read_4k_jobs2_mixed70_cached") - iops) < 1e-9 * iops)
    }

    @Test func `the whole latency is taken where it has the bins, and syncs are their own metric`() throws {
        let record = try Import.record("fio/sync-lat.json")
        #expect(record.metrics.map(\.name).contains("storage_write_sequential_64k_cached"))
        #expect(record.runs.first?.run.condition("fio_latency") == "lat")
        let job = try expected("sync-lat.json")
        let sync = try #require((job["sync"] as? [String: Any])?["lat_ns"] as? [String: Any])
        let series = try Import.series(record, "storage_sync_latency")
        #expect(series.count == sync["N"] as? Int)
        #expect(abs(series.mean - (sync["mean"] as? Double ?? 0) / 1000) < 1e-9 * series.mean)
    }

    @Test(arguments: [
        ("\"rw\": \"randread\"", "\"rw\": \"randread\",\n\"direct\": \"1\"", "storage_read_4k"),
        ("\"rw\": \"randread\"", "\"rw\": \"randread\",\n\"buffered\": \"0\"", "storage_read_4k"),
        (
            "\"ioengine\": \"psync\"", "\"ioengine\": \"libaio\",\n\"iodepth\": \"16\",\n\"direct\": \"1\"",
            "storage_read_4k_depth16"
        ),
        // fio caps what a synchronous engine keeps under way.
        (
            "\"ioengine\": \"psync\"", "\"ioengine\": \"psync\",\n\"iodepth\": \"16\",\n\"direct\": \"1\"",
            "storage_read_4k"
        ),
        ("\"bs\": \"4k\"", "\"bs\": \"4096,64k\"", "storage_read_4k_cached"),
        ("\"bs\": \"4k\"", "\"bsrange\": \"4k-64k\"", "storage_read_varied_cached"),
        ("\"bs\": \"4k\"", "\"bs\": \"8k\",\n\"read_iolog\": \"log\"", "storage_read_varied_cached"),
        ("\"rw\": \"randread\"", "\"readwrite\": \"read\"", "storage_read_sequential_4k_cached"),
    ])
    func `metrics are named as the project's own where they are the same thing`(
        _ old: String,
        _ new: String,
        _ name: String
    ) throws {
        let bytes = try Import.replacing("fio/plus.json", old, new)
        let record = try Import.record(try Import.runs(bytes, FioImporter.self), FioImporter.self)
        #expect(record.metrics.first { $0.role == .confirmatory }?.name == name)
    }

    @Test(arguments: [
        ("fio-3.33", "fio-2.21", "use fio 3.0 or later"),
        ("fio-3.33", "hello", "cannot be read"),
        ("\"error\": 0", "\"error\": 28", "ended with error 28"),
        ("\"N\": 1024", "\"N\": 1025", "the bins hold 1024 samples and 'N' says 1025"),
        ("\"iops\": ", "\"iops\": \"x\", \"was\": ", "'x' is not a number"),
        ("\"47872\"", "\"99999999999999999999\"", "the bin '99999999999999999999' is too large"),
        ("\"47872\"", "\"47,872\"", "is no whole number of nanoseconds"),
    ])
    func `what cannot be trusted is refused`(_ old: String, _ new: String, _ words: String) throws {
        let refusal = Import.refusal(try Import.replacing("fio/plus.json", old, new), FioImporter.self)
        #expect(refusal?.contains(words) == true, "\(refusal ?? "read")")
    }

    @Test func `sizes are spelled as the project spells them`() throws {
        for (text, direction, name) in [
            ("1M,64k", 0, "1m"), ("1M,64k", 1, "64k"), ("512", 0, "512b"), ("4k,8k", 3, nil), ("8k,8k", 3, "8k"),
        ] as [(String, Int, String?)] {
            let options = "{\"bs\": \"\(text)\"}"
            let value = try JSONDocument.parse(text: options, file: "f")
            #expect(try FioOptions(Reader(value, file: "f")).blockSize(direction) == name, "\(text)")
        }
    }

    @Test func `jobs that group_reporting merged under the options of the last are refused`() throws {
        let small = try Import.replacing("fio/plus.json", "\"bs\": \"4k\"", "\"bs\": \"8k\"")
        let refusal = Import.refusal(small, FioImporter.self)
        #expect(refusal?.contains("are 4096 a request, and bs is 8192") == true, "\(refusal ?? "read")")
        #expect(refusal?.contains("run fio without group_reporting") == true)
        let levels = "\"iodepth_level\": {\"1\": 3.1, \"2\": 0.1, \"16\": 1.3, \"32\": 95.5, \">=64\": 0.0},\n"
        let asynchronous = String(
            decoding: try Import.replacing("fio/plus.json", "\"ioengine\": \"psync\"", "\"ioengine\": \"libaio\""),
            as: UTF8.self
        )
        let deep = asynchronous.replacing("\"jobname\"", with: levels + "\"jobname\"")
        let excess = Import.refusal(Array(deep.utf8), FioImporter.self)
        #expect(
            excess?.contains("96.9 % of the requests were made with more than 1 under way") == true,
            "\(excess ?? "read")"
        )
        let stated = deep.replacing("\"ioengine\"", with: "\"iodepth\": \"32\",\n\"ioengine\"")
        #expect(Import.refusal(Array(stated.utf8), FioImporter.self) == nil)
        let named = try Import.replacing("fio/plus.json", "\"name\": \"t\"", "\"name\": \"last\"")
        let imported = try Import.runs(named, FioImporter.self)
        #expect(imported.diagnostics.contains { $0.severity == .warning && $0.message.contains("to 'last'") })
    }

    @Test func `a depth that the engine does not have is said`() throws {
        let bytes = try Import.replacing("fio/plus.json", "\"ioengine\"", "\"iodepth\": \"16\",\n\"ioengine\"")
        let imported = try Import.runs(bytes, FioImporter.self)
        #expect(
            imported.diagnostics.contains {
                $0.message.contains("iodepth is 16, and the engine 'psync' makes one request")
            }
        )
    }

    @Test func `two jobs of other names and the same shape are told apart`() throws {
        let text = String(decoding: try Import.replacing("fio/mixed-with-text.json", "70", "70"), as: UTF8.self)
        let first = try #require(text.firstRange(of: "\"jobname\": \"t\""))
        let renamed = text.replacingCharacters(in: first, with: "\"jobname\": \"Other Job\"")
        let record = try Import.record(try Import.runs(Array(renamed.utf8), FioImporter.self), FioImporter.self)
        #expect(record.metrics.map(\.name).contains("storage_read_4k_jobs2_mixed70_cached_other_job"))
    }
}

@Suite struct BinnedSamplesTests {
    @Test func `placing keeps the count, the extremes and the mean, and every sample in its bin`() throws {
        let bins: [BinnedSamples.Bin] = [
            .init(low: 0, high: 10, count: 4), .init(low: 10, high: 20, count: 90), .init(low: 40, high: 50, count: 6),
        ]
        for mean in [13.0, 16, 17, 20] {
            let placed = BinnedSamples(bins: bins, extremes: (3, 44), mean: mean).placed()
            let count = placed.reduce(0) { $0 + $1.count }
            let sum = placed.reduce(0) { $0 + $1.value * Double($1.count) }
            #expect(count == 100)
            #expect(placed.map(\.value).min() == 3 && placed.map(\.value).max() == 44)
            #expect(abs(sum / 100 - mean) < 1e-9, "\(mean)")
            for bin in bins {
                #expect(
                    placed.filter { $0.value >= bin.low && $0.value <= bin.high }.reduce(0) { $0 + $1.count }
                        >= bin.count
                )
            }
        }
        // A mean that the bins do not allow is approached as far as they do.
        #expect(BinnedSamples(bins: bins, extremes: (3, 44), mean: 1).placed().allSatisfy { $0.value >= 0 })
        #expect(
            BinnedSamples(bins: [.init(low: 5, high: 6, count: 1)], extremes: (5.5, 5.5), mean: 5.5).placed() == [
                ValueCount(5.5, 1)
            ]
        )
        // Extremes that lie in no end bin are not believed.
        #expect(BinnedSamples(bins: bins, extremes: (30, 31), mean: nil).placed().count == 3)
    }

    @Test func `samples beyond a histogram keep their sum where it is known`() {
        let known = HistogramOverflow(count: 5, from: 100, maximum: 1000, sum: 1000 + 4 * 300)
        #expect(known.placed == [ValueCount(1000, 1), ValueCount(300, 4)])
        #expect(known.blindSpot("t", of: 50, unit: "us")?.contains("5 of 50 samples lie beyond") == true)
        #expect(HistogramOverflow(count: 1, from: 100, maximum: 1000).placed == [ValueCount(1000, 1)])
        #expect(HistogramOverflow(count: 1, from: 100, maximum: 1000).blindSpot("t", of: 5, unit: "us") == nil)
        let unknown = HistogramOverflow(count: 3, from: 100, maximum: 1000)
        #expect(unknown.placed == [ValueCount(1000, 1), ValueCount(100, 2)])
        #expect(unknown.blindSpot("t", of: 5, unit: "us")?.contains("understates") == true)
        // Rounding of the mean never carries a sample out of where it must be.
        #expect(HistogramOverflow(count: 3, from: 100, maximum: 1000, sum: 0).placed.last == ValueCount(100, 2))
    }
}
