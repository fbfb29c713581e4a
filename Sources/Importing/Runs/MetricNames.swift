/// How imported metrics are named, so that two files of one tool give the same names.
enum MetricNames {
    /// A size as the network probes write it: `8b`, `64kib`, `16mib`; bytes where it is no whole multiple.
    static func size(_ bytes: Int) -> String {
        let units = ["b", "kib", "mib", "gib"]
        var (number, unit) = (bytes, 0)
        while number >= 1024, number % 1024 == 0, unit < units.count - 1 { (number, unit) = (number / 1024, unit + 1) }
        return "\(number)\(units[unit])"
    }

    /// A percentile as a statistic that a tool reports: 99 is `p99`, 99.9 is `p99.9`.
    static func percentile(_ percent: Double) -> String {
        // 99.90 and 99.9 are one percentile.
        percent.rounded() == percent && percent.magnitude < 1_000 ? "p\(Int(percent))" : "p\(percent)"
    }
}
