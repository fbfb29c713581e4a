import Decision
import Evidence
import Study

/// The places in a report that its figures link to.
struct Anchors {
    private var inputs: [String: String] = [:]
    private var records: [String: String] = [:]
    private var kinds: [String: Provenance] = [:]
    private var titles: [String: String] = [:]
    private var spreads: [String: Spread] = [:]
    /// The records of every comparison in order, without repeats.
    private(set) var recordRows: [RecordRow] = []

    /// A record that the report cites.
    struct RecordRow {
        var anchor: String
        /// The content's identifier, `sha256:…`; empty when only the file is known.
        var identifier: String
        var file: String
        var label: String
        /// What measured, file by file where it was imported.
        var sources: [MeasurementSource]

        /// The files of other tools.
        var imported: [MeasurementSource] { sources.filter { $0.fileSHA256 != nil } }
        /// Where the first of them is listed: a word of ours.
        var filesAnchor: String { "files-of-\(anchor)" }

        /// The programs, each once: `fio 3.33`.
        var tools: String {
            var names: [String] = []
            for source in sources where !source.tool.isEmpty && !names.contains(source.tool) {
                names.append(source.tool)
            }
            return names.isEmpty ? "–" : names.joined(separator: ", ")
        }
    }

    init(inputs summaries: [InputSummary], comparisons: [ComparedEvidence]) {
        var taken: Set<String> = []
        for summary in summaries {
            let quantity = summary.quantity
            guard inputs[quantity.key] == nil else { continue }
            let anchor = Self.unique("input-\(Self.slug(quantity.key))", &taken)
            inputs[quantity.key] = anchor
            kinds[quantity.key] = quantity.provenance
            titles[quantity.key] = quantity.title
            spreads[quantity.key] = summary.spread
        }
        for evidence in comparisons {
            for arm in [evidence.comparison.baseline, evidence.comparison.other] {
                for index in 0..<max(arm.records.count, arm.files.count) {
                    let identifier = arm.records.indices.contains(index) ? arm.records[index] : ""
                    let file = arm.files.indices.contains(index) ? arm.files[index] : ""
                    let known = identifier.isEmpty ? file : identifier
                    guard records[known] == nil else { continue }
                    let anchor = "record-\(recordRows.count + 1)"
                    records[known] = anchor
                    if !file.isEmpty, records[file] == nil { records[file] = anchor }
                    recordRows.append(
                        RecordRow(
                            anchor: anchor,
                            identifier: identifier,
                            file: file,
                            label: arm.label,
                            sources: arm.sources.filter { $0.record == identifier }
                        )
                    )
                }
            }
        }
    }

    /// The row of an input, when the report has one.
    func input(_ key: String) -> String? { inputs[key] }

    /// The row of a record, by identifier or path.
    func record(_ name: String) -> String? { records[name] }

    /// Where the files of other tools are listed that a record was made of; nothing where it was not.
    func files(of record: String) -> String? {
        guard let anchor = records[record] else { return nil }
        return recordRows.first { $0.anchor == anchor && !$0.imported.isEmpty }?.filesAnchor
    }

    /// How an input entered.
    func provenance(_ key: String) -> Provenance? { kinds[key] }

    /// An input's title, or its key where the report does not list it.
    func title(_ key: String) -> String { titles[key] ?? key }

    /// An input's spread, when the report lists it.
    func spread(_ key: String) -> Spread? { spreads[key] }

    /// The kinds of the inputs, the weakest first: `assumed, declared`; a dash where none is known.
    func kinds(of keys: [String]) -> String {
        let present = keys.compactMap { kinds[$0].map(Words.kind) }
        let words = ["assumed", "declared", "derived", "measured"].filter(present.contains)
        return words.isEmpty ? "–" : words.joined(separator: ", ")
    }

    /// Letters and digits of a key in lower case, with a hyphen for everything between.
    private static func slug(_ key: String) -> String {
        var slug = ""
        for byte in key.utf8.prefix(80) {
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "0")...UInt8(ascii: "9"):
                slug.unicodeScalars.append(Unicode.Scalar(byte))
            case UInt8(ascii: "A")...UInt8(ascii: "Z"): slug.unicodeScalars.append(Unicode.Scalar(byte + 32))
            default: if slug.last != "-" { slug += "-" }
            }
        }
        return slug
    }

    private static func unique(_ wanted: String, _ taken: inout Set<String>) -> String {
        var anchor = wanted
        var count = 1
        while !taken.insert(anchor).inserted {
            count += 1
            anchor = "\(wanted)-\(count)"
        }
        return anchor
    }
}
