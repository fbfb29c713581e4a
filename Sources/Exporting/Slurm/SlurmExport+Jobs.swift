extension SlurmExport {
    /// A job script for each profile, for a whole GPU of each model, and for each gang.
    func jobs(_ form: SlurmForm) -> [ExportedFile] {
        var files = plan.profiles.map { profile in
            job(form, file: profile, what: "one instance \(profile)", gres: "\(form.sliceResource):\(profile):1")
        }
        var largest: [String: Int] = [:]
        for group in plan.groups {
            for resource in Self.resources(group, form) where resource.resource == form.wholeResource {
                guard group.whole.contains(where: { $0.model.slurmType == resource.type }) else { continue }
                largest[resource.type] = max(largest[resource.type] ?? 0, resource.count)
            }
        }
        for type in largest.keys.sorted() {
            let most = largest[type] ?? 0
            for gpus in [1] + plan.gangs where gpus <= most {
                let name = gpus == 1 ? "whole-\(type)" : "gang-\(gpus)x\(type)"
                let what =
                    gpus == 1
                    ? "one whole GPU"
                    : "a gang of \(gpus) whole GPUs of one host, with NVLink between them if it has any"
                files.append(job(form, file: name, what: what, gres: "\(form.wholeResource):\(type):\(gpus)"))
            }
        }
        return files
    }

    private func job(_ form: SlurmForm, file: String, what: String, gres: String) -> ExportedFile {
        var lines = ["#!/bin/bash"]
        lines += Words.comment("A job on \(what): sbatch \(form.prefix)-job-\(file).sh PROGRAM ARGUMENTS…")
        lines += ["#SBATCH --job-name=\(file)", "#SBATCH --nodes=1", "#SBATCH --gres=\(gres)"]
        lines += Words.comment("Add what your site asks for: --time, --cpus-per-task, --mem, --partition, --account.")
        if form == .counts {
            lines += Words.comment(
                "CUDA_VISIBLE_DEVICES comes from the site's TaskProlog: with counts, Slurm sets none."
            )
        }
        lines += ["set -eu", "exec \"${@:?a program to run}\""]
        return ExportedFile("\(form.prefix)-job-\(file).sh", lines: lines)
    }

    /// How to apply the files without losing a job.
    var readme: [String] {
        var lines = [
            "# Slurm files of the plan", "",
            "Written by `assay plan`. There are two forms; take one.", "",
            "| form | files | asks for |", "|---|---|---|",
            "| devices | `slurm-devices-*` | `--gres=gpu:1g.10gb:1`; Slurm sets CUDA_VISIBLE_DEVICES, and with ConstrainDevices shuts a job in |",
            "| counts | `slurm-counts-*` | `--gres=mig:1g.10gb:1`, `--gres=wholegpu:a100:1`; counts change beside running jobs "
                + "(`scontrol update NodeName=… Gres=…`), and a TaskProlog chooses the device |",
            "", "In this order, a group of nodes at a time:", "",
            "1. `scontrol update NodeName=NODES State=DRAIN Reason=layout`, and wait until `sinfo` shows them drained.",
            "2. Stop what holds the GPUs open (`nvidia-smi` lists it; DCGM and monitoring count), then change the instances: "
                + "by the steps of the plan, or by `mig-parted.yaml`.",
            "3. Write the files again where device files are named (`assay plan export … --mig-instances --mig-minors`): the "
                + "numbers of instances are new.",
            "4. Put the node lines in place of those of `slurm.conf`, and `gres.conf` on the nodes. Every node and the controller need the "
                + "same `slurm.conf`.",
            "5. Restart `slurmctld` and the nodes' `slurmd`: reconfiguring is not enough where the number of devices changes. Jobs on "
                + "other nodes go on.",
            "6. `slurmd -G` on a node must show what `gres.conf` says; then `scontrol update NodeName=NODES State=RESUME`.",
            "",
            "Keep the files that were there: to go back is the same walk with them.", "",
            "| nodes | number | whole | instances |", "|---|---|---|---|",
        ]
        for group in plan.groups {
            let instances = group.instances.map { "\($0.count) x \($0.profile)" }.joined(separator: ", ")
            lines.append(
                "| \(Words.hostlist(group.hosts)) | \(group.hosts.count) | \(group.whole.count) | "
                    + "\(instances.isEmpty ? "none" : instances) |"
            )
        }
        lines += notes
        return lines
    }

    /// What the operator must know of this plan in particular.
    private var notes: [String] {
        var notes: [String] = []
        var models: [String: Set<String>] = [:]
        for group in plan.groups {
            for gpu in group.gpus {
                for count in gpu.counts { models[count.profile, default: []].insert(gpu.model.slurmFeature) }
                if gpu.layout == nil { models[gpu.model.slurmType, default: []].insert(gpu.model.slurmFeature) }
            }
        }
        for (type, ids) in models.sorted(by: { $0.key < $1.key }) where ids.count > 1 {
            notes.append(
                "- `\(type)` stands for different things here (\(ids.sorted().joined(separator: ", "))): jobs that need one of them "
                    + "add `--constraint`."
            )
        }
        for profile in plan.profiles where profile.contains("+") || profile.contains("-") {
            notes.append(
                "- The plain type before the sign is part of `\(profile)` as well: with AutoDetect, Slurm may take one for the other. "
                    + "Name the device files."
            )
        }
        return notes.isEmpty ? [] : [""] + notes
    }
}
