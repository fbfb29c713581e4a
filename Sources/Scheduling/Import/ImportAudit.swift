/// What an importer found in a file: how much it read, what it left out and what it had to assume, counted by reason.
package struct ImportAudit: Sendable, Hashable {
    /// What is done with a row for which a finding stands.
    package enum Disposition: String, Sendable, Hashable {
        /// The row is left out.
        case skipped
        /// The row is a job; something about it was assumed or is worth knowing.
        case noted
    }

    /// Why a row was left out or noted.
    ///
    /// Declaration order is the order of tables.
    package enum Finding: Int, Sendable, Hashable, CaseIterable {
        // Left out.
        case lineTooLong
        case fieldCount
        case openQuote
        case controlCharacters
        case malformedNumber
        case malformedTime
        case step
        case partialRecord
        case neverRan
        case missingSubmit
        case missingDuration
        case missingSize
        case impossibleTime
        case endsBeforeStart
        case negativeDuration
        case absurdDuration
        case negativeSize
        case absurdSize
        case partOfSeveral
        case noGPU
        case mixedSlices
        case mixedTypes
        case unsizedShards
        case tooManyNames
        case duplicate
        case superseding
        // Noted.
        case stillRunning
        case zeroDuration
        case unsorted
        case localTime
        case ambiguousTime
        case mixedZones
        case startsBeforeSubmit
        case submitFromEligible
        case submitFromStart
        case durationDisagrees
        case roundedGPUs
        case sizeFromRequest
        case modelledDuration
        case heterogeneous
        case arrayOfTasks
        case unknownProfile
        case repeatedRow
        case noLineEnd

        /// What happens to the row.
        package var disposition: Disposition {
            switch self {
            case .stillRunning, .zeroDuration, .unsorted, .localTime, .ambiguousTime, .mixedZones,
                .startsBeforeSubmit, .submitFromEligible, .submitFromStart, .durationDisagrees, .roundedGPUs,
                .sizeFromRequest, .modelledDuration, .heterogeneous, .arrayOfTasks, .unknownProfile, .repeatedRow,
                .noLineEnd:
                .noted
            default: .skipped
            }
        }

        /// The code, and one phrase.
        private var words: (code: String, explanation: String) {
            switch self {
            case .lineTooLong: ("line-too-long", "the line is longer than any row can be")
            case .fieldCount: ("field-count", "the row has fewer or more fields than the header; cut or damaged")
            case .openQuote:
                ("open-quote", "a quote is not closed where a field ends, on its line or one of the thousand after it")
            case .controlCharacters: ("control-characters", "a name holds control characters")
            case .malformedNumber: ("malformed-number", "a field that should be a number is none")
            case .malformedTime: ("malformed-time", "a field that should be a time is none")
            case .step: ("job-step", "a step of a job, whose job has a row of its own")
            case .partialRecord:
                ("partial-record", "one of several bursts of a job, whose summary has a row of its own")
            case .neverRan: ("never-ran", "the job never started, so its length is not known")
            case .missingSubmit: ("missing-submit", "neither when it was submitted nor when it started is known")
            case .missingDuration: ("missing-duration", "neither how long it ran nor when it ended is known")
            case .missingSize: ("missing-size", "how many GPUs it asked for is not known")
            case .impossibleTime:
                (
                    "impossible-time",
                    "a time before 1990, negative, or decades from the others: no clock showed it; numbers that are not seconds "
                        + "need their unit, such as --map submit=COLUMN:ms"
                )
            case .endsBeforeStart: ("ends-before-start", "the job ends before it starts")
            case .negativeDuration: ("negative-duration", "the job has a negative duration")
            case .absurdDuration: ("absurd-duration", "the job ran for more than ten years")
            case .negativeSize: ("negative-size", "the job asks for a negative amount")
            case .absurdSize:
                (
                    "absurd-size",
                    "the job asks for more than a million GPUs, or for more CPU or memory than a trace can hold"
                )
            case .partOfSeveral: ("part-of-several-gpus", "the job asks for a part of several GPUs, or for none of one")
            case .noGPU: ("no-gpu", "the job asks for no GPU")
            case .mixedSlices: ("mixed-slices", "the job asks for several MIG profiles at once")
            case .mixedTypes: ("mixed-types", "the job asks for GPUs of several types at once")
            case .unsizedShards:
                ("unsized-shards", "the job asks for shards; say how many make a GPU with --shards-per-gpu")
            case .tooManyNames:
                ("too-many-names", "more GPU types than 64, or more teams, profiles or classes than 100,000")
            case .duplicate: ("duplicate", "the same job with the same start stands above")
            case .superseding:
                (
                    "superseding",
                    "the job was still running in a row above; this one, in which it had ended, took that row's place"
                )
            case .stillRunning: ("still-running", "the job had not ended; it is taken as long as it had run")
            case .zeroDuration: ("zero-duration", "the job ran for no time")
            case .unsorted: ("unsorted", "the row was submitted before one above it; rows were sorted")
            case .localTime: ("local-time", "the times have no zone; taken as UTC, give theirs with --zone")
            case .ambiguousTime:
                (
                    "ambiguous-local-time",
                    "a local time came twice, when clocks were set back, and the rest of the row fits both; taken as the first"
                )
            case .mixedZones: ("mixed-zones", "a time has a zone where the first of the file had none, or the reverse")
            case .startsBeforeSubmit:
                ("starts-before-submit", "the job starts before it was submitted; the submission counts")
            case .submitFromEligible:
                ("submit-from-eligible", "no submission is known; when the job could run is taken for it")
            case .submitFromStart: ("submit-from-start", "no submission is known; the start is taken for it")
            case .durationDisagrees:
                (
                    "duration-disagrees",
                    "end less start differs from the stated duration by more than a second; the stated counts"
                )
            case .roundedGPUs: ("rounded-gpus", "the job asks for a part of a GPU above one; rounded up to whole GPUs")
            case .sizeFromRequest: ("size-from-request", "what was allocated is not known; what was requested is taken")
            case .modelledDuration: ("modelled-duration", "the duration is tokens over the stated token rates")
            case .heterogeneous: ("heterogeneous-job", "a component of a heterogeneous job; each is a job of its own")
            case .arrayOfTasks:
                ("array-of-tasks", "the row stands for tasks of an array that had not started; it is taken as one job")
            case .unknownProfile:
                (
                    "unknown-profile",
                    "the job names a MIG profile that no known GPU has; MIG models refuse it, others give it a whole GPU"
                )
            case .repeatedRow: ("repeated-row", "the row repeats one above and has no job number; both count")
            case .noLineEnd: ("no-line-end", "the last row has no line end; it may be cut")
            }
        }

        /// The spelling in JSON, such as `job-step`.
        package var code: String { words.code }

        /// One phrase: what the row is, and the rule that was applied.
        package var explanation: String { words.explanation }
    }

    /// How often one finding was made.
    package struct Entry: Sendable, Hashable {
        package var finding: Finding
        package var count: Int
        /// The lines of the first, at most ``ImportAudit/shownLines``, ascending.
        package var lines: [Int]
    }

    /// How many line numbers are kept of each finding.
    package static let shownLines = 5

    /// Bytes read.
    package internal(set) var bytes = 0
    /// Rows read: lines that are neither a header, nor a comment, nor empty.
    package internal(set) var rows = 0
    /// Rows that became jobs.
    package internal(set) var jobs = 0
    private var counts = ContiguousArray<Int>(repeating: 0, count: Finding.allCases.count)
    private var lines = ContiguousArray<ContiguousArray<Int>>(repeating: [], count: Finding.allCases.count)

    init() {}

    /// Rows left out.
    package var skipped: Int {
        entries.filter { $0.finding.disposition == .skipped }.reduce(0) { $0 + $1.count }
    }

    /// Every finding that was made, in the order of declaration.
    package var entries: [Entry] {
        Finding.allCases.compactMap { finding in
            let count = counts[finding.rawValue]
            return count > 0 ? Entry(finding: finding, count: count, lines: Array(lines[finding.rawValue])) : nil
        }
    }

    /// How often a finding was made.
    package func count(_ finding: Finding) -> Int {
        counts[finding.rawValue]
    }

    @inline(__always)
    mutating func note(_ finding: Finding, line: Int) {
        let index = finding.rawValue
        let earlier = counts[index]
        counts[index] = earlier + 1
        if earlier < Self.shownLines { keep(line, of: index) }
    }

    @inline(never)
    private mutating func keep(_ line: Int, of index: Int) {
        lines[index].append(line)
    }
}

/// Several findings about one row.
struct Findings: Sendable {
    private var bits: UInt64 = 0

    /// Whether there is none.
    var isEmpty: Bool { bits == 0 }

    /// Adds one.
    mutating func insert(_ finding: ImportAudit.Finding) {
        bits |= 1 << UInt64(truncatingIfNeeded: finding.rawValue)
    }

    /// Calls a closure for each, in the order of declaration.
    func forEach(_ body: (ImportAudit.Finding) -> Void) {
        var rest = bits
        while rest != 0 {
            if let finding = ImportAudit.Finding(rawValue: rest.trailingZeroBitCount) { body(finding) }
            rest &= rest &- 1
        }
    }
}
