import Documents
import Estate
import Evidence
package import Study

/// Why evidence that names no workload speaks for none.
package struct EvidenceMatchError: Error, Sendable, Hashable, CustomStringConvertible {
    /// One sentence: what the records are, what the workloads are, and what to write.
    package var description: String
}

extension ComparedEvidence {
    /// The workloads that it speaks for, as indices in the study's order.
    ///
    /// One for each workload of the class of its job where the study names none. Components speak for none.
    ///
    /// - Throws: where the records state no class, none that tells jobs apart, several, or one that no workload has.
    package func workloads(of study: Study) throws(EvidenceMatchError) -> [Int] {
        guard !isComponent else { return [] }
        if let workload { return study.workloads.indices.filter { study.workloads[$0].name == workload } }
        let names = study.workloads.map { "'\($0.name)'" }.joined(separator: ", ")
        let remedy = "write 'workload: NAME' with one of \(names)"
        guard let profile else {
            throw EvidenceMatchError(
                description:
                    "names no workload, and the baseline's records state no job_class to match one by (records of "
                    + "'assay measure --job' do); \(remedy)"
            )
        }
        guard let bound = profile.bound else {
            let found =
                profile.classes.count > 1
                ? "the baseline's records are of several classes, \(profile.classWords)"
                : "its job is \(profile.classWords) (\(profile.shareWords)), which matches no class"
            throw EvidenceMatchError(description: "names no workload, and \(found); \(remedy)")
        }
        // A job that is mostly computing speaks for workloads that are said to be GPU-bound; not the other way round.
        let matched = study.workloads.indices.filter { study.workloads[$0].nature.bound?.holds(bound) == true }
        guard !matched.isEmpty else {
            let natures = study.workloads.map { workload in
                workload.nature.bound.map { "'\(workload.name)' is \($0.rawValue)" } ?? "'\(workload.name)' states none"
            }
            throw EvidenceMatchError(
                description: "names no workload, and its job is \(bound.rawValue), which no workload is "
                    + "(\(natures.joined(separator: ", "))); write 'workload: NAME', or 'job_class: \(bound.rawValue)' at "
                    + "the workload that it measures"
            )
        }
        return matched
    }

    /// The evidence with a workload each: matched by class where the study names none.
    ///
    /// A workload for which the study names evidence under the same model keeps that; where this leaves nothing, the
    /// evidence stays without a workload.
    ///
    /// - Throws: the index of the first that cannot be matched, with the reason.
    package static func matched(
        _ evidence: [ComparedEvidence],
        to study: Study
    ) throws(EvidenceMismatch) -> [ComparedEvidence] {
        var result: [ComparedEvidence] = []
        var first: [String: Int] = [:]
        for (index, item) in evidence.enumerated() {
            guard item.isMatchedByClass, item.workload == nil else {
                result.append(item)
                continue
            }
            let workloads: [Int]
            do throws(EvidenceMatchError) { workloads = try item.workloads(of: study) } catch {
                throw EvidenceMismatch(index: index, problem: error.description)
            }
            let place = "\(item.profile?.classWords ?? "") \(item.model)"
            guard first.updateValue(index, forKey: place) == nil else {
                throw EvidenceMismatch(
                    index: index,
                    problem: "names no workload, and earlier evidence without one is of a \(place) job too; put the "
                        + "records into one entry's lists, or write 'workload: NAME' at both"
                )
            }
            let open = workloads.map { study.workloads[$0].name }.filter { name in
                !evidence.contains { !$0.isComponent && $0.workload == name && $0.model == item.model }
            }
            if open.isEmpty { result.append(item) }
            for name in open {
                var one = item
                one.workload = name
                result.append(one)
            }
        }
        return result
    }
}

/// Evidence that could not be matched, by its place in the list.
package struct EvidenceMismatch: Error, Sendable, Hashable {
    /// In the list given.
    package var index: Int
    /// What to mend.
    package var problem: String
}

extension Workload {
    /// Says that a job measured is of another class than the workload; nothing where they agree or nothing can be said.
    ///
    /// Training, fine-tuning and batch inference count as GPU-bound where the study does not say otherwise; of serving
    /// and interactive work nothing is expected.
    func caution(about job: JobProfile?) -> (short: String, sentence: String)? {
        guard let job else { return nil }
        let expected: JobBound
        let because: String
        if let stated = nature.stated {
            (expected, because) = (stated, "its job_class")
        } else if let bound = nature.profile?.bound {
            (expected, because) = (bound, "its profile")
        } else {
            switch workloadClass {
            case .multiNodeTraining, .singleNodeTraining, .fineTuning, .batchInference:
                (expected, because) = (.gpu, "usual for \(workloadClass.title.lowercased())")
            case .onlineInference, .interactiveDevelopment: return nil
            }
        }
        let share = job.bound.flatMap { job.share(of: $0) }
        if let bound = job.bound {
            // A GPU-bound job may be of the finer class: counters do not tell.
            guard !expected.holds(bound), !bound.holds(expected) else { return nil }
        } else {
            // Unclassified: only a share that was measured, and is less than half, says that it is not this class.
            guard job.classes.count > 1 || (job.share(of: expected) ?? 1) < 0.5 else { return nil }
        }
        let size = share.map { " (\(NumberText.percent($0, 0)) of its time)" } ?? ""
        let short = "job measured is \(job.classWords)\(size), not \(expected.rawValue)"
        let unmeasured =
            job.share(of: expected) == nil
            ? " The \(expected.words) share of that job was not measured, so it may still be." : ""
        return (
            short,
            "was measured on a job that is \(job.classWords)\(size), and the workload is \(expected.rawValue) (\(because)): "
                + "check that the records are of this workload.\(unmeasured)"
        )
    }
}
