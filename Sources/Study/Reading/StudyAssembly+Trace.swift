import Documents
import Estate
import Probability
import Scheduling

extension StudyAssembly {
    /// The `trace` section.
    func trace(_ reader: Reader?) -> StudyTrace? {
        guard let reader, let section = section(reader, StudySchema.trace) else { return nil }
        let file = value(section, "file", expected: "the path of a trace") { reader throws(DocumentError) in
            try reader.path()
        }
        let recordedUnder = value(
            section,
            "recorded_under",
            expected: "the deployment model under which the jobs ran, such as 'bare-metal'"
        ) { reader throws(DocumentError) in try reader.deploymentModel() }
        var options = TraceImportOptions()
        options.keepsCPUJobs = true
        options.knowProfiles(of: catalogue)
        options.format = optional(section["format"]) { reader throws(DocumentError) in try reader.choice("format") }
        options.map = columns(section["columns"])
        options.team = optional(section["team"]) { reader throws(DocumentError) in try reader.choice("column of sacct")
        }
        options.shardsPerGPU = integer(section, "shards_per_gpu", in: 1...1_000).map(Int64.init)
        options.tokenRates = rates(section["tokens_per_second"])
        let overhead = numbers.optional(
            section,
            "recorded_overhead",
            QuantitySpec(
                "trace.recorded_overhead",
                "Overhead in the trace's durations",
                unit: "share of bare-metal time",
                kind: .rate,
                bounds: -0.5...10
            )
        )
        if overhead != nil, recordedUnder == .bareMetal, let place = section["recorded_overhead"] {
            findings.add(place.fail("is stated of a trace recorded on bare metal, which has none; remove it"))
        }
        let promise = promise(section["promise"])
        let queue =
            optional(section["queue"]) { reader throws(DocumentError) in
                try reader.choice("queue") as TraceQueue
            } ?? .fcfs
        guard let file, let recordedUnder else { return nil }
        return StudyTrace(
            file: file,
            line: section["file"]?.line ?? section.reader.line,
            options: options,
            zone: optional(section["zone"]) { reader throws(DocumentError) in try reader.nonEmptyString() },
            zoneLine: section["zone"]?.line ?? section.reader.line,
            recordedUnder: recordedUnder,
            recordedOverhead: overhead,
            recordedStartUpSeconds: optional(section["recorded_start_up_s"]) { reader throws(DocumentError) in
                try reader.double(in: 0...1e7, unit: "s")
            } ?? 0,
            promise: promise ?? WaitObjective(percent: 95, seconds: 3_600),
            isPromiseAssumed: promise == nil,
            queue: queue == .easy ? .easy : .fcfs
        )
    }

    /// The jobs of a workload; nil without a trace.
    func tracedJobs(_ section: ObjectReader) -> TracedJobs? {
        guard hasTrace else {
            for key in ["jobs", "least_speed"] {
                if let reader = section[key] {
                    findings.add(reader.fail("is stated, but the study has no trace; add 'trace:' or remove it"))
                }
            }
            return nil
        }
        let states = ["gpu_hours_per_month", "gpus", "allocated_share"].contains(where: section.has)
        guard let reader = section["jobs"] else {
            _ = findings.attempt { () throws(DocumentError) in
                try section.require(
                    "jobs",
                    expected: "the workload's jobs in the trace, such as '{team: vision}', or 'all'"
                )
            }
            return TracedJobs(selector: JobSelector(), line: section.reader.line, statesDemand: states)
        }
        return TracedJobs(
            selector: selector(reader) ?? JobSelector(),
            line: reader.line,
            statesDemand: states
        )
    }

    /// The least speed of a workload's jobs on a part of a GPU; nil without a trace.
    func leastSpeed(_ section: ObjectReader, _ spec: QuantitySpec) -> Quantity? {
        guard hasTrace else { return nil }
        return numbers.read(
            section,
            "least_speed",
            spec,
            default: numbers.assumed(spec, try? .point(0.5), source: "the study states none")
        )
    }

    /// What a replay asks of a platform; nil without a trace.
    func replayTerms(_ section: ObjectReader?, _ model: DeploymentModel) -> ReplayTerms? {
        let names = ["start_up_s", "instance_creation_s", "switching"]
        guard hasTrace else {
            for name in names {
                if let reader = section?[name] {
                    findings.add(reader.fail("is stated, but the study has no trace; add 'trace:' or remove it"))
                }
            }
            return nil
        }
        func term(_ name: String, _ title: String, _ unit: String, _ kind: QuantitySpec.Kind, _ value: Double)
            -> Quantity
        {
            let spec = QuantitySpec(
                "platforms.\(model).\(name)",
                "\(title), \(model.title)",
                unit: unit,
                kind: kind,
                bounds: kind == .rate ? 0...10 : 0...1e6
            )
            return numbers.read(
                section,
                name,
                spec,
                default: numbers.assumed(spec, try? .point(value), source: "the study states none")
            )
        }
        let isCut = model.sharing == .partitioned
        let takesTurns = model.sharing == .timeSliced || model.sharing == .virtualFunctions
        return ReplayTerms(
            startUp: term(names[0], "Start-up of a job", "s", .number, model.isVirtual ? 60 : 0),
            creation: term(names[1], "Creation of an instance", "s", .number, isCut ? 5 : 0),
            switching: term(names[2], "Switching between turns", "share", .rate, takesTurns ? 0.03 : 0)
        )
    }

    private func selector(_ reader: Reader) -> JobSelector? {
        if reader.isString, (try? reader.string()) == "all" { return JobSelector() }
        guard reader.isObject else {
            findings.add(
                reader.unexpected("'all', or a mapping such as {team: vision} with team, class, profile or gpus")
            )
            return nil
        }
        guard let section = section(reader, StudySchema.jobs) else { return nil }
        var selector = JobSelector(
            teams: texts(section, "team"),
            classes: texts(section, "class"),
            profiles: texts(section, "profile")
        )
        selector.gpus = optional(section["gpus"]) { reader throws(DocumentError) in
            if reader.isString {
                guard let range = JobSelector.range(try reader.string()) else {
                    throw reader.unexpected("GPUs such as 4, 2-8 or 8-")
                }
                return range
            }
            let count = try reader.int(in: 1...1_000_000_000)
            return count...count
        }
        if selector == JobSelector(), section["gpus"] == nil, reader.isObject {
            findings.add(reader.fail("selects nothing; write 'all' for every job, or a team, class, profile or gpus"))
        }
        return selector
    }

    private func promise(_ reader: Reader?) -> WaitObjective? {
        guard let reader, let section = section(reader, StudySchema.promise) else { return nil }
        let minutes = value(section, "within_minutes", expected: "the longest wait in minutes") {
            reader throws(DocumentError) in try reader.double(in: 0...1e6, unit: "minutes")
        }
        let spec = QuantitySpec(
            "trace.promise.jobs",
            "Jobs that the promise holds for",
            unit: "share",
            kind: .share,
            bounds: 0.01...1
        )
        let share = numbers.optional(section, "jobs", spec)?.distribution.mean ?? 0.95
        return minutes.map { WaitObjective(percent: share * 100, seconds: $0 * 60) }
    }

    private func columns(_ reader: Reader?) -> [TraceField: FieldSource] {
        guard let reader else { return [:] }
        for error in reader.unknownKeys(TraceField.allCases.map(\.rawValue)) { findings.add(error) }
        guard let section = findings.attempt({ () throws(DocumentError) in try reader.mapping() }) else { return [:] }
        var map: [TraceField: FieldSource] = [:]
        for field in TraceField.allCases {
            map[field] = optional(section[field.rawValue]) { reader throws(DocumentError) in
                try source(reader, of: field)
            }
        }
        return map
    }

    /// `COLUMN[:UNIT]`, or `=VALUE[:UNIT]`.
    private func source(_ reader: Reader, of field: TraceField) throws(DocumentError) -> FieldSource {
        guard reader.isString else { throw reader.unexpected("a column such as 'run_seconds:s', or '=1' for a value") }
        let written = try reader.nonEmptyString()
        let isConstant = written.hasPrefix("=")
        var text = isConstant ? String(written.dropFirst()) : written
        var unit: FieldUnit?
        if let colon = text.lastIndex(of: ":"),
            let known = FieldUnit(rawValue: String(text[text.index(after: colon)...]))
        {
            guard field.units.contains(known) else {
                let units = field.units.map(\.rawValue).joined(separator: ", ")
                throw reader.fail(
                    "\(field.rawValue) has no unit '\(known.rawValue)'; "
                        + (units.isEmpty ? "it has none at all" : "known are \(units)")
                )
            }
            unit = known
            text = String(text[..<colon])
        }
        guard !text.isEmpty else { throw reader.fail("names no column; write its name as the file's header has it") }
        return isConstant ? .constant(text, unit) : .column(text, unit)
    }

    private func rates(_ reader: Reader?) -> TokenRates? {
        guard let reader else { return nil }
        for error in reader.unknownKeys(["prefill", "decode"]) { findings.add(error) }
        guard let section = findings.attempt({ () throws(DocumentError) in try reader.mapping() }) else { return nil }
        func rate(_ name: String) -> Double? {
            value(section, name, expected: "tokens in a second") { reader throws(DocumentError) in
                try reader.double(in: 1e-3...1e12)
            }
        }
        guard let prefill = rate("prefill"), let decode = rate("decode") else { return nil }
        return TokenRates(prefillPerSecond: prefill, decodePerSecond: decode)
    }
}

/// The queues that a study may name.
private enum TraceQueue: String, CaseIterable {
    case fcfs, easy
}
