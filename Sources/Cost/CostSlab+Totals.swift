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
        for draw in 0..<n { result[draw] = ownedTotal[draw] }
        var hosts = yearlyZeros
        for part in parts {
            let columns = evaluate(platform: part.platform, subset: part.subset)
            Self.add(columns.cost, to: &result, n)
            Self.add(columns.hosts, to: &hosts, n * model.years)
        }
        addParallelPeople(parts, to: &result)
        addFurtherHosts(hosts, to: &result)
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

    private static func add(_ source: ContiguousArray<Double>, to sum: inout ContiguousArray<Double>, _ count: Int) {
        sum.withUnsafeMutableBufferPointer { sum in
            source.withUnsafeBufferPointer { source in
                guard source.count >= count, sum.count >= count else { return }
                for index in 0..<count { sum[index] += source[index] }
            }
        }
    }

    /// Where every workload leaves today's platform its people stay for the longest parallel running.
    private func addParallelPeople(_ parts: [SubsetKey], to result: inout ContiguousArray<Double>) {
        for draw in 0..<count { result[draw] += parallelStaff(parts, draw) }
    }

    func parallelStaff(_ parts: [SubsetKey], _ draw: Int) -> Double {
        var longest = 0.0
        for part in parts {
            if part.platform == model.today, part.subset != 0 { return 0 }
            if part.platform != model.today {
                longest = max(longest, parallelPeople[part.platform * count + draw])
            }
        }
        return longest
    }

    private func addFurtherHosts(_ hosts: ContiguousArray<Double>, to result: inout ContiguousArray<Double>) {
        let n = count
        let years = model.years
        result.withUnsafeMutableBufferPointer { result in
            hosts.withUnsafeBufferPointer { hosts in
                furtherHost.withUnsafeBufferPointer { price in
                    model.ownedHosts.withUnsafeBufferPointer { owned in
                        for draw in 0..<n {
                            var bought = 0.0
                            var cost = 0.0
                            for year in 0..<years {
                                let short = hosts[year * n + draw] - owned[year]
                                if short > bought {
                                    let rounded = Bounds.roundedUp(short)
                                    cost += (rounded - bought) * price[year * n + draw]
                                    bought = rounded
                                }
                            }
                            result[draw] += cost
                        }
                    }
                }
            }
        }
    }
}
