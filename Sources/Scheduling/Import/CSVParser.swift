import Documents

/// A table with a header, its columns told by a mapping.
struct CSVParser: Sendable {
    /// A field of the mapping, ready for rows.
    private struct Source: Sendable {
        let field: TraceField
        /// The column; -1 for a constant.
        var column: Int
        /// The constant, in the unit of rows.
        var constant: Int64 = 0
        let multiply: Int64
        let divide: Int64

        init(_ field: TraceField, column: Int, unit: FieldUnit) {
            self.field = field
            self.column = column
            (multiply, divide) = unit.ratio
        }

        /// A number in the unit of rows; nil when the field is none.
        @inline(__always)
        func number(_ bytes: Span<UInt8>, _ value: FieldRange) -> Int64? {
            guard divide > 1 else { return Scan.scaled(bytes, value, by: multiply) }
            return Scan.scaled(bytes, value, by: 1).map { $0 / divide }
        }
    }

    private var splitter: FieldSplitter
    private let separator: UInt8
    private let count: Int
    private let tokenRates: TokenRates?
    private var job = -1
    /// What is mapped, by kind, in the order of declaration; rows walk over these and nothing else.
    private var times: ContiguousArray<Source> = []
    private var sizes: ContiguousArray<Source> = []
    private var words: ContiguousArray<Source> = []
    private var tokens: ContiguousArray<Source> = []
    private let hasGPUs: Bool
    private let hasProfiles: Bool
    /// A row whose quotes go on over line ends.
    private var open = QuotedRecord()

    /// Binds a mapping to the columns of a header.
    ///
    /// - Throws: when the mapping names a column that is not there, or the fields without which no row makes sense are
    ///   not mapped.
    init(
        header: [String],
        separator: UInt8,
        mapping: [TraceField: FieldSource],
        file: String,
        line: Int,
        options: TraceImportOptions
    ) throws(DocumentError) {
        self.separator = separator
        tokenRates = options.tokenRates
        count = header.count
        splitter = FieldSplitter(capacity: header.count)
        hasGPUs = mapping[.gpus] != nil
        hasProfiles = mapping[.profile] != nil
        for field in TraceField.allCases {
            guard let source = mapping[field] else { continue }
            let first = field.units.first ?? .count
            switch source {
            case .constant(let text, let unit):
                var source = Source(field, column: -1, unit: unit ?? first)
                let bytes = Array(text.utf8)
                guard field.takesConstants,
                    let number = source.number(bytes.span, FieldRange(0, bytes.count))
                else {
                    throw DocumentError(
                        file: file,
                        line: line,
                        problem:
                            "\(field.rawValue) is mapped to the value \(quoted(text)); one value for all rows is for "
                            + "numbers of size, such as gpus==1; name a column"
                    )
                }
                source.constant = number
                keep(source)
            case .column(let name, let unit):
                guard let index = header.firstIndex(of: name) else {
                    let hint =
                        nearest(name, in: header).map { "did you mean \(quoted($0))?" }
                        ?? "the columns are \(header.map(quoted).joined(separator: ", "))"
                    throw DocumentError(
                        file: file,
                        line: line,
                        problem:
                            "\(field.rawValue) is mapped to the column \(quoted(name)), which is not there; \(hint)"
                    )
                }
                guard header[(index + 1)...].firstIndex(of: name) == nil else {
                    throw DocumentError(
                        file: file,
                        line: line,
                        problem:
                            "has two columns \(quoted(name)), and \(field.rawValue) is read from one; leave one out, or give it another name"
                    )
                }
                keep(Source(field, column: index, unit: unit ?? first))
            }
        }
        try Self.check(mapping, header, file, line, options)
    }

    private static func check(
        _ mapping: [TraceField: FieldSource],
        _ header: [String],
        _ file: String,
        _ line: Int,
        _ options: TraceImportOptions
    ) throws(DocumentError) {
        var missing: [String] = []
        if mapping[.gpus] == nil, mapping[.profile] == nil { missing.append("gpus") }
        if options.needsTimes {
            if mapping[.submit] == nil, mapping[.start] == nil { missing.append("submit") }
            let hasTokens = mapping[.prefillTokens] != nil || mapping[.decodeTokens] != nil
            if hasTokens, mapping[.duration] == nil, options.tokenRates == nil {
                throw DocumentError(
                    file: file,
                    line: line,
                    problem:
                        "states tokens and no durations; give the rates at which one request is worked on, such as "
                        + "--tokens-per-second prefill=8000,decode=50"
                )
            }
            if mapping[.duration] == nil, mapping[.start] == nil || mapping[.end] == nil, !hasTokens {
                missing.append("duration")
            }
        }
        guard missing.isEmpty else {
            throw DocumentError(
                file: file,
                line: line,
                problem: "no column is known to hold \(missing.joined(separator: ", ")); name them, such as "
                    + "--map \(missing.map { "\($0)=COLUMN" }.joined(separator: ",")); the columns are "
                    + header.prefix(40).map(quoted).joined(separator: ", ")
            )
        }
    }

    private mutating func keep(_ source: Source) {
        switch source.field {
        case .job: job = source.column
        case .submit, .start, .end, .duration, .requested: times.append(source)
        case .gpus, .gpuMilli, .gpuMemory, .cpu, .memory, .nodes, .priority: sizes.append(source)
        case .gpuType, .profile, .team, .speedClass: words.append(source)
        case .prefillTokens, .decodeTokens: tokens.append(source)
        }
    }

    /// Reads one line after the header.
    mutating func line(_ bytes: Span<UInt8>, number: Int, into builder: inout TraceBuilder) {
        if open.isOpen { return goOn(bytes, number: number, into: &builder) }
        guard bytes.count > 0 else { return }
        guard splitter.split(bytes, separator: separator, quotes: true) else {
            if splitter.endsInQuotes { return open.add(bytes, number: number) }
            builder.audit.rows += 1
            return builder.audit.note(.openQuote, line: number)
        }
        row(bytes, number: number, into: &builder)
    }

    /// Reads a line that may belong to the row above it.
    private mutating func goOn(_ bytes: Span<UInt8>, number: Int, into builder: inout TraceBuilder) {
        open.add(bytes, number: number)
        let after = QuotedRecord.after(bytes, separator: separator)
        if after == .open, !open.isFull { return }
        let whole = open.bytes
        guard after == .closed, splitter.split(whole.span, separator: separator, quotes: true), splitter.count == count
        else {
            return giveUp(into: &builder)
        }
        let first = open.line
        open.clear()
        row(whole.span, number: first, into: &builder)
    }

    /// Leaves out the row that stays open, and reads the lines after its first by themselves: each is a row where its quotes
    /// come in pairs.
    mutating func giveUp(into builder: inout TraceBuilder) {
        let (bytes, lines) = (open.bytes, open.lines)
        open.clear()
        for (index, line) in lines.enumerated() where !line.range.isEmpty {
            let text = bytes.span.extracting(line.range)
            if index > 0, QuotedRecord.isPaired(text), splitter.split(text, separator: separator, quotes: true) {
                row(text, number: line.number, into: &builder)
            } else {
                builder.audit.rows += 1
                builder.audit.note(.openQuote, line: line.number)
            }
        }
    }

    /// Reads a row whose fields stand in the splitter.
    private mutating func row(_ bytes: Span<UInt8>, number: Int, into builder: inout TraceBuilder) {
        builder.audit.rows += 1
        guard splitter.count == count else { return builder.audit.note(.fieldCount, line: number) }
        var row = TraceRow()
        if job >= 0 { row.job = splitter.field(job) }
        let finding =
            readTimes(bytes, &row, number, &builder) ?? readSizes(bytes, &row) ?? readWords(bytes, &row, &builder)
            ?? readTokens(bytes, &row, number, &builder)
        if let finding { return builder.audit.note(finding, line: number) }
        builder.add(&row, bytes, line: number)
    }

    // MARK: Times

    private func readTimes(
        _ bytes: Span<UInt8>,
        _ row: inout TraceRow,
        _ line: Int,
        _ builder: inout TraceBuilder
    ) -> ImportAudit.Finding? {
        var finding: ImportAudit.Finding?
        var eligible: Int64?
        for index in times.indices {
            let value = splitter.field(times[index].column)
            let field = times[index].field
            let isInstant = field == .submit || field == .start || field == .end
            let time: Int64
            let kind: RepeatedTimes.Kind = field == .submit ? .submit : field == .start ? .start : .end
            if isInstant, let date = builder.date(bytes, value) {
                row.isDated = true
                time = builder.instant(date, as: kind, line: line)
            } else if let number = times[index].number(bytes, value) {
                time = number
            } else if Scan.isMissing(bytes, value) {
                continue
            } else if isInstant {
                guard let date = CalendarTime(bytes, value) else {
                    finding = .malformedTime
                    continue
                }
                row.isDated = true
                time = builder.instant(date, as: kind, line: line)
            } else {
                guard case .milliseconds(let length) = SlurmText.duration(bytes, value) else {
                    finding = .malformedNumber
                    continue
                }
                time = length
            }
            switch field {
            case .submit: row.submit = time
            case .start: row.start = time
            case .end: row.end = time
            case .duration: row.duration = time
            default: row.requested = time
            }
        }
        if finding == nil { builder.settle(&row, eligible: &eligible, byNumber: nil, line: line) }
        return finding
    }

    // MARK: Sizes

    /// A field of sizes in its base unit: nil when it is absent; a finding when it is no number.
    @inline(__always)
    private func size(
        _ bytes: Span<UInt8>,
        _ source: Source,
        _ finding: inout ImportAudit.Finding?
    ) -> Int64? {
        guard source.column >= 0 else { return source.constant }
        let value = splitter.field(source.column)
        if let number = source.number(bytes, value) { return number }
        guard !Scan.isMissing(bytes, value) else { return nil }
        // Sizes with a unit of their own, such as 64G.
        if source.field == .memory || source.field == .gpuMemory, let memory = SlurmText.memoryMiB(bytes, value) {
            return Scan.saturating(memory.mib, 1_048_576, 0)
        }
        finding = .malformedNumber
        return nil
    }

    private func readSizes(_ bytes: Span<UInt8>, _ row: inout TraceRow) -> ImportAudit.Finding? {
        var finding: ImportAudit.Finding?
        var gpus: Int64?
        var milli: Int64?
        for index in sizes.indices {
            let amount = size(bytes, sizes[index], &finding)
            switch sizes[index].field {
            case .gpus: gpus = amount
            case .gpuMilli: milli = amount
            case .gpuMemory: row.gpuMemoryMiB = Self.mebibytes(amount ?? 0)
            case .memory: row.memoryMiB = Self.mebibytes(amount ?? 0)
            case .cpu: row.cpuMilli = amount ?? 0
            case .nodes: row.nodes = (amount ?? 0) / 1_000
            default: row.priority = (amount ?? 0) / 1_000
            }
        }
        if let finding { return finding }
        guard let gpus else {
            // A profile alone is one instance.
            row.gpus = !hasGPUs && hasProfiles ? 1 : nil
            return nil
        }
        if gpus > 0, gpus < 1_000 || gpus % 1_000 != 0 {
            // Thousandths: a part of one GPU, or more than one, which is rounded up where it becomes a job.
            row.gpus = 1
            row.gpuMilli = gpus
        } else {
            row.gpus = gpus / 1_000
            if gpus < 0 { row.gpus = -1 }
        }
        if let milli, row.gpus != 0 { row.gpuMilli = milli / 1_000 }
        return nil
    }

    /// Bytes in MiB, rounded up.
    private static func mebibytes(_ bytes: Int64) -> Int64 {
        let mebibyte: Int64 = 1_048_576
        return bytes / mebibyte + (bytes % mebibyte > 0 ? 1 : 0)
    }

    // MARK: Words

    private func readWords(
        _ bytes: Span<UInt8>,
        _ row: inout TraceRow,
        _ builder: inout TraceBuilder
    ) -> ImportAudit.Finding? {
        // Names that stand in a table are clean; before one enters, all of its row must be.
        var areClean = false
        func areAllClean() -> Bool {
            for index in words.indices where Scan.hasControlCharacter(bytes, splitter[words[index].column]) {
                return false
            }
            areClean = true
            return true
        }
        for index in words.indices {
            let value = splitter.field(words[index].column)
            let field = words[index].field
            guard !Scan.isMissing(bytes, value) else {
                if field == .profile, !hasGPUs { row.gpus = 0 }
                continue
            }
            if field != .gpuType, let known = builder.known(bytes, value, field) {
                row.set(field, known)
                continue
            }
            guard areClean || areAllClean() else { return .controlCharacters }
            if field == .gpuType {
                if let finding = readTypes(bytes, value, &row, &builder) { return finding }
            } else {
                guard let number = builder.number(bytes, value, field) else { return .tooManyNames }
                row.set(field, number)
            }
        }
        return nil
    }

    /// `V100M16|V100M32`: any of them will do.
    private func readTypes(
        _ bytes: Span<UInt8>,
        _ list: FieldRange,
        _ row: inout TraceRow,
        _ builder: inout TraceBuilder
    ) -> ImportAudit.Finding? {
        var start = Int(list.lower)
        let end = Int(list.upper)
        while start < end {
            var at = start
            while at < end, bytes[at] != UInt8(ascii: "|") { at += 1 }
            if at > start {
                let name = FieldRange(lower: Int32(clamping: start), upper: Int32(clamping: at))
                guard let number = builder.gpuTypes.number(bytes, name) else { return .tooManyNames }
                row.gpuTypes |= 1 << UInt64(number)
            }
            start = at + 1
        }
        return nil
    }

    // MARK: Tokens

    private func readTokens(
        _ bytes: Span<UInt8>,
        _ row: inout TraceRow,
        _ line: Int,
        _ builder: inout TraceBuilder
    ) -> ImportAudit.Finding? {
        guard !tokens.isEmpty, row.duration == nil, let rates = tokenRates else { return nil }
        var finding: ImportAudit.Finding?
        var (prefill, decode): (Int64, Int64) = (0, 0)
        for index in tokens.indices {
            let amount = size(bytes, tokens[index], &finding) ?? 0
            if tokens[index].field == .prefillTokens { prefill = amount } else { decode = amount }
        }
        if let finding { return finding }
        guard prefill >= 0, decode >= 0 else { return .negativeSize }
        // Thousandths of tokens over tokens a second are milliseconds.
        let milliseconds = (Double(prefill) / rates.prefillPerSecond + Double(decode) / rates.decodePerSecond).rounded(
            .up
        )
        guard milliseconds <= Double(TraceBuilder.longest) else { return .absurdDuration }
        row.duration = Int64(milliseconds)
        builder.audit.note(.modelledDuration, line: line)
        return nil
    }
}

extension TraceField {
    /// Whether one value may stand for all rows.
    fileprivate var takesConstants: Bool {
        switch self {
        case .gpus, .gpuMilli, .gpuMemory, .cpu, .memory, .nodes, .priority, .prefillTokens, .decodeTokens: true
        default: false
        }
    }
}

extension TraceRow {
    /// Sets the number of a name.
    fileprivate mutating func set(_ field: TraceField, _ number: Int32) {
        switch field {
        case .team: team = number
        case .profile: profile = number
        default: speedClass = number
        }
    }
}

extension TraceBuilder {
    /// A time in the commonest form of dates.
    @inline(__always)
    fileprivate mutating func date(_ bytes: Span<UInt8>, _ field: FieldRange) -> CalendarTime? {
        days.time(bytes, field)
    }

    @inline(__always)
    fileprivate mutating func known(_ bytes: Span<UInt8>, _ value: FieldRange, _ field: TraceField) -> Int32? {
        switch field {
        case .team: teams.recent(bytes, value)
        case .profile: profiles.recent(bytes, value)
        default: classes.recent(bytes, value)
        }
    }

    fileprivate mutating func number(_ bytes: Span<UInt8>, _ value: FieldRange, _ field: TraceField) -> Int32? {
        switch field {
        case .team: teams.number(bytes, value)
        case .profile: profiles.number(bytes, value)
        default: classes.number(bytes, value)
        }
    }
}
