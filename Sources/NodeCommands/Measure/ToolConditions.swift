/// The names of conditions that the tool records itself.
///
/// What it saw is evidence, so `--condition` must not replace it: a record could otherwise say of a disturbed run that
/// nothing disturbed it. `pair` and `block` are not among them: the user says which runs belong together.
enum ToolConditions {
    /// Whether a condition of this name is the tool's.
    static func has(_ name: String) -> Bool {
        names.contains(name) || prefixes.contains(where: name.hasPrefix) || suffixes.contains(where: name.hasSuffix)
    }

    private static let names: Set<String> = [
        "arrivals", "body_bytes", "concurrency", "cublas", "detour_threshold_ns", "disturbed", "emulated", "gpu",
        "header_names", "load_generator", "measure_flags", "memory_array_mib", "memory_latency_buffer_mib", "method",
        "neighbour", "objective_s", "offered_load_per_s", "pair_design", "pair_plan", "path", "path_sha256",
        "perhaps-emulated", "seed", "stolen_percent", "timeout_s", "timer_scheduling",
    ]
    private static let prefixes = ["gpu_", "job_", "net_"]
    /// The limits of devices: `gpu_memory_copy_limit_gb_per_s` and its like.
    private static let suffixes = ["_limit_gb_per_s", "_limit_tflop_per_s"]
}
