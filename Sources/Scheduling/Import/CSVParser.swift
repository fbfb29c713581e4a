import Documents

/// A table with a header, its columns told by a mapping.
struct CSVParser: Sendable {
    /// A field of the mapping, ready for rows.
    private struct Source: Sendable {
        /// The column; -1 for a constant.
        var column: Int
        /// The constant, in the unit of rows.
        var constant: Int64 = 0
        let multiply: Int64
        let divide: Int64

        init(column: Int, unit: FieldUnit) {
            self.column = column
            (multiply, divide) = unit.ratio
        }

        var ratio: (multiply: Int64, divide: Int64) { (multiply, divide) }
    }

    private var splitter: FieldSplitter
    private let separator: UInt8
    private let count: Int
    private let tokenRates: TokenRates?
    /// By ``TraceField``'s place in its declaration.
    private let sources: ContiguousArray<Source?>

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
        var sources = ContiguousArray<Source?>(repeating: nil, count: TraceField.allCases.count)
        for (place, field) in TraceField.allCases.enumerated() {
            guard let source = mapping[field] else { continue }
            let first = field.units.first ?? .count
            switch source {
            case .constant(let text, let unit):
                var source = Source(column: -1, unit: unit ?? first)
                let bytes = Array(text.utf8)
                guard field.takesConstants,
                    let number = Self.number(bytes.span, FieldRange(0, bytes.count), source.ratio)
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
                sources[place] = source
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
                sources[place] = Source(column: index, unit: unit ?? first)
            }
        }
        self.sources = sources
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

    private func source(_ field: TraceField) -> Source? {
        sources[field.place]
    }

    /// Reads one line after the header.
    mutating func line(_ bytes: Span<UInt8>, number: Int, into builder: inout TraceBuilder) {
        guard bytes.count > 0 else { return }
        builder.audit.rows += 1
        guard splitter.split(bytes, separator: separator, quotes: true) else {
            return builder.audit.note(.openQuote, line: number)
        }
        guard splitter.count == count else { return builder.audit.note(.fieldCount, line: number) }
        var row = TraceRow()
        if let source = source(.job), source.column >= 0 { row.job = splitter[source.column] }
        let finding =
            times(bytes, &row, number, &builder) ?? sizes(bytes, &row) ?? words(bytes, &row, &builder)
            ?? tokens(bytes, &row, number, &builder)
        if let finding { return builder.audit.note(finding, line: number) }
        builder.add(row, bytes, line: number)
    }

    // MARK: Times

    private func times(
        _ bytes: Span<UInt8>,
        _ row: inout TraceRow,
        _ line: Int,
        _ builder: inout TraceBuilder
    ) -> ImportAudit.Finding? {
        var finding: ImportAudit.Finding?
        func time(_ field: TraceField) -> Int64? {
            guard let source = source(field), source.column >= 0 else { return nil }
            let value = splitter[source.column]
            guard !Scan.isMissing(bytes, value) else { return nil }
            if let number = Self.number(bytes, value, source.ratio) { return number }
            guard let time = CalendarTime(bytes, value) else {
                finding = .malformedTime
                return nil
            }
            row.isDated = true
            return builder.instant(time, line: line)
        }
        row.submit = time(.submit)
        row.start = time(.start)
        row.end = time(.end)
        func length(_ field: TraceField) -> Int64? {
            guard let source = source(field), source.column >= 0 else { return nil }
            let value = splitter[source.column]
            guard !Scan.isMissing(bytes, value) else { return nil }
            if let number = Self.number(bytes, value, source.ratio) { return number }
            if case .milliseconds(let length) = SlurmText.duration(bytes, value) { return length }
            finding = .malformedNumber
            return nil
        }
        row.duration = length(.duration)
        row.requested = length(.requested) ?? TraceJob.unknown
        return finding
    }

    /// A number in the unit of its column; nil when it is none.
    private static func number(_ bytes: Span<UInt8>, _ field: FieldRange, _ ratio: (multiply: Int64, divide: Int64))
        -> Int64?
    {
        guard ratio.divide > 1 else { return Scan.scaled(bytes, field, by: ratio.multiply) }
        return Scan.scaled(bytes, field, by: 1).map { $0 / ratio.divide }
    }

    // MARK: Sizes

    /// A field of sizes in its base unit: nil when it is absent; a finding when it is no number.
    private func size(
        _ bytes: Span<UInt8>,
        _ field: TraceField,
        _ finding: inout ImportAudit.Finding?
    ) -> Int64? {
        guard let source = source(field) else { return nil }
        guard source.column >= 0 else { return source.constant }
        let value = splitter[source.column]
        guard !Scan.isMissing(bytes, value) else { return nil }
        if let number = Self.number(bytes, value, source.ratio) { return number }
        // Sizes with a unit of their own, such as 64G.
        if field == .memory || field == .gpuMemory, let memory = SlurmText.memoryMiB(bytes, value) {
            return Scan.saturating(memory.mib, 1_048_576, 0)
        }
        finding = .malformedNumber
        return nil
    }

    private func sizes(_ bytes: Span<UInt8>, _ row: inout TraceRow) -> ImportAudit.Finding? {
        var finding: ImportAudit.Finding?
        let gpus = size(bytes, .gpus, &finding)
        let milli = source(.gpuMilli) == nil ? nil : size(bytes, .gpuMilli, &finding)
        let mebibyte: Int64 = 1_048_576
        func mebibytes(_ field: TraceField) -> Int64 {
            let bytes = size(bytes, field, &finding) ?? 0
            return bytes / mebibyte + (bytes % mebibyte > 0 ? 1 : 0)
        }
        row.gpuMemoryMiB = mebibytes(.gpuMemory)
        row.memoryMiB = mebibytes(.memory)
        row.cpuMilli = size(bytes, .cpu, &finding) ?? 0
        row.nodes = (size(bytes, .nodes, &finding) ?? 0) / 1_000
        row.priority = (size(bytes, .priority, &finding) ?? 0) / 1_000
        if let finding { return finding }
        guard let gpus else {
            // A profile alone is one instance.
            row.gpus = source(.gpus) == nil && source(.profile) != nil ? 1 : nil
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

    // MARK: Words

    private func words(_ bytes: Span<UInt8>, _ row: inout TraceRow, _ builder: inout TraceBuilder) -> ImportAudit
        .Finding?
    {
        func value(_ field: TraceField) -> FieldRange {
            guard let source = source(field), source.column >= 0 else { return .absent }
            let value = splitter[source.column]
            return Scan.isMissing(bytes, value) ? .absent : value
        }
        func isClean(_ field: FieldRange) -> Bool { !Scan.hasControlCharacter(bytes, field) }
        let (team, profile, speedClass, types) = (value(.team), value(.profile), value(.speedClass), value(.gpuType))
        guard isClean(team), isClean(profile), isClean(speedClass), isClean(types) else { return .controlCharacters }
        if !team.isEmpty {
            guard let number = builder.teams.number(bytes, team) else { return .tooManyNames }
            row.team = number
        }
        if !profile.isEmpty {
            guard let number = builder.profiles.number(bytes, profile) else { return .tooManyNames }
            row.profile = number
        } else if source(.profile) != nil, source(.gpus) == nil {
            row.gpus = 0
        }
        if !speedClass.isEmpty {
            guard let number = builder.classes.number(bytes, speedClass) else { return .tooManyNames }
            row.speedClass = number
        }
        return readTypes(bytes, types, &row, &builder)
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

    private func tokens(
        _ bytes: Span<UInt8>,
        _ row: inout TraceRow,
        _ line: Int,
        _ builder: inout TraceBuilder
    ) -> ImportAudit.Finding? {
        guard row.duration == nil, let rates = tokenRates,
            source(.prefillTokens) != nil || source(.decodeTokens) != nil
        else { return nil }
        var finding: ImportAudit.Finding?
        let prefill = size(bytes, .prefillTokens, &finding) ?? 0
        let decode = size(bytes, .decodeTokens, &finding) ?? 0
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

    /// Its place in the declaration.
    fileprivate var place: Int {
        switch self {
        case .job: 0
        case .submit: 1
        case .start: 2
        case .end: 3
        case .duration: 4
        case .requested: 5
        case .gpus: 6
        case .gpuMilli: 7
        case .gpuType: 8
        case .profile: 9
        case .gpuMemory: 10
        case .cpu: 11
        case .memory: 12
        case .nodes: 13
        case .team: 14
        case .priority: 15
        case .speedClass: 16
        case .prefillTokens: 17
        case .decodeTokens: 18
        }
    }
}
