/// Names as numbers, in the order in which they were first seen.
struct NameTable: Sendable {
    /// The names.
    private(set) var names: [String] = []
    private let limit: Int
    /// Short names by a hash of 8 bits, the last seen of each.
    private var short = ContiguousArray(repeating: Short(), count: 256)
    private var numbers: [String: Int32] = [:]
    /// The bytes of all names, and where each ends.
    private var spellings: ContiguousArray<UInt8> = []
    private var ends: ContiguousArray<Int> = []
    /// Fingerprints of fields seen, so that most rows need no string: open addressing, 0 is empty.
    private var fingerprints: ContiguousArray<UInt64>
    private var slots: ContiguousArray<Int32>

    /// A table for at most `limit` names.
    init(limit: Int) {
        self.limit = limit
        fingerprints = ContiguousArray(repeating: 0, count: 256)
        slots = ContiguousArray(repeating: -1, count: 256)
    }

    /// The number of a field's text; nil when there are too many names.
    mutating func number(_ bytes: Span<UInt8>, _ field: FieldRange) -> Int32? {
        if let known = recent(bytes, field) { return known }
        guard let number = number(Scan.text(bytes, field)) else { return nil }
        insert(max(Scan.fingerprint(bytes, field), 1), number)
        return number
    }

    /// The number of a field's text where that was seen before, fast where it is short and common.
    @inline(__always)
    mutating func recent(_ bytes: Span<UInt8>, _ field: FieldRange) -> Int32? {
        let (lower, upper) = (Int(field.lower), Int(field.upper))
        let count = upper - lower
        guard count > 0, count <= 16, !field.hasDoubledQuotes else { return known(bytes, field) }
        var key = Short()
        key.count = UInt8(truncatingIfNeeded: count)
        if count <= 8 {
            key.first = ByteWords.aligned(bytes, lower, upper)
        } else {
            key.first = ByteWords.load(bytes, lower)
            key.last = ByteWords.load(bytes, upper - 8)
        }
        let hash = (key.first ^ (key.last &* 31)) &* 0x9E37_79B9_7F4A_7C15
        let slot = Int(truncatingIfNeeded: hash >> 56)
        let found = short[slot]
        // Up to sixteen bytes the words and the length are the name.
        if found.first == key.first, found.last == key.last, found.count == key.count { return found.number }
        guard let number = known(bytes, field) else { return nil }
        key.number = number
        short[slot] = key
        return number
    }

    /// A name of at most sixteen bytes.
    private struct Short: Sendable {
        var first: UInt64 = 0
        var last: UInt64 = 0
        var number: Int32 = -1
        /// Its length; 0 where there is none.
        var count: UInt8 = 0
    }

    /// The number of a field's text where that was seen before.
    func known(_ bytes: Span<UInt8>, _ field: FieldRange) -> Int32? {
        let print = max(Scan.fingerprint(bytes, field), 1)
        let fingerprints = fingerprints.span
        var slot = Int(truncatingIfNeeded: print) & (fingerprints.count - 1)
        while fingerprints[slot] != 0 {
            // Two names of one fingerprint are told apart by their bytes.
            if fingerprints[slot] == print {
                let number = slots[slot]
                if matches(number, bytes, field) { return number }
            }
            slot = (slot + 1) & (fingerprints.count - 1)
        }
        return nil
    }

    /// The number of a name; nil when there are too many.
    mutating func number(_ name: String) -> Int32? {
        if let known = numbers[name] { return known }
        guard names.count < limit, let number = Int32(exactly: names.count) else { return nil }
        names.append(name)
        numbers[name] = number
        spellings.append(contentsOf: name.utf8)
        ends.append(spellings.count)
        return number
    }

    /// Whether a field's text is a name.
    private func matches(_ number: Int32, _ bytes: Span<UInt8>, _ field: FieldRange) -> Bool {
        let start = number == 0 ? 0 : ends[Int(number) - 1]
        let letters = spellings.span.extracting(start..<ends[Int(number)])
        if letters.count == field.count, !field.hasDoubledQuotes {
            var (at, lower) = (0, Int(field.lower))
            while letters.count - at > 8 {
                guard ByteWords.load(letters, at) == ByteWords.load(bytes, lower) else { break }
                at += 8
                lower += 8
            }
            let rest = letters.count - at
            if rest <= 8 {
                if rest <= 0 { return true }
                if ByteWords.aligned(letters, at, letters.count)
                    == ByteWords.aligned(bytes, lower, Int(field.upper))
                {
                    return true
                }
            }
        }
        // Doubled quotes and bytes that are not UTF-8 are spelled otherwise in the name.
        return names[Int(number)] == Scan.text(bytes, field)
    }

    private mutating func insert(_ print: UInt64, _ number: Int32) {
        if (names.count + 1) * 2 > fingerprints.count {
            let (old, oldSlots) = (fingerprints, slots)
            fingerprints = ContiguousArray(repeating: 0, count: old.count * 2)
            slots = ContiguousArray(repeating: -1, count: old.count * 2)
            for index in old.indices where old[index] != 0 { place(old[index], oldSlots[index]) }
        }
        place(print, number)
    }

    private mutating func place(_ print: UInt64, _ number: Int32) {
        var slot = Int(truncatingIfNeeded: print) & (fingerprints.count - 1)
        while fingerprints[slot] != 0 { slot = (slot + 1) & (fingerprints.count - 1) }
        fingerprints[slot] = print
        slots[slot] = number
    }
}

/// A set of 64-bit fingerprints; two different rows share one by chance once in some 10^13 for a million rows.
struct FingerprintSet: Sendable {
    private var slots = ContiguousArray<UInt64>(repeating: 0, count: 1_024)
    private var count = 0

    /// Makes room for a number of fingerprints.
    mutating func reserveCapacity(_ capacity: Int) {
        var size = slots.count
        while size < capacity * 2 { size *= 2 }
        if size > slots.count { resize(size) }
    }

    private mutating func resize(_ size: Int) {
        let old = slots
        slots = ContiguousArray(repeating: 0, count: size)
        var output = slots.mutableSpan
        for value in old where value != 0 {
            var slot = Int(truncatingIfNeeded: value) & (size - 1)
            while output[slot] != 0 { slot = (slot + 1) & (size - 1) }
            output[slot] = value
        }
    }

    /// Adds one; false when it was there.
    mutating func insert(_ value: UInt64) -> Bool {
        let print = max(value, 1)
        if (count + 1) * 2 > slots.count { resize(slots.count * 2) }
        var slot = Int(truncatingIfNeeded: print) & (slots.count - 1)
        while slots[slot] != 0 {
            if slots[slot] == print { return false }
            slot = (slot + 1) & (slots.count - 1)
        }
        slots[slot] = print
        count += 1
        return true
    }
}

/// What jobs are called in their file, where it is not a plain number.
package struct JobNames: Sendable {
    private var bytes: ContiguousArray<UInt8> = []
    private var ends: ContiguousArray<Int> = []

    init() {}

    /// The name of a job by its ``TraceJob/id``: the number itself, or the text that a negative number stands for.
    package subscript(id: Int64) -> String {
        guard id < 0, id >= -Int64(ends.count) else { return String(id) }
        let index = Int(-(id + 1))
        return String(decoding: bytes[(index == 0 ? 0 : ends[index - 1])..<ends[index]], as: UTF8.self)
    }

    /// The number that a field is, written as numbers are, so that it can be written again; nil for a name.
    @inline(__always)
    static func plainNumber(_ line: Span<UInt8>, _ field: FieldRange) -> Int64? {
        guard !field.isEmpty, field.count <= 18, line[Int(field.lower)] != UInt8(ascii: "0") || field.count == 1,
            line[Int(field.lower)] &- UInt8(ascii: "0") < 10
        else { return nil }
        return Scan.integer(line, field)
    }

    /// The id that stands for a field: its number where it is a plain one, else a negative one for its text.
    mutating func id(_ line: Span<UInt8>, _ field: FieldRange) -> Int64 {
        if let number = Self.plainNumber(line, field) { return number }
        if field.hasDoubledQuotes {
            bytes.append(contentsOf: Scan.text(line, field).utf8)
        } else {
            line.extracting(field.range).withUnsafeBufferPointer { bytes.append(contentsOf: $0) }
        }
        ends.append(bytes.count)
        return -Int64(ends.count)
    }
}
