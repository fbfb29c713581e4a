import Probability
import Testing

@testable import Evidence

@Suite("A generalised Pareto tail")
struct GeneralisedParetoTests {
    @Test("finds the shape that a sample was drawn with", arguments: [-0.3, 0.0001, 0.3, 0.7])
    func shape(shape: Double) throws {
        let law = GeneralisedPareto(threshold: 0, shape: shape, scale: 2, share: 1, exceedances: 1, fits: true)
        var generator = RandomGenerator(seed: 5)
        let sample = (0..<20_000).map { _ in law.quantile(exceededBy: generator.uniform()) }.sorted()
        let fit = try #require(GeneralisedPareto(sorted: sample))
        #expect(abs(fit.shape - shape) < 0.1)
        #expect(fit.fits)
        // Ten times beyond the sample's reach it is within a factor that its shape's error explains.
        let far = fit.quantile(exceededBy: 1e-5)
        #expect(abs(far / law.quantile(exceededBy: 1e-5) - 1) < 0.5)
    }

    @Test("inverts itself", arguments: [-0.3, 0.0, 0.4])
    func inverse(shape: Double) {
        let law = GeneralisedPareto(threshold: 3, shape: shape, scale: 2, share: 0.1, exceedances: 1, fits: true)
        for probability in [0.09, 0.01, 1e-4, 1e-8] {
            #expect(abs(law.survival(law.quantile(exceededBy: probability)) / probability - 1) < 1e-6)
        }
        #expect(law.quantile(exceededBy: 0.5) == 3)
    }

    @Test("is not made of too few values, nor of equal ones")
    func tooFew() {
        #expect(GeneralisedPareto(sorted: (0..<200).map { Double($0) }) == nil)
        #expect(GeneralisedPareto(sorted: [Double](repeating: 1, count: 10_000)) == nil)
        #expect(GeneralisedPareto(sorted: []) == nil)
        // A threshold among many equal values, and all above it as good as equal: two causes, and no tail of either.
        let low = [Double](repeating: 100, count: 3_000)
        #expect(GeneralisedPareto(sorted: low + [Double](repeating: 900, count: 120)) == nil)
        #expect(GeneralisedPareto(sorted: low + (0..<120).map { 899 + Double($0 / 40) }) == nil)
    }

    @Test("is the same of weighted values as of repeated ones")
    func weights() throws {
        let values = (1...500).map { Double($0 * $0) }
        let repeated = values.flatMap { [$0, $0, $0] }
        let left = try #require(GeneralisedPareto(sorted: repeated))
        let right = try #require(
            GeneralisedPareto(sorted: values, weights: [Double](repeating: 3, count: values.count))
        )
        #expect(left == right)
    }
}
