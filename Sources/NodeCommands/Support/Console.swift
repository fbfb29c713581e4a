package import Documents
import Glibc

/// What commands print: results on standard output, everything else on standard error.
package enum Console {
    package static func error(_ text: String, terminator: String = "\n") {
        let bytes = Array((text + (text.hasSuffix("\n") ? "" : terminator)).utf8)
        // Unbuffered: what standard output still holds comes first, so that the two read in order.
        fflush(nil)
        _ = write(all: bytes, to: STDERR_FILENO)
    }

    /// Prints one JSON object, the whole output of a command under `--json`.
    package static func print(_ json: JSON) throws {
        output(try json.pretty(), terminator: "")
    }

    /// Prints a result on standard output, or ends the process with exit code 3 where it cannot be written: a result
    /// that nobody got must not look like success to a script.
    package static func output(_ text: String, terminator: String = "\n") {
        // What standard output still holds comes first.
        guard fflush(nil) == 0, write(all: Array((text + terminator).utf8), to: STDOUT_FILENO) else {
            let problem = String(cString: strerror(errno))
            error("Error: standard output cannot be written (\(problem)); what was to be printed is lost in part")
            Glibc.exit(Failure.environment("").code)
        }
    }

    private static func write(all bytes: [UInt8], to descriptor: Int32) -> Bool {
        var written = 0
        while written < bytes.count {
            let step = bytes[written...].withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
            if step < 0, errno == EINTR { continue }
            guard step > 0 else { return false }
            written += step
        }
        return true
    }
}

/// The commands' `print`: checked, where the standard library's drops what cannot be written.
func print(_ text: String, terminator: String = "\n") {
    Console.output(text, terminator: terminator)
}
