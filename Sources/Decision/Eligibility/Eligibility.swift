import Cost
import Documents
import Estate
import Probability
import Study

/// Whether one deployment model may carry one workload: constraints first, money later.
///
/// Constraints are judged at the expected inputs. What cannot be judged because nobody measured or declared it is a
/// note, never a rejection.
struct Eligibility: Sendable {
    /// Why not; empty when it may.
    var rejections: [Rejection] = []
    /// What was taken on trust.
    var notes: [String] = []

    var isEligible: Bool { rejections.isEmpty }

    /// Judges the constraints in a fixed order: memory, gang, tenancy, residency, RDMA, migration, snapshots, latency,
    /// latency under load.
    ///
    /// - Parameters:
    ///   - workload: The workload with its needs.
    ///   - platform: The deployment model and where it can stand.
    ///   - share: What a job gets there, or why nothing fits.
    ///   - serving: The latency predicted there, where it was.
    init(workload: Workload, platform: Platform, share: WorkloadShare, serving: ServingUse? = nil) {
        let model = platform.model
        if case .none(let reason) = share { reject("memory", "\(reason.capitalizedSentence).") }
        checkGang(workload, model)
        checkTenancy(workload.needs, model)
        checkResidency(workload, platform)
        checkRDMA(workload, model)
        checkLiveMigration(workload, model)
        checkSnapshots(workload, model)
        checkLatency(workload, platform, share)
        if let rejection = serving?.rejection { rejections.append(rejection) }
    }

    private mutating func reject(_ code: String, _ sentence: String) {
        rejections.append(Rejection(code: code, sentence: sentence))
    }

    private mutating func checkGang(_ workload: Workload, _ model: DeploymentModel) {
        guard workload.gpusPerJob > 1, model.sharesGPU else { return }
        let why =
            model.usesMIG
            ? "MIG instances have no peer-to-peer access or NVLink between them"
            : "shares of a GPU have no peer-to-peer access to other GPUs"
        reject("gang", "A job spans \(workload.gpusPerJob) GPUs, and \(why).")
    }

    private mutating func checkTenancy(_ needs: Needs, _ model: DeploymentModel) {
        let offered = Offer.tenancy(of: model)
        guard offered.strictness < needs.tenancy.strictness else { return }
        reject(
            "tenancy",
            "The \(needs.tenancyIsDeclared ? "declared" : "derived") tenancy is \(needs.tenancy.words); \(model.title) gives \(offered.words)."
        )
    }

    private mutating func checkResidency(_ workload: Workload, _ platform: Platform) {
        let allowed = workload.needs.residency
        guard !allowed.isEmpty else { return }
        guard !platform.sites.isEmpty else {
            notes.append(
                "\(workload.name): data must stay at \(allowed.joined(separator: ", ")); no site is declared for "
                    + "\(platform.model), so this was not checked."
            )
            return
        }
        guard !platform.sites.contains(where: allowed.contains) else { return }
        reject(
            "residency",
            "Data must stay at \(allowed.joined(separator: ", ")); the platform stands at "
                + "\(platform.sites.joined(separator: ", "))."
        )
    }

    private mutating func checkRDMA(_ workload: Workload, _ model: DeploymentModel) {
        guard workload.needs.rdma, model.defaultDirectRDMA == .conditional else { return }
        guard model.sharesGPU else {
            notes.append(
                "\(workload.name): GPUDirect RDMA under \(model) depends on the hypervisor, the PCIe topology (ACS, ATS) "
                    + "and the adapter; it was taken as available. `assay inspect` on a guest shows it."
            )
            return
        }
        reject("rdma", "Jobs need GPUDirect RDMA between hosts, which \(model.title) does not offer for a shared GPU.")
    }

    private mutating func checkLiveMigration(_ workload: Workload, _ model: DeploymentModel) {
        guard workload.needs.liveMigration, !Offer.liveMigration(of: model) else { return }
        let why =
            model.isVirtual
            ? "the GPU is assigned to the guest, and its state cannot move with it"
            : "there is no hypervisor to move it"
        reject("live-migration", "Live migration is needed; under \(model.title) \(why).")
    }

    private mutating func checkSnapshots(_ workload: Workload, _ model: DeploymentModel) {
        guard workload.needs.snapshots else { return }
        switch Offer.snapshots(of: model) {
        case .running: break
        case .disksOnly:
            notes.append("\(workload.name): snapshots under \(model) cover disks, not the state of the GPU.")
        case .none:
            reject(
                "snapshots",
                "Snapshots of the machine are needed; \(model.title) has no virtual machine to take them of."
            )
        }
    }

    private mutating func checkLatency(_ workload: Workload, _ platform: Platform, _ share: WorkloadShare) {
        guard let objective = workload.needs.latencyP99Milliseconds else { return }
        guard let latency = Latency(workload: workload, platform: platform, share: share) else {
            if workload.needs.measuredP99Milliseconds == nil, platform.model == .bareMetal {
                notes.append(
                    "\(workload.name): the p99 objective of \(NumberText.plain(objective)) ms could not be checked: the p99 "
                        + "on bare metal is not measured."
                )
            }
            return
        }
        guard latency.expected > objective else { return }
        reject(
            "latency",
            "The expected p99 is \(NumberText.significant(latency.expected, 3)) ms "
                + "(\(NumberText.significant(latency.bareMetal, 3)) ms on bare metal, times "
                + "\(NumberText.fixed(latency.stretch, 3)) here), above the objective of "
                + "\(NumberText.plain(objective)) ms."
        )
    }
}

/// The 99th percentile of a workload on a platform, from the one on bare metal.
///
/// Overhead, neighbours on the same GPU and a slice slower than the workload needs each stretch it.
struct Latency {
    var bareMetal: Double
    /// Factor on the bare-metal value, at the expected inputs.
    var stretch: Double

    var expected: Double { bareMetal * stretch }

    /// Nothing when the p99 on bare metal is unknown or no share fits.
    init?(workload: Workload, platform: Platform, share: WorkloadShare) {
        guard let measured = workload.needs.measuredP99Milliseconds, case .held(_, _, let speed) = share, speed > 0
        else { return nil }
        let overhead = workload.overhead[platform.model]?.distribution.mean ?? 0
        let interference = platform.model.sharesGPU ? platform.interference.distribution.mean : 0
        bareMetal = measured.distribution.mean
        stretch = (1 + overhead) * (1 + interference) / speed
    }
}

extension String {
    /// The clause as the start of a sentence.
    var capitalizedSentence: String { prefix(1).uppercased() + dropFirst() }
}
