/// Where the steps of a job come from.
package enum StepSource: Sendable, Hashable {
    /// Nowhere: the time to completion is all there is.
    case none
    /// From lines of its output that match a pattern with one capture, the number.
    case pattern(String)
    /// From a file to which the job appends one number a line.
    case file(String)

    /// In a word, for the plan.
    var word: String {
        switch self {
        case .none: "none"
        case .pattern: "pattern"
        case .file: "file"
        }
    }
}

/// A pattern that cannot find steps.
package struct StepPatternError: Error, Sendable, Hashable, CustomStringConvertible {
    /// What is wrong with it, and what to do.
    package let description: String
}

/// Finds the number of a step in a line.
package struct StepPattern {
    private let expression: Regex<AnyRegexOutput>

    /// A pattern, with exactly one capture: the number.
    package init(_ text: String) throws(StepPatternError) {
        do { expression = try Regex(text) } catch {
            throw StepPatternError(description: "'\(text)' is not a regular expression: \(error)")
        }
        // The number of captures is the expression's own, but only a match tells it; an empty alternative always matches.
        guard let probe = try? Regex("(?:\(text))|"), let match = "".wholeMatch(of: probe) else {
            throw StepPatternError(description: "'\(text)' is not a regular expression that stands alone")
        }
        let captures = match.output.count - 1
        guard captures == 1 else {
            throw StepPatternError(
                description:
                    "'\(text)' has \(captures) captures; expected one, around the number: 'step_time=([0-9.]+)'"
            )
        }
    }

    /// What the capture holds in the first match of the line; nil where the line does not match.
    package func capture(_ line: String) -> String? {
        guard let match = try? expression.firstMatch(in: line) else { return nil }
        return match.output.count > 1 ? match.output[1].substring.map(String.init) ?? "" : nil
    }
}
