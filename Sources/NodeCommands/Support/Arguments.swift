import ArgumentParser
import Documents
package import Estate

/// Reading what several commands take on their command line.
package enum Arguments {
    /// A deployment model by its spelling in files.
    package static func deploymentModel(_ text: String) throws -> DeploymentModel {
        try deploymentModel(text, others: [])
    }

    /// A deployment model; `others` are words that the caller takes in its place.
    package static func deploymentModel(_ text: String, others: [String]) throws -> DeploymentModel {
        if let model = DeploymentModel(rawValue: text) { return model }
        let known = DeploymentModel.allCases.map(\.rawValue) + others
        let hint =
            nearest(text, in: known).map { "did you mean '\($0)'?" } ?? "known are \(known.joined(separator: ", "))"
        throw ValidationError("'\(text)' is not a deployment model; \(hint)")
    }

    /// `NAME=VALUE`.
    package static func pair(_ text: String, option: String, example: String) throws -> (String, String) {
        guard let equals = text.firstIndex(of: "="), equals != text.startIndex else {
            throw ValidationError("\(option) '\(text)' is not NAME=VALUE; an example: \(option) \(example)")
        }
        return (String(text[..<equals]), String(text[text.index(after: equals)...]))
    }

    /// Refuses a list of names that is empty, or in which one stands twice: a record holds each metric once.
    package static func refuseRepeated(_ list: String, option: String) throws {
        var seen: Set<Substring> = []
        for name in list.split(separator: ",") where !seen.insert(name).inserted {
            throw ValidationError("\(option) names '\(name)' twice; name each probe once")
        }
        guard !seen.isEmpty else {
            throw ValidationError("\(option) names no probe; name one or more, or leave it out")
        }
    }

    /// Refuses a number that was given and is outside its range: `--rounds is 0; expected 1 to 1000`; what is no number
    /// is outside every range.
    package static func require<Number: Comparable & CustomStringConvertible>(
        _ number: Number?,
        in range: ClosedRange<Number>,
        option: String,
        unit: String = ""
    ) throws {
        guard let number, !range.contains(number) else { return }
        func text(_ bound: Number) -> String { (bound as? Double).map(NumberText.plain) ?? bound.description }
        let isInfinite = (number as? Double)?.isInfinite ?? false
        throw ValidationError(
            "\(option) is \(isInfinite ? "infinite" : text(number)); expected \(text(range.lowerBound)) to \(text(range.upperBound))"
                + (unit.isEmpty ? "" : " \(unit)")
        )
    }

    /// A share written as `5%` or `0.05`.
    package static func share(_ text: String, option: String, in range: ClosedRange<Double>) throws -> Double {
        let isPercent = text.hasSuffix("%")
        let digits = isPercent ? String(text.dropLast()) : text
        guard let number = Double(digits), number.isFinite else {
            throw ValidationError("\(option) '\(text)' is not a share; write it as 5% or 0.05")
        }
        let value = isPercent ? number / 100 : number
        guard range.contains(value) else {
            throw ValidationError(
                "\(option) \(text) is outside \(NumberText.plain(range.lowerBound * 100)) % to "
                    + "\(NumberText.plain(range.upperBound * 100)) %; write 5% or 0.05 for five per cent"
            )
        }
        return value
    }
}
