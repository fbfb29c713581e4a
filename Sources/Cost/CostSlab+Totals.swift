extension CostSlab {
    /// Levelised monthly cost of an assignment, by draw: hardware in service included.
    ///
    /// Hosts in service in a year are the owned ones and those needed beyond them; a host bought stays to the end of the
    /// horizon. A workload at `CostModel.absent` is left out: with minus without is its marginal cost. Assignments whose
    /// length is not the number of workloads, or that name a platform that does not exist, give NaN.
    package mutating func total(_ assignment: [Int]) -> ContiguousArray<Double> {
        var result = zeros
        total(assignment, into: &result)
        return result
    }

    /// As `total(_:)`, into an array of at least `count` elements that is reused.
    package mutating func total(_ assignment: [Int], into result: inout ContiguousArray<Double>) {
        let n = count
        if result.count < n { result = zeros }
        guard isValid(assignment) else {
            for draw in 0..<n { result[draw] = .nan }
            return
        }
        let parts = platformsUsed(assignment)
        Self.copy(fixed(parts).base, into: &result, n)
        // Today's platform without workloads needs no hosts, and what it commits to is among the fixed costs.
        var used: [PlatformColumns] = []
        for part in parts where part.subset != 0 {
            let columns = carried(part)
            Self.add(columns.cost, to: &result, n)
            used.append(columns)
        }
        guard let first = used.first else { return }
        guard used.count > 1 else { return addFurtherHosts(first.hosts, to: &result) }
        // Taken out of the slab while it is used, so that adding to it copies nothing.
        var hosts: ContiguousArray<Double> = []
        swap(&hosts, &hostsScratch)
        Self.set(first.hosts, used[1].hosts, into: &hosts, n * model.years)
        for columns in used.dropFirst(2) { Self.add(columns.hosts, to: &hosts, n * model.years) }
        addFurtherHosts(hosts, to: &result)
        swap(&hosts, &hostsScratch)
    }

    /// The platforms an assignment uses with their workloads, in order; today's always, for what it commits to.
    func platformsUsed(_ assignment: [Int]) -> [SubsetKey] {
        model.terms.indices.compactMap { platform in
            let subset = model.subset(of: assignment, on: platform)
            return subset != 0 || platform == model.today ? SubsetKey(platform: platform, subset: subset) : nil
        }
    }

    func isValid(_ assignment: [Int]) -> Bool {
        assignment.count == model.demand.count
            && assignment.allSatisfy { $0 == CostModel.absent || model.terms.indices.contains($0) }
    }

    private static func set(
        _ first: ContiguousArray<Double>,
        _ second: ContiguousArray<Double>,
        into sum: inout ContiguousArray<Double>,
        _ count: Int
    ) {
        sum.withUnsafeMutableBufferPointer { sum in
            first.withUnsafeBufferPointer { first in
                second.withUnsafeBufferPointer { second in
                    guard first.count >= count, second.count >= count, sum.count >= count else { return }
                    for index in 0..<count { sum[index] = first[index] + second[index] }
                }
            }
        }
    }

    private static func copy(_ source: ContiguousArray<Double>, into sum: inout ContiguousArray<Double>, _ count: Int) {
        sum.withUnsafeMutableBufferPointer { sum in
            source.withUnsafeBufferPointer { source in
                guard source.count >= count, sum.count >= count else { return }
                for index in 0..<count { sum[index] = source[index] }
            }
        }
    }

    private static func add(_ source: ContiguousArray<Double>, to sum: inout ContiguousArray<Double>, _ count: Int) {
        sum.withUnsafeMutableBufferPointer { sum in
            source.withUnsafeBufferPointer { source in
                guard source.count >= count, sum.count >= count else { return }
                for index in 0..<count { sum[index] += source[index] }
            }
        }
    }

    private mutating func addFurtherHosts(
        _ hosts: ContiguousArray<Double>,
        to result: inout ContiguousArray<Double>
    ) {
        let n = count
        scratch.withUnsafeMutableBufferPointer { scratch in
            result.withUnsafeMutableBufferPointer { result in
                hosts.withUnsafeBufferPointer { hosts in
                    furtherHost.withUnsafeBufferPointer { price in
                        for draw in 0..<n { scratch[draw] = 0 }
                        for year in 0..<model.years {
                            let owned = model.ownedWholeHosts[year]
                            let row = year * n..<(year + 1) * n
                            let needed = UnsafeBufferPointer(rebasing: hosts[row])
                            let each = UnsafeBufferPointer(rebasing: price[row])
                            // Hosts bought so far; they stay, so only what exceeds them is bought.
                            for draw in 0..<n {
                                let before = scratch[draw]
                                let after = max(before, needed[draw] - owned)
                                result[draw] += (after - before) * each[draw]
                                scratch[draw] = after
                            }
                        }
                    }
                }
            }
        }
    }
}
