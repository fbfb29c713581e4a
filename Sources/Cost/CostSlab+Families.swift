import Estate

/// What an assignment pays for the platforms it uses, whatever they carry; levelised a month, by draw.
struct FixedColumns {
    /// The people who run the platforms.
    var people: ContiguousArray<Double>
    /// Setup, and today's people while both run.
    var change: ContiguousArray<Double>
    /// Both, the owned hosts with their storage, and what today's contract commits to where today's platform is empty.
    var base: ContiguousArray<Double>
}

extension CostSlab {
    /// People and setup of the platforms in use, each family once, and what is paid for owned hosts and contracts.
    ///
    /// Depends on which platforms are used, not on what they carry, so it is computed once for each set of platforms.
    mutating func fixed(_ parts: [SubsetKey]) -> FixedColumns {
        var used: UInt64 = 0
        for part in parts where part.subset != 0 { used |= 1 << UInt64(part.platform) }
        if let known = fixedCache[used] { return known }
        var columns = FixedColumns(people: zeros, change: zeros, base: ownedTotal)
        let idle = parts.first { $0.subset == 0 }.map { carried($0).cost } ?? zeros
        for draw in 0..<count {
            let staff = forEachFamily(parts) { people[$0 * count + draw] }
            let change = forEachFamily(parts) { setup[$0 * count + draw] } + parallelStaff(parts, draw)
            columns.people[draw] = staff
            columns.change[draw] = change
            columns.base[draw] += staff + change + idle[draw]
        }
        fixedCache[used] = columns
        return columns
    }

    /// The sum over the families in use of the largest amount among their platforms in use.
    func forEachFamily(_ parts: [SubsetKey], _ amount: (Int) -> Double) -> Double {
        var sum = 0.0
        for family in DeploymentModel.Family.allCases {
            if let cause = cause(in: family, parts, amount) { sum += amount(cause) }
        }
        return sum
    }

    /// The platform in use whose amount its family pays: the first of those with the largest; nil for a family not used.
    func cause(in family: DeploymentModel.Family, _ parts: [SubsetKey], _ amount: (Int) -> Double) -> Int? {
        var cause: Int?
        var largest = -Double.infinity
        for part in parts where part.subset != 0 && model.platforms[part.platform].family == family {
            let amount = amount(part.platform)
            if amount > largest {
                largest = amount
                cause = part.platform
            }
        }
        return cause
    }

    /// Today's people for the longest parallel running, where every workload leaves today's family; else 0.
    ///
    /// A team that keeps a platform of its family keeps running: only one that is left without any is paid beside it.
    func parallelStaff(_ parts: [SubsetKey], _ draw: Int) -> Double {
        let family = model.platforms[model.today].family
        var longest = 0.0
        for part in parts where part.subset != 0 {
            if model.platforms[part.platform].family == family { return 0 }
            longest = max(longest, parallelPeople[part.platform * count + draw])
        }
        return longest
    }
}
