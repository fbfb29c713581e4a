import Decision
package import Documents
import Evidence

extension PredictionReport {
    /// The prediction as one object.
    package var json: JSON {
        .fields(["scale": scaleJSON, "tail": tailJSON, "components": components.map(componentJSON)])
    }

    private static func json(_ interval: Interval) -> JSON {
        // A bound that is infinite is left out: nothing is known above.
        .fields([
            "estimate": .finite(interval.estimate), "low": .finite(interval.low), "high": .finite(interval.high),
            "level": .number(interval.level),
        ])
    }

    private var scaleJSON: JSON? {
        guard let scale else { return nil }
        let question = scale.question
        return .fields([
            "step_ms": .number(question.stepSeconds * 1e3),
            "synchronisations": .number(question.synchronisations),
            "exposed": .number(question.exposed),
            "slack_ms": .number(question.slackSeconds * 1e3),
            "ranks_per_node": .integer(question.ranksPerNode),
            "message_bytes": question.messageBytes.map { .number($0) },
            "algorithm": .string(question.algorithm.rawValue),
            "arms": .array(scale.arms.map(Self.json)),
            "overhead": overheads.map { overheads in
                .array(
                    zip(question.nodes, overheads).map { nodes, overhead in
                        .fields(["nodes": .integer(nodes), "share": Self.json(overhead)])
                    }
                )
            },
        ])
    }

    private static func json(_ arm: ScaleArm) -> JSON {
        let noise = arm.prediction.noise
        return .fields([
            "label": .string(arm.label),
            "records": .array(arm.records.map { .string($0) }),
            "detours": .fields([
                "count": .number(noise.count), "watched_seconds": .number(noise.watchedSeconds),
                "processors": .integer(noise.processors), "runs": .integer(noise.runs),
                "share": .number(noise.share), "longest_ms": .number(noise.longest * 1e3),
                "dispersion": .object(
                    zip(DetourRegularity.names, noise.regularity.dispersions).map { JSONMember($0, .number($1)) }
                ),
            ]),
            "tail": arm.prediction.tail.map { tail in
                .fields([
                    "threshold_ms": .number(tail.threshold * 1e3), "shape": .number(tail.shape),
                    "scale_ms": .number(tail.scale * 1e3), "exceedances": .integer(tail.exceedances),
                    "fits": .bool(tail.fits),
                ])
            },
            "rows": .array(
                arm.prediction.rows.map { row in
                    .fields([
                        "nodes": .integer(row.nodes), "ranks": .integer(row.ranks), "noise": json(row.noise),
                        "reach": .string(row.reach.rawValue), "communication_seconds": row.communication.map(json),
                        "step_seconds": json(row.step),
                    ])
                }
            ),
            "notes": .array(arm.prediction.notes.map { .string($0) }),
        ])
    }

    private var tailJSON: JSON? {
        guard let tail else { return nil }
        let question = tail.question
        return .fields([
            "replicas": .integer(question.replicas),
            "slots": .integer(question.slots),
            "arrivals": .string(question.arrivals == .poisson ? "poisson" : "trace"),
            "objective": question.objective.map { objective in
                .fields(["quantile": .number(objective.quantile), "ms": .number(objective.seconds * 1e3)])
            },
            "arms": .array(
                tail.arms.map { arm in
                    .fields([
                        "label": .string(arm.label),
                        "records": .array(arm.records.map { .string($0) }),
                        "metric": .string(arm.prediction.service.metric),
                        "measured_latency": arm.prediction.service.corrected.map { Self.json($0, question.quantiles) },
                        "reconstructed": .bool(arm.prediction.service.isReconstructed),
                        "requests": .integer(arm.prediction.service.count),
                        "mean_ms": .number(arm.prediction.service.meanSeconds * 1e3),
                        "capacity_per_s": .finite(arm.prediction.capacity),
                        "rows": .array(arm.prediction.rows.map { Self.json($0, question.quantiles) }),
                        "predicted_up_to": .array(
                            zip(question.quantiles, arm.prediction.reaches).map {
                                .fields(["quantile": .number($0), "utilisation": .number($1)])
                            }
                        ),
                        "breaks_at_per_s": arm.prediction.breaksAt.map(Self.json),
                        "breaks_beyond": arm.prediction.breaksAt.map { _ in .bool(arm.prediction.holdsBeyond) },
                        "notes": .array(arm.prediction.notes.map { .string($0) }),
                    ])
                }
            ),
        ])
    }

    private static func json(_ row: TailPrediction.Row, _ quantiles: [Double]) -> JSON {
        .fields([
            "rate_per_s": .number(row.rate), "utilisation": .number(row.utilisation),
            "latencies": .array(
                zip(quantiles, row.latencies).map { quantile, latency in
                    switch latency {
                    case .unbounded: .fields(["quantile": .number(quantile), "bounded": .bool(false)])
                    case .tooFew: .fields(["quantile": .number(quantile), "too_few": .bool(true)])
                    case .seconds(let estimate, let low, let high):
                        .fields([
                            "quantile": .number(quantile), "bounded": .bool(true), "ms": .number(estimate * 1e3),
                            "low_ms": .number(low * 1e3), "high_ms": .finite(high * 1e3),
                        ])
                    }
                }
            ),
        ])
    }

    private static func json(_ latency: CorrectedLatency, _ quantiles: [Double]) -> JSON {
        .fields([
            "closed_loop_ms": .number(latency.interval * 1e3),
            "latencies": .array(
                quantiles.map { quantile in
                    let (measured, reconstructed) = latency.quantile(quantile)
                    return .fields([
                        "quantile": .number(quantile), "measured_ms": .number(measured * 1e3),
                        "reconstructed_ms": .number(reconstructed * 1e3),
                    ])
                }
            ),
        ])
    }

    private func componentJSON(_ components: ComponentPrediction) -> JSON {
        .fields([
            "sources": .array(
                componentSources.map {
                    .fields(["label": .string($0.label), "records": .array($0.records.map { .string($0) })])
                }
            ),
            "parts": .array(
                components.parts.map { part in
                    .fields([
                        "name": .string(part.name), "share": .number(part.share),
                        "overhead": part.overhead.map(Self.json),
                        "metrics": .array(part.metrics.map { .string($0) }),
                    ])
                }
            ),
            "rest": .number(components.rest),
            "explained": Self.json(components.explained),
            "measured": components.measured.map(Self.json),
            "residual": components.residual.map(Self.json),
            "refuted": .bool(components.isRefuted),
            "missing": .array(components.missing.map { .string($0) }),
            "verdict": .string(components.verdict),
        ])
    }
}
