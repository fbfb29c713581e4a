/// One line of a text that another tool wrote, without its end.
package struct ImportLine: Sendable, Hashable {
    /// The line's number in the file, from 1.
    package let number: Int
    /// Its text; bytes that are no UTF-8 are replaced.
    package let text: String
    /// Whether a line end follows: where none does, the file may be cut inside the line.
    package let isTerminated: Bool

    /// A line of a file.
    package init(number: Int, text: String, isTerminated: Bool = true) {
        self.number = number
        self.text = text
        self.isTerminated = isTerminated
    }

    /// The text without white space around it.
    package var trimmed: Substring { text[...].trimmed }

    /// What stands between white space.
    package var words: [Substring] { text.split { $0.isWhitespace } }
}

extension StringProtocol where SubSequence == Substring {
    /// Without white space at both ends.
    package var trimmed: Substring {
        var rest = self[...]
        while rest.first?.isWhitespace ?? false { rest.removeFirst() }
        while rest.last?.isWhitespace ?? false { rest.removeLast() }
        return rest
    }

    /// What follows a beginning; nil where the text does not begin so.
    package func after(_ beginning: String) -> Substring? {
        hasPrefix(beginning) ? dropFirst(beginning.count) : nil
    }
}
