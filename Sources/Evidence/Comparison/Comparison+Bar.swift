internal import Documents

/// What a bar set by the user makes of a comparison.
package struct BarCheck: Sendable, Hashable {
    /// Why the bar is missed, or cannot be said to be kept: a sentence a metric; empty where it is kept.
    package var missed: [String] = []
    /// What is not ruled out though nothing is shown.
    package var open: [String] = []

    /// Whether nothing speaks against it.
    package var isKept: Bool { missed.isEmpty && open.isEmpty }
}

extension Comparison {
    /// Holds every metric against a bar, the largest overhead allowed, as a share.
    ///
    /// Missed: an overhead, or an equivalence within a wider margin, whose estimate is above the bar; and whatever gives
    /// no verdict at all (invalid, too few, no spread), as nothing says then that the bar is kept. An inconclusive
    /// interval that reaches above the bar is open.
    package func held(against bar: Double) -> BarCheck {
        var check = BarCheck()
        let limit = ShareText.one(bar)
        for metric in metrics {
            let name = metric.name
            switch metric.verdict {
            case .invalid(let reason):
                check.missed.append("\(name): whether \(limit) is kept cannot be checked: \(reason)")
            case .inconclusive where metric.descriptiveBecause != nil || metric.overhead == nil:
                let reason = metric.descriptiveBecause ?? "no interval"
                check.missed.append("\(name): whether \(limit) is kept cannot be checked: descriptive only, \(reason)")
            case .overhead, .equivalent:
                guard let overhead = metric.overhead, overhead.estimate > bar else { continue }
                let word = hostsConfounded ? "the difference" : "overhead"
                let wide = metric.verdict.code == "equivalent" ? " (\(metric.verdict.words))" : ""
                check.missed.append("\(name): \(word) \(ShareText.one(overhead.estimate)) is above \(limit)\(wide)")
            case .inconclusive:
                guard let overhead = metric.overhead, overhead.high > bar else { continue }
                check.open.append(
                    "\(name): inconclusive; overheads up to \(ShareText.one(overhead.high)) are not ruled out"
                )
            case .faster: continue
            }
        }
        return check
    }
}
