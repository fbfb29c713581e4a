import Foundation
import Testing

/// Prometheus' own checker of rules.
enum PromTool {
    /// Where it is installed or unpacked; nil elsewhere.
    static let path: String? = {
        let folders = (ProcessInfo.processInfo.environment["PATH"] ?? "").split(separator: ":").map(String.init)
        let places = folders.map { $0 + "/promtool" } + [AssayBinary.root + "/.build/prometheus/usr/bin/promtool"]
        return places.first { FileManager.default.isExecutableFile(atPath: $0) }
    }()
}

/// The Prometheus rules of a plan under Prometheus' own judgement.
@Suite(
    .enabled(
        if: PromTool.path != nil,
        "there is no promtool here; scripts/prometheus-parts unpacks Debian's Prometheus"
    )
)
struct PlanRulesTests {
    /// A host with seven small instances planned, one of which is gone; a whole GPU where none is planned; an XID.
    static let unitTest = """
        rule_files: [out/prometheus-rules.yaml]
        evaluation_interval: 1m
        tests:
          - interval: 1m
            input_series:
              - {series: 'DCGM_FI_PROF_GR_ENGINE_ACTIVE{hostname="node1",gpu="0",GPU_I_PROFILE="1g.10gb",GPU_I_ID="7"}', values: '0.5x120'}
              - {series: 'DCGM_FI_PROF_GR_ENGINE_ACTIVE{Hostname="node1",gpu="0",GPU_I_PROFILE="1g.10gb",GPU_I_ID="8"}', values: '0x120'}
              - {series: 'DCGM_FI_PROF_GR_ENGINE_ACTIVE{hostname="node1",gpu="0",GPU_I_PROFILE="7g.80gb",GPU_I_ID="0"}', values: '0.5x120'}
              - {series: 'DCGM_FI_DEV_XID_ERRORS{hostname="node1",gpu="0"}', values: '0x50 31x70'}
              - {series: 'kube_node_status_allocatable{node="node1",resource="nvidia_com_mig_1g_10gb"}', values: '6x120'}
            promql_expr_test:
              - expr: assay:mig_instances:present{GPU_I_PROFILE="1g.10gb"}
                eval_time: 30m
                exp_samples: [{labels: 'assay:mig_instances:present{host="node1",GPU_I_PROFILE="1g.10gb"}', value: 2}]
              - expr: assay:mig_instances:planned
                eval_time: 30m
                exp_samples: [{labels: 'assay:mig_instances:planned{host="node1",GPU_I_PROFILE="1g.10gb"}', value: 7}]
              - expr: count by (alertname, GPU_I_PROFILE, severity) (ALERTS{alertstate="firing"})
                eval_time: 55m
                exp_samples:
                  - {labels: '{alertname="AssayInstancesNotAsPlanned",GPU_I_PROFILE="1g.10gb",severity="warning"}', value: 1}
                  - {labels: '{alertname="AssayInstancesUnplanned",GPU_I_PROFILE="7g.80gb",severity="warning"}', value: 1}
                  - {labels: '{alertname="AssayInstancesAdvertisedOtherwise",GPU_I_PROFILE="1g.10gb",severity="warning"}', value: 1}
                  - {labels: '{alertname="AssayGPUError",severity="warning"}', value: 1}
        """

    @Test func `Prometheus takes the rules, and they speak when hosts differ from the plan`() throws {
        let promtool = try #require(PromTool.path)
        let folder = try TemporaryFolder()
        try folder.write("demand.csv", "profile,count\n1g.10gb,7\n")
        let planned = try AssayBinary.run(
            ["plan", "--demand", "demand.csv", "--gpus", "1", "--gpu", "a100-sxm-80gb", "-o", "out"],
            in: folder.path
        )
        try #require(planned.status == 0, "\(planned.errors)")
        let check = try AssayBinary.run(
            ["check", "rules", "out/prometheus-rules.yaml"],
            in: folder.path,
            program: promtool
        )
        #expect(check.status == 0 && check.output.contains("SUCCESS"), "\(check.output)\(check.errors)")
        try folder.write("test.yaml", Self.unitTest)
        let unit = try AssayBinary.run(["test", "rules", "test.yaml"], in: folder.path, program: promtool)
        #expect(unit.status == 0, "\(unit.output)\(unit.errors)")
        // The test can fail.
        try folder.write("test.yaml", Self.unitTest.replacingOccurrences(of: "value: 7", with: "value: 6"))
        #expect(try AssayBinary.run(["test", "rules", "test.yaml"], in: folder.path, program: promtool).status != 0)
    }
}
