/// A file for another tool: its name inside the folder that the user names, and all of its text.
package struct ExportedFile: Sendable, Hashable {
    /// The name, without a folder.
    package let name: String
    /// The text, with its last line ended.
    package let text: String

    package init(_ name: String, _ text: String) {
        self.name = name
        self.text = text
    }

    /// A file of lines.
    init(_ name: String, lines: [String]) {
        self.init(name, lines.joined(separator: "\n") + "\n")
    }
}
