import Probability
import Testing

/// Known values: mpmath 1.3.0 at 40 digits, `ncdf(mpf(x))` and its inverse by Newton's method.
@Suite struct NormalTests {
    @Test(
        "the cumulative probability keeps its digits in both tails",
        arguments: [
            (-37.0, 5.7255712225245768e-300), (-20, 2.7536241186062337e-89), (-8.5, 9.4795348222033184e-18),
            (-5, 2.8665157187919391e-7), (-1.959963984540054, 0.025000000000000011), (-1, 0.15865525393145705),
            (-1e-09, 0.49999999960105772), (0, 0.5), (0.3, 0.61791142218895263), (1, 0.84134474606854295),
            (2.5, 0.99379033467422386), (6, 0.99999999901341235),
        ]
    )
    func cumulative(x: Double, expected: Double) {
        // Rounding of x / sqrt(2) costs x^2 units in the last place: 3e-13 at -37.
        #expect(abs(Normal.cumulative(x) / expected - 1) < 4e-13)
    }

    @Test(
        "the quantile is right to the last digits from 1e-300 to 1 - 1e-6",
        arguments: [
            (1e-300, -37.047096299361199), (1e-100, -21.273453560965324), (1e-20, -9.2623400897984076),
            (1e-09, -5.9978070150076869), (0.0001, -3.7190164854556806), (0.025, -1.9599639845400542),
            (0.05, -1.6448536269514727), (0.0749, -1.4402382675279637), (0.0751, -1.43882539275254),
            (0.1, -1.2815515655446004), (0.3, -0.52440051270804082), (0.4999, -0.00025066283008800749),
            (0.6, 0.25334710313579974), (0.9, 1.2815515655446006), (0.975, 1.9599639845400539),
            (0.999999, 4.7534243088170878),
        ]
    )
    func quantile(p: Double, expected: Double) {
        #expect(abs(Normal.quantile(p) / expected - 1) < 2e-15)
    }

    @Test("the ends of 0...1 are infinite, beyond them is nothing")
    func ends() {
        #expect(Normal.quantile(0) == -.infinity)
        #expect(Normal.quantile(1) == .infinity)
        #expect(Normal.quantile(0.5) == 0)
        for p in [-0.1, 1.1, .nan, .infinity, -.infinity] { #expect(Normal.quantile(p).isNaN) }
        #expect(Normal.cumulative(.infinity) == 1)
        #expect(Normal.cumulative(-.infinity) == 0)
        #expect(Normal.cumulative(.nan).isNaN)
    }

    @Test("the quantile undoes the cumulative probability on a fine grid")
    func inverse() {
        for step in -320...50 {
            let x = Double(step) / 10
            #expect(abs(Normal.quantile(Normal.cumulative(x)) - x) < 1e-9 * max(1, abs(x)))
        }
    }
}
