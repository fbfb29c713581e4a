import Estate
import Probability
import Study
import Testing

@testable import Decision

/// Studies built in code, small enough to reason about.
enum Fixture {
    static func quantity(_ key: String, _ value: Double, range: ClosedRange<Double>? = nil) throws -> Quantity {
        Quantity(
            key: key,
            title: key,
            unit: "",
            distribution: try .point(value),
            provenance: .declared(source: "test", date: nil),
            range: range
        )
    }

    static func quantity(_ key: String, _ distribution: Distribution, range: ClosedRange<Double>? = nil) -> Quantity {
        Quantity(
            key: key,
            title: key,
            unit: "",
            distribution: distribution,
            provenance: .assumed(source: "test", date: nil),
            range: range
        )
    }

    static func gpu(_ name: String = "h100-sxm-80gb") throws -> GPUModel {
        try GPUCatalogue.standard().gpu(named: name)
    }

    static func shape(gpu name: String = "h100-sxm-80gb", price: Double = 310_000) throws -> HostShape {
        HostShape(
            gpu: try gpu(name),
            gpusPerHost: 8,
            cores: 112,
            sockets: 2,
            price: try quantity("prices.server", price),
            power: try quantity("estate.power", 10.2)
        )
    }

    static func workload(
        _ name: String,
        _ workloadClass: WorkloadClass = .singleNodeTraining,
        hours: Double = 2_000,
        on model: DeploymentModel = .vmPassthrough,
        activity: Double = 1,
        need: Double = 1,
        memory: Double = 8,
        peak: Double = 1,
        gpusPerJob: Int = 1,
        overhead: [DeploymentModel: Double] = [:],
        requests: Double = 0,
        jobHours: Double? = nil,
        needs: Needs = Needs()
    ) throws -> Workload {
        let key = "workloads.\(name)"
        var overheads: [DeploymentModel: Quantity] = [:]
        for (model, value) in overhead {
            overheads[model] = try quantity("\(key).overhead.\(model.rawValue)", value)
        }
        return Workload(
            name: name,
            workloadClass: workloadClass,
            gpuHoursPerMonth: try quantity("\(key).hours", hours),
            observedOn: model,
            activity: try quantity("\(key).activity", activity),
            activityMetric: "DCGM_FI_PROF_GR_ENGINE_ACTIVE",
            peakToMean: try quantity("\(key).peak", peak),
            growth: try quantity("\(key).growth", 0),
            memoryGiB: try quantity("\(key).memory", memory),
            computeNeed: try quantity("\(key).need", need),
            gpusPerJob: gpusPerJob,
            jobHours: try jobHours.map { try quantity("\(key).job", $0) },
            overhead: overheads,
            requestsPerMonth: try quantity("\(key).requests", requests),
            peopleWaiting: try quantity("\(key).people", 1),
            needs: needs
        )
    }

    static func platform(
        _ model: DeploymentModel,
        licencePerCore: Double? = nil,
        people: Double = 0,
        setup: Double = 0,
        migration: Double = 0,
        wait: Double = 0,
        packing: Double = 1,
        interference: Double = 0,
        sites: [String] = []
    ) throws -> Platform {
        let key = "platforms.\(model.rawValue)"
        var licences: [Licence] = []
        if let licencePerCore {
            licences.append(
                Licence(
                    name: "hypervisor",
                    metric: .perCore(minimumPerSocket: 0, minimumOrder: 0),
                    pricePerYear: try quantity("licences.hypervisor", licencePerCore),
                    committedUntilRenewal: false
                )
            )
        }
        return Platform(
            model: model,
            licences: licences,
            people: try quantity("\(key).people", people),
            setup: try quantity("\(key).setup", setup),
            migrationPerWorkload: try quantity("\(key).migration", migration),
            parallelMonths: try quantity("\(key).parallel", 0),
            hoursToEnvironment: try quantity("\(key).wait", wait),
            packing: try quantity("\(key).packing", packing),
            interference: try quantity("\(key).interference", interference),
            maximumSharesPerGPU: 4,
            sites: sites
        )
    }

    static func study(
        _ workloads: [Workload],
        _ platforms: [Platform],
        today: DeploymentModel = .vmPassthrough,
        hosts: Int = 1,
        draws: Int = 256,
        seed: UInt64 = 7,
        practice: Practice = Practice(),
        shape: HostShape? = nil
    ) throws -> Study {
        let shape = try shape ?? Self.shape()
        let start = try #require(CalendarDate(year: 2026, month: 1, day: 1))
        return Study(
            name: "fixture",
            date: start,
            currency: "USD",
            horizonYears: 3,
            estate: OwnedEstate(
                today: today,
                hosts: hosts == 0 ? [] : [HostGroup(count: hosts, shape: shape)],
                shape: shape,
                renewal: CalendarDate(year: 2027, month: 1, day: 1),
                expansion: nil
            ),
            workloads: workloads,
            platforms: platforms,
            finance: Finance(
                costOfCapital: try quantity("finance.rate", 0.09),
                lifeYears: try quantity("finance.life", 5),
                residual: try quantity("finance.residual", 0.1),
                support: try quantity("finance.support", 0),
                network: try quantity("finance.network", 0),
                storagePerGPUMonth: try quantity("finance.storage", 0),
                personPerYear: try quantity("finance.person", 120_000),
                waitingPersonPerHour: try quantity("finance.waiting", 60),
                waitingLostShare: try quantity("finance.lost", 0.5)
            ),
            facility: Facility(
                energyPerKWh: try quantity("facility.energy", 0.12),
                pue: try quantity("facility.pue", 1.4),
                load: try quantity("facility.load", 0.8),
                spacePerKWMonth: try quantity("facility.space", 0),
                availability: try quantity("facility.availability", 1)
            ),
            policy: Policy(draws: draws, seed: seed, margin: 0.01, peakCorrelation: 0.3),
            practice: practice
        )
    }

    /// Four workloads on four models, most inputs in doubt: the case that the promised time is for.
    static func rich(draws: Int = 4_096) throws -> Study {
        var study = try study(
            [
                workload(
                    "train",
                    .multiNodeTraining,
                    hours: 14_000,
                    activity: 0.85,
                    memory: 60,
                    peak: 1.3,
                    gpusPerJob: 16,
                    overhead: [.vmPassthrough: 0.06, .vmVGPU: 0.1, .bareMetalMIG: 0.01],
                    jobHours: 9
                ),
                workload(
                    "notebooks",
                    .interactiveDevelopment,
                    hours: 6_000,
                    activity: 0.38,
                    need: 0.3,
                    memory: 9,
                    peak: 1.8,
                    overhead: [.vmPassthrough: 0.03, .vmVGPU: 0.12, .bareMetalMIG: 0.02],
                    requests: 30
                ),
                workload(
                    "serving",
                    .onlineInference,
                    hours: 3_000,
                    activity: 0.6,
                    need: 0.15,
                    memory: 16,
                    peak: 2.2,
                    overhead: [.vmPassthrough: 0.05, .vmVGPU: 0.15, .bareMetalMIG: 0.02],
                    requests: 4,
                    needs: Needs(latencyP99Milliseconds: 50, measuredP99Milliseconds: quantity("serving.p99", 42))
                ),
                workload(
                    "tuning",
                    .fineTuning,
                    hours: 2_000,
                    activity: 0.7,
                    need: 0.6,
                    memory: 30,
                    peak: 1.5,
                    overhead: [.vmPassthrough: 0.04, .vmVGPU: 0.1, .bareMetalMIG: 0.02]
                ),
            ],
            [
                platform(.bareMetal, people: 1, setup: 60_000, migration: 8_000, wait: 80),
                platform(.bareMetalMIG, people: 1.5, setup: 80_000, migration: 9_000, packing: 0.85),
                platform(.vmPassthrough, licencePerCore: 350, people: 1.2, setup: 30_000, migration: 5_000, wait: 4),
                platform(
                    .vmVGPU,
                    licencePerCore: 350,
                    people: 1.6,
                    setup: 40_000,
                    migration: 6_000,
                    wait: 1,
                    packing: 0.9,
                    interference: 0.05
                ),
            ],
            hosts: 5,
            draws: draws
        )
        study.estate.expansion = Expansion(
            price: try quantity("estate.expansion", 400_000),
            gpus: 8,
            date: try #require(CalendarDate(year: 2027, month: 1, day: 1))
        )
        study.visitQuantities { quantity in
            let value = quantity.distribution.mean
            guard value > 0, value != 1, !quantity.key.hasSuffix("p99"), !quantity.key.hasSuffix("packing"),
                let spread = try? Distribution.lognormal(p10: value * 0.8, p90: value * 1.2)
            else { return }
            let low = value * 0.6
            let high = value * 1.5
            quantity.distribution = spread
            quantity.range = low...high
            quantity.provenance = .assumed(source: "test", date: nil)
        }
        return study
    }
}
