import Study

/// Finds the inputs of a study by their keys.
struct InputIndex {
    private(set) var quantities: [Quantity]
    private var positions: [String: Int]

    init(_ listed: [Quantity]) {
        quantities = []
        positions = [:]
        for quantity in listed { _ = add(quantity) }
    }

    /// The index of a quantity, taken in when no other of its key is there: the same key is drawn once.
    mutating func add(_ quantity: Quantity) -> Int {
        if let position = positions[quantity.key] { return position }
        positions[quantity.key] = quantities.count
        quantities.append(quantity)
        return quantities.count - 1
    }
}
