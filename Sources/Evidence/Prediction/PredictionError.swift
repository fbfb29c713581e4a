/// Why there is no prediction.
package enum PredictionError: Error, Sendable, Hashable, CustomStringConvertible {
    /// No record has a metric that is needed; how to get one.
    case noMetric(needed: String, have: [String], remedy: String)
    /// A number that means nothing here, with its name as the user knows it.
    case argument(name: String, found: String, expected: String)
    /// The measurement cannot carry what is asked, in a sentence.
    case unusable(String)

    /// One sentence: what was found, what was expected, what to do.
    package var description: String {
        switch self {
        case .noMetric(let needed, let have, let remedy):
            "the records have no \(needed) (they have \(Self.some(have))); \(remedy)"
        case .argument(let name, let found, let expected): "\(name) is \(found), expected \(expected)"
        case .unusable(let sentence): sentence
        }
    }

    private static func some(_ names: [String]) -> String {
        guard !names.isEmpty else { return "no metric" }
        return names.prefix(6).joined(separator: ", ") + (names.count > 6 ? " and \(names.count - 6) more" : "")
    }
}
