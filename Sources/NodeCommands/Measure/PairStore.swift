import Documents
import Evidence
import Glibc
import Probing

/// The folder of a pair: the journal, and the record of each run that is done.
struct PairStore {
    let folder: String

    private var journal: String { folder + "/journal.jsonl" }

    private func path(_ slot: PairSlot) -> String {
        let number = String(10_001 + slot.index).dropFirst()
        return "\(folder)/runs/\(number)-\(slot.side.rawValue).record.json"
    }

    /// Begins the journal, or goes on with the one that is there.
    func open(plan: String, continues: Bool) throws -> PairJournal {
        do {
            if continues {
                return try PairJournal(resuming: journal, bytes: try bytes(), plan: plan)
            }
            guard !Files.exists(journal) else {
                throw Failure.input([
                    "\(folder): holds a pair already; give the same command with --continue to go on, or choose another "
                        + "folder with -o"
                ])
            }
            // Makes the folder.
            try Files.write([.init("plan.json", plan + "\n")], into: folder)
            return try PairJournal(creating: journal, plan: plan)
        } catch let error as PairJournalError {
            switch error {
            case .system: throw Failure.environment(error.description)
            case .wrongLine, .otherPlan: throw Failure.input([error.description])
            }
        }
    }

    /// The seed that the plan in the folder was begun with.
    func seed() throws -> Int {
        do {
            let text = try PairJournal.plan(of: try bytes(), file: journal)
            let value = try JSONDocument.parse(text: text, file: journal)
            return try Reader(value, file: journal).mapping().require("seed").int(in: 0...(1 << 53) - 1)
        } catch let error as PairJournalError {
            throw Failure.input([error.description])
        } catch let error as DocumentError {
            throw Failure.input([error.description])
        }
    }

    private func bytes() throws -> [UInt8] {
        try Files.read(journal, limit: 64 << 20, expected: "the journal of a pair; begin one without --continue")
    }

    /// Puts the record of a run on the disk; text says why it could not.
    func keep(_ record: Record, _ slot: PairSlot) -> String? {
        do {
            try Files.write([(path(slot), record)])
            return nil
        } catch {
            return String(describing: error)
        }
    }

    /// The records of the runs that are done, which must be those that the journal names.
    func records(_ plan: PairPlan, _ state: PairState) throws -> [Int: Record] {
        var records: [Int: Record] = [:]
        for slot in plan.slots {
            guard let id = state.finished[slot.index] else { continue }
            let file = path(slot)
            let record: Record
            do {
                record = try Record.read(
                    try Files.read(file, limit: RemoteMeasure.maximumRecordBytes, expected: "the record of a run"),
                    file: file
                )
            } catch let error as DocumentError {
                throw Failure.input([error.description])
            }
            guard record.id == id else {
                throw Failure.input([
                    "\(file): is another record than the one that was measured; restore it, or begin anew"
                ])
            }
            records[slot.index] = record
        }
        return records
    }
}
