package import Scheduling

/// The trace of a study as it was read.
package struct RecordedTrace: Sendable {
    /// What was read.
    package var imported: ImportedTrace
    /// The file, as the study names it.
    package var file: String
    /// SHA-256 of the file, 64 hexadecimal digits.
    package var sha256: String

    package init(imported: ImportedTrace, file: String, sha256: String) {
        self.imported = imported
        self.file = file
        self.sha256 = sha256
    }
}
