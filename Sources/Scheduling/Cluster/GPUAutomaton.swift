package import Estate

/// What a job can want of a part of a GPU.
package enum SliceRequest: Sendable, Hashable {
    /// An instance of the profile at this index of the geometry's profiles.
    case profile(Int)
    /// Thousandths of a GPU.
    case share(Int)
}

/// Every state in which a GPU can be, and how slices lead from one to another.
///
/// State ``idle`` has nothing on it and ``whole`` is given away entire. The other states are sets of slices; a slot is
/// one thing that can be given: a profile at a placement, an instance of a fixed layout, or a share of one size. The
/// tables are enumerated once per GPU kind, and hold only what the given requests can lead to.
package struct GPUAutomaton: Sendable {
    /// The state without jobs.
    package static let idle = 0
    /// The state of a GPU that is given away whole.
    package static let whole = 1
    /// No state: the transition does not exist.
    static let nothing: UInt16 = .max
    /// The most states and slots that are numbered.
    static let limit = 60_000

    /// One thing that can be given.
    package struct Slot: Sendable, Hashable {
        /// The request that it serves, an index into ``requests``.
        package let request: Int
        /// The first memory slice; 0 for a share.
        package let start: Int
        /// Memory slices, or thousandths.
        package let size: Int
        /// ``SimulationResult/slice`` of it.
        package let code: Int16
    }

    /// A way to serve a request.
    package struct Move: Sendable, Hashable {
        /// The slot that is given.
        package let slot: Int
        /// The state after.
        package let next: Int
    }

    /// What can be asked for, in the order of the tables.
    package let requests: [SliceRequest]
    /// What can be given, by request, then by start.
    package let slots: [Slot]
    /// Whether the GPU can be given whole.
    package let allowsWhole: Bool
    /// How many states there are.
    package private(set) var stateCount: Int
    /// The states after giving a slot, by state times slots plus slot; ``nothing`` where that is not legal.
    private(set) var add: [UInt16]
    /// The states after a slot is given back, by state times slots plus slot; ``nothing`` where it is not given.
    private(set) var remove: [UInt16]

    /// The ways to serve a request from a state, by slot.
    package func moves(from state: Int, request: Int) -> [Move] {
        slots.indices.compactMap { slot in
            guard slots[slot].request == request, let next = next(state, giving: slot) else { return nil }
            return Move(slot: slot, next: next)
        }
    }

    /// The state after giving a slot; nil where that is not legal.
    package func next(_ state: Int, giving slot: Int) -> Int? {
        let next = add[state * slots.count + slot]
        return next == Self.nothing ? nil : Int(next)
    }

    /// The state after a slot is given back; nil where it is not given.
    package func next(_ state: Int, takingBack slot: Int) -> Int? {
        let next = remove[state * slots.count + slot]
        return next == Self.nothing ? nil : Int(next)
    }

    /// The states after each slot is given back, by state times slots plus slot.
    var removals: ContiguousArray<UInt16> { ContiguousArray(remove) }

    /// Starts with the two states that every GPU has.
    private init(requests: [SliceRequest], slots: [Slot], allowsWhole: Bool) {
        self.requests = requests
        self.slots = slots
        self.allowsWhole = allowsWhole
        stateCount = 2
        add = Array(repeating: Self.nothing, count: 2 * slots.count)
        remove = add
    }

    private mutating func connect(_ state: Int, _ slot: Int, _ next: Int) {
        add[state * slots.count + slot] = UInt16(next)
        remove[next * slots.count + slot] = UInt16(state)
    }

    private mutating func newState() throws(SimulationError) -> Int {
        guard stateCount < Self.limit else {
            throw .tooLarge(what: "states of one GPU", count: stateCount + 1, limit: Self.limit)
        }
        add.append(contentsOf: repeatElement(Self.nothing, count: slots.count))
        remove.append(contentsOf: repeatElement(Self.nothing, count: slots.count))
        stateCount += 1
        return stateCount - 1
    }

    /// A GPU that is only ever given whole.
    package static let wholeOnly = GPUAutomaton(requests: [], slots: [], allowsWhole: true)

    /// A GPU whose thousandths jobs share.
    ///
    /// - Parameter shares: the sizes that jobs ask for, each in 1...1000; others are ignored.
    /// - Returns: the automaton, with a state for each sum of shares that can be reached.
    /// - Throws: ``SimulationError/tooLarge(what:count:limit:)``; not with whole thousandths.
    package static func shares(_ shares: [Int]) throws(SimulationError) -> GPUAutomaton {
        let sizes = Set(shares.filter { (1...1_000).contains($0) }).sorted()
        let slots = sizes.enumerated().map {
            Slot(request: $0.offset, start: 0, size: $0.element, code: SimulationResult.noSlice)
        }
        var automaton = GPUAutomaton(requests: sizes.map { .share($0) }, slots: slots, allowsWhole: true)
        // A state is what is taken: several shares of one size are the same to all who come later.
        var stateOf = Array(repeating: -1, count: 1_001)
        stateOf[0] = idle
        for used in 0...1_000 where stateOf[used] >= 0 {
            for (slot, size) in sizes.enumerated() where used + size <= 1_000 {
                if stateOf[used + size] < 0 { stateOf[used + size] = try automaton.newState() }
                automaton.connect(stateOf[used], slot, stateOf[used + size])
            }
        }
        return automaton
    }

    /// A GPU on which instances come and go with the jobs: every legal layout of the profiles asked for is a state.
    ///
    /// - Parameters:
    ///   - geometry: of the GPU.
    ///   - profiles: indices into the geometry's profiles; others are ignored.
    /// - Returns: the automaton.
    /// - Throws: ``SimulationError/geometry(_:)`` where a placement is unknown, and
    ///   ``SimulationError/tooLarge(what:count:limit:)`` for more layouts than can be numbered.
    package static func mig(_ geometry: MIGGeometry, profiles: [Int]) throws(SimulationError) -> GPUAutomaton {
        let wanted = Set(profiles).sorted().filter { geometry.profiles.indices.contains($0) }
        let chosen = wanted.map { geometry.profiles[$0] }
        var slots: [Slot] = []
        var slotOf: [MIGInstance: Int] = [:]
        let layouts: [MIGLayout]
        do {
            for (request, profile) in chosen.enumerated() {
                for instance in try geometry.placements(of: profile) {
                    slotOf[instance] = slots.count
                    slots.append(
                        Slot(
                            request: request,
                            start: instance.start,
                            size: instance.size,
                            code: code(profile: wanted[request], start: instance.start)
                        )
                    )
                }
            }
            layouts = try geometry.layouts(of: chosen)
        } catch {
            throw .geometry(error)
        }
        var automaton = GPUAutomaton(requests: wanted.map { .profile($0) }, slots: slots, allowsWhole: true)
        var stateOf: [MIGLayout: Int] = [MIGLayout([]): idle]
        for layout in layouts where !layout.instances.isEmpty { stateOf[layout] = try automaton.newState() }
        for layout in layouts {
            guard let next = stateOf[layout] else { continue }
            for instance in layout.instances {
                // Every limit on a layout also limits its parts, so the layout without one instance is there too.
                let before = MIGLayout(layout.instances.filter { $0 != instance })
                guard let state = stateOf[before], let slot = slotOf[instance] else { continue }
                automaton.connect(state, slot, next)
            }
        }
        return automaton
    }

    /// A GPU with the instances of one layout, each idle or busy.
    package static func layout(_ geometry: MIGGeometry, _ layout: MIGLayout) throws(SimulationError) -> GPUAutomaton {
        do {
            if let violation = try geometry.violation(in: layout) {
                throw SimulationError.layout(gpu: geometry.gpu, violation)
            }
        } catch let error as CatalogueError {
            throw .geometry(error)
        } catch let error as SimulationError {
            throw error
        } catch {
            throw .option("\(error)")
        }
        let wanted = geometry.profiles.indices.filter { index in
            layout.instances.contains { $0.profile == geometry.profiles[index].name }
        }
        var slots: [Slot] = []
        for (request, profile) in wanted.enumerated() {
            for instance in layout.instances where instance.profile == geometry.profiles[profile].name {
                slots.append(
                    Slot(
                        request: request,
                        start: instance.start,
                        size: instance.size,
                        code: code(profile: profile, start: instance.start)
                    )
                )
            }
        }
        var automaton = GPUAutomaton(requests: wanted.map { .profile($0) }, slots: slots, allowsWhole: false)
        // At most 16 instances: a state per set of busy ones, the empty set being idle.
        var stateOf = [Self.idle]
        for _ in 1..<max(1, 1 << slots.count) { stateOf.append(try automaton.newState()) }
        for busy in stateOf.indices {
            for slot in slots.indices where busy & (1 << slot) == 0 {
                automaton.connect(stateOf[busy], slot, stateOf[busy | 1 << slot])
            }
        }
        return automaton
    }

    private static func code(profile: Int, start: Int) -> Int16 { Int16(clamping: profile * 64 + start) }
}
