internal import CProbe
package import Documents
internal import Glibc

/// A journal that is open for writing: every line is on the disk before the call returns.
package final class JournalFile {
    private let descriptor: Int32
    private let path: String

    /// What cannot be written, as a sentence.
    package struct WritingError: Error, Sendable, Hashable, CustomStringConvertible {
        /// The sentence.
        package let description: String
    }

    /// Opens a journal to append to, cut to `length` bytes first.
    package init(_ path: String, length: Int) throws(WritingError) {
        descriptor = assay_job_append(path, Int64(max(0, length)))
        self.path = path
        guard descriptor != -EAGAIN else {
            throw WritingError(description: "\(path): another measurement is running with this journal")
        }
        guard descriptor >= 0 else {
            throw WritingError(description: "\(path): the journal cannot be opened: \(systemError(-descriptor))")
        }
    }

    /// Says that a measurement is running with a journal, and which; nil where none is.
    ///
    /// To be asked before this process opens the journal, not after: a look gives its own lock back.
    package static func occupation(of path: String) -> String? {
        let holder = assay_job_journal_holder(path)
        guard holder != 0 else { return nil }
        return "\(path): a measurement is running with this journal" + (holder > 0 ? " (pid \(holder))" : "")
            + "; wait for its end, or choose another output with -o"
    }

    deinit { if descriptor >= 0 { close(descriptor) } }

    /// Appends a line and waits until the disk has it.
    package func append(_ json: JSON) throws(WritingError) {
        let bytes: [UInt8]
        do { bytes = try JobJournal.line(json) } catch {
            throw WritingError(description: "\(path): the journal cannot be written: \(error)")
        }
        var place = 0
        while place < bytes.count {
            let count = bytes[place...].withUnsafeBytes { write(descriptor, $0.baseAddress, $0.count) }
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { throw failure() }
            place += count
        }
        guard fsync(descriptor) == 0 || errno == EINVAL else { throw failure() }
    }

    private func failure() -> WritingError {
        WritingError(
            description: "\(path): the journal cannot be written: \(systemError(errno)); the runs so far are in it"
        )
    }
}
