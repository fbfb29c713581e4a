/// A page read strictly: every tag closed in order, every attribute quoted and given once, every id unique.
struct StrictHTML {
    struct Element {
        var name: String
        var attributes: [String: String]
        var ancestors: [String]
        /// The text between the start and the end tag, tags left out.
        var text = ""
    }

    struct Fault: Error, CustomStringConvertible {
        var description: String
    }

    private(set) var elements: [Element] = []
    private(set) var ids: Set<String> = []

    private static let void: Set<String> = ["meta", "br"]
    /// Elements of SVG that stand without an end tag.
    private static let selfClosing: Set<String> = ["line", "rect", "circle", "path"]
    static let allowed: Set<String> = [
        "html", "head", "meta", "title", "style", "body", "a", "main", "header", "p", "h1", "h2", "h3", "h4", "div",
        "table",
        "caption", "thead", "tbody", "tr", "th", "td", "span", "strong", "b", "nav", "ul", "ol", "li", "section",
        "figure",
        "figcaption", "svg", "desc", "defs", "pattern", "rect", "line", "text", "circle", "path", "details", "summary",
        "pre",
        "code", "dl", "dt", "dd", "br",
    ]

    init(_ page: String) throws {
        let doctype = "<!DOCTYPE html>\n"
        guard page.hasPrefix(doctype) else { throw Fault(description: "no doctype") }
        var rest = page.utf8.dropFirst(doctype.utf8.count)
        var open: [Int] = []
        while let index = rest.firstIndex(of: UInt8(ascii: "<")) {
            try text(Substring(rest[..<index]), open)
            rest = rest[rest.index(after: index)...]
            guard let end = try Self.tagEnd(rest) else { throw Fault(description: "a tag without end") }
            let tag = Substring(rest[..<end])
            rest = rest[rest.index(after: end)...]
            if tag.hasPrefix("/") {
                guard let last = open.popLast(), elements[last].name == tag.dropFirst() else {
                    throw Fault(description: "</\(tag.dropFirst())> closes nothing that is open")
                }
                continue
            }
            let element = try Self.element(tag, ancestors: open.map { elements[$0].name })
            if let id = element.attributes["id"], !ids.insert(id).inserted {
                throw Fault(description: "id \(id) twice")
            }
            elements.append(element)
            if !Self.void.contains(element.name), !Self.selfClosing.contains(element.name) {
                open.append(elements.count - 1)
            }
        }
        guard open.isEmpty else { throw Fault(description: "\(open.map { elements[$0].name }) left open") }
    }

    func all(_ name: String) -> [Element] { elements.filter { $0.name == name } }

    private mutating func text(_ raw: Substring, _ open: [Int]) throws {
        // A style sheet is text of ours, in which > is a selector.
        let isStyle = open.last.map { elements[$0].name == "style" } ?? false
        guard isStyle || !raw.utf8.contains(UInt8(ascii: ">")) else {
            throw Fault(description: "a bare > in \(raw.prefix(60))")
        }
        let text = try Self.unescaped(raw)
        for index in open { elements[index].text += text }
    }

    private static func tagEnd(_ rest: Substring.UTF8View) throws -> Substring.Index? {
        var isQuoted = false
        for index in rest.indices {
            switch rest[index] {
            case UInt8(ascii: "\""): isQuoted.toggle()
            case UInt8(ascii: "<") where !isQuoted: throw Fault(description: "a < inside a tag")
            case UInt8(ascii: ">") where !isQuoted: return index
            default: continue
            }
        }
        return nil
    }

    private static func element(_ tag: Substring, ancestors: [String]) throws -> Element {
        var rest = tag
        let name = String(rest.prefix { !" /\n".contains($0) })
        guard allowed.contains(name) else { throw Fault(description: "<\(name)> is not ours") }
        rest = rest.dropFirst(name.count)
        var attributes: [String: String] = [:]
        while true {
            rest = rest.drop { " \n".contains($0) }
            if rest.isEmpty { break }
            if rest == "/" {
                guard selfClosing.contains(name) else { throw Fault(description: "<\(name)/>") }
                break
            }
            let key = String(rest.prefix { $0.isLetter || "-:0123456789".contains($0) })
            rest = rest.dropFirst(key.count)
            guard !key.isEmpty, rest.hasPrefix("=\"") else { throw Fault(description: "a bare attribute in <\(tag)>") }
            rest = rest.dropFirst(2)
            guard let close = rest.firstIndex(of: "\"") else { throw Fault(description: "an open quote in <\(tag)>") }
            guard attributes.updateValue(try unescaped(rest[..<close]), forKey: key) == nil else {
                throw Fault(description: "\(key) twice in <\(tag)>")
            }
            rest = rest[rest.index(after: close)...]
        }
        if selfClosing.contains(name), !tag.hasSuffix("/") { throw Fault(description: "<\(tag)> is not closed") }
        return Element(name: name, attributes: attributes, ancestors: ancestors)
    }

    private static func unescaped(_ raw: Substring) throws -> String {
        guard raw.utf8.contains(UInt8(ascii: "&")) else { return String(raw) }
        let entities = ["amp": "&", "lt": "<", "gt": ">", "quot": "\"", "#39": "'"]
        var result = ""
        var rest = raw
        while let ampersand = rest.firstIndex(of: "&") {
            result += rest[..<ampersand]
            rest = rest[rest.index(after: ampersand)...]
            guard let end = rest.firstIndex(of: ";"), let text = entities[String(rest[..<end])] else {
                throw Fault(description: "a bare & in \(raw.prefix(60))")
            }
            result += text
            rest = rest[rest.index(after: end)...]
        }
        return result + rest
    }
}
