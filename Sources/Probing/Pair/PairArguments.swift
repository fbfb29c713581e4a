/// What of a command line is said to both machines: everything but what is said of the pair itself.
package enum PairArguments {
    /// Options of the pair, and of the record that it writes, that take a value.
    private static let valued: Set<String> = [
        "--pair", "--remote-command", "--remote-program", "--blocks", "--declare-remote", "--run-timeout", "-o",
        "--output", "--declare", "--seed",
    ]
    /// Those that take none.
    private static let bare: Set<String> = ["--crossover", "--aa", "--exchanged", "--continue", "--force", "--json"]

    /// The words after `measure`, without those of the pair.
    package static func forwarded(_ words: [String]) -> [String] {
        var kept: [String] = []
        var place = 0
        while place < words.count {
            let word = words[place]
            place += 1
            if word == "--" {
                kept += words[(place - 1)...]
                break
            }
            let name = word.prefix { $0 != "=" }
            if bare.contains(word) { continue }
            if valued.contains(String(name)) {
                // Its value is the next word, or stands after '='.
                if name.count == word.count { place += 1 }
                continue
            }
            kept.append(word)
        }
        return kept
    }
}
