/// Words for a shell, such that it reads back exactly those.
package enum ShellText {
    /// A word in quotation marks where it needs them: `it's` is `'it'\''s'`.
    package static func quote(_ word: String) -> String {
        let isPlain =
            !word.isEmpty
            && word.utf8.allSatisfy {
                (0x61...0x7A).contains($0 | 0x20) || (0x30...0x39).contains($0) || "_-./=:,@%+".utf8.contains($0)
            }
        return isPlain ? word : "'" + word.replacing("'", with: "'\\''") + "'"
    }

    /// Words of a command line, each quoted where it needs it.
    package static func join(_ words: [String]) -> String { words.map(quote).joined(separator: " ") }
}
