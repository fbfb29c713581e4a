import Documents
import Probability

/// Requests that a closed loop did not send because it waited for a slow one.
package enum CoordinatedOmission {
    /// Values that are put back, at most.
    static let most = 10_000_000.0

    /// Values with those put back that were omitted: for a latency x above the interval I also x - I, x - 2I and so on.
    ///
    /// As HdrHistogram's recordValueWithExpectedInterval does it. A guess about requests that nobody made, so what comes
    /// of it is called reconstructed.
    ///
    /// - Throws: ``PredictionError`` where ten million values would not do: some would be left out, and long ones first.
    package static func reconstructed(
        _ values: [Double],
        _ counts: [Double],
        interval: Double
    ) throws(PredictionError) -> (values: [Double], counts: [Double]) {
        guard interval > 0 else { return (values, counts) }
        let needed = values.reduce(0) { $0 + max(0, ($1 / interval).rounded(.down) - 1) }
        guard needed <= most else {
            let least = values.reduce(0, +) / most
            throw .argument(
                name: "the interval of the closed loop",
                found: "\(NumberText.significant(interval * 1e3, 3)) ms, which would put back "
                    + "\(NumberText.significant(needed, 2)) requests",
                expected: "the time between requests that the client meant to keep, here at least "
                    + "\(NumberText.significant(least * 1e3, 2)) ms (at most ten million requests are put back)"
            )
        }
        var pairs = Array(zip(values, counts))
        for (value, count) in zip(values, counts) {
            var missing = value - interval
            while missing >= interval {
                pairs.append((missing, count))
                missing -= interval
            }
        }
        pairs.sort { $0.0 < $1.0 }
        return (pairs.map(\.0), pairs.map(\.1))
    }
}

/// The latency of a load that a closed loop measured, as it was and with the requests that it did not send.
package struct CorrectedLatency: Sendable {
    /// The time between requests that was meant, in seconds.
    package let interval: Double
    private let measured: ServiceTimes.Measured
    private let whole: ServiceTimes.Measured

    /// Latencies in seconds with how often each was seen.
    init?(_ values: [Double], _ counts: [Double], interval: Double) throws(PredictionError) {
        let pairs = zip(values, counts).sorted { $0.0 < $1.0 }
        let (back, times) = try CoordinatedOmission.reconstructed(values, counts, interval: interval)
        guard let measured = ServiceTimes.Measured(pairs.map(\.0), pairs.map(\.1)),
            let whole = ServiceTimes.Measured(back, times)
        else { return nil }
        self.interval = interval
        self.measured = measured
        self.whole = whole
    }

    /// A quantile as the client saw it, and with the requests put back; in seconds.
    package func quantile(_ quantile: Double) -> (measured: Double, reconstructed: Double) {
        (measured.draw(quantile), whole.draw(quantile))
    }
}
