/// Processors as the kernel lists them: `0-3,8,10-11`.
package enum ProcessorList {
    /// No machine that is listed has more.
    package static let maximum = 1 << 16

    /// The numbers that the text names, ascending and each once; nil where it is not such a list.
    package static func parse(_ text: some StringProtocol) -> [Int]? {
        var numbers: Set<Int> = []
        for part in text.split(separator: ",") {
            let ends = part.split(separator: "-", omittingEmptySubsequences: false).map { piece in
                Int(String(String.UnicodeScalarView(piece.unicodeScalars.filter { !$0.properties.isWhitespace })))
            }
            guard (1...2).contains(ends.count), let first = ends[0], let last = ends[ends.count - 1],
                first >= 0, first <= last, last < maximum
            else { return nil }
            numbers.formUnion(first...last)
        }
        return numbers.sorted()
    }

    /// The list as the kernel would write it.
    package static func text(_ processors: [Int]) -> String {
        var parts: [String] = []
        var place = processors.startIndex
        while place < processors.endIndex {
            var end = place
            while end + 1 < processors.endIndex, processors[end + 1] == processors[end] + 1 { end += 1 }
            parts.append(end == place ? "\(processors[place])" : "\(processors[place])-\(processors[end])")
            place = end + 1
        }
        return parts.joined(separator: ",")
    }
}
