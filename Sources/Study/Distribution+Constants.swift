import Probability

extension Distribution {
    /// The certain zero.
    static let zero: Distribution = {
        // Zero is finite, so the first alternative always stands.
        guard let zero = try? Distribution.point(0) else { preconditionFailure("zero is a point") }
        return zero
    }()
}

extension Distribution {
    /// The certain one.
    static let one: Distribution = {
        guard let one = try? Distribution.point(1) else { preconditionFailure("one is a point") }
        return one
    }()
}
