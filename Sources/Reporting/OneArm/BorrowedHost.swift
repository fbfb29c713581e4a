import Estate
import Evidence

/// How to come by the other arm: one host for an hour, taken from a scheduler and given back.
///
/// Lines for a shell; what no command can do stands between them as a comment. `NODE` is for the reader to fill in.
package struct BorrowedHost: Sendable, Hashable {
    /// Who gives the host away.
    package enum Scheduler: String, Sendable, Hashable, CaseIterable {
        /// Slurm's `scontrol`.
        case slurm
        /// `kubectl`.
        case kubernetes

        /// The name for people.
        package var title: String { self == .slurm ? "Slurm" : "Kubernetes" }
    }

    /// Who gives it.
    package var scheduler: Scheduler
    /// What to type, in order.
    package var lines: [String]

    /// The lines for a host that is to be the other arm.
    init(_ scheduler: Scheduler, before: String, work: [String], after: String) {
        self.scheduler = scheduler
        let take: [String]
        let give: String
        switch scheduler {
        case .slurm:
            take = [
                "scontrol update nodename=NODE state=drain reason=\"assay: one hour for the other arm\"",
                "sinfo --nodes=NODE --noheader --format=%T   # again until it says drained: nothing runs there any more",
            ]
            give = "scontrol update nodename=NODE state=resume"
        case .kubernetes:
            take = [
                "kubectl cordon NODE",
                "kubectl drain NODE --ignore-daemonsets --delete-emptydir-data   # ends its pods, and their emptyDir data",
            ]
            give = "kubectl uncordon NODE"
        }
        lines = take + ["# \(before)"] + work + ["# \(after)", give]
    }
}

extension OneArmReport {
    /// What the other arm is to be.
    private var otherModel: String {
        guard isGuest || model == nil else { return model == .bareMetalMIG ? "vm-vgpu-mig" : "vm-passthrough" }
        return model == .vmVGPUMIG ? "bare-metal-mig" : "bare-metal"
    }

    /// Whether the other arm is the bare-metal one.
    private var lacksBareMetal: Bool { isGuest || model == nil }

    private var otherFile: String { lacksBareMetal ? "bare-metal.record.json" : "vm.record.json" }

    /// The ways to borrow a host.
    package var borrowing: [BorrowedHost] {
        let before =
            lacksBareMetal
            ? "On NODE: end its virtual machines and give their GPUs back from vfio-pci to the driver, or boot it without the "
                + "hypervisor."
            : "On NODE: boot it as a host of virtual machines, and start one guest with the same GPUs, cores and memory."
        let place = lacksBareMetal ? "on NODE" : "in the guest"
        var work = ["assay inspect\(lacksBareMetal ? " --require bare-metal" : "")   # \(place)"]
        if measuring.isImported {
            work.append("# \(place): the same job with the same settings, and its numbers through assay record again,")
            work.append("#     with --model \(otherModel) -o \(otherFile)")
        } else {
            work.append(measuring.command(declaring: otherModel, output: otherFile) + "   # \(place)")
        }
        let after = "Boot NODE as it was."
        return BorrowedHost.Scheduler.allCases.map { BorrowedHost($0, before: before, work: work, after: after) }
    }

    /// What holds the two records against each other once both are there.
    package var comparing: String {
        let own = summary.arm.files.map(Self.word).joined(separator: " ")
        return lacksBareMetal
            ? "assay compare \(otherFile) --with \(own)" : "assay compare \(own) --with \(otherFile)"
    }

    /// What measures both in turn, where both machines can be had at once; nil for numbers of another tool.
    package var pairing: String? {
        guard !measuring.isImported else { return nil }
        let models = (own: model?.rawValue ?? "MODEL", other: otherModel)
        let flags = measuring.flags.map { $0.isEmpty ? "" : " \($0)" } ?? " FLAGS"
        return "assay measure --pair NODE --declare \(models.own) --declare-remote \(models.other)\(flags) -o pair"
    }

    /// A file's name as a word of a shell.
    private static func word(_ file: String) -> String {
        let plain = file.unicodeScalars.allSatisfy { scalar in
            scalar.isASCII && (scalar.properties.isAlphabetic || scalar.properties.numericType != nil)
                || "-_./".unicodeScalars.contains(scalar)
        }
        return plain && !file.isEmpty ? file : "'\(file.replacing("'", with: "'\\''"))'"
    }
}
