/// Why a profile cannot be used, in one sentence.
package struct TraceError: Error, Sendable, Hashable, CustomStringConvertible {
    /// Where, as `file:line: `; empty for several files at once.
    package var place: String
    /// What was found, what was expected and what to do.
    package var problem: String

    /// The sentence that a user reads.
    package var description: String { place + problem }
}
