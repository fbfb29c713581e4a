/// A pattern that cannot find numbers.
package struct NumberPatternError: Error, Sendable, Hashable, CustomStringConvertible {
    /// What is wrong with it, and what to do.
    package let description: String
}

/// Finds a number in a line of a log: that of a step, for those who measure a job and for those who read what it left.
package struct NumberPattern {
    /// What stands for the number in a line.
    package enum Finding: Sendable, Hashable {
        /// Nothing: the line has none.
        case none
        /// Nothing, though what the pattern has before its capture is there.
        case passedOver
        /// The text of the capture.
        case number(String)
        /// The text of the capture, which is only a part of this number.
        case part(String, of: String)
    }

    private let expression: Regex<AnyRegexOutput>
    private let lead: Regex<AnyRegexOutput>?
    private let words: PatternText

    /// What to write instead of a pattern that takes only digits.
    package static let advice = "([^ ,]+)"

    /// A pattern, with exactly one capture: the number.
    package init(_ text: String) throws(NumberPatternError) {
        do { expression = try Regex(text) } catch {
            throw NumberPatternError(description: "'\(text)' is not a regular expression: \(error)")
        }
        // The number of captures is the expression's own, but only a match tells it; an empty alternative always matches.
        guard let probe = try? Regex("(?:\(text))|"), let match = "".wholeMatch(of: probe) else {
            throw NumberPatternError(description: "'\(text)' is not a regular expression that stands alone")
        }
        let captures = match.output.count - 1
        guard captures == 1 else {
            throw NumberPatternError(
                description:
                    "'\(text)' has \(captures) captures; expected one, around the number: 'step_time=\(Self.advice)'"
            )
        }
        words = PatternText(text)
        lead = words.lead.flatMap { try? Regex($0) }
    }

    /// A text that every line with a number holds; empty where it is not known.
    package var literal: [UInt8] { words.literal }

    /// Says of a capture that is a part of a longer number what to write instead.
    package static func remedy(_ part: String, of whole: String) -> String {
        "the pattern took '\(part.prefix(40))' out of '\(whole)'; let it capture the whole number, such as \(advice), and name what "
            + "parts numbers directly beside the capture"
    }

    /// What the first match of the line holds.
    package func find(in line: String) -> Finding {
        guard let match = try? expression.firstMatch(in: line) else {
            return lead.flatMap { try? $0.firstMatch(in: line) } == nil ? .none : .passedOver
        }
        guard match.output.count > 1, let range = match.output[1].range else { return .number("") }
        let text = String(line[range])
        let bytes = line.utf8
        let start = bytes.distance(from: bytes.startIndex, to: range.lowerBound)
        let whole = NumberToken.around(
            start..<start + text.utf8.count,
            of: Array(bytes),
            before: words.before,
            after: words.after
        )
        return whole.map { .part(text, of: $0) } ?? .number(text)
    }
}
