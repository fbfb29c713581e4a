package import Documents

/// Reads what an exporter serves at `/metrics`: Prometheus' text format, or OpenMetrics'.
///
/// A file may hold several scrapes one after another: a series that comes again is the next scrape. Values seldom carry
/// a time there; then the number of the scrape stands for it, and gaps cannot be known.
package struct ExpositionReader: Sendable {
    /// The longest line that is read.
    static let lineLimit = 1 << 20
    /// The most samples that are kept.
    static let sampleLimit = 5_000_000

    private let file: String
    private let isWanted: @Sendable (String) -> Bool
    private var carried: [UInt8] = []
    private var line = 0
    private var scrape: Int64 = 0
    private var seen: Set<String> = []
    private var readings = MetricReadings()
    private var kept = 0
    private var dated = 0
    /// Lines that are values, of any metric.
    package private(set) var valueLines = 0

    /// A reader of the metrics whose names are wanted; `file` is the name that errors carry.
    package init(file: String, wanting isWanted: @escaping @Sendable (String) -> Bool) {
        self.file = file
        self.isWanted = isWanted
    }

    /// Takes the next bytes of the file.
    ///
    /// - Throws: for a line that is neither a comment nor a value, with its number.
    package mutating func consume(_ bytes: [UInt8]) throws(DocumentError) {
        var start = 0
        while let end = bytes[start...].firstIndex(of: 0x0A) {
            if carried.isEmpty {
                try take(bytes[start..<end])
            } else {
                carried += bytes[start..<end]
                let whole = carried
                carried = []
                try take(whole[...])
            }
            start = end + 1
        }
        carried += bytes[start...]
        guard carried.count <= Self.lineLimit else {
            throw fail(
                "the line is longer than \(Self.lineLimit) bytes, which no value of an exporter is",
                at: line + 1
            )
        }
    }

    /// What was read.
    ///
    /// - Throws: for a file without a single value.
    package mutating func finish() throws(DocumentError) -> MetricReadings {
        if !carried.isEmpty {
            let rest = carried
            carried = []
            try take(rest[...])
        }
        guard valueLines > 0 else {
            throw fail("holds no value; expected lines such as DCGM_FI_DEV_GPU_UTIL{gpu=\"0\"} 98", at: nil)
        }
        guard dated == 0 || dated == kept else {
            throw fail("\(dated) of \(kept) values carry a time and the others none; export them one way", at: nil)
        }
        if dated == 0 { readings.haveNoTimes() }
        return readings
    }

    private func fail(_ problem: String, at line: Int?) -> DocumentError {
        DocumentError(file: file, line: line, problem: problem)
    }

    private mutating func take(_ bytes: ArraySlice<UInt8>) throws(DocumentError) {
        line += 1
        guard bytes.count <= Self.lineLimit else {
            throw fail("the line is longer than \(Self.lineLimit) bytes, which no value of an exporter is", at: line)
        }
        var text = Substring(String(decoding: bytes, as: UTF8.self))
        while text.last == "\r" || text.last == " " || text.last == "\t" { text.removeLast() }
        while text.first == " " || text.first == "\t" { text.removeFirst() }
        guard !text.isEmpty, text.first != "#" else { return }
        try value(text)
    }

    private mutating func value(_ text: Substring) throws(DocumentError) {
        var cursor = LabelCursor(text)
        guard let name = cursor.name() else {
            throw fail("\(quoted(String(text))) is no value of an exporter; expected NAME{label=\"…\"} VALUE", at: line)
        }
        guard let labels = cursor.labels() else {
            throw fail("the labels of \(quoted(name)) are damaged; expected {label=\"…\",…}", at: line)
        }
        // An exemplar of OpenMetrics stands behind a '#'.
        let rest = cursor.rest.split(separator: "#", maxSplits: 1, omittingEmptySubsequences: false).first ?? ""
        let words = rest.split(whereSeparator: { $0 == " " || $0 == "\t" })
        guard let first = words.first, words.count <= 2, let number = MetricNumber.parse(first) else {
            throw fail("\(quoted(name)) is followed by \(quoted(String(rest))); expected a number", at: line)
        }
        valueLines += 1
        guard isWanted(name) else { return }
        guard kept < Self.sampleLimit else {
            throw fail("more than \(Self.sampleLimit) values are more than is kept; split the file", at: line)
        }
        kept += 1
        var series = MetricSeries(name: name, labels: labels, samples: [])
        if words.count == 2, let stamp = words.last.flatMap(MetricNumber.parse), stamp.magnitude < 1e15 {
            dated += 1
            // Prometheus' own format counts milliseconds, OpenMetrics seconds.
            let milliseconds = stamp.magnitude < 1e11 ? stamp * 1_000 : stamp
            series.samples = [MetricSample(Int64(milliseconds.rounded()), number)]
        } else {
            // A series that comes again begins the next scrape.
            if !seen.insert(name + "\u{2}" + series.labelText).inserted {
                scrape += 1
                seen = [name + "\u{2}" + series.labelText]
            }
            series.samples = [MetricSample(scrape, number)]
        }
        readings.add(series)
    }
}

/// Walks over `name{label="value",…}`.
struct LabelCursor {
    private var text: Substring

    init(_ text: Substring) { self.text = text }

    /// What stands behind what was read.
    var rest: Substring { text }

    /// The name at the beginning; nil where there is none.
    mutating func name() -> String? {
        let word = text.prefix { Self.isNameCharacter($0) }
        guard let first = word.first, !("0"..."9").contains(first) else { return nil }
        text = text.dropFirst(word.count)
        return String(word)
    }

    /// The labels, empty where no brace stands; nil where they are damaged.
    mutating func labels() -> [String: String]? {
        skipSpaces()
        guard text.first == "{" else { return [:] }
        text.removeFirst()
        var labels: [String: String] = [:]
        while true {
            skipSpaces()
            if text.first == "}" {
                text.removeFirst()
                return labels
            }
            guard let key = name() else { return nil }
            skipSpaces()
            guard text.first == "=" else { return nil }
            text.removeFirst()
            skipSpaces()
            guard let value = quotedText(), labels.updateValue(value, forKey: key) == nil else { return nil }
            skipSpaces()
            if text.first == "," { text.removeFirst() } else if text.first != "}" { return nil }
        }
    }

    private mutating func quotedText() -> String? {
        guard text.first == "\"" else { return nil }
        text.removeFirst()
        var value = ""
        while let character = text.popFirst() {
            switch character {
            case "\"": return value
            case "\\":
                switch text.popFirst() {
                case "n": value.append("\n")
                case "\\": value.append("\\")
                case "\"": value.append("\"")
                case let other?: value.append(other)
                case nil: return nil
                }
            default: value.append(character)
            }
        }
        return nil
    }

    private mutating func skipSpaces() {
        while text.first == " " || text.first == "\t" { text.removeFirst() }
    }

    private static func isNameCharacter(_ character: Character) -> Bool {
        guard let byte = character.utf8.first, character.utf8.count == 1 else { return false }
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"), UInt8(ascii: ":"):
            return true
        default: return false
        }
    }
}
