package import Evidence
internal import Documents
internal import Probability

/// A quantile of one run, or how many independent samples it would have needed.
package struct RunQuantile: Sendable {
    /// The quantile, 0 to 1.
    package var quantile: Double
    /// Its exact 95 % interval; nil where the samples are too few.
    package var interval: Interval?
    /// Independent samples that it needs.
    package var needed: Int
}

/// One run of load: what was offered, what came back, and whether the generator did its own part.
package struct EndpointRun: Sendable {
    /// Its number, from 1.
    package var number: Int
    /// When it began, in the form of RFC 3339.
    package var started: String
    /// Requests after the warm-up.
    package var offered: Int
    /// Requests of the warm-up, left out.
    package var warmUp: Int
    /// Requests answered well.
    package var served: Int
    /// Well answered requests a second, over the time from the warm-up to the last answer.
    package var servedPerSecond: Double
    /// Those within the objective; nil where none was given.
    package var goodPerSecond: Double?
    /// Requests that failed, by how.
    package var failures: [LoadFailure: Int]
    /// Requests that waited for a connection.
    package var waited: Int
    /// Independent samples that the latencies are worth.
    package var effective: Int
    /// p50, p99 and p99.9 of the latency in seconds.
    package var quantiles: [RunQuantile]
    /// How late the generator was: its median, its 99th percentile and the longest, in seconds; nil without a send.
    package var lateness: (median: Double, p99: Double, longest: Double)?
    /// What stands in the way of using the run, as clauses.
    package var obstacles: [String]
    /// The samples as a record keeps them; empty where there are none.
    package var summaries: [SampleSummary]

    /// The share of requests that may fail before a run says nothing about the rest.
    package static let tolerableFailures = 0.01
    /// The share of sends that may be late.
    package static let tolerableLateSends = 0.01
    /// A send is late beyond this, in seconds, or beyond a twentieth of the median latency where that is more.
    package static let tolerableLateness = 1e-3

    /// Judges a result.
    ///
    /// A request that timed out enters the latencies with the time waited, so that the quantiles do not improve when a
    /// service fails to answer; other failures have no latency.
    package init(
        number: Int,
        started: String,
        _ plan: LoadPlan,
        _ result: LoadResult,
        objective: Double? = nil
    ) throws(SampleError) {
        self.number = number
        self.started = started
        let first = result.intended.firstIndex { $0 >= plan.warmUp } ?? result.intended.count
        let kept = first..<result.intended.count
        var failures: [LoadFailure: Int] = [:]
        var latencies: [Double] = []
        latencies.reserveCapacity(kept.count)
        var latency = SeriesBuilder(metric: Self.latency.name)
        var firstByte = SeriesBuilder(metric: Self.firstByte.name)
        var (served, good) = (0, 0)
        for place in kept {
            let failure = result.failure[place]
            if let failure { failures[failure, default: 0] += 1 }
            guard failure == nil || failure == .timedOut else { continue }
            let seconds = failure == .timedOut ? plan.timeout : result.latency[place]
            guard seconds.isFinite, seconds >= 0 else { continue }
            latencies.append(seconds)
            try latency.add(seconds, atSeconds: result.intended[place])
            guard failure == nil else { continue }
            served += 1
            if let objective, seconds <= objective { good += 1 }
            if result.firstByte[place].isFinite, result.firstByte[place] >= 0 {
                try firstByte.add(result.firstByte[place], atSeconds: result.intended[place])
            }
        }
        let span = max(plan.duration, result.elapsed) - plan.warmUp
        offered = kept.count
        warmUp = first
        self.served = served
        servedPerSecond = span > 0 ? Double(served) / span : 0
        goodPerSecond = objective.map { _ in span > 0 ? Double(good) / span : 0 }
        self.failures = failures
        waited = result.waited
        let lag = Autocorrelation.lagOne(latencies) ?? 0
        effective = Autocorrelation.effectiveCount(latencies.count, lagOne: lag)
        let sorted = latencies.sorted()
        let worth = effective
        quantiles = Self.reported.map { quantile in
            RunQuantile(
                quantile: quantile,
                interval: try? QuantileRanks.interval(sorted: sorted, quantile: quantile, effectiveSamples: worth),
                needed: (try? QuantileRanks.samplesNeeded(quantile: quantile)) ?? 0
            )
        }
        let late = result.lateness.sorted()
        if let median = Quantiles.ofSorted(late, 0.5), let p99 = Quantiles.ofSorted(late, 0.99), let last = late.last {
            lateness = (median, p99, last)
        }
        obstacles = Self.obstacles(
            offered: kept.count,
            served: served,
            failures,
            late,
            medianLatency: Quantiles.ofSorted(sorted, 0.5) ?? 0
        )
        summaries = []
        guard latency.count > 0, served > 0 else { return }
        summaries = [try latency.finish()]
        if firstByte.count > 0 { summaries.append(try firstByte.finish()) }
        for (metric, value) in [(Self.servedRate, servedPerSecond), (Self.goodRate, goodPerSecond ?? .nan)]
        where value.isFinite {
            var builder = SeriesBuilder(metric: metric.name)
            try builder.add(value)
            summaries.append(try builder.finish())
        }
    }

    private static let reported = [0.5, 0.99, 0.999]

    /// The latency of a request, from its intended start to the last byte.
    package static let latency = Metric(name: "request_latency", unit: "s", direction: .lower)
    /// The time from the intended start to the first byte of the response.
    package static let firstByte = Metric(
        name: "time_to_first_byte",
        unit: "s",
        direction: .lower,
        role: .exploratory
    )
    /// Requests answered well, a second.
    package static let servedRate = Metric(
        name: "served_rate",
        unit: "requests/s",
        direction: .higher,
        role: .exploratory
    )
    /// Requests answered well within the objective, a second.
    package static let goodRate = Metric(
        name: "served_within_objective",
        unit: "requests/s",
        direction: .higher,
        role: .exploratory
    )

    /// Every request that failed.
    package var failed: Int { failures.values.reduce(0, +) }

    private static func obstacles(
        offered: Int,
        served: Int,
        _ failures: [LoadFailure: Int],
        _ late: [Double],
        medianLatency: Double
    ) -> [String] {
        var found: [String] = []
        let failed = failures.values.reduce(0, +)
        if offered == 0 {
            found.append("no request was offered after the warm-up; raise --rate or --duration")
        } else if Double(failed) > tolerableFailures * Double(offered) {
            found.append(
                "\(NumberText.percent(Double(failed) / Double(offered))) of the requests failed (\(Self.list(failures))), and "
                    + "the latency of the rest says nothing about a service that does this"
            )
        }
        if failures[.ownLimit] != nil {
            found.append("this machine had no socket left; lower --connections or raise 'ulimit -n'")
        }
        let limit = max(tolerableLateness, medianLatency / 20)
        let beyond = late.count { $0 > limit }
        if !late.isEmpty, Double(beyond) > tolerableLateSends * Double(late.count) {
            found.append(
                "the generator itself sent \(NumberText.percent(Double(beyond) / Double(late.count))) of the requests more "
                    + "than \(NumberText.significant(limit * 1e3, 2)) ms late; give it an idle machine or processor, or lower "
                    + "--rate"
            )
        }
        return found
    }

    /// Failures by how, in a fixed order: `3 timed out, 1 connection reset`.
    package static func list(_ failures: [LoadFailure: Int]) -> String {
        LoadFailure.allCases.compactMap { kind in failures[kind].map { "\($0) \(kind.words)" } }.joined(separator: ", ")
    }
}
