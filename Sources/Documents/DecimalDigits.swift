/// A number as the shortest decimal that reads back to the same `Double`: ±0.d₁d₂d₃… × 10^exponent.
struct DecimalDigits {
    var isNegative: Bool
    /// Digits 0...9 without leading or trailing zeros; none for zero.
    var digits: [UInt8]
    /// The power of ten; the decimal point stands before the first digit.
    var exponent: Int

    /// The digits of a finite number.
    init(_ number: Double) {
        isNegative = number < 0
        digits = []
        exponent = 0
        var pointSeen = false
        var power = 0
        var text = number.magnitude.description.utf8[...]
        while let byte = text.popFirst() {
            switch byte {
            case UInt8(ascii: "0")...UInt8(ascii: "9"):
                let digit = byte - UInt8(ascii: "0")
                if digits.isEmpty, digit == 0 {
                    if pointSeen { exponent -= 1 }
                } else {
                    digits.append(digit)
                    if !pointSeen { exponent += 1 }
                }
            case UInt8(ascii: "."): pointSeen = true
            case UInt8(ascii: "e"):
                power = Int(Substring(text)) ?? 0
                text = text[text.endIndex...]
            default: break
            }
        }
        exponent += power
        while digits.last == 0 { digits.removeLast() }
        if digits.isEmpty { exponent = 0 }
    }

    /// Rounds to `places` digits after the decimal point (before it, where negative), half away from zero.
    mutating func round(places: Int) {
        let kept = exponent + places
        guard kept < digits.count else { return }
        let up = kept >= 0 && digits[kept] >= 5
        digits.removeLast(digits.count - max(0, kept))
        if up { carry() }
        while digits.last == 0 { digits.removeLast() }
        if digits.isEmpty {
            exponent = 0
            isNegative = false
        }
    }

    private mutating func carry() {
        while let last = digits.popLast() {
            if last < 9 {
                digits.append(last + 1)
                return
            }
        }
        // All nines, or nothing: one unit of the place before.
        digits = [1]
        exponent += 1
    }

    /// The text with exactly `places` digits after the point, which must have been rounded to; groups of three
    /// separated where asked.
    func fixed(places: Int, grouped: Bool = false) -> String {
        var whole: [UInt8] = exponent > 0 ? Array(digits.prefix(exponent)) : [0]
        whole.append(contentsOf: repeatElement(0, count: max(0, exponent - whole.count)))
        var text = isNegative ? "-" : ""
        for (index, digit) in whole.enumerated() {
            if grouped, index > 0, (whole.count - index) % 3 == 0 { text += "," }
            text.unicodeScalars.append(Unicode.Scalar(UInt8(ascii: "0") + digit))
        }
        guard places > 0 else { return text }
        text += "."
        for place in 1...places {
            let index = exponent + place - 1
            let digit = digits.indices.contains(index) ? digits[index] : 0
            text.unicodeScalars.append(Unicode.Scalar(UInt8(ascii: "0") + digit))
        }
        return text
    }

    /// The text in scientific notation: `1.5e-9`.
    func scientific(separator: String = "e") -> String {
        let digits = digits.isEmpty ? [0] : digits
        let power = self.digits.isEmpty ? 0 : exponent - 1
        let fraction = digits.dropFirst().map(String.init).joined()
        return "\(isNegative ? "-" : "")\(digits[0])\(fraction.isEmpty ? "" : "." + fraction)\(separator)\(power)"
    }

    /// The text that ECMAScript gives the number, which RFC 8785 takes over.
    var ecmaScript: String {
        guard !digits.isEmpty else { return "0" }
        if exponent > 21 { return scientific(separator: "e+") }
        if exponent <= -6 { return scientific() }
        return fixed(places: max(0, digits.count - exponent))
    }
}
