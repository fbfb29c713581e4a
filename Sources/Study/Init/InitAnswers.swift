import Documents
package import Estate

/// The answers to `assay init`, validated.
package struct InitAnswers: Sendable {
    /// The hosts owned.
    package struct Hosts: Sendable, Hashable {
        /// As a hostlist; nil where only their number is known.
        package var names: String?
        package var count: Int
        package var gpusPerHost: Int
        /// GPUs in all.
        package var gpus: Int { count * gpusPerHost }
    }

    /// The hypervisor contract.
    package struct Contract: Sendable, Hashable {
        package var renewal: CalendarDate?
        /// Price a year of one unit that the licence counts.
        package var pricePerUnit: Double?
        /// How the price was worked out, where it was not stated for a unit.
        package var source: String?
    }

    /// How much the GPUs are used, as shares; nil where unknown.
    package struct Utilisation: Sendable, Hashable {
        package var allocated: Double?
        package var active: Double?
    }

    /// Rules on data, which hold for every workload.
    package struct Rules: Sendable, Hashable {
        package var frameworks: [String] = []
        package var sites: [String] = []
        package var tenancy: Tenancy?
    }

    /// The study's name.
    package var name: String
    package var gpu: GPUModel
    package var hosts: Hosts
    package var today: DeploymentModel
    /// The hypervisor's id in the price book; nil where none is considered.
    package var hypervisor: String?
    package var contract: Contract
    /// Low and high of a new host's price, equal where one was stated; nil for the price book's.
    package var serverPrice: ClosedRange<Double>?
    package var utilisation: Utilisation
    package var workloads: [WorkloadLine]
    package var rules: Rules

    /// The share of the GPUs taken as allocated where the answer is not known: a planning assumption.
    static let assumedAllocation = 0.7

    /// Why the share allocated that was answered enters nowhere; nil where a workload takes its part of it.
    package var unusedAllocation: String? {
        guard let share = utilisation.allocated, hosts.gpus == 0 || workloads.allSatisfy({ $0.demand != nil }) else {
            return nil
        }
        let text = NumberText.percent(share)
        if hosts.gpus == 0 { return "\(text) allocated was answered, but no GPUs are owned; it is not used" }
        let stated = share - unclaimedGPUs(workloads) / Double(hosts.gpus)
        return "\(text) allocated was answered, but every workload states its own amount; theirs is used, "
            + "\(NumberText.percent(stated, 1)) of the GPUs"
    }

    /// GPUs that the lines which say nothing about their amount share; negative where the others use more than is there.
    func unclaimedGPUs(_ lines: [WorkloadLine]) -> Double {
        let owned = Double(hosts.gpus)
        return lines.reduce((utilisation.allocated ?? Self.assumedAllocation) * owned) { rest, line in
            switch line.demand {
            case .gpuHoursPerMonth(let hours): rest - hours / 730
            case .gpus(let held): rest - held
            case .allocatedShare(let share): rest - share * owned
            case nil: rest
            }
        }
    }
}
