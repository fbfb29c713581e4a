import Evidence
import Probability
import Testing

@Suite struct LogRatioTests {
    static let baseline = [10.1, 9.8, 10.4, 10.0, 9.9]
    static let other = [10.6, 10.1, 10.9, 10.2, 10.7]

    @Test("paired: scipy 1.17.1 ttest_1samp on the log ratios")
    func paired() throws {
        let ratio = try LogRatio.paired(baseline: Self.baseline, other: Self.other)
        let interval = ratio.interval()
        #expect(abs(interval.estimate - 1.04559702914374) < 1e-12)
        #expect(abs(interval.low - 1.0173984044189983) < 1e-12)
        #expect(abs(interval.high - 1.0745772183302627) < 1e-12)
        #expect(abs(ratio.interval(level: 0.9).low - 1.0238766417796195) < 1e-12)
        #expect(abs(ratio.interval(level: 0.9).high - 1.0677781900112264) < 1e-12)
        #expect(abs(ratio.pValue - 0.01059227055838961) < 1e-13)
        #expect(abs(ratio.standardDeviation - 0.02201824081032638) < 1e-13)
        #expect(ratio.degreesOfFreedom == 4)
        #expect(ratio.matching == .paired(5))
    }

    @Test("independent arms of different sizes: scipy 1.17.1 ttest_ind(equal_var=False) on logs")
    func welch() throws {
        let ratio = try LogRatio.independent(baseline: Self.baseline, other: [10.6, 10.1, 10.9])
        let interval = ratio.interval()
        #expect(abs(interval.estimate - 1.048837119197329) < 1e-12)
        #expect(abs(interval.low - 0.9681075510414737) < 1e-11)
        #expect(abs(interval.high - 1.1362986492799556) < 1e-11)
        #expect(abs(ratio.pValue - 0.1510657294479874) < 1e-12)
        #expect(abs(ratio.degreesOfFreedom - 2.8619067089722394) < 1e-11)
    }

    @Test("MLPerf Training v3.1, GPT-3 on 10,752 GPUs: minutes to train and mean step, virtual over bare metal")
    func mlperf() throws {
        let minutes = try LogRatio.independent(
            baseline: [3.9156, 3.9172, 3.9337],
            other: [4.0085, 4.0079, 4.0244]
        ).interval()
        for (found, expected) in zip([minutes.estimate, minutes.low, minutes.high], [1.0233, 1.0176, 1.0290]) {
            #expect(abs(found - expected) < 5e-5)
        }
        let step = try LogRatio.independent(
            baseline: [0.9283, 0.9274, 0.9278],
            other: [0.9501, 0.9523, 0.9542]
        ).interval()
        for (found, expected) in zip([step.estimate, step.low, step.high], [1.026, 1.021, 1.031]) {
            #expect(abs(found - expected) < 5e-4)
        }
    }

    @Test("the interval excludes 1 exactly when the p-value is below one minus the level", arguments: 1...40)
    func duality(seed: UInt64) throws {
        var generator = RandomGenerator(seed: seed)
        let count = 2 + generator.index(below: 8)
        let left = (0..<count).map { _ in 1 + 0.02 * generator.normal() }
        let right = (0..<count).map { _ in 1.015 + 0.02 * generator.normal() }
        for ratio in [
            try LogRatio.paired(baseline: left, other: right), try LogRatio.independent(baseline: left, other: right),
        ] {
            for level in [0.5, 0.9, 0.95, 0.99] {
                #expect(ratio.interval(level: level).contains(1) == (ratio.pValue >= 1 - level))
            }
        }
    }

    @Test("units cancel, arms turn round, the order of pairs is no matter")
    func invariance() throws {
        let ratio = try LogRatio.paired(baseline: Self.baseline, other: Self.other)
        let scaled = try LogRatio.paired(
            baseline: Self.baseline.map { $0 * 1e-200 },
            other: Self.other.map { $0 * 1e200 }
        )
        #expect(abs(scaled.mean - ratio.mean - 400 * 2.302585092994046) < 1e-10)
        #expect(abs(scaled.standardDeviation / ratio.standardDeviation - 1) < 1e-9)
        let turned = try LogRatio.paired(baseline: Self.other, other: Self.baseline)
        #expect(abs(turned.interval().low - ratio.inverse.interval().low) < 1e-14)
        #expect(abs(turned.interval().high * ratio.interval().low - 1) < 1e-14)
        let reversed = try LogRatio.paired(baseline: Self.baseline.reversed(), other: Self.other.reversed())
        #expect(abs(reversed.mean - ratio.mean) < 1e-15)
    }

    @Test(
        "too little or impossible evidence is refused with a sentence",
        arguments: [
            ([], [], "too few: 0 pairs, at least 2 are needed; measure 2 more"),
            ([1], [1], "too few: 1 pair, at least 2 are needed; measure 1 more"),
            ([1, 2], [1], "2 baseline and 1 other runs, expected as many of each; pair them or compare unpaired"),
            ([1, 0], [1, 2], "baseline run 2 is 0.0, expected a finite value above 0; ratios need positive values"),
            ([1, 2], [1, -2], "other run 2 is -2.0, expected a finite value above 0; ratios need positive values"),
            ([1, 2], [.nan, 2], "other run 1 is nan, expected a finite value above 0; ratios need positive values"),
            (
                [1, .infinity], [1, 2],
                "baseline run 2 is inf, expected a finite value above 0; ratios need positive values"
            ),
        ] as [([Double], [Double], String)]
    )
    func refused(baseline: [Double], other: [Double], sentence: String) {
        let error = #expect(throws: StatisticsError.self) { try LogRatio.paired(baseline: baseline, other: other) }
        #expect(error?.description == sentence)
    }

    @Test("without spread there is an estimate but no interval, rounding of logarithms included")
    func noSpread() throws {
        let left = [1.1, 2.3, 0.7, 5.9]
        let error = try #require(
            #expect(throws: StatisticsError.self) {
                try LogRatio.paired(baseline: left, other: left.map { $0 * 1.03 })
            }
        )
        guard case .noSpread("pairs", 4, let estimate) = error else {
            Issue.record("expected noSpread, found \(error)")
            return
        }
        #expect(abs(estimate - 1.03) < 1e-14)
        #expect(throws: StatisticsError.self) { try LogRatio.independent(baseline: [2, 2], other: [3, 3, 3]) }
        // One arm without spread still leaves the other's, with its degrees of freedom.
        let ratio = try LogRatio.independent(baseline: [2, 2, 2], other: [3, 3.1])
        #expect(ratio.degreesOfFreedom == 1)
    }
}
