import Documents

/// HTML or SVG text: the literal parts stand as written, and every interpolated string is escaped.
///
/// Names in a study are hostile until proven otherwise; with this type a string cannot reach a page unescaped, because
/// only literals of our own and other markup can become markup.
struct Markup: Sendable, Hashable, ExpressibleByStringInterpolation {
    /// The HTML.
    private(set) var html: String

    /// Nothing.
    init() { html = "" }

    init(stringLiteral value: String) { html = value }

    init(stringInterpolation: Interpolation) { html = stringInterpolation.html }

    /// Text, escaped.
    init(plain: String) { html = Markup.escape(plain) }

    /// Whether there is nothing to show.
    var isEmpty: Bool { html.isEmpty }

    static func + (left: Markup, right: Markup) -> Markup {
        var sum = left
        sum += right
        return sum
    }

    static func += (left: inout Markup, right: Markup) { left.html += right.html }

    /// Collects literals and escapes what stands between them.
    struct Interpolation: StringInterpolationProtocol {
        var html = ""

        init(literalCapacity: Int, interpolationCount: Int) {
            html.reserveCapacity(literalCapacity + interpolationCount * 16)
        }

        mutating func appendLiteral(_ literal: String) { html += literal }
        mutating func appendInterpolation(_ markup: Markup) { html += markup.html }
        mutating func appendInterpolation(_ plain: String) { html += Markup.escape(plain) }
        mutating func appendInterpolation(_ number: Int) { html += String(number) }
    }

    /// Text as it may stand in an element or in a quoted attribute.
    ///
    /// Control characters become spaces; marks that turn the direction of writing, which could show a name other than
    /// the one that is there, and code points that are not characters become U+FFFD.
    static func escape(_ text: String) -> String {
        var result = ""
        result.reserveCapacity(text.utf8.count)
        for scalar in text.unicodeScalars {
            switch scalar {
            case "&": result += "&amp;"
            case "<": result += "&lt;"
            case ">": result += "&gt;"
            case "\"": result += "&quot;"
            case "'": result += "&#39;"
            default: result.unicodeScalars.append(scalar.visible)
            }
        }
        return result
    }

}

extension Sequence<Markup> {
    /// One after the other.
    func joined(_ separator: Markup = "") -> Markup {
        var result = Markup()
        for (index, markup) in enumerated() {
            if index > 0 { result += separator }
            result += markup
        }
        return result
    }
}
