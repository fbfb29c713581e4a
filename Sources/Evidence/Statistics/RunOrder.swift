/// The order in which the runs of two arms were made, and what a drift would do to their comparison.
package struct RunOrder: Equatable, Sendable {
    /// The named designs; anything else is mixed.
    package enum Pattern: String, Sendable {
        /// AAAABBBB: all of one arm, then all of the other.
        case sequential
        /// ABABAB.
        case alternating
        /// ABBA, repeated or with its mirror image BAAB.
        case mirrored
        /// No named pattern, such as random order.
        case mixed
    }

    /// The pattern of the order.
    package let pattern: Pattern
    /// The share of a linear drift, first run to last, that appears as a difference between the arms; -1...1.
    ///
    /// Positive when the other arm ran later. With a drift of 3 % over 20 runs AAAA...BBBB shows 1.58 % that is not
    /// there, ABAB 0.16 %, ABBA nothing.
    package let driftLeak: Double

    /// Reads an order from whether each run, by time, belongs to the other arm; at least one run of each.
    package init(isOther: [Bool]) throws(StatisticsError) {
        let others = isOther.count { $0 }
        let baselines = isOther.count - others
        guard others > 0 else { throw .tooFew(unit: "other runs", have: 0, need: 1) }
        guard baselines > 0 else { throw .tooFew(unit: "baseline runs", have: 0, need: 1) }
        var otherPlaces = 0.0
        var baselinePlaces = 0.0
        var changes = 0
        for (place, other) in isOther.enumerated() {
            if other { otherPlaces += Double(place) } else { baselinePlaces += Double(place) }
            if place > 0, isOther[place - 1] != other { changes += 1 }
        }
        let difference = otherPlaces / Double(others) - baselinePlaces / Double(baselines)
        driftLeak = difference / Double(isOther.count - 1)
        if isOther.count >= 4, Self.isMirrored(isOther) {
            pattern = .mirrored
        } else if isOther.count >= 4, changes == isOther.count - 1 {
            pattern = .alternating
        } else if changes == 1 {
            pattern = .sequential
        } else {
            pattern = .mixed
        }
    }

    /// The pairs of an A/A control: neighbours of one arm's runs in order, turned AB, BA, AB, BA so that drift cancels.
    ///
    /// An odd last run is left out. A control needs four runs; below that the result says how many there are.
    package static func controlPairs(
        _ values: [Double]
    ) throws(StatisticsError) -> (baseline: [Double], other: [Double]) {
        guard values.count >= 4 else { throw .tooFew(unit: "runs for a control", have: values.count, need: 4) }
        var baseline: [Double] = []
        var other: [Double] = []
        for place in stride(from: 0, to: values.count - 1, by: 2) {
            let turned = place % 4 == 2
            baseline.append(values[turned ? place + 1 : place])
            other.append(values[turned ? place : place + 1])
        }
        return (baseline, other)
    }

    private static func isMirrored(_ isOther: [Bool]) -> Bool {
        guard isOther.count % 4 == 0 else { return false }
        for start in stride(from: 0, to: isOther.count, by: 4) {
            let first = isOther[start]
            guard isOther[start + 1] != first, isOther[start + 2] != first, isOther[start + 3] == first else {
                return false
            }
        }
        return true
    }
}
