import Documents
import Estate
import Evidence
import Probability
import RealModule
import Study

/// An overhead computed from the parts of a job: shares of its time, times the overhead of each part.
///
/// With shares s of the time on bare metal, the overhead is the sum of s·o over the parts: a linear model of the critical
/// path, in which parts neither overlap nor wait for each other. Where the profile was measured under the very model, its
/// shares are of the slower time, and the overhead is 1/Σ(s/(1+o)) - 1. What no counter explains, and parts that no
/// component was measured for, are carried at the published prior of the workload's class.
struct DerivedOverhead {
    var distribution: Distribution
    /// Identifiers of the records it is computed from: components first, the profile's last.
    var records: [String]
    /// The formula with its inputs, in a sentence.
    var formula: String

    /// Draws of the Monte Carlo, and values kept of them.
    private static let draws = 20_000
    private static let kept = 400
    /// Where the table ends, as for measured overheads: one draw in two thousand lies beyond.
    private static let tail = 0.0005

    /// What was measured of a part, by kind: how a job's time in the part splits between them is not known.
    private struct Part {
        var bound: JobBound
        var share: Double
        var kinds: [[ComponentOverhead]]
    }

    /// The derived overhead; nothing where no component says anything about a part that takes time.
    ///
    /// - Parameters:
    ///   - workload: With its profile.
    ///   - model: The deployment model whose overhead is wanted.
    ///   - components: Comparisons of components under that model.
    ///   - generator: The source of the draws.
    init?(
        of workload: Workload,
        under model: DeploymentModel,
        components: [ComparedEvidence],
        generator: RandomGenerator
    ) {
        guard let profile = workload.nature.profile,
            let prior = OverheadPrior.distribution(workload.workloadClass, under: model)
        else { return nil }
        let measured = components.flatMap(ComponentOverhead.all)
        let parts = JobBound.allCases.compactMap { bound -> Part? in
            guard let share = profile.shares[bound], share > 0 else { return nil }
            let kinds = ComponentOverhead.kinds(measured.filter { $0.place.speaks(for: bound) })
            return kinds.isEmpty ? nil : Part(bound: bound, share: share, kinds: kinds)
        }
        guard !parts.isEmpty else { return nil }
        let covered = parts.reduce(0) { $0 + $1.share }
        let isOfModel = profile.model == model
        var generator = generator
        let values = (0..<Self.draws).map { _ -> Double in
            let rest = max(0, 1 - covered)
            let assumed = prior.quantile(generator.uniform())
            var (sum, inverse) = (rest * assumed, rest / (1 + assumed))
            for part in parts {
                let overhead = Self.mix(
                    part.kinds.map { Self.mix($0.map { $0.draw(&generator) }, &generator) },
                    &generator
                )
                sum += part.share * overhead
                inverse += part.share / (1 + overhead)
            }
            return isOfModel ? 1 / inverse - 1 : sum
        }
        let sorted = values.sorted()
        let table = (0...Self.kept).compactMap { step in
            Quantiles.ofSorted(sorted, min(max(Double(step) / Double(Self.kept), Self.tail), 1 - Self.tail))
        }
        guard let distribution = try? Distribution.empirical(table) else { return nil }
        self.distribution = distribution
        let used = parts.flatMap { $0.kinds.flatMap { $0 } }
        records = Self.once(used.flatMap(\.records) + profile.records)
        formula = Self.formula(parts.map(Self.words), covered: covered, prior: prior, profile: profile, model: model)
        if used.contains(where: \.hostsConfounded) {
            formula += "; one host per arm, so these two hosts differ by this much, whatever the cause"
        }
    }

    /// A mean with random weights, each split as likely as any other: uniform on the simplex.
    private static func mix(_ values: [Double], _ generator: inout RandomGenerator) -> Double {
        guard values.count > 1 else { return values.first ?? 0 }
        var (sum, total) = (0.0, 0.0)
        for value in values {
            let weight = -Double.log(max(generator.uniform(), 1e-300))
            sum += weight * value
            total += weight
        }
        return total > 0 ? sum / total : values[0]
    }

    private static func words(_ part: Part) -> String {
        let names = part.kinds.flatMap { $0 }.map { "\($0.name) \(NumberText.percent($0.estimate, 1, signed: true))" }
        return "\(NumberText.fixed(part.share, 2)) x \(part.bound.words) (\(names.joined(separator: ", ")))"
    }

    private static func formula(
        _ terms: [String],
        covered: Double,
        prior: Distribution,
        profile: JobProfile,
        model: DeploymentModel
    ) -> String {
        let rest = max(0, 1 - covered)
        let range =
            "\(NumberText.percent(prior.support.lowerBound, 1)) to \(NumberText.percent(prior.support.upperBound, 1))"
        let assumed =
            rest < 0.005 ? [] : ["\(NumberText.fixed(rest, 2)) x the rest, assumed (published prior, \(range))"]
        let sum = (terms + assumed).joined(separator: " + ")
        let shares =
            switch profile.model {
            case model: "shares of the time under \(model), so each term divides by 1 + overhead"
            case .bareMetal?: "shares of the time on bare metal"
            case let other?: "shares of the time under \(other), taken as those on bare metal"
            case nil: "shares of the time where the profile was measured, taken as bare metal"
            }
        return "derived: \(sum); \(shares); a linear model of the critical path, parts that overlap cost less"
    }

    private static func once(_ names: [String]) -> [String] {
        var seen: Set<String> = []
        return names.filter { seen.insert($0).inserted }
    }
}

/// One metric of a component, as it enters a derived overhead.
struct ComponentOverhead {
    /// The part of a job's time that a metric speaks for, and the kind of work within it.
    struct Place: Hashable {
        var bound: JobBound
        var kind: String

        /// Whether what is measured here says something about a part of a job's time.
        ///
        /// The GPU's own arithmetic and memory speak for time in kernels, and so for computing; collectives are spoken
        /// for by collectives alone.
        func speaks(for part: JobBound) -> Bool { bound == part || (bound == .gpu && part == .compute) }
    }

    var name: String
    var place: Place
    var estimate: Double
    var belief: Distribution
    var records: [String]
    var hostsConfounded: Bool

    func draw(_ generator: inout RandomGenerator) -> Double { belief.quantile(generator.uniform()) }

    /// Where a metric belongs, by the name that `assay measure` or `assay import` gives it; nothing where no job's counters
    /// or profile tells such a part: links between GPUs, single messages of the network, timers, system calls, page faults.
    static func place(_ metric: String) -> Place? {
        for (prefix, place) in places where metric.hasPrefix(prefix) { return place }
        return nil
    }

    private static let places: [(String, Place)] = [
        ("gpu_fp32", Place(bound: .gpu, kind: "compute")), ("gpu_tensor", Place(bound: .gpu, kind: "compute")),
        ("gpu_gemm", Place(bound: .gpu, kind: "compute")), ("gpu_memory", Place(bound: .gpu, kind: "memory")),
        ("nvbandwidth_host_to_device", Place(bound: .transfer, kind: "to the device, nvbandwidth")),
        ("nvbandwidth_device_to_host", Place(bound: .transfer, kind: "from the device, nvbandwidth")),
        ("nvbandwidth_host_to_all", Place(bound: .transfer, kind: "to the device, nvbandwidth")),
        ("nvbandwidth_all_to_host", Place(bound: .transfer, kind: "from the device, nvbandwidth")),
        ("nvbandwidth_host_device_latency", Place(bound: .transfer, kind: "latency, nvbandwidth")),
        ("nvbandwidth_device_local_copy", Place(bound: .gpu, kind: "memory")),
        ("gpu_h2d_", Place(bound: .transfer, kind: "to the device")),
        ("gpu_d2h_", Place(bound: .transfer, kind: "from the device")),
        ("gpu_launch", Place(bound: .launch, kind: "launch")),
        ("gpu_kernel_gap", Place(bound: .launch, kind: "launch")),
        ("net_allreduce_", Place(bound: .collective, kind: "all-reduce of Assay")),
        ("nccl_", Place(bound: .collective, kind: "NCCL")),
        ("osu_mpi_allreduce", Place(bound: .collective, kind: "MPI")),
        ("osu_mpi_reduce", Place(bound: .collective, kind: "MPI")),
        ("osu_mpi_allgather", Place(bound: .collective, kind: "MPI")),
        ("osu_mpi_alltoall", Place(bound: .collective, kind: "MPI")),
        ("osu_mpi_bcast", Place(bound: .collective, kind: "MPI")),
        ("osu_mpi_broadcast", Place(bound: .collective, kind: "MPI")),
        ("gdsio_", Place(bound: .storage, kind: "GPUDirect")),
        ("storage_write_rate", Place(bound: .storage, kind: "rate")),
        ("storage_read_rate", Place(bound: .storage, kind: "rate")),
        ("storage_", Place(bound: .storage, kind: "latency")), ("cpu_integer", Place(bound: .cpu, kind: "compute")),
        ("cpu_float", Place(bound: .cpu, kind: "compute")), ("memory_", Place(bound: .cpu, kind: "memory")),
    ]

    /// The metrics of a comparison that can enter: confirmatory ones, or the one that the study names, with an interval.
    static func all(_ evidence: ComparedEvidence) -> [ComponentOverhead] {
        let comparison = evidence.comparison
        return comparison.metrics.compactMap { metric in
            guard evidence.metric.map({ $0 == metric.name }) ?? metric.isConfirmatory, let place = place(metric.name)
            else { return nil }
            if case .invalid = metric.verdict { return nil }
            guard let effect = metric.overhead,
                let belief = MeasuredOverhead(effect, degreesOfFreedom: comparison.degreesOfFreedom(of: metric))
            else { return nil }
            return ComponentOverhead(
                name: metric.name,
                place: place,
                estimate: effect.estimate,
                belief: belief.distribution,
                records: comparison.baseline.records + comparison.other.records,
                hostsConfounded: comparison.hostsConfounded
            )
        }
    }

    /// The metrics by kind, in the order in which the kinds first appear.
    static func kinds(_ metrics: [ComponentOverhead]) -> [[ComponentOverhead]] {
        var names: [String] = []
        for metric in metrics where !names.contains(metric.place.kind) { names.append(metric.place.kind) }
        return names.map { name in metrics.filter { $0.place.kind == name } }
    }
}
