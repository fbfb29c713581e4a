import Decision
import Documents
import Estate

/// Numbers of one report as people read them: money in the study's currency, shares as percentages.
struct Figures {
    /// The currency's code.
    let currency: String

    /// An amount with its currency: whole from 100, cents below.
    func money(_ amount: Double, signed: Bool = false) -> String {
        "\(Self.amount(amount, signed: signed)) \(currency)"
    }

    /// The amount without its currency, for columns that name it in the header.
    static func amount(_ amount: Double, signed: Bool = false) -> String {
        if amount.isNaN { return "not a number" }
        let text: String
        switch amount.magnitude {
        // What rounding leaves of an amount that is nothing.
        case ..<1e-6: text = "0"
        case ..<0.01: text = NumberText.significant(amount, 2)
        case ..<99.995: text = NumberText.fixed(amount, 2)
        default: text = NumberText.grouped(amount, 0)
        }
        let isZero = text.allSatisfy { "-0.,".contains($0) }
        return signed && !isZero && !text.hasPrefix("-") ? "+" + text : text
    }

    /// The amounts at P10 and P90, `10,000 to 14,000`, with the currency.
    func range(_ spread: Spread) -> String { "\(Self.range(spread)) \(currency)" }

    /// The amounts at P10 and P90 without the currency, whole or with cents together.
    static func range(_ spread: Spread) -> String {
        let isWhole = max(spread.p10.magnitude, spread.p90.magnitude) >= 99.995
        guard isWhole, spread.p10.isFinite, spread.p90.isFinite else {
            return "\(amount(spread.p10)) to \(amount(spread.p90))"
        }
        return "\(NumberText.grouped(spread.p10, 0)) to \(NumberText.grouped(spread.p90, 0))"
    }

    /// An exact amount for a bill: two places, more under one unit.
    static func exact(_ amount: Double) -> String {
        if amount != 0, amount.magnitude < 1 { return number(amount, digits: 4) }
        return NumberText.grouped(amount, 2)
    }

    /// A number with about so many significant digits; whole numbers stay whole.
    static func number(_ number: Double, digits: Int = 3) -> String {
        guard number.isFinite else { return NumberText.grouped(number, 0) }
        if number == number.rounded(), number.magnitude < 1e15 { return NumberText.grouped(number, 0) }
        switch number.magnitude {
        case 1_000...: return NumberText.grouped(number, digits > 4 ? 1 : 0)
        case ..<1e-6: return NumberText.significant(number, digits)
        default:
            var text = NumberText.significant(number, digits)
            guard text.contains(".") else { return text }
            while text.hasSuffix("0") { text.removeLast() }
            if text.hasSuffix(".") { text.removeLast() }
            return text
        }
    }

    /// A value with its unit; shares as percentages.
    static func value(_ value: Double, unit: String, digits: Int = 3) -> String {
        guard let rest = shareSuffix(unit) else {
            return unit.isEmpty ? number(value, digits: digits) : "\(number(value, digits: digits)) \(unit)"
        }
        return share(value) + rest
    }

    /// A value without its unit; shares still as percentages.
    static func bare(_ value: Double, unit: String) -> String {
        shareSuffix(unit) == nil ? number(value) : share(value)
    }

    /// A share as a percentage with one place, more where that would read zero.
    static func share(_ share: Double, signed: Bool = false) -> String {
        guard share.isFinite else { return "not a number" }
        let isSmall = share != 0 && share.magnitude < 0.0005
        return NumberText.percent(share, isSmall ? 3 : 1, signed: signed)
    }

    /// A probability: never rounded to certainty.
    static func probability(_ probability: Double) -> String {
        guard probability.isFinite else { return "not a number" }
        if probability > 0.9995, probability < 1 { return "over 99.9 %" }
        if probability > 0, probability < 0.0005 { return "under 0.1 %" }
        return NumberText.percent(probability, 1)
    }

    /// A share as percentages with an interval: `+2.6 % [2.1, 3.1]`.
    static func interval(_ estimate: Double, _ low: Double, _ high: Double) -> String {
        "\(share(estimate, signed: true)) [\(points(low)), \(points(high))]"
    }

    /// A share with what four draws in five lie between: `2.6 % (P10 to P90: 2.1 to 3.1)`; alone where it is certain.
    static func spread(_ spread: Spread) -> String {
        guard spread.p10 != spread.p90 else { return share(spread.p50) }
        return "\(share(spread.p50)) (P10 to P90: \(points(spread.p10)) to \(points(spread.p90)))"
    }

    /// A share in percentage points without the sign of percent.
    static func points(_ share: Double) -> String {
        NumberText.grouped(share * 100, 1)
    }

    /// Whether a unit is a share, and what follows it: `share a year` gives ` a year`.
    private static func shareSuffix(_ unit: String) -> String? {
        guard unit == "share" || unit.hasPrefix("share ") else { return nil }
        return String(unit.dropFirst(5))
    }
}
