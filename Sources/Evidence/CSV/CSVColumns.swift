internal import Documents

/// Which column is which; a class, so that a row does not copy the lists in it.
final class CSVColumns: Sendable {
    let names: [String]
    let host: Int?
    let boot: Int?
    let run: Int
    let step: Int?
    let started: Int?
    let time: Int?
    let value: Int
    let unit: Int?
    /// What the column `unit` must hold.
    let expectedUnit: [UInt8]
    let conditions: [Int]
    let filters: [(column: Int, value: [UInt8])]

    init(_ row: borrowing CSVRows.Row, file: String, options: CSVRecordOptions) throws(DocumentError) {
        let line = row.line
        func fail(_ problem: String) -> DocumentError { DocumentError(file: file, line: line, problem: problem) }
        var columns: [String] = []
        for index in 0..<row.count {
            guard let name = String(validating: row[index], as: UTF8.self) else {
                throw fail("the name of column \(index + 1) is not UTF-8; save the file as UTF-8")
            }
            guard !name.isEmpty else {
                throw fail("column \(index + 1) has no name; expected a header in the first line")
            }
            guard !columns.contains(name) else { throw fail("there are two columns \(quoted(name)); rename one") }
            columns.append(name)
        }
        names = columns
        let list = columns.prefix(20).map { quoted($0) }.joined(separator: ", ")
        func find(_ name: String) -> Int? { columns.firstIndex { $0.lowercased() == name } }
        func require(_ name: String, _ remedy: String) throws(DocumentError) -> Int {
            if let index = columns.firstIndex(of: name) ?? find(name) { return index }
            let near = nearest(name, in: columns).map { "; is \(quoted($0)) meant?" } ?? ""
            throw fail("there is no column \(quoted(name)) among \(list); \(remedy)\(near)")
        }
        value = try require(
            options.valueColumn,
            "the first line must name the columns, at least 'run' and '\(options.valueColumn)'"
        )
        run = try require("run", "it says which rows belong to one run, the unit of replication: name or add it")
        (host, boot, step) = (find("host"), find("boot"), find("step"))
        (started, time) = (find("started"), find("time_s"))
        unit = find("unit")
        expectedUnit = Array(options.metric.unit.utf8)
        for (column, given, name) in [(host, options.host, "host"), (boot, options.boot, "boot")] {
            guard let column, let given else { continue }
            throw fail(
                "the column \(quoted(columns[column])) and the option --\(name) \(quoted(given)) both name the \(name); "
                    + "leave out the option, or rename the column"
            )
        }
        var filters: [(column: Int, value: [UInt8])] = []
        for filter in options.filters {
            guard let column = columns.firstIndex(of: filter.name) else {
                throw fail("there is no column \(quoted(filter.name)) to choose rows by; the columns are \(list)")
            }
            filters.append((column, Array(filter.value.utf8)))
        }
        self.filters = filters
        let taken = Set([host, boot, run, step, started, time, value, unit].compactMap { $0 } + filters.map(\.column))
        conditions = columns.indices.filter { !taken.contains($0) }
    }
}
