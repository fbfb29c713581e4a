/// Reading numbers and words of a field without making strings of them.
enum Scan {
    /// A whole number; nil for anything else.
    ///
    /// Beyond the range it saturates, so that a bound catches it.
    @inline(__always)
    static func integer(_ bytes: Span<UInt8>, _ field: FieldRange) -> Int64? {
        let plain = ByteWords.number(bytes, field)
        return plain >= 0 ? plain : anyInteger(bytes, field)
    }

    /// With a sign, or more digits.
    @inline(never)
    private static func anyInteger(_ bytes: Span<UInt8>, _ field: FieldRange) -> Int64? {
        var at = Int(field.lower)
        let end = Int(field.upper)
        guard at < end else { return nil }
        let negative = bytes[at] == UInt8(ascii: "-")
        if negative || bytes[at] == UInt8(ascii: "+") { at += 1 }
        guard at < end else { return nil }
        var value: Int64 = 0
        // Eighteen digits cannot overflow.
        let isShort = end - at <= 18
        while at < end {
            let digit = bytes[at] &- UInt8(ascii: "0")
            guard digit < 10 else { return nil }
            value = isShort ? value &* 10 &+ Int64(digit) : saturating(value, 10, Int64(digit))
            at += 1
        }
        return negative ? -value : value
    }

    /// A decimal number times `scale` (1 to 10^9), rounded half away from zero; nil for anything else.
    ///
    /// Beyond the range it saturates.
    @inline(__always)
    static func scaled(_ bytes: Span<UInt8>, _ field: FieldRange, by scale: Int64) -> Int64? {
        let plain = ByteWords.number(bytes, field)
        return plain >= 0 ? saturating(plain, scale, 0) : anyScaled(bytes, field, by: scale)
    }

    /// With a sign, a point, an exponent, or more digits.
    @inline(never)
    private static func anyScaled(_ bytes: Span<UInt8>, _ field: FieldRange, by scale: Int64) -> Int64? {
        var at = Int(field.lower)
        let end = Int(field.upper)
        guard at < end else { return nil }
        let negative = bytes[at] == UInt8(ascii: "-")
        if negative || bytes[at] == UInt8(ascii: "+") { at += 1 }
        let first = at
        var whole: Int64 = 0
        let isShort = end - at <= 18
        while at < end {
            let digit = bytes[at] &- UInt8(ascii: "0")
            guard digit < 10 else { break }
            whole = isShort ? whole &* 10 &+ Int64(digit) : saturating(whole, 10, Int64(digit))
            at += 1
        }
        if at == end, at > first {
            let value = saturating(whole, scale, 0)
            return negative ? -value : value
        }
        var digits = at - first
        var fraction: Int64 = 0
        var unit: Int64 = 1
        if at < end, bytes[at] == UInt8(ascii: ".") {
            at += 1
            while at < end {
                let digit = bytes[at] &- UInt8(ascii: "0")
                guard digit < 10 else { break }
                if unit < 1_000_000_000 {
                    fraction = fraction * 10 + Int64(digit)
                    unit *= 10
                }
                digits += 1
                at += 1
            }
        }
        guard digits > 0 else { return nil }
        guard at == end else { return scientific(bytes, field, by: scale, mantissaEnd: at) }
        let value = saturating(whole, scale, (fraction * scale + unit / 2) / unit)
        return negative ? -value : value
    }

    /// The rare numbers with an exponent.
    private static func scientific(
        _ bytes: Span<UInt8>,
        _ field: FieldRange,
        by scale: Int64,
        mantissaEnd: Int
    ) -> Int64? {
        guard bytes[mantissaEnd] | 0x20 == UInt8(ascii: "e"), field.count <= 40,
            let value = Double(text(bytes, field)), value.isFinite
        else { return nil }
        let scaled = (value * Double(scale)).rounded(.toNearestOrAwayFromZero)
        guard scaled.magnitude < 9e18 else { return scaled < 0 ? -Int64.max : Int64.max }
        return Int64(scaled)
    }

    /// `value * factor + more`, at most the largest number; none of them negative.
    static func saturating(_ value: Int64, _ factor: Int64, _ more: Int64) -> Int64 {
        let (product, tooLarge) = value.multipliedReportingOverflow(by: factor)
        let (sum, overflow) = product.addingReportingOverflow(more)
        return tooLarge || overflow ? .max : sum
    }

    /// The field as a string; one that is not UTF-8 is read as Windows-1252, so that different names stay different.
    static func text(_ bytes: Span<UInt8>, _ field: FieldRange) -> String {
        var content: [UInt8] = []
        content.reserveCapacity(field.count)
        var skip = false
        for index in field.range {
            let byte = bytes[index]
            if field.hasDoubledQuotes, byte == UInt8(ascii: "\""), !skip {
                skip = true
                continue
            }
            skip = false
            content.append(byte)
        }
        return String(validating: content, as: UTF8.self) ?? windows(content)
    }

    /// Bytes in Windows-1252, which is Latin-1 but for 32 of them.
    private static func windows(_ bytes: [UInt8]) -> String {
        let high: [UInt32] = [
            0x20AC, 0xFFFD, 0x201A, 0x0192, 0x201E, 0x2026, 0x2020, 0x2021, 0x02C6, 0x2030, 0x0160, 0x2039, 0x0152,
            0xFFFD,
            0x017D, 0xFFFD, 0xFFFD, 0x2018, 0x2019, 0x201C, 0x201D, 0x2022, 0x2013, 0x2014, 0x02DC, 0x2122, 0x0161,
            0x203A,
            0x0153, 0xFFFD, 0x017E, 0x0178,
        ]
        var text = String.UnicodeScalarView()
        for byte in bytes {
            let value = (0x80..<0xA0).contains(byte) ? high[Int(byte) - 0x80] : UInt32(byte)
            text.append(Unicode.Scalar(value) ?? "\u{FFFD}")
        }
        return String(text)
    }

    /// Whether the field is a word, without regard to the case of its letters; `word` is in lower case.
    static func equals(_ bytes: Span<UInt8>, _ field: FieldRange, _ word: StaticString) -> Bool {
        field.count == word.utf8CodeUnitCount && starts(bytes, field, word)
    }

    /// Whether the field starts with a word, without regard to the case of its letters; `word` is in lower case.
    static func starts(_ bytes: Span<UInt8>, _ field: FieldRange, _ word: StaticString) -> Bool {
        guard field.count >= word.utf8CodeUnitCount else { return false }
        return word.withUTF8Buffer { letters in
            var at = Int(field.lower)
            for letter in letters {
                let byte = bytes[at]
                guard byte == letter || (byte &- 0x41 < 26 && byte | 0x20 == letter) else { return false }
                at += 1
            }
            return true
        }
    }

    /// Whether the field says that there is no value: empty, `Unknown`, `None`, `N/A`, `NULL`, `nan` or `-`.
    static func isMissing(_ bytes: Span<UInt8>, _ field: FieldRange) -> Bool {
        guard !field.isEmpty else { return true }
        // Values start with a digit nearly always.
        guard bytes[Int(field.lower)] &- UInt8(ascii: "0") > 9 else { return false }
        return equals(bytes, field, "unknown") || equals(bytes, field, "none") || equals(bytes, field, "n/a")
            || equals(bytes, field, "null") || equals(bytes, field, "nan") || equals(bytes, field, "-")
            || equals(bytes, field, "invalid")
    }

    /// Whether the field holds a control character, which no name has.
    static func hasControlCharacter(_ bytes: Span<UInt8>, _ field: FieldRange) -> Bool {
        for index in field.range where bytes[index] < 0x20 || bytes[index] == 0x7F { return true }
        return false
    }

    /// A 64-bit fingerprint of the field that is the same on every machine.
    ///
    /// Eight bytes at a time into a product whose upper half is folded down, finished by splitmix64's mixer. Each step
    /// keeps different states different.
    @inline(__always)
    static func fingerprint(_ bytes: Span<UInt8>, _ field: FieldRange, seed: UInt64 = 0) -> UInt64 {
        var (lower, upper) = (Int(field.lower), Int(field.upper))
        if upper < lower { (lower, upper) = (0, 0) }
        var hash = 0xCBF2_9CE4_8422_2325 ^ seed ^ UInt64(truncatingIfNeeded: upper - lower)
        while upper - lower > 8 {
            hash = folded(hash ^ ByteWords.load(bytes, lower))
            lower += 8
        }
        if upper > lower { hash = folded(hash ^ ByteWords.aligned(bytes, lower, upper)) }
        return mixed(hash)
    }

    @inline(__always)
    private static func folded(_ value: UInt64) -> UInt64 {
        let product = value &* 0x9E37_79B9_7F4A_7C15
        return product ^ (product >> 32)
    }

    /// Spreads a number over all 64 bits.
    static func mixed(_ value: UInt64) -> UInt64 {
        var mixed = value
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }
}
