extension CostSlab {
    /// Adds an assignment's cost by group, draw by draw.
    ///
    /// Hardware and facility of a year are split by what became of the year's available GPU-hours: useful, lost (the
    /// useful rate for the time that overhead and interference added), held but inactive or unused, and held by nobody.
    mutating func addGroups(_ assignment: [Int], to sums: inout GroupSums) {
        let n = count
        let parts = platformsUsed(assignment)
        let columns = parts.map { carried($0) }
        let fixed = fixed(parts)
        let work = workColumns(parts, columns)
        var hosts = yearlyZeros
        for column in columns { for at in hosts.indices { hosts[at] += column.hosts[at] } }
        for draw in 0..<n {
            var bought = 0.0
            var standing = 0.0
            let availability = lanes(model.finance.availability, draw, Bounds.positiveShare)
            for year in 0..<model.years {
                let at = year * n + draw
                let short = hosts[at] - model.ownedWholeHosts[year]
                if short > bought {
                    standing += (short - bought) * model.host.price.growth[year] * standingAnnual[draw]
                    bought = short
                }
                let level = levelling[at]
                let gpus = model.ownedGPUs[year] + bought * model.host.gpus
                let available = gpus * Annuity.hoursPerMonth * availability
                let hours = GPUHours(available: available, work.useful[at], work.lost[at], work.held[at])
                sums.storage += level * gpus * storageAnnual[at]
                sums.hours.add(hours, times: 12 * level)
                guard hours.available > 0 else { continue }
                let hardware = level * (ownedAnnual[at] + standing + bought * runningAnnual[at]) / hours.available
                sums.hardware += hardware * hours.useful
                sums.lost += hardware * hours.lost
                sums.idleAllocated += hardware * hours.idleAllocated
                sums.idleUnallocated += hardware * hours.idleUnallocated
            }
            sums.people += fixed.people[draw]
            sums.change += fixed.change[draw]
        }
        for (part, column) in zip(parts, columns) { addPart(part, column, to: &sums) }
    }

    private func addPart(_ part: SubsetKey, _ columns: PlatformColumns, to sums: inout GroupSums) {
        let n = count
        let moved = members(part.subset).map { ($0 * model.terms.count + part.platform) * n }
        let before =
            part.subset != 0 && part.platform != model.today && !model.isGreenfield
            ? cache[SubsetKey(platform: model.today, subset: part.subset)] : nil
        for draw in 0..<n {
            var rest = columns.cost[draw]
            if part.subset != 0 {
                var change = 0.0
                var wait = 0.0
                for row in moved {
                    wait += waiting[row + draw]
                    change += migration[row + draw]
                }
                if let before {
                    change +=
                        once[draw] * parallelLicences(part.platform, part.subset, hostsToday: before.hosts[draw], draw)
                }
                sums.waiting += wait
                sums.change += change
                rest -= wait + change
            }
            // What is left of a platform's column is its licences: the groups sum to the total by construction.
            sums.licences += rest
        }
    }

    /// What became of the GPU-hours that jobs hold in a month, by year, then draw.
    private struct WorkColumns {
        var useful: ContiguousArray<Double>
        var lost: ContiguousArray<Double>
        var held: ContiguousArray<Double>
    }

    private func workColumns(_ parts: [SubsetKey], _ columns: [PlatformColumns]) -> WorkColumns {
        let n = count
        var sums = WorkColumns(useful: yearlyZeros, lost: yearlyZeros, held: yearlyZeros)
        for (part, column) in zip(parts, columns) {
            let replayed = model.replay == nil ? [] : column.held
            if !replayed.isEmpty { for at in sums.held.indices { sums.held[at] += replayed[at] } }
            for member in members(part.subset) {
                let row = (member * model.terms.count + part.platform) * n
                for year in 0..<model.years {
                    let factors = (member * model.years + year) * n
                    for draw in 0..<n {
                        let at = year * n + draw
                        let factor = growth[factors + draw]
                        let work = usefulNow[member * n + draw] * factor
                        sums.useful[at] += work
                        sums.lost[at] += work * (stretch[row + draw] - 1)
                        if replayed.isEmpty {
                            sums.held[at] += concurrency[row + draw] * Annuity.hoursPerMonth * factor
                        }
                    }
                }
            }
        }
        return sums
    }

    /// What became of a month's GPU-hours in a year, with `gpus` in service.
    func hours(_ parts: [SubsetKey], gpus: Double, year: Int, _ draw: Int) -> GPUHours {
        let columns = parts.map { cache[$0] ?? PlatformColumns(cost: [], hosts: []) }
        let (work, at) = (workColumns(parts, columns), year * count + draw)
        let availability = lanes(model.finance.availability, draw, Bounds.positiveShare)
        return GPUHours(
            available: gpus * Annuity.hoursPerMonth * availability,
            work.useful[at],
            work.lost[at],
            work.held[at]
        )
    }
}

extension GPUHours {
    /// Splits what there is: what is held and neither useful nor lost is idle, and so is what nobody holds.
    init(available: Double, _ useful: Double, _ lost: Double, _ held: Double) {
        self.init(
            available: available,
            useful: useful,
            lost: lost,
            idleAllocated: held - useful - lost,
            idleUnallocated: available - held
        )
    }

    mutating func add(_ other: GPUHours, times scale: Double) {
        available += other.available * scale
        useful += other.useful * scale
        lost += other.lost * scale
        idleAllocated += other.idleAllocated * scale
        idleUnallocated += other.idleUnallocated * scale
    }
}
