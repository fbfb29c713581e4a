package import Documents
import Estate
import Evidence

extension OneArmReport {
    /// The object that `assay compare FILE --json` prints: `pair` is false, and there is no overhead and no verdict.
    ///
    /// Shares are in percent. What could not be formed or is not known is left out.
    package var json: JSON {
        .fields([
            "pair": false,
            "reason": .string(Self.notAPair),
            "arm": .fields([
                "label": .string(summary.arm.label),
                "model": model.map { .string($0.rawValue) },
                "guest": .bool(isGuest),
                "records": .array(summary.arm.records.map { .string($0) }),
                "files": .array(summary.arm.files.map { .string($0) }),
                "hosts": .integer(summary.arm.hosts),
                "boots": .integer(summary.boots),
                "runs": .integer(summary.arm.runs),
            ]),
            "cautions": .array(summary.cautions.map { .string($0) }),
            "notes": .array(summary.notes.map { .string($0) }),
            "unit_of_replication": .string(summary.unitOfReplication.rawValue),
            "metrics": .array(summary.metrics.map(json)),
            "class_priors": .array(
                classPriors.map { prior in
                    .fields([
                        "class": .string(prior.workload.rawValue),
                        "low_percent": Self.percent(prior.low),
                        "likeliest_percent": Self.percent(prior.likely),
                        "high_percent": Self.percent(prior.high),
                        "source": .string(prior.source),
                    ])
                }
            ),
            "needs": .array(needs.map { .string($0) }),
            "borrow": .object(
                borrowing.map { JSONMember($0.scheduler.rawValue, .array($0.lines.map { .string($0) })) }
            ),
            "compare_command": .string(comparing),
            "pair_command": pairing.map { .string($0) },
        ])
    }

    private func json(_ metric: ArmMetric) -> JSON {
        .fields([
            "name": .string(metric.metric.name),
            "unit": .string(metric.metric.unit),
            "better": .string(metric.metric.direction.rawValue),
            "role": .string(metric.metric.role.rawValue),
            "kind": .string(metric.metric.kind.rawValue),
            "statistic": .string(metric.statistic.description),
            "mean": .finite(metric.mean),
            "low": .finite(metric.interval?.low),
            "high": .finite(metric.interval?.high),
            "level": metric.interval.map { .number($0.level) },
            "values": .array(metric.values.compactMap { .finite($0) }),
            "descriptive": metric.descriptiveBecause.map { .string($0) },
            "limit": metric.limit.map { limit in
                .fields([
                    "low": .number(limit.range.lowerBound),
                    "high": .number(limit.range.upperBound),
                    "share_percent": Self.percent(limit.share),
                    "condition": .string(limit.condition),
                ])
            },
            "prior": prior(of: metric).map { prior in
                .fields([
                    "low_percent": Self.percent(prior.range.lowerBound),
                    "high_percent": Self.percent(prior.range.upperBound),
                    "about": .string(prior.subject),
                    "source": .string(prior.source),
                ])
            },
            "pairs_for_2_percent": metric.pairsForTwoPercent.map { .integer($0) },
        ])
    }

    private static func percent(_ share: Double) -> JSON? { .finite((share * 1e6).rounded() / 1e4) }
}
