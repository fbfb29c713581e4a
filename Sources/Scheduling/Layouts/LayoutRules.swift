import Estate

/// A geometry in numbers, for asking often what fits beside what: each placement is a bit.
///
/// Catalogued geometries have at most 30 placements and 11 profiles. What lies beyond 64 and 16 has no bit: it is taken
/// not to fit, which can only make a plan wait for a job that could have stayed.
struct LayoutRules: Sendable {
    /// Instances together: what they take of each limit.
    struct Shape: Sendable, Hashable {
        /// A bit for each placement that is taken.
        var places: UInt64 = 0
        /// A bit for each memory slice.
        var slices: UInt16 = 0
        /// A bit for each profile.
        var profiles: UInt16 = 0
        var computeSlices = 0
        var instances = 0
        /// Four bits for each profile.
        var counts: UInt64 = 0
    }

    /// Every placement of every profile, by its bit.
    let places: [MIGInstance]
    private let profileOf: [Int]
    /// The bits of the placements that begin at each slice.
    private let byStart: [[Int]]
    private let compute: [Int]
    private let most: [Int]
    /// The profiles that cannot stand beside each, for want of media engines.
    private let clashes: [UInt16]
    private let totalCompute: Int
    private let maximumInstances: Int

    init(_ geometry: MIGGeometry) throws(CatalogueError) {
        var places: [MIGInstance] = []
        var profileOf: [Int] = []
        for (index, profile) in geometry.profiles.prefix(16).enumerated() where profile.placements != nil {
            for instance in try geometry.placements(of: profile) where places.count < 64 {
                places.append(instance)
                profileOf.append(index)
            }
        }
        (self.places, self.profileOf) = (places, profileOf)
        byStart = (0..<16).map { start in places.indices.filter { places[$0].start == start } }
        compute = geometry.profiles.map(\.computeSlices)
        most = geometry.profiles.map { min($0.maximumInstances, 15) }
        let numbered = geometry.profiles.prefix(16)
        clashes = numbered.map { one in
            var clash: UInt16 = 0
            for (index, other) in numbered.enumerated() where !MIGGeometry.canShareMedia(one, other) {
                clash |= 1 << UInt16(index)
            }
            return clash
        }
        totalCompute = try geometry.totalComputeSlices()
        maximumInstances = geometry.maximumInstances.value
    }

    /// The bit of a placement; nil where it has none.
    func bit(of instance: MIGInstance) -> Int? {
        guard byStart.indices.contains(instance.start) else { return nil }
        return byStart[instance.start].first { places[$0] == instance }
    }

    /// The shape of a layout that is legal.
    func shape(of instances: [MIGInstance]) -> Shape {
        instances.reduce(into: Shape()) { shape, instance in
            if let bit = bit(of: instance) { add(bit, to: &shape) }
        }
    }

    /// Whether an instance can be added to what is legal without it.
    func fits(_ bit: Int, beside shape: Shape) -> Bool {
        let profile = profileOf[bit]
        let count = Int(shape.counts >> UInt64(4 * profile)) & 15
        return shape.slices & places[bit].mask == 0
            && shape.computeSlices + compute[profile] <= totalCompute
            && shape.instances < maximumInstances
            && count < most[profile]
            && shape.profiles & clashes[profile] == 0
    }

    /// Adds an instance.
    func add(_ bit: Int, to shape: inout Shape) {
        let profile = profileOf[bit]
        shape.places |= 1 << UInt64(bit)
        shape.slices |= places[bit].mask
        shape.profiles |= 1 << UInt16(profile)
        shape.computeSlices += compute[profile]
        shape.instances += 1
        shape.counts += 1 << UInt64(4 * profile)
    }

    /// The layout of some placements.
    func layout(of places: UInt64) -> MIGLayout { MIGLayout(bits(places).map { self.places[$0] }) }

    /// The bits that are set, ascending.
    func bits(_ places: UInt64) -> [Int] {
        var list: [Int] = []
        var rest = places
        while rest != 0 {
            list.append(rest.trailingZeroBitCount)
            rest &= rest - 1
        }
        return list
    }
}
