/// Something worth telling the user that does not stop the work.
package struct Diagnostic: Sendable, Hashable, CustomStringConvertible {
    /// How much it matters.
    package enum Severity: String, Sendable, Hashable, CaseIterable {
        /// The result may not mean what the user thinks.
        case warning
        /// Worth knowing; nothing is wrong.
        case note
    }

    /// How much it matters.
    package var severity: Severity
    /// One sentence.
    package var message: String
    /// The file it is about, empty when it is about none.
    package var file: String
    /// The line, from 1, where one is known.
    package var line: Int?

    /// A message about a place in a file, or about none.
    package init(_ severity: Severity, _ message: String, file: String = "", line: Int? = nil) {
        self.severity = severity
        self.message = message
        self.file = file
        self.line = line
    }

    /// The sentence a user reads: `run.csv:7: warning: the row has no value`.
    package var description: String {
        "\(place(file: file, line: line))\(severity.rawValue): \(message)"
    }
}
