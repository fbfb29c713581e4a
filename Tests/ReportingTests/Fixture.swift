import Cost
import Decision
import Estate
import Evidence
import Probability
import Study

/// A decision made by hand: two workloads, one measured, one assumed, that touches every part of a report.
///
/// `mangle` is applied to every text that comes from outside, for the tests of escaping.
struct Fixture {
    var mangle: (String) -> String = { $0 }

    private let date = CalendarDate("2026-11-22")

    func result() throws -> DecisionResult {
        let study = try self.study()
        let fraud = study.workloads[0]
        let chat = study.workloads[1]
        let models: [[DeploymentModel]] = [
            [.bareMetal, .bareMetalMIG], [.bareMetal, .vmVGPU], [.vmPassthrough, .vmVGPU], [.bareMetal, .bareMetal],
        ]
        let shares = [0.874, 0.101, 0, 0.025]
        let costs = [118_420.0, 121_300, 131_870, 127_950]
        let assignments = models.indices.map { index in
            AssignmentResult(
                models: models[index],
                isChosen: index == 0,
                isToday: index == 2,
                isEligible: index != 2,
                costPerMonth: spread(costs[index], 0.12),
                differencePerMonth: spread(costs[index] - costs[0], 0.6),
                costPerUsefulGPUHour: spread(costs[index] / 21_000, 0.13),
                probability: Estimated(value: shares[index], standardError: 0.001),
                platforms: index == 0 ? chosenBills() : index == 2 ? [todayBill()] : []
            )
        }
        return DecisionResult(
            study: study,
            assignments: assignments,
            workloads: [fraudDecision(fraud), chatDecision(chat)],
            estate: EstateDecision(
                models: models[0],
                probability: Estimated(value: 0.874, standardError: 0.001),
                regretPerMonth: Estimated(value: 412, standardError: 9),
                costPerUsefulGPUHour: spread(5.64, 0.13),
                costPerMonth: spread(118_420, 0.12),
                usefulGPUHoursPerMonth: spread(21_000, 0.08),
                sentence: mangle(
                    "Put fraud training on bare metal and chat on MIG slices of bare-metal GPUs: 13,450 USD a month less "
                        + "than today, the cheapest choice in 87 % of draws."
                ),
                flipPoints: [flip("prices.person_per_year")]
            ),
            timing: timing(),
            tornado: tornado(),
            breakEvens: [
                BreakEven(
                    input: "workloads.chat.activity",
                    title: mangle("Activity of chat"),
                    unit: "share",
                    values: [0.71],
                    current: 0.38,
                    between: mangle("MIG and vGPU")
                ),
                BreakEven(
                    input: "facility.pue",
                    title: "Power usage effectiveness",
                    unit: "",
                    values: [],
                    current: 1.4,
                    between: "bare metal and passthrough"
                ),
            ],
            waterfall: waterfall(),
            cloudPerMonth: spread(96_000, 0.2),
            savings: [
                Saving(kind: .cash, title: mangle("Hypervisor licences"), perMonth: spread(9_100, 0.2)),
                Saving(
                    kind: .deferredPurchase,
                    title: "Expansion put off",
                    perMonth: spread(3_200, 0.5)
                ),
                Saving(
                    kind: .capacityOnly,
                    title: "Hours no longer lost to overhead",
                    perMonth: spread(1_150, 0.3),
                    gpuHoursPerMonth: 600
                ),
                Saving(kind: .capacityOnly, title: "Time of people who wait", perMonth: spread(1_000, 0.3)),
            ],
            deferral: try DeferralValue(
                purchase: 400_000,
                plannedDate: day("2027-06-01"),
                years: spread(1.8, 0.3),
                isBeyondHorizon: false,
                value: spread(61_000, 0.4),
                sentence: mangle("Buying 1.8 years later is worth 61,000 USD, not 400,000.")
            ),
            measurements: measurements(),
            matrix: matrix(),
            questions: questions(),
            comparisons: comparisons(),
            inputs: study.allQuantities.map { InputSummary(quantity: $0, spread: spread($0)) },
            assumedVarianceShare: 0.62,
            draws: 100_000,
            seed: 7,
            optimalityGapPerMonth: 0,
            notes: [mangle("The overhead of chat under vGPU is a documented prior.")]
        )
    }

    // MARK: - The study

    func study() throws -> Study {
        let gpu = try GPUCatalogue.standard().gpu(named: "h100-sxm-80gb")
        let shape = HostShape(
            gpu: gpu,
            gpusPerHost: 8,
            cores: 112,
            sockets: 2,
            price: quantity(
                "estate.host_price",
                "Server with 8 GPUs",
                "USD",
                try .lognormal(p10: 280_000, p90: 345_000)
            ),
            power: quantity("estate.power", "Power of a host", "kW", try .point(10.2))
        )
        let workloads = [
            try workload("fraud", .multiNodeTraining, hours: 6_050, on: .vmPassthrough, activity: 0.85),
            try workload("chat", .onlineInference, hours: 14_000, on: .vmVGPU, activity: 0.38),
        ]
        return Study(
            name: mangle("fintech-training"),
            summary: mangle("A fraud model is trained nightly; a chat service runs by day."),
            isIllustrative: true,
            date: try day("2026-11-22"),
            currency: "USD",
            exchangeRates: [
                ExchangeRate(from: "EUR", rate: 1.08, date: try day("2026-11-20"), source: mangle("ECB reference rate"))
            ],
            horizonYears: 5,
            estate: OwnedEstate(
                today: .vmPassthrough,
                hosts: [HostGroup(count: 8, shape: shape)],
                shape: shape,
                renewal: try day("2027-03-31"),
                expansion: Expansion(
                    price: quantity("estate.expansion.price", "Planned expansion", "USD", try .point(400_000)),
                    gpus: 8,
                    date: try day("2027-06-01")
                )
            ),
            workloads: workloads,
            platforms: try [.vmPassthrough, .vmVGPU, .bareMetal, .bareMetalMIG].map(platform),
            finance: try finance(),
            facility: try facility(),
            policy: Policy(draws: 100_000, seed: 7, margin: 0.01, peakCorrelation: 0.3),
            practice: Practice(),
            evidence: [],
            cloudPerGPUHour: nil,
            notes: [mangle("Electricity was not given: the price book's is used.")]
        )
    }

    private func workload(
        _ name: String,
        _ workloadClass: WorkloadClass,
        hours: Double,
        on model: DeploymentModel,
        activity: Double
    ) throws -> Workload {
        let key = "workloads.\(name)"
        let title = mangle(name)
        var overhead: [DeploymentModel: Quantity] = [:]
        for virtual in [DeploymentModel.vmPassthrough, .vmVGPU] {
            let isMeasured = name == "fraud" && virtual == .vmPassthrough
            overhead[virtual] = quantity(
                "\(key).overhead.\(virtual.rawValue)",
                "Overhead of \(title) on \(virtual.title)",
                "share",
                try .lognormal(p10: isMeasured ? 0.095 : 0.02, p90: isMeasured ? 0.125 : 0.15),
                isMeasured
                    ? .measured(records: ["sha256:aa11", "sha256:bb22"], note: "5 pairs")
                    : .assumed(source: mangle("https://example.com/prior (published range)"), date: date)
            )
        }
        return Workload(
            name: title,
            workloadClass: workloadClass,
            gpuHoursPerMonth: quantity(
                "\(key).gpu_hours",
                "GPU-hours of \(title)",
                "GPU-hours a month",
                try .point(hours)
            ),
            observedOn: model,
            activity: quantity("\(key).activity", "Activity of \(title)", "share", try .point(activity)),
            activityMetric: "DCGM_FI_PROF_GR_ENGINE_ACTIVE",
            peakToMean: quantity("\(key).peak_to_mean", "Peak over mean", "", try .point(1.4)),
            growth: quantity("\(key).growth", "Growth", "share a year", try .range(low: 0, high: 0.2)),
            memoryGiB: quantity("\(key).memory", "Memory", "GiB", try .point(12)),
            computeNeed: quantity("\(key).compute_need", "Compute need", "share", try .point(0.25)),
            gpusPerJob: 1,
            jobHours: name == "fraud" ? quantity("\(key).job_hours", "Nightly job", "h", try .point(9)) : nil,
            overhead: overhead,
            requestsPerMonth: quantity("\(key).requests", "Requests", "a month", try .point(4)),
            peopleWaiting: quantity("\(key).people", "People waiting", "people", try .point(2)),
            needs: Needs(tenancy: .shared)
        )
    }

    private func platform(_ model: DeploymentModel) throws -> Platform {
        let key = "platforms.\(model.rawValue)"
        return Platform(
            model: model,
            licences: model.isVirtual
                ? [
                    Licence(
                        name: mangle("Hypervisor"),
                        metric: .perCore(minimumPerSocket: 16, minimumOrder: 72),
                        pricePerYear: quantity(
                            "prices.hypervisor",
                            "Hypervisor licence",
                            "USD a core and year",
                            try .point(350)
                        )
                    )
                ] : [],
            people: quantity(
                "\(key).people",
                "People for \(model.title)",
                "FTE",
                try .triangular(low: 0.3, mode: 0.5, high: 1)
            ),
            setup: quantity("\(key).setup", "Setup", "USD", try .point(20_000)),
            migrationPerWorkload: quantity("\(key).migration", "Migration", "USD", try .point(5_000)),
            parallelMonths: quantity("\(key).parallel", "Parallel running", "months", try .point(2)),
            hoursToEnvironment: quantity("\(key).hours_to_environment", "Time to an environment", "h", try .point(0.2)),
            packing: quantity("\(key).packing", "Packing", "share", try .point(0.9)),
            interference: quantity("\(key).interference", "Interference", "share", try .point(0.02)),
            maximumSharesPerGPU: 4
        )
    }

    private func finance() throws -> Finance {
        Finance(
            costOfCapital: quantity("finance.cost_of_capital", "Cost of capital", "share a year", try .point(0.09)),
            lifeYears: quantity("finance.life", "Life of a host", "years", try .point(5)),
            residual: quantity("finance.residual", "Residual", "share", try .point(0.1)),
            support: quantity("finance.support", "Support", "share a year", try .point(0.05)),
            network: quantity("finance.network", "Network", "share", try .point(0.1)),
            storagePerGPUMonth: quantity("finance.storage", "Storage", "USD a GPU and month", try .point(40)),
            personPerYear: quantity(
                "prices.person_per_year",
                "A person for a year",
                "USD",
                try .lognormal(p10: 150_000, p90: 240_000),
                .assumed(source: mangle("Assay price book"), date: date)
            ),
            waitingPersonPerHour: quantity("finance.waiting", "An hour of waiting", "USD", try .point(95)),
            waitingLostShare: quantity("finance.waiting_lost", "Waiting lost", "share", try .point(0.3))
        )
    }

    private func facility() throws -> Facility {
        Facility(
            energyPerKWh: quantity(
                "prices.energy_per_kwh",
                "Electricity",
                "USD per kWh",
                try .triangular(low: 0.07, mode: 0.09, high: 0.15),
                .assumed(source: "https://www.eia.gov/electricity/ (industrial)", date: date)
            ),
            pue: quantity("facility.pue", "Power usage effectiveness", "", try .point(1.4)),
            load: quantity("facility.load", "Load", "share", try .point(0.7)),
            spacePerKWMonth: quantity("facility.space", "Space", "USD a kW and month", try .point(150)),
            availability: quantity("facility.availability", "Availability", "share", try .point(0.985))
        )
    }

    private func quantity(
        _ key: String,
        _ title: String,
        _ unit: String,
        _ distribution: Distribution,
        _ provenance: Provenance? = nil
    ) -> Quantity {
        Quantity(
            key: key,
            title: mangle(title),
            unit: unit,
            distribution: distribution,
            provenance: provenance ?? .declared(source: mangle("invoice 4711"), date: date)
        )
    }

    // MARK: - The decision

    private func fraudDecision(_ workload: Workload) -> WorkloadDecision {
        WorkloadDecision(
            name: workload.name,
            model: .bareMetal,
            probability: Estimated(value: 0.975, standardError: 0.0005),
            regretPerMonth: Estimated(value: 38, standardError: 2),
            flipPoints: [flip("workloads.fraud.overhead.vm-passthrough")],
            options: [
                option(.bareMetal, 61_300, 0.975, overhead: 0, .declared(source: "definition", date: nil), "whole GPU"),
                option(
                    .vmPassthrough,
                    71_900,
                    0.025,
                    overhead: 0.11,
                    .measured(records: ["sha256:aa11", "sha256:bb22"], note: "5 pairs"),
                    "whole GPU"
                ),
                WorkloadOption(
                    model: .vmVGPU,
                    rejections: [
                        Rejection(
                            code: "gang",
                            sentence: mangle("8 GPUs a job need peer-to-peer traffic, which vGPUs lack.")
                        )
                    ],
                    overhead: spread(0.06, 0.5),
                    overheadProvenance: .assumed(source: "prior", date: date),
                    share: "none fits"
                ),
            ],
            job: JobTime(
                hoursToday: 9,
                hoursChosen: spread(8.108, 0.01),
                freedGPUHoursPerMonth: spread(600, 0.1)
            )
        )
    }

    private func chatDecision(_ workload: Workload) -> WorkloadDecision {
        WorkloadDecision(
            name: workload.name,
            model: .bareMetalMIG,
            probability: Estimated(value: 0.894, standardError: 0.001),
            regretPerMonth: Estimated(value: 374, standardError: 8),
            flipPoints: [],
            options: [
                option(
                    .bareMetalMIG,
                    41_000,
                    0.894,
                    overhead: 0,
                    .declared(source: "definition", date: nil),
                    mangle("2g.20gb")
                ),
                option(
                    .vmVGPU,
                    44_800,
                    0.106,
                    overhead: 0.06,
                    .assumed(source: "prior", date: date),
                    "1 of 4 time slices"
                ),
            ]
        )
    }

    private func option(
        _ model: DeploymentModel,
        _ cost: Double,
        _ probability: Double,
        overhead: Double,
        _ provenance: Provenance,
        _ share: String
    ) -> WorkloadOption {
        WorkloadOption(
            model: model,
            rejections: [],
            marginalCostPerMonth: spread(cost, 0.15),
            probability: Estimated(value: probability, standardError: 0.0005),
            overhead: spread(overhead, 0.2),
            overheadProvenance: provenance,
            share: share
        )
    }

    private func flip(_ input: String) -> FlipPoint {
        FlipPoint(
            input: input,
            title: mangle(input.contains("person") ? "A person for a year" : "Overhead of fraud, passthrough"),
            unit: input.contains("person") ? "USD" : "share",
            value: input.contains("person") ? 322_000 : 0.013,
            current: input.contains("person") ? 190_000 : 0.11,
            range: input.contains("person") ? 100_000...400_000 : 0...0.2,
            kind: input.contains("person") ? .cost : .eligibility,
            below: "vm-passthrough",
            above: "bare-metal"
        )
    }

    private func timing() -> [TimingOption] {
        func option(_ kind: TimingOption.Kind, _ first: Double, _ later: Double, _ value: Double, _ payback: Double?)
            -> TimingOption
        {
            TimingOption(
                kind: kind,
                netPresentCost: spread(3_100_000 - value, 0.1),
                netPresentValue: spread(value, 0.4),
                paybackYears: payback,
                cashByYear: (0..<5).map { spread($0 == 0 ? first : later, 0.1) }
            )
        }
        return [
            option(.stay, 780_000, 790_000, 0, nil), option(.switchNow, 860_000, 620_000, 402_000, 1.4),
            option(.switchAtRenewal, 800_000, 622_000, 448_000, 1.1),
        ]
    }

    private func tornado() -> [TornadoBar] {
        [
            TornadoBar(
                input: "prices.person_per_year",
                title: mangle("A person for a year"),
                unit: "USD",
                lowInput: 150_000,
                highInput: 240_000,
                lowResult: 16_900,
                highResult: 9_200,
                varianceShare: 0.44,
                isAssumed: true
            ),
            TornadoBar(
                input: "workloads.chat.overhead.vm-vgpu",
                title: "Overhead of chat on vGPU",
                unit: "share",
                lowInput: 0.02,
                highInput: 0.15,
                lowResult: 11_900,
                highResult: 15_800,
                varianceShare: 0.18,
                isAssumed: true
            ),
            TornadoBar(
                input: "estate.host_price",
                title: "Server with 8 GPUs",
                unit: "USD",
                lowInput: 280_000,
                highInput: 345_000,
                lowResult: 12_900,
                highResult: 14_100,
                varianceShare: 0.05,
                isAssumed: false
            ),
            TornadoBar(
                input: "workloads.fraud.growth",
                title: "Growth of fraud training over the years of the horizon",
                unit: "share a year",
                lowInput: 0.02,
                highInput: 0.18,
                lowResult: -1_200,
                highResult: 14_000,
                varianceShare: 0.04,
                isAssumed: false
            ),
        ]
    }

    private func waterfall() -> Waterfall {
        let amounts: [Double] = [0, -2_450, -1_900, 1_100, -9_100, 0, 1_400, -2_900, 400]
        return Waterfall(
            startTitle: "today",
            start: 131_870,
            steps: zip(CostGroup.allCases, amounts).map { Waterfall.Step(group: $0.0, amount: $0.1) },
            endTitle: "the choice",
            end: 131_870 + amounts.reduce(0, +),
            unit: "USD a month"
        )
    }

    private func chosenBills() -> [PlatformBill] {
        [
            bill(
                .bareMetal,
                ["fraud"],
                hosts: 2,
                amounts: [(52_000, .hardware), (6_300, .idleUnallocated), (8_000, .people)]
            ),
            bill(.bareMetalMIG, ["chat"], hosts: 2, amounts: [(44_000, .hardware), (8_120, .people)]),
        ]
    }

    private func todayBill() -> PlatformBill {
        bill(
            .vmPassthrough,
            ["fraud", "chat"],
            hosts: 5,
            amounts: [(96_000, .hardware), (12_000, .lost), (9_100, .licences), (14_770, .waiting)]
        )
    }

    private func bill(
        _ model: DeploymentModel,
        _ workloads: [String],
        hosts: Int,
        amounts: [(Double, CostGroup)]
    ) -> PlatformBill {
        PlatformBill(
            model: model,
            workloads: workloads.map(mangle),
            gpusNeeded: Double(hosts) * 7.3,
            hosts: hosts,
            gpus: hosts * 8,
            hours: GPUHours(available: 11_680, useful: 7_900, lost: 240, idleAllocated: 2_100, idleUnallocated: 1_440),
            lines: amounts.map { amount, group in
                BillLine(
                    title: mangle("Line for \(group.rawValue)"),
                    group: group,
                    quantity: Double(hosts) * 1.5,
                    quantityUnit: "hosts",
                    unitPrice: amount / (Double(hosts) * 1.5),
                    amountPerMonth: amount,
                    inputs: group == .people ? ["prices.person_per_year"] : ["estate.host_price", "facility.pue"]
                )
            }
        )
    }

    private func measurements() -> [MeasurementValue] {
        [
            MeasurementValue(
                title: mangle("Overhead of chat on vGPU"),
                inputs: ["workloads.chat.overhead.vm-vgpu"],
                valueOverHorizon: Estimated(value: 14_200, standardError: 300),
                valuePerMonth: 236,
                command:
                    "assay record chat.csv --metric p99 --unit ms --better lower\nassay compare bm.record.json --with vm.record.json",
                reason: mangle("It is assumed, and decides between two options.")
            ),
            MeasurementValue(
                title: "A quote for people",
                inputs: ["prices.person_per_year"],
                valueOverHorizon: Estimated(value: 6_100, standardError: 200),
                valuePerMonth: 101,
                command: "assay cost .",
                reason: "It moves the saving most."
            ),
            MeasurementValue(
                title: "Activity of chat",
                inputs: ["workloads.chat.activity", "no.such.key"],
                valueOverHorizon: Estimated(value: 900, standardError: 100),
                valuePerMonth: 15,
                command: mangle("dcgmi dmon -e 1001 | tee `activity`"),
                reason: "Nothing else tells idle from busy."
            ),
        ]
    }

    private func matrix() -> [MatrixRow] {
        let bare: [(String, MatrixRow.Cell)] = [
            ("Large or multi-node training", .met), ("Tail-latency objectives", .unknown), ("Regulated data", .notMet),
            ("Predictable cost", .met), ("Consistently busy GPUs", .notMet),
        ]
        let virtual: [(String, MatrixRow.Cell)] = [
            ("Many small bursty jobs", .met), ("Live migration and snapshots in use", .notMet),
            ("Mixed general and AI load on the same hardware", .unknown),
            ("Standardised on a virtualization platform", .notMet),
            ("Provisioning time", .met),
        ]
        return bare.map {
            MatrixRow(side: .bareMetal, reason: $0.0, cell: $0.1, evidence: mangle("fraud spans 4 hosts (declared)"))
        }
            + virtual.map {
                MatrixRow(
                    side: .virtualized,
                    reason: mangle($0.0),
                    cell: $0.1,
                    evidence: "two weeks against ten minutes (declared)"
                )
            }
    }

    private func questions() -> [QuestionAnswer] {
        [
            QuestionAnswer(
                question: "Is bare metal faster?",
                answer: mangle("Yes for fraud: 11.0 % [9.6, 12.4]; 9 h becomes 8.1 h. Under 8 h would need 12.5 %.")
            ),
            QuestionAnswer(question: "How much overhead?", answer: "11.0 % for fraud; chat: not measured."),
            QuestionAnswer(question: "Is it dearer?", answer: "No."),
            QuestionAnswer(question: "Can we share GPUs without virtualization?", answer: "Yes, by MIG."),
            QuestionAnswer(question: "Which suits our regulation?", answer: "not measured"),
        ]
    }

    // MARK: - The evidence

    func comparisons() -> [ComparedEvidence] {
        [
            ComparedEvidence(
                workload: mangle("fraud"),
                model: .vmPassthrough,
                isComponent: false,
                comparison: comparison()
            ),
            ComparedEvidence(
                model: .vmPassthrough,
                isComponent: true,
                comparison: Comparison(
                    baseline: Arm(
                        label: "bare-metal",
                        records: ["sha256:cc33"],
                        files: ["nccl-bm.record.json"],
                        hosts: 2,
                        runs: 6
                    ),
                    other: Arm(
                        label: "vm-passthrough",
                        records: ["sha256:dd44"],
                        files: ["nccl-vm.record.json"],
                        hosts: 2,
                        runs: 6
                    ),
                    metrics: [
                        MetricComparison(
                            name: "all-reduce",
                            unit: "GB/s",
                            direction: .higher,
                            baselineValues: [372, 370, 371],
                            otherValues: [290, 301, 295],
                            overhead: Effect(
                                estimate: 0.256,
                                low: 0.22,
                                high: 0.29,
                                level: 0.95,
                                method: "Welch t on log ratios"
                            ),
                            verdict: .overhead
                        ),
                        MetricComparison(
                            name: "memory-copy",
                            unit: "GB/s",
                            direction: .higher,
                            isConfirmatory: false,
                            overhead: Effect(estimate: 0.001, low: -0.001, high: 0.003, level: 0.95, method: "Welch t"),
                            verdict: .equivalent(margin: 0.01, detectable: false)
                        ),
                        MetricComparison(
                            name: "latency",
                            unit: "us",
                            direction: .lower,
                            isConfirmatory: false,
                            overhead: Effect(estimate: -0.03, low: -0.05, high: -0.01, level: 0.95, method: "Welch t"),
                            verdict: .faster
                        ),
                        MetricComparison(
                            name: "storage",
                            unit: "GB/s",
                            direction: .higher,
                            isConfirmatory: false,
                            overhead: Effect(estimate: 0.02, low: -0.04, high: 0.08, level: 0.95, method: "Welch t"),
                            verdict: .inconclusive(morePairs: 7)
                        ),
                        MetricComparison(
                            name: "clock",
                            unit: "MHz",
                            direction: .higher,
                            isConfirmatory: false,
                            verdict: .invalid(reason: mangle("power limits differ"))
                        ),
                    ],
                    validity: [],
                    design: .unpaired,
                    unitOfReplication: .run,
                    hostsConfounded: true,
                    control: .failed(low: 0.01, high: 0.03),
                    margin: nil
                )
            ),
        ]
    }

    func comparison() -> Comparison {
        Comparison(
            baseline: Arm(
                label: mangle("bare-metal"),
                records: ["sha256:aa11"],
                files: [mangle("bm.record.json")],
                hosts: 1,
                runs: 5
            ),
            other: Arm(
                label: mangle("vm-passthrough"),
                records: ["sha256:bb22"],
                files: [mangle("vm.record.json")],
                hosts: 1,
                runs: 5
            ),
            metrics: [
                MetricComparison(
                    name: mangle("step"),
                    unit: mangle("ms"),
                    direction: .lower,
                    baselineValues: [412.1, 413.3, 411.8, 412.9, 412.4],
                    otherValues: [457.2, 458.9, 457.0, 459.1, 457.6],
                    overhead: Effect(
                        estimate: 0.11,
                        low: 0.096,
                        high: 0.124,
                        level: 0.95,
                        method: "paired t on log ratios, 5 pairs"
                    ),
                    verdict: .overhead,
                    validity: [
                        ValidityNote(severity: .note, code: "drift", sentence: mangle("No drift over the runs."))
                    ],
                    secondary: [
                        SecondaryEffect(
                            statistic: .quantile(0.99),
                            effect: Effect(
                                estimate: 0.16,
                                low: 0.02,
                                high: 0.31,
                                level: 0.95,
                                method: "order statistic"
                            ),
                            descriptiveBecause: mangle("215 of 368 samples in a run")
                        ),
                        SecondaryEffect(statistic: .median, effect: nil),
                    ],
                    adjustedPValue: 0.00004,
                    adjustment: "Holm",
                    minimumDetectableEffect: 0.008,
                    drift: Effect(estimate: 0.001, low: -0.004, high: 0.006, level: 0.95, method: "t")
                )
            ],
            validity: [
                ValidityNote(
                    severity: .caution,
                    code: "driver-differs",
                    sentence: mangle("The driver is 570.1 on one arm and 570.3 on the other.")
                )
            ],
            design: .paired,
            unitOfReplication: .run,
            hostsConfounded: false,
            control: .passed(minimumDetectableEffect: 0.009),
            margin: 0.01
        )
    }

    // MARK: - Small parts

    func spread(_ mean: Double, _ width: Double) -> Spread {
        let half = (mean * width).magnitude
        return Spread(p10: mean - half, p50: mean, p90: mean + half, mean: mean)
    }

    private func spread(_ quantity: Quantity) -> Spread {
        let distribution = quantity.distribution
        return Spread(
            p10: distribution.p10,
            p50: distribution.p50,
            p90: distribution.p90,
            mean: distribution.mean
        )
    }

    struct NoSuchDay: Error {}

    private func day(_ text: String) throws -> CalendarDate {
        guard let date = CalendarDate(text) else { throw NoSuchDay() }
        return date
    }
}
