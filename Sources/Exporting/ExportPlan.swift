package import Estate
package import Scheduling

/// A plan whose every name and layout was checked, so that writing it down cannot fail.
package struct ExportPlan: Sendable {
    /// The most GPUs of a host that are written.
    package static let gpusPerHost = 64

    /// A GPU with what the catalogue knows of it.
    struct GPU: Sendable, Hashable {
        let index: Int
        let model: GPUModel
        /// The NUMA node that it is attached to, where it is known.
        let numaNode: Int?
        /// Nil for a GPU that is handed out whole.
        let layout: MIGLayout?
        /// Instances by profile, the smallest first.
        let counts: [ProfileCount]
    }

    /// So many instances of a profile.
    struct ProfileCount: Sendable, Hashable {
        let profile: String
        let count: Int
    }

    /// Hosts that are configured alike.
    struct Group: Sendable {
        /// From 1, in the order of the first host.
        let number: Int
        let gpus: [GPU]
        let sockets: Int?
        let cores: Int?
        let threadsPerCore: Int?
        let memoryMiB: Int?
        var hosts: [String]
    }

    /// What the plan is called.
    let name: String
    /// The hosts with GPUs, in groups.
    let groups: [Group]
    /// How many GPUs a whole job takes, by the demand; ascending, without 1.
    let gangs: [Int]

    /// Takes a plan.
    ///
    /// - Throws: ``ExportError`` for names that are none, GPUs that are numbered twice or too many, models that the
    ///   catalogue does not know, and layouts that are not legal.
    package init(_ plan: LayoutPlan, catalogue: GPUCatalogue) throws(ExportError) {
        name = plan.name
        var taking = Taking(catalogue: catalogue)
        for host in plan.hosts where !host.gpus.isEmpty { try taking.take(host) }
        guard !taking.groups.isEmpty else { throw .noGPUs }
        groups = taking.groups
        var sizes: Set<Int> = []
        for row in plan.demand {
            if case .whole(let gpus) = row.unit, gpus > 1, row.count > 0 { sizes.insert(gpus) }
        }
        gangs = sizes.sorted()
    }

    /// How many hosts there are.
    var hostCount: Int { groups.reduce(0) { $0 + $1.hosts.count } }

    /// The profiles of all instances, each once, by model's order of profiles, then by name.
    var profiles: [String] {
        var seen: Set<String> = []
        var list: [String] = []
        for group in groups {
            for gpu in group.gpus {
                for count in gpu.counts where seen.insert(count.profile).inserted { list.append(count.profile) }
            }
        }
        return list.sorted { ($0.count, $0) < ($1.count, $1) }
    }
}

extension ExportPlan.Group {
    /// Instances of the host by profile, the smallest first.
    var instances: [ExportPlan.ProfileCount] {
        var totals: [String: Int] = [:]
        for gpu in gpus { for count in gpu.counts { totals[count.profile, default: 0] += count.count } }
        return totals.keys.sorted { ($0.count, $0) < ($1.count, $1) }.map {
            ExportPlan.ProfileCount(profile: $0, count: totals[$0] ?? 0)
        }
    }

    /// The models of the GPUs, each once, in the order of the GPUs.
    var models: [GPUModel] {
        var seen: Set<String> = []
        return gpus.map(\.model).filter { seen.insert($0.id).inserted }
    }

    /// The GPUs that are handed out whole.
    var whole: [ExportPlan.GPU] { gpus.filter { $0.layout == nil } }
}

/// Checks hosts one by one and puts those together that are alike.
private struct Taking {
    let catalogue: GPUCatalogue
    var groups: [ExportPlan.Group] = []

    private struct Key: Hashable {
        let gpus: [ExportPlan.GPU]
        let shape: [Int?]
    }

    private struct LayoutOfModel: Hashable {
        let model: String
        let layout: MIGLayout
    }

    private var seen: Set<String> = []
    private var places: [Key: Int] = [:]
    private var models: [String: GPUModel] = [:]
    private var counts: [LayoutOfModel: [ExportPlan.ProfileCount]] = [:]

    init(catalogue: GPUCatalogue) { self.catalogue = catalogue }

    mutating func take(_ host: PlannedHost) throws(ExportError) {
        guard Words.isName(host.name) else { throw .name(host.name, of: "the name of a host") }
        guard seen.insert(host.name).inserted else { throw .hostTwice(host.name) }
        guard host.gpus.count <= ExportPlan.gpusPerHost else {
            throw .tooManyGPUs(host: host.name, count: host.gpus.count)
        }
        var gpus: [ExportPlan.GPU] = []
        for gpu in host.gpus.sorted(by: { $0.index < $1.index }) {
            guard (0...1_023).contains(gpu.index), gpus.last.map({ $0.index < gpu.index }) ?? true else {
                throw .gpuIndex(host: host.name, index: gpu.index)
            }
            gpus.append(try checked(gpu, of: host.name))
        }
        let key = Key(gpus: gpus, shape: [host.sockets, host.cores, host.threadsPerCore, host.memoryMiB])
        if let place = places[key] {
            groups[place].hosts.append(host.name)
            return
        }
        places[key] = groups.count
        groups.append(
            ExportPlan.Group(
                number: groups.count + 1,
                gpus: gpus,
                sockets: host.sockets,
                cores: host.cores,
                threadsPerCore: host.threadsPerCore,
                memoryMiB: host.memoryMiB,
                hosts: [host.name]
            )
        )
    }

    private mutating func checked(_ gpu: PlannedGPU, of host: String) throws(ExportError) -> ExportPlan.GPU {
        do {
            let model = try models[gpu.model] ?? catalogue.gpu(named: gpu.model)
            models[gpu.model] = model
            guard !gpu.isWhole else {
                return ExportPlan.GPU(index: gpu.index, model: model, numaNode: gpu.numaNode, layout: nil, counts: [])
            }
            let key = LayoutOfModel(model: model.id, layout: gpu.layout)
            if counts[key] == nil {
                let geometry = try model.mig()
                if let violation = try geometry.violation(in: gpu.layout) {
                    throw ExportError.illegal(host: host, gpu: gpu.index, violation)
                }
                counts[key] = geometry.profiles.compactMap { profile in
                    let count = gpu.layout.instances.count { $0.profile == profile.name }
                    return count > 0 ? ExportPlan.ProfileCount(profile: profile.name, count: count) : nil
                }
            }
            return ExportPlan.GPU(
                index: gpu.index,
                model: model,
                numaNode: gpu.numaNode,
                layout: gpu.layout,
                counts: counts[key] ?? []
            )
        } catch let error as CatalogueError {
            throw .catalogue(host: host, gpu: gpu.index, error)
        } catch let error as ExportError {
            throw error
        } catch {
            throw .machine("\(error)")
        }
    }
}
