/// p-values of several metrics, adjusted so that one lucky metric among many is not a finding.
package enum Multiplicity {
    /// Holm's step-down adjustment: bounds the chance of any false finding; for confirmatory metrics.
    ///
    /// In the order given; a p-value that is not in 0...1 counts as 1.
    package static func holm(_ pValues: [Double]) -> [Double] {
        let order = ascending(pValues)
        var adjusted = pValues
        var highest = 0.0
        for (step, index) in order.enumerated() {
            highest = max(highest, min(1, Double(pValues.count - step) * cleaned(pValues[index])))
            adjusted[index] = highest
        }
        return adjusted
    }

    /// Benjamini and Hochberg's step-up adjustment: bounds the share of false findings; for exploratory metrics.
    ///
    /// In the order given; a p-value that is not in 0...1 counts as 1.
    package static func benjaminiHochberg(_ pValues: [Double]) -> [Double] {
        let order = ascending(pValues)
        var adjusted = pValues
        var lowest = 1.0
        for (step, index) in order.enumerated().reversed() {
            lowest = min(lowest, Double(pValues.count) / Double(step + 1) * cleaned(pValues[index]))
            adjusted[index] = lowest
        }
        return adjusted
    }

    private static func ascending(_ pValues: [Double]) -> [Int] {
        pValues.indices.sorted { (cleaned(pValues[$0]), $0) < (cleaned(pValues[$1]), $1) }
    }

    private static func cleaned(_ p: Double) -> Double { p >= 0 && p <= 1 ? p : 1 }
}
