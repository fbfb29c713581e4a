/// A slice of a GPU that a workload could have instead of the whole.
package struct SliceOption: Sendable, Hashable {
    /// The profile; always one without flags.
    package let profile: MIGProfile
    /// How many such slices one GPU holds.
    package let perGPU: Int
    /// Compute slices of the slice over those of the GPU, in (0, 1].
    ///
    /// A first guess at its speed relative to the GPU, to be replaced by a measured one: 1g.20gb of an H100 counts
    /// 1/7 here and has 26 of 132 multiprocessors.
    package let computeShare: Double
    /// Memory of the slice, in MiB.
    package let memoryMiB: Int

    /// The part of a GPU that one slice costs when GPUs are filled with slices of this kind: 1 / ``perGPU``.
    package var gpuShare: Double { 1 / Double(perGPU) }
}

extension MIGGeometry {
    /// The profiles without flags as slices, in the order of the profiles; those of unknown memory are left out.
    ///
    /// See ``profilesOfUnknownMemory`` for those.
    ///
    /// - Throws: ``CatalogueError/unknownFact(gpu:fact:remedy:)`` where the number of compute slices is unknown.
    package func sliceOptions() throws(CatalogueError) -> [SliceOption] {
        let total = try totalComputeSlices()
        return plainProfiles.compactMap { profile in
            guard let memoryMiB = profile.memoryMiB else { return nil }
            return SliceOption(
                profile: profile,
                perGPU: instancesPerGPU(of: profile),
                computeShare: Double(profile.computeSlices) / Double(total),
                memoryMiB: memoryMiB
            )
        }
    }

    /// The profiles without flags whose memory is unknown, which ``sliceOptions()`` leaves out.
    package var profilesOfUnknownMemory: [MIGProfile] { plainProfiles.filter { $0.memoryMiB == nil } }

    /// The cheapest slice with at least this memory (in GiB) and this part (0 to 1) of the GPU's compute slices.
    ///
    /// Nil when none, not even the largest, suffices. Cheapest means the most per GPU; among equals the one that leaves
    /// most of the GPU to others: less compute, then less memory, then the order of the profiles.
    ///
    /// - Throws: ``CatalogueError/unknownFact(gpu:fact:remedy:)`` when no known slice suffices but one of unknown
    ///   memory might.
    package func bestSlice(memoryGiB: Double, computeShare: Double) throws(CatalogueError) -> SliceOption? {
        let neededMiB = memoryGiB * 1024
        // A share such as 3/7, computed elsewhere, may differ from ours in the last bit.
        let neededShare = computeShare - 1e-9
        var best: SliceOption?
        for option in try sliceOptions() {
            guard Double(option.memoryMiB) >= neededMiB, option.computeShare >= neededShare else { continue }
            guard let current = best else {
                best = option
                continue
            }
            let better =
                (-option.perGPU, option.computeShare, option.memoryMiB)
                < (-current.perGPU, current.computeShare, current.memoryMiB)
            if better { best = option }
        }
        if let best { return best }
        let total = Double(try totalComputeSlices())
        if let unknown = profilesOfUnknownMemory.first(where: { Double($0.computeSlices) / total >= neededShare }) {
            throw .unknownFact(
                gpu: gpu,
                fact: "the memory of \(unknown.name)",
                remedy: "read it with `nvidia-smi mig -lgip` on the GPU"
            )
        }
        return nil
    }
}
