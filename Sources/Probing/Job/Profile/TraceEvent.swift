/// One event of a Chrome trace, as far as it is looked at.
struct TraceEvent {
    /// What PyTorch's profiler writes into `cat`, by what it means for the time of a device or a thread.
    enum Category {
        case kernel
        case copy
        case fill
        case operation
        case runtime
        case annotation
        case other
    }

    /// Whether it is a complete event (`ph` is `X`); others have no duration.
    var isComplete = false
    var category = Category.other
    /// The beginning of its name, as the bytes stand in the file.
    var name: [UInt8] = []
    /// Nanoseconds; nil where the file has no number in range.
    var start: Int64?
    /// The same; negative where the file says so.
    var duration: Int64?
    /// Hashes of what stands there: numbers or words.
    var process: UInt64 = 0
    var thread: UInt64 = 0
    /// `args.device`, where it stands.
    var device: Int?
    /// `pid` where it is a number: a device's work has its number there.
    var processNumber: Int?

    init() {}

    /// The times beyond which a span is refused; a thousand times the age of a Unix clock.
    static let latest: Int64 = 2_000_000_000_000_000_000

    /// The category of these bytes; names of old versions count.
    static func category(_ bytes: [UInt8]) -> Category {
        guard bytes.count <= 16 else { return .other }
        switch String(decoding: bytes, as: UTF8.self) {
        case "kernel", "Kernel": return .kernel
        case "gpu_memcpy", "Memcpy": return .copy
        case "gpu_memset", "Memset": return .fill
        case "cpu_op", "Operator", "operator": return .operation
        case "cuda_runtime", "cuda_driver", "hip_runtime", "hip_driver", "Runtime": return .runtime
        case "user_annotation": return .annotation
        default: return .other
        }
    }

    /// A number of microseconds as nanoseconds, what is finer cut off; nil where it is out of range.
    static func nanoseconds(_ digits: [UInt8]) -> Int64? {
        var value: Int64 = 0
        var decimals = -1
        var negative = false
        for byte in digits {
            switch byte {
            case UInt8(ascii: "-"): negative = true
            case UInt8(ascii: "."): decimals = 0
            case UInt8(ascii: "0")...UInt8(ascii: "9"):
                if decimals >= 3 { continue }
                if decimals >= 0 { decimals += 1 }
                guard value <= latest / 10 else { return nil }
                value = value * 10 + Int64(byte - UInt8(ascii: "0"))
            default:
                // With an exponent, which no version writes.
                guard let number = Double(String(decoding: digits, as: UTF8.self)) else { return nil }
                let scaled = number * 1e3
                return scaled.magnitude <= Double(latest) ? Int64(scaled) : nil
            }
        }
        for _ in max(decimals, 0)..<3 {
            guard value <= latest / 10 else { return nil }
            value *= 10
        }
        guard value <= latest else { return nil }
        return negative ? -value : value
    }

    /// Whether the name begins so.
    func named(_ prefix: StaticString) -> Bool {
        prefix.withUTF8Buffer { name.starts(with: $0) }
    }

    /// Whether this stands anywhere in the name.
    func mentions(_ part: StaticString) -> Bool {
        part.withUTF8Buffer { part in
            guard let first = part.first, name.count >= part.count else { return false }
            for at in 0...(name.count - part.count) where name[at] == first {
                if name[at..<(at + part.count)].elementsEqual(part) { return true }
            }
            return false
        }
    }

    /// The number of a `ProfilerStep#N`; nil for other events.
    var step: Int? {
        let prefix: StaticString = "ProfilerStep#"
        guard category == .annotation || category == .operation, named(prefix) else { return nil }
        return Int(String(decoding: name.dropFirst(prefix.utf8CodeUnitCount), as: UTF8.self)).flatMap {
            $0 >= 0 ? $0 : nil
        }
    }

    /// Whether it is the wait for the next batch of a `DataLoader`.
    var isInput: Bool {
        (category == .annotation || category == .operation) && named("enumerate(DataLoader)")
    }
}
