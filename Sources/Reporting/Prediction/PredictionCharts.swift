import Documents
import Evidence

/// The slowdown against the number of ranks, one track an arm, with its band.
struct SlowdownChart {
    var id: Markup
    var arms: [PredictionReport.ScaleArm]

    /// The decimal logarithm, without a library: ranks are whole numbers up to 10^9.
    static func logarithm(_ number: Double) -> Double {
        guard number > 1 else { return 0 }
        var (rest, whole) = (number, 0.0)
        while rest >= 10 {
            rest /= 10
            whole += 1
        }
        // ln by its fast series about 1: (x-1)/(x+1).
        let z = (rest - 1) / (rest + 1)
        var (sum, power) = (0.0, z)
        for k in 0..<200 {
            sum += power / Double(2 * k + 1)
            power *= z * z
        }
        return whole + 2 * sum / 2.302_585_092_994_046
    }

    var drawing: Markup {
        let rows = arms.flatMap(\.prediction.rows)
        let most = rows.map { Double($0.ranks) }.max() ?? 1
        let axis = Axis(decades: Self.logarithm(most) + 0.001, title: "ranks, by powers of ten")
        var chart = RowChart(
            id: id,
            title: "Slowdown by noise against the number of ranks",
            description: arms.map(Self.words).joined(separator: " "),
            axis: axis
        )
        let bounds = rows.map(\.noise.high).filter(\.isFinite) + rows.map(\.noise.estimate).filter(\.isFinite)
        let scale = Axis(covering: bounds, style: .share(title: "slowdown")).high
        for arm in arms {
            chart.label(
                "\(arm.label), from 0 to \(NumberText.percent(scale, scale < 0.01 ? 3 : 1))",
                value: arm.prediction.rows.last.map { PredictionWords.percent($0.noise) } ?? ""
            )
            chart.track(height: 140) { track in
                func place(_ value: Double) -> Double { scale > 0 ? min(value, scale) / scale : 0 }
                let points = arm.prediction.rows.sorted { $0.ranks < $1.ranks }.map { row in
                    (x: Self.logarithm(Double(row.ranks)), noise: row.noise)
                }
                track.area(points.map { ($0.x, place($0.noise.low), place($0.noise.high)) }, style: "band")
                track.area(
                    points.map { ($0.x, place($0.noise.estimate) - 0.006, place($0.noise.estimate) + 0.006) },
                    style: "gain"
                )
                if let first = arm.prediction.rows.filter({ $0.reach == .extrapolated || $0.reach == .beyond }).map(
                    \.ranks
                ).min() {
                    track.rule(Self.logarithm(Double(first)), style: "level dashed")
                }
            }
        }
        return chart.drawing()
    }

    private static func words(_ arm: PredictionReport.ScaleArm) -> String {
        let rows = arm.prediction.rows.map { row in
            "at \(NumberText.grouped(row.ranks)) ranks \(PredictionWords.percent(row.noise)), "
                + PredictionWords.reach(row.reach)
        }
        return "\(arm.label): \(rows.joined(separator: "; "))."
    }
}

/// Latency against load, one track an arm and quantile.
struct LatencyChart {
    var id: Markup
    var question: TailQuestion
    var arms: [PredictionReport.TailArm]

    var drawing: Markup {
        let rates = arms.flatMap { $0.prediction.rows.map(\.rate) } + arms.compactMap { $0.prediction.breaksAt?.high }
        let axis = Axis(covering: rates, style: .amount(unit: "requests a second"))
        var chart = RowChart(
            id: id,
            title: "Latency against load",
            description: arms.map(words).joined(separator: " "),
            axis: axis
        )
        for (place, quantile) in question.quantiles.enumerated() {
            // By the lines and the objective: one wide band near the fleet's limit would press all lines flat.
            let most =
                arms.flatMap { arm in
                    arm.prediction.rows.compactMap { Self.bounds($0.latencies[place]).map { $0.estimate * 1.2 } }
                } + (question.objective?.quantile == quantile ? [question.objective?.seconds ?? 0] : [])
            let scale = Axis(covering: most, style: .amount(unit: "s")).high
            for arm in arms {
                chart.label(
                    "\(PredictionWords.quantile(quantile)), \(arm.label), from 0 to \(PredictionWords.time(scale)) ms",
                    value: arm.prediction.rows.last.map { PredictionWords.latency($0.latencies[place]) } ?? ""
                )
                chart.track(height: 90) { track in
                    let points = arm.prediction.rows.sorted { $0.rate < $1.rate }.compactMap { row in
                        Self.bounds(row.latencies[place]).map { (row.rate, $0) }
                    }
                    track.area(points.map { ($0.0, $0.1.low / scale, $0.1.high / scale) }, style: "band")
                    track.area(
                        points.map { ($0.0, $0.1.estimate / scale - 0.008, $0.1.estimate / scale + 0.008) },
                        style: "gain"
                    )
                    if question.objective?.quantile == quantile, let breaks = arm.prediction.breaksAt {
                        track.rule(breaks.estimate, style: "level dashed")
                        track.interval(breaks.low, breaks.high)
                    }
                }
            }
        }
        return chart.drawing()
    }

    private static func bounds(_ latency: TailPrediction.Latency) -> (estimate: Double, low: Double, high: Double)? {
        if case .seconds(let estimate, let low, let high) = latency { (estimate, low, high) } else { nil }
    }

    private func words(_ arm: PredictionReport.TailArm) -> String {
        let rows = arm.prediction.rows.map { row in
            let latencies = zip(question.quantiles, row.latencies).map { quantile, latency in
                "\(PredictionWords.quantile(quantile)) \(PredictionWords.latency(latency)) ms"
            }
            return "at \(NumberText.significant(row.rate, 4)) requests/s \(latencies.joined(separator: ", "))"
        }
        return "\(arm.label): \(rows.joined(separator: "; "))."
    }
}
