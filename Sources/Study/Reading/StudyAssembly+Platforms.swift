import Documents
import Estate
import Probability

extension StudyAssembly {
    /// The platforms considered, today's included.
    func platforms(_ reader: Reader?, estate: EstateReading, prices: ObjectReader?) -> [Platform] {
        var platforms: [Platform] = []
        for reader in list(reader, maximum: 100) ?? [] {
            guard let platform = platform(reader, estate: estate, prices: prices) else { continue }
            guard !platforms.contains(where: { $0.model == platform.model }) else {
                findings.add(reader.fail("\(platform.model) stands twice among the platforms; keep one"))
                continue
            }
            platforms.append(platform)
        }
        if let reader, reader.isArray, platforms.isEmpty, findings.errors.isEmpty {
            findings.add(reader.fail("is empty; name at least one deployment model, or leave the key out"))
        }
        let today = estate.owned.today
        for model in reader == nil ? defaultModels(estate) : [today]
        where !platforms.contains(where: { $0.model == model }) {
            platforms.append(platform(model, nil, estate: estate, prices: prices, at: estate.section.reader))
            if reader != nil { findings.note("\(model) is considered too, because it is today's.") }
        }
        if reader == nil {
            let names = platforms.map(\.model.rawValue).joined(separator: ", ")
            findings.note("The study names no platforms; \(names) are considered.")
        }
        return platforms
    }

    private func defaultModels(_ estate: EstateReading) -> [DeploymentModel] {
        let mig = estate.owned.shape.gpu.migGeometry != nil
        return [.bareMetal] + (mig ? [.bareMetalMIG] : []) + [estate.owned.today]
    }

    private func platform(_ reader: Reader, estate: EstateReading, prices: ObjectReader?) -> Platform? {
        if reader.isString {
            return optional(reader) { reader throws(DocumentError) in try reader.deploymentModel() }
                .map { platform($0, nil, estate: estate, prices: prices, at: reader) }
        }
        guard let section = section(reader, StudySchema.platform),
            let model = value(
                section,
                "model",
                expected: "a deployment model such as 'vm-passthrough'",
                {
                    reader throws(DocumentError) in try reader.deploymentModel()
                }
            )
        else { return nil }
        return platform(model, section, estate: estate, prices: prices, at: reader)
    }

    private func platform(
        _ model: DeploymentModel,
        _ section: ObjectReader?,
        estate: EstateReading,
        prices: ObjectReader?,
        at reader: Reader
    ) -> Platform {
        let key = "platforms.\(model)"
        let isToday = model == estate.owned.today
        let gpu = estate.owned.shape.gpu
        if model.usesMIG, gpu.migGeometry == nil {
            findings.add(reader.fail("\(gpu.id) has no MIG; remove \(model), or name another GPU"))
        }
        let licences = self.licences(model, section, estate: estate, prices: prices, at: reader)
        let packing = QuantitySpec(
            "\(key).packing",
            "Slices filled, \(model.title)",
            unit: "share",
            kind: .share,
            bounds: 0.01...1,
            book: "packing.\(model.sharing.bookKey)",
            neutral: 1
        )
        let interference = QuantitySpec(
            "\(key).interference",
            "Slowdown from neighbours, \(model.title)",
            unit: "share",
            kind: .rate,
            bounds: 0...10,
            book: "interference.\(model.sharing.bookKey)"
        )
        // Beside today's platform on the same foundation, only how hosts are configured is new.
        let setup = QuantitySpec(
            "\(key).setup",
            "Setting up \(model.title)",
            unit: "¤",
            kind: .money,
            book: model.family == estate.owned.today.family ? "setup.within-family" : "setup"
        )
        return Platform(
            model: model,
            licences: licences,
            people: numbers.read(
                section,
                "people_fte",
                QuantitySpec(
                    "\(key).people_fte",
                    "People who run \(model.title)",
                    unit: "FTE",
                    kind: .number,
                    bounds: 0...10_000,
                    book: "people_fte.\(model)"
                )
            ),
            setup: numbers.read(
                section,
                "setup",
                setup,
                default: isToday ? numbers.assumed(setup, .zero, source: "it is today's platform") : nil
            ),
            migrationPerWorkload: numbers.read(
                section,
                "migration_per_workload",
                QuantitySpec(
                    "\(key).migration_per_workload",
                    "Moving one workload to \(model.title)",
                    unit: "¤",
                    kind: .money,
                    book: "migration_per_workload"
                )
            ),
            parallelMonths: numbers.read(
                section,
                "parallel_months",
                QuantitySpec(
                    "\(key).parallel_months",
                    "Months of running in parallel, \(model.title)",
                    unit: "months",
                    kind: .number,
                    bounds: 0...120,
                    book: "parallel_months"
                )
            ),
            hoursToEnvironment: numbers.read(
                section,
                "hours_to_environment",
                QuantitySpec(
                    "\(key).hours_to_environment",
                    "From request to environment, \(model.title)",
                    unit: "hours",
                    kind: .number,
                    bounds: 0...87_600,
                    book: "hours_to_environment.\(model)"
                )
            ),
            packing: numbers.read(
                section,
                "packing",
                packing,
                default: model.sharesGPU ? nil : numbers.assumed(packing, .one, source: "whole GPUs are not cut")
            ),
            interference: numbers.read(
                section,
                "interference",
                interference,
                default: model.sharesGPU
                    ? nil : numbers.assumed(interference, .zero, source: "whole GPUs are not shared")
            ),
            maximumSharesPerGPU: integer(section, "max_shares_per_gpu", in: 1...64) ?? (model.sharesGPU ? 4 : 1),
            sites: texts(section, "sites"),
            replay: replayTerms(section, model)
        )
    }

    // MARK: Licences

    /// The licences of a platform: as listed, else the hypervisor's and, for vGPU, NVIDIA's.
    private func licences(
        _ model: DeploymentModel,
        _ section: ObjectReader?,
        estate: EstateReading,
        prices: ObjectReader?,
        at reader: Reader
    ) -> [Licence] {
        let isCommitted = model == estate.owned.today && estate.owned.renewal.map { $0 > numbers.date } ?? false
        if let listed = list(section?["licences"], maximum: 100) {
            if let reader = section?["hypervisor"] ?? section?["licence_price_per_year"] {
                findings.add(reader.fail("stands beside 'licences', which replaces it; remove one of them"))
            }
            return listed.compactMap { licence($0, model: model, isCommitted: isCommitted, estate: estate) }
        }
        guard model.isVirtual else {
            if let reader = section?["hypervisor"] ?? section?["licence_price_per_year"] {
                findings.add(reader.fail("\(model) has no hypervisor; remove this key, or use 'licences'"))
            }
            return []
        }
        let own = optional(section?["hypervisor"]) { reader throws(DocumentError) in try hypervisor(reader) }
        guard let hypervisor = own ?? estate.hypervisor else {
            if section?["hypervisor"] == nil, estate.section["hypervisor"] == nil {
                findings.add(
                    DocumentError(
                        file: file,
                        line: reader.line,
                        path: "estate.hypervisor",
                        problem: "is missing, and \(model) needs one for its licence; expected "
                            + book.hypervisors.map { "'\($0.id)'" }.joined(separator: ", ")
                    )
                )
            }
            return []
        }
        var licences: [Licence] = []
        if let metric = hypervisor.metric {
            if case .perCore = metric, !estate.knowsCores {
                findings.add(
                    DocumentError(
                        file: file,
                        line: estate.section.reader.line,
                        path: "estate.cores_per_host",
                        problem:
                            "is missing, and the licence of \(hypervisor.name) counts cores; write the physical CPU "
                            + "cores of one host"
                    )
                )
            }
            let price = hypervisorPrice(hypervisor, metric, model, section, estate: estate, at: reader)
            licences.append(
                Licence(
                    name: hypervisor.name,
                    metric: metric,
                    pricePerYear: price,
                    committedUntilRenewal: isCommitted && hypervisor.id == estate.hypervisor?.id
                )
            )
        }
        if model.needsVGPULicence {
            let spec = QuantitySpec(
                "prices.nvidia_ai_enterprise_per_gpu_year",
                "NVIDIA AI Enterprise",
                unit: "¤ per GPU a year",
                kind: .money,
                book: "licences.nvidia-ai-enterprise"
            )
            licences.append(
                Licence(
                    name: "NVIDIA AI Enterprise",
                    metric: .perGPU,
                    pricePerYear: numbers.read(prices, "nvidia_ai_enterprise_per_gpu_year", spec),
                    committedUntilRenewal: isCommitted
                )
            )
        }
        return licences
    }

    private func hypervisorPrice(
        _ hypervisor: PriceBook.Hypervisor,
        _ metric: LicenceMetric,
        _ model: DeploymentModel,
        _ section: ObjectReader?,
        estate: EstateReading,
        at reader: Reader
    ) -> Quantity {
        if section?.has("licence_price_per_year") ?? false {
            return numbers.read(
                section,
                "licence_price_per_year",
                licenceSpec("platforms.\(model).licence_price_per_year", hypervisor.name, metric)
            )
        }
        if hypervisor.id == estate.hypervisor?.id, let price = estate.licencePrice { return price }
        var spec = licenceSpec("licences.\(hypervisor.id)", hypervisor.name, metric)
        spec.book = hypervisor.price ?? (numbers.book == nil ? hypervisor.id : nil)
        if let price = numbers.fromBook(spec) { return price }
        findings.add(
            DocumentError(
                file: file,
                line: reader.line,
                path: "estate.licence_price_per_year",
                problem: "is missing: \(hypervisor.name) has no public price; write what it costs a year for each "
                    + metric.unitName
            )
        )
        return numbers.broken(spec)
    }

    func licenceSpec(_ key: String, _ title: String, _ metric: LicenceMetric?) -> QuantitySpec {
        QuantitySpec(key, title, unit: "¤ per \(metric?.unitName ?? "unit") a year", kind: .money)
    }

    private func licence(
        _ reader: Reader,
        model: DeploymentModel,
        isCommitted: Bool,
        estate: EstateReading
    ) -> Licence? {
        guard let section = section(reader, StudySchema.licence) else { return nil }
        let name = value(section, "name", expected: "the product's name") { reader throws(DocumentError) in
            try reader.name()
        }
        let metric = value(section, "per", expected: "'core', 'socket', 'gpu' or 'host'") {
            reader throws(DocumentError) in
            let unit: LicenceUnit = try reader.choice("unit of licences")
            return try unit.metric(
                minimumPerSocket: section["minimum_per_socket"],
                minimumOrder: section["minimum_order"]
            )
        }
        if case .perCore? = metric, !estate.knowsCores {
            findings.add(
                reader.fail("counts cores, which the study does not state; add 'cores_per_host' under 'estate'")
            )
        }
        guard let name, let metric else { return nil }
        let price = numbers.read(section, "price_per_year", licenceSpec("licences.\(name)", name, metric))
        return Licence(
            name: name,
            metric: metric,
            pricePerYear: price,
            committedUntilRenewal: flag(section, "committed_until_renewal") ?? isCommitted
        )
    }

    func hypervisor(_ reader: Reader) throws(DocumentError) -> PriceBook.Hypervisor {
        let text = try reader.nonEmptyString()
        if let known = book.hypervisor(text) { return known }
        let names = book.hypervisors.map(\.id)
        let near = nearest(text, in: names + book.hypervisors.flatMap(\.aliases))
        let remedy =
            near.map { "did you mean '\($0)'?" }
            ?? "expected \(names.joined(separator: ", ")); for another, use 'licences' under 'platforms'"
        throw reader.fail("\(quoted(text)) is not a hypervisor; \(remedy)")
    }
}

/// What a licence counts, as written.
private enum LicenceUnit: String, CaseIterable {
    case core, socket, gpu, host

    func metric(minimumPerSocket: Reader?, minimumOrder: Reader?) throws(DocumentError) -> LicenceMetric {
        if self != .core, let reader = minimumPerSocket ?? minimumOrder {
            throw reader.fail("only licences per core have a minimum; remove this key")
        }
        return switch self {
        case .core:
            .perCore(
                minimumPerSocket: try minimumPerSocket?.int(in: 0...4_096) ?? 0,
                minimumOrder: try minimumOrder?.int(in: 0...10_000_000) ?? 0
            )
        case .socket: .perSocket
        case .gpu: .perGPU
        case .host: .perHost
        }
    }
}

extension LicenceMetric {
    /// The unit counted: `core`, `socket`, `GPU`, `host` or `test`.
    package var unitName: String {
        switch self {
        case .perCore: "core"
        case .perSocket: "socket"
        case .perGPU: "GPU"
        case .perHost: "host"
        case .perPlatform: "test"
        }
    }
}

extension DeploymentModel.Sharing {
    /// The word of the price book's keys for how a GPU is divided.
    fileprivate var bookKey: String {
        switch self {
        case .none: "none"
        case .partitioned: "partitioned"
        // A virtual function divides the device in its own way; time slices are the cautious guess.
        case .timeSliced, .virtualFunctions: "time-sliced"
        }
    }
}
