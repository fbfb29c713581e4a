internal import Documents
internal import Glibc

/// Keeps of a job's output, while it runs, what is looked at after it: its last lines, and those that may be steps.
struct OutputKeeper {
    /// Lines that may be steps; nil where nobody looks for any.
    let spool: LineSpool?
    private let literal: [UInt8]
    /// The place in it of a byte that is rare in prose.
    private let pivot: Int
    private var last: [[UInt8]] = []
    private var next = 0

    /// A keeper; with a pattern it keeps the lines that hold the text which every match has.
    init(pattern: NumberPattern?) {
        spool = pattern.map { _ in LineSpool() }
        let literal = pattern?.literal ?? []
        self.literal = literal
        pivot =
            literal.firstIndex { byte in
                !(0x61...0x7A).contains(byte | 0x20) && !(0x30...0x39).contains(byte) && byte != 0x20
            }
            ?? 0
    }

    /// Takes a line of output.
    mutating func add(_ line: OutputLine) {
        let kept = line.bytes.prefix(StepLimits.keptBytes)
        if last.count < StepLimits.keptLines {
            last.append(Array(kept))
        } else {
            last[next].removeAll(keepingCapacity: true)
            last[next].append(contentsOf: kept)
            next = (next + 1) % StepLimits.keptLines
        }
        guard let spool, mayMatch(line.bytes) else { return }
        spool.append(line)
    }

    private func mayMatch(_ bytes: UnsafeRawBufferPointer) -> Bool {
        guard !literal.isEmpty, let base = bytes.baseAddress else { return true }
        // Colours may stand inside the text.
        return holdsLiteral(bytes, base) || memchr(base, 0x1B, bytes.count) != nil
    }

    private func holdsLiteral(_ bytes: UnsafeRawBufferPointer, _ base: UnsafeRawPointer) -> Bool {
        var start = pivot
        while start + literal.count - pivot <= bytes.count {
            guard let found = memchr(base + start, Int32(literal[pivot]), bytes.count - start) else { return false }
            let place = UnsafeRawPointer(found) - base - pivot
            guard place + literal.count <= bytes.count else { return false }
            if memcmp(base + place, literal, literal.count) == 0 { return true }
            start = place + pivot + 1
        }
        return false
    }

    /// The last lines, for an error message.
    var lastLines: [String] { (last[next...] + last[..<next]).map { String(decoding: $0, as: UTF8.self) } }
}
