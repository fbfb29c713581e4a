/// A GPU as one buys it, with the facts known about it.
///
/// A fact that is not known is nil here; the functions of the same name throw an error that says what is unknown and
/// where to get it, for callers that cannot go on without.
package struct GPUModel: Sendable, Hashable, Identifiable {
    /// The id to write in files, such as `h100-sxm-80gb`.
    package let id: String
    /// The product's name.
    package let name: String
    /// The names that NVIDIA's driver reports for it.
    package let nvmlNames: [String]
    /// What people write; several GPUs can share one.
    package let aliases: [String]
    /// The maker's name for the generation.
    package let architecture: Fact<String>
    /// CUDA compute capability, such as "9.0".
    package let computeCapability: Fact<String>?
    /// PCI device ids under vendor 10de, four upper-case hexadecimal digits each.
    package let pciDeviceIDs: Fact<[String]>?
    /// Memory as the product or profile name states it, in GB.
    package let memoryGB: Fact<Int>
    /// Memory as NVML reports it, in MiB.
    package let reportedMemoryMiB: Fact<Int>?
    /// The maximum power of the board or module, in watts.
    package let maximumPowerWatts: Fact<Int>?
    /// Whether the GPU supports MIG.
    package let isMIGCapable: Fact<Bool>
    /// The MIG geometry, where the GPU has one.
    package let migGeometry: MIGGeometry?
    /// Traps and limits of the facts above.
    package let notes: [String]

    /// Memory as NVML reports it, in MiB.
    ///
    /// - Throws: ``CatalogueError/unknownFact(gpu:fact:remedy:)`` where nobody has reported it.
    package func memoryMiB() throws(CatalogueError) -> Int {
        guard let reportedMemoryMiB else {
            throw .unknownFact(
                gpu: id,
                fact: "the memory in MiB",
                remedy: "read it with `nvidia-smi --query-gpu=memory.total --format=csv` on the GPU"
            )
        }
        return reportedMemoryMiB.value
    }

    /// Memory that the GPU has at least, in MiB: as reported, else the nominal size taken as decimal gigabytes.
    ///
    /// The nominal size is a lower bound in this sense for every GPU of the catalogue whose memory is reported, by up
    /// to 7 percent.
    package var memoryFloorMiB: Int {
        reportedMemoryMiB?.value ?? Int((Double(memoryGB.value) * 1e9 / 1_048_576).rounded(.down))
    }

    /// The maximum power of the board or module, in watts.
    ///
    /// - Throws: ``CatalogueError/unknownFact(gpu:fact:remedy:)`` where no source states it.
    package func tdpWatts() throws(CatalogueError) -> Int {
        guard let maximumPowerWatts else {
            throw .unknownFact(
                gpu: id,
                fact: "the maximum power (TDP)",
                remedy: "read it with `nvidia-smi --query-gpu=power.max_limit --format=csv` and state it in the study"
            )
        }
        return maximumPowerWatts.value
    }

    /// The MIG geometry.
    ///
    /// - Throws: ``CatalogueError/noMIG(gpu:)`` for a GPU without MIG.
    package func mig() throws(CatalogueError) -> MIGGeometry {
        guard let migGeometry else { throw .noMIG(gpu: id) }
        return migGeometry
    }
}
