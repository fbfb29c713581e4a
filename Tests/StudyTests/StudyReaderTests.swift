import Documents
import Estate
import Probability
import Study
import Testing

@Suite struct StudyReaderTests {
    @Test func `the class of a job and its profile are read, and evidence may leave its workload to them`() throws {
        let text = Fixture.complete.replacing(
            "class: interactive\n",
            with: "class: interactive\n    job_class: storage-bound\n    profile: records/one.record.json\n"
        ).replacing("  - workload: fraud-training\n    model:", with: "  - model:")
        let study = try Fixture.read(text)
        #expect(study.workloads.map(\.nature.bound) == [nil, .storage])
        let nature = try #require(study.workloads.last).nature
        #expect(nature.profilePath == "records/one.record.json")
        let line = try #require(
            text.split(separator: "\n", omittingEmptySubsequences: false).firstIndex { $0.contains("profile: ") }
        )
        #expect(nature.profileLine == line + 1)
        #expect(nature.profile == nil)
        #expect(study.evidence.map(\.workload) == [nil, nil])
        #expect(study.evidence.map(\.isComponent) == [false, true])
    }

    @Test func `the scale of a job, the load of a service and the nodes of evidence are read, and absent where unsaid`()
        throws
    {
        let plain = try Fixture.read(Fixture.complete)
        #expect(plain.workloads.allSatisfy { $0.scale == nil && $0.serving == nil })
        #expect(plain.evidence.allSatisfy { $0.nodes == nil })
        let text = Fixture.complete.replacing(
            "memory_gib: 60\n",
            with: """
                memory_gib: 60
                    scale: {nodes: 64, step_ms: 120, synchronisations: 4, exposed: 50%, slack_ms: 2}
                    serving: {rate_per_s: 40, replicas: 4}

                """
        ).replacing(
            "class: interactive\n",
            with: "class: interactive\n    serving: {rate_per_s: 1, replicas: 2, slots: 8, objective: p99.9 < 0.2s}\n"
        ).replacing("metric: step time", with: "metric: step time\n    nodes: 8")
        let study = try Fixture.read(text)
        #expect(
            study.workloads[0].scale
                == JobScale(
                    nodes: 64,
                    ranksPerNode: 8,
                    stepMilliseconds: 120,
                    synchronisations: 4,
                    exposed: 0.5,
                    slackMilliseconds: 2
                )
        )
        // The objective is that of the needs where none is stated.
        #expect(
            study.workloads[0].serving
                == ServingLoad(requestsPerSecond: 40, replicas: 4, quantile: 0.99, milliseconds: 40)
        )
        let notebooks = try #require(study.workloads[1].serving)
        #expect(notebooks.slots == 8 && abs(notebooks.quantile - 0.999) < 1e-12 && notebooks.milliseconds == 200)
        #expect(study.evidence.map(\.nodes) == [8, nil])
    }

    @Test func `a complete study is read value by value`() throws {
        let study = try Fixture.read(Fixture.complete)
        #expect(study.name == "research-saas")
        #expect(study.isIllustrative)
        #expect(study.date == CalendarDate("2026-11-22"))
        #expect(study.horizonYears == 4)
        #expect(
            study.exchangeRates == [
                ExchangeRate(from: "EUR", rate: 1.1, date: try #require(CalendarDate("2026-11")), source: "ECB")
            ]
        )
        #expect(study.estate.today == .vmPassthrough)
        #expect(study.estate.renewal == CalendarDate("2027-03-01"))
        #expect(study.estate.hosts.first?.names == ["gpu01", "gpu02"])
        #expect(
            study.estate.shape.price.distribution
                == (try Distribution.triangular(low: 280_000, mode: 310_000, high: 340_000))
        )
        #expect(study.estate.shape.price.provenance == .declared(source: "quote 17", date: CalendarDate("2026-10")))
        #expect(study.estate.expansion?.gpus == 8)
        #expect(study.estate.hostsOwned(atYear: 2, from: study.date) == 2)
        #expect(study.estate.hostsOwned(atYear: 3, from: study.date) == 0)
        let training = try #require(study.workloads.first)
        #expect(training.activity.distribution.mean == 0.85)
        #expect(training.activity.provenance == .declared(source: "study.yaml line 29", date: nil))
        #expect(training.activityMetric == "DCGM_FI_PROF_SM_ACTIVE")
        #expect(training.gpusPerJob == 16)
        #expect(training.jobHours?.distribution.mean == 9)
        #expect(training.growth.distribution.mean == 0.1)
        #expect(training.overhead[.vmPassthrough]?.distribution == (try Distribution.normal(mean: 0.11, sd: 0.01)))
        #expect(training.overhead[.vmVGPU]?.provenance.isAssumed == true)
        #expect(training.overhead[.bareMetal] == nil)
        #expect(training.needs.tenancy == .gpu)
        #expect(training.needs.latencyP99Milliseconds == 40)
        #expect(training.needs.measuredP99Milliseconds?.distribution.mean == 30)
        #expect(
            training.needs.rdma && training.needs.residency == ["frankfurt"] && training.needs.frameworks == ["pci-dss"]
        )
        let notebooks = try #require(study.workloads.last)
        #expect(notebooks.workloadClass == .interactiveDevelopment)
        #expect(abs(notebooks.gpuHoursPerMonth.distribution.mean - 0.38 * 16 * 730) < 1e-9)
        #expect(notebooks.gpuHoursPerMonth.unit == "GPU-hours a month")
        #expect(study.platforms.map(\.model) == [.bareMetal, .vmVGPU, .vmPassthrough])
        let vgpu = study.platforms[1]
        #expect(vgpu.licences.map(\.name) == ["VMware Cloud Foundation", "NVIDIA AI Enterprise"])
        #expect(vgpu.licences[0].metric == .perCore(minimumPerSocket: 16, minimumOrder: 72))
        #expect(vgpu.licences[0].pricePerYear.distribution.mean == 300)
        #expect(!vgpu.licences[0].committedUntilRenewal)
        #expect(vgpu.maximumSharesPerGPU == 8 && vgpu.sites == ["frankfurt"])
        #expect(study.platforms[2].licences[0].committedUntilRenewal)
        #expect(study.platforms[2].licences[0].pricePerYear == vgpu.licences[0].pricePerYear)
        #expect(abs(study.platforms[2].setup.distribution.mean - 1_100) < 1e-9)
        #expect(study.facility.energyPerKWh.distribution == (try Distribution.lognormal(p10: 0.08, p90: 0.2)))
        #expect(study.facility.energyPerKWh.escalator == 0.03)
        #expect(study.facility.energyPerKWh.range == 0.05...0.4)
        #expect(study.policy.draws == 50_000 && study.policy.seed == 7 && study.policy.margin == 0.02)
        #expect(study.policy.peakCorrelation == 0.5)
        #expect(study.practice.liveMigrationInUse == true && study.practice.snapshotsInUse == false)
        #expect(study.practice.mixedGeneralLoad == nil)
        #expect(study.evidence.count == 2 && study.evidence[1].isComponent && study.evidence[1].workload == nil)
        #expect(study.evidence[0].baseline.count == 2 && study.evidence[0].other == ["vm.record.json"])
        #expect(study.cloudPerGPUHour != nil)
    }

    @Test func `what a small study leaves out is assumed with a source`() throws {
        let study = try Fixture.read(Fixture.minimal)
        #expect(study.platforms.map(\.model) == [.bareMetal, .bareMetalMIG])
        #expect(study.workloads[0].workloadClass == .singleNodeTraining)
        #expect(study.workloads[0].gpuHoursPerMonth.distribution.mean == 3.2 * 730)
        for quantity in study.allQuantities where quantity.key != "workloads.training.gpu_hours_per_month" {
            guard case .assumed(let source, _) = quantity.provenance else {
                Issue.record("\(quantity.key) is not assumed")
                continue
            }
            #expect(source.count > 10, "\(quantity.key)")
        }
        #expect(study.notes.contains { $0.contains("names no platforms") })
        #expect(study.notes.contains { $0.contains("inputs are assumed") })
    }

    @Test(arguments: [DeploymentModel.bareMetal, .vmPassthrough])
    func `setting up a further platform of today's family is assumed to cost little`(today: DeploymentModel) throws {
        let platforms = "\nplatforms: [bare-metal, bare-metal-mig, vm-passthrough, vm-sriov, vm-vgpu, vm-vgpu-mig]\n"
        let study = try Fixture.read(
            Fixture.minimal.replacing("today: bare-metal", with: "today: \(today)\n  hypervisor: none") + platforms
        )
        #expect(study.platforms.map(\.model) == DeploymentModel.allCases)
        for platform in study.platforms {
            let isOfTodaysFamily = platform.model.isVirtual == today.isVirtual
            let mean = platform.model == today ? 0 : isOfTodaysFamily ? 14_000 : 175_000.0 / 3
            #expect(abs(platform.setup.distribution.mean - mean) < 1e-6, "\(platform.model)")
        }
    }

    @Test func `a study of one server with the book switched off has only what it states`() throws {
        let study = try Fixture.read(
            """
            name: known-answer
            date: 2026-11-22
            estate: {today: bare-metal, gpu: h100-sxm-80gb, hosts: 1, server_price: 310000}
            workloads: [{name: all, class: training, gpus: 3.2, activity: 1, peak_to_mean: 1}]
            platforms: [bare-metal]
            prices: {book: none, cost_of_capital: 9%, life_years: 5, residual: 10%}
            """
        )
        let stated: Set = [
            "estate.server_price", "prices.cost_of_capital", "prices.life_years", "prices.residual",
            "workloads.all.gpu_hours_per_month", "workloads.all.activity",
        ]
        let neutral: Set = ["prices.pue", "prices.load", "prices.availability", "platforms.bare-metal.packing"]
        for quantity in study.allQuantities
        where !quantity.key.hasPrefix("workloads.") && !stated.contains(quantity.key) {
            #expect(quantity.distribution.isCertain, "\(quantity.key)")
            #expect(quantity.distribution.mean == (neutral.contains(quantity.key) ? 1 : 0), "\(quantity.key)")
        }
        #expect(study.cloudPerGPUHour == nil)
        #expect(study.notes.contains { $0.contains("Left out") && $0.contains("Electricity") })
    }

    @Test func `amounts scale with the currency and nothing else does`() throws {
        let dollars = try Fixture.read(Fixture.minimal)
        let euros = try Fixture.read(
            Fixture.minimal + "\ncurrency: EUR\nexchange_rates: {USD: {rate: 0.5, date: 2026-11-01}}\n"
        )
        for (dollar, euro) in zip(dollars.allQuantities, euros.allQuantities) {
            let factor = dollar.unit.contains("USD") ? 0.5 : 1
            #expect(abs(euro.distribution.mean - factor * dollar.distribution.mean) <= 1e-9 * dollar.distribution.mean)
            #expect(
                abs(euro.range.upperBound - factor * dollar.range.upperBound) <= 1e-9 * abs(dollar.range.upperBound)
            )
            #expect(!euro.unit.contains("USD"))
        }
    }

    @Test func `old prices of the book are named`() throws {
        let study = try Fixture.read(Fixture.minimal.replacingDate("2029-01-01"))
        let note = try #require(study.notes.first { $0.contains("older than 18 months") })
        #expect(note.contains("Electricity (2025-04-01)"))
        let fresh = try Fixture.read(Fixture.minimal.replacingDate("2024-09-01"))
        #expect(!fresh.notes.contains { $0.contains("older than 18 months") })
    }

    @Test func `a price written out as assumed grows old like one from the book`() throws {
        let text = Fixture.minimal + "\nprices: {pue: {value: 1.4, assumed: true, source: a survey, date: 2020-01}}\n"
        let note = try #require(try Fixture.read(text).notes.first { $0.contains("older than 18 months") })
        #expect(note.contains("Power usage effectiveness (2020-01-01)"))
        let own = text.replacing("assumed: true, ", with: "")
        #expect(!(try Fixture.read(own).notes.contains { $0.contains("Power usage") }))
    }

    @Test func `a study without a date takes today and says so`() throws {
        let study = try Fixture.read(Fixture.minimal.replacing("date: 2026-11-22\n", with: ""))
        #expect(study.date == Fixture.today)
        #expect(study.notes.contains { $0.contains("states no date; 2026-11-22 is taken") })
    }

    @Test func `today's model is always considered`() throws {
        let study = try Fixture.read(
            Fixture.complete.replacing("  - model: vm-passthrough\n    setup: {value: 1000, currency: EUR}\n", with: "")
        )
        #expect(study.platforms.map(\.model) == [.bareMetal, .vmVGPU, .vmPassthrough])
        #expect(study.notes.contains { $0.contains("vm-passthrough is considered too") })
    }

    @Test func `hosts of several kinds keep their own prices`() throws {
        let study = try Fixture.read(
            """
            name: mixed
            date: 2026-11-22
            estate:
              today: bare-metal
              gpu: h100-sxm-80gb
              groups:
                - hosts: old[1-4]
                  gpu: a100-sxm-80gb
                  retires: 2027-12
                - hosts: new[1-2]
            workloads: [{name: w, class: batch, gpus: 1}]
            """
        )
        #expect(study.estate.hosts.map(\.count) == [4, 2])
        #expect(study.estate.hosts[0].shape.price.key == "estate.groups.old1.server_price")
        #expect(study.estate.hosts[1].shape.price == study.estate.shape.price)
        #expect(Set(study.allQuantities.map(\.key)).count == study.allQuantities.count)
    }

    @Test func `more hours than the estate has are said`() throws {
        let study = try Fixture.read(Fixture.minimal.replacing("gpus: 3.2", with: "gpus: 9"))
        #expect(study.notes.contains { $0.contains("use 6,570 GPU-hours a month and the GPUs owned have 5,840") })
        #expect(!(try Fixture.read(Fixture.minimal).notes.contains { $0.contains("GPUs owned have") }))
    }

    @Test func `reading is the same every time, wherever the folder lies`() throws {
        let far = try StudyReader.read(text: Fixture.complete, file: "/a/b/study.yaml", today: Fixture.today)
        #expect(far.allQuantities == (try Fixture.read(Fixture.complete)).allQuantities)
        let first = try Fixture.read(Fixture.complete)
        let second = try Fixture.read(Fixture.complete)
        #expect(first.allQuantities == second.allQuantities && first.notes == second.notes)
    }
}

extension String {
    func replacing(_ old: String, with new: String) -> String {
        guard !old.isEmpty else { return self }
        var result = ""
        var rest = Substring(self)
        while !rest.isEmpty {
            if rest.hasPrefix(old) {
                result += new
                rest = rest.dropFirst(old.count)
            } else {
                result.append(rest.removeFirst())
            }
        }
        return result
    }

    func replacingDate(_ date: String) -> String { replacing("date: 2026-11-22", with: "date: \(date)") }
}
