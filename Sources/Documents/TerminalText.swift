extension Unicode.Scalar {
    /// The character to show for a scalar of outside text.
    ///
    /// Control characters become spaces; marks that turn the direction of writing, which could show a name other than
    /// the one that is there, and code points that are not characters become U+FFFD.
    package var visible: Unicode.Scalar {
        if properties.generalCategory == .control { return " " }
        switch value {
        case 0x200E, 0x200F, 0x202A...0x202E, 0x2066...0x2069, 0x2028, 0x2029: return "\u{FFFD}"
        default: return properties.isNoncharacterCodePoint ? "\u{FFFD}" : self
        }
    }
}

/// Outside text as it may stand in one line on a terminal.
package func oneLine(_ text: String) -> String {
    isPlain(text) ? text : String(String.UnicodeScalarView(text.unicodeScalars.map(\.visible)))
}

/// Text of several lines as it may stand on a terminal: ``oneLine(_:)``, but that line breaks and tabulators stay.
package func terminalText(_ text: String) -> String {
    guard !isPlain(text) else { return text }
    let scalars = text.unicodeScalars.map { $0 == "\n" || $0 == "\t" ? $0 : $0.visible }
    return String(String.UnicodeScalarView(scalars))
}

/// Whether every byte is a printable one of ASCII: most text, seen without looking at properties.
private func isPlain(_ text: String) -> Bool { text.utf8.allSatisfy { (0x20..<0x7F).contains($0) } }
