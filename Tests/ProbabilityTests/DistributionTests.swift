import Probability
import Testing

@Suite struct DistributionTests {
    static let shapes: [Distribution.Shape] = [
        .point(3), .range(low: -2, high: 5), .range(low: 1, high: 1), .triangular(low: 2, mode: 4, high: 10),
        .triangular(low: 0, mode: 0, high: 1), .triangular(low: 0, mode: 1, high: 1),
        .triangular(low: 7, mode: 7, high: 7), .lognormal(p10: 4, p90: 9), .lognormal(p10: 2, p90: 2),
        .normal(mean: -3, sd: 2), .normal(mean: 1, sd: 0), .empirical([3.5, -1, 7, 7, 2.25, 0, 11]), .empirical([4]),
        .range(low: 1e6, high: 1e6 + 1), .triangular(low: 1e6, mode: 1e6 + 0.5, high: 1e6 + 1),
    ]

    @Test("draws have the stated mean, variance and percentiles", arguments: shapes)
    func moments(shape: Distribution.Shape) throws {
        let distribution = try Distribution(shape)
        var generator = RandomGenerator(seed: 20)
        let count = 20_000
        let draws = (0..<count).map { _ in distribution.draw(&generator) }
        let sample = Moments(draws)
        let sd = distribution.standardDeviation
        #expect(abs(sample.mean - distribution.mean) <= 4 * sd / Double(count).squareRoot() + 1e-12)
        #expect(abs(sample.variance - distribution.variance) <= 0.06 * distribution.variance + 1e-12)
        for (p, value) in [(0.1, distribution.p10), (0.5, distribution.p50), (0.9, distribution.p90)] {
            let below = Double(draws.count { $0 <= value }) / Double(count)
            let under = Double(draws.count { $0 < value }) / Double(count)
            #expect(under <= p + 0.012 && below >= p - 0.012)
        }
        #expect(draws.allSatisfy { distribution.support.contains($0) })
        #expect(distribution.isCertain == (sd == 0))
    }

    @Test("the moments are the integrals of the quantile function", arguments: shapes)
    func integrals(shape: Distribution.Shape) throws {
        let distribution = try Distribution(shape)
        let steps = 20_000
        let sample = Moments((0..<steps).map { distribution.quantile((Double($0) + 0.5) / Double(steps)) })
        #expect(abs(sample.mean - distribution.mean) <= 1e-3 * distribution.standardDeviation + 1e-9)
        #expect(abs(sample.variance - distribution.variance) <= 5e-3 * distribution.variance + 1e-12)
    }

    @Test("known values: scipy 1.17.1 lognorm, triang, norm; numpy 2.4.6 quantile")
    func known() throws {
        let lognormal = try Distribution.lognormal(p10: 4, p90: 9)
        #expect(abs(lognormal.mean / 6.307942495450616 - 1) < 1e-13)
        #expect(abs(lognormal.variance / 4.189170471622866 - 1) < 1e-12)
        #expect(abs(lognormal.quantile(0.3) / 5.082719401323471 - 1) < 1e-13)
        #expect(abs(lognormal.p10 - 4) < 1e-12)
        #expect(abs(lognormal.p90 - 9) < 1e-12)
        let triangular = try Distribution.triangular(low: 2, mode: 4, high: 10)
        #expect(abs(triangular.mean - 5.333333333333334) < 1e-14)
        #expect(abs(triangular.variance - 2.888888888888889) < 1e-14)
        #expect(abs(triangular.p10 - 3.264911064067352) < 1e-14)
        #expect(abs(triangular.quantile(0.7) - 6.205266807797944) < 1e-14)
        let normal = try Distribution.normal(mean: -3, sd: 2)
        #expect(abs(normal.quantile(0.3) + 4.048801025416082) < 1e-14)
        let empirical = try Distribution.empirical([3.5, -1, 7, 7, 2.25, 0, 11])
        let expected = [-1, -0.4, 1.125, 3.5, 8.6, 11]
        for (u, value) in zip([0, 0.1, 0.25, 0.5, 0.9, 1], expected) {
            #expect(abs(empirical.quantile(u) - value) < 1e-14)
        }
    }

    @Test("quantiles rise with u, stay in the support, clamp outside 0...1 and pass NaN on", arguments: shapes)
    func monotone(shape: Distribution.Shape) throws {
        let distribution = try Distribution(shape)
        var last = -Double.infinity
        for step in 0...200 {
            let value = distribution.quantile(Double(step) / 200)
            #expect(value >= last)
            #expect(distribution.support.contains(value))
            last = value
        }
        #expect(distribution.quantile(-3) == distribution.quantile(0))
        #expect(distribution.quantile(.infinity) == distribution.quantile(1))
        #expect(distribution.quantile(.nan).isNaN)
    }

    @Test("scaling multiplies quantiles and keeps the draw that gave them", arguments: shapes)
    func scaled(shape: Distribution.Shape) throws {
        let distribution = try Distribution(shape)
        let scaled = try distribution.scaled(by: 1.08)
        for u in [0.01, 0.3, 0.5, 0.77, 0.99] {
            #expect(abs(scaled.quantile(u) - 1.08 * distribution.quantile(u)) < 1e-8)
        }
        #expect(throws: DistributionError.notPositive("factor", 0)) { try distribution.scaled(by: 0) }
        #expect(throws: DistributionError.self) { try distribution.scaled(by: .infinity) }
    }

    @Test("every draw uses one number, so models that share inputs stay in step", arguments: shapes)
    func oneNumber(shape: Distribution.Shape) throws {
        var generator = RandomGenerator(seed: 1)
        var other = generator
        _ = try Distribution(shape).draw(&generator)
        _ = other.next()
        #expect(generator.next() == other.next())
    }

    @Test(
        "parameters that make no distribution say why",
        arguments: [
            (.point(.nan), "'value' is nan, expected a finite number"),
            (
                .range(low: 2, high: 1),
                "'low' is 2.0, above 'high' at 1.0; expected low <= high, so swap or correct them"
            ),
            (.range(low: -.infinity, high: 1), "'low' is -inf, expected a finite number"),
            (
                .triangular(low: 1, mode: 5, high: 4),
                "'mode' is 5.0, above 'high' at 4.0; expected mode <= high, so swap or correct them"
            ),
            (
                .triangular(low: 1, mode: 0, high: 4),
                "'low' is 1.0, above 'mode' at 0.0; expected low <= mode, so swap or correct them"
            ),
            (.lognormal(p10: 0, p90: 4), "'p10' is 0.0, expected a number above 0"),
            (.lognormal(p10: 1, p90: -4), "'p90' is -4.0, expected a number above 0"),
            (
                .lognormal(p10: 5, p90: 4),
                "'p10' is 5.0, above 'p90' at 4.0; expected p10 <= p90, so swap or correct them"
            ),
            (.normal(mean: 0, sd: -1), "'sd' is -1.0, expected 0 or more"),
            (.empirical([]), "no values were given, expected at least one"),
            (.empirical([1, .infinity]), "'value' is inf, expected a finite number"),
            (
                .range(low: -1e308, high: 1e308),
                "the spread is too wide to compute with, expected a finite mean and variance"
            ),
            (
                .lognormal(p10: 1e-300, p90: 1e300),
                "the spread is too wide to compute with, expected a finite mean and variance"
            ),
        ] as [(Distribution.Shape, String)]
    )
    func refused(shape: Distribution.Shape, sentence: String) {
        let error = #expect(throws: DistributionError.self) { try Distribution(shape) }
        #expect(error?.description == sentence)
    }
}
