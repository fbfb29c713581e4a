package import Documents
import Glibc

/// What commands print: results on standard output, everything else on standard error.
package enum Console {
    package static func error(_ text: String, terminator: String = "\n") {
        let bytes = Array((text + (text.hasSuffix("\n") ? "" : terminator)).utf8)
        // Unbuffered: what standard output still holds comes first, so that the two read in order.
        fflush(nil)
        var written = 0
        while written < bytes.count {
            let step = bytes[written...].withUnsafeBytes { write(STDERR_FILENO, $0.baseAddress, $0.count) }
            guard step > 0 else { return }
            written += step
        }
    }

    /// Prints one JSON object, the whole output of a command under `--json`.
    package static func print(_ json: JSON) throws {
        Swift.print(try json.pretty(), terminator: "")
    }
}
