extension ImportHead {
    /// The text from the first line that begins with `{`, for tools that print text before their JSON; empty where none
    /// does.
    package var fromFirstObject: Substring {
        var rest = text[...]
        while !rest.isEmpty {
            let lineEnd = rest.firstIndex(where: \.isNewline) ?? rest.endIndex
            if rest[..<lineEnd].first(where: { !$0.isWhitespace }) == "{" { return rest }
            rest = rest[lineEnd...].dropFirst()
        }
        return ""
    }

    /// Whether the first object's text has this key with a colon after it, anywhere within the beginning.
    package func holdsKey(_ key: String) -> Bool {
        var rest = fromFirstObject
        let spelled = "\"\(key)\""
        while let range = rest.firstRange(of: spelled) {
            rest = rest[range.upperBound...]
            if rest.first(where: { !$0.isWhitespace }) == ":" { return true }
        }
        return false
    }

    /// The first keys of the object, at most five, as far as they can be told without a parser.
    var leadingKeys: [String] {
        var keys: [String] = []
        var rest = fromFirstObject
        while keys.count < 5, let open = rest.firstIndex(of: "\"") {
            let behind = rest[rest.index(after: open)...]
            guard let close = behind.firstIndex(of: "\"") else { break }
            let after = behind[behind.index(after: close)...]
            if after.first(where: { !$0.isWhitespace }) == ":" { keys.append(String(behind[..<close])) }
            rest = after
        }
        return keys
    }
}
