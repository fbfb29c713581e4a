/// Why a command ended without doing what it was asked, with the exit code that says so.
package enum Failure: Error, Sendable, CustomStringConvertible {
    /// The answer is 'no': a bar that the user set was missed. Exit code 1.
    case missed(String)
    /// The input is wrong: one line for each thing to mend. Exit code 2.
    case input([String])
    /// The environment lacks something. Exit code 3.
    case environment(String)

    /// The exit code, as README lists them.
    package var code: Int32 {
        switch self {
        case .missed: 1
        case .input: 2
        case .environment: 3
        }
    }

    package var description: String {
        switch self {
        case .missed(let text), .environment(let text): text
        case .input(let lines): lines.joined(separator: "\n")
        }
    }
}
