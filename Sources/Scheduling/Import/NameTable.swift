/// Names as numbers, in the order in which they were first seen.
struct NameTable: Sendable {
    /// The names.
    private(set) var names: [String] = []
    private let limit: Int
    private var numbers: [String: Int32] = [:]
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
        let print = max(Scan.fingerprint(bytes, field), 1)
        var slot = Int(truncatingIfNeeded: print) & (fingerprints.count - 1)
        while fingerprints[slot] != 0 {
            // Two names of one fingerprint are told apart by their bytes.
            if fingerprints[slot] == print, Self.matches(names[Int(slots[slot])], bytes, field) { return slots[slot] }
            slot = (slot + 1) & (fingerprints.count - 1)
        }
        guard let number = number(Scan.text(bytes, field)) else { return nil }
        insert(print, number)
        return number
    }

    /// The number of a name; nil when there are too many.
    mutating func number(_ name: String) -> Int32? {
        if let known = numbers[name] { return known }
        guard names.count < limit, let number = Int32(exactly: names.count) else { return nil }
        names.append(name)
        numbers[name] = number
        return number
    }

    /// Whether a field's text is a name.
    private static func matches(_ name: String, _ bytes: Span<UInt8>, _ field: FieldRange) -> Bool {
        var name = name
        let same = name.withUTF8 { letters in
            guard letters.count == field.count else { return false }
            var at = Int(field.lower)
            for letter in letters {
                guard bytes[at] == letter else { return false }
                at += 1
            }
            return true
        }
        // Doubled quotes and bytes that are not UTF-8 are spelled otherwise in the name.
        return same || (name.utf8.count != field.count && name == Scan.text(bytes, field))
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

    /// Adds one; false when it was there.
    mutating func insert(_ value: UInt64) -> Bool {
        let print = max(value, 1)
        if (count + 1) * 2 > slots.count {
            let old = slots
            slots = ContiguousArray(repeating: 0, count: old.count * 2)
            for value in old where value != 0 {
                var slot = Int(truncatingIfNeeded: value) & (slots.count - 1)
                while slots[slot] != 0 { slot = (slot + 1) & (slots.count - 1) }
                slots[slot] = value
            }
        }
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

    /// The id that stands for a field: its number where it is a plain one, else a negative one for its text.
    mutating func id(_ line: Span<UInt8>, _ field: FieldRange) -> Int64 {
        if field.count <= 18, line[Int(field.lower)] != UInt8(ascii: "0") || field.count == 1,
            line[Int(field.lower)] &- UInt8(ascii: "0") < 10, let number = Scan.integer(line, field)
        {
            return number
        }
        if field.hasDoubledQuotes {
            bytes.append(contentsOf: Scan.text(line, field).utf8)
        } else {
            for index in field.range { bytes.append(line[index]) }
        }
        ends.append(bytes.count)
        return -Int64(ends.count)
    }
}
