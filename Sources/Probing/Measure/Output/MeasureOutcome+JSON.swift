package import Documents
internal import Evidence

extension MeasureOutcome {
    /// The outcome for programs; samples are in the record.
    package var json: JSON {
        .fields([
            "plan": plan.json,
            "metrics": .array(summaries.map(\.json)),
            "derived": .array(
                derived.map { number in
                    .fields([
                        "name": .string(number.name), "unit": .string(number.unit), "value": JSON.finite(number.value),
                        "from": .array(number.from.map { .string($0) }),
                    ])
                }
            ),
            "rounds": .array(rounds.map(\.json)),
            "refusals": .array(
                refusals.map { refusal in
                    .fields([
                        "probe": .string(refusal.probe),
                        "metrics": .array(refusal.metrics.map { .string($0) }),
                        "rounds": .array(refusal.rounds.map { .integer($0) }),
                        "reason": .string(refusal.reason),
                    ])
                }
            ),
            "marks": .array(marks.map { .string($0.kind.rawValue) }),
            "disturbed_runs": .integer(disturbedRuns),
            "interrupted": .bool(isInterrupted),
            "notes": .array(sentences.map { .string($0) }),
        ])
    }
}

extension MetricSummary {
    var json: JSON {
        .fields([
            "name": .string(metric.name),
            "unit": .string(metric.unit),
            "better": .string(metric.direction.rawValue),
            "role": .string(metric.role.rawValue),
            "runs": .integer(runs),
            "samples": .integer(samples),
            "mean": JSON.finite(mean),
            "relative_error_95": JSON.finite(relativeError),
            "median": JSON.finite(median),
            "p99": JSON.finite(p99),
            "fewest_effective_samples": .integer(fewestSamples),
            "resolution": JSON.finite(resolution),
            "pairs_for_2_percent": pairsForTwoPercent.map { .integer($0) },
        ])
    }
}

extension MeasuredRound {
    fileprivate var json: JSON {
        .fields([
            "round": .integer(number),
            "started": .string(started),
            "probes": .array(
                probes.map { probe in
                    .fields([
                        "name": .string(probe.name),
                        "processors": .string(ProcessorList.text(probe.processors)),
                        "conditions": .object(
                            probe.samples.conditions.map { JSONMember($0.name, .string($0.value)) }
                        ),
                        "other_tasks_share": JSON.finite(probe.report.otherTasksShare),
                        "other_load_share": JSON.finite(probe.report.otherLoadShare),
                        "stolen_share": JSON.finite(probe.report.stolenShare),
                        "disturbances": .array(probe.report.disturbances.map { .string($0.kind.rawValue) }),
                    ])
                }
            ),
        ])
    }
}
