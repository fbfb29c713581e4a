import Documents
import Evidence
import Foundation
import Importing
import Testing

@Suite struct CyclictestTests {
    private func thread(_ name: String) throws -> [String: Any] {
        let object = try JSONSerialization.jsonObject(with: Data(try ImportSample.named("cyclictest/\(name)").bytes))
        let threads = try #require((object as? [String: Any])?["thread"] as? [String: Any])
        return try #require(threads["0"] as? [String: Any])
    }

    @Test func `wake-ups beyond the histogram keep their mean, the largest exactly`() throws {
        let thread = try thread("few-beyond.json")
        let histogram = try #require(thread["histogram"] as? [String: Int])
        let series = try Import.series(try Import.record("cyclictest/few-beyond.json"), "timer_wakeup")
        #expect(series.count == thread["cycles"] as? Int)
        #expect(series.minimum == thread["min"] as? Double && series.maximum == thread["max"] as? Double)
        // cyclictest prints the mean with two decimals.
        #expect(abs(series.mean - (thread["avg"] as? Double ?? 0)) <= 0.006)
        let inside = histogram.values.reduce(0, +)
        #expect(inside < series.count)
        // Quantiles inside the histogram are its own.
        let sorted = histogram.compactMap { key, count in Int(key).map { ($0, count) } }.sorted { $0.0 < $1.0 }
        let flat = sorted.flatMap { [Int](repeating: $0.0, count: $0.1) }
        for rank in [1, inside / 2, inside] {
            let found = try #require(series.histogram.value(rank: rank))
            #expect(abs(found - Double(flat[rank - 1])) <= Double(flat[rank - 1]) / 1024 + 1e-3)
        }
        let run = try #require(try Import.record("cyclictest/few-beyond.json").runs.first?.run)
        #expect(run.condition("tool") == "cyclictest 2.40" && run.condition("kernel_realtime") == "no")
        #expect(run.condition("cyclictest_options") == "-q -D 1 -i 2000 -h 2000")
        #expect(run.started?.text.hasPrefix("2026-11-22T") == true)
    }

    @Test func `where most lie beyond, or nothing was counted, only the mean and the maximum are known`() throws {
        let most = try Import.record("cyclictest/hist.json")
        #expect(!most.metrics.contains { $0.name == "timer_wakeup" })
        #expect(try Import.value(most, "timer_wakeup_mean") == 3657.43)
        #expect(most.hosts.first?.blindSpots.contains { $0.contains("142 of 233 wake-ups lie beyond") } == true)
        let record = try Import.record("cyclictest/beyond-ns.json")
        // Nanoseconds, two threads: the mean over both, and the maximum of each.
        let sum: Double = 215 * 4_035_271.82 + 199 * 4_309_376.65
        let mean = sum / 414_000
        #expect(abs(try Import.value(record, "timer_wakeup_mean") - mean) < 1e-6)
        let latest = try Import.series(record, "timer_wakeup_max_of_cpu")
        #expect(latest.samples.values.count == 2)
        #expect(abs(latest.maximum - 34993.749) < 1e-9)
    }

    @Test(arguments: [
        ("\"return_code\": 0", "\"return_code\": 1", "ended with 1"),
        ("\"num_threads\": 1", "\"num_threads\": 2", "says 2 threads, and 1 are there"),
        ("\"max\": 13087", "\"max\": 20", "'avg' is not between 'min' and 'max'"),
        ("\"cycles\": 483", "\"cycles\": 12", "12 wake-ups, and the histogram counts 473"),
        ("\"cycles\": 483", "\"cycles\": 473", "is not where the histogram ends"),
        ("\"cycles\": 483", "\"cycles\": NaN", "expected a value"),
        ("cyclictest -q", "oslat -q", "is of 'oslat'"),
    ])
    func `what contradicts itself is refused`(_ old: String, _ new: String, _ words: String) throws {
        let bytes = try Import.replacing("cyclictest/few-beyond.json", old, new)
        let refusal = Import.refusal(bytes, CyclictestImporter.self)
        #expect(refusal?.contains(words) == true, "\(refusal ?? "read")")
    }
}

@Suite struct OslatTests {
    @Test func `gaps of a microsecond and more are detours, those of the last bucket with their mean`() throws {
        let object = try JSONSerialization.jsonObject(with: Data(try ImportSample.named("oslat/run.json").bytes))
        let threads = try #require((object as? [String: Any])?["thread"] as? [String: [String: Any]])
        let record = try Import.record("oslat/run.json")
        #expect(threads.count == 2)
        for thread in threads.values {
            let cpu = try #require(thread["cpu"] as? Int)
            let histogram = try #require(thread["histogram"] as? [String: Int])
            let total = histogram.values.reduce(0, +)
            let detours = total - (histogram["1"] ?? 0)
            let series = try Import.series(record, "detour_length_cpu\(cpu)")
            #expect(series.count == detours)
            #expect(series.maximum == thread["max"] as? Double)
            // oslat prints the mean over all turns of its loop with six decimals.
            let sum = series.mean * Double(series.count) + Double(histogram["1"] ?? 0)
            #expect(abs(sum / Double(total) - (thread["avg"] as? Double ?? 0)) < 1e-6)
            let duration = try #require(thread["duration"] as? Double)
            #expect(try Import.value(record, "detours_per_second_cpu\(cpu)") == Double(detours) / duration)
        }
        #expect(record.runs.first?.run.condition("detour_threshold_ns") == "1000")
    }

    @Test func `lengths that a bias moved are refused, with what to leave off`() throws {
        for option in ["-B", "--bias"] {
            let biased = try Import.replacing("oslat/run.json", "\"oslat ", "\"oslat \(option) ")
            let refusal = Import.refusal(biased, OslatImporter.self)
            #expect(refusal?.contains("run it without -B") == true, "\(refusal ?? "read")")
        }
    }

    @Test func `a time shorter than the detours in it is refused`() throws {
        let text = String(decoding: try ImportSample.named("oslat/run.json").bytes, as: UTF8.self)
        let short = text.replacing(#/"duration": [0-9.]+/#, with: "\"duration\": 0.001")
        let refusal = Import.refusal(Array(short.utf8), OslatImporter.self)
        #expect(refusal?.contains("is shorter than the detours of processor") == true, "\(refusal ?? "read")")
    }
}

@Suite struct RTLATests {
    @Test func `a timer histogram is its samples, and those over it are said to be understated`() throws {
        let record = try Import.record("rtla/timerlat-hist.txt")
        let series = try Import.series(record, "timer_wakeup")
        #expect(series.count == 2000 && series.minimum == 1 && series.maximum == 40)
        // 300 of 1 us, 1300 of 2, 385 of 5, 11 of 9: 4924 us.
        let inside: Double = 4924
        // Two over on each processor: the largest, and one at the end of the histogram.
        let sum: Double = inside + 91
        #expect(abs(series.mean - sum / 2000) < 1e-12)
        #expect(try Import.series(record, "timer_wakeup_max_of_cpu").samples.values == [40, 31])
        let interrupts = try Import.series(record, "timer_interrupt")
        #expect(interrupts.count == 2000 && interrupts.maximum == 12)
        #expect(record.hosts.first?.blindSpots.contains { $0.contains("2 of 1000 samples lie beyond") } == true)
        #expect(record.runs.first?.run.condition("rtla_duration_s") == "10")
    }

    @Test func `a noise histogram is the detours of each processor`() throws {
        let record = try Import.record("rtla/osnoise-hist.txt")
        let first = try Import.series(record, "detour_length_cpu0")
        #expect(first.count == 424 && first.maximum == 75)
        #expect(try Import.series(record, "detour_length_cpu1").maximum == 20)
        #expect(try Import.value(record, "detours_per_second_cpu0") == 424.0 / 60)
    }

    @Test func `summaries have means and maxima of each processor`() throws {
        let timer = try Import.record("rtla/timerlat-top.txt")
        #expect(try Import.value(timer, "timer_wakeup_mean") == 8)
        #expect(try Import.series(timer, "timer_wakeup_max_of_cpu").samples.values == [31, 23])
        #expect(try Import.value(timer, "timer_interrupt_mean") == 1)
        #expect(!timer.metrics.contains { $0.name == "timer_wakeup" })
        let noise = try Import.record("rtla/osnoise-top.txt")
        #expect(try Import.series(noise, "osnoise_share").samples.values == [0.5, 1])
        #expect(try Import.series(noise, "detour_length_max_of_cpu").samples.values == [50, 24])
        #expect(try Import.series(noise, "osnoise_hardware_per_second").samples.values == [10, 2])
    }

    @Test(arguments: [
        ("rtla/timerlat-hist.txt", "2            15       700", "2            15", "3 counts for 4 columns"),
        (
            "rtla/timerlat-hist.txt", "count:     1000", "count:     1001",
            "counts 1000 samples in its rows and says 1001"
        ),
        ("rtla/timerlat-hist.txt", "5             5", "1             5", "the index does not grow"),
        ("rtla/timerlat-hist.txt", "Thr-001", "Xyz-001", "is not one of rtla's"),
        ("rtla/timerlat-hist.txt", "count:  ", "total:  ", "has no summary"),
        ("rtla/osnoise-top.txt", "145000", "99145000", "cannot be"),
        ("rtla/osnoise-top.txt", "145000", "145,0", "LC_ALL=C"),
        ("rtla/timerlat-top.txt", "0         1        15", "0        16        15", "is above max"),
    ])
    func `a damaged report is refused`(_ sample: String, _ old: String, _ new: String, _ words: String) throws {
        let refusal = Import.refusal(try Import.replacing(sample, old, new), RTLAImporter.self)
        #expect(refusal?.contains(words) == true, "\(refusal ?? "read")")
    }
}
