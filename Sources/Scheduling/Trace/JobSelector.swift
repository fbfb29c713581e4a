/// Which jobs of a trace belong to something: a workload of a study, a part of a mixed estate.
///
/// What is stated must hold; of several names one must. A selector that states nothing takes every job with a GPU.
package struct JobSelector: Sendable, Hashable {
    /// Names in the trace's team column (account, partition, queue, user: whichever was read as the team).
    package var teams: [String]
    /// Names in the trace's column of classes.
    package var classes: [String]
    /// Names of MIG profiles; a job without one has none of them.
    package var profiles: [String]
    /// GPUs, or instances of a profile, that a job asks for in all; a part of a GPU counts as one.
    package var gpus: ClosedRange<Int>?

    /// A selector; empty lists and no range state nothing.
    package init(
        teams: [String] = [],
        classes: [String] = [],
        profiles: [String] = [],
        gpus: ClosedRange<Int>? = nil
    ) {
        self.teams = teams
        self.classes = classes
        self.profiles = profiles
        self.gpus = gpus
    }

    /// Reads `team:vision,team:language,class:training,profile:1g.10gb,gpus:2-8`; `*` takes every job.
    ///
    /// - Throws: ``SimulationError/option(_:)`` with one sentence for what is not such a list.
    package init(parsing text: String) throws(SimulationError) {
        self.init()
        guard text != "*" else { return }
        guard !text.isEmpty else { throw .option("a selector of jobs is empty; write team:NAME, or * for every job") }
        for term in text.split(separator: ",", omittingEmptySubsequences: false).map(String.init) {
            let parts = term.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
            guard parts.count == 2, !parts[1].isEmpty else {
                throw .option("'\(term)' selects no jobs; expected a list such as team:vision,class:training,gpus:2-8")
            }
            switch parts[0] {
            case "team": teams.append(parts[1])
            case "class": classes.append(parts[1])
            case "profile": profiles.append(parts[1])
            case "gpus":
                guard gpus == nil else { throw .option("'\(text)' states two ranges of GPUs; write one, such as 2-8") }
                guard let range = Self.range(parts[1]) else {
                    throw .option("'\(term)' is no range of GPUs; write gpus:4, gpus:2-8 or gpus:8-")
                }
                gpus = range
            default:
                throw .option("'\(parts[0])' selects no jobs; known are team, class, profile and gpus")
            }
        }
    }

    /// Reads `4`, `2-8` or `8-`: at least 1, at most 1,000,000,000; nil for anything else.
    package static func range(_ text: String) -> ClosedRange<Int>? {
        let parts = text.split(separator: "-", maxSplits: 1, omittingEmptySubsequences: false)
        let limit = 1_000_000_000
        guard let low = parts.first.flatMap({ Int($0) }), (1...limit).contains(low) else { return nil }
        guard parts.count == 2 else { return low...low }
        if parts[1].isEmpty { return low...limit }
        guard let high = Int(parts[1]), (low...limit).contains(high) else { return nil }
        return low...high
    }

    /// As ``range(_:)`` reads it.
    static func text(_ gpus: ClosedRange<Int>) -> String {
        guard gpus.lowerBound != gpus.upperBound else { return "\(gpus.lowerBound)" }
        return "\(gpus.lowerBound)-" + (gpus.upperBound >= 1_000_000_000 ? "" : "\(gpus.upperBound)")
    }
}

extension JobSelector: CustomStringConvertible {
    /// As ``init(parsing:)`` reads it.
    package var description: String {
        var terms = teams.map { "team:\($0)" } + classes.map { "class:\($0)" } + profiles.map { "profile:\($0)" }
        if let gpus { terms.append("gpus:\(Self.text(gpus))") }
        return terms.isEmpty ? "*" : terms.joined(separator: ",")
    }
}
