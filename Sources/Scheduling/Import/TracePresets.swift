/// Where the fields of the public formats stand, and Assay's own.
enum TracePresets {
    /// The columns of Assay's own tables: the name of the field, with its unit where it has one.
    static let own: [(name: String, field: TraceField, unit: FieldUnit?)] = [
        ("job", .job, nil),
        ("submit", .submit, nil), ("submit_s", .submit, .seconds), ("submit_ms", .submit, .milliseconds),
        ("start", .start, nil), ("start_s", .start, .seconds), ("start_ms", .start, .milliseconds),
        ("end", .end, nil), ("end_s", .end, .seconds), ("end_ms", .end, .milliseconds),
        ("duration_s", .duration, .seconds), ("duration_ms", .duration, .milliseconds),
        ("duration", .duration, nil),
        ("requested_s", .requested, .seconds), ("requested_ms", .requested, .milliseconds),
        ("gpus", .gpus, .count), ("gpu_milli", .gpuMilli, nil), ("gpu_type", .gpuType, nil),
        ("profile", .profile, nil), ("gpu_memory_mib", .gpuMemory, .mebibytes),
        ("cpu_milli", .cpu, .thousandths), ("cpus", .cpu, .count), ("memory_mib", .memory, .mebibytes),
        ("nodes", .nodes, nil), ("team", .team, nil), ("priority", .priority, nil), ("class", .speedClass, nil),
    ]

    /// Philly in the form of Pollux: virtual clusters are teams; times are local.
    static let philly: [TraceField: FieldSource] = [
        .submit: .column("timestamp", nil), .duration: .column("duration", .seconds),
        .gpus: .column("num_gpus", .count), .team: .column("cluster", nil),
    ]

    /// Alibaba's openb pods: times are seconds from the start of the trace.
    static let openb: [TraceField: FieldSource] = [
        .job: .column("name", nil), .cpu: .column("cpu_milli", .thousandths),
        .memory: .column("memory_mib", .mebibytes), .gpus: .column("num_gpu", .count),
        .gpuMilli: .column("gpu_milli", nil), .gpuType: .column("gpu_spec", nil), .team: .column("qos", nil),
        .submit: .column("creation_time", .seconds), .start: .column("scheduled_time", .seconds),
        .end: .column("deletion_time", .seconds),
    ]

    /// Azure's LLM requests: tokens, one request on one GPU.
    static let azureLLM: [TraceField: FieldSource] = [
        .submit: .column("TIMESTAMP", nil), .prefillTokens: .column("ContextTokens", nil),
        .decodeTokens: .column("GeneratedTokens", nil), .gpus: .constant("1", .count),
    ]

    /// The format whose columns a header has.
    static func detect(_ header: [String]) -> TraceFormat {
        func has(_ names: String...) -> Bool { names.allSatisfy(header.contains) }
        if has("timestamp", "duration", "num_gpus", "gpu_time") { return .philly }
        if has("cpu_milli", "memory_mib", "num_gpu", "gpu_milli") { return .openb }
        if has("TIMESTAMP", "ContextTokens", "GeneratedTokens") { return .azureLLM }
        return .csv
    }

    /// What a format's columns mean; of the public formats, the columns that this file has.
    static func mapping(_ format: TraceFormat, header: [String]) -> [TraceField: FieldSource] {
        let preset: [TraceField: FieldSource]
        switch format {
        case .philly: preset = philly
        case .openb: preset = openb
        case .azureLLM: preset = azureLLM
        case .csv, .sacct, .swf:
            var mapping: [TraceField: FieldSource] = [:]
            for column in own where header.contains(column.name) && mapping[column.field] == nil {
                mapping[column.field] = .column(column.name, column.unit)
            }
            return mapping
        }
        return preset.filter { _, source in
            guard case .column(let name, _) = source else { return true }
            return header.contains(name)
        }
    }
}
