/// Numbers as people read them: one spelling for reports, tables and errors.
///
/// Rounding works on the shortest decimal that names the number, the one that our JSON shows, half away from zero; so
/// a reader who rounds the figure in the JSON by hand gets the figure in the report. There is no negative zero.
/// Numbers that are not finite read `∞`, `-∞` and `not a number`; from 10^15 on, numbers read `1.23e18`.
package enum NumberText {
    /// The number with exactly `digits` (0...20) after the point: `1234.50`.
    package static func fixed(_ number: Double, _ digits: Int) -> String {
        rounded(number, places: digits, grouped: false)
    }

    /// The number with thousands separated and exactly `digits` (0...20) after the point: `1,234,567.8`.
    package static func grouped(_ number: Double, _ digits: Int = 0) -> String {
        rounded(number, places: digits, grouped: true)
    }

    /// The whole number with thousands separated: `1,234,567`.
    package static func grouped(_ number: Int) -> String {
        let digits = String(number.magnitude)
        var text = number < 0 ? "-" : ""
        for (index, digit) in digits.enumerated() {
            if index > 0, (digits.utf8.count - index) % 3 == 0 { text += "," }
            text.append(digit)
        }
        return text
    }

    /// The number with `digits` (1...17) significant digits: `0.00123`, `1.50`, `123000`; below 10^-6 `1.23e-9`.
    package static func significant(_ number: Double, _ digits: Int) -> String {
        if let special = special(number) { return special }
        let digits = min(max(digits, 1), 17)
        var decimal = DecimalDigits(number)
        guard !decimal.digits.isEmpty else { return "0" }
        decimal.round(places: digits - decimal.exponent)
        guard decimal.exponent > -6, decimal.exponent <= 15 else { return decimal.scientific() }
        return decimal.fixed(places: max(0, digits - decimal.exponent))
    }

    /// The fraction as a percentage with exactly `digits` after the point: 0.023 is `2.3 %`, signed `+2.3 %`.
    package static func percent(_ fraction: Double, _ digits: Int = 1, signed: Bool = false) -> String {
        if fraction.isNaN { return "not a number" }
        let text = rounded(fraction, places: digits, grouped: true, scale: 2)
        return signedText(text, signed: signed) + " %"
    }

    /// An amount of money: whole from 1,000 (`310,000 USD`), cents below (`1.06 USD`), two significant digits under
    /// one cent (`0.0042 USD`); `signed` puts a plus before gains.
    package static func money(usd amount: Double, signed: Bool = false) -> String {
        if amount.isNaN { return "not a number" }
        let text: String
        switch amount.magnitude {
        case 0: text = "0"
        case ..<0.01: text = significant(amount, 2)
        case ..<999.995: text = fixed(amount, 2)
        default: text = grouped(amount, 0)
        }
        return signedText(text, signed: signed) + " USD"
    }

    /// The shortest text that names the number: `12.5`, `3`, `1e-9`.
    package static func plain(_ number: Double) -> String {
        if let special = special(number) { return special }
        let decimal = DecimalDigits(number)
        guard decimal.exponent > -6, decimal.exponent <= 16 else { return decimal.scientific() }
        return decimal.fixed(places: max(0, decimal.digits.count - decimal.exponent))
    }

    /// A number with a plus sign where it is above zero as shown.
    package static func signed(_ number: Double, _ digits: Int) -> String {
        signedText(rounded(number, places: digits, grouped: true), signed: true)
    }

    private static func signedText(_ text: String, signed: Bool) -> String {
        let zero = text.allSatisfy { "0.,".contains($0) }
        return signed && !zero && !text.hasPrefix("-") && text != "not a number" ? "+" + text : text
    }

    private static func rounded(_ number: Double, places: Int, grouped: Bool, scale: Int = 0) -> String {
        if let special = special(number) { return special }
        let places = min(max(places, 0), 20)
        var decimal = DecimalDigits(number)
        if !decimal.digits.isEmpty { decimal.exponent += scale }
        guard decimal.exponent <= 15 else {
            decimal.round(places: 4 - decimal.exponent)
            return decimal.scientific()
        }
        decimal.round(places: places)
        return decimal.fixed(places: places, grouped: grouped)
    }

    private static func special(_ number: Double) -> String? {
        if number.isNaN { return "not a number" }
        if number.isInfinite { return number < 0 ? "-∞" : "∞" }
        return nil
    }
}
