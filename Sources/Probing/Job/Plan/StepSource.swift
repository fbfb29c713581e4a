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
    /// What stands for a step in a line.
    package enum Finding: Sendable, Hashable {
        /// Nothing: the line says no step.
        case none
        /// Nothing, though what the pattern has before its capture is there.
        case passedOver
        /// The text of the capture.
        case step(String)
        /// The text of the capture, which is only a part of this number.
        case part(String, of: String)
    }

    private let expression: Regex<AnyRegexOutput>
    private let lead: Regex<AnyRegexOutput>?
    private let words: PatternText

    /// What to write instead of a pattern that takes only digits.
    package static let advice = "([^ ,]+)"

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
                    "'\(text)' has \(captures) captures; expected one, around the number: 'step_time=\(Self.advice)'"
            )
        }
        words = PatternText(text)
        lead = words.lead.flatMap { try? Regex($0) }
    }

    /// A text that every line with a step holds; empty where it is not known.
    var literal: [UInt8] { words.literal }

    /// What the first match of the line holds.
    package func find(in line: String) -> Finding {
        guard let match = try? expression.firstMatch(in: line) else {
            return lead.flatMap { try? $0.firstMatch(in: line) } == nil ? .none : .passedOver
        }
        guard match.output.count > 1, let range = match.output[1].range else { return .step("") }
        let text = String(line[range])
        let bytes = line.utf8
        let start = bytes.distance(from: bytes.startIndex, to: range.lowerBound)
        let whole = NumberToken.around(
            start..<start + text.utf8.count,
            of: Array(bytes),
            before: words.before,
            after: words.after
        )
        return whole.map { .part(text, of: $0) } ?? .step(text)
    }
}
