/// A MIG profile: a kind of instance that a GPU can be cut into.
///
/// A profile is a profile of one GPU model; the same name on another model can have another size.
package struct MIGProfile: Sendable, Hashable {
    /// What sets a profile apart from the plain one of its size.
    package enum Flag: String, Sendable, Hashable, CaseIterable {
        /// With media extensions: the one set of JPEG and optical-flow engines.
        case mediaExtensions = "me"
        /// With every media engine of the GPU; only profiles without media engines fit beside it.
        case allMediaEngines = "me.all"
        /// Without media engines.
        case noMediaEngines = "no-me"
        /// With graphics.
        case graphics = "gfx"
    }

    /// Engines of an instance; one that is nil is not known.
    package struct Engines: Sendable, Hashable {
        package let copy: Int?
        package let decoder: Int?
        package let encoder: Int?
        package let jpeg: Int?
        package let opticalFlow: Int?
    }

    /// Where instances of a profile can stand.
    package struct Placements: Sendable, Hashable {
        /// The first memory slice of each possible placement, ascending.
        package let starts: [Int]
        /// How many memory slices each takes.
        package let size: Int
        /// The id of the source.
        package let source: String
        /// How far to rely on them.
        package let confidence: Confidence
    }

    /// The name, such as `1g.10gb` or `1g.10gb+me`.
    package let name: String
    /// What sets it apart from the plain profile of its size; empty for a plain one.
    package let flags: [Flag]
    /// The device's own id of the profile, which creating an instance takes.
    package let giProfileID: Int?
    /// The number that `nvmlDeviceGetGpuInstanceProfileInfo` takes.
    package let nvmlProfile: Int
    /// Compute slices ("g") of an instance.
    package let computeSlices: Int
    /// Memory slices of an instance.
    package let memorySlices: Int?
    /// Memory of an instance as the driver reports it, in MiB.
    package let memoryMiB: Int?
    /// Streaming multiprocessors of an instance.
    package let smCount: Int?
    /// How many instances of the profile the driver allows on an empty GPU.
    package let maximumInstances: Int
    /// Engines of an instance.
    package let engines: Engines
    /// Where instances can stand.
    package let placements: Placements?
    /// The id of the source of the row.
    package let source: String
    /// The id of the source of ``maximumInstances``.
    package let maximumInstancesSource: String
    /// How far to rely on the row.
    package let confidence: Confidence
    /// What a reader should know about the row, where there is something.
    package let note: String?

    /// Whether it is the plain profile of its size: no flags.
    package var isPlain: Bool { flags.isEmpty }
}
