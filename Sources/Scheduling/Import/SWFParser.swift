/// The Standard Workload Format, version 2.2: 18 numbers a line, -1 for what is not known, comments after `;`.
///
/// Feitelson, "The Standard Workload Format", Parallel Workloads Archive. A processor is a GPU of the pool.
struct SWFParser: Sendable {
    private var splitter = FieldSplitter(capacity: 18)

    /// Reads one line.
    mutating func line(_ bytes: Span<UInt8>, number: Int, into builder: inout TraceBuilder) {
        splitter.splitAtBlanks(bytes)
        guard splitter.count > 0 else { return }
        if bytes[Int(splitter[0].lower)] == UInt8(ascii: ";") {
            return comment(bytes, into: &builder)
        }
        builder.audit.rows += 1
        guard splitter.count == 18 else { return builder.audit.note(.fieldCount, line: number) }
        guard let submit = milliseconds(bytes, 1), let wait = milliseconds(bytes, 2),
            let run = milliseconds(bytes, 3), let allocated = whole(bytes, 4), let requested = whole(bytes, 7),
            let requestedTime = milliseconds(bytes, 8), let memoryKB = whole(bytes, 9), let status = whole(bytes, 10)
        else { return builder.audit.note(.malformedNumber, line: number) }
        // 2, 3 and 4 are bursts of a job that was checkpointed or swapped out; its summary stands as 0 or 1.
        guard !(2...4).contains(status) else { return builder.audit.note(.partialRecord, line: number) }
        var row = TraceRow()
        // A job without a number has none in common with another.
        if !isUnknown(bytes, 0) { row.job = splitter[0] }
        row.submit = submit
        row.start = wait >= 0 && submit >= 0 ? Scan.saturating(submit, 1, wait) : nil
        // The length belongs to what was allocated, where both are known.
        row.gpus = allocated > 0 ? allocated : (requested > 0 ? requested : nil)
        if run >= 0 {
            row.duration = run
        } else if run != -1_000 {
            return builder.audit.note(.negativeDuration, line: number)
        }
        guard allocated >= -1, requested >= -1 else { return builder.audit.note(.negativeSize, line: number) }
        if allocated <= 0, requested > 0, row.duration != nil { builder.audit.note(.sizeFromRequest, line: number) }
        if requestedTime > 0 { row.requested = requestedTime }
        if memoryKB > 0, let gpus = row.gpus {
            row.memoryMiB = min(Scan.saturating(memoryKB, gpus, 1_023) / 1_024, Int64(Int32.max))
        }
        // The group, else the user.
        let column = (whole(bytes, 12) ?? -1) >= 0 ? 12 : 11
        if (whole(bytes, column) ?? -1) >= 0 {
            guard let team = builder.teams.number(bytes, splitter[column]) else {
                return builder.audit.note(.tooManyNames, line: number)
            }
            row.team = team
        }
        builder.add(&row, bytes, line: number)
    }

    private func whole(_ bytes: Span<UInt8>, _ column: Int) -> Int64? {
        if isUnknown(bytes, column) { return -1 }
        // Some archives write counts as decimals.
        return Scan.integer(bytes, splitter[column]) ?? Scan.scaled(bytes, splitter[column], by: 1)
    }

    /// Whether a field is -1, as most are.
    @inline(__always)
    private func isUnknown(_ bytes: Span<UInt8>, _ column: Int) -> Bool {
        let field = splitter[column]
        return field.count == 2 && bytes[Int(field.lower)] == UInt8(ascii: "-")
            && bytes[Int(field.lower) + 1] == UInt8(ascii: "1")
    }

    private func milliseconds(_ bytes: Span<UInt8>, _ column: Int) -> Int64? {
        if isUnknown(bytes, column) { return -1_000 }
        guard let seconds = Scan.integer(bytes, splitter[column]) else {
            return Scan.scaled(bytes, splitter[column], by: 1_000)
        }
        let (product, overflow) = seconds.multipliedReportingOverflow(by: 1_000)
        return overflow ? (seconds < 0 ? -Int64.max : .max) : product
    }

    /// `; MaxProcs: 128`: what the header says about the machine.
    private func comment(_ bytes: Span<UInt8>, into builder: inout TraceBuilder) {
        let first = splitter[0].count > 1 ? 0 : 1
        var key = splitter[first]
        if first == 0 { key.lower += 1 }
        guard let value = Scan.integer(bytes, splitter[first + 1]) else { return }
        if Scan.equals(bytes, key, "maxprocs:")
            || (Scan.equals(bytes, key, "maxnodes:") && builder.statedProcessors == nil)
        {
            if value > 0, value <= 1_000_000_000 { builder.statedProcessors = Int(value) }
        } else if Scan.equals(bytes, key, "unixstarttime:"), value > 0, value <= TraceBuilder.latest / 1_000 {
            builder.epochMilliseconds = value * 1_000
        }
    }
}
