/// Slurm's own spellings of durations and sizes.
enum SlurmText {
    /// What a field says about a length of time.
    enum Length: Sendable, Hashable {
        case milliseconds(Int64)
        /// No limit, or the limit of the partition.
        case unlimited
        case malformed
    }

    /// `[days-]hours:minutes:seconds[.fraction]`, `minutes:seconds`, `UNLIMITED` or `Partition_Limit`.
    ///
    /// Only what stands first may be beyond its range (`123:00:00`, `90:00`): `1-25:61:61` is no time that Slurm prints.
    static func duration(_ bytes: Span<UInt8>, _ field: FieldRange) -> Length {
        var at = Int(field.lower)
        let end = Int(field.upper)
        if Scan.equals(bytes, field, "unlimited") || Scan.equals(bytes, field, "partition_limit") { return .unlimited }
        var days: Int64 = 0
        var hasDays = false
        var parts: (Int64, Int64, Int64) = (0, 0, 0)
        var count = 0
        var value: Int64 = 0
        var digits = 0
        var fraction: Int64 = 0
        while at <= end {
            let byte = at < end ? bytes[at] : UInt8(ascii: ":")
            switch byte {
            case UInt8(ascii: "0")...UInt8(ascii: "9"):
                value = Scan.saturating(value, 10, Int64(byte - UInt8(ascii: "0")))
                digits += 1
            case UInt8(ascii: "-"):
                guard count == 0, digits > 0, !hasDays else { return .malformed }
                (days, hasDays, value, digits) = (value, true, 0, 0)
            case UInt8(ascii: ":"), UInt8(ascii: "."):
                guard digits > 0, count < 3 else { return .malformed }
                parts = (parts.1, parts.2, value)
                count += 1
                (value, digits) = (0, 0)
                if byte == UInt8(ascii: ".") {
                    let rest = FieldRange(lower: Int32(clamping: at), upper: field.upper)
                    guard count > 1, rest.count > 1, let scaled = Scan.scaled(bytes, rest, by: 1_000) else {
                        return .malformed
                    }
                    fraction = scaled
                    at = end
                }
            default: return .malformed
            }
            at += 1
        }
        // A single number is minutes in Slurm's options, but never what sacct prints; do not guess.
        guard count >= 2, parts.2 < 60, count == 2 || parts.1 < 60, !hasDays || parts.0 < 24 else { return .malformed }
        var total = Scan.saturating(days, 24, parts.0)
        total = Scan.saturating(total, 60, parts.1)
        total = Scan.saturating(total, 60, parts.2)
        return .milliseconds(Scan.saturating(total, 1_000, fraction))
    }

    /// A number of nodes: whole, or in 1,024s as sacct writes 1,024 and more of them unless told not to (`2K`); nil for
    /// anything else.
    static func nodes(_ bytes: Span<UInt8>, _ field: FieldRange) -> Int64? {
        guard field.count > 1, bytes[Int(field.upper) - 1] == UInt8(ascii: "K") else {
            return Scan.integer(bytes, field)
        }
        var number = field
        number.upper -= 1
        guard let thousandths = Scan.scaled(bytes, number, by: 1_000), thousandths >= 0 else { return nil }
        return Scan.saturating(thousandths, 1_024, 0) / 1_000
    }

    /// A size such as `64G`, `512M`, `4000Mn` or `1.5T` in MiB, rounded up; nil for anything else.
    ///
    /// A number without a unit is MiB. `perCPU` is whether it ended in `c`.
    static func memoryMiB(_ bytes: Span<UInt8>, _ field: FieldRange) -> (mib: Int64, perCPU: Bool)? {
        var number = field
        var perCPU = false
        if number.count > 1 {
            let last = bytes[Int(number.upper) - 1]
            if last == UInt8(ascii: "n") || last == UInt8(ascii: "c") {
                perCPU = last == UInt8(ascii: "c")
                number.upper -= 1
            }
        }
        guard !number.isEmpty else { return nil }
        var (multiply, divide): (Int64, Int64) = (1, 1)
        switch bytes[Int(number.upper) - 1] {
        case UInt8(ascii: "K"): divide = 1_024
        case UInt8(ascii: "M"): break
        case UInt8(ascii: "G"): multiply = 1_024
        case UInt8(ascii: "T"): multiply = 1_048_576
        case UInt8(ascii: "P"): multiply = 1_073_741_824
        case UInt8(ascii: "0")...UInt8(ascii: "9"): number.upper += 1
        default: return nil
        }
        number.upper -= 1
        guard let thousandths = Scan.scaled(bytes, number, by: 1_000), thousandths >= 0 else { return nil }
        let scaled = Scan.saturating(thousandths, multiply, 0)
        let divisor = divide * 1_000
        return (scaled / divisor + (scaled % divisor > 0 ? 1 : 0), perCPU)
    }
}
