package import Documents
import Cost
import Estate
import Evidence
import Probability
import Scheduling
import Study

extension DecisionResult {
    /// The object written as `decision.json` and printed by `--json`; `docs/decision-json.md` lists its keys.
    ///
    /// Numbers that do not exist (a payback that never comes) are left out, never null.
    package func json() -> JSON {
        .fields([
            "assay_decision": 1,
            "study": studyJSON,
            "draws": .integer(draws),
            // As text: a seed may use all 64 bits, which JSON numbers do not carry.
            "seed": .string(String(seed)),
            "estate": estate.json,
            "workloads": .array(workloads.map(\.json)),
            "job_classes": .array(study.workloads.compactMap(\.jobClassJSON)),
            "assignments": .array(assignments.map(\.json)),
            "optimality_gap_per_month": .finite(optimalityGapPerMonth),
            "flip_coverage": flipCoverage.map(JSON.string),
            "replay": replay?.json,
            "scale_predictions": scales.isEmpty ? nil : .array(scales.map(\.json)),
            "serving_predictions": servings.isEmpty ? nil : .array(servings.map(\.json)),
            "timing": .array(timing.map(\.json)),
            "waterfall": waterfall.json,
            "waterfall_per_useful_gpu_hour": waterfallPerUsefulGPUHour?.json,
            "cloud_per_month": cloudPerMonth?.json,
            "savings": .array(savings.map(\.json)),
            "deferral": deferral?.json,
            "tornado": .array(tornado.map(\.json)),
            "assumed_variance_share": .finite(assumedVarianceShare),
            "break_evens": .array(breakEvens.map(\.json)),
            "measurements": .array(measurements.map(\.json)),
            "matrix": .array(matrix.map(\.json)),
            "questions": .array(questions.map(\.json)),
            "evidence": .array(comparisons.map(\.json)),
            "inputs": .array(inputs.map(\.json)),
            "derived_constraints": study.derived.isEmpty
                ? nil
                : .array(
                    study.derived.map { derived in
                        .fields([
                            "name": .string(derived.name), "subject": .string(derived.subject.rawValue),
                            "value": .string(derived.value), "because": .string(derived.because),
                        ])
                    }
                ),
            "notes": .array(notes.map(JSON.string)),
        ])
    }

    private var studyJSON: JSON {
        .fields([
            "name": .string(study.name),
            "summary": study.summary.isEmpty ? nil : .string(study.summary),
            "illustrative": .bool(study.isIllustrative),
            "date": .string(study.date.description),
            "currency": .string(study.currency),
            "horizon_years": .integer(study.horizonYears),
            "today": .string(study.estate.today.rawValue),
        ])
    }
}

extension Workload {
    /// What is known of where its time goes; absent where nothing is.
    fileprivate var jobClassJSON: JSON? {
        guard nature.stated != nil || nature.profile != nil else { return nil }
        let profile = nature.profile
        return .fields([
            "workload": .string(name),
            "job_class": nature.bound.map { .string($0.rawValue) },
            "source": nature.stated == nil ? "profile" : "stated",
            "profile_class": profile.map { .string($0.classWords) },
            "profile_records": profile.map { .array($0.records.map(JSON.string)) },
            "shares": profile.map { profile in
                .object(
                    profile.parts.compactMap { part in
                        JSON.finite(profile.shares[part]).map { JSONMember(part.part, $0) }
                    } + [JSONMember("unknown", .number(profile.unknownShare))]
                )
            },
        ])
    }
}

extension Spread {
    var json: JSON {
        .fields(["p10": .finite(p10), "p50": .finite(p50), "p90": .finite(p90), "mean": .finite(mean)])
    }
}

extension [DeploymentModel] {
    fileprivate var json: JSON { .array(map { .string($0.rawValue) }) }
}

extension EstateDecision {
    fileprivate var json: JSON {
        .fields([
            "sentence": .string(sentence),
            "models": models.json,
            "probability": .finite(probability.value),
            "probability_standard_error": .finite(probability.standardError),
            "regret_per_month": .finite(regretPerMonth.value),
            "regret_per_month_standard_error": .finite(regretPerMonth.standardError),
            "cost_per_month": costPerMonth.json,
            "cost_per_useful_gpu_hour": costPerUsefulGPUHour.json,
            "useful_gpu_hours_per_month": usefulGPUHoursPerMonth.json,
            "flip_points": .array(flipPoints.map(\.json)),
        ])
    }
}

extension WorkloadDecision {
    fileprivate var json: JSON {
        .fields([
            "name": .string(name),
            "model": .string(model.rawValue),
            "jobs": jobs?.json,
            "probability": .finite(probability.value),
            "probability_standard_error": .finite(probability.standardError),
            "regret_per_month": .finite(regretPerMonth.value),
            "regret_per_month_standard_error": .finite(regretPerMonth.standardError),
            "flip_points": .array(flipPoints.map(\.json)),
            "job": job.map { job in
                .fields([
                    "hours_today": .finite(job.hoursToday),
                    "hours_chosen": job.hoursChosen.json,
                    "freed_gpu_hours_per_month": job.freedGPUHoursPerMonth.json,
                ])
            },
            "options": .array(options.map(\.json)),
        ])
    }
}

extension WorkloadOption {
    fileprivate var json: JSON {
        .fields([
            "model": .string(model.rawValue),
            "eligible": .bool(rejections.isEmpty),
            "rejections": .array(
                rejections.map { .fields(["code": .string($0.code), "sentence": .string($0.sentence)]) }
            ),
            "marginal_cost_per_month": marginalCostPerMonth?.json,
            "probability": .finite(probability?.value),
            "overhead_percent": .fields([
                "p10": .finite(overhead.p10 * 100), "p50": .finite(overhead.p50 * 100),
                "p90": .finite(overhead.p90 * 100), "mean": .finite(overhead.mean * 100),
            ]),
            "overhead_provenance": overheadProvenance.json,
            "share": .string(share),
        ])
    }
}

extension AssignmentResult {
    fileprivate var json: JSON {
        .fields([
            "models": models.json,
            "chosen": .bool(isChosen),
            "today": .bool(isToday),
            "eligible": .bool(isEligible),
            "probability": .finite(probability.value),
            "cost_per_month": costPerMonth.json,
            "difference_per_month": differencePerMonth.json,
            "cost_per_useful_gpu_hour": costPerUsefulGPUHour.json,
            "platforms": .array(platforms.map(\.json)),
        ])
    }
}

extension PlatformBill {
    var json: JSON {
        .fields([
            "model": .string(model.rawValue),
            "workloads": .array(workloads.map(JSON.string)),
            "gpus_needed": .finite(gpusNeeded),
            "hosts": .integer(hosts),
            "gpus": .integer(gpus),
            "size_and_idle": replay.map { replay in
                .fields([
                    "from": "replay",
                    "jobs": .integer(replay.jobs), "refused_jobs": .integer(replay.refused),
                    "slots": replay.slots.map(JSON.integer),
                ])
            },
            "gpu_hours_per_month": hours.json,
            "total_per_month": .finite(totalPerMonth),
            "lines": .array(lines.map(\.json)),
        ])
    }
}

extension GPUHours {
    var json: JSON {
        .fields([
            "available": .finite(available), "useful": .finite(useful), "lost": .finite(lost),
            "idle_allocated": .finite(idleAllocated), "idle_unallocated": .finite(idleUnallocated),
        ])
    }
}

extension BillLine {
    fileprivate var json: JSON {
        .fields([
            "title": .string(title), "group": .string(group.rawValue), "quantity": .finite(quantity),
            "unit": .string(quantityUnit), "unit_price": .finite(unitPrice),
            "amount_per_month": .finite(amountPerMonth), "inputs": .array(inputs.map(JSON.string)),
        ])
    }
}

extension FlipPoint {
    fileprivate var json: JSON {
        .fields([
            "input": .string(input), "title": .string(title), "unit": .string(unit), "value": .finite(value),
            "current": .finite(current), "range_low": .finite(range.lowerBound),
            "range_high": .finite(range.upperBound), "kind": .string(kind.rawValue), "below": .string(below),
            "above": .string(above),
        ])
    }
}

extension TimingOption {
    fileprivate var json: JSON {
        .fields([
            "kind": .string(kind.rawValue),
            "net_present_cost": cashByYear.isEmpty ? nil : netPresentCost.json,
            "net_present_value": cashByYear.isEmpty ? nil : netPresentValue.json,
            "payback_years": .finite(paybackYears),
            "cash_by_year": cashByYear.isEmpty ? nil : .array(cashByYear.map(\.json)),
            "unavailable_because": unavailableBecause.map(JSON.string),
        ])
    }
}

extension Waterfall {
    fileprivate var json: JSON {
        .fields([
            "unit": .string(unit), "start_title": .string(startTitle), "start": .finite(start),
            "steps": .array(
                steps.map { .fields(["group": .string($0.group.rawValue), "amount": .finite($0.amount)]) }
            ),
            "end_title": .string(endTitle), "end": .finite(end),
        ])
    }
}

extension Saving {
    fileprivate var json: JSON {
        .fields([
            "kind": .string(kind.rawValue), "title": .string(title), "per_month": perMonth.json,
            "gpu_hours_per_month": .finite(gpuHoursPerMonth),
        ])
    }
}

extension DeferralValue {
    fileprivate var json: JSON {
        .fields([
            "purchase": .finite(purchase), "planned_date": .string(plannedDate.description), "years": years.json,
            "beyond_horizon": .bool(isBeyondHorizon), "value": value.json, "gross_value": grossValue?.json,
            "sentence": .string(sentence),
        ])
    }
}

extension TornadoBar {
    fileprivate var json: JSON {
        .fields([
            "input": .string(input), "title": .string(title), "unit": .string(unit), "low_input": .finite(lowInput),
            "high_input": .finite(highInput), "low_result": .finite(lowResult), "high_result": .finite(highResult),
            "variance_share": .finite(varianceShare), "assumed": .bool(isAssumed),
        ])
    }
}

extension BreakEven {
    fileprivate var json: JSON {
        .fields([
            "input": .string(input), "title": .string(title), "unit": .string(unit),
            "values": .array(values.compactMap(JSON.finite)), "current": .finite(current),
            "between": .string(between),
        ])
    }
}

extension MeasurementValue {
    fileprivate var json: JSON {
        .fields([
            "title": .string(title), "inputs": .array(inputs.map(JSON.string)),
            "value_over_horizon": .finite(valueOverHorizon.value),
            "value_over_horizon_standard_error": .finite(valueOverHorizon.standardError),
            "value_per_month": .finite(valuePerMonth), "command": .string(command), "reason": .string(reason),
        ])
    }
}

extension MatrixRow {
    fileprivate var json: JSON {
        .fields([
            "side": .string(side.rawValue), "reason": .string(reason), "cell": .string(cell.rawValue),
            "evidence": .string(evidence),
        ])
    }
}

extension QuestionAnswer {
    fileprivate var json: JSON { .fields(["question": .string(question), "answer": .string(answer)]) }
}

extension ComparedEvidence {
    fileprivate var json: JSON {
        let effect = decidingMetric?.overhead
        return .fields([
            "workload": workload.map(JSON.string), "model": .string(model.rawValue), "component": .bool(isComponent),
            "matched_by_class": isMatchedByClass ? true : nil,
            "job_class": profile.map { .string($0.classWords) },
            "metric": (decidingMetric?.name).map(JSON.string),
            "overhead_percent": .finite(effect.map { $0.estimate * 100 }),
            "low_percent": .finite(effect.map { $0.low * 100 }), "high_percent": .finite(effect.map { $0.high * 100 }),
            "baseline_records": .array(comparison.baseline.records.map(JSON.string)),
            "other_records": .array(comparison.other.records.map(JSON.string)),
            "baseline_sources": Self.json(comparison.baseline.sources),
            "other_sources": Self.json(comparison.other.sources),
        ])
    }

    private static func json(_ sources: [MeasurementSource]) -> JSON? {
        sources.isEmpty ? nil : .array(sources.map(\.json))
    }
}

extension InputSummary {
    fileprivate var json: JSON {
        .fields([
            "key": .string(quantity.key), "title": .string(quantity.title), "unit": .string(quantity.unit),
            "value": spread.json, "growth_per_year": quantity.escalator == 0 ? nil : .finite(quantity.escalator),
            "provenance": quantity.provenance.json,
        ])
    }
}

extension Provenance {
    var json: JSON {
        switch self {
        case .measured(let records, let note), .derived(let records, let note):
            .fields([
                "kind": .string(word), "records": .array(records.map(JSON.string)),
                "note": note.isEmpty ? nil : .string(note),
                "qualifier": qualifiers.isEmpty ? nil : .string(qualifiers.joined(separator: "; ")),
            ])
        case .declared(let source, let date):
            .fields([
                "kind": isDefinition ? "by-definition" : "declared", "source": .string(source),
                "date": date.map { .string($0.description) },
            ])
        case .assumed(let source, let date):
            .fields(["kind": "assumed", "source": .string(source), "date": date.map { .string($0.description) }])
        }
    }
}
