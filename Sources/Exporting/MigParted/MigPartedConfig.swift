import Documents
internal import Estate
internal import Scheduling

/// A plan as NVIDIA's mig-parted takes it: one label for each way in which hosts are divided.
///
/// The format has counts and no placements, so each layout carries the order of creation that yields it, found and
/// checked in simulation, or the reason why there is none. Unknown keys are errors to mig-parted, so there are none.
struct MigPartedConfig {
    private let plan: ExportPlan

    init(_ plan: ExportPlan) { self.plan = plan }

    var file: ExportedFile {
        var lines = Words.comment("Layouts of the plan '\(plan.name)', for nvidia-mig-parted; written by assay plan.")
        lines += Words.comment(
            "On a drained host: nvidia-mig-parted apply -f mig-parted.yaml -c LABEL, then nvidia-mig-parted assert with the "
                + "same arguments. With the GPU Operator: put this text under config.yaml in the ConfigMap of the MIG manager "
                + "and label the node nvidia.com/mig.config=LABEL."
        )
        lines += Words.comment(
            "This format says how many instances of each profile a GPU has, and not where: it has no placement field. The "
                + "comments give the planned placements (profile@first memory slice:memory slices), and the order of "
                + "creation that yields them on an empty GPU. mig-parted itself tries orders until one fits, so compare "
                + "nvidia-smi mig -lgi with the placements afterwards; where they differ, destroy the instances and create "
                + "them by the command in the comment. Placements matter only where further instances are to fit later."
        )
        lines += ["version: v1", "mig-configs:"]
        for (index, layout) in layouts.enumerated() { lines += entries(layout, number: index + 1) }
        return ExportedFile("mig-parted.yaml", lines: lines)
    }

    /// Hosts whose GPUs are divided alike, whatever else differs between them.
    private struct Layout {
        let gpus: [ExportPlan.GPU]
        var hosts: [String]
    }

    private var layouts: [Layout] {
        struct Key: Hashable {
            let indices: [Int]
            let models: [String]
            let layouts: [MIGLayout?]
        }
        var places: [Key: Int] = [:]
        var list: [Layout] = []
        for group in plan.groups {
            let key = Key(
                indices: group.gpus.map(\.index),
                models: group.gpus.map(\.model.id),
                layouts: group.gpus.map(\.layout)
            )
            if let place = places[key] {
                list[place].hosts += group.hosts
            } else {
                places[key] = list.count
                list.append(Layout(gpus: group.gpus, hosts: group.hosts))
            }
        }
        return list
    }

    private func entries(_ layout: Layout, number: Int) -> [String] {
        var lines = ["  assay-layout-\(number):"]
        lines += Words.comment(
            "\(counted(layout.hosts.count, "host")): \(Words.hostlist(layout.hosts))",
            indent: "    "
        )
        for devices in devices(layout.gpus) {
            let indices = devices.map { String($0.index) }.joined(separator: ", ")
            lines += notes(devices)
            lines.append("    - devices: [\(indices)]")
            guard let first = devices.first, first.layout != nil else {
                lines.append("      mig-enabled: false")
                continue
            }
            lines.append("      mig-enabled: true")
            if first.counts.isEmpty {
                lines.append("      mig-devices: {}")
            } else {
                lines.append("      mig-devices:")
                lines += first.counts.map { "        \"\($0.profile)\": \($0.count)" }
            }
        }
        return lines
    }

    /// GPUs that this format cannot tell apart.
    private func devices(_ gpus: [ExportPlan.GPU]) -> [[ExportPlan.GPU]] {
        var list: [[ExportPlan.GPU]] = []
        for gpu in gpus {
            let place = list.firstIndex { $0[0].counts == gpu.counts && ($0[0].layout == nil) == (gpu.layout == nil) }
            if let place { list[place].append(gpu) } else { list.append([gpu]) }
        }
        return list
    }

    /// The placements of GPUs, and how to come by them.
    private func notes(_ devices: [ExportPlan.GPU]) -> [String] {
        var seen: Set<MIGLayout> = []
        var lines: [String] = []
        for gpu in devices {
            guard let layout = gpu.layout, !layout.instances.isEmpty, seen.insert(layout).inserted else { continue }
            let indices = devices.filter { $0.layout == layout }.map { String($0.index) }.joined(separator: ",")
            lines += Words.comment("GPU \(indices): \(layout)", indent: "    ")
            let order = Self.order(layout, on: gpu.model, indices)
            lines += Words.comment(order.sentence, indent: "    ")
            // On a line of its own, to be copied.
            if let command = order.command { lines.append("    #   \(command)") }
        }
        return lines
    }

    /// The order in which a layout's instances are created: a sentence, and the command where there is one.
    private static func order(_ layout: MIGLayout, on model: GPUModel, _ indices: String) -> (
        sentence: String, command: String?
    ) {
        func command(_ profiles: [String]) -> String {
            "nvidia-smi mig -i \(indices) -cgi \(profiles.joined(separator: ",")) -C"
        }
        do {
            switch try model.mig().creationOrder(for: layout) {
            case .forced(let profiles):
                return ("Whatever the driver chooses, this order gives it:", command(profiles))
            case .expected(let profiles):
                return (
                    "With the placements that drivers were seen to choose, this order gives it; check with nvidia-smi mig -lgi:",
                    command(profiles)
                )
            case .none(let reason):
                return (
                    "No order gives it (\(reason)); create the instances with their placements, by NVML's "
                        + "nvmlDeviceCreateGpuInstanceWithPlacement.",
                    nil
                )
            }
        } catch {
            return ("The order is not known: \(error).", nil)
        }
    }
}
