package import Documents

/// One format of another tool's output, read as a stream: one file of this room for each.
///
/// An importer is a value that is fed the bytes of one file in chunks of any size. Formats made of lines keep one line at a
/// time; formats that are one JSON text are collected up to ``JSONDocument/Limits`` and refused beyond. What an importer
/// cannot know it leaves out and says so: a mean without samples becomes one sample of a metric that is named a mean, which
/// can never answer for a p99.
package protocol Importer: Sendable {
    /// What the format is called and where it is from.
    static var format: ImportFormat { get }

    /// Whether a file that begins like this is of the format, by its content alone.
    static func recognises(_ head: ImportHead) -> Bool

    /// An importer of one file; `file` is the name that errors carry.
    init(file: String, options: ImportOptions) throws(DocumentError)

    /// Takes the next bytes of the file.
    ///
    /// - Throws: the first problem, with its line or JSON path and what to do.
    mutating func consume(_ bytes: [UInt8]) throws(DocumentError)

    /// What the file says, once all bytes were fed.
    ///
    /// - Throws: for a file that ends too early, and for one from which nothing can be known.
    mutating func finish() throws(DocumentError) -> ImportedRuns
}
