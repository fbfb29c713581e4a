internal import Documents
internal import Glibc

/// A journal that cannot be read, written or continued.
package enum PairJournalError: Error, Sendable, Hashable, CustomStringConvertible {
    /// A line that is none, and where.
    case wrongLine(String)
    /// The plan in the journal is another one.
    case otherPlan(path: String)
    /// The system's refusal.
    case system(path: String, String)

    package var description: String {
        switch self {
        case .wrongLine(let problem): problem
        case .otherPlan(let path):
            "\(path): was begun with another plan or other options; give the same ones to resume it, or choose another "
                + "folder with -o"
        case .system(let path, let problem):
            "\(path): the journal cannot be written (\(problem)); check the disk, then resume"
        }
    }
}

/// The journal of a pair on disk: one JSON object a line, the plan first, each line on the disk before the next step.
///
/// A line cut short by a crash is left out when the journal is read, and removed before the next is written.
package struct PairJournal: Sendable {
    /// Where it is.
    package let path: String
    /// Everything that happened, in order.
    package private(set) var events: [PairEvent]

    private static let limits = JSONDocument.Limits(bytes: 1 << 20, depth: 8, values: 1_000)

    /// Begins a journal with the text of the plan; refuses where one is.
    package init(creating path: String, plan: String) throws(PairJournalError) {
        self.path = path
        events = []
        let line = try Self.line(.fields(["plan": .string(plan), "plan_id": .string(Self.identifier(of: plan))]))
        try Self.append(line, to: path, flags: O_CREAT | O_EXCL)
    }

    /// Reads the journal of a plan from the bytes of its file, and cuts off an unfinished last line on the disk.
    package init(resuming path: String, bytes: [UInt8], plan: String) throws(PairJournalError) {
        self.path = path
        let (planned, events, whole) = try Self.parse(bytes, file: path)
        guard planned == plan else { throw .otherPlan(path: path) }
        self.events = events
        if whole < bytes.count, truncate(path, whole) != 0 { throw .system(path: path, systemError(errno)) }
    }

    /// Notes what happened; it is on the disk when this returns.
    package mutating func append(_ event: PairEvent) throws(PairJournalError) {
        try Self.append(try Self.line(event.json), to: path, flags: 0)
        events.append(event)
    }

    /// The text of the plan that a journal was begun with.
    package static func plan(of bytes: [UInt8], file: String) throws(PairJournalError) -> String {
        try parse(bytes, file: file).plan
    }

    /// The plan and the events of a journal, and how many of its bytes are whole lines.
    static func parse(
        _ bytes: [UInt8],
        file: String
    ) throws(PairJournalError) -> (plan: String, events: [PairEvent], whole: Int) {
        let whole = bytes.lastIndex(of: 0x0A).map { $0 + 1 } ?? 0
        var plan: String?
        var events: [PairEvent] = []
        let lines = bytes[..<whole].split(separator: 0x0A, omittingEmptySubsequences: false).dropLast()
        for (number, line) in lines.enumerated() {
            do throws(DocumentError) {
                let value = try JSONDocument.parse(Array(line), file: "\(file), entry \(number + 1)", limits: limits)
                let reader = Reader(value, file: "\(file), entry \(number + 1)")
                if plan == nil {
                    let header = try reader.object(["plan", "plan_id"])
                    let text = try header.require("plan").string()
                    let id = try header.require("plan_id", expected: "the hash of the plan")
                    let told = try id.string()
                    guard told == identifier(of: text) else {
                        throw id.fail("the plan was altered: its hash is not \(id.found); begin anew")
                    }
                    plan = text
                } else {
                    events.append(try PairEvent(reader))
                }
            } catch {
                throw .wrongLine(error.description)
            }
        }
        guard let plan else { throw .wrongLine("\(file): holds no plan; it is no journal of 'assay measure --pair'") }
        return (plan, events, whole)
    }

    /// What the plan's text is told by, so that a plan that was altered afterwards is noticed.
    private static func identifier(of plan: String) -> String { JobPlan.hash(plan) }

    private static func line(_ json: JSON) throws(PairJournalError) -> [UInt8] {
        do { return try json.canonical() + [0x0A] } catch { throw .wrongLine("an entry cannot be written: \(error)") }
    }

    private static func append(_ line: [UInt8], to path: String, flags: Int32) throws(PairJournalError) {
        let descriptor = open(path, O_WRONLY | O_APPEND | O_CLOEXEC | flags, 0o644)
        guard descriptor >= 0 else { throw .system(path: path, systemError(errno)) }
        defer { close(descriptor) }
        var written = 0
        while written < line.count {
            let count = line[written...].withUnsafeBytes { write(descriptor, $0.baseAddress, $0.count) }
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { throw .system(path: path, systemError(errno)) }
            written += count
        }
        guard fsync(descriptor) == 0 else { throw .system(path: path, systemError(errno)) }
    }
}

extension PairEvent {
    /// The event as a line of the journal.
    var json: JSON {
        switch self {
        case .session: ["event": "session"]
        case .started(let run, let time): ["event": "started", "run": .integer(run), "at": .string(time)]
        case .finished(let run, let id): ["event": "finished", "run": .integer(run), "record": .string(id)]
        case .failed(let run, let failure):
            [
                "event": "failed", "run": .integer(run), "kind": .string(failure.kind.rawValue),
                "reason": .string(failure.reason),
            ]
        case .exchanged: ["event": "exchanged"]
        }
    }

    init(_ reader: Reader) throws(DocumentError) {
        let object = try reader.object(["event", "run", "at", "record", "kind", "reason"])
        func run() throws(DocumentError) -> Int { try object.require("run").int(in: 0...3_999) }
        let event = try object.require("event")
        switch try event.string() {
        case "session": self = .session
        case "exchanged": self = .exchanged
        case "started": self = .started(run: try run(), at: try object.require("at").string())
        case "finished": self = .finished(run: try run(), id: try object.require("record").string())
        case "failed":
            let kind: PairFailure.Kind = try object.require("kind").choice("a kind of failure")
            self = .failed(run: try run(), PairFailure(kind, try object.require("reason").string()))
        default: throw event.fail("\(event.found) is no event of a journal")
        }
    }
}
