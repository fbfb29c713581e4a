package import Documents
package import Estate

extension LayoutPlan {
    /// The most hosts and GPUs of a host that a plan may have.
    package static let hostLimit = 100_000
    package static let gpusPerHostLimit = 64

    /// Reads a plan and checks every layout against the catalogue's geometry.
    ///
    /// - Throws: ``DocumentError`` at the place where something is not as it must be: a format of another version, an
    ///   unknown GPU, an instance that is not legal beside those before it.
    package static func read(_ root: Reader, catalogue: GPUCatalogue) throws(DocumentError) -> LayoutPlan {
        let object = try root.object([
            "format", "name", "demand", "totals", "proof", "hosts", "present", "steps", "notes",
        ])
        let format = try object.require("format", expected: "'\(Self.format)'")
        guard try format.string() == Self.format else {
            throw format.fail("\(format.found) is not \(quoted(Self.format)), the format that this version reads")
        }
        var reading = PlanReading(catalogue: catalogue)
        var demand: [PlanDemand] = []
        for row in try object.require("demand", expected: "a list").array() { demand.append(try reading.demand(row)) }
        let hosts = try reading.hosts(try object.require("hosts", expected: "a list of hosts"))
        var present: [PlannedHost]?
        if let list = object["present"] { present = try reading.hosts(list) }
        var steps: [TransitionStep] = []
        if let list = object["steps"] {
            for step in try list.array() { steps.append(try reading.step(step)) }
        }
        var notes: [String] = []
        for note in try object["notes"]?.array() ?? [] { notes.append(try note.string()) }
        var proof: PlanProof?
        if let found = object["proof"] { proof = try reading.proof(found) }
        return LayoutPlan(
            name: try object.require("name").string(),
            demand: demand,
            hosts: hosts,
            present: present,
            totals: try reading.totals(try object.require("totals", expected: "the totals")),
            proof: proof,
            steps: steps,
            notes: notes
        )
    }
}

/// The parts of a plan's file.
private struct PlanReading {
    let catalogue: GPUCatalogue
    private var models: [String: GPUModel] = [:]
    private var legal: Set<LayoutOfModel> = []

    private struct LayoutOfModel: Hashable {
        let model: String
        let layout: MIGLayout
    }

    init(catalogue: GPUCatalogue) { self.catalogue = catalogue }

    func demand(_ row: Reader) throws(DocumentError) -> PlanDemand {
        let object = try row.object(["profile", "gpus", "count", "team", "gpu"])
        let name = try object.require("profile", expected: "a MIG profile or 'whole'").nonEmptyString()
        let gpus = try object["gpus"]?.int(in: 1...64)
        return PlanDemand(
            name == "whole" ? .whole(gpusPerJob: gpus ?? 1) : .profile(name),
            count: try object.require("count", expected: "a whole number").int(in: 0...10_000_000),
            team: try object["team"]?.string(),
            model: try object["gpu"]?.string()
        )
    }

    func totals(_ reader: Reader) throws(DocumentError) -> PlanTotals {
        let object = try reader.object([
            "gpus", "whole_gpus", "sliced_gpus", "sliced_gpus_at_least", "idle_gpus", "fragmented_gpus",
        ])
        func count(_ key: String) throws(DocumentError) -> Int { try object.require(key).int(in: 0...10_000_000) }
        return PlanTotals(
            gpus: try count("gpus"),
            wholeGPUs: try count("whole_gpus"),
            slicedGPUs: try count("sliced_gpus"),
            slicedBound: try count("sliced_gpus_at_least"),
            fragmentedGPUs: try object.require("fragmented_gpus").double(in: 0...1e7),
            idleGPUs: try object.require("idle_gpus").double(in: 0...1e7)
        )
    }

    func proof(_ reader: Reader) throws(DocumentError) -> PlanProof {
        let object = try reader.object(["weights", "charges", "capacity"])
        // Products of these stay far from overflow: counts to 10^7, weights to 10^9, some hundred rows.
        let large = 0...1_000_000_000
        var weights: [PlanProof.Weight] = []
        for row in try object.require("weights").array(maximum: 400) {
            let entry = try row.object(["demand", "count", "weight"])
            weights.append(
                PlanProof.Weight(
                    demand: try entry.require("demand").string(),
                    count: try entry.require("count").int(in: 0...10_000_000),
                    weight: try entry.require("weight").int(in: large)
                )
            )
        }
        var charges: [PlanProof.Charge] = []
        for row in try object["charges"]?.array(maximum: 400) ?? [] {
            let entry = try row.object(["gpus", "available", "charge"])
            var models: [String] = []
            for model in try entry.require("gpus").array(maximum: 400) { models.append(try model.string()) }
            charges.append(
                PlanProof.Charge(
                    models: models,
                    available: try entry.require("available").int(in: 0...10_000_000),
                    charge: try entry.require("charge").int(in: large)
                )
            )
        }
        return PlanProof(
            weights: weights,
            charges: charges,
            capacity: try object.require("capacity").int(in: 1...1_000_000_000)
        )
    }

    mutating func hosts(_ list: Reader) throws(DocumentError) -> [PlannedHost] {
        var names: Set<String> = []
        var hosts: [PlannedHost] = []
        for reader in try list.array(maximum: LayoutPlan.hostLimit) {
            let host = try self.host(reader)
            guard names.insert(host.name).inserted else {
                throw reader.fail("\(quoted(host.name)) stands here twice; every host is listed once")
            }
            hosts.append(host)
        }
        return hosts
    }

    private mutating func host(_ reader: Reader) throws(DocumentError) -> PlannedHost {
        let object = try reader.object(["name", "sockets", "cores", "threads_per_core", "memory_mib", "gpus"])
        var gpus: [PlannedGPU] = []
        var indices: Set<Int> = []
        for entry in try object.require("gpus", expected: "a list of GPUs").array(maximum: LayoutPlan.gpusPerHostLimit)
        {
            let gpu = try self.gpu(entry)
            guard indices.insert(gpu.index).inserted else {
                throw entry.fail("GPU \(gpu.index) stands here twice; every GPU of a host is listed once")
            }
            gpus.append(gpu)
        }
        return PlannedHost(
            name: try object.require("name", expected: "the host's name").nonEmptyString(),
            sockets: try object["sockets"]?.int(in: 1...64),
            cores: try object["cores"]?.int(in: 1...65_536),
            threadsPerCore: try object["threads_per_core"]?.int(in: 1...8),
            memoryMiB: try object["memory_mib"]?.int(in: 1...1_000_000_000),
            gpus: gpus
        )
    }

    private mutating func gpu(_ reader: Reader) throws(DocumentError) -> PlannedGPU {
        let object = try reader.object([
            "index", "gpu", "uuid", "pci_bus_id", "numa_node", "mig", "instances", "team", "busy", "spare",
        ])
        let named = try object.require("gpu", expected: "the GPU's id in the catalogue")
        let model = try self.model(try named.string(), at: named)
        let hasMIG = try object.require("mig", expected: "true or false").bool()
        var mode = PlannedGPU.Mode.whole
        if hasMIG {
            mode = .mig(try instances(object.require("instances", expected: "a list of instances"), of: model))
        } else if let stray = object["instances"] {
            throw stray.fail("a GPU whose MIG mode is off has no instances; set 'mig' to true or leave them out")
        }
        return PlannedGPU(
            index: try object.require("index", expected: "the GPU's index").int(in: 0...1_023),
            model: model.id,
            uuid: try object["uuid"]?.nonEmptyString(),
            pciBusID: try object["pci_bus_id"]?.nonEmptyString(),
            numaNode: try object["numa_node"]?.int(in: 0...1_023),
            mode: mode,
            team: try object["team"]?.string(),
            isBusy: try object["busy"]?.bool() ?? false,
            isSpare: try object["spare"]?.bool() ?? false
        )
    }

    private mutating func model(_ name: String, at reader: Reader) throws(DocumentError) -> GPUModel {
        if let known = models[name] { return known }
        do {
            let model = try catalogue.gpu(named: name)
            models[name] = model
            return model
        } catch {
            throw reader.fail(error.description)
        }
    }

    /// Instances that are legal together; the message names the first that is not.
    private mutating func instances(_ list: Reader, of model: GPUModel) throws(DocumentError) -> [PlannedInstance] {
        var found: [PlannedInstance] = []
        let entries = try list.array(maximum: 64)
        for entry in entries {
            let object = try entry.object(["profile", "start", "size", "team", "busy", "kept"])
            found.append(
                PlannedInstance(
                    MIGInstance(
                        profile: try object.require("profile", expected: "a MIG profile").string(),
                        start: try object.require("start", expected: "the first memory slice").int(in: 0...15),
                        size: try object.require("size", expected: "memory slices").int(in: 1...16)
                    ),
                    team: try object["team"]?.string(),
                    isBusy: try object["busy"]?.bool() ?? false,
                    isKept: try object["kept"]?.bool() ?? false
                )
            )
        }
        let layout = MIGLayout(found.map(\.instance))
        if legal.contains(LayoutOfModel(model: model.id, layout: layout)) { return sorted(found) }
        do {
            let geometry = try model.mig()
            for count in 1...max(found.count, 1) where count <= found.count {
                if let violation = try geometry.violation(in: MIGLayout(found.prefix(count).map(\.instance))) {
                    throw entries[count - 1].fail("is not legal on \(model.id) beside those before it: \(violation)")
                }
            }
        } catch let error as CatalogueError {
            throw list.fail(error.description)
        } catch let error as DocumentError {
            throw error
        } catch {
            throw list.fail("\(error)")
        }
        legal.insert(LayoutOfModel(model: model.id, layout: layout))
        return sorted(found)
    }

    private func sorted(_ instances: [PlannedInstance]) -> [PlannedInstance] {
        instances.sorted { ($0.instance.start, $0.instance.profile) < ($1.instance.start, $1.instance.profile) }
    }

    func step(_ reader: Reader) throws(DocumentError) -> TransitionStep {
        let object = try reader.object(["host", "gpu", "action", "profile", "start", "size", "seconds"])
        func instance() throws(DocumentError) -> MIGInstance {
            MIGInstance(
                profile: try object.require("profile", expected: "a MIG profile").string(),
                start: try object.require("start", expected: "the first memory slice").int(in: 0...15),
                size: try object.require("size", expected: "memory slices").int(in: 1...16)
            )
        }
        let word = try object.require("action", expected: "what is done")
        let action: TransitionStep.Action
        switch try word.string() {
        case "drain-host": action = .drainHost
        case "resume-host": action = .resumeHost
        case "wait-for-instance": action = .waitForInstance(try instance())
        case "wait-for-gpu": action = .waitForGPU
        case "destroy": action = .destroy(try instance())
        case "create": action = .create(try instance())
        case "enable-mig": action = .enableMIG
        case "disable-mig": action = .disableMIG
        case "reset-gpu": action = .resetGPU
        default:
            throw word.fail(
                "\(word.found) is not a step; expected one such as 'create', 'destroy' or 'wait-for-instance'"
            )
        }
        return TransitionStep(
            host: try object.require("host").nonEmptyString(),
            gpu: try object["gpu"]?.int(in: 0...1_023),
            action,
            seconds: try object.require("seconds").double(in: 0...1e9)
        )
    }
}
