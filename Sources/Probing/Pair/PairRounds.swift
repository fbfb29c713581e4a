/// One run of a pair is one round: the options that say how many are replaced.
package enum PairRounds {
    private static let options = ["--rounds", "--runs", "--endpoint-runs"]

    /// The words with one run of whatever they measure.
    package static func single(_ words: [String]) -> [String] {
        var kept: [String] = []
        var place = 0
        while place < words.count {
            let name = String(words[place].prefix { $0 != "=" })
            if options.contains(name) {
                place += name.count == words[place].count ? 2 : 1
                continue
            }
            kept.append(words[place])
            place += 1
        }
        func has(_ option: String) -> Bool { kept.contains { $0 == option || $0.hasPrefix(option + "=") } }
        if has("--job") { return kept + ["--one-run"] }
        if has("--endpoint") { return kept + ["--endpoint-runs", "1"] }
        return kept + ["--rounds", "1"]
    }
}
