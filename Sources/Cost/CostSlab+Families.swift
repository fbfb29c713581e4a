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
        for family in DeploymentModel.Family.allCases {
            let platforms = parts.filter { $0.subset != 0 && model.platforms[$0.platform].family == family }
                .map(\.platform)
            addLargest(of: people, platforms, to: &columns.people)
            addLargest(of: setup, platforms, to: &columns.change)
        }
        if leavesTodaysFamily(parts) {
            // Nobody stays on today's platform: its column, of zeros, stands for no parallel running at all.
            addLargest(of: parallelPeople, parts.map(\.platform), to: &columns.change)
        }
        let idle = parts.first { $0.subset == 0 }.map { carried($0).cost } ?? zeros
        for draw in 0..<count { columns.base[draw] += columns.people[draw] + columns.change[draw] + idle[draw] }
        fixedCache[used] = columns
        return columns
    }

    /// Adds the largest value of each draw among the rows of some platforms; nothing for no platform.
    private func addLargest(
        of column: ContiguousArray<Double>,
        _ platforms: [Int],
        to sum: inout ContiguousArray<Double>
    ) {
        guard let first = platforms.first else { return }
        let n = count
        var largest = ContiguousArray(column[first * n..<(first + 1) * n])
        largest.withUnsafeMutableBufferPointer { largest in
            column.withUnsafeBufferPointer { column in
                for platform in platforms.dropFirst() {
                    let row = UnsafeBufferPointer(rebasing: column[platform * n..<(platform + 1) * n])
                    for draw in 0..<n { largest[draw] = max(largest[draw], row[draw]) }
                }
            }
        }
        for draw in 0..<n { sum[draw] += largest[draw] }
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
    func parallelStaff(_ parts: [SubsetKey], _ draw: Int) -> Double {
        guard leavesTodaysFamily(parts) else { return 0 }
        return parts.reduce(0) { longest, part in max(longest, parallelPeople[part.platform * count + draw]) }
    }

    /// Whether no workload is left on a platform of today's family.
    ///
    /// A team that keeps a platform of its family keeps running: only one that is left without any is paid beside it.
    private func leavesTodaysFamily(_ parts: [SubsetKey]) -> Bool {
        let family = model.platforms[model.today].family
        return !parts.contains { $0.subset != 0 && model.platforms[$0.platform].family == family }
    }
}
