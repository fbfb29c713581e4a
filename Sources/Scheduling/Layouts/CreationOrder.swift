package import Estate

/// In which order a layout's instances are to be created where the driver chooses the placements.
///
/// Formats without placements (mig-parted, `nvidia-smi mig -cgi`) say only what to create. The driver's choice is not
/// documented and transcripts differ, so an order is looked for that leaves it none; failing that, one that works
/// under ``DriverPlacementRule``.
package enum CreationOrder: Sendable, Hashable {
    /// The profiles in order: whatever the driver chooses among what is legal, the layout comes out.
    case forced([String])
    /// The profiles in order: the layout comes out if the driver chooses as ``DriverPlacementRule`` has it.
    case expected([String])
    /// No order yields it; the instances must be created with explicit placements.
    case none(reason: String)

    /// The profiles in order; nil where none yields the layout.
    package var profiles: [String]? {
        switch self {
        case .forced(let profiles), .expected(let profiles): profiles
        case .none: nil
        }
    }
}

/// Where the driver puts an instance for which nobody names a placement, as far as it was seen.
///
/// Not documented. These orders agree with NVIDIA's MIG User Guide on A100 (`-cgi 19,14,5` gives 6:1, 4:2, 0:4;
/// `-cgi 19,19,14,9` gives 6:1, 4:1, 0:2 and then no room for 3g; `-cgi 9,19,14,19` begins with 4:4) and, of other sizes,
/// with a public transcript of RTX PRO 6000, which fills from slice 0. Other transcripts show 2g first at 0:2.
package enum DriverPlacementRule {
    /// The starts of a placement of a size in the order in which they are tried.
    package static func preference(size: Int, of memorySlices: Int, among starts: [Int]) -> [Int] {
        let seen: [Int] =
            switch (memorySlices, size) {
            case (8, 1): [6, 4, 5, 0, 1, 2, 3]
            case (8, 2): [4, 0, 2, 6]
            case (8, 4): [4, 0]
            default: []
            }
        return seen.filter(starts.contains) + starts.sorted().filter { !seen.contains($0) }
    }

    /// What creating profiles in an order gives on an empty GPU.
    ///
    /// - Returns: the layout, or nil where one of them finds no place.
    /// - Throws: ``CatalogueError`` for profiles and placements that are not known.
    package static func layout(creating profiles: [String], on geometry: MIGGeometry) throws(CatalogueError)
        -> MIGLayout?
    {
        var placed: [MIGInstance] = []
        for name in profiles {
            let profile = try geometry.profile(named: name)
            guard let next = try choice(of: profile, beside: placed, on: geometry) else { return nil }
            placed.append(next)
        }
        return MIGLayout(placed)
    }

    /// Where the next instance of a profile goes.
    static func choice(
        of profile: MIGProfile,
        beside placed: [MIGInstance],
        on geometry: MIGGeometry
    ) throws(CatalogueError) -> MIGInstance? {
        let free = try geometry.placements(of: profile, beside: placed)
        guard let size = free.first?.size else { return nil }
        let order = preference(size: size, of: geometry.memorySlices?.value ?? 0, among: free.map(\.start))
        return order.first.flatMap { start in free.first { $0.start == start } }
    }
}

extension MIGGeometry {
    /// Where an instance of a profile can be created beside others, by start.
    ///
    /// - Throws: ``CatalogueError/unknownFact(gpu:fact:remedy:)`` where placements are unknown.
    func placements(of profile: MIGProfile, beside placed: [MIGInstance]) throws(CatalogueError) -> [MIGInstance] {
        let taken = placed.reduce(UInt16(0)) { $0 | $1.mask }
        var free: [MIGInstance] = []
        for instance in try placements(of: profile) where instance.mask & taken == 0 {
            if try isLegal(MIGLayout(placed + [instance])) { free.append(instance) }
        }
        return free
    }

    /// An order in which creating a layout's instances on an empty GPU, placements left to the driver, yields it.
    ///
    /// - Throws: ``CatalogueError`` where profiles or placements are not known.
    package func creationOrder(for layout: MIGLayout) throws(CatalogueError) -> CreationOrder {
        if let violation = try violation(in: layout) { return .none(reason: "the layout is not legal: \(violation)") }
        guard !layout.instances.isEmpty else { return .forced([]) }
        var search = CreationSearch(layout, self)
        if let order = try search.forced() { return .forced(order) }
        if let order = try search.expected() { return .expected(order) }
        return .none(
            reason: "under the placements that the driver was seen to choose, no order of creation gives \(layout)"
        )
    }
}

/// The search for an order: at most 7 instances of few profiles, so that every order can be tried.
private struct CreationSearch {
    private let target: [MIGInstance]
    private let geometry: MIGGeometry
    /// The profiles of the target, each once, largest first.
    private let profiles: [String]
    /// Sets of states from which no order was found.
    private var dead: Set<[UInt32]> = []

    init(_ layout: MIGLayout, _ geometry: MIGGeometry) {
        target = layout.instances
        self.geometry = geometry
        var seen: [String] = []
        for instance in layout.instances.sorted(by: { ($0.size, $1.profile) > ($1.size, $0.profile) })
        where !seen.contains(instance.profile) { seen.append(instance.profile) }
        profiles = seen
    }

    private var complete: UInt32 { UInt32(1) << UInt32(target.count) - 1 }

    /// An order under which every choice among legal placements stays within the target.
    mutating func forced() throws(CatalogueError) -> [String]? {
        dead = []
        return try forced(from: [0])
    }

    /// `states`: every set of created instances (a bit each) to which the driver's choices can have led.
    private mutating func forced(from states: [UInt32]) throws(CatalogueError) -> [String]? {
        if states == [complete] { return [] }
        guard !dead.contains(states) else { return nil }
        profiles: for name in profiles {
            let profile = try geometry.profile(named: name)
            var next: Set<UInt32> = []
            for state in states {
                let choices = try geometry.placements(of: profile, beside: created(state))
                guard !choices.isEmpty else { continue profiles }
                for choice in choices {
                    guard let index = target.firstIndex(of: choice) else { continue profiles }
                    next.insert(state | 1 << UInt32(index))
                }
            }
            if let rest = try forced(from: next.sorted()) { return [name] + rest }
        }
        dead.insert(states)
        return nil
    }

    /// An order under which the rule's choices are the target.
    mutating func expected() throws(CatalogueError) -> [String]? {
        dead = []
        return try expected(from: 0)
    }

    private mutating func expected(from state: UInt32) throws(CatalogueError) -> [String]? {
        if state == complete { return [] }
        guard !dead.contains([state]) else { return nil }
        for name in profiles {
            let profile = try geometry.profile(named: name)
            let choice = try DriverPlacementRule.choice(of: profile, beside: created(state), on: geometry)
            guard let choice, let index = target.firstIndex(of: choice) else { continue }
            if let rest = try expected(from: state | 1 << UInt32(index)) { return [name] + rest }
        }
        dead.insert([state])
        return nil
    }

    private func created(_ state: UInt32) -> [MIGInstance] {
        target.indices.filter { state & (1 << UInt32($0)) != 0 }.map { target[$0] }
    }
}
