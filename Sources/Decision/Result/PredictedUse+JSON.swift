import Documents
import Estate
import Evidence

extension ScaleUse {
    /// As in `decision.json`.
    var json: JSON {
        .fields([
            "workload": .string(workload), "model": .string(model.rawValue), "nodes": .integer(nodes),
            "ranks": .integer(ranks), "from_nodes": .integer(fromNodes),
            "added_percent": added.json(times: 100),
            "reach": .string(isExtrapolated ? "extrapolated" : "sample"), "used": .bool(isUsed),
            "provenance": "derived", "records": .array(records.map(JSON.string)),
        ])
    }
}

extension ServingUse {
    /// As in `decision.json`; without a latency where there is no bound.
    var json: JSON {
        .fields([
            "workload": .string(workload), "model": .string(model.rawValue), "rate_per_s": .finite(rate),
            "replicas": .integer(replicas), "quantile": .finite(quantile),
            "objective_ms": .finite(objectiveMilliseconds), "latency_ms": latency?.json(times: 1),
            "latency_is_at_least": isAtLeast ? .bool(true) : nil, "metric": .string(metric),
            "keeps": .bool(keeps),
            "needed_replicas": neededReplicas.map { .integer($0) },
            "service": .string(isLengthened ? "bare metal's, lengthened by detours" : "its own"),
            "provenance": "derived", "records": .array(records.map(JSON.string)),
        ])
    }
}

extension Interval {
    fileprivate func json(times factor: Double) -> JSON {
        .fields([
            "estimate": .finite(estimate * factor), "low": .finite(low * factor), "high": .finite(high * factor),
            "level": .finite(level),
        ])
    }
}
