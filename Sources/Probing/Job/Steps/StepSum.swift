internal import Documents

/// Holds the steps of a run against the time that the run took: what a wrong unit gives away.
///
/// Several processes may say their steps, and steps may overlap, so that their sum is more than the run; but no step is
/// longer than the run, and no machine has hundreds of them under way all the time.
enum StepSum {
    /// By so much steps may exceed the run, for they are timed by another clock and rounded: a share, and seconds.
    static let tolerance = (share: 0.05, seconds: 0.1)
    /// So many steps at once, all the time, are taken for a wrong unit.
    static let mostAtOnce = 300.0

    private static func exceeds(_ seconds: Double, _ wall: Double) -> Bool {
        seconds > wall * (1 + tolerance.share) + tolerance.seconds
    }

    /// Why these steps, in seconds, cannot be of a run that took so long; nil where they can.
    static func problem(_ steps: [Double], wall: Double) -> String? {
        let sum = steps.reduce(0, +)
        func words(_ seconds: Double) -> String { NumberText.significant(seconds, 3) }
        if let longest = steps.max(), exceeds(longest, wall) {
            return
                "a step of \(words(longest)) s, \(words(sum)) s in all, in a run that took \(words(wall)) s: check --step-unit"
        }
        guard exceeds(sum / mostAtOnce, wall) else { return nil }
        return "steps add up to \(words(sum)) s, the run took \(words(wall)) s: check --step-unit"
    }

    /// How many times the run the steps add up to, where that is more than one process can do step by step; else nil.
    static func excess(_ steps: [Double], wall: Double) -> Double? {
        let sum = steps.reduce(0, +)
        return exceeds(sum, wall) && wall > 0 ? sum / wall : nil
    }
}
