package import Documents
internal import Estate

extension Record {
    /// What a record may hold at most; a record beyond it is refused before memory is spent on it.
    enum Limits {
        static let hosts = 10_000
        static let boots = 10_000
        static let runs = 100_000
        static let metrics = 1_000
        static let named = 1_000
        static let samples = 1 << 50
    }

    /// Reads a `*.record.json`.
    ///
    /// Everything is checked: names must differ, counts must add up between histogram, blocks and samples, and the
    /// identifier must be the hash of the content. A record without `id` is given the one it should have.
    ///
    /// - Throws: the first problem, with file, line and key.
    package static func read(_ bytes: [UInt8], file: String) throws(DocumentError) -> Record {
        try read(JSONDocument.parse(bytes, file: file), file: file)
    }

    /// Reads a record from a parsed file.
    package static func read(_ value: Value, file: String) throws(DocumentError) -> Record {
        let root = Reader(value, file: file)
        guard root.isObject, try root.mapping().has("assay_record") else {
            throw root.fail(
                "is not a record of Assay: the key 'assay_record' is missing; make one with 'assay record' from a CSV"
            )
        }
        // The version first: another version may have other keys.
        let version = try root.mapping().require("assay_record")
        guard try version.int() == formatVersion else {
            throw version.fail(
                "\(version.found) is not a version of the record format that this program reads; expected \(formatVersion)"
            )
        }
        let object = try root.object([
            "assay_record", "id", "created", "tool", "deployment", "metrics", "hosts",
        ])
        let content = try Content(object)
        // The file's own content is hashed, not what was understood of it.
        guard case .object(let members)? = JSON(value) else {
            throw root.fail("holds a null; leave out the key instead")
        }
        let computed: String
        do {
            computed = try identifier(of: .object(members.filter { $0.key != "id" }))
        } catch {
            throw root.fail("has no canonical form: \(error)")
        }
        if let id = object["id"], try id.string() != computed {
            throw id.fail(
                "the record was altered: its content is \(computed), its id says \(id.found); "
                    + "fetch the original, or remove the id to accept it as a new record"
            )
        }
        return Record(content: content, id: computed, file: file)
    }
}

/// Refuses the second use of a name.
struct NameRegister {
    private var names: Set<String> = []
    private let noun: String

    init(_ noun: String) { self.noun = noun }

    mutating func add(_ name: String, at reader: Reader) throws(DocumentError) {
        guard names.insert(name).inserted else {
            throw reader.fail("there is another \(noun) \(quoted(name)); names must differ")
        }
    }
}

extension Record.Content {
    init(_ object: ObjectReader) throws(DocumentError) {
        if let reader = object["created"] {
            created = try reader.timestamp()
        }
        if let reader = object["tool"] {
            let fields = try reader.object(["name", "version"])
            tool = Record.Tool(
                name: try fields.require("name").nonEmptyString(),
                version: try fields.require("version").string()
            )
        }
        if let reader = object["deployment"] {
            let fields = try reader.object(["declared", "detected"])
            declaredModel = try fields["declared"].map { (r) throws(DocumentError) in try r.choice("deployment model") }
            detectedModel = try fields["detected"].map { (r) throws(DocumentError) in try r.choice("deployment model") }
        }
        metrics = []
        hosts = []
        let declared = try object.require("metrics", expected: "a list of metrics")
        var names = NameRegister("metric")
        for reader in try declared.array(maximum: Record.Limits.metrics) {
            let metric = try Metric(reader)
            try names.add(metric.name, at: reader)
            metrics.append(metric)
        }
        guard !metrics.isEmpty else { throw declared.fail("is empty; expected at least one metric") }
        let places = try object.require("hosts", expected: "a list of hosts with their boots and runs")
        var hostNames = NameRegister("host")
        var runs = 0
        for reader in try places.array(maximum: Record.Limits.hosts) {
            let host = try Host(reader, metrics: Set(metrics.map(\.name)), runs: &runs)
            try hostNames.add(host.id, at: reader)
            hosts.append(host)
        }
        guard runs > 0 else { throw places.fail("there is no run in any host; expected at least one") }
    }
}

extension Reader {
    func timestamp() throws(DocumentError) -> Timestamp {
        guard let timestamp = Timestamp(try string()) else {
            throw fail("\(found) is not a time; expected RFC 3339 such as '2026-03-01T09:30:00Z'")
        }
        return timestamp
    }

    /// Names of hosts, runs, facts: text of a sensible length.
    func name() throws(DocumentError) -> String {
        let text = try nonEmptyString()
        guard text.utf8.count <= 1_000 else { throw fail("is longer than 1000 bytes; expected a name") }
        return text
    }

    /// Names that are printed as they are, of metrics and units: one line without control characters.
    func plainName() throws(DocumentError) -> String {
        let text = try name()
        guard text == oneLine(text) else {
            throw fail("\(found) holds control characters; expected a name that can be printed as it is")
        }
        return text
    }
}

extension Metric {
    init(_ reader: Reader) throws(DocumentError) {
        let fields = try reader.object(["name", "unit", "better", "role", "kind"])
        self.init(
            name: try fields.require("name").plainName(),
            unit: try fields.require("unit", expected: "the unit of the values, such as 's'").plainName(),
            direction: try fields.require("better", expected: "'lower' or 'higher'").choice("direction"),
            role: try fields.require("role", expected: "'confirmatory' or 'exploratory'").choice("role"),
            kind: try fields.require("kind", expected: "'job' or 'component'").choice("kind of metric")
        )
    }
}

extension Host {
    init(_ reader: Reader, metrics: Set<String>, runs: inout Int) throws(DocumentError) {
        let fields = try reader.object(["id", "facts", "blind_spots", "boots"])
        var facts: [HostFact] = []
        if let members = try fields["facts"]?.mapping(maximum: Record.Limits.named).members {
            for (name, reader) in members {
                let fact = try reader.object(["value", "evidence"])
                facts.append(
                    HostFact(
                        name: name,
                        value: try fact.require("value").string(),
                        evidence: try fact.require("evidence", expected: "where the value is from").nonEmptyString()
                    )
                )
            }
        }
        var blindSpots: [String] = []
        for reader in try fields["blind_spots"]?.array(maximum: Record.Limits.named) ?? [] {
            blindSpots.append(try reader.nonEmptyString())
        }
        var boots: [Boot] = []
        var names = NameRegister("boot")
        for reader in try fields.require("boots", expected: "a list").array(maximum: Record.Limits.boots) {
            let boot = try Boot(reader, metrics: metrics, runs: &runs)
            try names.add(boot.id, at: reader)
            boots.append(boot)
        }
        self.init(id: try fields.require("id").name(), facts: facts, blindSpots: blindSpots, boots: boots)
    }
}

extension Boot {
    init(_ reader: Reader, metrics: Set<String>, runs total: inout Int) throws(DocumentError) {
        let fields = try reader.object(["id", "runs"])
        var runs: [Run] = []
        var names = NameRegister("run")
        for reader in try fields.require("runs", expected: "a list").array(maximum: Record.Limits.runs) {
            total += 1
            guard total <= Record.Limits.runs else {
                throw reader.fail("there are more than \(Record.Limits.runs) runs; split the record")
            }
            let run = try Run(reader, metrics: metrics)
            try names.add(run.id, at: reader)
            runs.append(run)
        }
        self.init(id: try fields.require("id").name(), runs: runs)
    }
}

extension Run {
    init(_ reader: Reader, metrics: Set<String>) throws(DocumentError) {
        let fields = try reader.object(["id", "started", "conditions", "warm_up_excluded", "series"])
        var conditions: [Condition] = []
        for (name, reader) in try fields["conditions"]?.mapping(maximum: Record.Limits.named).members ?? [] {
            conditions.append(Condition(name: name, value: try reader.string()))
        }
        var series: [SampleSummary] = []
        var names = NameRegister("series of the metric")
        let list = try fields.require("series", expected: "a list with one summary for each metric")
        for reader in try list.array(maximum: Record.Limits.metrics) {
            let summary = try SampleSummary(reader)
            guard metrics.contains(summary.metric) else {
                throw reader.fail("\(quoted(summary.metric)) is not among the record's metrics; declare it there")
            }
            try names.add(summary.metric, at: reader)
            series.append(summary)
        }
        guard !series.isEmpty else { throw list.fail("is empty; expected the samples of at least one metric") }
        self.init(
            id: try fields.require("id").name(),
            started: try fields["started"].map { (reader) throws(DocumentError) in try reader.timestamp() },
            conditions: conditions,
            warmUpExcluded: try fields["warm_up_excluded"]?.int(in: 0...Record.Limits.samples) ?? 0,
            series: series
        )
    }
}
