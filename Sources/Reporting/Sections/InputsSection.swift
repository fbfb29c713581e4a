import Decision
import Documents
import Study

extension Page {
    /// Every input, for the reader who audits.
    var inputsSection: Markup {
        var seen: Set<String> = []
        let rows = result.inputs.filter { seen.insert($0.quantity.key).inserted }.map { summary -> Table.Row in
            let quantity = summary.quantity
            let spread = summary.spread
            let isCertain = spread.p10 == spread.p90
            let growth: Markup =
                quantity.escalator == 0
                ? "" : "<br><span class=\"sub\">\(Figures.share(quantity.escalator, signed: true)) a year</span>"
            return Table.Row(
                id: anchors.input(quantity.key),
                [
                    "\(quantity.title) <code class=\"sub\">\(quantity.key)</code>",
                    "\(Figures.value(spread.mean, unit: quantity.unit, digits: 4))\(growth)",
                    isCertain
                        ? "certain"
                        : """
                        \(Figures.bare(spread.p10, unit: quantity.unit)) to \
                        \(Figures.bare(spread.p90, unit: quantity.unit))
                        """,
                    mark(quantity.provenance), source(quantity.provenance),
                    """
                    \(Figures.bare(quantity.range.lowerBound, unit: quantity.unit)) to \
                    \(Figures.bare(quantity.range.upperBound, unit: quantity.unit))
                    """,
                ]
            )
        }
        let counts = ["measured", "derived", "declared", "assumed"].map { word in
            "\(result.inputs.filter { Words.kind(of: $0.quantity.provenance) == word }.count) \(word)"
        }
        let rates = result.study.exchangeRates.map { rate -> Markup in
            """
            <li>1 \(rate.from) = \(Figures.number(rate.rate, digits: 6)) \(result.study.currency), \
            \(rate.date.description), \(Self.linked(rate.source))</li>
            """
        }
        let exchange: Markup = rates.isEmpty ? "" : "<p>Exchange rates:</p><ul>\(rates.joined())</ul>"
        return section(
            "inputs",
            "Inputs",
            """
            <p>\(counts.joined(separator: ", ")) (\(Self.term("what these words mean", .provenance))). To replace an \
            assumed value, write its key in <code>study.yaml</code>.</p>
            \(exchange)
            \(Table(
                caption: "Every input as it entered",
                columns: [
                    .text("Input"), .number(Self.term("Expected", .expected)), .text("P10 to P90"), .text("Kind"),
                    .text("Source"), .text("Range tried"),
                ], rows: rows, style: "inputs"
            ).markup)
            """
        )
    }

    private func source(_ provenance: Provenance) -> Markup {
        switch provenance {
        case .measured(let records, let note), .derived(let records, let note):
            let links = records.map { name in link(Self.short(name), anchors.record(name)) }.joined(", ")
            return note.isEmpty ? links : "\(note) (\(links))"
        case .declared(let source, let date), .assumed(let source, let date):
            return "\(Self.linked(source))\(date.map { ", \($0.description)" } ?? "")"
        }
    }

    /// The head of a content identifier: enough to find it in the list of records.
    static func short(_ identifier: String) -> String {
        identifier.hasPrefix("sha256:") ? String(identifier.prefix(19)) + "…" : identifier
    }

    /// Text in which addresses of web pages are links; the address is shown in full.
    static func linked(_ text: String) -> Markup {
        text.split(separator: " ", omittingEmptySubsequences: false).map { word -> Markup in
            let isAddress = word.hasPrefix("https://") || word.hasPrefix("http://")
            guard isAddress, word.utf8.count > 10, word.unicodeScalars.allSatisfy({ $0.isASCII && $0.value > 32 })
            else {
                return "\(String(word))"
            }
            var address = word
            var tail = ""
            while let last = address.last, ".,;)".contains(last) {
                tail = String(address.removeLast()) + tail
            }
            return "<a href=\"\(String(address))\" rel=\"noreferrer noopener\">\(String(address))</a>\(tail)"
        }.joined(" ")
    }
}
