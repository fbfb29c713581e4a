import Documents
import Estate
import Probability

/// Writes a commented `study.yaml` from the answers to `assay init`.
///
/// What was answered stands plain; every number that Assay filled in stands beside it with `assumed: true` and its
/// source, so that changing one is changing a number in this file.
package enum StudyWriter {
    /// The text of the study.
    ///
    /// - Parameters:
    ///   - answers: what the user said.
    ///   - today: the study's date, and with it the day its prices are seen from.
    /// - Returns: a file that ``StudyReader`` reads to the same values.
    /// - Throws: what the reader says of the answers, such as a GPU without a price.
    package static func text(_ answers: InitAnswers, today: CalendarDate) throws(StudyErrors) -> String {
        let stated = StudyText(answers: answers, today: today, defaults: nil).text
        let study = try StudyReader.read(text: stated, file: "study.yaml", today: today)
        return StudyText(answers: answers, today: today, defaults: study).text
    }

    /// A quantity as YAML, on one line: `{low: 1, mode: 2, high: 3, assumed: true, source: "…"}`.
    package static func yaml(_ quantity: Quantity) -> String {
        var fields = fields(quantity.distribution)
        switch quantity.provenance {
        case .measured(let records, _), .derived(let records, _):
            fields.append("source: \(quote("records \(records.joined(separator: ", "))"))")
        case .declared(let source, let date), .assumed(let source, let date):
            if quantity.provenance.isAssumed { fields.append("assumed: true") }
            fields.append("source: \(quote(source))")
            if let date { fields.append("date: \(date)") }
        }
        if quantity.escalator != 0 { fields.append("per_year_growth: \(text(quantity.escalator))") }
        if quantity.range != Quantity.defaultRange(of: quantity.distribution) {
            fields.append("scan: [\(text(quantity.range.lowerBound)), \(text(quantity.range.upperBound))]")
        }
        return "{" + fields.joined(separator: ", ") + "}"
    }

    private static func fields(_ distribution: Distribution) -> [String] {
        switch distribution.shape {
        case .point(let value): ["value: \(text(value))"]
        case .range(let low, let high): ["low: \(text(low))", "high: \(text(high))"]
        case .triangular(let low, let mode, let high):
            ["low: \(text(low))", "mode: \(text(mode))", "high: \(text(high))"]
        case .lognormal(let p10, let p90): ["p10: \(text(p10))", "p90: \(text(p90))"]
        case .normal(let mean, let sd): ["value: \(text(mean))", "sd: \(text(sd))"]
        // A study has no spelling for observed values; their middle 80 % says most.
        case .empirical: ["low: \(text(distribution.p10))", "high: \(text(distribution.p90))"]
        }
    }

    /// The shortest text that reads back to the same number.
    package static func text(_ value: Double) -> String { NumberText.plain(value) }

    /// Text in double quotes.
    static func quote(_ text: String) -> String {
        var result = "\""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"": result += "\\\""
            case "\\": result += "\\\\"
            default:
                // YAML refuses control characters; none of them means anything in a name or a source.
                switch scalar.properties.generalCategory {
                case .control, .format, .surrogate, .unassigned, .privateUse, .lineSeparator, .paragraphSeparator:
                    result += " "
                default: result.unicodeScalars.append(scalar)
                }
            }
        }
        return result + "\""
    }
}

/// The text of one study: with `defaults`, every number that was not answered is written out.
private struct StudyText {
    let answers: InitAnswers
    let today: CalendarDate
    let defaults: Study?

    var text: String {
        var lines: [String] = []
        lines += head
        lines += estate
        lines += workloads
        lines += platforms
        lines += prices
        lines += tail
        return lines.joined(separator: "\n") + "\n"
    }

    private var head: [String] {
        [
            "# A study for Assay: what 'assay decide' makes its decision from.",
            "# Lines with 'assumed: true' are Assay's; replace them by your own, with a source. Every key is explained",
            "# in docs/study.md. A number may be one value (38), a share in percent (38%), or a spread:",
            "#   {low: 1, high: 3}  {low: 1, mode: 2, high: 3}  {p10: 1, p90: 3}  {value: 2, sd: 0.5}",
            "# with 'source', 'date', 'currency' and 'scan: [low, high]' as you like.",
            "name: \(StudyWriter.quote(answers.name))",
            "date: \(today)",
            "currency: USD",
            "horizon_years: 5",
            "",
        ]
    }

    // MARK: Estate

    private var estate: [String] {
        var lines = [
            "# What is owned today.",
            "estate:",
            "  today: \(answers.today)",
        ]
        if let hypervisor = answers.hypervisor {
            lines.append("  hypervisor: \(hypervisor)")
            if let price = answers.contract.pricePerUnit {
                let value = StudyWriter.text(price)
                lines.append(
                    "  licence_price_per_year: "
                        + (answers.contract.source.map { "{value: \(value), source: \(StudyWriter.quote($0))}" }
                            ?? value)
                )
            } else if let price = licencePrice {
                lines.append("  # For each unit its licence counts; put what your contract says.")
                lines.append("  licence_price_per_year: \(StudyWriter.yaml(price))")
            }
            if let renewal = answers.contract.renewal {
                lines.append("  renewal: \(renewal)")
            } else {
                lines.append("  # renewal: 2027-03-01   # the day the contract ends; it is paid until then in any case")
            }
        }
        lines.append("  gpu: \(answers.gpu.id)")
        lines.append("  hosts: \(answers.hosts.names.map(StudyWriter.quote) ?? "\(answers.hosts.count)")")
        lines.append("  gpus_per_host: \(answers.hosts.gpusPerHost)")
        lines += cores
        lines += serverPrice
        if let power = defaults?.estate.shape.power { lines.append("  power_kw: \(StudyWriter.yaml(power))") }
        lines += [
            "  # expansion: {gpus: 8, price: 400000, date: \(today.year + 1)-01}   # a purchase planned unless less does",
            "",
        ]
        return lines
    }

    /// Cores and sockets, which licences count: of the usual host, else a stand-in to be checked.
    private var cores: [String] {
        let usual = (try? PriceBook.standard())?.host(for: answers.gpu)
        return [
            "  cores_per_host: \(usual?.cores ?? 64)   # assumed: put your hosts' physical cores, licences count them",
            "  sockets_per_host: \(usual?.sockets ?? 2)   # assumed",
        ]
    }

    private var serverPrice: [String] {
        if let price = answers.serverPrice {
            let low = StudyWriter.text(price.lowerBound)
            let high = StudyWriter.text(price.upperBound)
            return ["  server_price: " + (low == high ? low : "{low: \(low), high: \(high)}")]
        }
        guard let price = defaults?.estate.shape.price else { return [] }
        return ["  # A new host with its GPUs.", "  server_price: \(StudyWriter.yaml(price))"]
    }

    /// The book's price of the hypervisor's licence.
    private var licencePrice: Quantity? {
        defaults?.platforms.lazy.flatMap(\.licences).map(\.pricePerYear)
            .first { $0.key == "licences.\(answers.hypervisor ?? "")" }
    }

    // MARK: Workloads

    private var workloads: [String] {
        var lines = ["# Classes of jobs with one need each."]
        if let unused = answers.unusedAllocation { lines.append("# \(unused).") }
        lines.append("workloads:")
        let silent = answers.workloads.count { $0.demand == nil }
        for (index, line) in answers.workloads.enumerated() {
            let filled = defaults.flatMap { $0.workloads.indices.contains(index) ? $0.workloads[index] : nil }
            lines.append("  - name: \(StudyWriter.quote(line.name))")
            lines.append("    class: \(line.workloadClass)")
            lines += demand(line, silent: silent)
            if let activity = line.activity ?? answers.utilisation.active {
                lines.append("    activity: \(percent(activity))")
            } else {
                lines += assumed("activity", filled?.activity)
            }
            if index == 0 {
                lines.append("    # activity_metric: DCGM_FI_PROF_GR_ENGINE_ACTIVE   # what the activity was read from")
            }
            lines += stated("gpus_per_job", line.gpusPerJob.map { "\($0)" }, else: filled.map { "\($0.gpusPerJob)" })
            lines += number("memory_gib", line.memoryGiB, filled?.memoryGiB)
            if let hours = line.jobHours { lines.append("    job_hours: \(StudyWriter.text(hours))") }
            lines += assumed("peak_to_mean", filled?.peakToMean)
            lines += assumed("compute_need", filled?.computeNeed)
            lines += assumed("growth_per_year", filled?.growth)
            if let filled {
                if index == 0 {
                    lines.append("    # Slowdown against bare metal: published priors until 'evidence' measures it.")
                }
                lines.append("    overhead:")
                for model in DeploymentModel.allCases {
                    if let overhead = filled.overhead[model] {
                        lines.append("      \(model): \(StudyWriter.yaml(overhead))")
                    }
                }
                lines += assumed("requests_per_month", filled.requestsPerMonth)
                lines += assumed("people_waiting", filled.peopleWaiting)
            }
            lines += needs(line, isFirst: index == 0)
        }
        return lines + [""]
    }

    private func demand(_ line: WorkloadLine, silent: Int) -> [String] {
        switch line.demand {
        case .gpuHoursPerMonth(let hours): return ["    gpu_hours_per_month: \(StudyWriter.text(hours))"]
        case .gpus(let gpus): return ["    gpus: \(StudyWriter.text(gpus))   # held all month"]
        case .allocatedShare(let share): return ["    allocated_share: \(percent(share))   # of the GPUs owned"]
        case nil: break
        }
        // Nothing owned: one job's GPUs are the least that the workload can mean.
        guard answers.hosts.gpus > 0 else {
            return ["    gpus: {value: \(line.gpusPerJob ?? 1), assumed: true, source: \"one job at a time\"}"]
        }
        // What no line claims is divided among those that say nothing.
        let part = max(0, answers.unclaimedGPUs(answers.workloads)) / Double(max(1, silent))
        let source =
            answers.utilisation.allocated == nil
            ? "an equal part of 70 % of the GPUs, a planning assumption"
            : "an equal part of the share allocated that no other line claims"
        return ["    gpus: {value: \(StudyWriter.text(part)), assumed: true, source: \(StudyWriter.quote(source))}"]
    }

    private func needs(_ line: WorkloadLine, isFirst: Bool) -> [String] {
        var lines: [String] = []
        if let p99 = line.latencyP99Milliseconds { lines.append("      p99_ms: \(StudyWriter.text(p99))") }
        if let tenancy = answers.rules.tenancy { lines.append("      tenancy: \(tenancy.rawValue)") }
        if line.rdma { lines.append("      rdma: true") }
        if line.liveMigration { lines.append("      live_migration: true") }
        if line.snapshots { lines.append("      snapshots: true") }
        if !answers.rules.sites.isEmpty { lines.append("      sites: \(list(answers.rules.sites))") }
        if !answers.rules.frameworks.isEmpty { lines.append("      frameworks: \(list(answers.rules.frameworks))") }
        if !lines.isEmpty { return ["    needs:"] + lines }
        let example = "{p99_ms: 50, tenancy: gpu, rdma: true, live_migration: true}"
        return isFirst ? ["    # needs: \(example)   # a platform that breaks one is out"] : []
    }

    // MARK: Platforms and prices

    /// Bare metal, bare metal with MIG where the GPU has it, today's model, and passthrough where there is a hypervisor.
    private var models: [DeploymentModel] {
        DeploymentModel.allCases.filter { model in
            switch model {
            case .bareMetal: true
            case .bareMetalMIG: answers.gpu.migGeometry != nil
            case .vmPassthrough: answers.hypervisor != nil
            case .vmSRIOV, .vmVGPU, .vmVGPUMIG: model == answers.today
            }
        }
    }

    private var platforms: [String] {
        var lines = ["# The deployment models considered.", "platforms:"]
        for model in models {
            guard let platform = defaults?.platforms.first(where: { $0.model == model }) else {
                lines.append("  - \(model)")
                continue
            }
            lines.append("  - model: \(model)")
            lines.append("    people_fte: \(StudyWriter.yaml(platform.people))")
            lines.append("    hours_to_environment: \(StudyWriter.yaml(platform.hoursToEnvironment))")
            lines.append("    setup: \(StudyWriter.yaml(platform.setup))")
            lines.append("    migration_per_workload: \(StudyWriter.yaml(platform.migrationPerWorkload))")
            lines.append("    parallel_months: \(StudyWriter.yaml(platform.parallelMonths))")
            if model.sharesGPU {
                lines.append("    packing: \(StudyWriter.yaml(platform.packing))")
                lines.append("    interference: \(StudyWriter.yaml(platform.interference))")
                lines.append("    max_shares_per_gpu: \(platform.maximumSharesPerGPU)")
            }
        }
        return lines + [""]
    }

    private var prices: [String] {
        guard let study = defaults else { return [] }
        var lines = ["# Prices and terms, from the price book until you put yours.", "prices:"]
        var written: Set<String> = []
        let shown = study.allQuantities.filter { $0.key.hasPrefix("prices.") }
        for quantity in shown where written.insert(quantity.key).inserted {
            lines.append("  # \(quantity.title), \(quantity.unit)")
            lines.append("  \(quantity.key.dropFirst("prices.".count)): \(StudyWriter.yaml(quantity))")
        }
        return lines + [""]
    }

    private var tail: [String] {
        [
            "policy: {draws: 100000, seed: 1, margin: 1%, peak_correlation: 0.3}",
            "",
            "# What you do today; leave out what you do not know.",
            "# practice:",
            "#   live_migration_in_use: true",
            "#   snapshots_in_use: true",
            "#   mixed_general_load: true",
            "#   standardised_on_virtualization: true",
            "#   many_small_bursty_jobs: true",
            "",
            "# Records of the same job on bare metal and elsewhere ('assay record' makes them from a CSV).",
            "# evidence:",
            "#   - workload: \(answers.workloads.first.map { StudyWriter.quote($0.name) } ?? "a name")",
            "#     model: vm-passthrough",
            "#     baseline: bare-metal.record.json",
            "#     other: vm.record.json",
        ]
    }

    // MARK: Pieces

    private func assumed(_ key: String, _ quantity: Quantity?) -> [String] {
        quantity.map { ["    \(key): \(StudyWriter.yaml($0))"] } ?? []
    }

    private func stated(_ key: String, _ answer: String?, else fallback: String?) -> [String] {
        if let answer { return ["    \(key): \(answer)"] }
        return fallback.map { ["    \(key): \($0)   # assumed"] } ?? []
    }

    private func number(_ key: String, _ answer: Double?, _ fallback: Quantity?) -> [String] {
        answer.map { ["    \(key): \(StudyWriter.text($0))"] } ?? assumed(key, fallback)
    }

    private func list(_ texts: [String]) -> String {
        "[" + texts.map(StudyWriter.quote).joined(separator: ", ") + "]"
    }

    /// A share as people write it, where that reads back to the same number.
    private func percent(_ share: Double) -> String {
        let text = NumberText.plain(share * 100) + "%"
        return NumberSpelling.percentage(text) == share ? text : StudyWriter.text(share)
    }
}
