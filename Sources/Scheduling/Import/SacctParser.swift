import Documents

/// Slurm's `sacct --parsable2`: a header of names in any order, a row for each job and each of its steps.
///
/// Slurm User Commands, sacct, Job Accounting Fields. What is read: JobID (or JobIDRaw), Submit, Eligible, Start, End,
/// Elapsed, ElapsedRaw, Timelimit, TimelimitRaw, State, AllocTRES, ReqTRES, AllocGRES, ReqGRES, NNodes, AllocNodes,
/// AllocCPUS, NCPUS, ReqCPUS, ReqMem, Priority and the team's column.
struct SacctParser: Sendable {
    private var splitter: FieldSplitter
    private let columns: Columns
    private let separator: UInt8
    private let needsTimes: Bool
    private let shardsPerGPU: Int64?

    /// Where the columns stand; -1 for one that is not there.
    private struct Columns: Sendable {
        var count = 0
        var job = -1, submit = -1, eligible = -1, start = -1, end = -1, elapsed = -1, elapsedRaw = -1
        var limit = -1, limitRaw = -1, state = -1, allocTRES = -1, reqTRES = -1, allocGRES = -1, reqGRES = -1
        var nodes = -1, allocCPUs = -1, reqCPUs = -1, reqMemory = -1, priority = -1, team = -1
    }

    /// Whether a header is one of sacct.
    static func isHeader(_ names: [String]) -> Bool {
        let lowered = names.map { $0.lowercased() }
        return (lowered.contains("jobid") || lowered.contains("jobidraw"))
            && lowered.contains { ["submit", "start", "state", "elapsed", "end", "alloctres"].contains($0) }
    }

    /// Reads the header.
    ///
    /// - Throws: when a column is missing without which no row makes sense.
    init(header: [String], separator: UInt8, file: String, options: TraceImportOptions) throws(DocumentError) {
        self.separator = separator
        needsTimes = options.needsTimes
        shardsPerGPU = options.shardsPerGPU
        let names = header.map { $0.lowercased() }
        func column(_ candidates: String...) -> Int {
            for candidate in candidates { if let index = names.firstIndex(of: candidate) { return index } }
            return -1
        }
        var found = Columns()
        found.count = header.count
        found.job = column("jobid", "jobidraw")
        (found.submit, found.eligible) = (column("submit"), column("eligible"))
        (found.start, found.end) = (column("start"), column("end"))
        (found.elapsed, found.elapsedRaw) = (column("elapsed"), column("elapsedraw"))
        (found.limit, found.limitRaw) = (column("timelimit"), column("timelimitraw"))
        found.state = column("state")
        (found.allocTRES, found.reqTRES) = (column("alloctres"), column("reqtres"))
        (found.allocGRES, found.reqGRES) = (column("allocgres"), column("reqgres"))
        found.nodes = column("nnodes", "allocnodes")
        (found.allocCPUs, found.reqCPUs) = (column("alloccpus", "ncpus"), column("reqcpus"))
        (found.reqMemory, found.priority) = (column("reqmem"), column("priority"))
        found.team = options.team.map { column($0.rawValue) } ?? column("account", "group", "user")
        columns = found
        splitter = FieldSplitter(capacity: header.count + 1)
        func missing(_ what: String) -> DocumentError {
            DocumentError(
                file: file,
                line: 1,
                problem:
                    "the columns of sacct are without \(what); export with: sacct --allusers --allocations --parsable2 "
                    + "--format=JobID,User,Account,Partition,Submit,Eligible,Start,End,ElapsedRaw,TimelimitRaw,State,"
                    + "NNodes,ReqTRES,AllocTRES"
            )
        }
        if let team = options.team, found.team < 0 {
            throw DocumentError(
                file: file,
                line: 1,
                problem:
                    "the columns of sacct are without \(team.rawValue), which was named as the team's; export it as well, "
                    + "or name one of \(header.map(quoted).joined(separator: ", "))"
            )
        }
        if found.allocTRES < 0, found.reqTRES < 0, found.allocGRES < 0, found.reqGRES < 0 {
            throw missing("AllocTRES or ReqTRES, which say how many GPUs a job had")
        }
        guard options.needsTimes else { return }
        if found.submit < 0, found.eligible < 0, found.start < 0 { throw missing("Submit, which says when a job came") }
        if found.elapsedRaw < 0, found.elapsed < 0, found.start < 0 || found.end < 0 {
            throw missing("ElapsedRaw, or Start and End, which say how long a job ran")
        }
    }

    /// Reads one line after the header.
    mutating func line(_ bytes: Span<UInt8>, number: Int, into builder: inout TraceBuilder) {
        guard bytes.count > 0 else { return }
        builder.audit.rows += 1
        _ = splitter.split(bytes, separator: separator, quotes: false)
        // `--parsable` ends each line with a separator.
        let trailing = splitter.count == columns.count + 1 && splitter[columns.count].isEmpty
        guard splitter.count == columns.count || trailing else { return builder.audit.note(.fieldCount, line: number) }
        var row = TraceRow()
        row.isDated = true
        row.job = splitter[columns.job]
        guard !row.job.isEmpty else { return builder.audit.note(.fieldCount, line: number) }
        for index in row.job.range where bytes[index] == UInt8(ascii: ".") {
            return builder.audit.note(.step, line: number)
        }
        if let finding = times(bytes, &row, number, &builder) ?? sizes(bytes, &row, number, &builder) {
            return builder.audit.note(finding, line: number)
        }
        for index in row.job.range {
            if bytes[index] == UInt8(ascii: "+") { builder.audit.note(.heterogeneous, line: number) }
            if bytes[index] == UInt8(ascii: "[") { builder.audit.note(.arrayOfTasks, line: number) }
        }
        builder.add(&row, bytes, line: number)
    }

    // MARK: Times

    private mutating func times(
        _ bytes: Span<UInt8>,
        _ row: inout TraceRow,
        _ line: Int,
        _ builder: inout TraceBuilder
    ) -> ImportAudit.Finding? {
        var malformed = false
        func time(_ column: Int, _ kind: RepeatedTimes.Kind) -> Int64? {
            let field = splitter[column]
            guard !Scan.isMissing(bytes, field) else { return nil }
            if let time = builder.calendar(bytes, field) { return builder.instant(time, as: kind, line: line) }
            // SLURM_TIME_FORMAT=%s; Slurm writes 0 for what is not known.
            if let seconds = Scan.integer(bytes, field) {
                return seconds == 0 ? nil : Scan.saturating(max(seconds, 0), 1_000, 0)
            }
            malformed = true
            return nil
        }
        row.submit = time(columns.submit, .submit)
        row.start = time(columns.start, .start)
        row.end = time(columns.end, .end)
        var eligible = time(columns.eligible, .eligible)
        guard !malformed else { return .malformedTime }
        if let submit = row.submit, submit < TraceBuilder.earliest { return .impossibleTime }
        let state = State(bytes, splitter[columns.state])
        switch state {
        case .waiting: if needsTimes { return .neverRan }
        case .running: row.isRunning = true
        case .ended: break
        }
        if !Scan.isMissing(bytes, splitter[columns.elapsedRaw]) {
            guard let seconds = Scan.integer(bytes, splitter[columns.elapsedRaw]) else { return .malformedNumber }
            guard seconds >= 0 else { return .negativeDuration }
            row.duration = Scan.saturating(seconds, 1_000, 0)
        } else if !Scan.isMissing(bytes, splitter[columns.elapsed]) {
            guard case .milliseconds(let length) = SlurmText.duration(bytes, splitter[columns.elapsed]) else {
                return .malformedTime
            }
            row.duration = length
        }
        builder.settle(&row, eligible: &eligible, byNumber: Self.number(bytes, row.job), line: line)
        // A job that is held, or waits for another, does not wait for GPUs.
        if let eligible, eligible >= TraceBuilder.earliest, eligible <= row.start ?? .max {
            row.isFromEligible = row.submit == nil
            row.submit = max(row.submit ?? eligible, eligible)
        }
        // A job that was cancelled while it waited has an end, an elapsed time of 0, and no start.
        if row.start == nil, columns.start >= 0 {
            if needsTimes { return .neverRan }
            row.duration = nil
        }
        return limit(bytes, &row)
    }

    /// The number of a job, by which jobs stand in the order of submission: `123` of `123_4` and `123+1`.
    private static func number(_ bytes: Span<UInt8>, _ job: FieldRange) -> Int64 {
        var field = job
        field.upper = field.lower
        while field.upper < job.upper, bytes[Int(field.upper)] &- UInt8(ascii: "0") < 10 { field.upper += 1 }
        return Scan.integer(bytes, field) ?? .min
    }

    private func limit(_ bytes: Span<UInt8>, _ row: inout TraceRow) -> ImportAudit.Finding? {
        let raw = splitter[columns.limitRaw]
        if !Scan.isMissing(bytes, raw), let minutes = Scan.integer(bytes, raw) {
            if minutes > 0 { row.requested = Scan.saturating(minutes, 60_000, 0) }
            return nil
        }
        let field = raw.isEmpty || Scan.isMissing(bytes, raw) ? splitter[columns.limit] : raw
        guard !Scan.isMissing(bytes, field) else { return nil }
        switch SlurmText.duration(bytes, field) {
        case .milliseconds(let length): row.requested = length
        case .unlimited: break
        case .malformed: return .malformedTime
        }
        return nil
    }

    /// What a state means for a replay.
    private enum State {
        case waiting, running, ended

        init(_ bytes: Span<UInt8>, _ field: FieldRange) {
            if Scan.starts(bytes, field, "pending") || Scan.starts(bytes, field, "requeue_hold") {
                self = .waiting
            } else if Scan.starts(bytes, field, "running") || Scan.starts(bytes, field, "suspended")
                || Scan.starts(bytes, field, "completing") || Scan.starts(bytes, field, "resizing")
                || Scan.starts(bytes, field, "configuring") || Scan.starts(bytes, field, "stopped")
            {
                self = .running
            } else {
                self = .ended
            }
        }
    }

    // MARK: Sizes

    private mutating func sizes(
        _ bytes: Span<UInt8>,
        _ row: inout TraceRow,
        _ line: Int,
        _ builder: inout TraceBuilder
    ) -> ImportAudit.Finding? {
        var resources = TRESText()
        let allocated = splitter[columns.allocTRES]
        let requested = splitter[columns.reqTRES]
        if !Scan.isMissing(bytes, allocated) {
            if let finding = resources.read(bytes, allocated, &builder) { return finding }
        } else if !Scan.isMissing(bytes, requested) {
            if let finding = resources.read(bytes, requested, &builder) { return finding }
            if columns.allocTRES >= 0 { builder.audit.note(.sizeFromRequest, line: line) }
        }
        // A count without a type may stand in one column and the type in the other.
        if resources.typedGPUs == 0, resources.instances == 0 {
            for column in [columns.allocGRES, columns.reqGRES] where !Scan.isMissing(bytes, splitter[column]) {
                if let finding = resources.readGRES(bytes, splitter[column], &builder) { return finding }
                break
            }
        }
        if resources.shards > 0 { builder.uses.shards = true }
        if let finding = gpus(resources, &row) { return finding }
        row.cpuMilli = resources.cpuMilli
        row.memoryMiB = resources.memoryMiB
        if row.cpuMilli == 0 {
            for column in [columns.allocCPUs, columns.reqCPUs] {
                guard let cpus = Scan.integer(bytes, splitter[column]), cpus > 0 else { continue }
                row.cpuMilli = Scan.saturating(cpus, 1_000, 0)
                break
            }
        }
        if row.memoryMiB == 0 { row.memoryMiB = requestedMemory(bytes, row.cpuMilli, resources.nodes) }
        if let priority = Scan.integer(bytes, splitter[columns.priority]) { row.priority = priority }
        return placeAndTeam(bytes, &row, resources, &builder)
    }

    /// Memory by ReqMem: of the job, or, with a letter behind it as Slurm wrote it until 21.08, of each CPU or node.
    private func requestedMemory(_ bytes: Span<UInt8>, _ cpuMilli: Int64, _ nodes: Int64) -> Int64 {
        let field = splitter[columns.reqMemory]
        guard !Scan.isMissing(bytes, field), let memory = SlurmText.memoryMiB(bytes, field) else { return 0 }
        let listed = nodes > 0 ? nodes : max(SlurmText.nodes(bytes, splitter[columns.nodes]) ?? 1, 1)
        switch bytes[Int(field.upper) - 1] {
        case UInt8(ascii: "c"): return Scan.saturating(memory.mib, max(cpuMilli, 1_000), 0) / 1_000
        case UInt8(ascii: "n"): return Scan.saturating(memory.mib, listed, 0)
        default: return memory.mib
        }
    }

    private func gpus(_ resources: TRESText, _ row: inout TraceRow) -> ImportAudit.Finding? {
        if resources.instances > 0 {
            // The untyped count covers instances and GPUs alike.
            guard resources.typedGPUs == 0, resources.gpus <= resources.instances else { return .mixedSlices }
            row.gpus = resources.instances
            row.profile = resources.profile
        } else if resources.gpus > 0 || resources.typedGPUs > 0 {
            row.gpus = max(resources.gpus, resources.typedGPUs)
        } else if resources.shards > 0 {
            guard let perGPU = shardsPerGPU, perGPU > 0 else { return .unsizedShards }
            row.gpus = 1
            row.gpuMilli = (Scan.saturating(resources.shards, 1_000, perGPU - 1)) / perGPU
        } else if resources.mpsPercent > 0 {
            row.gpus = 1
            row.gpuMilli = Scan.saturating(resources.mpsPercent, 10, 0)
        } else {
            row.gpus = 0
        }
        row.gpuTypes = resources.gpuTypes
        return nil
    }

    private func placeAndTeam(
        _ bytes: Span<UInt8>,
        _ row: inout TraceRow,
        _ resources: TRESText,
        _ builder: inout TraceBuilder
    ) -> ImportAudit.Finding? {
        row.nodes = resources.nodes > 0 ? resources.nodes : max(SlurmText.nodes(bytes, splitter[columns.nodes]) ?? 0, 0)
        // Slurm spreads a job over nodes as it likes; only an even spread can be asked of the engine.
        if let gpus = row.gpus, row.nodes <= 1 || gpus == 0 || gpus % row.nodes != 0 { row.nodes = 0 }
        let team = splitter[columns.team]
        if !team.isEmpty {
            guard !Scan.hasControlCharacter(bytes, team) else { return .controlCharacters }
            guard let number = builder.teams.number(bytes, team) else { return .tooManyNames }
            row.team = number
        }
        return nil
    }
}
