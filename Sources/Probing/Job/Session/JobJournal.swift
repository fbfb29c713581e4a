package import Documents
internal import Evidence

/// The file beside the output that holds every finished run: what an interruption leaves.
///
/// One JSON object a line, each forced to the disk before the next run begins: first the plan, then runs. A last line
/// without its end was being written when the power went, and is not there.
package struct JobJournal: Sendable {
    /// The plan's identifier, as written before the first run.
    package let plan: String
    /// The host's name.
    package let host: String
    /// The runs, in order.
    package private(set) var runs: [JobRun] = []
    /// Runs that were begun and never finished.
    package private(set) var unfinished: [JobSlot] = []
    /// Bytes of whole lines: where to go on.
    package private(set) var length = 0

    /// The first line.
    package static func header(_ plan: JobPlan, host: String) -> JSON {
        .fields([
            "assay_job_journal": 1, "plan_id": .string(plan.identifier), "plan": plan.json, "host": .string(host),
        ])
    }

    /// A line that says that a run begins.
    package static func begun(_ slot: JobSlot, started: String) -> JSON {
        .fields([
            "begun": .fields([
                "number": .integer(slot.number), "arm": .string(slot.arm.rawValue), "warm_up": .bool(slot.isWarmUp),
                "pair": slot.pair.map { .integer($0) }, "attempt": .integer(slot.attempt),
            ]), "started": .string(started),
        ])
    }

    /// A line with a finished run.
    package static func finished(_ run: JobRun) -> JSON { .fields(["run": run.json]) }

    /// A line's bytes, its end included.
    package static func line(_ json: JSON) throws(JSONWritingError) -> [UInt8] { try json.canonical() + [0x0A] }

    /// Reads a journal; nil where not even its first line is whole.
    ///
    /// - Throws: for a whole line that is none of ours: a disk that lies, or another file.
    package init?(_ bytes: [UInt8], file: String) throws(DocumentError) {
        var lines: [ArraySlice<UInt8>] = []
        var start = 0
        for (index, byte) in bytes.enumerated() where byte == 0x0A {
            lines.append(bytes[start..<index])
            start = index + 1
        }
        length = start
        guard let first = lines.first else { return nil }
        func reader(_ line: ArraySlice<UInt8>, _ number: Int) throws(DocumentError) -> Reader {
            do { return Reader(try JSONDocument.parse(Array(line), file: file), file: file) } catch {
                throw DocumentError(file: file, line: number, problem: "is no line of a journal: \(error.problem)")
            }
        }
        let header = try reader(first, 1).object(["assay_job_journal", "plan_id", "plan", "host"])
        _ = try header.require("assay_job_journal", expected: "the first line of a job's journal").int(in: 1...1)
        plan = try header.require("plan_id").nonEmptyString()
        let planned = try header.require("plan", expected: "the plan that was hashed before the first run")
        guard let json = JSON(planned.value), (try? Record.identifier(of: json)) == plan else {
            throw planned.fail("the plan was altered: it is not the one whose hash is \(quoted(plan)); begin anew")
        }
        host = try header.require("host").nonEmptyString()
        var begun: JobSlot?
        var known: (begun: Set<JobSlot>, finished: Set<JobSlot>) = ([], [])
        for (index, line) in lines.enumerated().dropFirst() {
            let object = try reader(line, index + 1).object(["run", "begun", "started"])
            func require(_ isNew: Bool, _ slot: JobSlot, _ what: String) throws(DocumentError) {
                guard isNew else {
                    throw DocumentError(
                        file: file,
                        line: index + 1,
                        problem:
                            "\(slot.name) \(what) a second time; remove the line that stands there twice, or begin anew "
                            + "with --force"
                    )
                }
            }
            if let run = object["run"] {
                let run = try JobRun(run)
                try require(known.finished.insert(run.slot).inserted, run.slot, "ends")
                runs.append(run)
                begun = nil
            } else {
                if let begun { unfinished.append(begun) }
                let slot = try Self.slot(object.require("begun"))
                try require(known.begun.insert(slot).inserted, slot, "begins")
                begun = slot
            }
        }
        if let begun { unfinished.append(begun) }
    }

    private static func slot(_ reader: Reader) throws(DocumentError) -> JobSlot {
        let object = try reader.object(["number", "arm", "warm_up", "pair", "attempt"])
        let counts = 1...10_000_000
        return JobSlot(
            number: try object.require("number").int(in: counts),
            arm: try object.require("arm").choice("arm"),
            isWarmUp: try object.require("warm_up").bool(),
            pair: try object["pair"]?.int(in: counts),
            attempt: try object.require("attempt").int(in: counts)
        )
    }
}
