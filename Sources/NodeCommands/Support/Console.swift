package import Documents
import Glibc

/// What commands print: results on standard output, everything else on standard error.
///
/// Text may come from records, jobs and other machines, so control characters in it are replaced: nothing that was read
/// moves the cursor, changes colours or hides a line.
package enum Console {
    package static func error(_ text: String, terminator: String = "\n") {
        let bytes = Array((terminalText(text) + (text.hasSuffix("\n") ? "" : terminator)).utf8)
        // Unbuffered: what standard output still holds comes first, so that the two read in order.
        fflush(nil)
        _ = write(all: bytes, to: STDERR_FILENO)
    }

    /// Shows a line on standard error in place of the one that was shown last; without text removes it.
    package static func status(_ line: String = "") {
        fflush(nil)
        _ = write(all: Array("\r\u{1B}[K\(oneLine(line))".utf8), to: STDERR_FILENO)
    }

    /// Prints one JSON object, the whole output of a command under `--json`.
    package static func print(_ json: JSON) throws {
        emit(try json.pretty())
    }

    /// Prints one JSON object on a line of its own, for commands that have several to tell in the course of time.
    package static func printLine(_ json: JSON) throws {
        emit(String(decoding: try json.canonical(), as: UTF8.self) + "\n")
    }

    /// Prints a result on standard output, or ends the process with exit code 3 where it cannot be written: a result
    /// that nobody got must not look like success to a script.
    package static func output(_ text: String, terminator: String = "\n") {
        emit(terminalText(text) + terminator)
    }

    private static func emit(_ text: String) {
        // What standard output still holds comes first.
        guard fflush(nil) == 0, write(all: Array(text.utf8), to: STDOUT_FILENO) else {
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
