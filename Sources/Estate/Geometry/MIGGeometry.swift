import Documents

/// The ways in which one GPU model can be cut into MIG instances.
///
/// Instances occupy memory slices; a placement is legal where the driver lists it. Three further limits hold for a
/// layout: the compute slices, the number of instances, and the number of instances of each profile.
package struct MIGGeometry: Sendable, Hashable {
    /// The id of the GPU, for messages.
    package let gpu: String
    /// Memory slices of the GPU: 4 on A30, 8 on A100 and H100, 12 on RTX PRO 6000.
    package let memorySlices: Fact<Int>?
    /// Compute slices of the GPU.
    package let computeSlices: Fact<Int>?
    /// How many instances a GPU can have at once.
    package let maximumInstances: Fact<Int>
    /// The profiles, smallest first, as in the file.
    package let profiles: [MIGProfile]

    /// The profiles without flags.
    package var plainProfiles: [MIGProfile] { profiles.filter(\.isPlain) }

    /// The profile with this name.
    ///
    /// - Throws: ``CatalogueError/unknownProfile(_:gpu:suggestion:)``.
    package func profile(named name: String) throws(CatalogueError) -> MIGProfile {
        guard let found = profiles.first(where: { $0.name == name }) else {
            throw .unknownProfile(name, gpu: gpu, suggestion: nearest(name, in: profiles.map(\.name)))
        }
        return found
    }

    /// How many compute slices the GPU has.
    ///
    /// - Throws: ``CatalogueError/unknownFact(gpu:fact:remedy:)`` where no source states it.
    package func totalComputeSlices() throws(CatalogueError) -> Int {
        guard let computeSlices else {
            throw .unknownFact(
                gpu: gpu,
                fact: "the number of compute slices",
                remedy: "read it with `nvidia-smi mig -lgip` on the GPU"
            )
        }
        return computeSlices.value
    }

    /// Where instances of a profile can stand.
    ///
    /// - Throws: ``CatalogueError/unknownFact(gpu:fact:remedy:)`` where no source lists them.
    package func placements(of profile: MIGProfile) throws(CatalogueError) -> [MIGInstance] {
        guard let known = profile.placements else {
            throw .unknownFact(
                gpu: gpu,
                fact: "the MIG placements of \(profile.name)",
                remedy: "read them with `nvidia-smi mig -lgipp` on the GPU"
            )
        }
        return known.starts.map { MIGInstance(profile: profile.name, start: $0, size: known.size) }
    }

    /// The lowest confidence among the placements of some profiles, nil where one of them is unknown.
    package func placementConfidence(of profiles: [MIGProfile]) -> Confidence? {
        let known = profiles.compactMap(\.placements?.confidence)
        return known.count == profiles.count ? known.min() : nil
    }

    /// Why a layout is not legal, nil when it is.
    ///
    /// - Throws: ``CatalogueError/unknownFact(gpu:fact:remedy:)`` where the answer rests on an unknown fact.
    package func violation(in layout: MIGLayout) throws(CatalogueError) -> MIGLayoutViolation? {
        var used: [(profile: MIGProfile, instance: MIGInstance)] = []
        for instance in layout.instances {
            guard let profile = profiles.first(where: { $0.name == instance.profile }) else {
                return .unknownProfile(instance.profile)
            }
            guard try placements(of: profile).contains(instance) else { return .impossiblePlacement(instance) }
            if let other = used.first(where: { $0.instance.mask & instance.mask != 0 }) {
                return .overlap(other.instance, instance)
            }
            used.append((profile, instance))
        }
        let available = try totalComputeSlices()
        let needed = used.reduce(0) { $0 + $1.profile.computeSlices }
        if needed > available { return .computeSlices(needed: needed, available: available) }
        if used.count > maximumInstances.value {
            return .instances(count: used.count, maximum: maximumInstances.value)
        }
        for profile in profiles {
            let count = used.count { $0.profile.name == profile.name }
            if count > profile.maximumInstances {
                return .instancesOfProfile(profile.name, count: count, maximum: profile.maximumInstances)
            }
        }
        for (index, one) in used.enumerated() {
            for other in used[(index + 1)...] where !Self.canShareMedia(one.profile, other.profile) {
                return .mediaEngines(one.profile.name, other.profile.name)
            }
        }
        return nil
    }

    /// Whether a layout is legal.
    ///
    /// - Throws: as ``violation(in:)``.
    package func isLegal(_ layout: MIGLayout) throws(CatalogueError) -> Bool {
        try violation(in: layout) == nil
    }

    /// Every legal layout of some profiles (nil: the plain ones), the empty one first; 723 of an A100's plain ones.
    ///
    /// - Throws: ``CatalogueError/unknownFact(gpu:fact:remedy:)`` where a placement or the compute slices are unknown.
    package func layouts(of chosen: [MIGProfile]? = nil) throws(CatalogueError) -> [MIGLayout] {
        var search = try LayoutSearch(self, chosen ?? plainProfiles)
        search.run()
        return search.found
    }

    /// The legal layouts to which no further instance of the same profiles can be added.
    ///
    /// - Throws: as ``layouts(of:)``.
    package func maximalLayouts(of chosen: [MIGProfile]? = nil) throws(CatalogueError) -> [MIGLayout] {
        var search = try LayoutSearch(self, chosen ?? plainProfiles)
        search.run()
        return search.found.filter { search.isMaximal($0) }
    }

    /// How many instances of one profile fit on an empty GPU, from its placements.
    ///
    /// - Throws: ``CatalogueError/unknownFact(gpu:fact:remedy:)`` where they are unknown.
    package func mostInstances(of profile: MIGProfile) throws(CatalogueError) -> Int {
        // All placements of a profile have one size, so taking the first free one each time is optimal.
        var end = 0
        var count = 0
        for placement in try placements(of: profile) where placement.start >= end {
            end = placement.start + placement.size
            count += 1
        }
        let byCompute = try totalComputeSlices() / profile.computeSlices
        return min(count, byCompute, profile.maximumInstances, maximumInstances.value)
    }

    /// How many instances of one profile fit on an empty GPU: from its placements, else as the driver states it.
    package func instancesPerGPU(of profile: MIGProfile) -> Int {
        (try? mostInstances(of: profile)) ?? min(profile.maximumInstances, maximumInstances.value)
    }

    /// Whether the media engines suffice for both.
    ///
    /// There is one set of JPEG and optical-flow engines, which "+me" takes; "+me.all" takes every media engine, so
    /// only profiles without any fit beside it (nvml.h, NVML_GPU_INSTANCE_PROFILE_1_SLICE_ALL_ME).
    package static func canShareMedia(_ one: MIGProfile, _ other: MIGProfile) -> Bool {
        func takes(_ profile: MIGProfile, _ flag: MIGProfile.Flag) -> Bool { profile.flags.contains(flag) }
        if takes(one, .allMediaEngines) { return takes(other, .noMediaEngines) }
        if takes(other, .allMediaEngines) { return takes(one, .noMediaEngines) }
        return !(takes(one, .mediaExtensions) && takes(other, .mediaExtensions))
    }
}
