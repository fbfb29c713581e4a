import Probability
import Testing

/// Known values: mpmath 1.3.0 at 60 digits; mass from loggamma, cumulative by summing downwards, betainc regularized.
@Suite struct BinomialTests {
    @Test(
        "mass and cumulative probability agree from five trials to a thousand million",
        arguments: [
            (0, 5, 0.5, 0.03125, 0.03125), (5, 6, 0.5, 0.09375, 0.984375),
            (3, 10, 0.2, 0.20132659200000001, 0.87912611839999998),
            (367, 368, 0.99, 0.092037377611661242, 0.97523994460990637),
            (990, 1000, 0.99, 0.12574021112620738, 0.54269940782511029),
            (100, 1000, 0.01, 7.5307723849737096e-65, 1.0),
            (999000, 1_000_000, 0.999, 0.012620923387767838, 0.50421155516700324),
            (49_990_000, 100_000_000, 0.5, 1.0798193347630083e-5, 0.022755531314807857),
            (500_010_000, 1_000_000_000, 0.5, 2.0657661897382814e-5, 0.73646570028456251),
            (999_999, 1_000_000_000, 0.001, 0.00039914186760836876, 0.4998668196515459),
            (20, 1_000_000_000, 1e-08, 0.0018660812393555078, 0.99841173943144602),
            (0, 1_000_000_000, 1e-08, 4.5399927492488396e-5, 4.5399927492488396e-5),
        ]
    )
    func known(successes: Int, trials: Int, p: Double, mass: Double, cumulative: Double) {
        #expect(abs(Binomial.mass(successes, of: trials, probability: p) / mass - 1) < 1e-11)
        #expect(abs(Binomial.cumulative(successes, of: trials, probability: p) / cumulative - 1) < 1e-11)
    }

    @Test("the mass sums to the cumulative probability and to one", arguments: [(1, 0.3), (17, 0.01), (250, 0.97)])
    func sums(trials: Int, p: Double) {
        var sum = 0.0
        for k in 0...trials {
            sum += Binomial.mass(k, of: trials, probability: p)
            #expect(abs(Binomial.cumulative(k, of: trials, probability: p) - sum) < 1e-13)
        }
        #expect(abs(sum - 1) < 1e-13)
    }

    @Test("the quantile is the first count that reaches u", arguments: [(1, 0.5), (40, 0.2), (3688, 0.999), (700, 0)])
    func quantile(trials: Int, p: Double) throws {
        for u in [0, 1e-9, 0.025, 0.3, 0.5, 0.975, 0.999999, 1] {
            let k = try #require(Binomial.quantile(u, of: trials, probability: p))
            #expect(Binomial.cumulative(k, of: trials, probability: p) >= u)
            #expect(k == 0 || Binomial.cumulative(k - 1, of: trials, probability: p) < u)
        }
    }

    @Test("a quantile of a thousand million trials is exact")
    func large() throws {
        // scipy 1.17.1: binom.ppf(0.975, 10**9, 0.5), binom.ppf(0.025, 10**9, 0.999)
        #expect(Binomial.quantile(0.975, of: 1_000_000_000, probability: 0.5) == 500030990)
        #expect(Binomial.quantile(0.025, of: 1_000_000_000, probability: 0.999) == 998998041)
    }

    @Test("nonsense gives NaN or nil, nothing traps")
    func nonsense() {
        #expect(Binomial.mass(1, of: 2, probability: 1.5).isNaN)
        #expect(Binomial.cumulative(1, of: -2, probability: 0.5).isNaN)
        #expect(Binomial.mass(3, of: 2, probability: 0.5) == 0)
        #expect(Binomial.mass(.min, of: .max, probability: 0.5) == 0)
        #expect(Binomial.cumulative(.min, of: 3, probability: 0.5) == 0)
        #expect(Binomial.cumulative(.max, of: .max, probability: 0.5) == 1)
        #expect(Binomial.mass(0, of: 0, probability: 0.5) == 1)
        #expect(Binomial.quantile(.nan, of: 3, probability: 0.5) == nil)
        #expect(Binomial.quantile(0.5, of: .max, probability: 1) == .max)
    }

    @Test(
        "the incomplete beta agrees for shapes below, at and above one",
        arguments: [
            (0.5, 0.5, 0.3, 0.36901011956554538), (2, 3, 0.4, 0.5248), (0.001, 2, 0.5, 0.99980674653694775),
            (10, 0.1, 0.99, 0.17551032909330117), (50, 60, 0.5, 0.83090729390166941),
            (0.2, 200, 1e-05, 0.31402606969452033), (1, 1, 0.25, 0.25),
        ]
    )
    func beta(a: Double, b: Double, x: Double, expected: Double) {
        #expect(abs(IncompleteBeta.regularized(a: a, b: b, x: x) / expected - 1) < 1e-12)
        #expect(abs(1 - IncompleteBeta.regularized(a: b, b: a, x: 1 - x, complement: x) - expected) < 1e-13)
    }

    @Test("the incomplete beta has its ends and refuses the rest")
    func betaEnds() {
        #expect(IncompleteBeta.regularized(a: 2, b: 3, x: 0) == 0)
        #expect(IncompleteBeta.regularized(a: 2, b: 3, x: 1) == 1)
        for (a, b, x) in [(0.0, 1.0, 0.5), (1, -1, 0.5), (1, 1, 1.5), (.nan, 1, 0.5), (1, .infinity, 0.5)] {
            #expect(IncompleteBeta.regularized(a: a, b: b, x: x).isNaN)
        }
    }
}
