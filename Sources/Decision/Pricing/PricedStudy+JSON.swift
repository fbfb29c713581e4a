import Cost
package import Documents
import Estate
import Study

extension PricedStudy {
    /// The object that `assay cost --json` prints; `docs/cost.md` lists its keys.
    package func json() -> JSON {
        .fields([
            "assay_cost": 1,
            "study": .string(study.name),
            "illustrative": .bool(study.isIllustrative),
            "currency": .string(study.currency),
            "horizon_years": .integer(study.horizonYears),
            "draws": .integer(draws),
            "seed": .string(String(seed)),
            "replay": replay?.json,
            "useful_gpu_hours_per_month": usefulGPUHoursPerMonth.json,
            "models": .array(models.map(\.json)),
            "cloud_per_month": cloudPerMonth?.json,
            "notes": .array(notes.map(JSON.string)),
        ])
    }
}

extension PricedModel {
    fileprivate var json: JSON {
        .fields([
            "model": .string(model.rawValue),
            "today": .bool(isToday),
            "complete": .bool(misfits.isEmpty),
            "cost_per_month": costPerMonth.json,
            "cost_per_useful_gpu_hour": costPerUsefulGPUHour?.json,
            "cost_per_available_gpu_hour": .finite(costPerAvailableGPUHour),
            "groups": .object(
                CostGroup.allCases.map { JSONMember($0.rawValue, .finite(breakdown[$0]) ?? 0) }
            ),
            "gpu_hours_per_month": breakdown.hours.json,
            "bills": .array(bills.map(\.json)),
            "misfits": misfits.isEmpty ? nil : .array(misfits.map(JSON.string)),
        ])
    }
}
