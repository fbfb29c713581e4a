import Documents

/// The small grammar that answers share.
enum AnswerText {
    /// A number as people type it.
    struct Number {
        var value: Double
        var isPercentage: Bool
    }

    /// The parts between commas and semicolons, trimmed; a comma between thousands (`6,050`) separates nothing.
    static func parts(_ text: String) -> [String] {
        let characters = Array(text)
        var parts: [String] = [""]
        for (index, character) in characters.enumerated() {
            if character == ",", isThousands(characters, at: index) { continue }
            if character == "," || character == ";" {
                parts.append("")
            } else {
                parts[parts.count - 1].append(character.isNewline ? " " : character)
            }
        }
        return parts.map { NumberSpelling.trimmed($0) }.filter { !$0.isEmpty }
    }

    /// Whether the comma has a digit before it and exactly three after it.
    private static func isThousands(_ text: [Character], at comma: Int) -> Bool {
        func isDigit(_ index: Int) -> Bool {
            text.indices.contains(index) && text[index].isASCII && text[index].isNumber
        }
        return isDigit(comma - 1) && isDigit(comma + 1) && isDigit(comma + 2) && isDigit(comma + 3)
            && !isDigit(comma + 4)
    }

    /// Lower-case words, with a number set apart from the unit that is written against it: `16gib` is `16`, `gib`.
    static func words(_ text: String) -> [String] {
        var words: [String] = []
        for word in text.lowercased().split(whereSeparator: { $0.isWhitespace || $0 == ":" || $0 == "=" }) {
            let digits = word.prefix { $0.isASCII && ($0.isNumber || $0 == "." || $0 == "_") }
            let rest = word.dropFirst(digits.count)
            if digits.isEmpty || rest.isEmpty || rest == "%" || rest.first == "e" || rest.first == "-" {
                words.append(String(word))
            } else if rest.first == "%" {
                words += [String(digits) + "%", String(rest.dropFirst())]
            } else {
                words += [String(digits), String(rest)]
            }
        }
        // "38 %" is one word.
        while let index = words.firstIndex(of: "%"), index > 0 {
            words[index - 1] += "%"
            words.remove(at: index)
        }
        return words
    }

    static func number(_ word: String) -> Number? {
        if let share = NumberSpelling.percentage(word) { return Number(value: share, isPercentage: true) }
        return PlainScalar.number(word).flatMap(Double.init).flatMap {
            $0.isFinite ? Number(value: $0, isPercentage: false) : nil
        }
    }

    /// Words joined by hyphens, lower case.
    static func kebab(_ text: String) -> String {
        text.lowercased().split { $0 == " " || $0 == "_" || $0 == "-" }.joined(separator: "-")
    }

    /// Whether the text can name a study or a workload.
    static func isName(_ text: String) -> Bool {
        text.unicodeScalars.allSatisfy {
            $0.properties.isAlphabetic || $0.properties.numericType != nil || " -_+()".unicodeScalars.contains($0)
        } && text.count <= 60 && text.unicodeScalars.count <= 120 && text.contains { !$0.isWhitespace }
            && text.first != " " && text.last != " "
    }
}
