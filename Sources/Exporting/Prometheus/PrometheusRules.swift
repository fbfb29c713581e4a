import Documents

/// Rules for Prometheus over what NVIDIA's DCGM exporter tells: how busy every GPU and instance is, and whether the hosts
/// have the instances that were planned.
///
/// The planned counts are rules over the hosts that tell anything, one for each profile, so that their number follows the
/// layouts, not the hosts.
struct PrometheusRules {
    private let plan: ExportPlan

    init(_ plan: ExportPlan) { self.plan = plan }

    /// A share of time below which a GPU counts as idle.
    private static let idle = "0.01"
    private static let active = "assay:gpu_active:ratio"
    private static let present = "assay:mig_instances:present"
    private static let planned = "assay:mig_instances:planned"
    private static let advertised = "assay:mig_instances:advertised"
    private static let instance = "host, gpu, GPU_I_PROFILE, GPU_I_ID"

    var file: ExportedFile {
        var lines = Words.comment(
            "Rules of the plan '\(plan.name)', for rule_files of Prometheus; written by assay plan."
        )
        lines += Words.comment(
            "They read the DCGM exporter's metrics with their old names (DCGM 4.6 can serve both): GR_ENGINE_ACTIVE, XID_ERRORS, "
                + "UNCORRECTABLE_REMAPPED_ROWS, ROW_REMAP_FAILURE; ECC_DBE_VOL_TOTAL is commented out in its default list of counters. "
                + "The exporter's label hostname (Hostname before May 2026) must be the plan's name of the host. A ratio of an "
                + "instance is of that instance alone: DCGM_FI_DEV_GPU_UTIL has no value in MIG mode."
        )
        lines.append("groups:")
        lines += group("assay-gpu-records", records)
        lines += group("assay-gpu-plan", planRecords)
        lines += group("assay-gpu-alerts", alerts)
        return ExportedFile("prometheus-rules.yaml", lines: lines)
    }

    // MARK: Rules

    private struct Rule {
        var key: String
        var name: String
        var expression: String
        var wait: String?
        var labels: [(String, String)] = []
        var annotations: [(String, String)] = []

        static func record(_ name: String, _ expression: String, labels: [(String, String)] = []) -> Rule {
            Rule(key: "record", name: name, expression: expression, labels: labels)
        }

        static func alert(
            _ name: String,
            _ expression: String,
            for wait: String?,
            severity: String,
            _ summary: String,
            _ remedy: String
        ) -> Rule {
            Rule(
                key: "alert",
                name: name,
                expression: expression,
                wait: wait,
                labels: [("severity", severity)],
                annotations: [("summary", summary), ("description", remedy)]
            )
        }
    }

    /// The exporter's label for the host as `host`, whichever it has.
    private static func hosted(_ metric: String, _ matchers: String = "") -> String {
        let more = matchers.isEmpty ? "" : ", \(matchers)"
        return "(label_replace(\(metric){hostname!=\"\"\(more)}, \"host\", \"$1\", \"hostname\", \"(.*)\") or "
            + "label_replace(\(metric){Hostname!=\"\"\(more)}, \"host\", \"$1\", \"Hostname\", \"(.*)\"))"
    }

    private var records: [Rule] {
        let metric = "DCGM_FI_PROF_GR_ENGINE_ACTIVE"
        var list = [
            Rule.record(Self.active, "max by (\(Self.instance)) (\(Self.hosted(metric)))"),
            Rule.record(Self.present, "count by (host, GPU_I_PROFILE) (\(Self.active){GPU_I_PROFILE!=\"\"})"),
            Rule.record("assay:gpus_whole:present", "count by (host) (\(Self.active){GPU_I_PROFILE=\"\"})"),
            Rule.record(
                "assay:mig_instances:idle",
                "count by (host, GPU_I_PROFILE) (max_over_time(\(Self.active){GPU_I_PROFILE!=\"\"}[1h]) < \(Self.idle))"
            ),
        ]
        // What Kubernetes advertises, where kube-state-metrics tells; the resource's name has underscores there.
        for profile in plan.profiles {
            let resource = "nvidia_com_mig_" + profile.map { $0.isLetter || $0.isNumber ? String($0) : "_" }.joined()
            list.append(
                .record(
                    Self.advertised,
                    "sum by (host) (label_replace(kube_node_status_allocatable{resource=\"\(resource)\"}, \"host\", \"$1\", "
                        + "\"node\", \"(.*)\"))",
                    labels: [("GPU_I_PROFILE", profile)]
                )
            )
        }
        return list
    }

    /// One rule for each profile: Prometheus takes rules of one name and the same labels for a mistake.
    private var planRecords: [Rule] {
        func told(_ group: ExportPlan.Group) -> String {
            "count by (host) (\(Self.active){host=~\"\(Self.hosts(group))\"}) * 0"
        }
        func planned(_ count: (ExportPlan.Group) -> Int?) -> String {
            plan.groups.compactMap { group in count(group).map { "(\(told(group)) + \($0))" } }.joined(
                separator: " or "
            )
        }
        var rules = plan.profiles.map { profile in
            Rule.record(
                Self.planned,
                planned { group in group.instances.first { $0.profile == profile }?.count },
                labels: [("GPU_I_PROFILE", profile)]
            )
        }
        rules.append(.record("assay:gpus_whole:planned", planned { $0.whole.count }))
        for group in plan.groups {
            var rule = Rule.alert(
                "AssayHostsSilent",
                "(count(count by (host) (\(Self.active){host=~\"\(Self.hosts(group))\"})) or vector(0)) < \(group.hosts.count)",
                for: "15m",
                severity: "warning",
                "{{ $value }} of \(counted(group.hosts.count, "host")) of layout {{ $labels.layout }} tell of their GPUs",
                "The DCGM exporter of the others is down, has another host name, or no GPU to tell of."
            )
            rule.labels.append(("layout", String(group.number)))
            rules.append(rule)
        }
        return rules
    }

    private var alerts: [Rule] {
        let match = "on (host, GPU_I_PROFILE)"
        let atLeastZero = "(\(Self.present) or \(match) (\(Self.planned) * 0))"
        return [
            .alert(
                "AssayInstancesNotAsPlanned",
                "\(Self.planned) != \(match) \(atLeastZero)",
                for: "15m",
                severity: "warning",
                "{{ $labels.host }} should have {{ $value }} instances {{ $labels.GPU_I_PROFILE }} and has another number",
                "Someone divided the GPUs anew, or the layout was not applied: compare nvidia-smi mig -lgi with the plan."
            ),
            .alert(
                "AssayInstancesUnplanned",
                "\(Self.present) unless \(match) \(Self.planned)",
                for: "15m",
                severity: "warning",
                "{{ $labels.host }} has {{ $value }} instances {{ $labels.GPU_I_PROFILE }}, of which the plan has none",
                "Plan again with the present layouts, or apply the plan."
            ),
            .alert(
                "AssayWholeGPUsNotAsPlanned",
                "assay:gpus_whole:planned != on (host) (assay:gpus_whole:present or on (host) (assay:gpus_whole:planned * 0))",
                for: "15m",
                severity: "warning",
                "{{ $labels.host }} should have {{ $value }} whole GPUs and has another number",
                "A GPU was lost, or its MIG mode was changed: nvidia-smi -L on the host."
            ),
            .alert(
                "AssayInstancesAdvertisedOtherwise",
                "\(Self.advertised) != \(match) \(Self.planned)",
                for: "15m",
                severity: "warning",
                "Kubernetes advertises {{ $value }} of {{ $labels.GPU_I_PROFILE }} on {{ $labels.host }}, not what is planned",
                "The device plugin sees new instances only when it starts anew."
            ),
            .alert(
                "AssayInstanceIdle",
                "max_over_time(\(Self.active)[6h]) < \(Self.idle) and on (\(Self.instance)) "
                    + "(count_over_time(\(Self.active)[6h]) > 60)",
                for: "1h",
                severity: "info",
                "GPU {{ $labels.gpu }} {{ $labels.GPU_I_PROFILE }} {{ $labels.GPU_I_ID }} of {{ $labels.host }} was idle for 6 hours",
                "Nothing computed on it. If demand for this size is gone, plan again."
            ),
            .alert(
                "AssayAllocatedButInactive",
                "max by (host, gpu, GPU_I_PROFILE, GPU_I_ID, namespace, pod, exported_namespace, exported_pod, hpc_job) ("
                    + ["pod", "exported_pod", "hpc_job"].map {
                        Self.hosted("DCGM_FI_PROF_GR_ENGINE_ACTIVE", "\($0)!=\"\"")
                    }.joined(separator: " or ") + ") < \(Self.idle)",
                for: "1h",
                severity: "info",
                "GPU {{ $labels.gpu }} {{ $labels.GPU_I_PROFILE }} of {{ $labels.host }} is held by "
                    + "{{ $labels.exported_pod }}{{ $labels.pod }}{{ $labels.hpc_job }}, which does not use it",
                "The job has computed nothing for an hour. The exporter must tell jobs: its Kubernetes mapping or HPC job mapping."
            ),
            .alert(
                "AssayGPUError",
                "changes(DCGM_FI_DEV_XID_ERRORS[15m]) > 0 and DCGM_FI_DEV_XID_ERRORS > 0",
                for: nil,
                severity: "warning",
                "GPU {{ $labels.gpu }} of {{ $labels.hostname }}{{ $labels.Hostname }} reported an XID",
                "dmesg on the host names it; NVIDIA's table of XIDs says whether the GPU, the driver or the program is at fault."
            ),
            .alert(
                "AssayGPUMemoryErrors",
                "increase(DCGM_FI_DEV_ECC_DBE_VOL_TOTAL[1h]) > 0 or "
                    + "increase(DCGM_FI_DEV_UNCORRECTABLE_REMAPPED_ROWS[1d]) > 0 or DCGM_FI_DEV_ROW_REMAP_FAILURE > 0",
                for: nil,
                severity: "critical",
                "GPU {{ $labels.gpu }} of {{ $labels.hostname }}{{ $labels.Hostname }} has uncorrectable errors of memory",
                "Drain the host, reset the GPU, and replace it where remapping of rows failed."
            ),
        ]
    }

    /// Names as a regular expression inside a string of PromQL: the dot is the one special character of a host name.
    private static func hosts(_ group: ExportPlan.Group) -> String {
        group.hosts.map { $0.split(separator: ".", omittingEmptySubsequences: false).joined(separator: "\\\\.") }
            .joined(separator: "|")
    }

    // MARK: YAML

    private func group(_ name: String, _ rules: [Rule]) -> [String] {
        ["  - name: \(name)", "    rules:"] + rules.flatMap(Self.lines)
    }

    private static func lines(_ rule: Rule) -> [String] {
        var lines = ["      - \(rule.key): \(rule.name)", "        expr: \(Words.yaml(rule.expression))"]
        if let wait = rule.wait { lines.append("        for: \(wait)") }
        for (title, pairs) in [("labels", rule.labels), ("annotations", rule.annotations)] where !pairs.isEmpty {
            lines.append("        \(title):")
            lines += pairs.map { "          \($0.0): \(Words.yaml($0.1))" }
        }
        return lines
    }
}
