internal import Estate

extension SlurmExport {
    /// A job script for each profile, for a whole GPU of each model, and for each gang.
    func jobs(_ form: SlurmForm) -> [ExportedFile] {
        var files: [ExportedFile] = []
        let features = features
        for profile in plan.profiles {
            for feature in features[profile] ?? [nil] {
                let of = feature.map { " of \($0)" } ?? ""
                files.append(
                    job(
                        form,
                        file: profile + (feature.map { "-\($0)" } ?? ""),
                        what: "one instance \(profile)\(of)",
                        gres: "\(form.sliceResource):\(profile):1",
                        constraint: feature
                    )
                )
            }
        }
        // The most of a type that one host has, by the feature that tells its models apart.
        var largest: [String: [String?: Int]] = [:]
        for group in plan.groups {
            for model in group.models {
                let type = model.slurmType
                let count = group.whole.count { $0.model.slurmType == type }
                guard group.whole.contains(where: { $0.model.id == model.id }) else { continue }
                let feature = features[type] == nil ? nil : model.slurmFeature
                largest[type, default: [:]][feature] = max(largest[type]?[feature] ?? 0, count)
            }
        }
        for type in largest.keys.sorted() {
            for (feature, most) in (largest[type] ?? [:]).sorted(by: { ($0.key ?? "") < ($1.key ?? "") }) {
                for gpus in [1] + plan.gangs where gpus <= most {
                    let name = (gpus == 1 ? "whole-\(type)" : "gang-\(gpus)x\(type)") + (feature.map { "-\($0)" } ?? "")
                    let what =
                        gpus == 1
                        ? "one whole GPU"
                        : "a gang of \(gpus) whole GPUs of one host, with NVLink between them if it has any"
                    files.append(
                        job(
                            form,
                            file: name,
                            what: what + (feature.map { ", \($0)" } ?? ""),
                            gres: "\(form.wholeResource):\(type):\(gpus)",
                            constraint: feature
                        )
                    )
                }
            }
        }
        return files
    }

    /// Types that stand for GPUs or instances of several models here, with the features of their nodes.
    private var features: [String: [String?]] {
        models.filter { $0.value.count > 1 }.mapValues { $0.sorted().map { Optional($0) } }
    }

    /// The models behind each type, by the feature of their nodes.
    private var models: [String: Set<String>] {
        var models: [String: Set<String>] = [:]
        for group in plan.groups {
            for gpu in group.gpus {
                for count in gpu.counts { models[count.profile, default: []].insert(gpu.model.slurmFeature) }
                if gpu.layout == nil { models[gpu.model.slurmType, default: []].insert(gpu.model.slurmFeature) }
            }
        }
        return models
    }

    private func job(
        _ form: SlurmForm,
        file: String,
        what: String,
        gres: String,
        constraint: String?
    ) -> ExportedFile {
        var lines = ["#!/bin/bash"]
        lines += Words.comment("A job on \(what): sbatch \(form.prefix)-job-\(file).sh PROGRAM ARGUMENTS…")
        lines += ["#SBATCH --job-name=\(file)", "#SBATCH --nodes=1", "#SBATCH --gres=\(gres)"]
        if let constraint { lines.append("#SBATCH --constraint=\(constraint)") }
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
        for (type, ids) in models.sorted(by: { $0.key < $1.key }) where ids.count > 1 {
            notes.append(
                "- `\(type)` stands for different things here (\(ids.sorted().joined(separator: ", "))): jobs that need one of them "
                    + "add `--constraint`, as the job files do."
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
