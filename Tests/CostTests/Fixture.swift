import Cost
import Estate
import Probability
import Study
import Testing

/// Studies built in code: `bare` has nothing but hosts, `rich` has every kind of line and doubt.
enum Fixture {
    static let start = CalendarDate(year: 2026, month: 1, day: 1)

    static func quantity(_ key: String, _ value: Double, escalator: Double = 0) throws -> Quantity {
        Quantity(
            key: key,
            title: key,
            unit: "",
            distribution: try .point(value),
            escalator: escalator,
            provenance: .declared(source: "test", date: nil)
        )
    }

    static func quantity(_ key: String, _ distribution: Distribution, escalator: Double = 0) -> Quantity {
        Quantity(
            key: key,
            title: key,
            unit: "",
            distribution: distribution,
            escalator: escalator,
            provenance: .assumed(source: "test", date: nil)
        )
    }

    static func gpu(_ name: String = "h100-sxm-80gb") throws -> GPUModel {
        try GPUCatalogue.standard().gpu(named: name)
    }

    static func shape(price: Double = 310_000, power: Double = 0, escalator: Double = 0) throws -> HostShape {
        HostShape(
            gpu: try gpu(),
            gpusPerHost: 8,
            cores: 112,
            sockets: 2,
            price: try quantity("prices.server", price, escalator: escalator),
            power: try quantity("estate.power", power)
        )
    }

    static func workload(
        _ name: String,
        hours: Double,
        on model: DeploymentModel = .bareMetal,
        activity: Double = 1,
        need: Double = 1,
        memory: Double = 8,
        peak: Double = 1,
        growth: Double = 0,
        gpusPerJob: Int = 1,
        overhead: [DeploymentModel: Double] = [:],
        requests: Double = 0
    ) throws -> Workload {
        let key = "workloads.\(name)"
        var overheads: [DeploymentModel: Quantity] = [:]
        for (model, value) in overhead {
            overheads[model] = try quantity("\(key).overhead.\(model.rawValue)", value)
        }
        return Workload(
            name: name,
            workloadClass: .singleNodeTraining,
            gpuHoursPerMonth: try quantity("\(key).hours", hours),
            observedOn: model,
            activity: try quantity("\(key).activity", activity),
            activityMetric: "DCGM_FI_PROF_GR_ENGINE_ACTIVE",
            peakToMean: try quantity("\(key).peak", peak),
            growth: try quantity("\(key).growth", growth),
            memoryGiB: try quantity("\(key).memory", memory),
            computeNeed: try quantity("\(key).need", need),
            gpusPerJob: gpusPerJob,
            overhead: overheads,
            requestsPerMonth: try quantity("\(key).requests", requests),
            peopleWaiting: try quantity("\(key).people", 1),
            needs: Needs()
        )
    }

    static func platform(
        _ model: DeploymentModel,
        licences: [Licence] = [],
        people: Double = 0,
        setup: Double = 0,
        migration: Double = 0,
        parallelMonths: Double = 0,
        wait: Double = 0,
        packing: Double = 1,
        interference: Double = 0,
        shares: Int = 4
    ) throws -> Platform {
        let key = "platforms.\(model.rawValue)"
        return Platform(
            model: model,
            licences: licences,
            people: try quantity("\(key).people", people),
            setup: try quantity("\(key).setup", setup),
            migrationPerWorkload: try quantity("\(key).migration", migration),
            parallelMonths: try quantity("\(key).parallel", parallelMonths),
            hoursToEnvironment: try quantity("\(key).wait", wait),
            packing: try quantity("\(key).packing", packing),
            interference: try quantity("\(key).interference", interference),
            maximumSharesPerGPU: shares
        )
    }

    static func licence(
        _ name: String,
        _ metric: LicenceMetric,
        _ price: Double,
        committed: Bool = false,
        escalator: Double = 0
    ) throws -> Licence {
        Licence(
            name: name,
            metric: metric,
            pricePerYear: try quantity("licences.\(name)", price, escalator: escalator),
            committedUntilRenewal: committed
        )
    }

    /// Capital at 9 %, five years, 10 % residual, and nothing else.
    static func finance(rate: Double = 0.09, storage: Double = 0) throws -> Finance {
        Finance(
            costOfCapital: try quantity("finance.rate", rate),
            lifeYears: try quantity("finance.life", 5),
            residual: try quantity("finance.residual", 0.1),
            support: try quantity("finance.support", 0),
            network: try quantity("finance.network", 0),
            storagePerGPUMonth: try quantity("finance.storage", storage),
            personPerYear: try quantity("finance.person", 120_000),
            waitingPersonPerHour: try quantity("finance.waiting", 60),
            waitingLostShare: try quantity("finance.lost", 0.5)
        )
    }

    static func facility() throws -> Facility {
        Facility(
            energyPerKWh: try quantity("facility.energy", 0.12),
            pue: try quantity("facility.pue", 1.4),
            load: try quantity("facility.load", 0.8),
            spacePerKWMonth: try quantity("facility.space", 0),
            availability: try quantity("facility.availability", 1)
        )
    }

    static func study(
        workloads: [Workload],
        platforms: [Platform],
        today: DeploymentModel = .bareMetal,
        hosts: Int = 1,
        years: Int = 5,
        shape: HostShape? = nil,
        renewal: CalendarDate? = nil,
        expansion: Expansion? = nil,
        finance: Finance? = nil,
        facility: Facility? = nil,
        correlation: Double = 0.3
    ) throws -> Study {
        let shape = try shape ?? Self.shape()
        return Study(
            name: "fixture",
            date: try #require(start),
            currency: "USD",
            horizonYears: years,
            estate: OwnedEstate(
                today: today,
                hosts: hosts == 0 ? [] : [HostGroup(count: hosts, shape: shape)],
                shape: shape,
                renewal: renewal,
                expansion: expansion
            ),
            workloads: workloads,
            platforms: platforms,
            finance: try finance ?? Self.finance(),
            facility: try facility ?? Self.facility(),
            policy: Policy(draws: 1000, seed: 1, margin: 0.01, peakCorrelation: correlation),
            practice: Practice()
        )
    }

    /// Three workloads, four models, every kind of line, most inputs in doubt.
    static func rich(years: Int = 5, hosts: Int = 6) throws -> Study {
        let licences = [
            try licence("vcf", .perCore(minimumPerSocket: 16, minimumOrder: 72), 350, committed: true, escalator: 0.05),
            try licence("hypervisor-support", .perSocket, 900),
        ]
        let vgpu = [
            try licence("vcf", .perCore(minimumPerSocket: 16, minimumOrder: 72), 350, escalator: 0.05),
            try licence("nvaie", .perGPU, 4500),
        ]
        let study = try study(
            workloads: [
                workload(
                    "train",
                    hours: 14_000,
                    on: .vmPassthrough,
                    activity: 0.85,
                    memory: 60,
                    peak: 1.3,
                    growth: 0.1,
                    gpusPerJob: 16,
                    overhead: [.vmPassthrough: 0.06, .vmVGPU: 0.1, .bareMetalMIG: 0.01]
                ),
                workload(
                    "notebooks",
                    hours: 6_000,
                    on: .vmPassthrough,
                    activity: 0.38,
                    need: 0.3,
                    memory: 9,
                    peak: 1.8,
                    overhead: [.vmPassthrough: 0.03, .vmVGPU: 0.12, .bareMetalMIG: 0.02],
                    requests: 30
                ),
                workload(
                    "serving",
                    hours: 3_000,
                    on: .bareMetal,
                    activity: 0.6,
                    need: 0.15,
                    memory: 16,
                    peak: 2.2,
                    growth: 0.25,
                    overhead: [.vmPassthrough: 0.05, .vmVGPU: 0.15],
                    requests: 4
                ),
            ],
            platforms: [
                platform(.bareMetal, people: 1, setup: 60_000, migration: 8_000, parallelMonths: 3, wait: 80),
                platform(.bareMetalMIG, people: 1.5, setup: 80_000, migration: 9_000, parallelMonths: 8, packing: 0.85),
                platform(.vmPassthrough, licences: licences, people: 1.2, setup: 30_000, migration: 5_000, wait: 4),
                platform(
                    .vmVGPU,
                    licences: vgpu,
                    people: 1.6,
                    setup: 40_000,
                    migration: 6_000,
                    parallelMonths: 2,
                    wait: 1,
                    packing: 0.9,
                    interference: 0.05,
                    shares: 8
                ),
            ],
            today: .vmPassthrough,
            hosts: hosts,
            years: years,
            shape: shape(power: 10.2, escalator: 0.02),
            renewal: CalendarDate(year: 2027, month: 7, day: 1),
            expansion: Expansion(
                price: quantity("estate.expansion", 400_000, escalator: -0.04),
                gpus: 8,
                date: #require(CalendarDate(year: 2026, month: 10, day: 1))
            ),
            finance: finance(storage: 40)
        )
        let doubts: [(String, Distribution)] = [
            ("prices.server", try .triangular(low: 270_000, mode: 310_000, high: 350_000)),
            ("workloads.train.activity", try .triangular(low: 0.7, mode: 0.85, high: 0.95)),
            ("workloads.train.overhead.vm-passthrough", try .lognormal(p10: 0.03, p90: 0.12)),
            ("workloads.notebooks.hours", try .range(low: 5_000, high: 7_000)),
            ("workloads.notebooks.need", try .range(low: 0.1, high: 0.5)),
            ("workloads.serving.growth", try .normal(mean: 0.2, sd: 0.2)),
            ("finance.rate", try .triangular(low: 0.06, mode: 0.09, high: 0.14)),
            ("finance.life", try .range(low: 4, high: 6)),
            ("finance.support", try .range(low: 0.03, high: 0.08)),
            ("finance.network", try .range(low: 0.05, high: 0.15)),
            ("facility.availability", try .triangular(low: 0.9, mode: 0.97, high: 1)),
            ("facility.energy", try .lognormal(p10: 0.08, p90: 0.2)),
            ("facility.space", try .range(low: 120, high: 200)),
            ("licences.vcf", try .triangular(low: 185, mode: 275, high: 350)),
        ]
        return doubts.reduce(study) { $0.replacing($1.0, with: $1.1) }
    }

    /// All assignments of the workloads to the platforms, in lexicographic order.
    static func assignments(_ model: CostModel) -> [[Int]] {
        model.workloads.indices.reduce([[]]) { partial, _ in
            partial.flatMap { prefix in model.platforms.indices.map { prefix + [$0] } }
        }
    }

    /// The levelised monthly cost of an assignment at the expected inputs.
    static func expected(_ study: Study, _ assignment: [Int]) throws -> Double {
        let model = try CostModel(study: study)
        var slab = CostSlab(model, .expected(model), 0..<1)
        return slab.total(assignment)[0]
    }
}
