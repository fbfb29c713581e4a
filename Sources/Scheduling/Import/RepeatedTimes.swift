/// The times of one row that the clock showed twice, when it was set back: of each, when it came the second time.
///
/// Which of the two was meant is what the rest of the row says: a job starts after it came, ends after it started, and ran as
/// long as its elapsed time. Numbers that ascend with submission, or rows in its order, tell of the submission.
struct RepeatedTimes: Sendable {
    /// The times of a row.
    enum Kind: Int, Sendable {
        case submit, eligible, start, end
    }

    /// The times of a row, each as it came first, and how long the job ran by the row's own account.
    struct Row: Sendable, Hashable {
        var submit: Int64?
        var eligible: Int64?
        var start: Int64?
        var end: Int64?
        var duration: Int64?

        /// When it came, for a replay: a job that is held, or waits for another, does not wait for GPUs.
        var arrival: Int64? {
            guard let eligible, eligible <= start ?? .max else { return submit }
            return max(submit ?? eligible, eligible)
        }

        fileprivate subscript(_ kind: Int) -> Int64? {
            get { [submit, eligible, start, end][kind] }
            set {
                switch Kind(rawValue: kind) {
                case .submit: submit = newValue
                case .eligible: eligible = newValue
                case .start: start = newValue
                case .end: end = newValue
                case nil: break
                }
            }
        }

        /// What a replay goes by.
        fileprivate var outcome: [Int64?] {
            [arrival, start, duration ?? start.flatMap { start in end.map { $0 &- start } }]
        }

        /// How much speaks against the times, the worst first; 0 for times that agree.
        fileprivate func doubt(notBefore floor: Int64?) -> Int {
            var doubt = 0
            if let start, let end, end < start { doubt += 8 }
            // Beside a time of the calendar any number may stand in the row.
            if let start, let end, let duration, abs(Double(end) - Double(start) - Double(duration)) > 1_000 {
                doubt += 4
            }
            if let submit, let first = start ?? end, first < submit { doubt += 2 }
            if let eligible, let first = start ?? end, first < eligible { doubt += 2 }
            if let submit, let eligible, eligible < submit { doubt += 2 }
            if let submit, let floor, submit < floor { doubt += 1 }
            return doubt
        }
    }

    private let line: Int
    private var second: [Int64?] = [nil, nil, nil, nil]

    /// None yet, of a line.
    init(line: Int) {
        self.line = line
    }

    /// Whether these are of a line.
    func isOf(_ line: Int) -> Bool { line == self.line }

    /// Keeps when a time came again.
    mutating func add(_ kind: Kind, again: Int64) {
        second[kind.rawValue] = again
    }

    /// Chooses the times against which the least speaks, the earliest among equals.
    ///
    /// - Parameters:
    ///   - first: the times, each as it came first.
    ///   - floor: when a job came that came no later; nil where none is known.
    /// - Returns: the times, and whether others that come to something else are as good.
    func settled(_ first: Row, notBefore floor: Int64?) -> (row: Row, isAmbiguous: Bool) {
        var best = first
        var least = Int.max
        var isAmbiguous = false
        for choice in 0..<16 {
            var row = first
            var isPossible = true
            for kind in 0..<4 {
                let isSecond = choice >> kind & 1 == 1
                if isSecond {
                    guard let again = second[kind], first[kind] != nil else {
                        isPossible = false
                        break
                    }
                    row[kind] = again
                }
                // Times of one second, such as a submission and a start without a wait, are of one instant.
                for other in 0..<kind where first[other] == first[kind] && first[kind] != nil && row[other] != row[kind]
                {
                    isPossible = false
                }
            }
            guard isPossible else { continue }
            let doubt = row.doubt(notBefore: floor)
            if doubt < least {
                (best, least, isAmbiguous) = (row, doubt, false)
            } else if doubt == least, row.outcome != best.outcome {
                isAmbiguous = true
            }
        }
        return (best, isAmbiguous)
    }
}
