/// Where numbers of a record come from: the program that measured them and, where they were imported, its file.
package struct MeasurementSource: Sendable, Hashable {
    /// The record's identifier.
    package var record: String
    /// The program and its version, as far as the file tells: `fio 3.33`.
    package var tool: String
    /// The importer that read the file; absent where Assay measured, or read a table of numbers.
    package var format: String?
    /// The file's SHA-256 in hexadecimal; absent where no file of another tool was read.
    package var fileSHA256: String?
    /// The first run from it; an imported run is called as its file.
    package var firstRun: String
    /// How many runs come from it.
    package var runs: Int
    /// What was measured, in order of first appearance.
    package var metrics: [String]

    /// A source from its parts.
    package init(
        record: String,
        tool: String,
        format: String? = nil,
        fileSHA256: String? = nil,
        firstRun: String,
        runs: Int,
        metrics: [String]
    ) {
        self.record = record
        self.tool = tool
        self.format = format
        self.fileSHA256 = fileSHA256
        self.firstRun = firstRun
        self.runs = runs
        self.metrics = metrics
    }

    /// The run and how many more: `a.json`, `b.json: 1 and 9 more runs`.
    package var runWords: String {
        runs == 1 ? firstRun : "\(firstRun) and \(runs - 1) more run\(runs == 2 ? "" : "s")"
    }

    /// The sources of a record, in the order of its runs: one for each file, or one for what Assay itself measured.
    package static func all(of record: Record) -> [MeasurementSource] {
        let maker = record.content.tool.map { $0.version.isEmpty ? $0.name : "\($0.name) \($0.version)" } ?? ""
        var sources: [MeasurementSource] = []
        var places: [[String]: Int] = [:]
        var seen: [Set<String>] = []
        for (_, _, run) in record.runs {
            let format = run.condition("imported_from")
            let hash = run.condition("file_sha256")
            let isImported = format != nil && hash != nil
            // A format whose files name no program, such as a log of steps, is named instead.
            let tool = isImported ? run.condition("tool") ?? format ?? "" : maker
            let key = isImported ? [tool, format ?? "", hash ?? ""] : [tool]
            let place = places[key] ?? sources.count
            if place == sources.count {
                places[key] = place
                seen.append([])
                sources.append(
                    MeasurementSource(
                        record: record.id,
                        tool: tool,
                        format: isImported ? format : nil,
                        fileSHA256: isImported ? hash : nil,
                        firstRun: run.id,
                        runs: 0,
                        metrics: []
                    )
                )
            }
            sources[place].runs += 1
            for series in run.series where seen[place].insert(series.metric).inserted {
                sources[place].metrics.append(series.metric)
            }
        }
        return sources
    }
}

extension Arm {
    /// The programs that measured a metric, each once, in the order of the runs.
    package func tools(of metric: String) -> [String] {
        var tools: [String] = []
        for source in sources where source.metrics.contains(metric) && !tools.contains(source.tool) {
            tools.append(source.tool)
        }
        return tools.filter { !$0.isEmpty }
    }

    /// The files of other tools that a metric comes from.
    package func files(of metric: String) -> [MeasurementSource] {
        sources.filter { $0.fileSHA256 != nil && $0.metrics.contains(metric) }
    }
}

extension Comparison {
    /// The programs that measured a metric in either arm, each once.
    package func tools(of metric: String) -> [String] {
        let mine = baseline.tools(of: metric)
        return mine + other.tools(of: metric).filter { !mine.contains($0) }
    }
}
