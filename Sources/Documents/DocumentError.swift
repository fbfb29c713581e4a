/// A file that cannot be used, in one sentence: where, what was found, what was expected, what to do.
package struct DocumentError: Error, Sendable, Hashable, CustomStringConvertible {
    /// The file as the user named it.
    package var file: String
    /// The line, from 1, where one is known.
    package var line: Int?
    /// The key path, such as `workloads[2].class`; empty for the file as a whole.
    package var path: String
    /// What was found there, what was expected and what to do.
    package var problem: String

    /// An error at a place; pass an empty path for the file as a whole.
    package init(file: String, line: Int? = nil, path: String = "", problem: String) {
        self.file = file
        self.line = line
        self.path = path
        self.problem = problem
    }

    /// The sentence a user reads: `study.yaml:41: workloads[2].class: 'trainning' is not a workload class`.
    package var description: String {
        place(file: file, line: line) + (path.isEmpty ? "" : "\(path): ") + problem
    }
}

/// `file:line: `, `file: ` or nothing, to stand before a message.
func place(file: String, line: Int?) -> String {
    guard !file.isEmpty else { return "" }
    guard let line else { return "\(file): " }
    return "\(file):\(line): "
}
