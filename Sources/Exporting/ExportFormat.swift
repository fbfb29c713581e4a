/// A tool whose files can be written from a plan.
package enum ExportFormat: String, Sendable, Hashable, CaseIterable {
    /// NVIDIA's mig-parted, which the GPU Operator's MIG manager uses as well.
    case migParted = "mig-parted"
    /// Slurm: node lines, `gres.conf` and job scripts.
    case slurm
    /// Prometheus: rules over what the DCGM exporter tells.
    case prometheus

    /// The files of this format.
    ///
    /// - Throws: ``ExportError`` where what is known of the hosts contradicts the plan.
    package func files(_ plan: ExportPlan, devices: [String: SlurmDevices] = [:]) throws(ExportError)
        -> [ExportedFile]
    {
        switch self {
        case .migParted: [MigPartedConfig(plan).file]
        case .slurm: try SlurmExport(plan, devices: devices).files
        case .prometheus: [PrometheusRules(plan).file]
        }
    }
}
