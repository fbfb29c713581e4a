import Documents

/// An instance of a profile at a placement on one GPU.
package struct MIGInstance: Sendable, Hashable {
    /// The profile's name.
    package let profile: String
    /// The first memory slice that it takes.
    package let start: Int
    /// How many memory slices it takes.
    package let size: Int

    package init(profile: String, start: Int, size: Int) {
        self.profile = profile
        self.start = start
        self.size = size
    }

    /// The memory slices that it takes, one bit each, slice 0 lowest; 0 when they do not lie within 16 slices.
    package var mask: UInt16 {
        guard start >= 0, size > 0, size <= 16, start <= 16 - size else { return 0 }
        return UInt16(truncatingIfNeeded: ((UInt32(1) << UInt32(size)) - 1) << UInt32(start))
    }
}

extension MIGInstance: CustomStringConvertible {
    /// Profile and placement as `nvidia-smi mig -lgi` prints them, such as `1g.10gb@4:1`.
    package var description: String { "\(profile)@\(start):\(size)" }
}

/// The instances of one GPU, in the order of their placements.
package struct MIGLayout: Sendable, Hashable {
    /// The instances, by start, then by name.
    package let instances: [MIGInstance]

    package init(_ instances: [MIGInstance]) {
        self.instances = instances.sorted { ($0.start, $0.size, $0.profile) < ($1.start, $1.size, $1.profile) }
    }

    /// The memory slices that are taken, one bit each.
    package var mask: UInt16 { instances.reduce(0) { $0 | $1.mask } }

    /// The names of the profiles, sorted: what two layouts that differ only in placement have in common.
    package var profiles: [String] { instances.map(\.profile).sorted() }
}

extension MIGLayout: CustomStringConvertible {
    /// The instances, separated by spaces; "empty" without any.
    package var description: String {
        instances.isEmpty ? "empty" : instances.map(\.description).joined(separator: " ")
    }
}

/// Why a layout is not legal on a GPU.
package enum MIGLayoutViolation: Sendable, Hashable, CustomStringConvertible {
    /// The GPU has no such profile.
    case unknownProfile(String)
    /// The profile cannot stand there.
    case impossiblePlacement(MIGInstance)
    /// Two instances take the same memory slice.
    case overlap(MIGInstance, MIGInstance)
    /// The instances need more compute slices than there are.
    case computeSlices(needed: Int, available: Int)
    /// More instances than the GPU can have.
    case instances(count: Int, maximum: Int)
    /// More instances of one profile than the driver allows.
    case instancesOfProfile(String, count: Int, maximum: Int)
    /// Two instances want media engines that only one can have.
    case mediaEngines(String, String)

    /// One sentence that names the instances and the rule.
    package var description: String {
        switch self {
        case .unknownProfile(let name): "the GPU has no profile \(quoted(name))"
        case .impossiblePlacement(let instance): "\(instance) is not a possible placement"
        case .overlap(let first, let second): "\(first) and \(second) take the same memory slice"
        case .computeSlices(let needed, let available):
            "the instances need \(needed) compute slices, and the GPU has \(available)"
        case .instances(let count, let maximum): "\(count) instances, and the GPU can have \(maximum)"
        case .instancesOfProfile(let name, let count, let maximum):
            "\(count) instances of \(name), and the GPU can have \(maximum)"
        case .mediaEngines(let first, let second): "\(first) and \(second) cannot both have the media engines they need"
        }
    }
}
