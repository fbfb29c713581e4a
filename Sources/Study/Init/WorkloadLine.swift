package import Estate
import Documents

/// One workload in a line: `fraud training, multi-node-training, 6050 gpu-hours/month, 85% active, 16 gpus per job`.
///
/// The name comes first; the other parts may stand in any order, and most may be missing.
package struct WorkloadLine: Sendable, Hashable {
    /// How much it uses.
    package enum Demand: Sendable, Hashable {
        case gpuHoursPerMonth(Double)
        case gpus(Double)
        case allocatedShare(Double)
    }

    package var name: String
    package var workloadClass: WorkloadClass
    /// Nil where the line does not say.
    package var demand: Demand?
    package var activity: Double?
    package var gpusPerJob: Int?
    package var memoryGiB: Double?
    package var jobHours: Double?
    package var latencyP99Milliseconds: Double?
    package var rdma = false
    package var liveMigration = false
    package var snapshots = false

    static let expected =
        "expected a name, a class, and such parts as '6050 gpu-hours', '12 gpus', '38% allocated', '85% active', "
        + "'16 gpus per job', '20 gib', '9 hours per job', 'p99 40 ms', 'rdma', 'live migration', 'snapshots'"

    /// Reads a line.
    ///
    /// - Throws: ``InitError`` with the part that is not understood.
    package init(_ line: String) throws(InitError) {
        let parts = AnswerText.parts(line)
        guard let first = parts.first else { throw InitError(.workloads, "the line is empty; \(Self.expected)") }
        guard AnswerText.isName(first) else {
            throw InitError(
                .workloads,
                "\(quoted(first)) is not a name; begin the line with letters, digits, spaces, '-' or '_'"
            )
        }
        name = first
        var kind: WorkloadClass?
        workloadClass = .singleNodeTraining
        for part in parts.dropFirst() {
            if let found = WorkloadClass(spelling: AnswerText.kebab(part)) {
                guard kind == nil else { throw Self.twice("class", part) }
                kind = found
            } else {
                try read(part)
            }
        }
        guard let known = kind ?? WorkloadClass(spelling: AnswerText.kebab(first)) else {
            throw InitError(
                .workloads,
                "\(quoted(first)) has no class; add one of "
                    + WorkloadClass.allCases.map { "'\($0)'" }.joined(separator: ", ")
            )
        }
        workloadClass = known
    }

    private static func twice(_ what: String, _ part: String) -> InitError {
        InitError(.workloads, "\(quoted(part)) gives the \(what) a second time; keep one")
    }

    private mutating func read(_ part: String) throws(InitError) {
        let words = AnswerText.words(part)
        switch words.joined(separator: " ") {
        case "rdma", "gpudirect", "gpudirect rdma": return rdma = true
        case "live migration", "live-migration", "migration": return liveMigration = true
        case "snapshots", "snapshot": return snapshots = true
        default: break
        }
        guard let index = words.firstIndex(where: { AnswerText.number($0) != nil }),
            let number = AnswerText.number(words[index])
        else { throw Self.misunderstood(part) }
        let unit = (words[..<index] + words[(index + 1)...]).filter { !Self.fillers.contains($0) }.joined(
            separator: " "
        )
        if number.isPercentage {
            try readShare(number.value, unit, part)
        } else {
            try readAmount(number.value, unit, part)
        }
    }

    private static let fillers: Set<String> = ["of", "the", "a", "an", "is", "about", "gpu's", "in", "at"]

    private mutating func readShare(_ share: Double, _ unit: String, _ part: String) throws(InitError) {
        guard (0...1).contains(share) else {
            throw InitError(.workloads, "\(quoted(part)) is out of range; expected 0% to 100%")
        }
        switch unit {
        case "active", "busy", "activity", "utilisation", "utilization", "utilised", "utilized", "use", "used":
            try Self.set(&activity, share, "activity", part)
        case "allocated", "gpus", "estate", "owned gpus", "allocation", "pool":
            try Self.set(&demand, .allocatedShare(share), "demand", part)
        default: throw Self.misunderstood(part)
        }
    }

    private mutating func readAmount(_ number: Double, _ unit: String, _ part: String) throws(InitError) {
        guard number >= 0, number <= 1e9 else {
            throw InitError(.workloads, "\(quoted(part)) is out of range; expected 0 to 1000000000")
        }
        switch unit {
        case "gpu-hours", "gpu-hours/month", "gpu hours", "gpu hours/month", "gpu-hours month", "gpu-hours per month",
            "gpu hours month", "gpu hours per month", "gpuh", "gpu-h", "gpu-h/month", "gpu-hours/mo", "gpuh/month":
            try Self.set(&demand, .gpuHoursPerMonth(number), "demand", part)
        case "gpus", "gpu", "gpus held":
            try Self.set(&demand, .gpus(number), "demand", part)
        case "gpus per job", "gpu per job", "gpus/job", "gpu/job", "gpus job", "gpu job", "gpus each", "gpu each":
            guard number >= 1, let whole = Int(exactly: number), whole <= 1_000_000 else {
                throw InitError(.workloads, "\(quoted(part)) is not a whole number of GPUs")
            }
            try Self.set(&gpusPerJob, whole, "GPUs per job", part)
        case "gib", "gib memory", "gb", "gb memory", "gib per gpu", "gb per gpu", "memory gib", "memory gb":
            guard number <= 100_000 else {
                throw InitError(.workloads, "\(quoted(part)) is out of range; expected GiB on one GPU")
            }
            try Self.set(&memoryGiB, number, "memory", part)
        case "h", "hours", "hour", "h jobs", "hour jobs", "hours per job", "h per job", "hours job", "hour job",
            "h job",
            "hours/job", "h/job":
            guard number <= 87_600 else {
                throw InitError(.workloads, "\(quoted(part)) is out of range; expected hours of one job")
            }
            try Self.set(&jobHours, number, "length of a job", part)
        case "p99 ms", "ms p99", "ms", "p99":
            guard number >= 1e-6 else {
                throw InitError(.workloads, "\(quoted(part)) is out of range; expected ms above 0")
            }
            try Self.set(&latencyP99Milliseconds, number, "p99", part)
        default: throw Self.misunderstood(part)
        }
    }

    private static func set<Part>(_ field: inout Part?, _ value: Part, _ what: String, _ part: String) throws(InitError)
    {
        guard field == nil else { throw twice(what, part) }
        field = value
    }

    private static func misunderstood(_ part: String) -> InitError {
        let near = nearest(AnswerText.kebab(part), in: WorkloadClass.spellings).map { "did you mean '\($0)'?" }
        return InitError(.workloads, "\(quoted(part)) is not understood; \(near ?? expected)")
    }
}
