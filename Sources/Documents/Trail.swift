/// The steps from the root of a file to a value, shared between siblings.
final class Trail: Sendable, CustomStringConvertible {
    enum Step: Sendable {
        case key(String)
        case index(Int)
    }

    private let parent: Trail?
    private let step: Step

    init(_ parent: Trail?, _ step: Step) {
        self.parent = parent
        self.step = step
    }

    /// The steps as a key path: `hosts[3]."a key".model`.
    var description: String {
        let before = parent?.description ?? ""
        switch step {
        case .index(let index): return "\(before)[\(index)]"
        case .key(let key):
            let plain =
                !key.isEmpty && key.count <= 60
                && key.unicodeScalars.allSatisfy {
                    $0.properties.isAlphabetic || ("0"..."9").contains($0) || "_-".unicodeScalars.contains($0)
                }
            let name = plain ? key : "\"\(printable(key))\""
            return before.isEmpty ? name : "\(before).\(name)"
        }
    }
}
