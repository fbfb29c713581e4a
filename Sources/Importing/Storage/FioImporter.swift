package import Documents
internal import Evidence

/// fio's JSON: `--output-format=json+` with its bins, or `json` with what it worked out.
///
/// One file is one run: its jobs ran in one invocation. Clones of a job (`numjobs` without `group_reporting`) are added
/// up, as `group_reporting` does.
package struct FioImporter: Importer {
    package static let format = ImportFormat(
        name: "fio",
        title: "fio --output-format=json or json+",
        command: "fio --output-format=json+ --output=run.json job.fio",
        limits: "json+ gives any quantile to within 0.8 %; json gives means and the percentiles that fio worked out.",
        marks: ["\"fio version\"", "\"clat_ns\"", "\"job options\"", "\"disk_util\"", "\"jobs\""]
    )

    package static func recognises(_ head: ImportHead) -> Bool { head.holdsKey("fio version") }

    private let file: String
    private let options: ImportOptions
    private var feed: JSONFeed

    package init(file: String, options: ImportOptions) {
        self.file = file
        self.options = options
        feed = JSONFeed(file: file, allowsText: true)
    }

    package mutating func consume(_ bytes: [UInt8]) throws(DocumentError) { try feed.append(bytes) }

    package mutating func finish() throws(DocumentError) -> ImportedRuns {
        let (reader, hadText) = try feed.document()
        let root = try reader.mapping()
        let version = try root.require("fio version", expected: "fio's version; is this fio's JSON?").string()
        try Self.refuseOld(version, at: reader)
        var draft = ImportDraft(file: file)
        draft.tool = .init(name: "fio", version: String(version.after("fio-") ?? version[...]))
        if hadText { draft.note(.note, "text around the JSON was passed over") }
        if options.warmUp > 0 {
            draft.note(.warning, "--warm-up leaves nothing out of a fio file: it has no order; use fio's ramp_time")
        }
        let global = try root["global options"].map { (r) throws(DocumentError) in try FioOptions(r) } ?? FioOptions()
        let list = try root.require("jobs", expected: "the list of jobs")
        var work: [FioWork] = []
        for job in try list.array(maximum: 10_000) {
            let fields = try job.mapping()
            if let code = try fields["error"]?.int(), code != 0 {
                throw job.fail("the job ended with error \(code), so its numbers are of no whole run; run it again")
            }
            // Named on the command line, a group has the name of its first job and the options of its last.
            if let first = try fields["jobname"]?.string(),
                let last = try fields["job options"]?.mapping(maximum: 1_000)["name"]?.string(), first != last
            {
                draft.note(
                    .warning,
                    "group_reporting merged the jobs \(quoted(first)) to \(quoted(last)): all are taken to be as the last, and "
                        + "how many they were is not known; run fio without group_reporting, or each job into a file of its own",
                    line: job.line
                )
            }
            for piece in try FioWork.pieces(of: fields, global: global) {
                if let index = work.firstIndex(where: { $0.isClone(of: piece) }) {
                    try work[index].add(piece)
                } else {
                    work.append(piece)
                }
            }
        }
        guard !work.isEmpty else { throw list.fail("no job did any input or output; expected at least one") }
        for piece in work { piece.remark(on: &draft) }
        try draft.beginRun("fio", started: try started(root), conditions: FioWork.conditions(of: work))
        for piece in work {
            let isShared = work.contains { $0.metric == piece.metric && !$0.isClone(of: piece) }
            try piece.write(to: &draft, suffix: isShared ? "_" + FioWork.word(piece.job) : "")
        }
        return try draft.finish(expected: "jobs that read, wrote or trimmed")
    }

    private static func refuseOld(_ version: String, at reader: Reader) throws(DocumentError) {
        let digits = version.drop { !$0.isNumber }.prefix { $0.isNumber }
        guard let major = Int(digits) else {
            throw reader.fail("the fio version \(quoted(version)) cannot be read; expected one such as 'fio-3.33'")
        }
        guard major >= 3 else {
            throw reader.fail("is of \(quoted(version)), whose latencies are in other units; use fio 3.0 or later")
        }
    }

    /// When the run began: fio states when it ended, and for how long it ran in whole seconds.
    private func started(_ root: ObjectReader) throws(DocumentError) -> Timestamp? {
        var earliest: Double?
        for job in try root["jobs"]?.array(maximum: 10_000) ?? [] {
            guard let start = try job.mapping()["job_start"]?.double() else { continue }
            earliest = min(earliest ?? start, start)
        }
        if let earliest { return ImportTime.unix(milliseconds: earliest) }
        guard let end = try root["timestamp_ms"]?.double() else { return nil }
        var elapsed = 0.0
        for job in try root["jobs"]?.array(maximum: 10_000) ?? [] {
            elapsed = max(elapsed, try job.mapping()["elapsed"]?.double() ?? 0)
        }
        return ImportTime.unix(milliseconds: end - elapsed * 1000)
    }
}
