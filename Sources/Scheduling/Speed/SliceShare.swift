package import Estate

/// What part of a GPU an instance has: what its speed depends on.
package struct SliceShare: Sendable, Hashable {
    /// Compute slices over those of the GPU, above 0, at most 1.
    package let compute: Double
    /// Memory slices over those of the GPU, above 0, at most 1: memory bandwidth goes with them.
    package let bandwidth: Double

    /// A slice; parts outside (0, 1] are moved to the nearer end, the lower end being a thousandth.
    package init(compute: Double, bandwidth: Double) {
        self.compute = compute.isNaN ? 1 : min(max(compute, 0.001), 1)
        self.bandwidth = bandwidth.isNaN ? 1 : min(max(bandwidth, 0.001), 1)
    }

    /// The whole GPU.
    package static let whole = SliceShare(compute: 1, bandwidth: 1)

    /// An instance of a profile; where the geometry does not state memory slices, bandwidth is taken to go with compute.
    ///
    /// - Throws: ``CatalogueError/unknownFact(gpu:fact:remedy:)`` where the GPU's compute slices are unknown.
    package init(_ profile: MIGProfile, of geometry: MIGGeometry) throws(CatalogueError) {
        let compute = Double(profile.computeSlices) / Double(max(try geometry.totalComputeSlices(), 1))
        guard let memory = profile.memorySlices, let total = geometry.memorySlices?.value, total > 0 else {
            self.init(compute: compute, bandwidth: compute)
            return
        }
        self.init(compute: compute, bandwidth: Double(memory) / Double(total))
    }
}
