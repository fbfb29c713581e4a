import Documents
import Estate
import Probability

extension StudyAssembly {
    func workloads(_ root: ObjectReader, estate: OwnedEstate, platforms: [Platform]) -> [Workload] {
        guard
            let reader = value(
                root,
                "workloads",
                expected: "a list with a 'name' and a 'class' each",
                {
                    reader throws(DocumentError) in reader
                }
            ), let readers = list(reader, maximum: 64)
        else { return [] }
        if readers.isEmpty, reader.isArray { findings.add(reader.fail("is empty; describe at least one workload")) }
        var workloads: [Workload] = []
        for reader in readers {
            guard let workload = workload(reader, estate: estate, platforms: platforms) else { continue }
            if workloads.contains(where: { $0.name.lowercased() == workload.name.lowercased() }) {
                findings.add(
                    reader.fail("another workload is named \(quoted(workload.name)) too; give each its own name")
                )
                continue
            }
            workloads.append(workload)
        }
        return workloads
    }

    private func workload(_ reader: Reader, estate: OwnedEstate, platforms: [Platform]) -> Workload? {
        guard let section = section(reader, StudySchema.workload) else { return nil }
        let name = value(section, "name", expected: "a name of the workload") { reader throws(DocumentError) in
            try reader.name()
        }
        let kind = value(section, "class", expected: "a workload class such as 'multi-node-training'") {
            reader throws(DocumentError) in try reader.workloadClass()
        }
        // What follows reads on with stand-ins, so that one run shows every error of the file.
        let workloadClass = kind ?? .singleNodeTraining
        let key = "workloads.\(name ?? "?")"
        let shape = estate.shape
        let observedOn =
            optional(section["observed_on"]) { reader throws(DocumentError) in try reader.deploymentModel() }
            ?? estate.today
        let owned = estate.hosts.reduce(0) { $0 + $1.count * $1.shape.gpusPerHost }
        let usualJob = workloadClass.spansHosts ? min(2 * shape.gpusPerHost, owned == 0 ? .max : owned) : 1
        let gpusPerJob = integer(section, "gpus_per_job", in: 1...1_000_000) ?? usualJob
        checkJob(section, gpusPerJob, kind, estate: estate)
        let metric = optional(section["activity_metric"]) { reader throws(DocumentError) in try reader.nonEmptyString()
        }
        if metric == nil, kind != nil {
            findings.note(
                "\(name ?? "A workload") names no activity metric; DCGM_FI_PROF_GR_ENGINE_ACTIVE is assumed."
            )
        }
        let jobs = tracedJobs(section)
        let needs = needs(section["needs"], key: key)
        let workload = Workload(
            name: name ?? "",
            workloadClass: workloadClass,
            gpuHoursPerMonth: jobs?.statesDemand == false
                ? numbers.broken(demandSpec(key)) : demand(section, key: key, estate: estate),
            observedOn: observedOn,
            activity: assumedByClass(
                section,
                "activity",
                spec(key, "activity", "GPU activity", .share),
                WorkloadPrior.activity(workloadClass)
            ),
            activityMetric: metric ?? "DCGM_FI_PROF_GR_ENGINE_ACTIVE",
            peakToMean: assumedByClass(
                section,
                "peak_to_mean",
                spec(key, "peak_to_mean", "Peak over mean demand", .number, "ratio", 1...1_000),
                WorkloadPrior.peakToMean(workloadClass)
            ),
            growth: growth(section, key: key),
            memoryGiB: memory(section, key: key, workloadClass, shape.gpu),
            computeNeed: assumedByClass(
                section,
                "compute_need",
                spec(key, "compute_need", "Compute one job can use", .share),
                WorkloadPrior.computeNeed(workloadClass)
            ),
            gpusPerJob: gpusPerJob,
            jobHours: numbers.optional(
                section,
                "job_hours",
                spec(key, "job_hours", "Length of the representative job", .number, "hours", 0...87_600)
            ),
            overhead: overhead(
                section["overhead"],
                key: key,
                workloadClass,
                models: platforms.map(\.model) + [observedOn]
            ),
            requestsPerMonth: plainDefault(
                section,
                "requests_per_month",
                spec(key, "requests_per_month", "Requests for an environment", .number, "a month", 0...1e7),
                0
            ),
            peopleWaiting: plainDefault(
                section,
                "people_waiting",
                spec(key, "people_waiting", "People held up by one request", .number, "people", 0...1e6),
                1
            ),
            needs: needs,
            nature: nature(section),
            jobs: jobs,
            leastSpeed: leastSpeed(section, spec(key, "least_speed", "Least speed on a part of a GPU", .share)),
            scale: scale(section["scale"], shape: shape),
            serving: serving(section["serving"], needs: needs)
        )
        return name == nil ? nil : workload
    }

    private func spec(
        _ workload: String,
        _ name: String,
        _ title: String,
        _ kind: QuantitySpec.Kind,
        _ unit: String = "share",
        _ bounds: ClosedRange<Double>? = nil
    ) -> QuantitySpec {
        let owner = workload.dropFirst("workloads.".count)
        return QuantitySpec("\(workload).\(name)", "\(title), \(owner)", unit: unit, kind: kind, bounds: bounds)
    }

    private func assumedByClass(
        _ section: ObjectReader,
        _ name: String,
        _ spec: QuantitySpec,
        _ prior: Distribution?
    ) -> Quantity {
        numbers.read(section, name, spec, default: numbers.assumed(spec, prior, source: WorkloadPrior.source))
    }

    private func plainDefault(
        _ section: ObjectReader,
        _ name: String,
        _ spec: QuantitySpec,
        _ value: Double
    ) -> Quantity {
        numbers.read(
            section,
            name,
            spec,
            default: numbers.assumed(spec, try? .point(value), source: "the study states none")
        )
    }

    private func growth(_ section: ObjectReader, key: String) -> Quantity {
        var spec = spec(key, "growth_per_year", "Growth of demand", .rate, "share a year", -0.9...5)
        if section.has("growth_per_year") { return numbers.read(section, "growth_per_year", spec) }
        spec.bounds = 0...0.5
        var quantity = numbers.assumed(spec, .zero, source: "the study states none")
        quantity.range = 0...0.5
        return quantity
    }

    /// GPU-hours a month, by whichever of the three ways they are written.
    private func demand(_ section: ObjectReader, key: String, estate: OwnedEstate) -> Quantity {
        let spec = demandSpec(key)
        let ways = ["gpu_hours_per_month", "gpus", "allocated_share"]
        let given = ways.filter(section.has)
        guard let way = given.first, given.count == 1 else {
            let found = given.isEmpty ? "says not how much it uses" : "says how much it uses in \(given.count) ways"
            findings.add(
                section.fail(
                    "\(found); write one of 'gpu_hours_per_month', 'gpus' (held all month) and 'allocated_share' (of the "
                        + "GPUs owned)"
                )
            )
            return numbers.broken(spec)
        }
        let monthHours = 730.0
        switch way {
        case "gpus":
            var gpus = spec
            gpus.unit = "GPUs"
            gpus.bounds = 0...1e9
            return scaled(numbers.read(section, way, gpus), by: monthHours, to: spec, note: "GPUs held for 730 hours")
        case "allocated_share":
            let owned = estate.hosts.reduce(0.0) { $0 + Double($1.count) * Double($1.shape.gpusPerHost) }
            guard owned > 0 else {
                findings.add(
                    section.fail("states 'allocated_share', but the estate owns no hosts; write 'gpu_hours_per_month'")
                )
                return numbers.broken(spec)
            }
            var share = spec
            share.unit = "share"
            share.kind = .share
            share.bounds = 0...1
            let gpus = NumberText.plain(owned)
            return scaled(
                numbers.read(section, way, share),
                by: owned * monthHours,
                to: spec,
                note: "share of \(gpus) GPUs for 730 hours"
            )
        default: return numbers.read(section, way, spec)
        }
    }

    private func demandSpec(_ key: String) -> QuantitySpec {
        spec(key, "gpu_hours_per_month", "Allocated GPU-hours", .number, "GPU-hours a month", 0...1e12)
    }

    private func scaled(_ quantity: Quantity, by factor: Double, to spec: QuantitySpec, note: String) -> Quantity {
        var result = quantity
        result.unit = spec.unit
        result.distribution = (try? quantity.distribution.scaled(by: factor)) ?? quantity.distribution
        result.range = quantity.range.lowerBound * factor...quantity.range.upperBound * factor
        switch quantity.provenance {
        case .declared(let source, let date): result.provenance = .declared(source: "\(source) (\(note))", date: date)
        case .assumed(let source, let date): result.provenance = .assumed(source: "\(source) (\(note))", date: date)
        case .measured, .derived: break
        }
        return result
    }

    private func memory(
        _ section: ObjectReader,
        key: String,
        _ workloadClass: WorkloadClass,
        _ gpu: GPUModel
    ) -> Quantity {
        let spec = spec(key, "memory_gib", "GPU memory of one job on one GPU", .number, "GiB", 0...100_000)
        let quantity = assumedByClass(section, "memory_gib", spec, WorkloadPrior.memoryGiB(workloadClass, on: gpu))
        let whole = Double(gpu.memoryFloorMiB) / 1_024
        // The catalogue's floor can be a few percent below what the GPU has.
        if let reader = section["memory_gib"], quantity.distribution.mean > whole * 1.08 {
            findings.add(
                reader.fail(
                    "one job needs more on one GPU than \(gpu.id) has (\(NumberText.fixed(whole, 1)) GiB); write the need "
                        + "per GPU, and more 'gpus_per_job'"
                )
            )
        }
        return quantity
    }

    private func checkJob(_ section: ObjectReader, _ gpus: Int, _ kind: WorkloadClass?, estate: OwnedEstate) {
        guard let reader = section["gpus_per_job"] else { return }
        let owned = estate.hosts.reduce(0.0) { $0 + Double($1.count) * Double($1.shape.gpusPerHost) }
        let planned = owned + Double(estate.expansion?.gpus ?? 0)
        if !estate.hosts.isEmpty, Double(gpus) > planned {
            findings.add(
                reader.fail(
                    "one job needs \(gpus) GPUs at once and the estate has \(NumberText.plain(planned)), expansion "
                        + "included; lower it, or add hosts"
                )
            )
        } else if kind == .singleNodeTraining, gpus > estate.shape.gpusPerHost {
            findings.add(
                reader.fail(
                    "one job needs \(gpus) GPUs and a host has \(estate.shape.gpusPerHost); a job across hosts is of class "
                        + "'multi-node-training'"
                )
            )
        }
    }

    /// The overhead under each model: as stated, else the published prior.
    private func overhead(
        _ reader: Reader?,
        key: String,
        _ workloadClass: WorkloadClass,
        models: [DeploymentModel]
    ) -> [DeploymentModel: Quantity] {
        let known = DeploymentModel.allCases.filter { $0 != .bareMetal }.map(\.rawValue)
        var stated: ObjectReader?
        if let reader {
            for error in reader.unknownKeys(known) { findings.add(error) }
            stated = findings.attempt { () throws(DocumentError) in try reader.mapping() }
        }
        var overheads: [DeploymentModel: Quantity] = [:]
        for model in DeploymentModel.allCases where model != .bareMetal {
            let isStated = stated?.has(model.rawValue) ?? false
            guard isStated || models.contains(model) else { continue }
            let spec = spec(
                key,
                "overhead.\(model)",
                "Overhead of \(model.title)",
                .rate,
                "share of bare-metal time",
                -0.5...10
            )
            overheads[model] = numbers.read(
                stated,
                model.rawValue,
                spec,
                default: numbers.assumed(
                    spec,
                    OverheadPrior.distribution(workloadClass, under: model),
                    source: OverheadPrior.source(workloadClass, under: model)
                )
            )
        }
        return overheads
    }

    private func nature(_ section: ObjectReader) -> JobNature {
        JobNature(
            stated: optional(section["job_class"]) { reader throws(DocumentError) in
                // What `assay measure` says where nothing takes half of the time: nothing can be matched by it.
                guard (try? reader.string()) != "unclassified" else {
                    throw reader.fail("'unclassified' tells no job from another; leave the key out")
                }
                return try reader.choice("job class")
            },
            profilePath: optional(section["profile"]) { reader throws(DocumentError) in try reader.path() },
            profileLine: section["profile"]?.line ?? 1
        )
    }

    private func needs(_ reader: Reader?, key: String) -> Needs {
        guard let reader, let section = section(reader, StudySchema.needs) else {
            return Needs(tenancyIsDeclared: false, frameworks: terms.frameworks, data: terms.data)
        }
        return Needs(
            latencyP99Milliseconds: optional(section["p99_ms"]) { reader throws(DocumentError) in
                try reader.double(in: 1e-6...1e9, unit: "ms")
            },
            measuredP99Milliseconds: numbers.optional(
                section,
                "bare_metal_p99_ms",
                spec(key, "needs.bare_metal_p99_ms", "Latency on bare metal, p99", .number, "ms", 1e-6...1e9)
            ),
            tenancy: optional(section["tenancy"]) { reader throws(DocumentError) in try reader.choice("tenancy") }
                ?? .shared,
            tenancyIsDeclared: section.has("tenancy"),
            rdma: flag(section, "rdma") ?? false,
            liveMigration: flag(section, "live_migration") ?? false,
            snapshots: flag(section, "snapshots") ?? false,
            residency: texts(section, "sites"),
            frameworks: frameworks(section, also: terms.frameworks),
            data: optional(section["data"]) { reader throws(DocumentError) in try reader.choice("kind of data") }
                ?? terms.data
        )
    }
}

extension Reader {
    /// A path: text without control characters.
    func path() throws(DocumentError) -> String {
        let path = try nonEmptyString()
        guard !path.unicodeScalars.contains(where: { $0.value < 0x20 }) else {
            throw fail("\(quoted(path)) is not a path")
        }
        return path
    }

    /// A name that can stand in a key: letters, digits, spaces, `-`, `_`, `+`, parentheses; at most 60 characters.
    func name() throws(DocumentError) -> String {
        let text = try nonEmptyString()
        let isPlain = text.unicodeScalars.allSatisfy {
            $0.properties.isAlphabetic || $0.properties.numericType != nil || " -_+()".unicodeScalars.contains($0)
        }
        guard isPlain, text.count <= 60, text.unicodeScalars.count <= 120, text.first != " ", text.last != " " else {
            throw fail("\(quoted(text)) is not a name; use letters, digits, spaces, '-' and '_', at most 60 characters")
        }
        return text
    }
}
