import Documents
import Estate

/// What one GPU of a model can hold of the rows asked for, and where it would best hold it.
struct LayoutChoices {
    /// A layout that holds a pattern.
    struct Candidate {
        let shape: LayoutRules.Shape
        /// What later jobs could still use beside it, in millionths of a memory slice: whole, so that equals are equal.
        let usable: Int
    }

    let geometry: MIGGeometry
    let rules: LayoutRules
    /// Every pattern (instances by row) that is legal, the empty one too.
    let patterns: [[Int]]
    /// Those to which nothing can be added.
    let maximal: [[Int]]
    /// What later jobs could use of an idle GPU, in GPUs.
    let usableWhenIdle: Double
    /// The position of each pattern.
    let position: [[Int]: Int]
    /// Layouts with the same instances of each profile, whichever rows have them.
    let sets: [[Candidate]]
    /// The set of each pattern, by its position.
    let setOf: [Int]
    let states: LayoutStates
    private let rowsOfProfile: [Int: [Int]]
    private let slices: Int

    /// Enumerates the layouts of the profiles that rows ask of this model.
    ///
    /// - Parameters:
    ///   - geometry: the model's.
    ///   - rows: what is wanted.
    ///   - model: the model's position among the rows' profiles.
    ///   - standing: the placements, in bits, of instances with running jobs, which may stay beside what is wanted.
    /// - Throws: ``PlanError/catalogue(_:)`` and ``PlanError/states(_:)``.
    init(
        _ geometry: MIGGeometry,
        _ rows: [DemandRows.Row],
        model: Int,
        standing: UInt64 = 0
    ) throws(PlanError) {
        self.geometry = geometry
        var rowsOfProfile: [Int: [Int]] = [:]
        for (row, entry) in rows.enumerated() {
            if let profile = entry.profile[model] { rowsOfProfile[profile, default: []].append(row) }
        }
        self.rowsOfProfile = rowsOfProfile
        let wanted = rowsOfProfile.keys.sorted()
        let names = wanted.map { geometry.profiles[$0].name }
        let layouts: [MIGLayout]
        do {
            layouts = try geometry.layouts(of: wanted.map { geometry.profiles[$0] })
            rules = try LayoutRules(geometry)
        } catch {
            throw .catalogue(error)
        }
        do throws(SimulationError) {
            states = try LayoutStates(
                geometry,
                rules,
                weights: rowsOfProfile.mapValues { $0.reduce(0) { $0 + Double(rows[$1].count) } },
                standing: standing
            )
        } catch {
            throw .states(error)
        }
        slices = max(1, geometry.memorySlices?.value ?? states.slices)
        usableWhenIdle = Double(states.usable(LayoutRules.Shape())) / (Double(slices) * 1e6)
        // By instances of each profile first; rows that share a profile then split its instances.
        var byProfile: [[Int]: [Candidate]] = [:]
        for layout in layouts {
            var counts = Array(repeating: 0, count: wanted.count)
            for instance in layout.instances {
                if let position = names.firstIndex(of: instance.profile) { counts[position] += 1 }
            }
            let shape = rules.shape(of: layout.instances)
            byProfile[counts, default: []].append(Candidate(shape: shape, usable: states.usable(shape)))
        }
        var all: [[Int]] = []
        var most: [[Int]] = []
        var sets: [[Candidate]] = []
        var setOf: [Int] = []
        for counts in byProfile.keys.sorted(by: { $0.lexicographicallyPrecedes($1) }) {
            let isMaximal = counts.indices.allSatisfy { position in
                var more = counts
                more[position] += 1
                return byProfile[more] == nil
            }
            for pattern in Self.splits(counts, wanted.map { rowsOfProfile[$0] ?? [] }, rows: rows.count) {
                all.append(pattern)
                if isMaximal { most.append(pattern) }
                setOf.append(sets.count)
            }
            sets.append(byProfile[counts] ?? [])
        }
        (patterns, maximal, self.sets, self.setOf) = (all, most, sets, setOf)
        position = Dictionary(all.enumerated().map { ($1, $0) }, uniquingKeysWith: { one, _ in one })
    }

    /// Every way to deal the instances of each profile to the rows that it serves.
    private static func splits(_ counts: [Int], _ rowsOf: [[Int]], rows: Int) -> [[Int]] {
        var result = [Array(repeating: 0, count: rows)]
        for (position, count) in counts.enumerated() where count > 0 {
            let targets = rowsOf[position]
            var next: [[Int]] = []
            for partial in result {
                func deal(_ target: Int, _ left: Int, _ pattern: [Int]) {
                    var pattern = pattern
                    if target == targets.count - 1 {
                        pattern[targets[target]] = left
                        next.append(pattern)
                        return
                    }
                    for given in 0...left {
                        pattern[targets[target]] = given
                        deal(target + 1, left - given, pattern)
                    }
                }
                if !targets.isEmpty { deal(0, count, partial) }
            }
            result = next
        }
        return result
    }

    /// The layouts that hold a pattern.
    func candidates(_ pattern: [Int]) -> [Candidate] { position[pattern].map { sets[setOf[$0]] } ?? [] }

    /// What later jobs could use beside a pattern, placed at its best, in GPUs.
    func usable(beside pattern: [Int]) -> Double { usable(candidates(pattern).map(\.usable).max() ?? 0) }

    /// Millionths of a slice in GPUs.
    func usable(_ millionths: Int) -> Double { Double(millionths) / (Double(slices) * 1e6) }

    /// What instances leave idle, in GPUs.
    func idle(beside shape: LayoutRules.Shape) -> Double {
        Double(slices - shape.slices.nonzeroBitCount) / Double(slices)
    }

    /// What a pattern leaves idle, in GPUs.
    func idle(beside pattern: [Int]) -> Double {
        candidates(pattern).first.map { idle(beside: $0.shape) } ?? 1
    }

    /// The rows of a layout's instances, in their order; -1 for what nobody asks for.
    ///
    /// Those of one profile are dealt to its rows by start; `kept` has the bits of those that only stay for their jobs.
    func rows(of layout: MIGLayout, pattern: [Int], kept: UInt64 = 0) -> [Int] {
        var left = pattern
        return layout.instances.map { instance in
            if kept != 0, let bit = rules.bit(of: instance), kept & 1 << UInt64(bit) != 0 { return -1 }
            let profile = geometry.profiles.firstIndex { $0.name == instance.profile } ?? 0
            let row = (rowsOfProfile[profile] ?? []).first { left[$0] > 0 } ?? -1
            if row >= 0 { left[row] -= 1 }
            return row
        }
    }
}

/// What later jobs could use of a GPU in a layout: ``ExpectedFragmentation`` over the profiles asked for.
struct LayoutStates {
    private let automaton: GPUAutomaton
    private let value: ContiguousArray<Int>
    /// The automaton's slot of each placement; -1 for those of profiles that nobody has or wants.
    private let slotOf: [Int]
    private let rules: LayoutRules
    /// The most memory slices that can be taken.
    let slices: Int

    /// - Parameters:
    ///   - geometry: the model's.
    ///   - rules: the same in numbers.
    ///   - weights: how many are wanted, by profile.
    ///   - standing: placements of instances that may stay beside what is wanted.
    /// - Throws: ``SimulationError`` for more states than are numbered.
    init(
        _ geometry: MIGGeometry,
        _ rules: LayoutRules,
        weights: [Int: Double],
        standing: UInt64
    ) throws(SimulationError) {
        self.rules = rules
        var profiles = Set(weights.keys)
        for bit in rules.bits(standing) {
            if let profile = geometry.profiles.firstIndex(where: { $0.name == rules.places[bit].profile }) {
                profiles.insert(profile)
            }
        }
        let all = profiles.sorted()
        let automaton = try GPUAutomaton.mig(geometry, profiles: all)
        let expected = ExpectedFragmentation(
            automaton,
            demand: ExpectedFragmentation.Demand(slices: all.map { weights[$0] ?? 0 })
        )
        self.automaton = automaton
        value = ContiguousArray(expected.usable.map { Int(($0 * 1e6).rounded()) })
        var slotOf = Array(repeating: -1, count: rules.places.count)
        for (index, slot) in automaton.slots.enumerated() {
            guard case .profile(let profile) = automaton.requests[slot.request] else { continue }
            let place = MIGInstance(profile: geometry.profiles[profile].name, start: slot.start, size: slot.size)
            if let bit = rules.bit(of: place) { slotOf[bit] = index }
        }
        self.slotOf = slotOf
        slices = automaton.slots.map { $0.start + $0.size }.max() ?? 1
    }

    /// In millionths of a memory slice; 0 for what is not legal.
    func usable(_ shape: LayoutRules.Shape) -> Int {
        var state = GPUAutomaton.idle
        var rest = shape.places
        while rest != 0 {
            let slot = slotOf[rest.trailingZeroBitCount]
            rest &= rest - 1
            guard slot >= 0, let next = automaton.next(state, giving: slot) else { return 0 }
            state = next
        }
        return value[state]
    }
}
