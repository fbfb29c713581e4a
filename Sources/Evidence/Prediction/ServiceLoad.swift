import Documents
import Probability

/// The load under which requests were measured whose latency is taken for the time of service.
///
/// Waiting that such a latency holds would count twice: once in it, and once more in the queue that is predicted.
struct ServiceLoad: Sendable, Hashable {
    /// Requests under way at once, on average; by Little's law where a rate was offered.
    ///
    /// Infinite where all came at once, and where they came at a rate that nothing states.
    var underWay: Double
    /// Whether each request waited for the answer of one before, so that no more than that were ever under way.
    var isClosed: Bool
    /// How it was measured.
    var words: String
    /// The mean latency, in seconds.
    var meanSeconds: Double

    /// What the conditions of a run say of its load; nil where they say none.
    init?(_ run: Run, meanSeconds: Double) {
        var values: [String: String] = [:]
        for condition in run.conditions { values[ComparisonNames.canonical(condition.name)] = condition.value }
        let rate = (values["offered_load_per_s"] ?? values["request_rate_per_s"]).flatMap { Double($0) }
        let concurrency = values["concurrency"].flatMap { Double($0) } ?? .infinity
        self.meanSeconds = meanSeconds
        if let rate, rate > 0, rate.isFinite {
            underWay = rate * meanSeconds
            isClosed = false
            words =
                "at \(NumberText.plain(rate)) requests/s, of which \(NumberText.significant(underWay, 2)) "
                + "were under way at once on average"
        } else if concurrency.isFinite, concurrency > 0 {
            underWay = concurrency
            isClosed = true
            words = "with \(counted(concurrency, "request")) under way at once"
        } else if rate == .infinity {
            (underWay, isClosed) = (.infinity, false)
            words = "with all requests sent at once"
        } else if values["load_loop"]?.lowercased() == "open" {
            (underWay, isClosed) = (.infinity, false)
            words = "at a rate that the record does not state"
        } else {
            return nil
        }
    }

    /// Whether waiting is in the latency to speak of, if so many requests were served at once: in a closed loop where more
    /// were under way, in an open one where more than one in ten would have waited (Erlang).
    func holdsWaiting(slots: Int) -> Bool {
        let servers = Double(slots)
        guard !isClosed else { return underWay > servers }
        guard underWay < servers else { return true }
        return Erlang.waiting(servers: slots, load: underWay) > 0.1
    }

    /// What the reader of a prediction should know; nil where the load is no cause for doubt.
    func sentence(metric: String, slots: Int) -> String? {
        guard holdsWaiting(slots: slots) else { return nil }
        let rate = meanSeconds > 0 ? NumberText.significant(0.1 / meanSeconds, 2) : "LOW"
        return
            "\(metric) is taken for the time of service and was measured under load (\(words)), while a replica is said "
            + "to serve \(slots) at once: waiting that is in it counts twice, which makes latencies too long and the load that "
            + "can be served too low; measure it with: assay measure --endpoint URL --rate \(rate)"
    }
}

/// Erlang's formula.
enum Erlang {
    /// The share of requests that wait, where so many would be under way with servers enough; all where they are too few.
    static func waiting(servers: Int, load: Double) -> Double {
        let utilisation = load / Double(max(servers, 1))
        guard utilisation < 1 else { return 1 }
        var blocking = 1.0
        for place in 1...max(servers, 1) { blocking = load * blocking / (Double(place) + load * blocking) }
        return blocking / (1 - utilisation * (1 - blocking))
    }
}
