package import Documents

/// Turns a plain CSV into a record, in one pass and in memory bounded by the number of runs.
///
/// The first line names the columns, in any order: `run` and `value` must be there; `host`, `boot` and `step` should
/// be. `started` (RFC 3339, of the run) and `time_s` (seconds since its start, of the row) are read where they are;
/// every further column is a condition, which must not change inside a run. Rows of one run stand in the order in
/// which they were measured, their steps ascending; rows of several runs may be mixed.
package struct CSVRecordParser: Sendable {
    /// The most runs a file may have.
    static let maximumRuns = Record.Limits.runs
    /// The most values held at once, 400 MB of them: 10,000 a run at most.
    static let maximumHeld = 50_000_000

    /// What was assumed, for the user to know.
    package private(set) var diagnostics: [Diagnostic] = []

    private let file: String
    private let options: CSVRecordOptions
    private var rows: CSVRows
    private var intake: Intake

    /// A parser; `file` is the name that errors carry.
    package init(file: String, options: CSVRecordOptions) {
        self.file = file
        self.options = options
        rows = CSVRows(file: file)
        intake = Intake(file: file, options: options)
    }

    /// Feeds the next bytes of the file, in chunks of any size.
    ///
    /// - Throws: the first problem, with its line and column.
    package mutating func consume(_ bytes: some Sequence<UInt8>) throws(DocumentError) {
        try rows.consume(Array(bytes)) { (row) throws(DocumentError) in try intake.take(row) }
    }

    /// The record, once all bytes were fed.
    ///
    /// - Throws: for an empty file, and where no row or no sample after the warm-up is left.
    package mutating func finish() throws(DocumentError) -> Record {
        try rows.finish { (row) throws(DocumentError) in try intake.take(row) }
        let content = try intake.content(&diagnostics)
        do {
            return try Record(content, file: file)
        } catch {
            throw DocumentError(file: file, problem: "cannot become a record: \(error)")
        }
    }

    /// The record of a whole file at hand.
    package static func record(
        from bytes: [UInt8],
        file: String,
        options: CSVRecordOptions
    ) throws(DocumentError) -> (record: Record, diagnostics: [Diagnostic]) {
        var parser = CSVRecordParser(file: file, options: options)
        try parser.consume(bytes)
        let record = try parser.finish()
        return (record, parser.diagnostics)
    }
}

/// Sorts rows into runs.
private struct Intake: Sendable {
    private struct OpenRun: Sendable {
        var host: String?
        var boot: String?
        var id: String
        var started: Timestamp?
        var conditions: [Condition]
        /// The bytes of the conditions and of `started`, to notice a change.
        var constants: [UInt8]
        var lastStep: Double?
        var lastTime: Double?
        var rows = 0
        var builder: SeriesBuilder
    }

    private let file: String
    private let options: CSVRecordOptions
    private var columns: CSVColumns?
    private var runs: [OpenRun] = []
    private var indexes: [[UInt8]: Int] = [:]
    // The run of the row before, which the next row most often belongs to.
    private var currentKey: [UInt8] = []
    private var current: Int?
    private var key: [UInt8] = []
    private var constants: [UInt8] = []
    private var rowsRead = 0
    private var held = 0
    private var valuesSeen: [String] = []

    init(file: String, options: CSVRecordOptions) {
        self.file = file
        self.options = options
    }

    mutating func take(_ row: borrowing CSVRows.Row) throws(DocumentError) {
        guard let columns else {
            columns = try CSVColumns(row, file: file, options: options)
            return
        }
        guard row.count == columns.names.count else {
            throw fail(row, nil, "has \(row.count) fields; expected \(columns.names.count), as in the first line")
        }
        rowsRead += 1
        for filter in columns.filters where row[filter.column] != filter.value[...] {
            if valuesSeen.count < 10 {
                let seen = String(decoding: row[filter.column], as: UTF8.self)
                if !valuesSeen.contains(seen) { valuesSeen.append(seen) }
            }
            return
        }
        try checkUnit(row, columns)
        let index = try run(of: row, columns)
        try add(row, columns, to: index)
    }

    /// A column 'unit' must say what --unit says; it is no condition.
    private func checkUnit(_ row: borrowing CSVRows.Row, _ columns: CSVColumns) throws(DocumentError) {
        guard let column = columns.unit, !row[column].isEmpty, row[column] != columns.expectedUnit[...] else { return }
        throw fail(
            row,
            columns.names[column],
            "\(quoted(String(decoding: row[column].prefix(80), as: UTF8.self))) is not the unit given, "
                + "\(quoted(options.metric.unit)); give the unit of the values, or choose rows of one unit"
        )
    }

    private mutating func add(
        _ row: borrowing CSVRows.Row,
        _ columns: CSVColumns,
        to index: Int
    ) throws(DocumentError) {
        if let column = columns.step {
            let step = try number(row, column, columns, "a step number")
            if let last = runs[index].lastStep, step <= last {
                throw fail(
                    row,
                    columns.names[column],
                    "step \(NumberText.plain(step)) follows step \(NumberText.plain(last)) of run "
                        + "\(quoted(runs[index].id)); sort the rows of a run by step, give each run its own name, "
                        + "or choose one arm of the file"
                )
            }
            runs[index].lastStep = step
        }
        var seconds: Double?
        if let column = columns.time {
            let time = try number(row, column, columns, "seconds since the start of the run")
            if let last = runs[index].lastTime, time < last {
                throw fail(
                    row,
                    columns.names[column],
                    "\(NumberText.plain(time)) s follows \(NumberText.plain(last)) s; sort the rows of a run by time"
                )
            }
            runs[index].lastTime = time
            seconds = time
        }
        let value = try number(row, columns.value, columns, "a measured value")
        runs[index].rows += 1
        guard value >= 0 else {
            throw fail(row, columns.names[columns.value], "\(SampleError.negative(value))")
        }
        guard runs[index].rows > options.warmUp else { return }
        if runs[index].builder.count < SampleSelection.maximumValues {
            held += 1
            guard held <= CSVRecordParser.maximumHeld else {
                throw fail(row, nil, "the runs have too many values for one record; make a record a host")
            }
        }
        do {
            try runs[index].builder.add(value, atSeconds: seconds)
        } catch {
            throw fail(row, columns.names[columns.value], "\(error)")
        }
    }

    /// The run that a row belongs to, made where the row is its first.
    private mutating func run(of row: borrowing CSVRows.Row, _ columns: CSVColumns) throws(DocumentError)
        -> Int
    {
        key.removeAll(keepingCapacity: true)
        // A zero byte cannot stand in a field, so it separates.
        if let column = columns.host { key.append(contentsOf: row[column]) }
        key.append(0)
        if let column = columns.boot { key.append(contentsOf: row[column]) }
        key.append(0)
        key.append(contentsOf: row[columns.run])
        constants.removeAll(keepingCapacity: true)
        for column in columns.conditions {
            constants.append(contentsOf: row[column])
            constants.append(0)
        }
        if let column = columns.started { constants.append(contentsOf: row[column]) }
        let index: Int
        if let current, currentKey == key {
            index = current
        } else if let known = indexes[key] {
            index = known
        } else {
            guard runs.count < CSVRecordParser.maximumRuns else {
                throw fail(row, nil, "there are more than \(CSVRecordParser.maximumRuns) runs; split the file")
            }
            index = runs.count
            runs.append(try open(row, columns))
            indexes[key] = index
        }
        if current != index { (current, currentKey) = (index, key) }
        guard runs[index].constants == constants else { throw changed(row, columns, runs[index]) }
        return index
    }

    private func open(_ row: borrowing CSVRows.Row, _ columns: CSVColumns) throws(DocumentError) -> OpenRun {
        var started: Timestamp?
        if let column = columns.started {
            let text = try self.text(row, column, columns)
            guard let time = Timestamp(text) else {
                throw fail(
                    row,
                    columns.names[column],
                    "\(quoted(text)) is not a time; expected RFC 3339 such as '2026-03-01T09:30:00Z'"
                )
            }
            started = time
        }
        var conditions: [Condition] = []
        for column in columns.conditions {
            let text = try self.text(row, column, columns, mayBeEmpty: true)
            if !text.isEmpty { conditions.append(Condition(name: columns.names[column], value: text)) }
        }
        return OpenRun(
            host: try columns.host.map { (column) throws(DocumentError) in try text(row, column, columns) },
            boot: try columns.boot.map { (column) throws(DocumentError) in try text(row, column, columns) },
            id: try text(row, columns.run, columns),
            started: started,
            conditions: conditions,
            constants: constants,
            builder: SeriesBuilder(metric: options.metric.name)
        )
    }

    /// The error for a condition that changed inside a run.
    private func changed(
        _ row: borrowing CSVRows.Row,
        _ columns: CSVColumns,
        _ run: OpenRun
    ) -> DocumentError {
        let remedy = "a condition has one value a run: give the runs different names, or choose one arm of the file"
        for column in columns.conditions {
            let name = columns.names[column]
            let before = run.conditions.first { $0.name == name }?.value ?? ""
            let now = String(decoding: row[column], as: UTF8.self)
            if now != before {
                return fail(
                    row,
                    name,
                    "\(quoted(now)) follows \(quoted(before)) inside run \(quoted(run.id)); \(remedy)"
                )
            }
        }
        return fail(row, "started", "changes inside run \(quoted(run.id)); \(remedy)")
    }

    private func number(
        _ row: borrowing CSVRows.Row,
        _ column: Int,
        _ columns: CSVColumns,
        _ expected: String
    ) throws(DocumentError) -> Double {
        let field = row[column]
        if let number = DecimalText.parse(field) { return number }
        let text = String(decoding: field.prefix(80), as: UTF8.self)
        let name = columns.names[column]
        if field.isEmpty { throw fail(row, name, "is empty; expected \(expected), or leave out the row") }
        if field.contains(UInt8(ascii: ",")) {
            throw fail(row, name, "\(quoted(text)) has a comma; write numbers with a point and nothing between digits")
        }
        throw fail(row, name, "\(quoted(text)) is not a finite number; expected \(expected) such as 12.5 or 1e-3")
    }

    private func text(
        _ row: borrowing CSVRows.Row,
        _ column: Int,
        _ columns: CSVColumns,
        mayBeEmpty: Bool = false
    ) throws(DocumentError) -> String {
        let field = row[column]
        let name = columns.names[column]
        guard let text = String(validating: field, as: UTF8.self) else {
            throw fail(row, name, "is not UTF-8; save the file as UTF-8")
        }
        guard mayBeEmpty || !text.isEmpty else { throw fail(row, name, "is empty; expected a name") }
        guard text.utf8.count <= 1_000 else { throw fail(row, name, "is longer than 1000 bytes; expected a name") }
        return text
    }

    private func fail(_ row: borrowing CSVRows.Row, _ column: String?, _ problem: String) -> DocumentError {
        DocumentError(file: file, line: row.line, path: column.map { "column \(quoted($0))" } ?? "", problem: problem)
    }

    // MARK: The record

    mutating func content(_ diagnostics: inout [Diagnostic]) throws(DocumentError) -> Record.Content {
        guard let columns else {
            throw DocumentError(
                file: file,
                problem: "is empty; expected a header such as 'host,boot,run,step,value' and a row for each value"
            )
        }
        guard !runs.isEmpty else { throw noRows() }
        let choice = options.filters.map { "\($0.name)=\($0.value)" }.joined(separator: ", ")
        let unnamed = Host.unnamedPrefix + (choice.isEmpty ? file : "\(file) where \(choice)")
        var blindSpots: [String] = []
        if columns.host == nil, options.host == nil {
            blindSpots.append(
                "The CSV names no host: all its runs are taken to be of one, which may differ from any other."
            )
        }
        if columns.boot == nil, options.boot == nil {
            blindSpots.append("The CSV names no boot: what a restart changes cannot be told from what a run does.")
        }
        if columns.step == nil { blindSpots.append("The CSV numbers no steps: rows are taken in the file's order.") }
        diagnostics += blindSpots.map { Diagnostic(.note, $0, file: file) }
        var hosts: [Host] = []
        var hostIndex: [String: Int] = [:]
        var bootIndex: [[String]: Int] = [:]
        for run in runs {
            let hostID = run.host ?? options.host ?? unnamed
            let bootID = run.boot ?? options.boot ?? Boot.unnamed
            let place = hostIndex[hostID] ?? hosts.count
            if place == hosts.count {
                hosts.append(Host(id: hostID, facts: options.facts, blindSpots: blindSpots, boots: []))
                hostIndex[hostID] = place
            }
            let boot = bootIndex[[hostID, bootID]] ?? hosts[place].boots.count
            if boot == hosts[place].boots.count {
                hosts[place].boots.append(Boot(id: bootID, runs: []))
                bootIndex[[hostID, bootID]] = boot
            }
            hosts[place].boots[boot].runs.append(try close(run))
        }
        return Record.Content(
            created: options.created,
            tool: options.tool,
            declaredModel: options.declaredModel,
            metrics: [options.metric],
            hosts: hosts
        )
    }

    private func close(_ run: OpenRun) throws(DocumentError) -> Run {
        do {
            return Run(
                id: run.id,
                started: run.started,
                conditions: run.conditions,
                warmUpExcluded: min(run.rows, options.warmUp),
                series: [try run.builder.finish()]
            )
        } catch {
            throw DocumentError(
                file: file,
                problem:
                    "run \(quoted(run.id)) has \(counted(run.rows, "row")), all of them warm-up (\(options.warmUp)); "
                    + "leave out fewer or drop the run"
            )
        }
    }

    private func noRows() -> DocumentError {
        guard rowsRead > 0 else {
            return DocumentError(file: file, problem: "has a header and no rows; expected a row for each value")
        }
        let choice = options.filters.map { "\($0.name)=\($0.value)" }.joined(separator: ", ")
        let seen = valuesSeen.map { quoted($0) }.joined(separator: ", ")
        return DocumentError(
            file: file,
            problem: "no row has \(quoted(choice)); the values there are \(seen.isEmpty ? "others" : seen)"
        )
    }
}
