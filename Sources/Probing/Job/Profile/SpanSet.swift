/// A stretch of time in nanoseconds, its end not in it.
struct TimeSpan: Hashable {
    var start: Int64
    var end: Int64
}

/// A union of stretches of time, in memory that follows the gaps between them and not their number.
///
/// Times must lie within ±4·10¹⁸ ns, so that no difference and no sum of disjoint stretches overflows.
struct SpanSet {
    /// Disjoint, not touching, ascending.
    private var merged: [TimeSpan] = []
    /// Those that came out of order, not yet merged.
    private var pending: [TimeSpan] = []

    init() {}

    /// The union of the given stretches; empty ones are nothing.
    init(_ spans: some Sequence<TimeSpan>) {
        for span in spans { insert(span) }
    }

    /// Adds a stretch; an empty one is nothing.
    mutating func insert(_ span: TimeSpan) {
        guard span.end > span.start else { return }
        guard let last = merged.last else {
            merged.append(span)
            return
        }
        if span.start > last.end {
            merged.append(span)
        } else if span.start >= last.start {
            merged[merged.count - 1].end = max(last.end, span.end)
        } else {
            pending.append(span)
            // Merging costs a pass over all, so it waits until as much again is to be gained.
            if pending.count >= max(4_096, merged.count) { settle() }
        }
    }

    /// How many stretches are held.
    var count: Int { merged.count + pending.count }

    /// The stretches, disjoint and ascending.
    var spans: [TimeSpan] {
        guard !pending.isEmpty else { return merged }
        var copy = self
        copy.settle()
        return copy.merged
    }

    private mutating func settle() {
        guard !pending.isEmpty else { return }
        pending.sort { $0.start < $1.start }
        merged = Self.union(merged, pending)
        pending.removeAll(keepingCapacity: true)
    }

    /// The union of two lists that ascend by their starts.
    private static func union(_ left: [TimeSpan], _ right: [TimeSpan]) -> [TimeSpan] {
        var result: [TimeSpan] = []
        result.reserveCapacity(left.count + right.count)
        var (l, r) = (0, 0)
        while l < left.count || r < right.count {
            let next: TimeSpan
            if r == right.count || (l < left.count && left[l].start <= right[r].start) {
                next = left[l]
                l += 1
            } else {
                next = right[r]
                r += 1
            }
            if let last = result.last, next.start <= last.end {
                result[result.count - 1].end = max(last.end, next.end)
            } else {
                result.append(next)
            }
        }
        return result
    }

    /// What lies in either.
    func union(_ other: SpanSet) -> SpanSet {
        var result = SpanSet()
        result.merged = Self.union(spans, other.spans)
        return result
    }

    /// Nanoseconds that lie in both.
    func overlap(_ other: SpanSet) -> Int64 {
        let (left, right) = (spans, other.spans)
        var (l, r) = (0, 0)
        var total: Int64 = 0
        while l < left.count, r < right.count {
            total += max(0, min(left[l].end, right[r].end) - max(left[l].start, right[r].start))
            if left[l].end < right[r].end { l += 1 } else { r += 1 }
        }
        return total
    }

    /// Nanoseconds in all.
    var length: Int64 { spans.reduce(0) { $0 + ($1.end - $1.start) } }

    /// From the first start to the last end; nil of nothing.
    var hull: TimeSpan? {
        let spans = spans
        guard let first = spans.first, let last = spans.last else { return nil }
        return TimeSpan(start: first.start, end: last.end)
    }
}
