internal import Documents
package import Evidence

/// Where the time of a job goes: as far as counters can honestly say, or by a profile of the job.
///
/// By counters: shares of the time to completion, in this order, each bounded by what the ones before it left: a GPU with
/// a kernel running (computing and collectives alike, for the counter does not tell them apart), waiting for storage,
/// processors. What is left is unknown; transfers, collectives and gaps between kernels need a profile of the job itself.
///
/// By a profile: shares of the step time on the time line of a device, see ``TorchProfile/Part``. A profile of the
/// process that waits for input does not see what its loaders wait for, so the counters say: as much of that wait as
/// the time in which some task waited for storage is storage, the rest processors.
package struct JobClass: Sendable, Hashable {
    /// A part of the time.
    package enum Part: String, Sendable, Hashable, CaseIterable {
        /// A kernel runs on a GPU.
        case gpu
        /// A kernel runs that is no collective.
        case compute
        /// A collective runs, and nothing computes.
        case collective
        /// Copies between host and device, and nothing else on the device.
        case transfer
        /// Some task waits for storage.
        case storage
        /// Processors work, and no GPU does.
        case cpu
        /// The device waits for the next launch.
        case launchGap = "launch_gap"
        /// None of these.
        case unknown

        /// The parts that counters tell.
        package static let counted: [Part] = [.gpu, .storage, .cpu, .unknown]
        /// The parts that a profile tells.
        package static let profiled: [Part] = [
            .compute, .collective, .transfer, .storage, .cpu, .launchGap, .unknown,
        ]

        /// The class of a job that is mostly in it.
        var bound: String { self == .launchGap ? "launch-bound" : "\(rawValue)-bound" }

        /// The part in words.
        package var words: String { self == .launchGap ? "launch gaps" : rawValue }
    }

    /// One part with where it is from.
    package struct Share: Sendable, Hashable {
        /// The part.
        package var part: Part
        /// Of the time, 0...1; nil where nothing says.
        package var share: Double?
        /// The least and the most over the devices of a profile; nil where there is one, or none.
        package var range: ClosedRange<Double>?
        /// The counter or profile, and what it cannot tell.
        package var source: String
    }

    /// Every part, unknown last; known ones and unknown sum to 1.
    ///
    /// The profile's where there is one.
    package let shares: [Share]
    /// The counters' where a profile took their place; else none.
    package let counterShares: [Share]
    /// What the profile's are from.
    package let profile: JobAttribution?

    /// What takes at least half of the time: `compute-bound`, `storage-bound` and so on.
    ///
    /// The first of ``Part`` where two do. Where computing and collectives take it together, `gpu-bound`; else `unclassified`.
    package var name: String { Self.name(shares) }

    private static func name(_ shares: [Share]) -> String {
        if let bound = shares.first(where: { $0.part != .unknown && ($0.share ?? 0) >= 0.5 }) {
            return bound.part.bound
        }
        let kernels = shares.filter { $0.part == .compute || $0.part == .collective }
        return kernels.reduce(0) { $0 + ($1.share ?? 0) } >= 0.5 ? Part.gpu.bound : "unclassified"
    }

    /// Parts that no counter here tells.
    package static let untold = ["transfer", "collective", "launch gaps"]

    /// The class of a job from its usable runs, and its profile where there is one; nil without runs.
    package init?(_ runs: [JobRun], profile: JobAttribution? = nil) {
        guard let counted = Self.counted(runs) else { return nil }
        self.profile = profile
        guard let profile else {
            shares = counted
            counterShares = []
            return
        }
        shares = Self.profiled(profile, storage: counted.first { $0.part == .storage }?.share ?? nil)
        counterShares = counted
    }

    private static func profiled(_ profile: JobAttribution, storage: Double?) -> [Share] {
        let source = profile.source
        func share(_ part: Part, _ found: TorchProfile.Part, _ words: String) -> Share {
            let share = profile.share(found)
            let range = share.isOne ? nil : share.least...share.most
            let spread = range.map {
                " (\(NumberText.fixed($0.lowerBound, 2)) to \(NumberText.fixed($0.upperBound, 2)))"
            }
            return Share(part: part, share: share.mean, range: range, source: "\(source)\(spread ?? ""): \(words)")
        }
        let input = profile.share(.input).mean
        var unknown = share(.unknown, .unknown, "the rest, in which the device does nothing")
        // Without the counter nothing says which of the two it is, unless there is none of it.
        let waits = storage.map { min($0, input) } ?? (input == 0 ? 0 : nil)
        if waits == nil {
            unknown.share = unknown.share.map { $0 + input }
            unknown.range = nil
            unknown.source = "\(source): the rest, with the wait for input, for /proc/pressure/io is not on this kernel"
        }
        let inputWords = "\(source): of the wait for the DataLoader, \(NumberText.fixed(input, 4))"
        return [
            share(.compute, .compute, "kernels that are no collective"),
            share(.collective, .collective, "collectives that no computing covers"),
            share(.transfer, .transfer, "copies between host and device that nothing else covers"),
            Share(
                part: .storage,
                share: waits,
                source: waits == nil
                    ? "no /proc/pressure/io on this kernel: the wait for input is not told apart"
                    : "\(inputWords), as much as the time in which some task waited for storage (/proc/pressure/io)"
            ),
            Share(
                part: .cpu,
                share: waits.map { max(0, input - $0) },
                source: waits == nil
                    ? "no /proc/pressure/io on this kernel: the wait for input is not told apart"
                    : "\(inputWords), what storage does not explain: processors that decode and prepare"
            ),
            share(
                .launchGap,
                .launchGap,
                "a launching thread is in an operator or the runtime, the device does nothing"
            ),
            unknown,
        ]
    }

    /// The shares that counters tell; nil without runs.
    ///
    /// Waiting for storage counts where any task of the machine waits.
    private static func counted(_ runs: [JobRun]) -> [Share]? {
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
        return [
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

    /// The facts of a record: `job_class` and `job_share_*`; with a profile also `job_profile`, and what counters say
    /// as `job_counter_class` and `job_counter_share_*`.
    package var facts: [HostFact] {
        guard let profile else { return Self.facts(shares, "job_", places: 2) }
        return Self.facts(shares, "job_", places: 4)
            + [HostFact(name: "job_profile", value: profile.identifiers, evidence: "declared: --profile")]
            + Self.facts(counterShares, "job_counter_", places: 2)
    }

    private static func facts(_ shares: [Share], _ prefix: String, places: Int) -> [HostFact] {
        [
            HostFact(
                name: "\(prefix)class",
                value: name(shares),
                evidence: "assay measure: the largest share, where it is half or more"
            )
        ]
            + shares.map { share in
                HostFact(
                    name: "\(prefix)share_\(share.part.rawValue)",
                    value: share.share.map { NumberText.fixed($0, places) } ?? "unknown",
                    evidence: share.source
                )
            }
    }
}
