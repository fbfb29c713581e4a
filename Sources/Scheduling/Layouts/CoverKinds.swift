/// GPUs for slices by how many of the jobs that run on them each pattern would have in the way.
///
/// An estate can have as many kinds as GPUs; those beyond the most frequent ones are counted to the kind with which they
/// lose least, both then with the jobs of the worse one: cautious, never wrong.
struct CoverKinds {
    /// Busy GPUs of one model on which the same jobs run.
    struct Busy {
        let model: Int
        var count: Int
        /// By the position of the pattern in the model's ``LayoutChoices``.
        let jobs: [UInt8]
    }

    /// GPUs that are alike.
    struct Kind {
        let group: Int
        let isBusy: Bool
        var count: Int
        /// Jobs in the way by the position of the pattern in the group's first model; empty for none anywhere.
        var jobs: [UInt8]

        func jobs(_ pattern: Int) -> Int { jobs.isEmpty ? 0 : Int(jobs[pattern]) }
    }

    /// The most kinds of busy GPUs.
    static let limit = 24

    private(set) var kinds: [Kind] = []

    /// Sorts the GPUs.
    ///
    /// - Parameters:
    ///   - groups: models that hold the same patterns.
    ///   - choices: by model.
    ///   - room: GPUs of each group in all.
    ///   - busy: those of them with running jobs.
    init(groups: [[Int]], choices: [LayoutChoices?], room: [Int], busy: [Busy]) {
        var all: [Kind] = []
        for (group, members) in groups.enumerated() {
            guard let first = choices[members[0]] else { continue }
            var idle = room[group]
            var known: [[UInt8]: Int] = [:]
            for entry in busy where members.contains(entry.model) {
                idle -= entry.count
                guard let choice = choices[entry.model] else { continue }
                // Models of one group hold the same patterns, each in an order of its own.
                let jobs =
                    entry.model == members[0]
                    ? entry.jobs : first.patterns.map { choice.position[$0].map { entry.jobs[$0] } ?? .max }
                if let found = known[jobs] {
                    all[found].count += entry.count
                } else {
                    known[jobs] = all.count
                    all.append(Kind(group: group, isBusy: true, count: entry.count, jobs: jobs))
                }
            }
            if idle > 0 { kinds.append(Kind(group: group, isBusy: false, count: idle, jobs: [])) }
        }
        let order = all.indices.sorted { (all[$1].count, $0) < (all[$0].count, $1) }
        var merged: [Kind] = []
        for index in order {
            let kind = all[index]
            let same = merged.indices.filter { merged[$0].group == kind.group }
            // Every group has a kind of its own at least.
            if merged.count < Self.limit || same.isEmpty {
                merged.append(kind)
                continue
            }
            let best = same.min { (loss(kind, merged[$0]), $0) < (loss(kind, merged[$1]), $1) }
            guard let best else { continue }
            merged[best].count += kind.count
            merged[best].jobs = zip(merged[best].jobs, kind.jobs).map { max($0, $1) }
        }
        kinds += merged
    }

    /// Patterns times GPUs that could no longer be held without waiting for a job.
    private func loss(_ one: Kind, _ other: Kind) -> Int {
        var (mine, theirs) = (0, 0)
        for (a, b) in zip(one.jobs, other.jobs) {
            if a == 0, b > 0 { mine += 1 }
            if b == 0, a > 0 { theirs += 1 }
        }
        return mine * one.count + theirs * other.count
    }
}
