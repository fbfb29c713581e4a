import Documents
import Probability
import Scheduling
import Testing

@Suite struct ReplayReportTests {
    /// Two GPUs: one job of both for 100 s, then two of one GPU, one rejected for its size.
    private static func small() throws -> (Trace, SimulationResult) {
        var trace = Trace()
        trace.teams = ["red", "blue"]
        trace.append(TraceJob(id: 1, submit: 0, duration: 100_000, gpus: 2, team: 0))
        trace.append(TraceJob(id: 2, submit: 10_000, duration: 40_000, gpus: 1, team: 1))
        trace.append(TraceJob(id: 3, submit: 20_000, duration: 1_000, gpus: 1, team: 1))
        trace.append(TraceJob(id: 4, submit: 20_000, duration: 1_000, gpus: 9))
        return (trace, try simulate(trace, on: .pool(gpus: 2)))
    }

    @Test func `a small replay by hand`() throws {
        let (trace, result) = try Self.small()
        let report = ReplayReport(trace, result, ledger: JobLedger(trace, result), bins: 14)
        #expect(report.completed == 3)
        #expect(report.rejected.map(\.reason) == [.tooManyGPUs])
        #expect(report.rejected.map(\.count) == [1])
        #expect(report.makespanSeconds == 140)
        #expect(abs(report.allocatedShare - 241.0 / 280) < 1e-12)
        #expect(abs(report.activeShare - 241.0 / 280) < 1e-12)
        #expect(abs(report.usefulGPUHours - 241.0 / 3_600) < 1e-9)
        #expect(report.teams.map(\.name) == ["red", "blue", "no team"])
        #expect(report.teams.map(\.jobs) == [1, 2, 1])
        #expect(report.teams.map(\.rejected) == [0, 0, 1])
        #expect(report.teams[1].wait?.mean == 85)
        #expect(report.teams[1].wait?.p50 == 80)
        #expect(report.teams[2].wait == nil)
        #expect(report.sizes.map(\.name) == ["1 GPU", "2 GPUs", "9 to 16 GPUs"])
        // Job 3: 81 s from submission to end, and 1 s of work counts as 10.
        #expect(report.teams[1].slowdown.map { abs($0.maximum - 8.1) < 1e-12 } == true)
        #expect(report.series.spans.count == 14)
        #expect(report.series.spans.map(\.allocatedGPUs).prefix(10).allSatisfy { $0 == 2 })
        #expect(abs(report.series.spans[10].allocatedGPUs - 1.1) < 1e-12)
        #expect(report.series.spans[12].allocatedGPUs == 1)
        #expect(report.series.spans[1].waiting == 1)
        #expect(report.series.spans[2].waiting == 2)
    }

    @Test func `the series adds up to the totals, whatever its spans`() throws {
        var random = RandomGenerator(seed: 5)
        var trace = Trace()
        var time: Int64 = 0
        for id in 0..<800 {
            time += Int64(random.index(below: 4_000))
            let isPart = random.index(below: 2) == 0
            trace.append(
                TraceJob(
                    id: Int64(id),
                    submit: time,
                    duration: Int64(random.index(below: 30_000)),
                    gpus: isPart ? 1 : Int32(1 + random.index(below: 4)),
                    gpuMilli: isPart ? Int32(100 * (1 + random.index(below: 9))) : 1_000
                )
            )
        }
        let cluster = ClusterDescription.nodes([NodeGroup(count: 5, gpus: 4, partition: .shares)])
        var options = SimulationOptions()
        options.startUpMilliseconds = 700
        let result = try simulate(trace, on: cluster, options: options)
        let ledger = JobLedger(trace, result, startUpMilliseconds: 700)
        var fragments: [Double] = []
        for bins in [1, 7, 240, 5_000] {
            let report = ReplayReport(trace, result, ledger: ledger, bins: bins)
            let series = report.series
            let end = Double(result.lastEnd)
            func total(_ value: (ReplaySeries.Span) -> Double) -> Double {
                series.spans.reduce(0) { sum, span in
                    sum + value(span) * min(Double(series.spanMilliseconds), end - Double(span.start))
                }
            }
            #expect(abs(total(\.allocatedGPUs) / result.allocatedGPUMilliseconds - 1) < 1e-6)
            let available = Double(result.gpuCount) * Double(result.makespanMilliseconds)
            #expect(abs(total(\.activeGPUs) / (report.activeShare * available) - 1) < 1e-6)
            #expect(abs(total(\.fragmentedGPUs) / (report.fragmentedShare * available) - 1) < 1e-6)
            #expect(report.activeShare < report.allocatedShare)
            #expect(report.allocatedShare + report.fragmentedShare <= 1 + 1e-9)
            fragments.append(report.fragmentedShare)
        }
        #expect(fragments.allSatisfy { abs($0 - fragments[0]) < 1e-12 && $0 > 0 })
    }

    @Test func `members are written, and a wait that is not known is left out`() throws {
        let (trace, result) = try Self.small()
        let report = ReplayReport(trace, result, ledger: JobLedger(trace, result))
        let text = try JSON.object(report.members()).pretty()
        #expect(text.contains("\"by_team\""))
        #expect(text.contains("\"team\": \"no team\""))
        let rows = String(decoding: report.groupsCSV(), as: UTF8.self).split(separator: "\n")
        #expect(rows.count == 1 + 1 + 3 + 3)
        let columns = rows.map { $0.split(separator: ",", omittingEmptySubsequences: false).count }
        #expect(Set(columns) == [13])
        let series = String(decoding: report.series.csv(gpus: 2), as: UTF8.self).split(separator: "\n")
        #expect(series.count == report.series.spans.count + 1)
    }

    @Test func `quantiles are nearest ranks`() {
        let summary = SampleSummary((1...200).map(Double.init).reversed())
        #expect(summary?.p50 == 100)
        #expect(summary?.p95 == 190)
        #expect(summary?.p99 == 198)
        #expect(summary?.maximum == 200)
        #expect(SampleSummary([]) == nil)
        #expect(SampleSummary([.nan]) == nil)
        #expect(SampleSummary([3])?.p99 == 3)
    }
}
