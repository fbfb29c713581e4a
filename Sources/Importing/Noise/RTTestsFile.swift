internal import Documents
internal import Evidence

/// The JSON that the programs of rt-tests share; keys of version 1 end in a colon inside their quotes.
struct RTTestsFile {
    let program: String
    let version: String
    /// The words of the command line.
    let command: [String]
    let started: Timestamp?
    let host: String?
    let facts: [HostFact]
    let conditions: [Condition]
    /// The threads, in the order of their numbers in the file.
    let threads: [(name: String, fields: ObjectReader)]

    init(_ root: Reader, program expected: String) throws(DocumentError) {
        let fields = try root.mapping()
        func text(_ key: String) throws(DocumentError) -> String? {
            try (fields["\(key):"] ?? fields[key])?.string()
        }
        guard let line = try text("cmdline") else {
            throw root.fail("has no 'cmdline:'; expected the JSON of \(expected) (--json=FILE)")
        }
        command = line.split(separator: " ").map(String.init)
        program = command.first?.split(separator: "/").last.map(String.init) ?? ""
        guard program == expected else {
            throw root.fail("is of \(quoted(program)); expected the JSON of \(expected)")
        }
        version = try text("rt_test_version") ?? ""
        if let code = fields["return_code"], try code.int() != 0 {
            throw code.fail("\(expected) ended with \(code.found), so its run is not whole; run it again")
        }
        let begin = try fields["start_time"]?.string()
        started = begin.flatMap { ImportTime.mail($0) }
        let system = try fields["sysinfo"]?.mapping()
        host = try system?["nodename"]?.string()
        facts =
            try system?["release"].map { (r) throws(DocumentError) in
                [HostFact(name: "kernel", value: try r.string(), evidence: "\(expected): sysinfo.release")]
            } ?? []
        // Where it wrote to is no circumstance of the run.
        let kept = command.dropFirst().filter { !$0.hasPrefix("--json") }
        var conditions = [
            Condition(name: "\(expected)_options", value: String(kept.joined(separator: " ").prefix(200)))
        ]
        if let realtime = try system?["realtime"]?.int() {
            conditions.append(Condition(name: "kernel_realtime", value: realtime == 0 ? "no" : "yes"))
        }
        self.conditions = conditions
        let list = try fields.require("thread", expected: "the threads with their histograms")
        var threads: [(String, ObjectReader)] = []
        for (name, reader) in try list.mapping(maximum: 10_000).members { threads.append((name, try reader.mapping())) }
        guard !threads.isEmpty else { throw list.fail("has no thread; expected at least one") }
        if let stated = fields["num_threads"], try stated.int() != threads.count {
            throw stated.fail("says \(stated.found) threads, and \(threads.count) are there; the file is damaged")
        }
        self.threads = threads
    }

    /// The value of an option: `-h 100`, `-h100`, `--histogram=100`, `--histogram 100`.
    func option(_ names: [String]) -> Int? {
        for (index, word) in command.enumerated() {
            for name in names {
                if word == name, index + 1 < command.count { return Int(command[index + 1]) }
                if name.hasPrefix("--"), let value = word.after(name + "=") { return Int(value) }
                if !name.hasPrefix("--"), let value = word.after(name), let number = Int(value) { return number }
            }
        }
        return nil
    }

    /// Whether oslat took its own least turn off every length.
    var isBiased: Bool { command.contains { $0 == "-B" || $0 == "--bias" } }

    /// A histogram of whole numbers, ascending.
    static func histogram(_ reader: Reader?) throws(DocumentError) -> [(value: Int, count: Int)] {
        var bins: [(value: Int, count: Int)] = []
        for (key, reader) in try reader?.mapping(maximum: 1_100_000).members ?? [] {
            guard let value = Int(key), (0...1 << 50).contains(value) else {
                throw reader.fail("\(quoted(key)) is no bin of the histogram; expected a whole number")
            }
            let count = try reader.int(in: 0...1 << 50)
            if count > 0 { bins.append((value, count)) }
        }
        if let reader, bins.reduce(0.0, { $0 + Double($1.count) }) > 0x1p50 {
            throw reader.fail("counts more samples than any run has")
        }
        return bins.sorted { $0.value < $1.value }
    }
}
