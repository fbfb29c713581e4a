package import Documents

/// What a listener did for one session.
package struct NetworkServed: Sendable, Hashable {
    /// Who measured: address and port.
    package let peer: String
    /// When it began, in the form of RFC 3339.
    package let started: String
    /// From its beginning to its end, in seconds.
    package var seconds = 0.0
    /// Runs that were carried out, by what was done.
    package private(set) var work: [NetworkWork.Kind: Int] = [:]
    /// Runs that failed or were broken off.
    package private(set) var failedRuns = 0

    /// A session that begins.
    init(peer: String, started: String) {
        self.peer = peer
        self.started = started
    }

    /// Every run that was begun.
    package var runs: Int { work.values.reduce(failedRuns, +) }

    /// Counts a run.
    mutating func count(_ kind: NetworkWork.Kind, isDone: Bool) {
        if isDone { work[kind, default: 0] += 1 } else { failedRuns += 1 }
    }

    /// For a program: `measure --listen --json` prints it at the end of each session.
    package var json: JSON {
        .fields([
            "session_of": .string(peer),
            "started": .string(started),
            "seconds": .finite(seconds),
            "runs": .integer(runs),
            "failed_runs": .integer(failedRuns),
            "work": .object(
                NetworkWork.Kind.allCases.compactMap { kind in
                    work[kind].map { JSONMember(kind.rawValue, .integer($0)) }
                }
            ),
        ])
    }
}
