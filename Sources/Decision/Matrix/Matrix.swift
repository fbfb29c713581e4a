import Documents
import Estate
import Probability
import Study

/// The qualitative matrix: the reasons people give for either side, each held against this estate.
///
/// A cell is met or not met only where the study, a measurement or the cost model says so, and unknown otherwise. The
/// rows never enter the choice: they let a reader check it against what the field believes.
struct Matrix {
    var study: Study
    /// Share of owned GPU-hours in which a GPU works, today; absent where no GPU is owned.
    var busyShare: Spread?
    var predictability: Predictability

    /// From this share of the available hours on, GPUs count as consistently busy: above the 40-60 % that operators
    /// report.
    static let busyThreshold = 0.6
    /// From this peak over the mean on, demand counts as bursty.
    static let burstyPeak = 2.0
    /// Up to this share of a GPU's memory and compute, a job counts as small.
    static let smallShare = 0.5

    /// The rows in the documented order: five for bare metal, then those for virtualized.
    var rows: [MatrixRow] {
        [
            largeTraining, tailLatency, regulatedData, predictableCost, busyGPUs, smallBurstyJobs,
            migrationAndSnapshots,
            practice(
                "Mixed general and AI load on the same hardware",
                study.practice.mixedGeneralLoad,
                "mixed_general_load"
            ),
            practice(
                "Standardised on a virtualization platform",
                study.practice.standardisedOnVirtualization,
                "standardised_on_virtualization"
            ),
            provisioning,
        ]
    }

    private func row(_ side: MatrixRow.Side, _ reason: String, _ cell: MatrixRow.Cell, _ evidence: String) -> MatrixRow
    {
        MatrixRow(side: side, reason: reason, cell: cell, evidence: evidence)
    }

    private var largeTraining: MatrixRow {
        let large = study.workloads.filter { workload in
            workload.workloadClass.spansHosts || workload.gpusPerJob > study.estate.shape.gpusPerHost
        }
        let evidence =
            large.isEmpty
            ? "No workload spans hosts; the largest job uses \(counted(largestJob, "GPU"))."
            : large.map { "\($0.name): \($0.workloadClass.title.lowercased()), \(counted($0.gpusPerJob, "GPU")) a job" }
                .joined(separator: "; ") + " (declared)."
        return row(.bareMetal, "Large or multi-node training", large.isEmpty ? .notMet : .met, evidence)
    }

    private var largestJob: Int { study.workloads.map(\.gpusPerJob).max() ?? 0 }

    private var tailLatency: MatrixRow {
        let reason = "Tail-latency objectives"
        let withObjective = study.workloads.compactMap { workload in
            workload.needs.latencyP99Milliseconds.map { (workload, $0) }
        }
        if !withObjective.isEmpty {
            let texts = withObjective.map { workload, objective in
                let known =
                    workload.needs.measuredP99Milliseconds.map {
                        "\(NumberText.significant($0.distribution.mean, 3)) ms on bare metal, \($0.provenance.word)"
                    } ?? "not measured"
                return "\(workload.name): p99 at most \(NumberText.plain(objective)) ms (\(known))"
            }
            return row(.bareMetal, reason, .met, texts.joined(separator: "; ") + ".")
        }
        let serving = study.workloads.filter { $0.workloadClass == .onlineInference }.map(\.name)
        if serving.isEmpty {
            return row(
                .bareMetal,
                reason,
                .notMet,
                "No workload has a latency objective (declared), and none serves requests."
            )
        }
        return row(
            .bareMetal,
            reason,
            .unknown,
            "\(serving.joined(separator: ", ")) answers requests, but no p99 objective is declared."
        )
    }

    private var regulatedData: MatrixRow {
        let regulated = study.workloads.filter { !$0.needs.frameworks.isEmpty || !$0.needs.residency.isEmpty }
        guard !regulated.isEmpty else {
            return row(.bareMetal, "Regulated data", .notMet, "No workload declares a framework or a residency rule.")
        }
        let texts = regulated.map { workload in
            let rules = workload.needs.frameworks + workload.needs.residency.map { "stays at \($0)" }
            return "\(workload.name): \(rules.joined(separator: ", ")); tenancy \(workload.needs.tenancy.rawValue)"
        }
        return row(.bareMetal, "Regulated data", .met, texts.joined(separator: "; ") + " (declared).")
    }

    private var predictableCost: MatrixRow {
        let reason = "Predictable cost"
        let metal = predictability.bareMetal
        let virtual = predictability.virtualized
        func text(_ value: Double?) -> String { value.map { NumberText.percent($0, 0) } ?? "not an option" }
        let evidence =
            "(P90 - P10) / P50 of the month: \(text(metal)) for the cheapest assignment on bare metal alone, "
            + "\(text(virtual)) on virtual machines alone (derived)."
        guard let metal, let virtual else { return row(.bareMetal, reason, .unknown, evidence) }
        return row(.bareMetal, reason, metal < virtual * 0.99 ? .met : .notMet, evidence)
    }

    private var busyGPUs: MatrixRow {
        let reason = "Consistently busy GPUs"
        guard let busy = busyShare else {
            return row(.bareMetal, reason, .unknown, "No GPU is owned today, so no share of busy hours is known.")
        }
        let metrics = Set(study.workloads.map(\.activityMetric)).filter { !$0.isEmpty }.sorted()
        let cell: MatrixRow.Cell =
            busy.p10 >= Matrix.busyThreshold ? .met : busy.p90 < Matrix.busyThreshold ? .notMet : .unknown
        let limit = NumberText.percent(Matrix.busyThreshold, 0)
        let source = metrics.isEmpty ? "no metric named" : "by \(metrics.joined(separator: ", "))"
        return row(
            .bareMetal,
            reason,
            cell,
            "\(NumberText.percent(busy.p50, 0)) of the owned GPU-hours are busy (\(source); P10-P90 "
                + "\(NumberText.percent(busy.p10, 0)) to \(NumberText.percent(busy.p90, 0))); busy means \(limit) or more."
        )
    }

    private var smallBurstyJobs: MatrixRow {
        let reason = "Many small bursty jobs"
        if let declared = study.practice.manySmallBurstyJobs {
            return row(.virtualized, reason, declared ? .met : .notMet, "Declared in the study's practice.")
        }
        let memory = Double(study.estate.shape.gpu.memoryFloorMiB) / 1024
        let small = study.workloads.filter { workload in
            workload.gpusPerJob == 1 && workload.memoryGiB.distribution.mean <= memory * Matrix.smallShare
                && workload.computeNeed.distribution.mean <= Matrix.smallShare
        }
        let bursty = small.filter { $0.peakToMean.distribution.mean >= Matrix.burstyPeak }
        if !bursty.isEmpty {
            let texts = bursty.map { workload in
                "\(workload.name): peak \(NumberText.significant(workload.peakToMean.distribution.mean, 2)) times the mean, "
                    + "\(NumberText.significant(workload.memoryGiB.distribution.mean, 2)) GiB a job "
                    + "(\(workload.peakToMean.provenance.word))"
            }
            return row(.virtualized, reason, .met, texts.joined(separator: "; ") + ".")
        }
        if small.isEmpty {
            return row(.virtualized, reason, .notMet, "No workload fits half a GPU with one GPU a job.")
        }
        return row(
            .virtualized,
            reason,
            .notMet,
            "\(small.map(\.name).joined(separator: ", ")): small jobs, but the peak stays below twice the mean."
        )
    }

    private var migrationAndSnapshots: MatrixRow {
        let reason = "Live migration and snapshots in use"
        let practice = study.practice
        let needing = study.workloads.filter { $0.needs.liveMigration || $0.needs.snapshots }.map(\.name)
        if !needing.isEmpty {
            return row(.virtualized, reason, .met, "Needed by \(needing.joined(separator: ", ")) (declared).")
        }
        switch (practice.liveMigrationInUse, practice.snapshotsInUse) {
        case (true?, let snapshots):
            return row(
                .virtualized,
                reason,
                .met,
                "Live migration is in use\(snapshots == true ? ", and so are snapshots" : "") (declared)."
            )
        case (_, true?):
            return row(.virtualized, reason, .met, "Snapshots are in use (declared).")
        case (false?, false?):
            return row(.virtualized, reason, .notMet, "Neither is in use (declared).")
        default:
            return row(.virtualized, reason, .unknown, "The study does not say whether they are in use.")
        }
    }

    private func practice(_ reason: String, _ declared: Bool?, _ key: String) -> MatrixRow {
        guard let declared else {
            return row(.virtualized, reason, .unknown, "Not declared; set practice.\(key) in the study.")
        }
        return row(.virtualized, reason, declared ? .met : .notMet, "Declared in the study's practice.")
    }

    private var provisioning: MatrixRow {
        let reason = "Short provisioning time"
        let metal = fastest { !$0.model.isVirtual }
        let virtual = fastest { $0.model.isVirtual }
        func text(_ platform: Platform) -> String {
            let hours = platform.hoursToEnvironment
            return
                "\(durationText(hours: hours.distribution.mean)) on \(platform.model.title) (\(hours.provenance.word))"
        }
        guard let metal, let virtual else {
            let known = (metal ?? virtual).map(text) ?? "no platform"
            return row(.virtualized, reason, .unknown, "Only one side is considered: \(known).")
        }
        let wait = metal.hoursToEnvironment.distribution.mean
        let isSooner = virtual.hoursToEnvironment.distribution.mean < wait * 0.99
        return row(
            .virtualized,
            reason,
            isSooner ? .met : .notMet,
            "From request to environment: \(text(metal)), \(text(virtual))."
        )
    }

    private func fastest(_ isWanted: (Platform) -> Bool) -> Platform? {
        study.platforms.filter(isWanted).min {
            $0.hoursToEnvironment.distribution.mean < $1.hoursToEnvironment.distribution.mean
        }
    }
}

/// A time for people: `10 minutes`, `9 hours`, `14 days`.
func durationText(hours: Double) -> String {
    switch hours {
    case ..<1: "\(NumberText.fixed(hours * 60, 0)) minutes"
    case ..<48: "\(NumberText.plain((hours * 10).rounded() / 10)) hours"
    default: "\(NumberText.plain((hours / 24 * 10).rounded() / 10)) days"
    }
}
