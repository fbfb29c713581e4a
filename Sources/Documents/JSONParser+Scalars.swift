extension JSONParser {
    // MARK: Strings

    /// A string, its opening quote next.
    mutating func string() throws(DocumentError) -> String {
        at += 1
        let start = at
        while at < bytes.count {
            switch bytes[at] {
            case UInt8(ascii: "\""):
                let text = try text(start..<at)
                at += 1
                return text
            case UInt8(ascii: "\\"): return try escapedString(from: start)
            case 0..<0x20: throw controlCharacter()
            default: at += 1
            }
        }
        throw unterminated(start)
    }

    /// The rest of a string that has an escape, decoded into a buffer.
    private mutating func escapedString(from start: Int) throws(DocumentError) -> String {
        var decoded = String.UnicodeScalarView()
        var plain = start
        while at < bytes.count {
            switch bytes[at] {
            case UInt8(ascii: "\""):
                decoded.append(contentsOf: try text(plain..<at).unicodeScalars)
                at += 1
                return String(decoded)
            case UInt8(ascii: "\\"):
                decoded.append(contentsOf: try text(plain..<at).unicodeScalars)
                decoded.append(try escape())
                plain = at
            case 0..<0x20: throw controlCharacter()
            default: at += 1
            }
        }
        throw unterminated(start)
    }

    private mutating func escape() throws(DocumentError) -> Unicode.Scalar {
        let column = column
        at += 1
        let letter = try peek("the rest of an escape")
        at += 1
        switch letter {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): return Unicode.Scalar(letter)
        case UInt8(ascii: "b"): return "\u{08}"
        case UInt8(ascii: "f"): return "\u{0C}"
        case UInt8(ascii: "n"): return "\n"
        case UInt8(ascii: "r"): return "\r"
        case UInt8(ascii: "t"): return "\t"
        case UInt8(ascii: "u"):
            let unit = try hexadecimal()
            if let scalar = Unicode.Scalar(unit) { return scalar }
            // Not a scalar, so half of a pair: the other half must follow.
            guard unit < 0xDC00 else { throw loneSurrogate(column) }
            guard try peek("the second half of a surrogate pair") == UInt8(ascii: "\\") else {
                throw loneSurrogate(column)
            }
            at += 1
            guard try peek("the second half of a surrogate pair") == UInt8(ascii: "u") else {
                throw loneSurrogate(column)
            }
            at += 1
            let low = try hexadecimal()
            guard (0xDC00..<0xE000).contains(low),
                let scalar = Unicode.Scalar(0x10000 + ((unit - 0xD800) << 10) + (low - 0xDC00))
            else { throw loneSurrogate(column) }
            return scalar
        default:
            throw fail("the string has an unknown escape at column \(column); write '\\\\' for a backslash")
        }
    }

    private mutating func hexadecimal() throws(DocumentError) -> UInt32 {
        var unit: UInt32 = 0
        for _ in 0..<4 {
            let digit = try peek("four hexadecimal digits")
            switch digit {
            case UInt8(ascii: "0")...UInt8(ascii: "9"): unit = unit << 4 | UInt32(digit - UInt8(ascii: "0"))
            case UInt8(ascii: "a")...UInt8(ascii: "f"): unit = unit << 4 | UInt32(digit - UInt8(ascii: "a") + 10)
            case UInt8(ascii: "A")...UInt8(ascii: "F"): unit = unit << 4 | UInt32(digit - UInt8(ascii: "A") + 10)
            default: throw fail("expected four hexadecimal digits after '\\u', stopped at column \(column)")
            }
            at += 1
        }
        return unit
    }

    private func text(_ range: Range<Int>) throws(DocumentError) -> String {
        guard let text = String(validating: bytes[range], as: UTF8.self) else {
            throw fail("the string at column \(range.lowerBound - lineStart) is not UTF-8; save the file as UTF-8")
        }
        return text
    }

    private func controlCharacter() -> DocumentError {
        fail(
            bytes[at] == 0x0A
                ? "the string is not closed before the end of its line; add '\"', or write a line break as '\\n'"
                : "the string holds a control character at column \(column); write it as an escape such as '\\t'"
        )
    }

    private func loneSurrogate(_ column: Int) -> DocumentError {
        fail("the escape at column \(column) is half of a surrogate pair; write both halves")
    }

    private func unterminated(_ start: Int) -> DocumentError {
        ended(expecting: "the end of the string that starts at column \(start - lineStart)")
    }

    // MARK: Numbers

    /// A number, its sign or first digit next.
    mutating func number() throws(DocumentError) -> Double {
        let start = at
        let negative = bytes[at] == UInt8(ascii: "-")
        if negative { at += 1 }
        var significand: UInt64 = 0
        // Digits that fit the significand exactly; leading zeros do not count.
        var significant = 0
        let whole = try digits(&significand, &significant)
        if whole > 1, bytes[at - whole] == UInt8(ascii: "0") {
            throw fail("a number at column \(start - lineStart + 1) starts with 0; remove the leading zeros")
        }
        var exponent = 0
        if at < bytes.count, bytes[at] == UInt8(ascii: ".") {
            at += 1
            exponent = -(try digits(&significand, &significant))
        }
        var simple = true
        if at < bytes.count, bytes[at] | 0x20 == UInt8(ascii: "e") {
            at += 1
            simple = false
            let sign = try peek("the digits of an exponent")
            if sign == UInt8(ascii: "+") || sign == UInt8(ascii: "-") { at += 1 }
            var (ignored, count): (UInt64, Int) = (0, 0)
            _ = try digits(&ignored, &count)
        }
        // Both parts are exact as Double, so one division rounds correctly (Clinger's fast path).
        if simple, significant <= 15, exponent >= -22 {
            let magnitude = Double(significand) / Self.powersOfTen[-exponent]
            return negative ? -magnitude : magnitude
        }
        return try longNumber(start)
    }

    private mutating func digits(_ significand: inout UInt64, _ significant: inout Int) throws(DocumentError) -> Int {
        let start = at
        while at < bytes.count {
            let digit = bytes[at] &- UInt8(ascii: "0")
            guard digit < 10 else { break }
            if significand > 0 || digit > 0 { significant += 1 }
            if significant <= 15 { significand = significand * 10 + UInt64(digit) }
            at += 1
        }
        guard at > start else {
            _ = try peek("a digit")
            throw fail("expected a digit at column \(column) of a number")
        }
        return at - start
    }

    private func longNumber(_ start: Int) throws(DocumentError) -> Double {
        let column = start - lineStart + 1
        guard at - start <= 1000 else {
            throw fail("the number at column \(column) has \(at - start) characters; write at most 17 digits")
        }
        let literal = String(decoding: bytes[start..<at], as: UTF8.self)
        guard let value = Double(literal), value.isFinite else {
            throw fail(
                "the number \(quoted(literal)) at column \(column) is too large; numbers must be finite, below 1.8e308"
            )
        }
        return value
    }

    private static let powersOfTen: [Double] = [
        1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19,
        1e20, 1e21, 1e22,
    ]
}
