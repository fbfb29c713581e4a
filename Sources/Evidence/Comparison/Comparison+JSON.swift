package import Documents

/// The object that `assay compare --json` prints.
///
/// Shares are in percent, rounded to four decimals. `verdict` is in words, `verdict_code` one of `invalid`,
/// `equivalent`, `overhead`, `faster` and `inconclusive`; what could not be formed is left out: an estimate without
/// `low_percent` and `high_percent` has no interval, and `descriptive` says why no verdict is formed.
extension Comparison {
    /// The comparison as one documented object.
    package var json: JSON {
        .fields([
            "baseline": baseline.json,
            "other": other.json,
            "design": .string(design.rawValue),
            "unit_of_replication": .string(unitOfReplication.rawValue),
            "hosts_confounded": .bool(hostsConfounded),
            "control": control.json,
            "margin_percent": percent(margin),
            "validity": .array(validity.map(\.json)),
            "metrics": .array(metrics.map { json($0) }),
        ])
    }

    private func json(_ metric: MetricComparison) -> JSON {
        .fields([
            "name": .string(metric.name),
            "unit": .string(metric.unit),
            "better": .string(metric.direction.rawValue),
            "role": metric.isConfirmatory ? "confirmatory" : "exploratory",
            "statistic": .string(metric.statistic.description),
            "overhead_percent": percent(metric.estimate),
            "low_percent": percent(metric.overhead?.low),
            "high_percent": percent(metric.overhead?.high),
            "level": metric.overhead.map { .number($0.level) },
            "method": metric.overhead.map { .string($0.method) },
            "lost_share_percent": percent(metric.estimate.flatMap { Overhead.lostShare(of: $0) }),
            "verdict": .string(metric.words(hostsConfounded: hostsConfounded, hosts: hostWords)),
            "verdict_code": .string(metric.verdict.code),
            "reason": metric.verdict.reason.map { .string($0) },
            "descriptive": metric.descriptiveBecause.map { .string($0) },
            "validity": .array((validity + metric.validity).map(\.json)),
            "adjusted_p": .finite(metric.adjustedPValue),
            "adjustment": .string(metric.adjustment),
            "minimum_detectable_percent": percent(metric.minimumDetectableEffect),
            "drift": metric.drift.map(json),
            "bootstrap": metric.bootstrap.map(json),
            "control": metric.control?.json,
            "baseline_values": .array(metric.baselineValues.map { .number($0) }),
            "other_values": .array(metric.otherValues.map { .number($0) }),
            "secondary": .array(metric.secondary.map { json($0) }),
        ])
    }

    private func json(_ further: SecondaryEffect) -> JSON {
        .fields([
            "statistic": .string(further.statistic.description),
            "overhead_percent": percent(further.effect?.estimate),
            "low_percent": percent(further.effect?.low),
            "high_percent": percent(further.effect?.high),
            "method": further.effect.map { .string($0.method) },
            "too_few": further.descriptiveBecause.map { .string($0) },
            "no_interval": further.noneBecause.map { .string($0) },
        ])
    }

    private func json(_ effect: Effect) -> JSON {
        .fields([
            "percent": percent(effect.estimate),
            "low_percent": percent(effect.low),
            "high_percent": percent(effect.high),
            "level": .number(effect.level),
            "method": .string(effect.method),
        ])
    }
}

/// A share as a percentage with four decimals; nil where it is not finite.
private func percent(_ share: Double?) -> JSON? {
    guard let share else { return nil }
    let scaled = share * 100
    // Beyond this there are no four decimals left to round to.
    return .finite(abs(scaled) < 1e11 ? (scaled * 1e4).rounded() / 1e4 : scaled)
}

extension Arm {
    fileprivate var json: JSON {
        .fields([
            "label": .string(label),
            "records": .array(records.map { .string($0) }),
            "files": .array(files.map { .string($0) }),
            "hosts": .integer(hosts),
            "runs": .integer(runs),
            "sources": sources.isEmpty ? nil : .array(sources.map(\.json)),
        ])
    }
}

extension MeasurementSource {
    /// The source as one object; what is not known is left out.
    package var json: JSON {
        .fields([
            "record": .string(record),
            "tool": tool.isEmpty ? nil : .string(tool),
            "imported_from": format.map { .string($0) },
            "file_sha256": fileSHA256.map { .string($0) },
            "run": .string(firstRun),
            "runs": .integer(runs),
            "metrics": .array(metrics.map { .string($0) }),
        ])
    }
}

extension Control {
    fileprivate var json: JSON {
        switch self {
        case .none(let have): .fields(["result": "no control", "have": .integer(have), "need": 4])
        case .passed(let effect):
            // Without any spread, what would have shown is unknown, not nothing.
            .fields([
                "result": "passed",
                "minimum_detectable_percent": effect > LogRatio.resolution ? percent(effect) : nil,
            ])
        case .failed(let low, let high):
            .fields(["result": "failed", "low_percent": percent(low), "high_percent": percent(high)])
        }
    }
}

extension ValidityNote {
    fileprivate var json: JSON {
        .fields([
            "severity": .string(severity.rawValue), "code": .string(code), "sentence": .string(sentence),
        ])
    }
}
