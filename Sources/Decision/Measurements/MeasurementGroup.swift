import Estate
import Study

/// Inputs that one measurement, query or quote settles together.
struct MeasurementGroup: Sendable {
    var title: String
    /// Keys of the inputs, as in the study.
    var inputs: [String]
    /// How to learn them with tools that exist.
    var command: String
    /// What the answer would tell.
    var reason: String

    /// The next step where a number is to be obtained, not measured: runs as printed once the study is edited.
    static let again = "assay validate . && assay decide ."

    /// Every group of a study, in a fixed order: workloads, platforms, prices.
    static func all(of study: Study) -> [MeasurementGroup] {
        study.workloads.flatMap { groups(of: $0, study) } + study.platforms.flatMap(groups)
            + [DeploymentModel.Family.bareMetal, .virtual].compactMap { effort(of: $0, study) } + prices(of: study)
    }

    private static func groups(of workload: Workload, _ study: Study) -> [MeasurementGroup] {
        let name = workload.name
        var groups = study.platforms.compactMap { platform -> MeasurementGroup? in
            guard let quantity = workload.overhead[platform.model] else { return nil }
            let model = platform.model.rawValue
            return MeasurementGroup(
                title: "Overhead of \(name) on \(platform.model.words)",
                inputs: [quantity.key],
                command: "assay record bare-metal.csv --metric job_time --unit s --better lower --model bare-metal && "
                    + "assay record \(model).csv --metric job_time --unit s --better lower --model \(model) && "
                    + "assay compare bare-metal.record.json --with \(model).record.json",
                reason: "At least four paired, interleaved runs of \(name) on each side replace the "
                    + "\(quantity.provenance.word) overhead and allow an A/A control."
            )
        }
        groups.append(
            MeasurementGroup(
                title: "Activity of \(name)",
                inputs: [workload.activity.key, workload.computeNeed.key],
                command: "dcgmi dmon -e 1001,1002 -d 10000 > \(name).dcgm.txt",
                reason:
                    "Fields 1001 (GR_ENGINE_ACTIVE) and 1002 (SM_ACTIVE) over a usual week give the share of time that "
                    + "its GPUs work and the share of a GPU it can use."
            )
        )
        groups.append(
            MeasurementGroup(
                title: "Demand of \(name)",
                inputs: [workload.gpuHoursPerMonth.key, workload.peakToMean.key, workload.growth.key],
                command: "sacct --allusers --parsable2 --starttime now-90days "
                    + "--format=JobID,Partition,Submit,Start,ElapsedRaw,AllocTRES",
                reason: "Three months of accounting give its GPU-hours, their peak over the mean and their growth."
            )
        )
        groups.append(
            MeasurementGroup(
                title: "Memory that a job of \(name) needs",
                inputs: [workload.memoryGiB.key],
                command: "dcgmi dmon -e 252 -d 10000 > \(name).memory.txt",
                reason: "Field 252 (framebuffer used) says which slice holds a job."
            )
        )
        groups.append(
            MeasurementGroup(
                title: "Requests of \(name) and the people they hold up",
                inputs: [workload.requestsPerMonth.key, workload.peopleWaiting.key],
                command: MeasurementGroup.again,
                reason:
                    "Count the ticket queue's requests of three months and set \(workload.requestsPerMonth.key) and "
                    + "\(workload.peopleWaiting.key) in study.yaml. How many environments a month are asked for, and who waits for them."
            )
        )
        return groups
    }

    private static func groups(of platform: Platform) -> [MeasurementGroup] {
        let model = platform.model.rawValue
        var groups = [
            MeasurementGroup(
                title: "Time to an environment on \(platform.model.words)",
                inputs: [platform.hoursToEnvironment.key],
                command: again,
                reason: "Take the median hours from request to use from the ticket queue and set "
                    + "\(platform.hoursToEnvironment.key) in study.yaml. Waiting is priced by it; ten closed requests give a median worth having."
            )
        ]
        if platform.model.sharesGPU {
            groups.append(
                MeasurementGroup(
                    title: "Packing and interference on \(platform.model.words)",
                    inputs: [platform.packing.key, platform.interference.key],
                    command: "assay record alone.csv --metric job_time --unit s --better lower --model \(model) && "
                        + "assay record neighbours.csv --metric job_time --unit s --better lower --model \(model) && "
                        + "assay compare alone.record.json --with neighbours.record.json",
                    reason: "The same job alone and with neighbours on its GPU, and how full placement gets the slices."
                )
            )
        }
        groups += platform.licences.map { licence in
            MeasurementGroup(
                title: "A quote for \(licence.name)",
                inputs: [licence.pricePerYear.key],
                command: again,
                reason:
                    "Obtain a written quote and set \(licence.pricePerYear.key) in study.yaml. List and negotiated prices differ widely; the quote ends the guess."
            )
        }
        return groups
    }

    /// What it takes to run and to change a family of platforms: one team's affair, so one pilot shows it.
    private static func effort(of family: DeploymentModel.Family, _ study: Study) -> MeasurementGroup? {
        let platforms = study.platforms.filter { $0.model.family == family }
        guard !platforms.isEmpty else { return nil }
        let inputs = platforms.flatMap {
            [$0.people.key, $0.setup.key, $0.migrationPerWorkload.key, $0.parallelMonths.key]
        }
        return MeasurementGroup(
            title: "Effort of running \(family == .bareMetal ? "bare metal" : "virtual machines")",
            inputs: inputs,
            command: again,
            reason: "Pilot one workload and set people_fte, setup, migration_per_workload and parallel_months of "
                + "\(listed(platforms.map(\.model.rawValue))) in study.yaml: a pilot shows the people, the setup and the "
                + "months of running both that the plan assumes."
        )
    }

    private static func prices(of study: Study) -> [MeasurementGroup] {
        let finance = study.finance
        let facility = study.facility
        func quote(_ title: String, _ inputs: [Quantity], _ reason: String) -> MeasurementGroup {
            MeasurementGroup(
                title: title,
                inputs: inputs.map(\.key),
                command: again,
                reason: "Set \(listed(inputs.map(\.key))) in study.yaml. \(reason)"
            )
        }
        return [
            quote(
                "A quote for servers",
                [study.estate.shape.price, finance.support, finance.network, study.estate.shape.power],
                "Price, support, network and power of a host, from a supplier's offer."
            ),
            quote(
                "Terms of capital",
                [finance.costOfCapital, finance.lifeYears, finance.residual],
                "Cost of capital, depreciation life and residual, from finance."
            ),
            quote(
                "Energy and space",
                [facility.energyPerKWh, facility.pue, facility.load, facility.spacePerKWMonth, facility.availability],
                "Last year's energy bill and the colocation contract; load and availability from monitoring."
            ),
            quote(
                "Cost of people",
                [finance.personPerYear, finance.waitingPersonPerHour, finance.waitingLostShare],
                "Loaded cost of staff, and how much of a wait is really lost."
            ),
            quote("Cost of storage", [finance.storagePerGPUMonth], "The storage tariff for a GPU's share."),
        ]
    }
}
