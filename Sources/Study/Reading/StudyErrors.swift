package import Documents

/// Everything that keeps a study from being used, in the order of the file.
package struct StudyErrors: Error, Sendable, Hashable, CustomStringConvertible {
    /// The most errors that one reading reports.
    package static let maximumCount = 20

    /// At least one, at most ``maximumCount``.
    package let errors: [DocumentError]
    /// How many more there were.
    package let more: Int

    /// Sorts by line and keeps the first ``maximumCount``.
    package init(_ found: [DocumentError]) {
        // One slip can be met twice, where two keys rest on the same value.
        var seen: Set<DocumentError> = []
        let distinct = found.filter { seen.insert($0).inserted }
        let ordered = distinct.enumerated().sorted { left, right in
            (left.element.line ?? 0, left.offset) < (right.element.line ?? 0, right.offset)
        }.map(\.element)
        errors = Array(ordered.prefix(Self.maximumCount))
        more = ordered.count - errors.count
    }

    /// One line for each error.
    package var description: String {
        var lines = errors.map(\.description)
        if more > 0 { lines.append("and \(more) more; mend these first") }
        return lines.joined(separator: "\n")
    }
}
