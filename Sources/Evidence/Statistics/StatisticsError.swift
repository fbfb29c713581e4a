/// Why a statistic cannot be formed.
package enum StatisticsError: Error, Equatable, Sendable, CustomStringConvertible {
    /// Fewer units than the method needs; `unit` is a plural noun.
    case tooFew(unit: String, have: Int, need: Int)
    /// A value that must be positive and finite is not; the place counts from 1.
    case notPositive(what: String, place: Int, value: Double)
    /// Two lists that belong together differ in length.
    case unmatched(baseline: Int, other: Int)
    /// All values agree to the last digits, so their spread, and with it any interval, is unknown.
    ///
    /// The estimate is exact for these values. Identical runs are copies, or are rounded too far to compare.
    case noSpread(unit: String, count: Int, estimate: Double)
    /// A probability, level or margin outside 0...1, both ends excluded.
    case outsideUnit(what: String, value: Double)

    /// One sentence: what was found, what was expected, what to do.
    package var description: String {
        switch self {
        case .tooFew(let unit, let have, let need):
            "too few: \(have) \(have == 1 && unit.hasSuffix("s") ? String(unit.dropLast()) : unit), at least \(need) "
                + "are needed; measure \(max(0, need - max(0, have))) more"
        case .notPositive(let what, let place, let value):
            "\(what) \(place) is \(value), expected a finite value above 0; ratios need positive values"
        case .unmatched(let baseline, let other):
            "\(baseline) baseline and \(other) other runs, expected as many of each; pair them or compare unpaired"
        case .noSpread(let unit, let count, _):
            "all \(count) \(unit) agree exactly, so their spread is unknown; record more digits, or check for copies"
        case .outsideUnit(let what, let value):
            "\(what) is \(value), expected a number between 0 and 1"
        }
    }
}
