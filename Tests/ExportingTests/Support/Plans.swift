import Documents
import Estate
import Exporting
import Scheduling
import Testing

/// Plans to export.
enum Plans {
    static let catalogue = Result { try GPUCatalogue.standard() }

    /// A GPU in MIG mode with instances such as `3g.40gb@4:4`.
    static func sliced(_ index: Int, _ instances: String, model: String = "a100-sxm-80gb", node: Int? = nil)
        -> PlannedGPU
    {
        let list = instances.split(separator: " ").map { text in
            let parts = text.split(whereSeparator: { $0 == "@" || $0 == ":" })
            return PlannedInstance(
                MIGInstance(profile: String(parts[0]), start: Int(parts[1]) ?? -1, size: Int(parts[2]) ?? -1)
            )
        }
        return PlannedGPU(index: index, model: model, numaNode: node, mode: .mig(list))
    }

    static func whole(_ index: Int, model: String = "a100-sxm-80gb", node: Int? = nil) -> PlannedGPU {
        PlannedGPU(index: index, model: model, numaNode: node)
    }

    static func plan(_ hosts: [PlannedHost], demand: [PlanDemand] = [], name: String = "a plan") -> LayoutPlan {
        LayoutPlan(
            name: name,
            demand: demand,
            hosts: hosts,
            totals: PlanTotals(
                gpus: hosts.reduce(0) { $0 + $1.gpus.count },
                wholeGPUs: 0,
                slicedGPUs: 0,
                slicedBound: 0
            )
        )
    }

    static let sevenths = (0..<7).map { "1g.10gb@\($0):1" }.joined(separator: " ")

    /// Two hosts alike, one with gaps in its names, one whose placements no order of creation is known to yield.
    static let mixed = plan(
        [
            host(
                "node1",
                [whole(0, node: 0), whole(1, node: 0), sliced(2, sevenths, node: 1), sliced(3, sevenths, node: 1)]
            ),
            host(
                "node2",
                [whole(0, node: 0), whole(1, node: 0), sliced(2, sevenths, node: 1), sliced(3, sevenths, node: 1)]
            ),
            host("node7", [sliced(0, "3g.40gb@0:4 3g.40gb@4:4"), sliced(1, "4g.40gb@0:4 2g.20gb@4:2 1g.10gb@6:1")]),
            PlannedHost(name: "old-1", gpus: [whole(0, model: "l40s-48gb"), whole(1, model: "l40s-48gb")]),
        ],
        demand: [
            PlanDemand(.profile("1g.10gb"), count: 29), PlanDemand(.whole(gpusPerJob: 2), count: 1, team: "a"),
        ]
    )

    static func host(_ name: String, _ gpus: [PlannedGPU]) -> PlannedHost {
        PlannedHost(name: name, sockets: 2, cores: 64, threadsPerCore: 2, memoryMiB: 1_000_000, gpus: gpus)
    }

    static func files(
        _ plan: LayoutPlan,
        _ format: ExportFormat,
        devices: [String: SlurmDevices] = [:]
    ) throws -> [String: String] {
        let files = try format.files(try ExportPlan(plan, catalogue: try catalogue.get()), devices: devices)
        return Dictionary(files.map { ($0.name, $0.text) }, uniquingKeysWith: { first, _ in first })
    }

    /// Hosts with layouts drawn at random from all that are legal, and whole GPUs between them.
    static func random(seed: UInt64) throws -> LayoutPlan {
        var state = seed &* 0x9E37_79B9_7F4A_7C15 | 1
        func next(_ bound: Int) -> Int {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return Int(state >> 33) % bound
        }
        let models = try ["a100-sxm-80gb", "a30-24gb", "h200-sxm-141gb"].map { try catalogue.get().gpu(named: $0) }
        let layouts = try models.map { try $0.mig().layouts() }
        return plan(
            (0..<1 + next(20)).map { host in
                let model = next(models.count)
                return PlannedHost(
                    name: "n\(host)",
                    gpus: (0..<1 + next(8)).map { index in
                        guard next(4) > 0 else { return whole(index, model: models[model].id) }
                        let layout = layouts[model][next(layouts[model].count)]
                        return PlannedGPU(
                            index: index,
                            model: models[model].id,
                            mode: .mig(layout.instances.map { PlannedInstance($0) })
                        )
                    }
                )
            }
        )
    }

    /// What a plan wants, host by host: instances by profile, whole GPUs under `whole`.
    static func counts(_ plan: LayoutPlan) -> [String: [String: Int]] {
        var counts: [String: [String: Int]] = [:]
        for host in plan.hosts {
            for gpu in host.gpus {
                if gpu.isWhole { counts[host.name, default: [:]]["whole", default: 0] += 1 }
                for instance in gpu.instances {
                    counts[host.name, default: [:]][instance.instance.profile, default: 0] += 1
                }
            }
        }
        return counts
    }
}
