import Probability
import Testing

/// Known values: mpmath 1.3.0 at 40 digits, tail = betainc(df/2, 1/2, 0, df/(df + t^2), regularized=True)/2.
@Suite struct StudentTTests {
    @Test(
        "the cumulative probability agrees for whole, fractional, tiny and huge degrees of freedom",
        arguments: [
            (-1.0, 1.0, 0.25), (-2.5, 1.5, 0.084903251307348032), (-3.182446305284263, 3, 0.02499999999998938),
            (-12.7, 1, 0.02501216384467208), (0.5, 0.3, 0.59964460368926122), (-1e-06, 4, 0.499999625),
            (1.2, 7.77, 0.86727695421737327), (-6, 29.5, 7.4459811530876559e-7), (-40, 5, 9.2059810858864772e-8),
            (-1e5, 2.5, 2.2747519231756221e-13), (-1.96, 1e6, 0.024998033792634895),
            (-4, 1e9, 3.1671244108233817e-5), (2, 1e12, 0.97724986805168582), (-1e200, 0.5, 3.2070097541422291e-101),
        ]
    )
    func cumulative(t: Double, df: Double, expected: Double) {
        #expect(abs(StudentT.cumulative(t, df: df) / expected - 1) < 1e-12)
    }

    @Test(
        "the quantile agrees for whole, fractional, tiny and huge degrees of freedom",
        arguments: [
            (0.975, 1.0, 12.706204736174693), (0.975, 2, 4.3026527297494618), (0.975, 3, 3.1824463052837084),
            (0.95, 4, 2.1318467863266495), (0.975, 4.7, 2.6207260753531696), (0.8, 2, 1.0606601717798215),
            (0.9, 19, 1.3277282090267985), (0.995, 38, 2.7115576019130823), (0.75, 0.5, 1.5537739740300373),
            (0.6, 11.25, 0.25941627084535388), (0.5000001, 6, 2.6127890575935012e-7),
            (1e-12, 8, -69.695043237859606), (1e-30, 3, -10331108360.446529), (0.001, 1.01, -301.24015227364608),
            (0.02, 0.2, -2346339.354557165), (0.975, 1e6, 1.9599663568141067), (0.025, 1e14, -1.9599639845400779),
        ]
    )
    func quantile(p: Double, df: Double, expected: Double) {
        #expect(abs(StudentT.quantile(p, df: df) / expected - 1) < 1e-12)
    }

    @Test("the quantile undoes the cumulative probability", arguments: [0.05, 0.7, 1, 2, 3.3, 10, 150.5, 1e5, 1e13])
    func inverse(df: Double) {
        for p in [1e-15, 1e-6, 0.01, 0.2, 0.24999, 0.25001, 0.4, 0.49999, 0.51, 0.74, 0.76, 0.95, 0.999] {
            let t = StudentT.quantile(p, df: df)
            // Where the value overflows there is nothing to undo.
            if t.isFinite { #expect(abs(StudentT.cumulative(t, df: df) / p - 1) < 1e-11, "p = \(p)") }
        }
    }

    @Test("the density is the slope of the cumulative probability", arguments: [0.4, 1, 5.5, 19.9, 20.1, 1e4, 1e10])
    func density(df: Double) {
        for t in [-3.0, -0.5, 0, 1.7] {
            let slope = (StudentT.cumulative(t + 1e-5, df: df) - StudentT.cumulative(t - 1e-5, df: df)) / 2e-5
            #expect(abs(StudentT.density(t, df: df) / slope - 1) < 1e-6)
        }
    }

    @Test("a two-sided p-value is both tails")
    func twoSided() {
        #expect(abs(StudentT.twoSided(-12.706204736174693, df: 1) - 0.05) < 1e-14)
        #expect(StudentT.twoSided(2, df: 7) == StudentT.twoSided(-2, df: 7))
        #expect(StudentT.twoSided(0, df: 7) == 1)
        #expect(StudentT.twoSided(.infinity, df: 7) == 0)
    }

    @Test("nonsense gives NaN, the ends are infinite, nothing traps")
    func ends() {
        for df in [0, -1, Double.nan] {
            #expect(StudentT.quantile(0.9, df: df).isNaN)
            #expect(StudentT.cumulative(1, df: df).isNaN)
            #expect(StudentT.density(1, df: df).isNaN)
        }
        #expect(StudentT.quantile(0, df: 3) == -.infinity)
        #expect(StudentT.quantile(1, df: 3) == .infinity)
        #expect(StudentT.quantile(0.5, df: 3) == 0)
        #expect(StudentT.quantile(1.5, df: 3).isNaN)
        #expect(StudentT.cumulative(.nan, df: 3).isNaN)
        #expect(StudentT.quantile(0.975, df: .infinity) == Normal.quantile(0.975))
        #expect(StudentT.quantile(1e-300, df: 1e-3) == -.infinity)
    }
}
