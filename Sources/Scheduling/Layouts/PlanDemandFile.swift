package import Documents

/// The demand for a plan as a file: a CSV, JSON, or what else a ``Reader`` reads.
///
/// Columns and keys: `profile` (a MIG profile or `whole`), `count`, and where wanted `team`, `gpus` (whole GPUs of one
/// job) and `gpu` (the only model that will do). A combination stands once: a second row for it is a slip.
package enum PlanDemandFile {
    private static let columns = ["profile", "count", "team", "gpus", "gpu"]
    /// The most rows.
    package static let rowLimit = 100_000

    /// A row with the line that it stands on.
    package struct Row: Sendable, Hashable {
        package var demand: PlanDemand
        package var line: Int
    }

    /// Reads either form: JSON where the first character says so.
    ///
    /// - Throws: ``DocumentError`` with the line.
    package static func read(_ text: String, file: String) throws(DocumentError) -> [Row] {
        // A byte order mark, which spreadsheets write.
        let text = text.unicodeScalars.first == "\u{FEFF}" ? String(text.unicodeScalars.dropFirst()) : text
        let first = text.first { !$0.isWhitespace }
        if first == "[" || first == "{" {
            return try read(Reader(try JSONDocument.parse(text: text, file: file), file: file), file: file)
        }
        return try filled(try csv(text, file), file)
    }

    /// Reads a list of rows, or an object whose `demand` is one: JSON or YAML.
    ///
    /// - Throws: ``DocumentError`` with the line.
    package static func read(_ document: Reader, file: String) throws(DocumentError) -> [Row] {
        var root = document
        if root.isObject { root = try root.object(["demand"]).require("demand", expected: "a list of rows") }
        var seen: Set<Key> = []
        var demand: [Row] = []
        for row in try root.array(maximum: rowLimit) {
            let object = try row.object(columns)
            let name = try object.require("profile", expected: "a MIG profile or 'whole'").nonEmptyString()
            let gpus = try object["gpus"]?.int(in: 1...64)
            if let gpus, name != "whole" { throw row.fail(Self.notWhole(name, gpus)) }
            let entry = PlanDemand(
                name == "whole" ? .whole(gpusPerJob: gpus ?? 1) : .profile(name),
                count: try object.require("count", expected: "a whole number").int(in: 0...PlanDemand.countLimit),
                team: try object["team"]?.nonEmptyString(),
                model: try object["gpu"]?.nonEmptyString()
            )
            guard seen.insert(Key(entry)).inserted else { throw row.fail(Self.twice(entry)) }
            demand.append(Row(demand: entry, line: row.line))
        }
        return try filled(demand, file)
    }

    private static func filled(_ rows: [Row], _ file: String) throws(DocumentError) -> [Row] {
        guard !rows.isEmpty else {
            throw DocumentError(
                file: file,
                problem: "has no row; expected lines such as '1g.10gb,12' under 'profile,count'"
            )
        }
        return rows
    }

    private struct Key: Hashable {
        let unit: PlanDemand.Unit
        let team: String?
        let model: String?

        init(_ entry: PlanDemand) { (unit, team, model) = (entry.unit, entry.team, entry.model) }
    }

    private static func twice(_ entry: PlanDemand) -> String {
        "asks for \(quoted(entry.name))\(entry.team.map { " of team \(quoted($0))" } ?? "") a second time; make it one row"
    }

    private static func notWhole(_ name: String, _ gpus: Int) -> String {
        "'gpus' is \(gpus) for \(quoted(name)); only 'whole' has GPUs per job, slices have none between them"
    }

    private static func csv(_ text: String, _ file: String) throws(DocumentError) -> [Row] {
        var header: [String]?
        var demand: [Row] = []
        var seen: Set<Key> = []
        var number = 0
        for line in text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline) {
            number += 1
            func fail(_ problem: String) -> DocumentError { DocumentError(file: file, line: number, problem: problem) }
            let fields = try fields(line, fail)
            if fields.allSatisfy(\.isEmpty) || fields[0].hasPrefix("#") { continue }
            guard let names = header else {
                header = fields.map { $0.lowercased() }
                for (index, name) in (header ?? []).enumerated() {
                    guard columns.contains(name) else {
                        let near = nearest(name, in: columns).map { "did you mean '\($0)'?" }
                        throw fail(
                            "\(quoted(name)) is not a column; \(near ?? "expected \(columns.joined(separator: ", "))")"
                        )
                    }
                    if header?.firstIndex(of: name) != index { throw fail("has the column '\(name)' twice") }
                }
                for name in ["profile", "count"] where header?.contains(name) != true {
                    throw fail(
                        "has no column '\(name)'; the first line names the columns, such as 'profile,count,team'"
                    )
                }
                continue
            }
            guard fields.count == names.count else {
                throw fail("has \(fields.count) fields, and the first line names \(names.count) columns")
            }
            func field(_ name: String) -> String? {
                names.firstIndex(of: name).map { fields[$0] }.flatMap { $0.isEmpty ? nil : $0 }
            }
            guard let profile = field("profile") else { throw fail("has no profile; write a MIG profile or 'whole'") }
            func whole(_ name: String, _ range: ClosedRange<Int>) throws(DocumentError) -> Int? {
                guard let text = field(name) else { return nil }
                guard let value = Int(text), range.contains(value) else {
                    throw fail(
                        "\(name) \(quoted(text)) is not a whole number of \(range.lowerBound) to \(range.upperBound)"
                    )
                }
                return value
            }
            guard let count = try whole("count", 0...PlanDemand.countLimit) else { throw fail("has no count") }
            let gpus = try whole("gpus", 1...64)
            if let gpus, profile != "whole" { throw fail(Self.notWhole(profile, gpus)) }
            let entry = PlanDemand(
                profile == "whole" ? .whole(gpusPerJob: gpus ?? 1) : .profile(profile),
                count: count,
                team: field("team"),
                model: field("gpu")
            )
            guard seen.insert(Key(entry)).inserted else { throw fail(Self.twice(entry)) }
            demand.append(Row(demand: entry, line: number))
            guard demand.count <= rowLimit else { throw fail("is row \(demand.count); at most \(rowLimit) are read") }
        }
        return demand
    }

    /// The fields of a line; one in double quotes may hold commas.
    private static func fields(
        _ line: Substring,
        _ fail: (String) -> DocumentError
    ) throws(DocumentError) -> [String] {
        var fields = [""]
        var isQuoted = false
        var wasQuote = false
        for character in line {
            if character == "\"" {
                if isQuoted {
                    isQuoted = false
                    wasQuote = true
                } else if wasQuote {
                    fields[fields.count - 1].append("\"")
                    (isQuoted, wasQuote) = (true, false)
                } else {
                    isQuoted = true
                }
                continue
            }
            wasQuote = false
            if character == ",", !isQuoted { fields.append("") } else { fields[fields.count - 1].append(character) }
        }
        if isQuoted { throw fail("a double quote is not closed") }
        return fields.map { field in
            var text = Substring(field)
            while text.first?.isWhitespace == true { text.removeFirst() }
            while text.last?.isWhitespace == true { text.removeLast() }
            return String(text)
        }
    }
}
