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
        for draw in 0..<n {
            var bought = 0.0
            var standing = 0.0
            for year in 0..<model.years {
                let at = year * n + draw
                let short = columns.reduce(0) { $0 + $1.hosts[at] } - model.ownedWholeHosts[year]
                if short > bought {
                    standing += (short - bought) * model.host.price.growth[year] * standingAnnual[draw]
                    bought = short
                }
                let level = levelling[at]
                let gpus = model.ownedGPUs[year] + bought * model.host.gpus
                let hours = hours(parts, gpus: gpus, year: year, draw)
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
            for (part, column) in zip(parts, columns) { addParts(part, column, draw, to: &sums) }
        }
    }

    private func addParts(_ part: SubsetKey, _ columns: PlatformColumns, _ draw: Int, to sums: inout GroupSums) {
        var rest = columns.cost[draw]
        if part.subset != 0 {
            var change = 0.0
            var wait = 0.0
            for member in members(part.subset) {
                let at = (member * model.terms.count + part.platform) * count + draw
                wait += waiting[at]
                change += migration[at]
            }
            if part.platform != model.today, !model.isGreenfield,
                let before = cache[SubsetKey(platform: model.today, subset: part.subset)]
            {
                change += once[draw] * parallelLicences(part.platform, hostsToday: before.hosts[draw], draw)
            }
            sums.waiting += wait
            sums.change += change
            rest -= wait + change
        }
        // What is left of a platform's column is its licences: the groups sum to the total by construction.
        sums.licences += rest
    }

    /// What became of a month's GPU-hours in a year, with `gpus` in service.
    func hours(_ parts: [SubsetKey], gpus: Double, year: Int, _ draw: Int) -> GPUHours {
        let n = count
        var useful = 0.0
        var lost = 0.0
        var held = 0.0
        for part in parts {
            for member in members(part.subset) {
                let at = (member * model.terms.count + part.platform) * n + draw
                let factor = growth[(member * model.years + year) * n + draw]
                let work = usefulNow[member * n + draw] * factor
                useful += work
                lost += work * (stretch[at] - 1)
                held += concurrency[at] * Annuity.hoursPerMonth * factor
            }
        }
        let availability = lanes(model.finance.availability, draw, Bounds.positiveShare)
        let available = gpus * Annuity.hoursPerMonth * availability
        return GPUHours(
            available: available,
            useful: useful,
            lost: lost,
            idleAllocated: held - useful - lost,
            idleUnallocated: available - held
        )
    }
}

extension GPUHours {
    mutating func add(_ other: GPUHours, times scale: Double) {
        available += other.available * scale
        useful += other.useful * scale
        lost += other.lost * scale
        idleAllocated += other.idleAllocated * scale
        idleUnallocated += other.idleUnallocated * scale
    }
}
