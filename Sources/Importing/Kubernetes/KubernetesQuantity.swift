/// Amounts as Kubernetes writes them: `2`, `500m`, `64Gi`, `1e3`, `100k`.
enum KubernetesQuantity {
    private static let suffixes: [(String, Double)] = [
        ("Ki", 1_024), ("Mi", 1_048_576), ("Gi", 1_073_741_824), ("Ti", 1_099_511_627_776),
        ("Pi", 1_125_899_906_842_624), ("Ei", 1_152_921_504_606_846_976), ("n", 1e-9), ("u", 1e-6), ("m", 1e-3),
        ("k", 1e3), ("M", 1e6), ("G", 1e9), ("T", 1e12), ("P", 1e15), ("E", 1e18),
    ]

    /// The amount in units; nil where the text is none, or below zero.
    static func parse(_ text: String) -> Double? {
        for (suffix, factor) in suffixes where text.hasSuffix(suffix) {
            return MetricNumber.parse(text.dropLast(suffix.count)).flatMap { checked($0 * factor) }
        }
        return MetricNumber.parse(text).flatMap(checked)
    }

    private static func checked(_ amount: Double) -> Double? { amount.isFinite && amount >= 0 ? amount : nil }
}
