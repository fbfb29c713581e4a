import ArgumentParser
import Documents
import Estate
import NodeCommands
import Scheduling
import Study

/// The hosts of a plan, in the forms that `assay simulate` has.
struct PlanEstateOptions: ParsableArguments {
    @Option(help: ArgumentHelp("The hosts of a study: its folder or its study.yaml.", valueName: "study"))
    var estate: String?

    @Option(
        help: ArgumentHelp(
            "A list of nodes: a CSV with sn (the host's name),cpu_milli,memory_mib,gpu,model.",
            valueName: "file.csv"
        )
    )
    var nodes: String?

    @Option(help: ArgumentHelp("This many GPUs, in hosts of --gpus-per-node.", valueName: "n"))
    var gpus: Int?

    @Option(help: "The model of these GPUs, such as h100-sxm-80gb.")
    var gpu: String?

    @Option(help: ArgumentHelp("GPUs of one host, with --gpu.", valueName: "n"))
    var gpusPerNode = 8

    func validate() throws {
        let given = [estate != nil, nodes != nil, gpus != nil].count { $0 }
        guard given <= 1 else { throw ValidationError("--estate, --nodes and --gpus exclude one another") }
        if let gpus, !(1...1_000_000).contains(gpus) {
            throw ValidationError("--gpus \(gpus) is outside 1 to 1000000")
        }
        guard (1...64).contains(gpusPerNode) else {
            throw ValidationError("--gpus-per-node \(gpusPerNode) is outside 1 to 64")
        }
        if (gpu == nil) != (gpus == nil) { throw ValidationError("--gpus and --gpu go together") }
    }

    /// Whether any is named.
    var isGiven: Bool { estate != nil || nodes != nil || gpus != nil }

    /// The hosts; `study` stands where none of the options is given.
    func hosts(study: StudyFolder?) throws -> [PlannedHost] {
        if let nodes { return try listed(nodes) }
        if let gpus, let gpu {
            let model: GPUModel
            do { model = try GPUCatalogue.standard().gpu(named: gpu) } catch let error as CatalogueError {
                throw ValidationError("--gpu: \(error)")
            }
            let width = String((gpus + gpusPerNode - 1) / gpusPerNode).utf8.count
            return stride(from: 0, to: gpus, by: gpusPerNode).enumerated().map { number, first in
                let digits = String(number + 1)
                return PlannedHost(
                    name: "node" + String(repeating: "0", count: width - digits.utf8.count) + digits,
                    gpus: (0..<min(gpusPerNode, gpus - first)).map { PlannedGPU(index: $0, model: model.id) }
                )
            }
        }
        guard let folder = try estate.map({ try StudyFolder($0) }) ?? study else {
            throw ValidationError(
                "say which hosts to plan for: --gpus N --gpu MODEL, --nodes FILE.csv or --estate STUDY"
            )
        }
        let groups = folder.study.estate.hosts
        guard !groups.isEmpty else {
            throw Failure.input(["\(folder.folder): its estate has no hosts; give --gpus N --gpu MODEL instead"])
        }
        var taken = Set(groups.flatMap(\.names))
        var hosts: [PlannedHost] = []
        for group in groups {
            for index in 0..<group.count {
                var name: String
                if group.names.indices.contains(index) {
                    name = group.names[index]
                } else {
                    // Numbers go on from group to group, past names that the study gives.
                    var number = hosts.count + 1
                    repeat {
                        name = "host\(number)"
                        number += 1
                    } while !taken.insert(name).inserted
                }
                hosts.append(
                    PlannedHost(
                        name: name,
                        sockets: group.shape.sockets > 0 ? group.shape.sockets : nil,
                        cores: group.shape.cores > 0 ? group.shape.cores : nil,
                        gpus: (0..<group.shape.gpusPerHost).map { PlannedGPU(index: $0, model: group.shape.gpu.id) }
                    )
                )
            }
        }
        return hosts
    }

    private func listed(_ path: String) throws -> [PlannedHost] {
        let catalogue = try GPUCatalogue.standard()
        var models: [String: String] = [:]
        return try TraceReading.namedNodes(path, upTo: LayoutPlan.hostLimit).enumerated().map { position, node in
            let group = node.group
            let name = node.name ?? "node\(position + 1)"
            let model: String
            if let known = models[group.gpuType] {
                model = known
            } else {
                do { model = try catalogue.gpu(named: group.gpuType).id } catch {
                    throw Failure.input(["\(path):\(node.line): node \(oneLine(name)): \(error)"])
                }
                models[group.gpuType] = model
            }
            return PlannedHost(
                name: name,
                cores: group.cpuMilli.map { Int($0 / 1_000) }.flatMap { $0 > 0 ? $0 : nil },
                memoryMiB: group.memoryMiB.map { Int($0) }.flatMap { $0 > 0 ? $0 : nil },
                gpus: (0..<group.gpus).map { PlannedGPU(index: $0, model: model) }
            )
        }
    }
}
