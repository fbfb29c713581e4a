/// Text from a file as it may safely stand in a message: control characters spelled out, cut at 60 characters.
///
/// A file must not be able to move a terminal's cursor or flood the screen.
package func quoted(_ text: String) -> String {
    "'\(printable(text))'"
}

/// ``quoted(_:)`` without the quotation marks.
func printable(_ text: String, limit: Int = 60) -> String {
    var result = ""
    var length = 0
    for scalar in text.unicodeScalars {
        guard length < limit else { return result + "…" }
        length += 1
        switch scalar.properties.generalCategory {
        case .control, .format, .lineSeparator, .paragraphSeparator, .privateUse, .unassigned:
            result += "\\u{\(String(scalar.value, radix: 16))}"
        default: result.unicodeScalars.append(scalar)
        }
    }
    return result
}

/// A list of words as prose: `'a', 'b' or 'c'`.
func alternatives(_ words: [String]) -> String {
    let shown = words.prefix(40).map(quoted)
    guard words.count <= shown.count else { return shown.joined(separator: ", ") + ", …" }
    guard shown.count > 1, let last = shown.last else { return shown.first ?? "nothing" }
    return shown.dropLast().joined(separator: ", ") + " or " + last
}
