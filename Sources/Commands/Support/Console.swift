import Documents
import FoundationEssentials

/// What commands print: results on standard output, everything else on standard error.
enum Console {
    static func error(_ text: String) {
        fputs(text.hasSuffix("\n") ? text : text + "\n", stderr)
    }

    /// Prints one JSON object, the whole output of a command under `--json`.
    static func print(_ json: JSON) throws {
        Swift.print(try json.pretty(), terminator: "")
    }
}
