package import Documents

/// Reads a trace from a stream of bytes: Slurm's `sacct`, SWF, or a table.
///
/// Feed it with ``consume(_:)`` and end with ``finish()``; it holds the jobs and one line, never the file. The format is
/// found out from the first line unless the options name one. Rows that make no sense are counted by reason and left
/// out; a file of which no row can be used is refused.
package struct TraceImporter: Sendable {
    private let file: String
    private let options: TraceImportOptions
    private var lines: LineReader
    private var builder: TraceBuilder
    private var parser = Parser.undecided
    private var hasReserved = false
    private var swf = SWFParser()
    private var sacct: SacctParser?
    private var table: CSVParser?

    /// The most columns of a table.
    static let columnLimit = 4_096

    private enum Parser: Sendable {
        case undecided
        case format(TraceFormat)
    }

    /// Starts reading; `file` is the name that errors carry.
    package init(file: String, options: TraceImportOptions = TraceImportOptions()) {
        self.file = file
        self.options = options
        lines = LineReader(limit: options.lineLimit)
        builder = TraceBuilder(options: options)
    }

    /// Bytes read so far.
    package var bytesRead: Int { builder.audit.bytes }
    /// Rows read so far.
    package var rowsRead: Int { builder.audit.rows }

    /// Reads the next bytes of the file, however many.
    ///
    /// - Throws: when the first line shows that this is no trace, or not one that can be read without more being said.
    package mutating func consume(_ bytes: Span<UInt8>) throws(DocumentError) {
        builder.audit.bytes += bytes.count
        var position = 0
        while let found = lines.next(in: bytes, at: &position) {
            switch found {
            case .inside(let range): try line(bytes.extracting(range), isLast: false)
            case .carried: try carriedLine(isLast: false)
            case .tooLong: try overlongLine()
            }
        }
        // Nothing that starts like this is a trace; its end may be far.
        if lines.overlong, case .undecided = parser { try overlongLine() }
        if !hasReserved, builder.audit.jobs >= 256 {
            hasReserved = true
            builder.reserve(expectedBytes: options.expectedBytes)
        }
    }

    /// Reads what is left and hands over the trace, sorted by submission.
    ///
    /// - Throws: when nothing in the file can be used.
    package mutating func finish() throws(DocumentError) -> ImportedTrace {
        switch lines.last() {
        case .carried?: try carriedLine(isLast: true)
        case .tooLong?: try overlongLine()
        default: break
        }
        table?.giveUp(into: &builder)
        guard case .format(let format) = parser else {
            throw error(nil, "is empty; expected a trace: sacct --parsable2, SWF, or a CSV table with a header")
        }
        guard builder.audit.jobs > 0 else {
            let first = builder.audit.entries.first { $0.finding.disposition == .skipped }
            let why =
                first.map {
                    "; of \(builder.audit.rows) rows the first reason is: \($0.finding.explanation) "
                        + "(\($0.count) times, first in line \($0.lines.first ?? 0))"
                } ?? "; it has a header and no row"
            throw error(nil, "holds no job that can be replayed\(why)")
        }
        return builder.finish(format: format)
    }

    private mutating func carriedLine(isLast: Bool) throws(DocumentError) {
        // The line is copied out, since reading it changes the rest of this value.
        let copy = lines.carried
        try line(copy.span, isLast: isLast)
    }

    private mutating func overlongLine() throws(DocumentError) {
        guard case .format = parser else {
            throw error(
                lines.number + (lines.overlong ? 1 : 0),
                "the first line is longer than \(lines.limit) bytes, which no header is"
            )
        }
        // It is no part of a row of several lines either.
        table?.giveUp(into: &builder)
        builder.audit.rows += 1
        builder.audit.note(.lineTooLong, line: lines.number)
    }

    private mutating func line(_ bytes: Span<UInt8>, isLast: Bool) throws(DocumentError) {
        guard case .format(let format) = parser else {
            return try firstLine(bytes)
        }
        let rows = builder.audit.rows
        switch format {
        case .swf: swf.line(bytes, number: lines.number, into: &builder)
        case .sacct: sacct?.line(bytes, number: lines.number, into: &builder)
        case .csv, .philly, .openb, .azureLLM: table?.line(bytes, number: lines.number, into: &builder)
        }
        // Nothing more closes a quote.
        if isLast { table?.giveUp(into: &builder) }
        if isLast, builder.audit.rows > rows { builder.audit.note(.noLineEnd, line: lines.number) }
    }

    // MARK: The first line

    private mutating func firstLine(_ bytes: Span<UInt8>) throws(DocumentError) {
        if lines.number == 1 { try refuseOtherKinds(bytes) }
        var bytes = bytes
        if bytes.count >= 3, bytes[0] == 0xEF, bytes[1] == 0xBB, bytes[2] == 0xBF {
            bytes = bytes.extracting(3..<bytes.count)
        }
        var at = 0
        while at < bytes.count, bytes[at] == 0x20 || bytes[at] == 0x09 { at += 1 }
        // Empty lines before the header say nothing.
        guard at < bytes.count else { return }
        let isComment = bytes[at] == UInt8(ascii: ";")
        if options.format == .swf || (options.format == nil && (isComment || isRowOfSWF(bytes))) {
            try refuseColumns("SWF, whose columns are fixed")
            parser = .format(.swf)
            return swf.line(bytes, number: lines.number, into: &builder)
        }
        // Comments of tables.
        if bytes[at] == UInt8(ascii: "#") { return }
        try header(bytes)
    }

    private mutating func header(_ bytes: Span<UInt8>) throws(DocumentError) {
        let separator = Self.separator(bytes)
        var splitter = FieldSplitter(capacity: Self.columnLimit)
        guard splitter.split(bytes, separator: separator, quotes: true) else {
            throw error(lines.number, "a quote in the header is not closed")
        }
        guard splitter.count <= Self.columnLimit else {
            throw error(lines.number, "the header has more than \(Self.columnLimit) columns")
        }
        var names: [String] = []
        for index in 0..<splitter.count {
            guard !Scan.hasControlCharacter(bytes, splitter[index]) else {
                throw error(
                    lines.number,
                    "the header holds control characters; expected a text file with a header of names"
                )
            }
            names.append(Scan.text(bytes, splitter[index]))
        }
        // `--parsable` ends its lines with a separator.
        if names.count > 1, names.last?.isEmpty == true { names.removeLast() }
        if options.format == .sacct || (options.format == nil && options.map.isEmpty && SacctParser.isHeader(names)) {
            guard SacctParser.isHeader(names) else {
                throw noHeader(names, "the names of sacct, such as JobID|Submit|…")
            }
            try refuseColumns("sacct's, whose columns have their names")
            sacct = try SacctParser(header: names, separator: separator, file: file, options: options)
            parser = .format(.sacct)
            return
        }
        if names.count == 1, options.map.isEmpty { try refuseOneColumn(bytes, names) }
        if names.allSatisfy({ Double($0) != nil || $0.isEmpty }) {
            throw noHeader(names, "a header with the names of the columns")
        }
        let format = options.format ?? (options.map.isEmpty ? TracePresets.detect(names) : .csv)
        let mapping = TracePresets.mapping(format, header: names).merging(options.map) { _, user in user }
        if options.tokenRates != nil, mapping[.prefillTokens] == nil, mapping[.decodeTokens] == nil {
            throw error(
                lines.number,
                "has no column of tokens, for which rates are given; map one, such as --map prefill_tokens=COLUMN, or leave the rates out"
            )
        }
        table = try CSVParser(
            header: names,
            separator: separator,
            mapping: mapping,
            file: file,
            line: lines.number,
            options: options
        )
        parser = .format(format)
    }

    /// Refuses what is said of the columns of a table where there is none.
    private func refuseColumns(_ kind: String) throws(DocumentError) {
        if !options.map.isEmpty {
            throw error(lines.number, "is \(kind), and columns are mapped; leave the map out, or read it as csv")
        }
        if options.tokenRates != nil {
            throw error(lines.number, "is \(kind), and rates of tokens are given, of which it has none; leave them out")
        }
    }

    private func noHeader(_ names: [String], _ expected: String) -> DocumentError {
        error(lines.number, "the first line starts with \(quoted(names.first ?? "")); expected \(expected)")
    }

    private func refuseOneColumn(_ bytes: Span<UInt8>, _ names: [String]) throws(DocumentError) {
        let words = (names.first ?? "").split(separator: " ").map(String.init)
        if SacctParser.isHeader(words) {
            throw error(lines.number, "is sacct's table for people, which cuts values; export again with --parsable2")
        }
        throw error(
            lines.number,
            "the first line has one column, \(quoted(names.first ?? "")); expected sacct --parsable2, SWF, or a table "
                + "separated by ',', ';', tab or '|'"
        )
    }

    /// Whether a line is 18 numbers: SWF without comments.
    private func isRowOfSWF(_ bytes: Span<UInt8>) -> Bool {
        var splitter = FieldSplitter(capacity: 18)
        splitter.splitAtBlanks(bytes)
        guard splitter.count == 18 else { return false }
        for index in 0..<18 where Scan.scaled(bytes, splitter[index], by: 1) == nil { return false }
        return true
    }

    /// Of the separators in a header the most frequent one, a comma where none is there.
    private static func separator(_ bytes: Span<UInt8>) -> UInt8 {
        var best = (byte: UInt8(ascii: ","), count: 0)
        for candidate in [UInt8(ascii: ","), UInt8(ascii: "|"), UInt8(ascii: ";"), 0x09] {
            var count = 0
            for index in bytes.indices where bytes[index] == candidate { count += 1 }
            if count > best.count { best = (candidate, count) }
        }
        return best.byte
    }

    /// Files that are no text are named for what they are.
    private func refuseOtherKinds(_ bytes: Span<UInt8>) throws(DocumentError) {
        func starts(_ magic: [UInt8]) -> Bool {
            guard bytes.count >= magic.count else { return false }
            for index in magic.indices where bytes[index] != magic[index] { return false }
            return true
        }
        for (magic, name, command) in [
            ([0x1F, 0x8B], "gzip", "gzip -dc"), ([0x28, 0xB5, 0x2F, 0xFD], "zstd", "zstd -dc"),
            ([0x42, 0x5A, 0x68], "bzip2", "bzip2 -dc"), ([0xFD, 0x37, 0x7A, 0x58, 0x5A], "xz", "xz -dc"),
            ([0x50, 0x4B, 0x03, 0x04], "zip", "unzip -p"),
        ] as [([UInt8], String, String)] where starts(magic) {
            let name = name, source = file.contains(" ") ? "FILE" : file
            throw error(
                nil,
                "is compressed by \(name); unpack it into standard input: \(command) \(source) | assay simulate - …"
            )
        }
        if starts([0xFF, 0xFE]) || starts([0xFE, 0xFF]) {
            throw error(nil, "is UTF-16; save it as UTF-8")
        }
        if starts([0x7B]) || starts([0x5B]) {
            throw error(1, "looks like JSON; expected sacct --parsable2, SWF, or a CSV table with a header")
        }
    }

    private func error(_ line: Int?, _ problem: String) -> DocumentError {
        DocumentError(file: file, line: line, problem: problem)
    }
}
