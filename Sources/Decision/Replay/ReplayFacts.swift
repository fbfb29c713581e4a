package import Documents
package import Estate
import Probability
package import Scheduling
package import Study

/// What sizes and idle hours were replayed from, for a report.
package struct ReplayFacts: Sendable {
    /// The file as the study names it, and its SHA-256.
    package var file: String
    package var sha256: String
    /// What was replayed of a workload.
    package struct Workload: Sendable, Hashable {
        package var name: String
        /// Jobs.
        package var jobs: Int
        /// The bare-metal GPU-hours that they hold a month.
        package var heldHours: Double
        /// What is known of them, at the expected inputs.
        package var terms: WorkloadTerms
        /// Their overhead by deployment model, at its expected value.
        package var overheads: [DeploymentModel: Double]
    }

    /// What a platform costs every job, at the expected inputs.
    package struct Platform: Sendable, Hashable {
        package var model: DeploymentModel
        package var overheads: ModelOverheads
    }

    /// By workload, in the study's order.
    package var workloads: [Workload]
    /// By platform, in the study's order.
    package var platforms: [Platform]
    /// Jobs that were not replayed, with the reason.
    package var leftOut: [(reason: String, jobs: Int)]
    /// From the first submission to the last, in days.
    package var days: Double
    package var recordedUnder: DeploymentModel
    /// The start-up that was in the trace's durations, in seconds.
    package var recordedStartUpSeconds: Double
    /// What is promised: of a hundred jobs so many start within so many minutes; and whether that is assumed.
    package var promisePercent: Double
    package var promiseMinutes: Double
    package var isPromiseAssumed: Bool
    /// `fcfs` or `easy`.
    package var queue: String
    /// What the replay took at its expected value: start-up, creation of instances, switching, least speeds.
    package var terms: [Quantity]
    package var notes: [String]

    /// Jobs replayed.
    package var jobs: Int { workloads.reduce(0) { $0 + $1.jobs } }

    init(_ replay: StudyReplay) {
        let study = replay.study
        file = replay.recorded.file
        sha256 = replay.recorded.sha256
        workloads = study.workloads.indices.map {
            Workload(
                name: study.workloads[$0].name,
                jobs: replay.work.jobsOfWorkload[$0].count,
                heldHours: replay.work.heldHours[$0],
                terms: replay.work.jobs[$0],
                overheads: study.workloads[$0].overhead.mapValues(\.distribution.mean)
            )
        }
        platforms = study.platforms.map { Platform(model: $0.model, overheads: StudyReplay.overheads($0)) }
        leftOut = replay.work.leftOut
        days = replay.work.spanHours / 24
        recordedUnder = replay.terms.recordedUnder
        recordedStartUpSeconds = replay.terms.recordedStartUpSeconds
        promisePercent = replay.terms.promise.percent
        promiseMinutes = replay.terms.promise.seconds / 60
        isPromiseAssumed = replay.terms.isPromiseAssumed
        queue = replay.terms.queue == .easy ? "easy" : "fcfs"
        terms =
            study.workloads.compactMap(\.leastSpeed)
            + study.platforms.flatMap { platform in
                [platform.replay?.startUp, platform.replay?.creation, platform.replay?.switching].compactMap { $0 }
                    .filter { $0.distribution.mean != 0 || !$0.provenance.isAssumed }
            }
        notes = replay.work.notes
    }

    /// The promise in words: `95 of 100 jobs start within 60 minutes`.
    package var promise: String {
        "\(NumberText.significant(promisePercent, 4)) of 100 jobs start within "
            + "\(NumberText.significant(promiseMinutes, 4)) minutes"
    }

    /// `size and idle from replay of 1,204 jobs (trace.csv, sha256 1f2e3d4c)`.
    package func basis(jobs: Int) -> String {
        "size and idle from replay of \(NumberText.grouped(jobs)) jobs (\(file), sha256 \(sha256.prefix(8)))"
    }

    /// Two or three sentences: what was replayed, what was left out and why.
    package var sentences: [String] {
        let list = workloads.map { "\($0.name) \(NumberText.grouped($0.jobs))" }.joined(separator: ", ")
        var result = [
            "Sizes and idle hours are replayed from \(NumberText.grouped(jobs)) jobs of \(file) over "
                + "\(NumberText.fixed(days, 1)) days (\(list)), recorded under \(recordedUnder); each platform is as large as it "
                + "takes for \(promise)\(isPromiseAssumed ? " (assumed)" : "")."
        ]
        if !leftOut.isEmpty {
            let reasons = leftOut.map { "\(NumberText.grouped($0.jobs)) \($0.reason)" }.joined(separator: ", ")
            result.append("Left out of the trace: \(reasons).")
        }
        return result + notes
    }

    /// The object under `replay`.
    package var json: JSON {
        .fields([
            "file": .string(file), "sha256": .string(sha256), "jobs": .integer(jobs), "days": .finite(days),
            "recorded_under": .string(recordedUnder.rawValue),
            "recorded_start_up_s": .finite(recordedStartUpSeconds),
            "promise": .fields([
                "percent": .finite(promisePercent), "within_minutes": .finite(promiseMinutes),
                "assumed": .bool(isPromiseAssumed),
            ]),
            "queue": .string(queue),
            "workloads": .array(workloads.map(\.json)),
            "platforms": .array(platforms.map(\.json)),
            "left_out": .array(
                leftOut.map { .fields(["reason": .string($0.reason), "jobs": .integer($0.jobs)]) }
            ),
            "terms": .array(
                terms.map {
                    .fields([
                        "key": .string($0.key), "value": .finite($0.distribution.mean), "unit": .string($0.unit),
                        "provenance": $0.provenance.json,
                    ])
                }
            ),
        ])
    }
}

extension ReplayFacts.Workload {
    fileprivate var json: JSON {
        .fields([
            "name": .string(name), "jobs": .integer(jobs), "bare_metal_gpu_hours_per_month": .finite(heldHours),
            "activity": .finite(terms.activity), "compute_need": .finite(terms.need),
            "least_speed": .finite(terms.leastSpeed), "memory_mib": .integer(Int(terms.memoryMiB)),
            "bare_metal_share": .finite(terms.bareMetalShare),
            "overhead": .object(
                overheads.sorted { $0.key.rawValue < $1.key.rawValue }.compactMap { model, value in
                    JSON.finite(value).map { JSONMember(model.rawValue, $0) }
                }
            ),
        ])
    }
}

extension ReplayFacts.Platform {
    fileprivate var json: JSON {
        .fields([
            "model": .string(model.rawValue),
            "start_up_s": .finite(Double(overheads.startUpMilliseconds) / 1_000),
            "instance_creation_s": .finite(Double(overheads.repartitionMilliseconds) / 1_000),
            "switching": .finite(overheads.switching), "interference": .finite(overheads.interference),
        ])
    }
}
