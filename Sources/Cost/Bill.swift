package import Estate

/// The groups of a cost, in the documented order of the waterfall.
///
/// Hardware is split by what became of the hours it bought: `useful`, `lost` to overhead and interference, and idle twice.
/// The groups of a bill sum to its total exactly.
package enum CostGroup: String, Sendable, Hashable, CaseIterable {
    /// Capital recovery, support, network and facility of the hours that did useful work.
    case hardware
    /// The same of the hours that overhead and interference took.
    case lost
    /// The same of hours that were allocated but inactive.
    case idleAllocated = "idle-allocated"
    /// The same of hours that nobody had allocated.
    case idleUnallocated = "idle-unallocated"
    case licences
    case storage
    case people
    case waiting
    /// Setup, migration and parallel running.
    case change
}

/// One line of a bill: a quantity at a unit price.
package struct BillLine: Sendable, Hashable {
    /// `Capital recovery of servers`, `VMware Cloud Foundation`.
    package var title: String
    package var group: CostGroup
    /// How many units a month, at the expected inputs.
    package var quantity: Double
    package var quantityUnit: String
    /// Money for one unit.
    package var unitPrice: Double
    /// Money a month: `quantity` times `unitPrice`.
    package var amountPerMonth: Double
    /// Keys of the study's quantities that enter the line.
    package var inputs: [String]

    package init(
        title: String,
        group: CostGroup,
        quantity: Double,
        quantityUnit: String,
        unitPrice: Double,
        amountPerMonth: Double,
        inputs: [String]
    ) {
        self.title = title
        self.group = group
        self.quantity = quantity
        self.quantityUnit = quantityUnit
        self.unitPrice = unitPrice
        self.amountPerMonth = amountPerMonth
        self.inputs = inputs
    }
}

/// The GPU-hours of a month, in whole reference GPUs: `available` is the sum of the other four.
package struct GPUHours: Sendable, Hashable {
    package var available: Double
    package var useful: Double
    package var lost: Double
    package var idleAllocated: Double
    package var idleUnallocated: Double

    package init(available: Double, useful: Double, lost: Double, idleAllocated: Double, idleUnallocated: Double) {
        self.available = available
        self.useful = useful
        self.lost = lost
        self.idleAllocated = idleAllocated
        self.idleUnallocated = idleUnallocated
    }
}

/// One platform with the workloads it carries: its size and what it costs, at the expected inputs, in the first year.
package struct PlatformBill: Sendable {
    package var model: DeploymentModel
    package var workloads: [String]
    /// GPUs that the pooled demand needs, before rounding to hosts.
    package var gpusNeeded: Double
    package var hosts: Int
    package var gpus: Int
    package var hours: GPUHours
    /// Sums to the total; hardware appears by group with the line's title.
    package var lines: [BillLine]
    /// The replay that size and idle come from; nil where they follow from the study's own figures.
    package var replay: ReplayedSizes?

    package init(
        model: DeploymentModel,
        workloads: [String],
        gpusNeeded: Double,
        hosts: Int,
        gpus: Int,
        hours: GPUHours,
        lines: [BillLine],
        replay: ReplayedSizes? = nil
    ) {
        self.model = model
        self.workloads = workloads
        self.gpusNeeded = gpusNeeded
        self.hosts = hosts
        self.gpus = gpus
        self.hours = hours
        self.lines = lines
        self.replay = replay
    }

    /// Money a month.
    package var totalPerMonth: Double {
        lines.reduce(0) { $0 + $1.amountPerMonth }
    }
}
