internal import Documents

/// Where the step time of a job went, over its ranks.
package struct JobAttribution: Sendable, Hashable {
    /// A share over the time lines: their mean, the least and the most.
    package struct Share: Sendable, Hashable {
        package let mean: Double
        package let least: Double
        package let most: Double

        /// Whether every time line has the same.
        package var isOne: Bool { least == most }
    }

    /// What every reader of a profile should know.
    static let caution =
        "Profiling perturbs a job: the profile says where the time goes, and every timing is of runs without it."

    /// The files, by rank and then as given.
    package let profiles: [TorchProfile]

    /// The attribution from the files of a job, one for each rank.
    ///
    /// - Throws: without any; where two are the same file or of the same rank, or of jobs of different sizes.
    package init(_ profiles: [TorchProfile]) throws(TraceError) {
        guard !profiles.isEmpty else { throw TraceError(place: "", problem: "no profile was given") }
        for (place, profile) in profiles.enumerated() {
            for other in profiles[..<place] {
                let both = "\(other.file) and \(profile.file)"
                guard other.identifier != profile.identifier else {
                    throw TraceError(place: "", problem: "\(both) are the same profile; give each rank's once")
                }
                if let rank = profile.rank, other.rank == rank {
                    throw TraceError(place: "", problem: "\(both) are both of rank \(rank); give one for each rank")
                }
                if let size = profile.worldSize, let its = other.worldSize, size != its {
                    throw TraceError(
                        place: "",
                        problem: "\(both) are of jobs of \(its) and of \(size) ranks; give the profiles of one job"
                    )
                }
            }
        }
        self.profiles = profiles.enumerated().sorted { left, right in
            (left.element.rank ?? Int.max, left.offset) < (right.element.rank ?? Int.max, right.offset)
        }.map(\.element)
    }

    /// The devices' times, rank by rank.
    package var timeLines: [TorchProfile.TimeLine] { profiles.flatMap(\.timeLines) }

    /// The share of a part; each time line counts alike.
    package func share(_ part: TorchProfile.Part) -> Share {
        let shares = timeLines.map { $0.share(part) }
        let mean = shares.reduce(0, +) / Double(max(1, shares.count))
        return Share(mean: mean, least: shares.min() ?? 0, most: shares.max() ?? 0)
    }

    /// What the shares are from: `PyTorch profiler, steps 3 to 10, trace.json sha256:…`.
    package var source: String {
        var words = ["PyTorch profiler"]
        let steps = profiles.compactMap(\.steps)
        if steps.count < profiles.count {
            words.append(steps.isEmpty ? "no steps marked" : "steps not marked in all files")
        } else if let least = steps.map(\.lowerBound).min(), let most = steps.map(\.upperBound).max() {
            words.append(least == most ? "step \(least)" : "steps \(least) to \(most)")
        }
        if profiles.count == 1, let only = profiles.first {
            words.append("\(Self.fileName(only.file)) \(only.identifier)")
        } else {
            words.append("\(profiles.count) files, see job_profile")
        }
        if timeLines.count > 1 { words.append("mean over \(timeLines.count) devices") }
        return words.joined(separator: ", ")
    }

    /// `sha256:…` of each file.
    package var identifiers: String { profiles.map(\.identifier).joined(separator: " ") }

    /// What a reader should know, a sentence each.
    package var notes: [String] {
        var notes = profiles.flatMap { profile in
            profile.notes.map { "Profile \(Self.fileName(profile.file)): \($0)." }
        }
        if let size = profiles.compactMap(\.worldSize).first, size > profiles.count {
            notes.append("The profile is of \(profiles.count) of the job's \(NumberText.grouped(size)) ranks.")
        }
        return notes
    }

    /// The last part of a path: where a file lies is nobody's business.
    static func fileName(_ path: String) -> String {
        oneLine(path.split(separator: "/").last.map(String.init) ?? path)
    }
}
