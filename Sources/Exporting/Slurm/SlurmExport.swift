internal import Documents
internal import Estate

/// A plan as Slurm takes it: in two forms, each with node lines, `gres.conf` and job scripts, and how to apply them.
struct SlurmExport {
    let plan: ExportPlan
    /// The devices of hosts for which the form with device files names every instance, by host.
    let devices: [String: SlurmDevices]

    /// Takes a plan, and what some hosts say of the instances that they have.
    ///
    /// - Throws: ``ExportError`` where a host has other instances than the plan wants, or is not one of the plan's.
    init(_ plan: ExportPlan, devices: [String: SlurmDevices]) throws(ExportError) {
        self.plan = plan
        var known: Set<String> = []
        var named = devices
        for group in plan.groups {
            known.formUnion(group.hosts)
            for host in group.hosts {
                guard var own = devices[host] else { continue }
                own.instances = own.instances.map { Self.planned($0, group) }
                try Self.check(own, group, host)
                named[host] = own
            }
        }
        self.devices = named
        if let stranger = devices.keys.sorted().first(where: { !known.contains($0) }) {
            throw .devices(host: stranger, problem: "has no GPU in the plan; name one of its hosts")
        }
    }

    /// Everything, in both forms.
    var files: [ExportedFile] {
        SlurmForm.allCases.flatMap { form in
            [
                ExportedFile("\(form.prefix)-nodes.conf", lines: nodes(form)),
                ExportedFile("\(form.prefix)-gres.conf", lines: gres(form)),
            ] + jobs(form)
        } + [ExportedFile("slurm-README.md", lines: readme)]
    }

    // MARK: Nodes

    /// Types of a form's generic resources on a host, with their counts, in the order of the node line.
    static func resources(_ group: ExportPlan.Group, _ form: SlurmForm) -> [(
        resource: String, type: String, count: Int
    )] {
        var list: [(resource: String, type: String, count: Int)] = []
        for model in group.models {
            let count = group.whole.count { $0.model.id == model.id }
            guard count > 0 else { continue }
            if let place = list.firstIndex(where: { $0.type == model.slurmType }) {
                list[place].count += count
            } else {
                list.append((form.wholeResource, model.slurmType, count))
            }
        }
        return list + group.instances.map { (form.sliceResource, $0.profile, $0.count) }
    }

    private func nodes(_ form: SlurmForm) -> [String] {
        var types: [String] = []
        for group in plan.groups {
            for resource in Self.resources(group, form) {
                let type = "gres/\(resource.resource):\(resource.type)"
                if !types.contains(type) { types.append(type) }
            }
        }
        types.sort()
        let names = Set(types.map { String($0.dropFirst(5).prefix { $0 != ":" }) }).sorted()
        var lines = Words.comment(
            "Nodes of the plan '\(plan.name)'; written by assay plan. In slurm.conf: include this file."
        )
        lines += Words.comment(
            "Take the NodeName lines of these hosts out of slurm.conf, and add to the lines here what those had besides "
                + "(addresses, weights, features): Slurm takes a node once. Where slurm.conf has GresTypes, join the values there "
                + "and take the line out here."
        )
        lines += ["GresTypes=\(names.joined(separator: ","))"]
        lines += Words.comment(
            "With slurmdbd, for accounts and limits by type, joined with what slurm.conf has (without slurmdbd, slurmctld does not "
                + "start with it):"
        )
        lines += ["# AccountingStorageTRES=\((names.map { "gres/\($0)" } + types).joined(separator: ","))"]
        if plan.groups.contains(where: { Self.processors($0).isEmpty }) {
            lines += Words.comment(
                "The plan does not know the processors of some hosts: add what slurmd -C prints there (CPUs, Sockets, "
                    + "CoresPerSocket, ThreadsPerCore, RealMemory), or Slurm takes one processor."
            )
        }
        for group in plan.groups {
            let resources = Self.resources(group, form).map { "\($0.resource):\($0.type):\($0.count)" }
            var words = ["NodeName=\(Words.hostlist(group.hosts))"] + Self.processors(group)
            // GPUs in MIG mode without instances leave a node without a resource.
            if !resources.isEmpty { words.append("Gres=\(resources.joined(separator: ","))") }
            words.append("Feature=\(group.models.map(\.slurmFeature).joined(separator: ","))")
            lines.append(words.joined(separator: " "))
        }
        return lines
    }

    private static func processors(_ group: ExportPlan.Group) -> [String] {
        var words: [String] = []
        if let cores = group.cores, cores > 0 {
            let sockets = group.sockets.flatMap { $0 > 0 && cores % $0 == 0 ? $0 : nil } ?? 1
            let threads = max(group.threadsPerCore ?? 1, 1)
            words = ["Sockets=\(sockets)", "CoresPerSocket=\(cores / sockets)", "ThreadsPerCore=\(threads)"]
        }
        if let memory = group.memoryMiB, memory > 0 { words.append("RealMemory=\(memory)") }
        return words
    }

    /// `0-31` where the GPU's NUMA node is one of the sockets; nil where that is not known.
    private static func cores(_ gpu: ExportPlan.GPU, _ group: ExportPlan.Group) -> String? {
        guard let node = gpu.numaNode, let cores = group.cores, let sockets = group.sockets, cores > 0, sockets > 0,
            cores % sockets == 0, (0..<sockets).contains(node)
        else { return nil }
        let each = cores / sockets
        return each == 1 ? "\(node * each)" : "\(node * each)-\(node * each + each - 1)"
    }

    // MARK: gres.conf

    private func gres(_ form: SlurmForm) -> [String] {
        var lines = Words.comment(
            "Generic resources of the plan '\(plan.name)'; written by assay plan. The same file, as gres.conf, on every node; "
                + "the lines with a NodeName count there alone."
        )
        switch form {
        case .counts:
            lines += Words.comment(
                "Counts without devices: Slurm holds jobs to the counts and hands out no device. A TaskProlog must choose the "
                    + "instance and print export CUDA_VISIBLE_DEVICES=MIG-…, and something else must keep jobs from others' "
                    + "devices. Jobs name a type: --gres=mig:1 would take any."
            )
            lines.append("AutoDetect=off")
            for group in plan.groups {
                let hosts = Words.hostlist(group.hosts)
                lines += Self.resources(group, form).map {
                    "NodeName=\(hosts) Name=\($0.resource) Type=\($0.type) Count=\($0.count)"
                }
            }
        case .devices:
            lines += Words.comment(
                "Device files. The files of an instance belong to its id, and ids change when instances are created anew: "
                    + "write this file again after every change, and compare slurmd -G with it."
            )
            if plan.groups.contains(where: { group in group.gpus.contains { Self.cores($0, group) != nil } }) {
                lines += Words.comment(
                    "Cores: NUMA node n is taken for socket n; with several nodes a socket, correct them."
                )
            }
            if plan.groups.contains(where: { !detected($0).isEmpty }) {
                lines += Words.comment(
                    "AutoDetect=nvml: the device files of the instances there are not known (--mig-instances and --mig-minors give them), "
                        + "so Slurm is to find them itself: that takes a Slurm built with NVML (Debian's is not). Its detection stops "
                        + "at the first gap in the numbers of the instances: compare slurmd -G with the counts of the node line."
                )
            }
            for group in plan.groups { lines += deviceLines(group) }
        }
        return lines
    }

    /// Hosts whose instances have files that are not known.
    private func detected(_ group: ExportPlan.Group) -> [String] {
        group.instances.isEmpty ? [] : group.hosts.filter { devices[$0]?.minors == nil }
    }

    private func deviceLines(_ group: ExportPlan.Group) -> [String] {
        let detected = detected(group)
        let others = group.hosts.filter { host in !detected.contains(host) }
        var lines: [String] = []
        if !detected.isEmpty {
            lines.append("NodeName=\(Words.hostlist(detected)) AutoDetect=nvml")
        }
        // Hosts without instances have the same lines; others have device files of their own.
        var byText: [(text: [String], hosts: [String])] = []
        var places: [[String]: Int] = [:]
        for host in others {
            let text = wholeLines(group, devices[host]) + instanceLines(group, devices[host])
            if let place = places[text] {
                byText[place].hosts.append(host)
            } else {
                places[text] = byText.count
                byText.append((text, [host]))
            }
        }
        for (text, hosts) in byText {
            let list = Words.hostlist(hosts)
            lines.append("NodeName=\(list) AutoDetect=off")
            lines += text.map { "NodeName=\(list) \($0)" }
        }
        return lines
    }

    private func wholeLines(_ group: ExportPlan.Group, _ devices: SlurmDevices?) -> [String] {
        group.whole.map { gpu in
            var words = ["Name=gpu", "Type=\(gpu.model.slurmType)", "File=/dev/nvidia\(gpu.index)"]
            if let cores = Self.cores(gpu, group) { words.append("Cores=\(cores)") }
            if let row = devices?.links.flatMap({ $0.indices.contains(gpu.index) ? $0[gpu.index] : nil }) {
                // Links are told between the GPUs that Slurm hands out, and instances have none.
                let shown = group.whole.compactMap { row.indices.contains($0.index) ? row[$0.index] : nil }
                words.append("Links=\(shown.map { String($0) }.joined(separator: ","))")
            }
            return words.joined(separator: " ")
        }
    }

    private func instanceLines(_ group: ExportPlan.Group, _ devices: SlurmDevices?) -> [String] {
        guard let devices, let minors = devices.minors else { return [] }
        return group.gpus.flatMap { gpu in
            (gpu.layout?.instances ?? []).compactMap { instance in
                guard
                    let present = devices.instances.first(where: { $0.gpu == gpu.index && $0.instance == instance }),
                    let minor = minors.minors(gpu: gpu.index, instance: present.id)
                else { return nil }
                let caps = [minor.instance, minor.compute].map { "/dev/nvidia-caps/nvidia-cap\($0)" }
                var words = [
                    "Name=gpu", "Type=\(instance.profile)",
                    "MultipleFiles=\((["/dev/nvidia\(gpu.index)"] + caps).joined(separator: ","))",
                ]
                if let cores = Self.cores(gpu, group) { words.append("Cores=\(cores)") }
                return words.joined(separator: " ")
            }
        }
    }

    /// An instance under the catalogue's name of its profile: drivers name the memory of one profile differently.
    private static func planned(_ present: SlurmDevices.Instance, _ group: ExportPlan.Group) -> SlurmDevices.Instance {
        guard let geometry = group.gpus.first(where: { $0.index == present.gpu })?.model.migGeometry,
            let profile = try? geometry.profile(meaning: present.instance.profile)
        else { return present }
        let instance = present.instance
        return SlurmDevices.Instance(
            gpu: present.gpu,
            id: present.id,
            instance: MIGInstance(profile: profile.name, start: instance.start, size: instance.size)
        )
    }

    /// Whether what a host has is what the plan wants, placement by placement.
    private static func check(_ devices: SlurmDevices, _ group: ExportPlan.Group, _ host: String) throws(ExportError) {
        if let links = devices.links, let last = group.gpus.last, last.index >= links.count {
            throw .devices(
                host: host,
                problem: "its topology has \(counted(links.count, "GPU")), and the plan names GPU \(last.index)"
            )
        }
        guard !devices.instances.isEmpty || devices.minors != nil else { return }
        for gpu in group.gpus {
            let found = MIGLayout(devices.instances.filter { $0.gpu == gpu.index }.map(\.instance))
            let wanted = gpu.layout ?? MIGLayout([])
            guard found == wanted else {
                throw .devices(
                    host: host,
                    problem:
                        "GPU \(gpu.index) has the instances \(quoted("\(found)")), and the plan wants \(quoted("\(wanted)")); "
                        + "create what is planned first"
                )
            }
            guard let minors = devices.minors else { continue }
            for present in devices.instances
            where present.gpu == gpu.index && minors.minors(gpu: gpu.index, instance: present.id) == nil {
                throw .devices(
                    host: host,
                    problem:
                        "the minors have no gpu\(gpu.index)/gi\(present.id)/access with its ci0; read both texts on one "
                        + "host after the instances were created"
                )
            }
        }
        if let other = devices.instances.first(where: { present in !group.gpus.contains { $0.index == present.gpu } }) {
            throw .devices(host: host, problem: "has instances on GPU \(other.gpu), which the plan does not name")
        }
    }
}
