package import Documents
package import Evidence

/// Puts what several files say together into one record.
///
/// Runs keep the file's order and the files theirs. Each run carries where it is from: `imported_from`, the format;
/// `tool` with its version, where the file tells; `file_sha256`, so that the file can be found again. Names of hosts that
/// a file states are kept only where the owner asks.
package struct RecordAssembly: Sendable {
    /// What was assumed or left out, of all files.
    package private(set) var diagnostics: [Diagnostic] = []

    private let options: ImportOptions
    private let keepsHostNames: Bool
    private var metrics: [Metric] = []
    /// The file that declared a metric first, by the metric's name.
    private var declarations: [String: (index: Int, file: String)] = [:]
    private var hosts: [Host] = []
    private var indexes: [String: Int] = [:]
    private var taken: Set<[String]> = []
    private var runs = 0
    /// Facts that files state of the hosts of all files.
    private var facts: [HostFact] = []
    /// The first file that states facts and no measurement, with what it is.
    private var withoutRuns: (file: String, title: String)?

    /// An assembly; with `keepsHostNames`, a host that a file names is called so where the owner gave no other name.
    package init(options: ImportOptions, keepsHostNames: Bool = false) {
        self.options = options
        self.keepsHostNames = keepsHostNames
    }

    /// Adds what one file says; `sha256` is that of its bytes.
    ///
    /// - Throws: where a metric has another unit or direction than in a file before, or a condition given contradicts
    ///   what the file states.
    package mutating func add(
        _ imported: ImportedRuns,
        format: ImportFormat,
        file: String,
        sha256: String
    ) throws(DocumentError) {
        diagnostics += imported.diagnostics
        diagnostics += imported.blindSpots.map { Diagnostic(.note, $0, file: file) }
        if imported.runs.isEmpty, withoutRuns == nil { withoutRuns = (file, format.title) }
        for fact in imported.facts where !facts.contains(where: { $0.name == fact.name }) { facts.append(fact) }
        for metric in imported.metrics { try declare(metric, file: file) }
        let origin = origin(imported.tool, format, sha256)
        let several = imported.runs.count > 1
        for entry in imported.runs {
            runs += 1
            guard runs <= ImportDraft.limits.runs else {
                throw DocumentError(file: file, problem: "makes more than \(ImportDraft.limits.runs) runs; split them")
            }
            var run = entry.run
            run.conditions = try conditions(run, origin, file: file)
            let place = self.place(entry, file: file)
            let name = Self.baseName(file)
            run.id = unique(several ? "\(name): \(run.id)" : name, in: hosts[place].id)
            hosts[place].boots[0].runs.append(run)
            for fact in entry.facts where !hosts[place].facts.contains(where: { $0.name == fact.name }) {
                hosts[place].facts.append(fact)
            }
            for spot in imported.blindSpots where !hosts[place].blindSpots.contains(spot) {
                hosts[place].blindSpots.append(spot)
            }
        }
    }

    /// The record.
    ///
    /// - Throws: where no file had a run, or JSON cannot spell something.
    package func finish(created: Timestamp? = nil, tool: Record.Tool) throws(DocumentError) -> Record {
        guard !metrics.isEmpty else {
            guard let withoutRuns else { throw DocumentError(file: "", problem: "no file holds a measurement") }
            throw DocumentError(
                file: withoutRuns.file,
                problem:
                    "is of \(withoutRuns.title), which states facts of a host and measures nothing; name what was measured "
                    + "there beside it, such as: assay import \(withoutRuns.file) nvbandwidth.json"
            )
        }
        let content = Record.Content(
            created: created,
            tool: tool,
            declaredModel: options.declaredModel,
            metrics: metrics,
            hosts: hosts.map { host in
                let more = facts.filter { fact in !host.facts.contains { $0.name == fact.name } }
                return Host(id: host.id, facts: host.facts + more, blindSpots: host.blindSpots, boots: host.boots)
            }
        )
        do {
            return try Record(content)
        } catch {
            throw DocumentError(file: "", problem: "the files cannot become a record: \(error)")
        }
    }

    private mutating func declare(_ metric: Metric, file: String) throws(DocumentError) {
        guard let known = declarations[metric.name] else {
            guard metrics.count < ImportDraft.limits.metrics else {
                throw DocumentError(
                    file: file,
                    problem: "brings more than \(ImportDraft.limits.metrics) metrics; split them"
                )
            }
            declarations[metric.name] = (metrics.count, file)
            metrics.append(metric)
            return
        }
        let first = metrics[known.index]
        guard first.unit == metric.unit, first.direction == metric.direction, first.kind == metric.kind else {
            throw DocumentError(
                file: file,
                problem: "\(quoted(metric.name)) is in \(metric.unit), \(metric.direction.rawValue) is better, "
                    + "\(metric.kind.rawValue); \(known.file) has it in \(first.unit), \(first.direction.rawValue) is "
                    + "better, \(first.kind.rawValue): import them into records of their own"
            )
        }
        // What one file only looks at besides, and another was made for, was named beforehand.
        if metric.role == .confirmatory { metrics[known.index].role = .confirmatory }
    }

    private func origin(_ tool: Record.Tool?, _ format: ImportFormat, _ sha256: String) -> [Condition] {
        var conditions = [
            Condition(name: "imported_from", value: format.name), Condition(name: "file_sha256", value: sha256),
        ]
        if let tool {
            let text = tool.version.isEmpty ? tool.name : "\(tool.name) \(tool.version)"
            conditions.append(Condition(name: "tool", value: String(text.prefix(200))))
        }
        return conditions
    }

    /// The run's own conditions, where it is from, and what the owner gave.
    private func conditions(_ run: Run, _ origin: [Condition], file: String) throws(DocumentError) -> [Condition] {
        var conditions = origin
        for condition in run.conditions where !conditions.contains(where: { $0.name == condition.name }) {
            conditions.append(condition)
        }
        for given in options.conditions {
            if let stated = conditions.first(where: { $0.name == given.name }) {
                guard stated.value == given.value else {
                    throw DocumentError(
                        file: file,
                        problem: "the condition \(quoted(given.name)) is \(quoted(stated.value)) in the file, and "
                            + "\(quoted(given.value)) was given; a condition that the file states cannot be replaced"
                    )
                }
            } else {
                conditions.append(given)
            }
        }
        return conditions.sorted { $0.name < $1.name }
    }

    /// The host of a run, made where the run is its first.
    private mutating func place(_ entry: ImportedRun, file: String) -> Int {
        let named = options.host ?? (keepsHostNames ? entry.host : nil)
        let id = named ?? Host.unnamedPrefix + Self.baseName(file)
        if let index = indexes[id] { return index }
        var spots: [String] = []
        if named == nil {
            spots.append("No host was named (--host): the runs are taken to be of one that may differ from any other.")
        }
        if options.boot == nil {
            spots.append("No boot was named (--boot): what a restart changes cannot be told from what a run does.")
        }
        for spot in spots {
            let note = Diagnostic(.note, spot)
            if !diagnostics.contains(note) { diagnostics.append(note) }
        }
        indexes[id] = hosts.count
        let boot = Boot(id: options.boot ?? Boot.unnamed, runs: [])
        hosts.append(Host(id: id, facts: options.facts, blindSpots: spots, boots: [boot]))
        return hosts.count - 1
    }

    /// The name, or with a number behind it where it is taken.
    private mutating func unique(_ name: String, in host: String) -> String {
        let name = name.utf8.count <= 900 ? name : String(name.prefix(200))
        var (candidate, number) = (name, 1)
        while !taken.insert([host, candidate]).inserted {
            number += 1
            candidate = "\(name) (\(number))"
        }
        return candidate
    }

    private static func baseName(_ file: String) -> String {
        let name = file.split(separator: "/").last.map(String.init) ?? file
        return name.utf8.count <= 600 ? name : String(name.prefix(100))
    }
}
