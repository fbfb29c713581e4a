/// What a host answered when one thing was asked of it.
///
/// The difference between the cases carries the verdict: a file that is not there is an answer, one that we may not
/// read is none, and neither is a question that a capture does not hold.
package enum HostAnswer<Value: Sendable & Equatable>: Sendable, Equatable {
    /// It is there, and this is it.
    case value(Value)
    /// It is not there: the question was answered, with no.
    case missing
    /// It is there and we may not read it.
    case denied
    /// It could not be asked: an input/output error, or a capture made by a version that did not ask.
    case unread(String)

    /// The value, where there is one.
    package var value: Value? {
        if case .value(let value) = self { value } else { nil }
    }

    /// Whether the host answered at all, be it with 'not there'.
    package var isAnswered: Bool {
        switch self {
        case .value, .missing: true
        case .denied, .unread: false
        }
    }

    /// Why there is no answer, nil where there is one.
    package var obstacle: String? {
        switch self {
        case .value, .missing: nil
        case .denied: "permission denied"
        case .unread(let reason): reason
        }
    }

    /// The answer with its value rewritten; where the rewriting fails, the thing counts as not there.
    package func map<Other>(_ transform: (Value) -> Other?) -> HostAnswer<Other> {
        switch self {
        case .value(let value): transform(value).map { .value($0) } ?? .missing
        case .missing: .missing
        case .denied: .denied
        case .unread(let reason): .unread(reason)
        }
    }
}

/// The registers that one CPUID leaf answers with.
package struct CPUIDRegisters: Sendable, Hashable {
    /// The register of that name.
    package var eax: UInt32
    /// The register of that name.
    package var ebx: UInt32
    /// The register of that name.
    package var ecx: UInt32
    /// The register of that name.
    package var edx: UInt32

    /// The four registers in their customary order.
    package init(eax: UInt32, ebx: UInt32, ecx: UInt32, edx: UInt32) {
        self.eax = eax
        self.ebx = ebx
        self.ecx = ecx
        self.edx = edx
    }

    /// Four words of up to eight hexadecimal digits, `eax ebx ecx edx`; nil for anything else.
    package init?(text: some StringProtocol) {
        let words = text.split(whereSeparator: \.isWhitespace)
        let numbers = words.compactMap { UInt32($0, radix: 16) }
        guard words.count == 4, numbers.count == 4 else { return nil }
        self.init(eax: numbers[0], ebx: numbers[1], ecx: numbers[2], edx: numbers[3])
    }

    /// The registers as a capture writes them: four times eight hexadecimal digits.
    package var text: String { [eax, ebx, ecx, edx].map { hexadecimal($0, digits: 8) }.joined(separator: " ") }
}

/// Which CPUID leaf.
package struct CPUIDLeaf: Sendable, Hashable, Comparable {
    /// The leaf: EAX on the way in.
    package var leaf: UInt32
    /// The subleaf: ECX on the way in.
    package var subleaf: UInt32

    /// A leaf, by default its first subleaf.
    package init(_ leaf: UInt32, _ subleaf: UInt32 = 0) {
        self.leaf = leaf
        self.subleaf = subleaf
    }

    /// `00000001-00000000`, the name of its file in a capture; nil for anything else.
    package init?(name: some StringProtocol) {
        let parts = name.split(separator: "-", omittingEmptySubsequences: false)
        guard parts.count == 2, parts.allSatisfy({ $0.utf8.count == 8 }),
            let leaf = UInt32(parts[0], radix: 16), let subleaf = UInt32(parts[1], radix: 16)
        else { return nil }
        self.init(leaf, subleaf)
    }

    /// The name of its file in a capture.
    package var name: String { hexadecimal(leaf, digits: 8) + "-" + hexadecimal(subleaf, digits: 8) }

    /// By leaf, then by subleaf.
    package static func < (left: CPUIDLeaf, right: CPUIDLeaf) -> Bool {
        (left.leaf, left.subleaf) < (right.leaf, right.subleaf)
    }
}

/// A number in hexadecimal, filled with zeros to at least so many digits.
func hexadecimal(_ number: some BinaryInteger, digits: Int) -> String {
    let text = String(number, radix: 16)
    return String(repeating: "0", count: max(0, digits - text.utf8.count)) + text
}
