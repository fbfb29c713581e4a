package import Documents
package import Estate

extension LayoutPlan {
    /// The plan as it is written: canonical, one GPU a member.
    package var json: JSON {
        .fields([
            "format": .string(Self.format),
            "name": .string(name),
            "demand": .array(demand.map(\.json)),
            "totals": totals.json,
            "proof": proof?.json,
            "hosts": .array(hosts.map(\.json)),
            "present": present.map { .array($0.map(\.json)) },
            "steps": steps.isEmpty ? nil : .array(steps.map(\.json)),
            "notes": .array(notes.map { .string($0) }),
        ])
    }
}

extension PlanDemand {
    /// A row of the demand.
    package var json: JSON {
        var profile: String?
        var gpus: Int?
        switch unit {
        case .profile(let name): profile = name
        case .whole(let gpusPerJob): gpus = gpusPerJob
        }
        return .fields([
            "profile": .string(profile ?? "whole"),
            "gpus": gpus.map { .integer($0) },
            "count": .integer(count),
            "team": team.map { .string($0) },
            "gpu": model.map { .string($0) },
        ])
    }
}

extension PlanTotals {
    var json: JSON {
        .fields([
            "gpus": .integer(gpus),
            "whole_gpus": .integer(wholeGPUs),
            "sliced_gpus": .integer(slicedGPUs),
            "sliced_gpus_at_least": .integer(slicedBound),
            "idle_gpus": .number(idleGPUs),
            "fragmented_gpus": .number(fragmentedGPUs),
        ])
    }
}

extension PlanProof {
    var json: JSON {
        .fields([
            "weights": .array(
                weights.map {
                    ["demand": .string($0.demand), "count": .integer($0.count), "weight": .integer($0.weight)]
                }
            ),
            "charges": charges.isEmpty
                ? nil
                : .array(
                    charges.map {
                        [
                            "gpus": .array($0.models.map { .string($0) }),
                            "available": .integer($0.available),
                            "charge": .integer($0.charge),
                        ]
                    }
                ),
            "capacity": .integer(capacity),
        ])
    }
}

extension PlannedHost {
    var json: JSON {
        .fields([
            "name": .string(name),
            "sockets": sockets.map { .integer($0) },
            "cores": cores.map { .integer($0) },
            "threads_per_core": threadsPerCore.map { .integer($0) },
            "memory_mib": memoryMiB.map { .integer($0) },
            "gpus": .array(gpus.map(\.json)),
        ])
    }
}

extension PlannedGPU {
    var json: JSON {
        var list: JSON?
        if case .mig(let instances) = mode { list = .array(instances.map(\.json)) }
        return .fields([
            "index": .integer(index),
            "gpu": .string(model),
            "uuid": uuid.map { .string($0) },
            "pci_bus_id": pciBusID.map { .string($0) },
            "numa_node": numaNode.map { .integer($0) },
            "mig": .bool(!isWhole),
            "instances": list,
            "team": team.map { .string($0) },
            "busy": isBusy ? true : nil,
            "spare": isSpare ? true : nil,
        ])
    }
}

extension PlannedInstance {
    var json: JSON {
        .fields([
            "profile": .string(instance.profile),
            "start": .integer(instance.start),
            "size": .integer(instance.size),
            "team": team.map { .string($0) },
            "busy": isBusy ? true : nil,
            "kept": isKept ? true : nil,
        ])
    }
}

extension TransitionStep {
    /// What the action is called in files.
    package var word: String {
        switch action {
        case .drainHost: "drain-host"
        case .resumeHost: "resume-host"
        case .waitForInstance: "wait-for-instance"
        case .waitForGPU: "wait-for-gpu"
        case .destroy: "destroy"
        case .create: "create"
        case .enableMIG: "enable-mig"
        case .disableMIG: "disable-mig"
        case .resetGPU: "reset-gpu"
        }
    }

    /// The instance that the action is about.
    package var instance: MIGInstance? {
        switch action {
        case .waitForInstance(let instance), .destroy(let instance), .create(let instance): instance
        case .drainHost, .resumeHost, .waitForGPU, .enableMIG, .disableMIG, .resetGPU: nil
        }
    }

    /// A step as it is written.
    package var json: JSON {
        .fields([
            "host": .string(host),
            "gpu": gpu.map { .integer($0) },
            "action": .string(word),
            "profile": instance.map { .string($0.profile) },
            "start": instance.map { .integer($0.start) },
            "size": instance.map { .integer($0.size) },
            "seconds": .number(seconds),
        ])
    }
}
