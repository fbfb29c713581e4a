import Testing

@testable import Reporting

@Suite("The style sheet") struct StyleTests {
    /// The variables of the light page and of the dark one.
    private func palettes() throws -> [[String: String]] {
        let page = try StrictHTML(Report.html(try Fixture().result()))
        let style = try #require(page.all("style").first).text
        return style.split(separator: ":root {").dropFirst().prefix(2).map { block in
            var colours: [String: String] = [:]
            for part in block.prefix(while: { $0 != "}" }).split(separator: ";") {
                let words = part.split(separator: ":").map { $0.filter { !" \n".contains($0) } }
                if words.count == 2 { colours[String(words[0])] = String(words[1]) }
            }
            return colours
        }
    }

    /// The relative luminance of a colour written `#rgb` or `#rrggbb`, by the formula of WCAG 2.
    private func luminance(_ colour: String) throws -> Double {
        var digits = Array(colour.dropFirst())
        if digits.count == 3 { digits = digits.flatMap { [$0, $0] } }
        try #require(digits.count == 6)
        let channels = try stride(from: 0, to: 6, by: 2).map { index -> Double in
            let value = try #require(Int(String(digits[index...index + 1]), radix: 16))
            let share = Double(value) / 255
            guard share > 0.04045 else { return share / 12.92 }
            // ((share + 0.055) / 1.055) to the power 2.4 is its square times the fifth root of its square.
            let base = (share + 0.055) / 1.055
            var root = base
            for _ in 0..<60 {
                root -= (root * root * root * root * root - base * base) / (5 * root * root * root * root)
            }
            return base * base * root
        }
        return 0.2126 * channels[0] + 0.7152 * channels[1] + 0.0722 * channels[2]
    }

    private func contrast(_ first: String, _ second: String) throws -> Double {
        let levels = [try luminance(first), try luminance(second)].sorted()
        return (levels[1] + 0.05) / (levels[0] + 0.05)
    }

    @Test("black on white has the contrast that WCAG names") func formula() throws {
        #expect((try contrast("#000", "#ffffff") - 21).magnitude < 1e-9)
        #expect((try contrast("#777777", "#fff") - 4.48).magnitude < 0.01)
    }

    @Test("text has a contrast of 4.5, drawings of 3, in light and in dark") func contrasts() throws {
        let palettes = try palettes()
        #expect(palettes.count == 2 && palettes[0] != palettes[1])
        for colours in palettes {
            func ratio(_ first: String, _ second: String) throws -> Double {
                try contrast(try #require(colours["--" + first]), try #require(colours["--" + second]))
            }
            for text in ["ink", "soft", "link"] { #expect(try ratio(text, "paper") >= 4.5, "\(text)") }
            #expect(try ratio("warn-ink", "warn") >= 4.5)
            #expect(try ratio("ink", "faint") >= 4.5)
            for drawn in ["blue", "red", "green", "total"] { #expect(try ratio(drawn, "paper") >= 3, "\(drawn)") }
        }
    }

    @Test("text in drawings is never under 12 pixels") func sizes() throws {
        let page = try StrictHTML(Report.html(try Fixture().result()))
        let style = try #require(page.all("style").first).text
        let sizes = style.split(separator: "\n").filter { $0.contains("svg.chart") && $0.contains("font-size") }
            .compactMap {
                line in Double(line.split(separator: "font-size: ")[1].prefix { $0.isNumber || $0 == "." })
            }
        #expect(sizes.count == 3 && sizes.allSatisfy { $0 >= 12 })
        // Drawings have no viewBox: they stretch, and their text does not.
        #expect(page.all("svg").allSatisfy { $0.attributes["viewBox"] == nil })
    }
}
