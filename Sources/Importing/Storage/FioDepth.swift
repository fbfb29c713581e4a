internal import Documents

/// How many requests a job of fio kept under way: what was asked for, beside what `iodepth_level` counted.
struct FioDepth {
    /// The depth that names what was measured.
    let used: Int

    static let remedy =
        "group_reporting merges unlike jobs under the options of the last; run fio without group_reporting, or each job "
        + "into a file of its own"

    /// The depth of a job.
    ///
    /// - Throws: where more was under way than the options allow: they are of another job.
    init(_ job: ObjectReader, _ options: FioOptions) throws(DocumentError) {
        let levels = job["iodepth_level"]
        var shares: [(depth: Int, percent: Double)] = []
        for (key, reader) in try levels?.mapping(maximum: 100).members ?? [] {
            // `>=64` is the last; older versions write no more.
            guard let depth = Int(key.drop { !$0.isNumber }) else { continue }
            shares.append((depth, try reader.double(in: 0...1e9)))
        }
        func above(_ depth: Int) -> Double { shares.filter { $0.depth > depth }.reduce(0) { $0 + $1.percent } }
        guard let stated = options.statedDepth, stated > 0 else {
            used = 1
            return
        }
        let isSynchronous = options.isSynchronous ?? (!shares.isEmpty && above(1) < 1)
        used = isSynchronous ? 1 : stated
        let excess = above(used)
        if let levels, excess > 1 {
            throw levels.fail(
                "\(NumberText.significant(min(100, excess), 3)) % of the requests were made with more than \(used) under way, and "
                    + (isSynchronous ? "the engine makes one at a time" : "iodepth is \(used)") + ": \(Self.remedy)"
            )
        }
    }
}
