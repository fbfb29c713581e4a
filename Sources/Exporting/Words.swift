internal import Documents
internal import Estate

/// Text as it may stand in other tools' files: a name from a file must never become a directive there.
enum Words {
    /// Whether a text is a name in Slurm's, YAML's and Prometheus' files alike, unquoted and unescaped.
    static func isName(_ text: String) -> Bool { (try? Hostlist(names: [text])) != nil }

    /// Names in Slurm's short form.
    static func hostlist(_ names: [String]) -> String {
        // Every name was checked when the plan was taken; a list beyond the limit is written in parts.
        var parts: [String] = []
        var rest = names[...]
        while !rest.isEmpty {
            let next = Array(rest.prefix(Hostlist.maximumCount))
            parts.append((try? Hostlist(names: next))?.description ?? next.joined(separator: ","))
            rest = rest.dropFirst(next.count)
        }
        return parts.joined(separator: ",")
    }

    /// A paragraph as comment lines of at most about 116 characters.
    static func comment(_ text: String, indent: String = "") -> [String] {
        var lines: [String] = []
        var line = ""
        for word in oneLine(text).split(separator: " ") {
            if !line.isEmpty, indent.count + line.count + word.count > 113 {
                lines.append(line)
                line = ""
            }
            line += (line.isEmpty ? "" : " ") + word
        }
        return (lines + [line]).map { indent + "# " + $0 }
    }

    /// A scalar of YAML in single quotes: nothing in it means anything.
    static func yaml(_ text: String) -> String {
        "'" + oneLine(text).split(separator: "'", omittingEmptySubsequences: false).joined(separator: "''") + "'"
    }

    /// Text inside an element or attribute of XML; characters that XML 1.0 has not become U+FFFD.
    static func xml(_ text: String) -> String {
        var result = ""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "&": result += "&amp;"
            case "<": result += "&lt;"
            case ">": result += "&gt;"
            case "'": result += "&apos;"
            case "\"": result += "&quot;"
            case "\t", "\n", "\r": result += "&#\(scalar.value);"
            default:
                let isCharacter = scalar.value >= 0x20 && scalar.value != 0xFFFE && scalar.value != 0xFFFF
                result.unicodeScalars.append(isCharacter ? scalar : "\u{FFFD}")
            }
        }
        return result
    }
}
