package import Estate

/// The formats that Assay reads traces in.
package enum TraceFormat: String, Sendable, Hashable, CaseIterable {
    /// Slurm's `sacct --parsable2`.
    case sacct
    /// The Standard Workload Format, version 2.2.
    case swf
    /// A table whose columns are Assay's own, or mapped by the user.
    case csv
    /// Microsoft's Philly trace as Pollux and ElasticFlow carry it.
    case philly
    /// Alibaba's openb pod list (cluster-trace-gpu-v2023).
    case openb
    /// Azure's LLM inference requests.
    case azureLLM = "azure-llm"
}

/// What a column of a table can be.
package enum TraceField: String, Sendable, Hashable, CaseIterable {
    case job, submit, start, end, duration, requested, gpus
    case gpuMilli = "gpu_milli"
    case gpuType = "gpu_type"
    case profile
    case gpuMemory = "gpu_memory"
    case cpu, memory, nodes, team, priority
    case speedClass = "class"
    case prefillTokens = "prefill_tokens"
    case decodeTokens = "decode_tokens"

    /// The units that a column of it can have, the default first; none where it has no unit.
    package var units: [FieldUnit] {
        switch self {
        case .submit, .start, .end, .duration, .requested:
            [.seconds, .milliseconds, .microseconds, .nanoseconds, .minutes, .hours, .days]
        case .gpus: [.count, .thousandths, .percent]
        case .cpu: [.count, .thousandths]
        case .gpuMemory, .memory: [.mebibytes, .bytes, .kibibytes, .gibibytes, .megabytes, .gigabytes]
        default: []
        }
    }
}

/// The unit of a column.
package enum FieldUnit: String, Sendable, Hashable, CaseIterable {
    case seconds = "s"
    case milliseconds = "ms"
    case microseconds = "us"
    case nanoseconds = "ns"
    case minutes = "min"
    case hours = "h"
    case days = "d"
    case count
    case thousandths = "milli"
    case percent
    case bytes = "b"
    case kibibytes = "kib"
    case mebibytes = "mib"
    case gibibytes = "gib"
    case megabytes = "mb"
    case gigabytes = "gb"

    /// What a number is multiplied with and divided by to become milliseconds, thousandths or bytes.
    var ratio: (multiply: Int64, divide: Int64) {
        switch self {
        case .seconds: (1_000, 1)
        case .milliseconds: (1, 1)
        case .microseconds: (1, 1_000)
        case .nanoseconds: (1, 1_000_000)
        case .minutes: (60_000, 1)
        case .hours: (3_600_000, 1)
        case .days: (86_400_000, 1)
        case .count: (1_000, 1)
        case .thousandths: (1, 1)
        case .percent: (10, 1)
        case .bytes: (1, 1)
        case .kibibytes: (1_024, 1)
        case .mebibytes: (1_048_576, 1)
        case .gibibytes: (1_073_741_824, 1)
        case .megabytes: (1_000_000, 1)
        case .gigabytes: (1_000_000_000, 1)
        }
    }
}

/// Where a field comes from.
package enum FieldSource: Sendable, Hashable {
    /// A column by its name in the header, and its unit.
    case column(String, FieldUnit?)
    /// The same value for every row, as it would stand in a column.
    case constant(String, FieldUnit?)
}

/// Which column of `sacct` names the team.
package enum TeamColumn: String, Sendable, Hashable, CaseIterable {
    case account, user, group, partition, qos
}

/// How fast tokens are worked on, where a trace of requests states tokens and no durations.
package struct TokenRates: Sendable, Hashable {
    /// Tokens of the context read in a second; above 0.
    package var prefillPerSecond: Double
    /// Tokens generated in a second; above 0.
    package var decodePerSecond: Double

    package init(prefillPerSecond: Double, decodePerSecond: Double) {
        self.prefillPerSecond = prefillPerSecond
        self.decodePerSecond = decodePerSecond
    }
}

/// How a trace is read.
package struct TraceImportOptions: Sendable {
    /// The format; nil finds it out from the first line.
    package var format: TraceFormat?
    /// Where the fields of a table come from; these go before what a format says.
    package var map: [TraceField: FieldSource] = [:]
    /// How times without a zone become UTC; nil is UTC, and says that nobody said so.
    package var zone: TimeZoneRule?
    /// Whether times matter; without, jobs that never ran and rows without times count as jobs in the order of the file.
    package var needsTimes = true
    /// Whether jobs that ask for no GPU are kept.
    package var keepsCPUJobs = true
    /// How many of Slurm's shards make a GPU; nil leaves out jobs that ask for shards.
    package var shardsPerGPU: Int64?
    /// Which column of `sacct` names the team; nil takes the account, else the group, else the user.
    package var team: TeamColumn?
    /// What makes a duration of tokens.
    package var tokenRates: TokenRates?
    /// MIG profiles that some GPU has: jobs that name another are noted; none are where this is empty.
    package var knownProfiles: Set<String> = []
    /// How large the file is, where that is known: room is then made once.
    package var expectedBytes = 0
    /// The longest line read, in bytes.
    package var lineLimit = 1 << 20

    package init() {}

    /// Notes jobs that name a MIG profile of none of a catalogue's GPUs.
    package mutating func knowProfiles(of catalogue: GPUCatalogue) {
        knownProfiles = Set(catalogue.gpus.flatMap { $0.migGeometry?.profiles.map(\.name) ?? [] })
    }
}
