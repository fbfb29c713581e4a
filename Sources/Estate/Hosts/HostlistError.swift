/// What is wrong with a host list, and where.
package struct HostlistError: Error, Sendable, Hashable, CustomStringConvertible {
    /// The character at which it was found, from 1.
    package let position: Int
    /// What was found, what was expected, what to do.
    package let problem: String

    /// `at character 4: '[' is not closed; write a range as gpu[01-08]`.
    package var description: String { "at character \(position): \(problem)" }
}
