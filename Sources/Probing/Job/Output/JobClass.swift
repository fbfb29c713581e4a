internal import Documents
package import Evidence

/// Where the time of a job goes, as far as counters can honestly say.
///
/// Shares of the time to completion, in this order, each bounded by what the ones before it left: a GPU with a kernel
/// running (computing and collectives alike, for the counter does not tell them apart), waiting for storage, processors.
/// What is left is unknown; transfers, collectives and gaps between kernels need a profile of the job itself.
package struct JobClass: Sendable, Hashable {
    /// A part of the time.
    package enum Part: String, Sendable, Hashable, CaseIterable {
        /// A kernel runs on a GPU.
        case gpu
        /// Some task waits for storage.
        case storage
        /// Processors work, and no GPU does.
        case cpu
        /// None of these.
        case unknown
    }

    /// One part with where it is from.
    package struct Share: Sendable, Hashable {
        /// The part.
        package var part: Part
        /// Of the time to completion, 0...1; nil where no counter says.
        package var share: Double?
        /// The counter, and what it cannot tell.
        package var source: String
    }

    /// Every part, unknown last; known ones and unknown sum to 1.
    package let shares: [Share]

    /// What takes at least half of the time: `gpu-bound`, `storage-bound`, `cpu-bound`, else `unclassified`.
    package var name: String {
        let bound = shares.first { $0.part != .unknown && ($0.share ?? 0) >= 0.5 }
        return bound.map { "\($0.part.rawValue)-bound" } ?? "unclassified"
    }

    /// Parts that no counter here tells.
    package static let untold = ["transfer", "collective", "launch gaps"]

    /// The class of a job from its usable runs; nil without any.
    ///
    /// `processors` are those of the machine: waiting for storage counts where any task waits.
    package init?(_ runs: [JobRun]) {
        let wall = runs.reduce(0) { $0 + $1.wallSeconds }
        guard wall > 0 else { return nil }
        func total(_ metric: JobMetric) -> Double? {
            let values = runs.compactMap { $0.reading(metric) }
            return values.count == runs.count ? values.reduce(0, +) : nil
        }
        var left = 1.0
        func take(_ share: Double?) -> Double? {
            guard let share else { return nil }
            let taken = min(max(share, 0), left)
            left -= taken
            return taken
        }
        // Weighted by time: the activity of a long run counts for more.
        let activities = runs.compactMap { run in run.reading(.gpuActivity).map { $0 * run.wallSeconds } }
        let gpu = take(activities.count == runs.count ? activities.reduce(0, +) / wall : nil)
        let storage = take(total(.ioPressure).map { $0 / wall })
        let cpu = take(total(.processorTime).map { $0 / wall })
        shares = [
            Share(
                part: .gpu,
                share: gpu,
                source: gpu == nil
                    ? "no NVML on this machine, or no sample: activity of a GPU is not known"
                    : "NVML: mean share of time with a kernel running, over GPUs in use; computing and collectives alike"
            ),
            Share(
                part: .storage,
                share: storage,
                source: storage == nil
                    ? "no /proc/pressure/io on this kernel"
                    : "/proc/pressure/io: time in which some task of the machine waited for storage"
            ),
            Share(
                part: .cpu,
                share: cpu,
                source: gpu == nil
                    ? "wait4: processor time over time to completion, at most; threads at once count once"
                    : "wait4: processor time over time to completion, at most what GPUs left; gaps between launches included"
            ),
            Share(
                part: .unknown,
                share: left,
                source: "the rest; \(Self.untold.joined(separator: ", ")) are not told apart"
            ),
        ]
    }

    /// The facts of a record: `job_class` and `job_share_*`.
    package var facts: [HostFact] {
        [
            HostFact(
                name: "job_class",
                value: name,
                evidence: "assay measure: the largest share, where it is half or more"
            )
        ]
            + shares.map { share in
                HostFact(
                    name: "job_share_\(share.part.rawValue)",
                    value: share.share.map { NumberText.fixed($0, 2) } ?? "unknown",
                    evidence: share.source
                )
            }
    }
}
