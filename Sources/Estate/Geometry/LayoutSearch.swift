/// Walks the memory slices from the left, leaving each free or starting a placement on it.
///
/// Every limit on a layout also limits its subsets, so a branch that breaks one is cut at once. Depth is the number of
/// memory slices, at most 16 (checked when the catalogue is read).
struct LayoutSearch {
    private struct Candidate {
        let profile: Int
        let instance: MIGInstance
    }

    private let chosen: [MIGProfile]
    /// Candidates by first slice.
    private var byStart: [[Candidate]]
    private let computeSlices: Int
    private let maximumInstances: Int
    private var counts: [Int]
    private var compute = 0
    private var current: [Candidate] = []
    private(set) var found: [MIGLayout] = []

    init(_ geometry: MIGGeometry, _ chosen: [MIGProfile]) throws(CatalogueError) {
        self.chosen = chosen
        computeSlices = try geometry.totalComputeSlices()
        maximumInstances = geometry.maximumInstances.value
        counts = Array(repeating: 0, count: chosen.count)
        var candidates: [Candidate] = []
        for (index, profile) in chosen.enumerated() {
            for instance in try geometry.placements(of: profile) {
                candidates.append(Candidate(profile: index, instance: instance))
            }
        }
        byStart = Array(repeating: [], count: (candidates.map { $0.instance.start + $0.instance.size }.max() ?? 0))
        for candidate in candidates { byStart[candidate.instance.start].append(candidate) }
    }

    mutating func run() {
        found = []
        walk(from: 0)
    }

    private mutating func walk(from slice: Int) {
        guard slice < byStart.count else {
            found.append(MIGLayout(current.map(\.instance)))
            return
        }
        walk(from: slice + 1)
        for candidate in byStart[slice] where fits(candidate) {
            add(candidate)
            walk(from: slice + candidate.instance.size)
            remove()
        }
    }

    private func fits(_ candidate: Candidate) -> Bool {
        let profile = chosen[candidate.profile]
        return compute + profile.computeSlices <= computeSlices
            && current.count < maximumInstances
            && counts[candidate.profile] < profile.maximumInstances
            && current.allSatisfy { MIGGeometry.canShareMedia(chosen[$0.profile], profile) }
    }

    private mutating func add(_ candidate: Candidate) {
        current.append(candidate)
        counts[candidate.profile] += 1
        compute += chosen[candidate.profile].computeSlices
    }

    private mutating func remove() {
        guard let last = current.popLast() else { return }
        counts[last.profile] -= 1
        compute -= chosen[last.profile].computeSlices
    }

    /// Whether no candidate can be added to a layout that this search found.
    func isMaximal(_ layout: MIGLayout) -> Bool {
        var probe = self
        for instance in layout.instances {
            guard let index = chosen.firstIndex(where: { $0.name == instance.profile }) else { return false }
            probe.add(Candidate(profile: index, instance: instance))
        }
        let taken = layout.mask
        return !byStart.joined().contains { taken & $0.instance.mask == 0 && probe.fits($0) }
    }
}
