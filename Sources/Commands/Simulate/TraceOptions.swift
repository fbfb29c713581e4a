import ArgumentParser
import Documents
import Estate
import NodeCommands
import Scheduling

/// How a trace on the command line is to be read.
struct TraceOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "Read as \(TraceFormat.allCases.map(\.rawValue).joined(separator: ", ")); found out from the first line if not given.",
            valueName: "format"
        )
    )
    var format: String?

    @Option(
        parsing: .singleValue,
        help: ArgumentHelp(
            "Columns of a table, as FIELD=COLUMN[:UNIT] or FIELD==VALUE, separated by commas; repeatable.",
            discussion: "Fields: \(TraceField.allCases.map(\.rawValue).joined(separator: ", ")).",
            valueName: "field=column"
        )
    )
    var map: [String] = []

    @Option(
        help: ArgumentHelp(
            "What times without a zone mean: UTC, an offset such as +01:00, or a name such as Europe/Berlin."
        )
    )
    var zone: String?

    @Option(
        help: ArgumentHelp(
            "The column of sacct that names the team: \(TeamColumn.allCases.map(\.rawValue).joined(separator: ", ")); account if not given.",
            valueName: "column"
        )
    )
    var team: String?

    @Option(help: ArgumentHelp("How many of Slurm's shards make a GPU.", valueName: "n"))
    var shardsPerGpu: Int?

    @Option(
        help: ArgumentHelp(
            "What makes a duration of tokens, for a trace of requests: prefill=8000,decode=50.",
            valueName: "rates"
        )
    )
    var tokensPerSecond: String?

    /// The options of the importer.
    func importOptions(needsTimes: Bool, keepsCPUJobs: Bool) throws -> TraceImportOptions {
        var options = TraceImportOptions()
        options.needsTimes = needsTimes
        options.keepsCPUJobs = keepsCPUJobs
        if let format {
            guard let known = TraceFormat(rawValue: format) else {
                throw ValidationError(unknown(format, "--format", TraceFormat.allCases.map(\.rawValue)))
            }
            options.format = known
        }
        options.map = try mapping()
        if let zone { options.zone = try ZoneNames.rule(zone) }
        if let team {
            guard let column = TeamColumn(rawValue: team) else {
                throw ValidationError(unknown(team, "--team", TeamColumn.allCases.map(\.rawValue)))
            }
            options.team = column
        }
        if let shardsPerGpu {
            guard (1...1_000).contains(shardsPerGpu) else {
                throw ValidationError("--shards-per-gpu \(shardsPerGpu) is outside 1 to 1000")
            }
            options.shardsPerGPU = Int64(shardsPerGpu)
        }
        options.tokenRates = try tokensPerSecond.map(rates)
        options.knowProfiles(of: try GPUCatalogue.standard())
        return options
    }

    /// Refuses what is said of Slurm's columns where the trace is another's.
    func requireSacct(_ imported: ImportedTrace) throws {
        guard imported.format != .sacct else { return }
        if shardsPerGpu != nil {
            throw ValidationError("--shards-per-gpu goes with a trace of sacct, not with \(imported.format.rawValue)")
        }
        if team != nil {
            throw ValidationError(
                "--team goes with a trace of sacct, not with \(imported.format.rawValue)"
                    + (imported.format == .swf ? "" : "; name a table's column with --map team=COLUMN")
            )
        }
    }

    private func mapping() throws -> [TraceField: FieldSource] {
        var mapping: [TraceField: FieldSource] = [:]
        for entry in map.flatMap({ $0.split(separator: ",").map(String.init) }) {
            let (name, value) = try Arguments.pair(entry, option: "--map", example: "submit=timestamp,gpus=num_gpus")
            guard let field = TraceField(rawValue: name) else {
                throw ValidationError(unknown(name, "--map", TraceField.allCases.map(\.rawValue)))
            }
            let isConstant = value.hasPrefix("=")
            var text = isConstant ? String(value.dropFirst()) : value
            var unit: FieldUnit?
            if let colon = text.lastIndex(of: ":"),
                let known = FieldUnit(rawValue: String(text[text.index(after: colon)...]))
            {
                guard field.units.contains(known) else {
                    let units = field.units.map(\.rawValue).joined(separator: ", ")
                    throw ValidationError(
                        "--map \(entry): \(name) has no unit '\(known.rawValue)'; "
                            + (units.isEmpty ? "it has none at all" : "known are \(units)")
                    )
                }
                unit = known
                text = String(text[..<colon])
            }
            guard !text.isEmpty else { throw ValidationError("--map \(entry): names no column") }
            mapping[field] = isConstant ? .constant(text, unit) : .column(text, unit)
        }
        return mapping
    }

    private func rates(_ text: String) throws -> TokenRates {
        var values: [String: Double] = [:]
        for entry in text.split(separator: ",").map(String.init) {
            let (name, value) = try Arguments.pair(
                entry,
                option: "--tokens-per-second",
                example: "prefill=8000,decode=50"
            )
            guard let number = Double(value), number >= 1e-3, number <= 1e12 else {
                throw ValidationError("--tokens-per-second \(entry): expected a rate from 0.001 to 1e12")
            }
            values[name] = number
        }
        guard let prefill = values["prefill"], let decode = values["decode"], values.count == 2 else {
            throw ValidationError("--tokens-per-second '\(text)' needs both rates: prefill=8000,decode=50")
        }
        return TokenRates(prefillPerSecond: prefill, decodePerSecond: decode)
    }
}

/// What is wrong with a word of a closed list, with the nearest known one.
func unknown(_ word: String, _ option: String, _ known: [String]) -> String {
    let hint = nearest(word, in: known).map { "did you mean '\($0)'?" } ?? "known are \(known.joined(separator: ", "))"
    return "\(option) '\(word)' is not known; \(hint)"
}
