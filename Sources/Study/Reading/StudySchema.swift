/// Every key of `study.yaml`: what the reader knows and what `docs/study.md` explains are the same list.
package enum StudySchema {
    /// One key.
    package struct Key: Sendable, Hashable {
        package let name: String
        /// What stands there: `number`, `money`, `share`, `text`, a list, a mapping; with its unit.
        package let kind: String
        /// What is taken where the key is absent.
        package let fallback: String
        /// What it means, for a platform lead.
        package let meaning: String
    }

    /// The keys of one mapping of the file.
    package struct Section: Sendable, Hashable {
        /// Where the mapping stands: `estate`, `workloads[]`; empty for the file itself.
        package let path: String
        /// One or two sentences.
        package let summary: String
        package let keys: [Key]

        /// The names of the keys.
        package var names: [String] { keys.map(\.name) }
    }

    /// In the order of the file.
    package static let sections: [Section] = [
        root, quantity, exchangeRate, estate, hostGroup, expansion, workload, needs, scale, serving, jobs, platform,
        licence, prices, policy, practice, compliance, complianceEvidence, evidence, trace, promise,
    ]

    static let root = Section(
        path: "",
        summary: "The file itself.",
        keys: [
            key("name", "text", "required", "A short name, for titles and file names."),
            key("summary", "text", "none", "One or two sentences for the head of the report."),
            key("illustrative", "true or false", "false", "Whether the inputs are made up; the report then says so."),
            key("date", "date", "today", "The day prices and contracts are seen from; the first day of the horizon."),
            key("currency", "code", "USD", "The ISO 4217 code of every amount without a currency of its own."),
            key("horizon_years", "whole number, years", "5", "The years costs are summed over, 1 to 15."),
            key("exchange_rates", "mapping of codes", "none", "Dated rates for amounts in other currencies."),
            key("estate", "mapping", "required", "The machines owned today and what binds them."),
            key("workloads", "list", "required", "Classes of jobs with one need each."),
            key(
                "platforms",
                "list of models or mappings",
                "bare metal, bare metal with MIG where the GPU has it, and today's model",
                "The deployment models considered."
            ),
            key("prices", "mapping", "the price book", "Prices and terms; each absent one comes from the price book."),
            key("policy", "mapping", "see there", "How the decision is made."),
            key("practice", "mapping", "unknown", "What the organisation does today."),
            key(
                "compliance",
                "mapping",
                "none",
                "What auditors ask: frameworks, kind of data, who shares; see `comply.md`."
            ),
            key("evidence", "list", "none", "Records that measure an overhead."),
            key(
                "trace",
                "mapping",
                "none",
                "Jobs as the scheduler saw them: sizes and idle hours are replayed from them."
            ),
        ]
    )

    static let quantity = Section(
        path: "a number",
        summary: """
            Every number below may be written alone (`38`, `1_000`, `38%` for a share) or as a mapping with these keys: \
            `value`; `value` and `sd` (normal); `low` and `high` (any value between); `low`, `mode` and `high` \
            (triangular); `p10` and `p90` (lognormal).
            """,
        keys: [
            key("value", "number", "-", "The value; the mean where `sd` is given."),
            key("sd", "number", "0", "Standard deviation about `value`."),
            key("low", "number", "-", "The least value possible."),
            key("mode", "number", "-", "The most likely value."),
            key("high", "number", "-", "The greatest value possible."),
            key("p10", "number", "-", "The value that one case in ten stays below."),
            key("p90", "number", "-", "The value that one case in ten passes."),
            key("source", "text", "the line of the file", "An invoice, a quote, a monitoring query."),
            key("date", "date", "none", "When the source said so."),
            key("assumed", "true or false", "false", "Whether it is an assumption rather than evidence."),
            key("currency", "code", "the study's", "The currency of an amount; needs an exchange rate."),
            key("per_year_growth", "rate", "0", "Yearly growth of a price."),
            key(
                "scan",
                "[low, high]",
                "P1 to P99; half to one and a half times a single value",
                "The range searched for flip points."
            ),
        ]
    )

    static let exchangeRate = Section(
        path: "exchange_rates.CODE",
        summary: "A rate turns an amount in CODE into the study's currency.",
        keys: [
            key("rate", "number", "required", "Units of the study's currency for one unit of CODE."),
            key("date", "date", "required", "The day of the rate."),
            key("source", "text", "the line of the file", "Where the rate is from."),
        ]
    )

    static let estate = Section(
        path: "estate",
        summary: "What is owned. `gpu` and the keys about hosts also say what would be bought when more is needed.",
        keys: [
            key("today", "deployment model", "required", "How GPUs reach workloads today."),
            key("hypervisor", "hypervisor", "none", "The hypervisor of virtual platforms, such as `vmware-vcf`."),
            key(
                "licence_price_per_year",
                "money",
                "price book",
                "What the hypervisor costs a year, for each unit its licence counts (core, socket or host)."
            ),
            key(
                "renewal",
                "date",
                "none",
                "When the hypervisor contract ends; it is paid until then whatever is chosen."
            ),
            key("gpu", "GPU", "required", "A GPU of the catalogue, such as `h100-sxm-80gb`."),
            key(
                "hosts",
                "hostlist or count",
                "0",
                "The hosts owned: `gpu[01-08]`, or how many; 0 when nothing is owned."
            ),
            key("gpus_per_host", "whole number", "the usual server of the GPU, else 8", "GPUs in one host."),
            key(
                "cores_per_host",
                "whole number",
                "the usual server of the GPU, else required where a licence counts cores",
                "Physical CPU cores in one host."
            ),
            key("sockets_per_host", "whole number", "2", "CPU sockets in one host."),
            key(
                "host_memory_gib",
                "whole number, GiB",
                "unknown: limits nothing",
                "Main memory of one host: a limit when `assay simulate --estate` places jobs."
            ),
            key(
                "server_price",
                "money",
                "price book; an error where it has none",
                "The price of a new host with its GPUs."
            ),
            key(
                "power_kw",
                "number, kW",
                "price book, else 1.8 times the GPUs' maximum",
                "Electrical power at full load."
            ),
            key("purchased", "date", "unknown", "When the hosts were bought."),
            key("retires", "date", "after the horizon", "When they leave service."),
            key("expansion", "mapping", "none", "A purchase planned unless less hardware does."),
            key("groups", "list", "one group", "Hosts of several kinds, instead of `hosts`."),
        ]
    )

    static let hostGroup = Section(
        path: "estate.groups[]",
        summary: "Hosts of one kind; what is absent is taken from `estate`.",
        keys: [
            key("hosts", "hostlist or count", "required", "The hosts of the group."),
            key("gpu", "GPU", "the estate's", "A GPU of the catalogue."),
            key("gpus_per_host", "whole number", "the estate's", "GPUs in one host."),
            key("cores_per_host", "whole number", "the estate's", "Physical CPU cores in one host."),
            key("sockets_per_host", "whole number", "the estate's", "CPU sockets in one host."),
            key("host_memory_gib", "whole number, GiB", "the estate's", "Main memory of one host."),
            key("server_price", "money", "the estate's", "The price of a new host of this kind."),
            key("power_kw", "number, kW", "the estate's", "Electrical power at full load."),
            key("purchased", "date", "the estate's", "When the hosts were bought."),
            key("retires", "date", "the estate's", "When they leave service."),
        ]
    )

    static let expansion = Section(
        path: "estate.expansion",
        summary: "A planned purchase.",
        keys: [
            key("price", "money", "required", "What it costs in all."),
            key("gpus", "whole number", "required", "GPUs it adds."),
            key("date", "date", "required", "When it is to be paid; not before the study's date."),
        ]
    )

    static let workload = Section(
        path: "workloads[]",
        summary: """
            Say how much with one of `gpu_hours_per_month`, `gpus` and `allocated_share`; say how busy those hours are \
            with `activity`.
            """,
        keys: [
            key("name", "text", "required", "Letters, digits, spaces, `-` and `_`; no two alike."),
            key(
                "class",
                "workload class",
                "required",
                "`multi-node-training`, `single-node-training`, `fine-tuning`, `batch-inference`, `online-inference`, "
                    + "`interactive-development`."
            ),
            key("gpu_hours_per_month", "number, GPU-hours", "-", "GPU-hours billed or allocated in a month."),
            key("gpus", "number, GPUs", "-", "GPUs held all month, instead: 730 hours each."),
            key("allocated_share", "share", "-", "Share of the GPUs owned that it holds, instead."),
            key("observed_on", "deployment model", "today's", "Where hours and activity were observed."),
            key("activity", "share", "assumed by class", "Share of its allocated time in which a GPU works."),
            key("activity_metric", "text", "assumed: DCGM_FI_PROF_GR_ENGINE_ACTIVE", "What `activity` was read from."),
            key("peak_to_mean", "number", "assumed by class", "Peak demand over mean demand, 1 or more."),
            key("growth_per_year", "rate", "0, scanned to 50%", "Yearly growth of demand."),
            key(
                "memory_gib",
                "number, GiB",
                "assumed by class: the whole GPU, or part of it",
                "GPU memory that one job needs on one GPU."
            ),
            key(
                "compute_need",
                "share",
                "assumed by class",
                "Share of a whole GPU's compute that one job can use while it is active."
            ),
            key(
                "gpus_per_job",
                "whole number",
                "1; two hosts' GPUs, or all, for multi-node training",
                "GPUs one job uses at once."
            ),
            key("job_hours", "number, hours", "unknown", "How long the representative job takes today."),
            key(
                "overhead",
                "mapping of deployment models",
                "published priors, assumed",
                "Slowdown against bare metal, as a rate, for each model: `vm-passthrough: 11%`."
            ),
            key("requests_per_month", "number", "0", "Requests for a new environment."),
            key("people_waiting", "number", "1", "People held up by one request."),
            key(
                "job_class",
                "`gpu-bound`, `compute-bound`, `collective-bound`, `transfer-bound`, `storage-bound`, `cpu-bound` or `launch-bound`",
                "the profile's",
                "What takes at least half of the time of its jobs; evidence that names no workload is matched by it."
            ),
            key(
                "profile",
                "path",
                "none",
                "A record of `assay measure --job` on one machine: where the time goes. Overheads are derived from it."
            ),
            key("needs", "mapping", "none", "What the workload demands of a platform."),
            key(
                "scale",
                "mapping",
                "none",
                "The scale its jobs will run at; waiting is predicted for it from records."
            ),
            key("serving", "mapping", "none", "Its load and objective; its tail latency is predicted from records."),
            key(
                "jobs",
                "mapping, or `all`",
                "required with a trace",
                "Which jobs of the trace are the workload's; with it, how much it uses may be left to the trace."
            ),
            key(
                "least_speed",
                "share",
                "50%, assumed; with a trace only",
                "The least speed, relative to a whole GPU, at which its jobs may be given a part of one."
            ),
        ]
    )

    static let jobs = Section(
        path: "workloads[].jobs",
        summary: """
            Which jobs of the trace are the workload's: all that is stated must hold, of several names one must. A job \
            belongs to one workload at most; those of none are counted and left out. `all` takes every job.
            """,
        keys: [
            key("team", "text or list", "any", "Names in the trace's column of teams, whichever `trace.team` says."),
            key("class", "text or list", "any", "Names in the trace's column of classes."),
            key("profile", "text or list", "any", "MIG profiles that jobs had."),
            key("gpus", "whole number or range", "any", "GPUs that a job asks for: `1`, `2-8` or `8-`."),
        ]
    )

    static let scale = Section(
        path: "workloads[].scale",
        summary: """
            A job in which ranks wait for each other. Where evidence holds detours of both arms, what waiting adds on so many \
            nodes is predicted and combined with the overhead at the scale that was measured; see `predict.md`.
            """,
        keys: [
            key("nodes", "whole number", "required", "Nodes that the job will span."),
            key("ranks_per_node", "whole number", "the estate's `gpus_per_host`", "Ranks on each node."),
            key("step_ms", "number, ms", "required", "Work of one step on one rank, without noise and communication."),
            key("synchronisations", "number", "1", "Synchronisations a step."),
            key("exposed", "share", "100%", "The share of them that ranks wait at."),
            key("slack_ms", "number, ms", "0", "How late a rank may be before anyone waits."),
        ]
    )

    static let serving = Section(
        path: "workloads[].serving",
        summary: """
            A service under load. Where evidence holds service times, its tail is predicted under each model, and a model \
            under which the objective breaks at this load and with so many replicas is not eligible; see `predict.md`.
            """,
        keys: [
            key("rate_per_s", "number", "required", "Requests a second over the fleet, in the busy hour."),
            key("replicas", "whole number", "required", "Replicas that share one queue."),
            key(
                "slots",
                "whole number",
                "1",
                "Requests that each replica serves at once; with `replicas` at most 250,000."
            ),
            key(
                "objective",
                "text such as `p99<200ms`",
                "`needs.p99_ms`",
                "The quantile of latency that must be kept."
            ),
        ]
    )

    static let needs = Section(
        path: "workloads[].needs",
        summary: "The constraints: a platform that breaks one is not eligible.",
        keys: [
            key("p99_ms", "number, ms", "none", "The 99th percentile of latency that must not be exceeded."),
            key("bare_metal_p99_ms", "number, ms", "unknown", "The 99th percentile on bare metal."),
            key(
                "tenancy",
                "`shared`, `slice`, `gpu` or `host`",
                "shared",
                "The closest neighbour tolerated: anyone in turns, a MIG slice of its own, GPUs or hosts of its own."
            ),
            key("rdma", "true or false", "false", "GPUDirect RDMA between hosts."),
            key("live_migration", "true or false", "false", "Jobs must move between hosts while they run."),
            key("snapshots", "true or false", "false", "Machines must be snapshotted."),
            key("sites", "text or list", "anywhere", "The sites data may stay at."),
            key(
                "frameworks",
                "text or list",
                "none",
                "Regulated data, by framework: `hipaa`, `pci-dss`; those of `compliance` come in addition."
            ),
            key(
                "data",
                "`open`, `internal`, `personal`, `health`, `cardholder` or `restricted`",
                "that of `compliance`, else unknown",
                "What kind of data; with a framework, a tenancy and sites that are not stated are derived from it."
            ),
        ]
    )

    static let compliance = Section(
        path: "compliance",
        summary: """
            What holds for all workloads when they are audited. Constraints derived from it are named in the report; what a \
            workload states itself is never replaced.
            """,
        keys: [
            key("frameworks", "text or list", "none", "Frameworks of every workload, beside its own."),
            key("data", "kind of data, as in `needs`", "unknown", "The kind of data of workloads that state none."),
            key(
                "tenants",
                "`one` or `several`",
                "unknown",
                "Whether customers of several organisations share servers: then the owner is a provider."
            ),
            key("sites", "text or list", "none", "Where regulated data may stay, for workloads that state no sites."),
            key("derive", "true or false", "true", "Whether tenancy and sites are derived where they are not stated."),
            key(
                "separation_tests_per_year",
                "whole number",
                "2",
                "Tests that PCI DSS A1.1.4 asks of a provider; priced by `prices.separation_test`."
            ),
            key(
                "max_evidence_age_days",
                "whole number, days",
                "any",
                "The oldest evidence that `assay comply` counts."
            ),
            key("statements", "path", "none", "The file with people's statements."),
            key("evidence", "list", "none", "Records and captures for `assay comply`."),
        ]
    )

    static let complianceEvidence = Section(
        path: "compliance.evidence[]",
        summary: "One file of evidence for `assay comply`, with what it is claimed to be of.",
        keys: [
            key("path", "path", "required", "A record, or a capture of `assay inspect --capture`."),
            key("host", "text", "required", "The host that it is of; a record of another host is refused."),
            key("model", "deployment model", "required", "The deployment model that it shows."),
            key("collected", "date", "unknown", "When a capture was made; records say it themselves."),
        ]
    )

    static let platform = Section(
        path: "platforms[]",
        summary: "A deployment model alone, such as `- bare-metal`, or a mapping with its terms.",
        keys: [
            key(
                "model",
                "deployment model",
                "required",
                "`bare-metal`, `bare-metal-mig`, `vm-passthrough`, `vm-sriov`, `vm-vgpu`, `vm-vgpu-mig`."
            ),
            key("hypervisor", "hypervisor", "the estate's", "The hypervisor of a virtual platform."),
            key(
                "licence_price_per_year",
                "money",
                "the estate's, else price book",
                "What the hypervisor costs a year, for each unit its licence counts."
            ),
            key(
                "licences",
                "list",
                "the hypervisor's and, for vGPU, NVIDIA AI Enterprise",
                "Licences, instead of the usual ones; `[]` for none."
            ),
            key(
                "people_fte",
                "number, full-time equivalents",
                "price book",
                "People who run the platform; of the bare-metal models used, and of the virtual ones, the largest is paid once."
            ),
            key(
                "setup",
                "money",
                "price book: little for today's kind (bare metal or virtual); 0 for today's",
                "One-off cost of setting it up; of the bare-metal models used, and of the virtual ones, the largest is paid once."
            ),
            key("migration_per_workload", "money", "price book", "One-off cost of moving one workload to it."),
            key("parallel_months", "number, months", "price book", "Months in which old and new platform both run."),
            key(
                "hours_to_environment",
                "number, hours",
                "price book",
                "Calendar hours from a request to a usable environment: two weeks are 336."
            ),
            key("packing", "share", "1 for whole GPUs, else price book", "Share of the slices that placement fills."),
            key(
                "interference",
                "rate",
                "0 for whole GPUs, else price book",
                "Slowdown from neighbours on the same GPU."
            ),
            key(
                "start_up_s",
                "number, s",
                "60 for virtual machines, else 0, assumed; with a trace only",
                "What stands before each job's work while it already holds its GPUs: a machine's boot."
            ),
            key(
                "instance_creation_s",
                "number, s",
                "5 where GPUs are cut, else 0, assumed; with a trace only",
                "What the creation of a MIG instance adds."
            ),
            key(
                "switching",
                "rate",
                "3% for time slicing, else 0, assumed; with a trace only",
                "Time lost to switching while jobs share a GPU in turns."
            ),
            key("max_shares_per_gpu", "whole number", "4 for time slicing", "The most virtual GPUs cut from one GPU."),
            key("sites", "text or list", "wherever the estate is", "The sites where it can stand."),
        ]
    )

    static let licence = Section(
        path: "platforms[].licences[]",
        summary: "One licence.",
        keys: [
            key("name", "text", "required", "The product."),
            key("per", "`core`, `socket`, `gpu` or `host`", "required", "What it counts."),
            key("price_per_year", "money", "required", "The price of one unit for a year."),
            key("minimum_per_socket", "whole number, cores", "0", "The least counted for a socket, per core only."),
            key("minimum_order", "whole number, cores", "0", "The least of an order, per core only."),
            key(
                "committed_until_renewal",
                "true or false",
                "true for today's hypervisor where `renewal` is given",
                "Whether it is paid until the renewal date whatever is chosen."
            ),
        ]
    )

    static let prices = Section(
        path: "prices",
        summary: """
            Absent prices come from the price book, marked assumed. With `book: none` they are left out (0, or 1 where \
            they multiply) and listed in the report; an unpriced GPU stays an error.
            """,
        keys: [
            key("book", "`standard` or `none`", "standard", "Whether the price book fills in."),
            key("energy_per_kwh", "money", "price book", "Electricity."),
            key("pue", "number", "price book", "Power usage effectiveness, 1 or more."),
            key("load", "share", "price book", "Mean electrical load as a share of the full load."),
            key("space_per_kw_month", "money", "price book", "Space and power delivery, for each kW of full load."),
            key("availability", "share", "price book", "Share of the time that a host is in service."),
            key("cost_of_capital", "rate", "price book", "Cost of capital a year."),
            key("life_years", "number, years", "price book", "Years a host is written off over."),
            key("residual", "share", "price book", "Share of the price that a host fetches at the end of its life."),
            key("support_per_year", "share", "price book", "Vendor support a year, as a share of the host's price."),
            key("network_share", "share", "price book", "Network, as a share of the host's price."),
            key("storage_per_gpu_month", "money", "price book", "Storage for each GPU."),
            key("person_per_year", "money", "price book", "One person, fully loaded."),
            key("waiting_person_per_hour", "money", "price book", "One hour of a person who waits."),
            key(
                "waiting_lost_share",
                "share",
                "price book",
                "Share of those calendar hours in which a person who waits loses work."
            ),
            key("nvidia_ai_enterprise_per_gpu_year", "money", "price book", "The licence that vGPU needs."),
            key(
                "separation_test",
                "money",
                "price book",
                "One penetration test of the separation between customers; asked for with pci-dss and several tenants."
            ),
            key("cloud_per_gpu_hour", "money", "price book; none where it has none", "A cloud GPU by the hour."),
        ]
    )

    static let policy = Section(
        path: "policy",
        summary: "How the decision is made.",
        keys: [
            key("draws", "whole number", "100000", "Monte Carlo draws, 1,000 to 1,000,000."),
            key("seed", "whole number", "1", "The same seed gives the same result."),
            key("margin", "share", "1%", "Overheads within this margin count as equal."),
            key(
                "peak_correlation",
                "share",
                "0.3, assumed",
                "Whether the workloads' peaks coincide: 0 by chance, 1 always."
            ),
        ]
    )

    static let practice = Section(
        path: "practice",
        summary: "What the organisation does today, for the qualitative matrix; absent means unknown.",
        keys: [
            key("live_migration_in_use", "true or false", "unknown", "Live migration of GPU machines is in use."),
            key("snapshots_in_use", "true or false", "unknown", "Snapshots of GPU machines are in use."),
            key("mixed_general_load", "true or false", "unknown", "General and AI load share the same hardware."),
            key(
                "standardised_on_virtualization",
                "true or false",
                "unknown",
                "All else runs on one virtualization platform."
            ),
            key("many_small_bursty_jobs", "true or false", "unknown", "Many jobs are small and bursty."),
        ]
    )

    static let evidence = Section(
        path: "evidence[]",
        summary: "A pair of arms that measures an overhead; paths are relative to the study.",
        keys: [
            key(
                "workload",
                "text",
                "the workloads with the job class of the records",
                "The workload measured."
            ),
            key("model", "deployment model", "required", "The deployment model of the other arm."),
            key("baseline", "path or list", "required", "Records of the bare-metal arm."),
            key("other", "path or list", "required", "Records of the other arm."),
            key("metric", "text", "the only one", "The metric that decides; of components, the only one that is used."),
            key(
                "component",
                "true or false",
                "false",
                "Component records are shown; they enter the overheads of workloads with a `profile`, where no job was compared."
            ),
            key(
                "nodes",
                "whole number",
                "unknown",
                "Nodes that one job of these records spans; waiting on more is predicted for workloads with a `scale`."
            ),
        ]
    )

    static let trace = Section(
        path: "trace",
        summary: """
            The jobs of a site. With a trace, the size of every platform and its idle hours come from replaying the jobs \
            of its workloads; `packing`, `peak_to_mean` and `peak_correlation` are then not asked.
            """,
        keys: [
            key("file", "path", "required", "The trace, relative to the study."),
            key(
                "format",
                "`sacct`, `swf`, `csv`, `philly`, `openb` or `azure-llm`",
                "found out from the first line",
                "As `assay simulate --format`."
            ),
            key(
                "columns",
                "mapping of fields",
                "the format's",
                "As `assay simulate --map`: `duration: run_seconds:s`, or `gpus: =1` for one value."
            ),
            key("zone", "text", "UTC", "What times without a zone mean: `+01:00`, `Europe/Berlin`."),
            key(
                "team",
                "`account`, `user`, `group`, `partition` or `qos`",
                "account",
                "The column of `sacct` that names the team."
            ),
            key("shards_per_gpu", "whole number", "none", "How many of Slurm's shards make a GPU."),
            key(
                "tokens_per_second",
                "mapping of `prefill` and `decode`",
                "none",
                "What makes a duration of tokens, for a trace of requests."
            ),
            key("recorded_under", "deployment model", "required", "The deployment model under which the jobs ran."),
            key(
                "recorded_overhead",
                "rate",
                "each workload's own under that model",
                "Its overhead, which is in the durations and is taken off once."
            ),
            key("recorded_start_up_s", "number, s", "0", "Its start-up, which is in the durations as well."),
            key("promise", "mapping", "95 % within 60 minutes, assumed", "What is promised about waiting."),
            key("queue", "`fcfs` or `easy`", "fcfs", "The order in which jobs start."),
        ]
    )

    static let promise = Section(
        path: "trace.promise",
        summary: "Every platform is as large as it takes for so many jobs to start within a time.",
        keys: [
            key("jobs", "share", "95%", "How many of the jobs, above 0."),
            key("within_minutes", "number, minutes", "required", "Within how long of their submission."),
        ]
    )

    private static func key(_ name: String, _ kind: String, _ fallback: String, _ meaning: String) -> Key {
        Key(name: name, kind: kind, fallback: fallback, meaning: meaning)
    }
}
