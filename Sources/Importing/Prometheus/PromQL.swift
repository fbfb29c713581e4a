/// What can be told of a query without a parser of its language.
package enum PromQL {
    /// Whether a query is a name, labels in braces, or both: what a range selector may follow.
    package static func isSelector(_ text: String) -> Bool {
        var rest = text[...]
        while rest.first == " " { rest.removeFirst() }
        while rest.last == " " { rest.removeLast() }
        let name = rest.prefix { $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "_" || $0 == ":") }
        let labels = rest.dropFirst(name.count).drop { $0 == " " }
        guard !labels.isEmpty else { return !name.isEmpty }
        guard labels.first == "{" else { return false }
        // The brace that closes must be the last character, and outside of quotes.
        var quote: Character?
        var isEscaped = false
        var depth = 0
        for (offset, character) in labels.enumerated() {
            if let open = quote {
                if isEscaped {
                    isEscaped = false
                } else if character == "\\" {
                    isEscaped = true
                } else if character == open {
                    quote = nil
                }
                continue
            }
            switch character {
            case "\"", "'", "`": quote = character
            case "{": depth += 1
            case "}":
                depth -= 1
                if depth == 0 { return offset == labels.count - 1 }
            default: break
            }
        }
        return false
    }
}
