import Estate

/// The GPUs of an estate in one row of numbers.
struct PlannerSites {
    /// One GPU.
    struct Site {
        let host: Int
        /// Position on its host.
        let position: Int
        let model: Int
    }

    let models: [GPUModel]
    let sites: [Site]

    init(_ hosts: [PlannedHost], catalogue: GPUCatalogue) throws(PlanError) {
        var models: [GPUModel] = []
        var indexOf: [String: Int] = [:]
        var sites: [Site] = []
        for (host, entry) in hosts.enumerated() {
            for (position, gpu) in entry.gpus.enumerated() {
                let index: Int
                if let known = indexOf[gpu.model] {
                    index = known
                } else {
                    do {
                        models.append(try catalogue.gpu(named: gpu.model))
                    } catch {
                        throw .catalogue(error)
                    }
                    index = models.count - 1
                    indexOf[gpu.model] = index
                }
                sites.append(Site(host: host, position: position, model: index))
            }
        }
        guard !sites.isEmpty else { throw .noGPUs }
        (self.models, self.sites) = (models, sites)
    }
}

extension GPUModel {
    /// Whether a change of MIG mode takes a reset of the GPU, and outlives a reboot: before Hopper.
    package var resetsForMIG: Bool { architecture.value == "Ampere" }
}
