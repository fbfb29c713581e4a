/// Eight bytes of a text at a time, in one register: the first byte is the lowest.
///
/// Loads are checked against the bounds of the line like any other access; what is saved is the loop over bytes.
/// Mycroft's test for a zero byte, in the form without false positives; Warren, "Hacker's Delight", 6-1.
enum ByteWords {
    private static let low: UInt64 = 0x7F7F_7F7F_7F7F_7F7F
    /// The top bit of each byte.
    static let tops: UInt64 = 0x8080_8080_8080_8080

    /// Eight bytes from a place.
    @inline(__always)
    static func load(_ bytes: Span<UInt8>, _ at: Int) -> UInt64 {
        UInt64(littleEndian: bytes.bytes.unsafeLoadUnaligned(fromByteOffset: at, as: UInt64.self))
    }

    /// Eight bytes from a place that is known to be at least eight bytes before the end.
    @inline(__always)
    private static func loadInside(_ bytes: Span<UInt8>, _ at: Int) -> UInt64 {
        UInt64(littleEndian: bytes.bytes.unsafeLoadUnaligned(fromUncheckedByteOffset: at, as: UInt64.self))
    }

    /// The bytes from a place to the end of the line, at most eight; zeros behind them.
    @inline(__always)
    static func loadTail(_ bytes: Span<UInt8>, _ at: Int) -> UInt64 {
        let rest = bytes.count - at
        if rest >= 8 { return loadInside(bytes, at) }
        guard rest > 0 else { return 0 }
        if bytes.count >= 8 { return loadInside(bytes, bytes.count - 8) >> UInt64(truncatingIfNeeded: 64 - 8 * rest) }
        var word: UInt64 = 0
        for index in at..<bytes.count { word |= UInt64(bytes[index]) << UInt64(truncatingIfNeeded: 8 * (index - at)) }
        return word
    }

    /// The bytes of a field of 1 to 8 bytes, moved up so that its last byte is the highest; what is below is zero.
    ///
    /// A field without bytes is for whoever calls to tell.
    @inline(__always)
    static func aligned(_ bytes: Span<UInt8>, _ lower: Int, _ upper: Int) -> UInt64 {
        let unused = UInt64(truncatingIfNeeded: 64 - 8 * (upper - lower))
        if upper >= 8 { return (load(bytes, upper - 8) &>> unused) &<< unused }
        if lower + 8 <= bytes.count { return load(bytes, lower) &<< unused }
        return loadTail(bytes, lower) &<< unused
    }

    /// A byte in all eight places.
    @inline(__always)
    static func filled(_ byte: UInt8) -> UInt64 { 0x0101_0101_0101_0101 &* UInt64(byte) }

    /// The top bit of every byte that is zero.
    @inline(__always)
    static func zeros(_ word: UInt64) -> UInt64 { ~(((word & low) &+ low) | word | low) }

    /// The top bits of the eight bytes, which are all that may be set, as eight bits.
    @inline(__always)
    static func mask(_ tops: UInt64) -> UInt64 { ((tops >> 7) &* 0x0102_0408_1020_4080) >> 56 }

    /// Whether any byte is zero: cheaper than asking where.
    @inline(__always)
    static func hasZero(_ word: UInt64) -> Bool { (word &- 0x0101_0101_0101_0101) & ~word & tops != 0 }

    /// The value of up to eight decimal digits that end in the highest byte; nil when there is another byte.
    ///
    /// Pairs, then fours, then all eight are added up in one multiplication each.
    @inline(__always)
    static func decimal(_ aligned: UInt64, count: Int) -> UInt64? {
        let unused = UInt64(truncatingIfNeeded: 64 - 8 * count)
        var digits = aligned ^ ((filled(0x30) &>> unused) &<< unused)
        // Ten and above reach the top bit when 118 is added.
        guard (((digits & low) &+ filled(118)) | digits) & tops == 0 else { return nil }
        digits = (digits &* 10 &+ (digits >> 8)) & 0x00FF_00FF_00FF_00FF
        digits = (digits &* 100 &+ (digits >> 16)) & 0x0000_FFFF_0000_FFFF
        return (digits &* 10_000 &+ (digits >> 32)) & 0xFFFF_FFFF
    }

    /// The value of a field of 1 to 16 decimal digits and nothing else; -1 for any other field.
    @inline(__always)
    static func number(_ bytes: Span<UInt8>, _ field: FieldRange) -> Int64 {
        let (lower, upper) = (Int(field.lower), Int(field.upper))
        let count = upper - lower
        guard count > 0, count <= 8 else { return longNumber(bytes, lower, upper) }
        guard let value = decimal(aligned(bytes, lower, upper), count: count) else { return -1 }
        return Int64(truncatingIfNeeded: value)
    }

    /// The same of 9 to 16 digits.
    @inline(never)
    private static func longNumber(_ bytes: Span<UInt8>, _ lower: Int, _ upper: Int) -> Int64 {
        let count = upper - lower
        guard count > 8, count <= 16 else { return -1 }
        guard let tail = decimal(load(bytes, upper - 8), count: 8),
            let head = decimal(aligned(bytes, lower, upper - 8), count: count - 8)
        else { return -1 }
        return Int64(truncatingIfNeeded: head &* 100_000_000 &+ tail)
    }
}
