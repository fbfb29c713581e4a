package import Documents
import Evidence

/// Reads what `kubectl get pods -A -o json` prints, better `kubectl get pods,jobs,nodes -A -o json`, as a trace.
///
/// Of nodes it takes what GPU Feature Discovery labels them with (replicas of time-sliced GPUs), of Jobs how many pods
/// they had, so that pods which history no longer holds are counted.
package enum KubernetesReader {
    /// Limits of one file: about 40,000 pods of 500 values.
    static let limits = JSONDocument.Limits(bytes: 512 << 20, depth: 64, values: 20_000_000)

    /// The trace of a file's pods; `file` is the name that errors carry.
    ///
    /// - Throws: for a file that is not of the Kubernetes API, and for one of whose pods none is a job.
    package static func read(
        _ bytes: [UInt8],
        file: String,
        options: ClusterTraceOptions = ClusterTraceOptions()
    ) throws(DocumentError) -> ClusterTrace {
        let root = Reader(try JSONDocument.parse(bytes, file: file, limits: limits), file: file)
        var cluster = KubernetesObjects()
        guard root.isObject, let top = try? root.mapping(), top.has("kind") || top.has("items") else {
            throw root.fail("is no object of the Kubernetes API; expected the output of kubectl get pods -A -o json")
        }
        if let items = top["items"] {
            for item in try items.array() { try cluster.add(item) }
        } else {
            try cluster.add(root)
        }
        guard !cluster.pods.isEmpty else {
            let others = cluster.otherKinds.sorted().prefix(5).joined(separator: ", ")
            throw root.fail(
                "holds no pod" + (others.isEmpty ? "" : " (found \(others))")
                    + "; export with kubectl get pods -A -o json"
            )
        }
        cluster.finish()
        var builder = ClusterTraceBuilder(options: options, latest: cluster.latest)
        var trace = builder.trace(of: cluster.pods)
        trace.blindSpots = [
            "Pods that were deleted, or removed with their Job, are not in the API: short jobs are missing more often than "
                + "long ones, and the history's beginning is unknown."
        ]
        if options.knownUntil == nil {
            trace.blindSpots.append(
                "When the file was written is not in it: what still ran is counted until the latest time that it holds; say "
                    + "it with --at."
            )
        }
        if cluster.forgotten > 0 {
            trace.blindSpots.append(
                "\(counted(cluster.forgotten, "pod")) that Jobs of this file had are no longer in it: counted, not invented."
            )
        }
        guard !trace.jobs.isEmpty else { throw nothing(trace, file) }
        return trace
    }

    /// The error for pods of which none is a job.
    static func nothing(_ trace: ClusterTrace, _ file: String) -> DocumentError {
        let why = trace.entries.filter(\.finding.isSkipped).max { $0.count < $1.count }.map {
            "; the most frequent reason: \($0.finding.explanation) (\(counted($0.count, "time")))"
        }
        return DocumentError(
            file: file,
            problem: "of \(counted(trace.pods, "pod")) none is a job that can be replayed\(why ?? "")"
        )
    }
}
