package import Documents
import Yams

/// Reading of YAML, as much of it as a study needs.
///
/// A study is written by people and trusted by auditors, so it means exactly what it looks like. Plain scalars are
/// read by our own rules, not by those of YAML 1.1: `true` and `false` are truth values; JSON numbers, also with `_`
/// between digits (`1_000`), are numbers; nothing and `null` are null; everything else (`no`, `010`, `10:30`,
/// `2026-11-22`, `38%`) is text. Anchors, aliases, tags, repeated keys and further documents are refused.
package enum YAMLDocument {
    /// The largest file read, in bytes: ten times what 64 workloads take, and read within seconds whatever it holds.
    package static let maximumBytes = 1 << 20
    /// The deepest nesting read.
    package static let maximumDepth = 32

    /// Reads one document; an empty file is a null.
    ///
    /// - Throws: the first thing that cannot be read, with its line.
    package static func parse(_ text: String, file: String) throws(DocumentError) -> Value {
        guard text.utf8.count <= maximumBytes else {
            throw DocumentError(
                file: file,
                problem: "has \(text.utf8.count) bytes; a study of at most \(maximumBytes) is read"
            )
        }
        if let line = aliasLine(in: text) { throw noAnchors(file, line) }
        var text = text
        text.makeContiguousUTF8()
        if text.unicodeScalars.first == "\u{FEFF}" { text.unicodeScalars.removeFirst() }
        // The parser owns the anchors that its nodes refer to, so it must outlive the walk.
        let parser: Parser
        let root: Node?
        do {
            // The basic resolver resolves nothing: what a plain scalar means is decided here.
            parser = try Parser(yaml: text, resolver: .basic, encoding: .utf8)
            root = try parser.singleRoot()
        } catch let error as YamlError {
            throw document(error, text: text, file: file)
        } catch {
            throw DocumentError(file: file, problem: "is not readable as YAML; check its indentation and quotes")
        }
        guard let root else { return Value(.null, line: 1, column: 1) }
        let walker = NodeWalker(file: file)
        let value = try walker.value(root, depth: 0, trail: [])
        return withExtendedLifetime(parser) { value }
    }

    /// Reads bytes, which must be UTF-8.
    package static func parse(_ bytes: [UInt8], file: String) throws(DocumentError) -> Value {
        guard bytes.count <= maximumBytes else {
            throw DocumentError(
                file: file,
                problem: "has \(bytes.count) bytes; a study of at most \(maximumBytes) is read"
            )
        }
        guard let text = String(validating: bytes, as: UTF8.self) else {
            throw DocumentError(file: file, problem: "is not UTF-8 text; save it as UTF-8")
        }
        return try parse(text, file: file)
    }

    static func noAnchors(_ file: String, _ line: Int) -> DocumentError {
        DocumentError(
            file: file,
            line: line,
            problem: "anchors (&name) and aliases (*name) are not read; write the value out, or quote the text"
        )
    }

    /// The line of what may be an alias, in a text that may also hold an anchor; nil when it can hold no alias.
    ///
    /// Composing nodes of nested aliases can take exponential time, so they are refused before YAML is parsed. An alias
    /// needs an anchor: text with only one of the two signs, such as `*.example.org`, passes.
    private static func aliasLine(in text: String) -> Int? {
        var line = 1
        var hasAnchor = false
        var alias: Int?
        var previous = UInt8(ascii: "\n")
        var sign: UInt8 = 0
        for byte in text.utf8 {
            if sign != 0, byte > 0x20 {
                if sign == UInt8(ascii: "&") { hasAnchor = true } else { alias = alias ?? line }
            }
            sign = (byte == UInt8(ascii: "&") || byte == UInt8(ascii: "*")) && !isWord(previous) ? byte : 0
            if byte == UInt8(ascii: "\n") { line += 1 }
            previous = byte
        }
        return hasAnchor ? alias : nil
    }

    private static func isWord(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"):
            true
        default: false
        }
    }

    private static func document(_ error: YamlError, text: String, file: String) -> DocumentError {
        func problem(_ context: YamlError.Context?, _ words: String) -> String {
            let before = context.map { " (\($0.text) that begins on line \($0.mark.line))" } ?? ""
            return "is not readable as YAML: \(words)\(before); check indentation, colons and quotes here"
        }
        switch error {
        case .scanner(let context, let words, let mark, _), .parser(let context, let words, let mark, _):
            return DocumentError(file: file, line: mark.line, problem: problem(context, words))
        case .composer(_, let words, let mark, _):
            if words.contains("another document") {
                return DocumentError(
                    file: file,
                    line: mark.line,
                    problem: "holds a second document; remove the line with '---'"
                )
            }
            return DocumentError(file: file, line: mark.line, problem: problem(nil, words))
        case .duplicatedKeysInMapping(let duplicates, let context):
            let names = duplicates.map { quoted($0) }.joined(separator: ", ")
            return DocumentError(
                file: file,
                line: context.mark.line,
                problem: "\(names) stands twice in one mapping; keep one of them"
            )
        case .reader(let words, let offset, _, let yaml):
            let line = offset.map { 1 + yaml.prefix($0).count(where: \.isNewline) }
            return DocumentError(
                file: file,
                line: line,
                problem: "holds a character that YAML does not allow (\(words)); remove it"
            )
        default:
            return DocumentError(file: file, problem: "is not readable as YAML; check its indentation and quotes")
        }
    }
}

/// Turns nodes into located values.
private struct NodeWalker {
    let file: String

    func value(_ node: Node, depth: Int, trail: [String]) throws(DocumentError) -> Value {
        let line = node.mark?.line ?? 1
        let column = node.mark?.column ?? 1
        guard depth <= YAMLDocument.maximumDepth else {
            throw error(line, trail, "is nested more than \(YAMLDocument.maximumDepth) deep; a study needs four levels")
        }
        if node.anchor != nil { throw YAMLDocument.noAnchors(file, line) }
        switch node {
        case .scalar(let scalar):
            try checkTag(scalar.tag, line, trail)
            guard scalar.style == .plain || scalar.style == .any else {
                return Value(.string(scalar.string), line: line, column: column)
            }
            guard let content = PlainScalar.content(scalar.string) else {
                throw error(
                    line,
                    trail,
                    "\(quoted(scalar.string)) is not a finite number; write a number, or quote the text"
                )
            }
            return Value(content, line: line, column: column)
        case .sequence(let sequence):
            try checkTag(sequence.tag, line, trail)
            var elements: [Value] = []
            elements.reserveCapacity(sequence.count)
            for (index, element) in sequence.enumerated() {
                elements.append(try value(element, depth: depth + 1, trail: trail + ["[\(index)]"]))
            }
            return Value(.sequence(elements), line: line, column: column)
        case .mapping(let mapping):
            try checkTag(mapping.tag, line, trail)
            return Value(.mapping(try members(mapping, depth: depth, trail: trail)), line: line, column: column)
        case .alias:
            throw YAMLDocument.noAnchors(file, line)
        }
    }

    private func members(_ mapping: Node.Mapping, depth: Int, trail: [String]) throws(DocumentError) -> [Member] {
        var members: [Member] = []
        for (key, element) in mapping {
            let line = key.mark?.line ?? 1
            if key.anchor != nil { throw YAMLDocument.noAnchors(file, line) }
            guard case .scalar(let scalar) = key else {
                throw error(line, trail, "a key here is not plain text; write 'key: value'")
            }
            try checkTag(scalar.tag, line, trail)
            guard scalar.string != "<<" else {
                throw error(line, trail, "merge keys (<<) are not read; write the keys out")
            }
            let content = try value(element, depth: depth + 1, trail: trail + [scalar.string])
            members.append(
                Member(key: scalar.string, line: line, column: key.mark?.column ?? 1, value: content)
            )
        }
        if let duplicate = members.firstDuplicate {
            throw error(duplicate.line, trail, "\(quoted(duplicate.key)) stands twice in one mapping; keep one of them")
        }
        return members
    }

    private func checkTag(_ tag: Tag, _ line: Int, _ trail: [String]) throws(DocumentError) {
        let name = tag.rawValue
        let plain = ["", "tag:yaml.org,2002:str", "tag:yaml.org,2002:seq", "tag:yaml.org,2002:map"]
        guard plain.contains(name) else {
            throw error(line, trail, "has the tag \(quoted(name)); tags are not read, remove it")
        }
    }

    private func error(_ line: Int, _ trail: [String], _ problem: String) -> DocumentError {
        // Deep paths say nothing; the line does.
        let path = trail.prefix(8).reduce("") { path, step in
            path.isEmpty || step.hasPrefix("[") ? path + step : path + "." + step
        }
        let shown = path.unicodeScalars.allSatisfy { $0.value >= 0x20 && $0.value < 0x7F } ? path : ""
        return DocumentError(file: file, line: line, path: shown, problem: problem)
    }
}
