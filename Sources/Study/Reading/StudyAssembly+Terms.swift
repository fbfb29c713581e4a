import Documents
import Estate
import Probability

/// Prices, policy, practice and evidence.
extension StudyAssembly {
    private func price(
        _ prices: ObjectReader?,
        _ name: String,
        _ title: String,
        _ unit: String,
        _ kind: QuantitySpec.Kind,
        bounds: ClosedRange<Double>? = nil,
        book: String? = nil,
        neutral: Double? = 0
    ) -> Quantity {
        numbers.read(
            prices,
            name,
            QuantitySpec(
                "prices.\(name)",
                title,
                unit: unit,
                kind: kind,
                bounds: bounds,
                book: book ?? name,
                neutral: neutral
            )
        )
    }

    func finance(_ prices: ObjectReader?, hosts: Int) -> Finance {
        // One tier of switches reaches 64 hosts.
        let network = hosts <= 64 ? "network_share.small" : "network_share.large"
        return Finance(
            costOfCapital: price(prices, "cost_of_capital", "Cost of capital", "share a year", .rate, bounds: 0...1),
            lifeYears: price(
                prices,
                "life_years",
                "Life of a server",
                "years",
                .number,
                bounds: 0.5...30,
                neutral: nil
            ),
            residual: price(prices, "residual", "Residual value", "share of price", .share),
            support: price(prices, "support_per_year", "Vendor support", "share of price a year", .share),
            network: price(prices, "network_share", "Network", "share of price", .share, book: network),
            storagePerGPUMonth: price(prices, "storage_per_gpu_month", "Storage", "¤ per GPU-month", .money),
            personPerYear: price(prices, "person_per_year", "One person, fully loaded", "¤ a year", .money),
            waitingPersonPerHour: price(
                prices,
                "waiting_person_per_hour",
                "One hour of a person who waits",
                "¤ per hour",
                .money
            ),
            waitingLostShare: price(prices, "waiting_lost_share", "Waiting that is really lost", "share", .share)
        )
    }

    func facility(_ prices: ObjectReader?) -> Facility {
        Facility(
            energyPerKWh: price(prices, "energy_per_kwh", "Electricity", "¤ per kWh", .money),
            pue: price(prices, "pue", "Power usage effectiveness", "ratio", .number, bounds: 1...10, neutral: 1),
            load: price(prices, "load", "Mean electrical load", "share of full load", .share, neutral: 1),
            spacePerKWMonth: price(prices, "space_per_kw_month", "Space and power delivery", "¤ per kW-month", .money),
            availability: price(
                prices,
                "availability",
                "Hosts in service",
                "share of time",
                .share,
                bounds: 0.01...1,
                neutral: 1
            )
        )
    }

    /// The cloud's price by the hour, or nil where neither the study nor the book has one.
    func cloud(_ prices: ObjectReader?, gpu: GPUModel) -> Quantity? {
        let spec = QuantitySpec(
            "prices.cloud_per_gpu_hour",
            "Cloud GPU by the hour",
            unit: "¤ per GPU-hour",
            kind: .money,
            book: "cloud_per_gpu_hour.\(gpu.id)"
        )
        if prices?.has("cloud_per_gpu_hour") ?? false { return numbers.optional(prices, "cloud_per_gpu_hour", spec) }
        // Left out means no alternative, not a free one.
        return numbers.book == nil ? nil : numbers.fromBook(spec)
    }

    func policy(_ reader: Reader?) -> Policy {
        let section = reader.flatMap { self.section($0, StudySchema.policy) }
        // With a trace its replay has the peaks as they came.
        if section?["peak_correlation"] == nil, !hasTrace {
            findings.note("The workloads' peaks are assumed to coincide in part (correlation 0.3).")
        }
        return Policy(
            draws: integer(section, "draws", in: 1_000...1_000_000) ?? 100_000,
            seed: UInt64(integer(section, "seed", in: 0...9_007_199_254_740_991) ?? 1),
            margin: share(section, "margin") ?? 0.01,
            peakCorrelation: share(section, "peak_correlation") ?? 0.3
        )
    }

    private func share(_ section: ObjectReader?, _ name: String) -> Double? {
        optional(section?[name]) { reader throws(DocumentError) in
            try numbers.number(reader, QuantitySpec("policy.\(name)", name, unit: "share", kind: .share))
        }
    }

    func practice(_ reader: Reader?) -> Practice {
        let section = reader.flatMap { self.section($0, StudySchema.practice) }
        return Practice(
            liveMigrationInUse: flag(section, "live_migration_in_use"),
            snapshotsInUse: flag(section, "snapshots_in_use"),
            mixedGeneralLoad: flag(section, "mixed_general_load"),
            standardisedOnVirtualization: flag(section, "standardised_on_virtualization"),
            manySmallBurstyJobs: flag(section, "many_small_bursty_jobs")
        )
    }

    func evidence(_ reader: Reader?, workloads: [Workload], platforms: [Platform]) -> [EvidenceReference] {
        var references: [EvidenceReference] = []
        for reader in list(reader, maximum: 1_000) ?? [] {
            guard let section = section(reader, StudySchema.evidence) else { continue }
            let isComponent = flag(section, "component") ?? false
            let names = workloads.map(\.name)
            let workload: String? =
                section.has("workload")
                ? value(section, "workload", expected: "the name of a workload") { reader throws(DocumentError) in
                    let name = try reader.string()
                    // Where the workloads could not be read, their errors come first.
                    guard names.contains(name) || names.isEmpty else {
                        let near = nearest(name, in: names).map { "did you mean '\($0)'?" }
                        throw reader.fail(
                            "\(quoted(name)) is not a workload of this study; "
                                + (near ?? "expected \(names.map { "'\($0)'" }.joined(separator: ", "))")
                        )
                    }
                    return name
                } : nil
            let model = value(section, "model", expected: "the deployment model of the other arm") {
                reader throws(DocumentError) in
                let model = try reader.deploymentModel()
                guard model != .bareMetal else {
                    throw reader.fail("bare-metal is the baseline; write the model that it is compared with")
                }
                return model
            }
            let baseline = paths(section, "baseline")
            let other = paths(section, "other")
            let metric = optional(section["metric"]) { reader throws(DocumentError) in try reader.nonEmptyString() }
            guard let model, let baseline, let other else { continue }
            if !isComponent, workload == nil, !section.has("workload"), !names.isEmpty,
                !workloads.contains(where: { $0.nature.stated != nil || $0.nature.profilePath != nil })
            {
                findings.add(
                    section.fail(
                        "names no workload, and no workload states the class of its job; write 'workload: NAME' with one "
                            + "of \(names.map { "'\($0)'" }.joined(separator: ", ")), or 'job_class' or 'profile' there"
                    )
                )
            }
            if !isComponent, workload != nil,
                references.contains(where: { !$0.isComponent && $0.workload == workload && $0.model == model })
            {
                findings.add(
                    reader.fail("\(model) is measured twice for this workload; put the records into one entry's lists")
                )
            }
            if !platforms.contains(where: { $0.model == model }) {
                findings.note("There is evidence for \(model), which is not among the platforms considered.")
            }
            references.append(
                EvidenceReference(
                    workload: workload,
                    model: model,
                    baseline: baseline,
                    other: other,
                    metric: metric,
                    isComponent: isComponent,
                    nodes: integer(section, "nodes", in: 1...1_000_000),
                    line: reader.line
                )
            )
        }
        return references
    }

    private func paths(_ section: ObjectReader, _ name: String) -> [String]? {
        value(section, name, expected: "the path of a record, or a list of them") { reader throws(DocumentError) in
            let paths = try reader.texts(maximum: 10_000)
            guard !paths.isEmpty else { throw reader.fail("is empty; name at least one record") }
            if let path = paths.first(where: { $0.unicodeScalars.contains { $0.value < 0x20 } }) {
                throw reader.fail("\(quoted(path)) is not a path")
            }
            return paths
        }
    }
}
