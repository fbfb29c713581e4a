/// What a user may demand of a host, and whether it is met.
package enum Requirement: String, Sendable, Hashable, CaseIterable {
    /// No hypervisor beneath this system.
    case bareMetal = "bare-metal"

    /// Whether the demand is met.
    package enum Answer: Sendable, Hashable {
        /// Every mandatory check ran, and none found a hypervisor.
        case met
        /// Something was found; the sentence says what.
        case missed(String)
        /// A mandatory check could not run; the sentence says which and why.
        case unknown(String)

        /// The exit code: 0 met, 1 missed, 3 unknown.
        package var exitCode: Int32 {
            switch self {
            case .met: 0
            case .missed: 1
            case .unknown: 3
            }
        }
    }

    /// Judges an inspection; evidence that was found outweighs checks that could not run.
    package func judge(_ inspection: Inspection) -> Answer {
        if let name = inspection.hypervisor.name {
            let strongest = inspection.evidence.filter { $0.subject == .hypervisor }.max { $0.weight < $1.weight }
            let seen = strongest.map { " (\($0.source): \($0.raw))" } ?? ""
            return .missed("not bare metal: \(name.title) is beneath this system\(seen)")
        }
        for check in inspection.checks where check.isMandatory {
            if case .couldNotRun(let reason) = check.outcome {
                return .unknown(
                    "bare metal is not shown: the check '\(check.title)' could not run (\(reason)); run as root on the host "
                        + "itself, outside containers"
                )
            }
        }
        return .met
    }
}
