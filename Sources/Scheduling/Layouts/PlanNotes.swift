import Documents
import Estate

/// What a reader of a plan should know, in sentences.
struct PlanNotes {
    let request: PlanRequest
    let models: [GPUModel]
    let hosts: [PlannedHost]
    let totals: PlanTotals
    let proof: PlanProof?
    let shares: [SliceCover.Share]
    let onOneHost: [(team: String, host: String)]

    var lines: [String] {
        var lines: [String] = []
        if totals.slicedGPUs > 0 {
            if totals.isOptimal {
                lines.append("No plan serves the slices with fewer than \(gpus(totals.slicedBound)).")
                if let proof, proof.bound < totals.slicedBound {
                    let apart = shares.reduce(0) { $0 + $1.weighed }
                    if shares.count > 1, apart > proof.bound {
                        let each = shares.map { "\($0.weighed) of \($0.models.joined(separator: ", "))" }
                        lines.append(
                            "Models that no profile has in common are rounded up each for itself: the weights prove "
                                + "\(each.joined(separator: " and ")), \(apart) in all."
                        )
                    }
                    if max(apart, proof.bound) < totals.slicedBound {
                        lines.append(
                            "The weights alone prove \(max(apart, proof.bound)); that \(totals.slicedBound - 1) do not suffice "
                                + "was found by trying every case."
                        )
                    }
                }
            } else {
                lines.append(
                    "Any plan needs at least \(gpus(totals.slicedBound)) for the slices; this one has \(totals.slicedGPUs)."
                )
            }
        }
        for model in models where uses(model) { lines.append(toggling(model)) }
        if hosts.contains(where: { $0.gpus.contains { !$0.isWhole && !$0.isSpare } }) {
            lines.append("Instances never outlive a reboot or a reset: create them at every boot.")
        }
        lines += kept + occupied + shared + entire
        for entry in onOneHost {
            lines.append("All instances of \(entry.team) are on \(entry.host): with it the team loses all of them.")
        }
        if !request.isPresentKnown {
            lines.append("What stands on the GPUs today is not known, so no steps are given; pass it with --present.")
        }
        return lines
    }

    private func gpus(_ count: Int) -> String { counted(count, "GPU") }

    /// Instances that nothing asks for and running jobs keep.
    private var kept: [String] {
        var count = 0
        var first: String?
        for host in hosts {
            for gpu in host.gpus {
                for one in gpu.instances where one.isKept {
                    count += 1
                    first = first ?? "\(one.instance) on \(host.name) GPU \(gpu.index)"
                }
            }
        }
        guard let first else { return [] }
        return [
            count == 1
                ? "1 instance that the demand does not need stays beside it because a job runs on it (\(first)): destroy it "
                    + "when the job ends, or plan again then."
                : "\(count) instances that the demand does not need stay beside it because jobs run on them (\(first) and "
                    + "others): destroy each when its job ends, or plan again then."
        ]
    }

    /// Spare GPUs that running jobs still keep.
    private var occupied: [String] {
        guard request.isPresentKnown else { return [] }
        var count = 0
        var first: String?
        for host in hosts {
            for gpu in host.gpus where gpu.isSpare && gpu.hasJobs {
                count += 1
                first = first ?? "\(host.name) GPU \(gpu.index)"
            }
        }
        guard let first else { return [] }
        return [
            "\(gpus(count)) counted as spare \(count == 1 ? "has" : "have") jobs that run where the plan needs nothing "
                + "(\(first)\(count > 1 ? " and others" : "")): free when they end."
        ]
    }

    /// Whether the plan slices GPUs of a model, or makes sliced ones whole.
    private func uses(_ model: GPUModel) -> Bool {
        zip(request.hosts, hosts).contains { before, host in
            zip(before.gpus, host.gpus).contains { old, gpu in
                gpu.model == model.id && !gpu.isSpare && (!gpu.isWhole || request.isPresentKnown && !old.isWhole)
            }
        }
    }

    private func toggling(_ model: GPUModel) -> String {
        if model.resetsForMIG {
            return
                "\(model.id): changing MIG mode resets the GPU, so nothing may hold it; the mode outlives a reboot. In a "
                + "virtual machine with the GPU passed through the machine may have to be restarted."
        }
        return
            "\(model.id): changing MIG mode takes no reset but a GPU free of clients; the mode does not outlive a reboot or "
            + "a reload of the driver, so set it at every boot."
    }

    /// Hosts on which GPUs of both modes stand though their mode changes by a reset.
    private var shared: [String] {
        let resetting = Set(models.filter(\.resetsForMIG).map(\.id))
        let both = hosts.filter { host in
            let here = host.gpus.filter { resetting.contains($0.model) && !$0.isSpare }
            return here.contains(where: \.isWhole) && here.contains { !$0.isWhole }
        }
        guard let first = both.first else { return [] }
        return [
            "\(first.name)\(both.count > 1 ? " and \(both.count - 1) more" : "") \(both.count > 1 ? "hold" : "holds") whole and "
                + "sliced GPUs that change mode by a reset: the counts leave no way to keep them on hosts apart."
        ]
    }

    /// Instances that are a whole GPU cut off from its links.
    private var entire: [String] {
        for model in models {
            guard let geometry = model.migGeometry, let all = geometry.computeSlices?.value else { continue }
            let names = Set(geometry.profiles.filter { $0.computeSlices == all }.map(\.name))
            let isPlanned = hosts.contains { host in
                host.gpus.contains { gpu in
                    gpu.model == model.id && gpu.instances.contains { names.contains($0.instance.profile) }
                }
            }
            if isPlanned, let name = geometry.profiles.first(where: { $0.computeSlices == all })?.name {
                return [
                    "\(name) is a slice: it has neither P2P nor NVLink. A job on several GPUs needs 'whole', with MIG mode off."
                ]
            }
        }
        return []
    }
}
