/// The kind of money a saving is; kinds are never added up.
package enum SavingKind: String, Sendable, Hashable, CaseIterable {
    /// Paid less.
    case cash
    /// Bought later or not at all.
    case deferredPurchase = "deferred-purchase"
    /// Free for other use: owned GPU-hours, and the time of people; never money.
    case capacityOnly = "capacity-only"
}

/// One saving of an assignment against today, levelised a month, by draw; negative where it costs more.
package struct CostSaving: Sendable {
    package var kind: SavingKind
    package var title: String
    package var perMonth: ContiguousArray<Double>
    /// GPU-hours a month that come free, by draw; only where the saving is capacity.
    package var gpuHoursPerMonth: ContiguousArray<Double>?
}

extension CostModel {
    /// What switching now saves against staying, each saving with its kind; nil for an assignment that is not valid.
    ///
    /// The cash and the deferred purchases sum to the difference of the present values, spread over the horizon. Capacity
    /// is worth what the owned GPU-hours cost, and enters no total: hardware owned today is paid for either way.
    package func savings(_ assignment: [Int], _ draws: DrawTable) -> [CostSaving]? {
        guard let stay = cash(todayAssignment, timing: .stay, draws),
            let change = cash(assignment, timing: .switchNow, draws)
        else { return nil }
        var parts = [ContiguousArray<Double>](repeating: [], count: CashPart.allCases.count)
        var hours: ContiguousArray<Double> = []
        var worth: ContiguousArray<Double> = []
        var waiting: ContiguousArray<Double> = []
        var offset = 0
        for range in draws.blocks {
            var slab = CostSlab(self, draws, range)
            for part in CashPart.allCases {
                let before = stay.presentByPart[part.rawValue]
                let after = change.presentByPart[part.rawValue]
                for draw in 0..<slab.count {
                    parts[part.rawValue].append((before[offset + draw] - after[offset + draw]) * slab.once[draw])
                }
            }
            slab.appendFreed(assignment, &hours, &worth, &waiting)
            offset += slab.count
        }
        func cashSaving(_ part: CashPart, _ title: String) -> CostSaving {
            CostSaving(kind: .cash, title: title, perMonth: parts[part.rawValue])
        }
        return [
            cashSaving(.licences, "Licences"),
            cashSaving(.people, "People who run the platforms"),
            cashSaving(.running, "Support, energy, space and storage"),
            cashSaving(.change, "Setup, migration and parallel running"),
            CostSaving(
                kind: .deferredPurchase,
                title: "Hosts bought later or not at all",
                perMonth: parts[CashPart.purchases.rawValue]
            ),
            CostSaving(
                kind: .capacityOnly,
                title: "Owned GPU-hours set free",
                perMonth: worth,
                gpuHoursPerMonth: hours
            ),
            CostSaving(kind: .capacityOnly, title: "Time of people who wait", perMonth: waiting),
        ]
    }
}

extension CostSlab {
    /// Owned GPU-hours that an assignment sets free against today, their worth, and the waiting it spares.
    fileprivate mutating func appendFreed(
        _ assignment: [Int],
        _ hours: inout ContiguousArray<Double>,
        _ worth: inout ContiguousArray<Double>,
        _ waits: inout ContiguousArray<Double>
    ) {
        let hostsBefore = yearlyHosts(platformsUsed(model.todayAssignment))
        let hostsAfter = yearlyHosts(platformsUsed(assignment))
        for draw in 0..<count {
            let availability = lanes(model.finance.availability, draw, Bounds.positiveShare)
            var freed = 0.0
            var money = 0.0
            for year in 0..<model.years where model.ownedGPUs[year] > 0 {
                let at = year * count + draw
                let owned = model.ownedHosts[year]
                let hosts = min(owned, hostsBefore[at]) - min(owned, hostsAfter[at])
                let annual = ownedAnnual[at] + model.ownedGPUs[year] * storageAnnual[at]
                freed += 12 * levelling[at] * hosts * model.host.gpus * Annuity.hoursPerMonth * availability
                money += levelling[at] * hosts / owned * annual
            }
            hours.append(freed)
            worth.append(money)
            var spared = 0.0
            for (position, platform) in assignment.enumerated() where platform != CostModel.absent {
                let row = position * model.terms.count
                spared +=
                    waiting[(row + model.today) * count + draw] - waiting[(row + platform) * count + draw]
            }
            waits.append(spared)
        }
    }
}
