import Estate
package import Probability

extension Study {
    /// Every uncertain number, once, in a fixed order: estate, workloads, platforms, finance, facility, cloud.
    ///
    /// The order depends on the study alone, so a table indexed by it is the same in every run. Quantities with the
    /// same key are one number that stands in several places (the licence that two platforms share).
    package var allQuantities: [Quantity] {
        var copy = self
        var seen: Set<String> = []
        var list: [Quantity] = []
        copy.visitQuantities { quantity in
            if seen.insert(quantity.key).inserted { list.append(quantity) }
        }
        return list
    }

    /// The quantity with a key, or nil.
    package func quantity(key: String) -> Quantity? {
        var copy = self
        var found: Quantity?
        copy.visitQuantities { quantity in
            if found == nil, quantity.key == key { found = quantity }
        }
        return found
    }

    /// The study with another distribution for the quantity of a key, wherever it stands; its range stays.
    ///
    /// A key that no quantity has changes nothing.
    package func replacing(_ key: String, with distribution: Distribution) -> Study {
        var copy = self
        copy.visitQuantities { quantity in
            if quantity.key == key { quantity.distribution = distribution }
        }
        return copy
    }

    /// The study with this quantity in the place of the one with its key, wherever it stands.
    ///
    /// A key that no quantity has changes nothing.
    package func replacing(_ replacement: Quantity) -> Study {
        var copy = self
        copy.visitQuantities { quantity in
            if quantity.key == replacement.key { quantity = replacement }
        }
        return copy
    }

    /// Shows every quantity of the study to `body`, which may change it; the one list of where quantities stand.
    package mutating func visitQuantities(_ body: (inout Quantity) -> Void) {
        estate.visitQuantities(body)
        for index in workloads.indices { workloads[index].visitQuantities(body) }
        for index in platforms.indices { platforms[index].visitQuantities(body) }
        finance.visitQuantities(body)
        facility.visitQuantities(body)
        visit(&cloudPerGPUHour, body)
    }
}

extension OwnedEstate {
    mutating func visitQuantities(_ body: (inout Quantity) -> Void) {
        shape.visitQuantities(body)
        for index in hosts.indices { hosts[index].shape.visitQuantities(body) }
        if var planned = expansion {
            body(&planned.price)
            expansion = planned
        }
    }
}

extension HostShape {
    mutating func visitQuantities(_ body: (inout Quantity) -> Void) {
        body(&price)
        body(&power)
    }
}

extension Workload {
    mutating func visitQuantities(_ body: (inout Quantity) -> Void) {
        body(&gpuHoursPerMonth)
        body(&activity)
        body(&peakToMean)
        body(&growth)
        body(&memoryGiB)
        body(&computeNeed)
        visit(&jobHours, body)
        // Not the dictionary's own order, which changes from process to process.
        for model in DeploymentModel.allCases { visit(&overhead[model], body) }
        body(&requestsPerMonth)
        body(&peopleWaiting)
        visit(&needs.measuredP99Milliseconds, body)
    }
}

extension Platform {
    mutating func visitQuantities(_ body: (inout Quantity) -> Void) {
        for index in licences.indices { body(&licences[index].pricePerYear) }
        body(&people)
        body(&setup)
        body(&migrationPerWorkload)
        body(&parallelMonths)
        body(&hoursToEnvironment)
        body(&packing)
        body(&interference)
    }
}

extension Finance {
    mutating func visitQuantities(_ body: (inout Quantity) -> Void) {
        body(&costOfCapital)
        body(&lifeYears)
        body(&residual)
        body(&support)
        body(&network)
        body(&storagePerGPUMonth)
        body(&personPerYear)
        body(&waitingPersonPerHour)
        body(&waitingLostShare)
    }
}

extension Facility {
    mutating func visitQuantities(_ body: (inout Quantity) -> Void) {
        body(&energyPerKWh)
        body(&pue)
        body(&load)
        body(&spacePerKWMonth)
        body(&availability)
    }
}

private func visit(_ quantity: inout Quantity?, _ body: (inout Quantity) -> Void) {
    guard var present = quantity else { return }
    body(&present)
    quantity = present
}
