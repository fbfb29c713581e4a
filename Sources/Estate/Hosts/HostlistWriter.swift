/// Writes names in the Slurm form, joining neighbours that differ by one in their last number.
struct HostlistWriter {
    /// A name around its last number.
    private struct Parts {
        let prefix: Substring
        let digits: Substring
        let suffix: Substring
        let value: Int
    }

    /// Consecutive numbers; `width` is that of the first when it has leading zeros.
    private struct Run {
        let low: Substring
        var high: Substring
        var last: Int
        let width: Int

        var text: String { low == high ? String(low) : "\(low)-\(high)" }
    }

    private var items: [String] = []
    private var around: (prefix: Substring, suffix: Substring)?
    private var runs: [Run] = []

    mutating func append(_ name: String) {
        guard let parts = Self.split(name) else {
            flush()
            items.append(name)
            return
        }
        if around.map({ $0.prefix != parts.prefix || $0.suffix != parts.suffix }) ?? true {
            flush()
            around = (parts.prefix, parts.suffix)
        }
        if let run = runs.last, parts.value == run.last + 1,
            parts.digits == HostlistParser.padded(parts.value, to: run.width)
        {
            runs[runs.count - 1].high = parts.digits
            runs[runs.count - 1].last = parts.value
        } else {
            let padded = parts.digits.utf8.count > 1 && parts.digits.first == "0"
            runs.append(
                Run(low: parts.digits, high: parts.digits, last: parts.value, width: padded ? parts.digits.count : 1)
            )
        }
    }

    mutating func finish() -> String {
        flush()
        return items.joined(separator: ",")
    }

    private mutating func flush() {
        defer { (around, runs) = (nil, []) }
        guard let around, let first = runs.first else { return }
        let isSingle = runs.count == 1 && first.low == first.high
        let numbers = isSingle ? String(first.low) : "[" + runs.map(\.text).joined(separator: ",") + "]"
        items.append(around.prefix + numbers + around.suffix)
    }

    private static func split(_ name: String) -> Parts? {
        guard let last = name.lastIndex(where: { $0.isASCII && $0.isNumber }) else { return nil }
        let end = name.index(after: last)
        var start = last
        while start > name.startIndex {
            let previous = name.index(before: start)
            guard name[previous].isASCII, name[previous].isNumber else { break }
            start = previous
        }
        let digits = name[start..<end]
        // Longer numbers do not fit an Int and are kept as they are.
        guard digits.count <= 17, let value = Int(digits) else { return nil }
        return Parts(prefix: name[..<start], digits: digits, suffix: name[end...], value: value)
    }
}
