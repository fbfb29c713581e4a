import Foundation
import Probability
import Study
import Testing

/// `docs/study.md` is written from what the reader knows: `ASSAY_WRITE_DOCS=1 swift test --filter SchemaTests`.
@Suite struct SchemaTests {
    private var page: URL {
        URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../../docs/study.md")
    }

    private func cell(_ text: String) -> String { text.replacingOccurrences(of: "|", with: "\\|") }

    private var tables: String {
        var lines: [String] = []
        for section in StudySchema.sections {
            lines.append(
                "## \(section.path.isEmpty ? "The file" : section.path == "a number" ? "A number" : "`\(section.path)`")\n"
            )
            lines.append("\(section.summary)\n")
            lines.append("| key | value | where absent | meaning |\n| --- | --- | --- | --- |")
            for key in section.keys {
                lines.append("| `\(key.name)` | \(cell(key.kind)) | \(cell(key.fallback)) | \(cell(key.meaning)) |")
            }
            lines.append("")
        }
        return lines.joined(separator: "\n")
    }

    private func spread(_ entry: PriceBook.Entry) -> String {
        switch entry.distribution.shape {
        case .point(let value):
            StudyWriter.text(value)
                + (entry.scan.map {
                    " (scanned \(StudyWriter.text($0.lowerBound)) to \(StudyWriter.text($0.upperBound)))"
                } ?? "")
        case .range(let low, let high): "\(StudyWriter.text(low)) to \(StudyWriter.text(high))"
        case .triangular(let low, let mode, let high):
            "\(StudyWriter.text(low)) – \(StudyWriter.text(mode)) – \(StudyWriter.text(high))"
        default: "\(entry.distribution.mean)"
        }
    }

    private func book() throws -> String {
        var lines = [
            "## The price book\n",
            "What Assay takes where a study states no price: low, most likely and high, in USD. It always shows as assumed.\n",
            "| price | what | unit | value | confidence | source | date |\n| --- | --- | --- | --- | --- | --- | --- |",
        ]
        for entry in try PriceBook.standard().entries {
            let source = entry.source.url.map { "[\(cell(entry.source.title))](\($0))" } ?? cell(entry.source.title)
            let date = entry.source.date.map { String($0.description.prefix(7)) } ?? ""
            lines.append(
                "| `\(entry.key)` | \(cell(entry.title)) | \(cell(entry.unit)) | \(spread(entry)) | "
                    + "\(entry.confidence.rawValue) | \(source) | \(date) |"
            )
        }
        lines.append("")
        return lines.joined(separator: "\n")
    }

    private func hypervisors() throws -> String {
        var lines = [
            "## Hypervisors\n", "What `hypervisor` may say. One without a price needs `licence_price_per_year`.\n",
            "| name | product | also read as | licence counts | price |\n| --- | --- | --- | --- | --- |",
        ]
        for known in try PriceBook.standard().hypervisors {
            let counts =
                switch known.metric {
                case .perCore(let socket, let order)?: "cores, at least \(socket) a socket and \(order) an order"
                case let metric?: "\(metric.unitName)s"
                case nil: "nothing"
                }
            let aliases = known.aliases.map { "`\($0)`" }.joined(separator: ", ")
            let price = known.metric == nil ? "free" : known.price.map { "`\($0)`" } ?? "none public"
            lines.append("| `\(known.id)` | \(known.name) | \(aliases) | \(counts) | \(price) |")
        }
        return lines.joined(separator: "\n") + "\n\n"
    }

    @Test func `the reference page says what the reader knows`() throws {
        let marker = "<!-- Below: written by SchemaTests from what the reader knows. -->\n"
        let text = try String(contentsOf: page, encoding: .utf8)
        let parts = text.components(separatedBy: marker)
        try #require(parts.count == 2)
        let generated = "\n" + tables + "\n" + (try hypervisors()) + (try book())
        if ProcessInfo.processInfo.environment["ASSAY_WRITE_DOCS"] == "1" {
            try (parts[0] + marker + generated).write(to: page, atomically: true, encoding: .utf8)
        } else {
            #expect(parts[1] == generated, "run ASSAY_WRITE_DOCS=1 swift test --filter SchemaTests")
        }
    }

    @Test func `the example of the page is a study`() throws {
        let text = try String(contentsOf: page, encoding: .utf8)
        let blocks = text.components(separatedBy: "```yaml\n").dropFirst().compactMap {
            $0.components(separatedBy: "```").first
        }
        try #require(!blocks.isEmpty)
        for block in blocks { #expect(throws: Never.self) { try Fixture.read(block) } }
    }

    @Test func `names are unique in each section`() {
        for section in StudySchema.sections { #expect(Set(section.names).count == section.names.count) }
    }
}
