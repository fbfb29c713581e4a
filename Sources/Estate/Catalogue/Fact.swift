/// How far a fact of the catalogue can be relied on.
package enum Confidence: String, Sendable, Hashable, CaseIterable, Comparable {
    /// One weak source, such as hand-written test data.
    case low
    /// A secondary source.
    case medium
    /// The vendor, or a capture on the device.
    case high

    private var rank: Int {
        switch self {
        case .low: 0
        case .medium: 1
        case .high: 2
        }
    }

    /// Orders low before medium before high.
    package static func < (left: Confidence, right: Confidence) -> Bool { left.rank < right.rank }
}

/// A value with the source that states it.
package struct Fact<Value: Sendable & Hashable>: Sendable, Hashable {
    /// The value, in the unit that the property holding the fact names.
    package let value: Value
    /// The id of the source in ``GPUCatalogue/sources``.
    package let source: String
    /// How far to rely on it.
    package let confidence: Confidence
    /// What a reader should know about the value, where there is something.
    package let note: String?

    package init(value: Value, source: String, confidence: Confidence, note: String? = nil) {
        self.value = value
        self.source = source
        self.confidence = confidence
        self.note = note
    }
}

/// Where facts of the catalogue come from.
package struct GPUSource: Sendable, Hashable, Identifiable {
    /// The short name that facts refer to.
    package let id: String
    /// What the source is.
    package let title: String
    /// Where it can be read, if it is public under an address.
    package let url: String?
}
