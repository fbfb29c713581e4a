/// The jobs of a trace dealt to selectors: every job to at most one, and those of none counted.
package struct JobMapping: Sendable {
    /// A job that two selectors take.
    package struct Overlap: Sendable, Hashable {
        /// The job's index in the trace, the first such.
        package let job: Int
        /// The selector that comes first.
        package let first: Int
        /// The other.
        package let second: Int
        /// How many jobs two or more selectors take.
        package let jobs: Int
    }

    /// The selector of each job by position, ``TraceJob/none`` for a job of none, in step with the trace.
    package let selector: ContiguousArray<Int32>
    /// Jobs of each selector.
    package let counts: [Int]
    /// Jobs with a GPU that no selector takes.
    package let unassigned: Int
    /// Jobs that ask for no GPU: no selector takes them.
    package let withoutGPU: Int
    /// Jobs that more than one selector takes; nil where there are none.
    ///
    /// Such jobs went to the first.
    package let overlap: Overlap?
    /// Names that a selector states and the trace has not, by selector: a slip, more often than not.
    package let unknownNames: [[String]]

    /// Deals the jobs of a trace.
    ///
    /// - Parameters:
    ///   - trace: the jobs.
    ///   - classes: the names of ``TraceJob/speedClass``, as ``ImportedTrace/classes`` has them.
    ///   - selectors: who takes which.
    package init(_ trace: Trace, classes: [String], _ selectors: [JobSelector]) {
        let matchers = selectors.map { Matcher($0, trace, classes) }
        var chosen: ContiguousArray<Int32> = []
        chosen.reserveCapacity(trace.count)
        var counts = Array(repeating: 0, count: selectors.count)
        var (unassigned, withoutGPU) = (0, 0)
        var first: (job: Int, first: Int, second: Int)?
        var several = 0
        for job in 0..<trace.count {
            guard trace.gpus[job] > 0 else {
                withoutGPU += 1
                chosen.append(TraceJob.none)
                continue
            }
            var taken: Int?
            var isTwice = false
            for (position, matcher) in matchers.enumerated() where matcher.takes(trace, job) {
                guard let before = taken else {
                    taken = position
                    continue
                }
                isTwice = true
                if first == nil { first = (job, before, position) }
                break
            }
            if isTwice { several += 1 }
            if let taken { counts[taken] += 1 } else { unassigned += 1 }
            chosen.append(taken.map { Int32(clamping: $0) } ?? TraceJob.none)
        }
        selector = chosen
        self.counts = counts
        self.unassigned = unassigned
        self.withoutGPU = withoutGPU
        overlap = first.map { Overlap(job: $0.job, first: $0.first, second: $0.second, jobs: several) }
        unknownNames = selectors.map { selector in
            selector.teams.filter { !trace.teams.contains($0) } + selector.classes.filter { !classes.contains($0) }
                + selector.profiles.filter { !trace.profiles.contains($0) }
        }
    }

    /// One selector with names looked up.
    private struct Matcher {
        let teams: [Bool]?
        let classes: [Bool]?
        let profiles: [Bool]?
        let gpus: ClosedRange<Int>?

        init(_ selector: JobSelector, _ trace: Trace, _ classes: [String]) {
            func flags(_ names: [String], among known: [String]) -> [Bool]? {
                guard !names.isEmpty else { return nil }
                let wanted = Set(names)
                return known.map(wanted.contains)
            }
            teams = flags(selector.teams, among: trace.teams)
            self.classes = flags(selector.classes, among: classes)
            profiles = flags(selector.profiles, among: trace.profiles)
            gpus = selector.gpus
        }

        func takes(_ trace: Trace, _ job: Int) -> Bool {
            if let gpus, !gpus.contains(Int(trace.gpus[job])) { return false }
            return Self.has(teams, trace.team[job]) && Self.has(classes, trace.speedClass[job])
                && Self.has(profiles, trace.profile[job])
        }

        private static func has(_ flags: [Bool]?, _ index: Int32) -> Bool {
            guard let flags else { return true }
            return flags.indices.contains(Int(index)) && flags[Int(index)]
        }
    }
}
