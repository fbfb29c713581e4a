internal import Documents

/// Which column is which.
struct CSVColumns: Sendable {
    /// The columns that have a meaning; all others are conditions.
    static let reserved = ["host", "boot", "run", "step", "started", "time_s"]

    var names: [String] = []
    var host: Int?
    var boot: Int?
    var run = 0
    var step: Int?
    var started: Int?
    var time: Int?
    var value = 0
    var conditions: [Int] = []
    var filters: [(column: Int, value: [UInt8])] = []

    init(_ row: borrowing CSVRows.Row, file: String, options: CSVRecordOptions) throws(DocumentError) {
        let line = row.line
        func fail(_ problem: String) -> DocumentError { DocumentError(file: file, line: line, problem: problem) }
        for index in 0..<row.count {
            guard let name = String(validating: row[index], as: UTF8.self) else {
                throw fail("the name of column \(index + 1) is not UTF-8; save the file as UTF-8")
            }
            guard !name.isEmpty else {
                throw fail("column \(index + 1) has no name; expected a header in the first line")
            }
            guard !names.contains(name) else { throw fail("there are two columns \(quoted(name)); rename one") }
            names.append(name)
        }
        let columns = names
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
        for filter in options.filters {
            guard let column = columns.firstIndex(of: filter.name) else {
                throw fail("there is no column \(quoted(filter.name)) to choose rows by; the columns are \(list)")
            }
            filters.append((column, Array(filter.value.utf8)))
        }
        let taken = Set([host, boot, run, step, started, time, value].compactMap { $0 } + filters.map(\.column))
        conditions = columns.indices.filter { !taken.contains($0) }
    }
}
