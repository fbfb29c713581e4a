import Documents
package import Evidence
package import Study

/// Why records do not say where the time of their job went.
package struct JobProfileError: Error, Sendable, Hashable, CustomStringConvertible {
    /// One sentence: the host and the fact, what was found and what was expected.
    package var description: String
}

extension JobProfile {
    /// Where the time of the job of these records went; nothing where no host of them says.
    ///
    /// Reads the facts `job_class` and `job_share_*` that `assay measure --job` writes. Shares of several hosts are
    /// averaged, weighted by their runs; a part that one host did not measure is unknown. Where some hosts were profiled
    /// and others only counted, computing and collectives are put together as `gpu`, which is what counters see, and the
    /// other parts of a profile are unknown. Where no class is stated, half of the time or more makes it.
    ///
    /// - Throws: where a share is no share, the shares of a host sum to more than the whole time, or `gpu` stands beside
    ///   a part that it holds.
    package init?(_ records: [Record]) throws(JobProfileError) {
        var classes: Set<String> = []
        var sums: [JobBound: Double] = [:]
        var measured: [JobBound: Int] = [:]
        var weight = 0.0
        var found: [(known: [JobBound: Double], name: String, runs: Int)] = []
        for host in records.flatMap(\.hosts) {
            guard let shares = try Self.shares(of: host) else { continue }
            found.append((shares.known, shares.name, host.boots.reduce(0) { $0 + $1.runs.count }))
        }
        let hosts = found.count
        let areMixed = Set(found.filter { !$0.known.isEmpty }.map { Self.isProfiled($0.known) }).count > 1
        for host in found {
            let shares = areMixed ? Self.coarse(host.known) : host.known
            let runs = Double(max(1, host.runs))
            weight += runs
            for (part, share) in shares {
                sums[part, default: 0] += share * runs
                measured[part, default: 0] += 1
            }
            let bound = JobBound(rawValue: host.name)
            classes.insert(areMixed && bound.map(JobBound.gpu.holds) == true ? JobBound.gpu.rawValue : host.name)
        }
        guard hosts > 0 else { return nil }
        let models = Set(records.map(\.model))
        self.init(
            records: records.map(\.id),
            files: records.map(\.file),
            model: models.count == 1 ? models.first ?? nil : nil,
            classes: classes.sorted(),
            shares: sums.filter { measured[$0.key] == hosts }.mapValues { $0 / weight }
        )
    }

    private static func isProfiled(_ shares: [JobBound: Double]) -> Bool {
        shares.keys.contains { !JobBound.counted.contains($0) }
    }

    /// The shares as counters would see them.
    private static func coarse(_ shares: [JobBound: Double]) -> [JobBound: Double] {
        guard isProfiled(shares) else { return shares }
        var coarse = shares.filter { JobBound.counted.contains($0.key) }
        if let compute = shares[.compute], let collective = shares[.collective] { coarse[.gpu] = compute + collective }
        return coarse
    }

    /// The shares of one host with the name of its class; nothing where it states neither.
    private static func shares(of host: Host) throws(JobProfileError) -> (known: [JobBound: Double], name: String)? {
        func fact(_ name: String) -> String? { host.facts.first { $0.name == name }?.value }
        var known: [JobBound: Double] = [:]
        for part in JobBound.allCases {
            let name = "job_share_\(part.part)"
            guard let text = fact(name), text != "unknown" else { continue }
            guard let share = Double(text), (0...1).contains(share) else {
                throw JobProfileError(
                    description: "\(name) of host \(quoted(host.id)) is \(quoted(text)); expected 0 to 1, or 'unknown'"
                )
            }
            known[part] = share
        }
        let sum = JobBound.allCases.reduce(0) { $0 + (known[$1] ?? 0) }
        // Shares are stored to two digits.
        guard sum <= 1.02 else {
            throw JobProfileError(
                description: "the shares of the job's time on host \(quoted(host.id)) sum to "
                    + "\(NumberText.fixed(sum, 2)); expected at most 1"
            )
        }
        if known[.gpu] != nil, isProfiled(known) {
            throw JobProfileError(
                description:
                    "host \(quoted(host.id)) states job_share_gpu beside the parts of a profile that it holds; "
                    + "leave job_share_gpu out"
            )
        }
        if sum > 1 { known = known.mapValues { $0 / sum } }
        let kernels = (known[.compute] ?? 0) + (known[.collective] ?? 0)
        let largest = JobBound.allCases.first { (known[$0] ?? 0) >= 0.5 } ?? (kernels >= 0.5 ? .gpu : nil)
        guard let name = fact("job_class") ?? (known.isEmpty ? nil : largest?.rawValue ?? "unclassified") else {
            return nil
        }
        return (known, name)
    }

    /// The class in words: `storage-bound`, `unclassified`, or several.
    package var classWords: String { classes.joined(separator: " and ") }

    /// The shares in words: `gpu 31 %, storage 40 %, unknown 29 %`; parts that were not measured are said to be so.
    package var shareWords: String {
        let parts = parts.map { part in
            shares[part].map { "\(part.words) \(NumberText.percent($0, 0))" } ?? "\(part.words) not measured"
        }
        return (parts + ["unknown \(NumberText.percent(unknownShare, 0))"]).joined(separator: ", ")
    }
}

extension JobBound {
    /// The part for a sentence.
    package var words: String { self == .launch ? "launch gaps" : part }
}
