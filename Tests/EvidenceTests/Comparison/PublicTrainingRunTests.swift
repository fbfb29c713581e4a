import Documents
import Estate
import Evidence
import Foundation
import Testing

/// MLPerf Training v3.1, GPT-3 on 10,752 GPUs: cloud VMs against the vendor's own cluster, three runs each.
///
/// Source: mlcommons/training_results_v3.1 at d06288b, Azure ND_H100_v5 and NVIDIA eos-dfw.
@Suite("The public training runs on 10,752 GPUs come out as published")
struct PublicTrainingRunTests {
    static let bareMetal = ["gpu": "H100", "driver": "535.86.10", "cpu": "8462Y+", "site": "eos-dfw"]
    static let virtual = ["gpu": "H100", "driver": "535.86.10", "cpu": "8480C", "site": "azure"]

    static func compare(_ baseline: [Double], _ other: [Double], _ metric: Metric) throws -> Comparison {
        try Comparison.compare(
            baseline: [Sample.record(baseline, host: "eos-dfw", model: .bareMetal, metric: metric, facts: bareMetal)],
            other: [Sample.record(other, host: "azure", model: .vmPassthrough, metric: metric, facts: virtual)]
        )
    }

    static func percent(_ effect: Effect?) -> [String] {
        [effect?.estimate, effect?.low, effect?.high].map { NumberText.fixed(($0 ?? .nan) * 100, 1) }
    }

    @Test("time to train is 2.3 % [1.8, 2.9], run as the unit, by Welch's t on log ratios")
    func timeToTrain() throws {
        let metric = Metric(name: "time_to_train", unit: "min", direction: .lower)
        let comparison = try Self.compare([3.9156, 3.9172, 3.9337], [4.0085, 4.0079, 4.0244], metric)
        let result = try #require(comparison.metrics.first)
        #expect(Self.percent(result.overhead) == ["2.3", "1.8", "2.9"])
        #expect(result.overhead?.method == "Welch t on log ratios, 3 and 3 runs")
        #expect(comparison.unitOfReplication == .run)
        #expect(comparison.design == .unpaired)
        #expect(result.verdict == .overhead)
        // One time a run has no median of its own.
        #expect(result.secondary.isEmpty)
    }

    @Test("the mean step is 2.6 % [2.1, 3.1]")
    func meanStep() throws {
        let comparison = try Self.compare([0.9283, 0.9274, 0.9278], [0.9501, 0.9523, 0.9542], Sample.stepTime)
        #expect(Self.percent(comparison.metrics.first?.overhead) == ["2.6", "2.1", "3.1"])
    }

    @Test("no control is possible, and the words are 'these two hosts differ by', never 'overhead'")
    func words() throws {
        let metric = Metric(name: "time_to_train", unit: "min", direction: .lower)
        let comparison = try Self.compare([3.9156, 3.9172, 3.9337], [4.0085, 4.0079, 4.0244], metric)
        #expect(comparison.control == .none(have: 3))
        #expect(comparison.hostsConfounded)
        let codes = comparison.validity.filter { $0.severity == .caution }.map(\.code)
        #expect(codes == ["cpu-differs", "site-differs", "one-host-per-arm"])
        #expect(comparison.validity.contains { $0.code == "no-control" })
        let text = comparison.lines.joined(separator: "\n")
        #expect(text.contains("these two hosts differ by +2.3 %"))
        #expect(!text.lowercased().contains("overhead"))
        #expect(text.contains("no control: 3 of 4 runs"))
        #expect(text.contains("cpu is '8462Y+' in the baseline and '8480C' in the other arm"))
    }

    static let steps = SharedData.path("mlperf/gpt3_v31_step_s.csv")

    /// Needs the series of steps: a CSV `arm,run,step,seconds` with the arms `bm_eos` and `vm_azure`.
    @Test(
        "the series of steps gives mean, median and a descriptive p99",
        .enabled(if: steps != nil, "needs the public step series, mlperf/gpt3_v31_step_s.csv in the shared data folder")
    )
    func series() throws {
        let data = try Data(contentsOf: URL(filePath: try #require(Self.steps)))
        func arm(_ name: String) throws -> Record {
            var options = CSVRecordOptions(metric: Sample.stepTime)
            options.valueColumn = "seconds"
            options.warmUp = 5
            options.filters = [Condition(name: "arm", value: name)]
            return try CSVRecordParser.record(from: Array(data), file: "steps.csv", options: options).record
        }
        let comparison = try Comparison.compare(baseline: [arm("bm_eos")], other: [arm("vm_azure")])
        let result = try #require(comparison.metrics.first)
        #expect(Self.percent(result.overhead) == ["2.6", "2.1", "3.1"])
        #expect(result.secondary.map(\.statistic.description) == ["median", "p99"])
        #expect(Self.percent(result.secondary.first?.effect) == ["2.0", "0.6", "3.4"])
        #expect(result.secondary.first?.descriptiveBecause == nil)
        #expect(result.secondary.last?.descriptiveBecause == "215 of 368 samples in a run")
        #expect(Self.percent(result.secondary.last?.effect) == ["5.3", "4.4", "6.2"])
        #expect(comparison.hostsConfounded)
        #expect(comparison.control == .none(have: 3))
    }
}
