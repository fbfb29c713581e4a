import Decision
import Estate
import Study
import Testing

@testable import Reporting

@Suite("Words and figures") struct WordsTests {
    @Test(
        "amounts have sensible digits",
        arguments: [
            (0, "0 USD"), (0.0042, "0.0042 USD"), (1.06, "1.06 USD"), (99.994, "99.99 USD"), (99.996, "100 USD"),
            (310_000, "310,000 USD"), (-1_234.5, "-1,235 USD"), (.nan, "not a number USD"), (-.infinity, "-∞ USD"),
        ] as [(Double, String)]
    )
    func money(amount: Double, expected: String) {
        #expect(Figures(currency: "USD").money(amount) == expected)
    }

    @Test("gains have a plus, zero has no sign") func signs() {
        #expect(Figures.amount(5, signed: true) == "+5.00")
        #expect(Figures.amount(-5_000, signed: true) == "-5,000")
        #expect(Figures.amount(0, signed: true) == "0")
    }

    @Test(
        "values carry their unit, shares are percentages",
        arguments: [
            (0.38, "share", "38.0 %"), (0.1, "share a year", "10.0 % a year"),
            (0.0825, "USD per kWh", "0.0825 USD per kWh"),
            (8, "GPUs", "8 GPUs"), (1.4, "", "1.4"), (12_345.6, "h", "12,346 h"), (0.00001, "share", "0.001 %"),
            (2, "shareholders", "2 shareholders"),
        ] as [(Double, String, String)]
    )
    func values(value: Double, unit: String, expected: String) {
        #expect(Figures.value(value, unit: unit) == expected)
    }

    @Test(
        "a probability is never rounded to certainty",
        arguments: [
            (1, "100.0 %"), (0.99999, "over 99.9 %"), (0.874, "87.4 %"), (0.00001, "under 0.1 %"), (0, "0.0 %"),
        ] as [(Double, String)]
    )
    func probabilities(value: Double, expected: String) {
        #expect(Figures.probability(value) == expected)
    }

    @Test("both ends of a range have the same digits") func ranges() {
        #expect(Figures.range(Spread(p10: 99, p50: 0, p90: 1_495, mean: 0)) == "99 to 1,495")
        #expect(Figures.range(Spread(p10: 4.91, p50: 0, p90: 6.366, mean: 0)) == "4.91 to 6.37")
    }

    @Test(
        "an assignment is said by model",
        arguments: [
            ([.bareMetal], ["a"], "a on Bare metal"), ([.bareMetal, .bareMetal], ["a", "b"], "all on Bare metal"),
            ([.vmVGPU, .bareMetal, .vmVGPU], ["a", "b", "c"], "VM, time-sliced vGPU: a, c; Bare metal: b"),
            ([], [], "no workloads"),
        ] as [([DeploymentModel], [String], String)]
    )
    func assignments(models: [DeploymentModel], names: [String], expected: String) {
        #expect(Placements.text(models, workloads: names) == expected)
    }

    @Test("choices of flip points are said by title") func choices() {
        #expect(Placements.titled("bare-metal") == "Bare metal")
        #expect(Placements.titled("bare-metal-mig + vm-vgpu") == "Bare metal, MIG + VM, time-sliced vGPU")
        #expect(Placements.titled("something else") == "something else")
    }

    @Test("anchors are unique though keys collide as slugs") func anchors() throws {
        var result = try Fixture().result()
        result.inputs = ["a.b", "a_b", "A-b", "a.b", "日本", "日 本"].map { key in
            var summary = result.inputs[0]
            summary.quantity.key = key
            return summary
        }
        let page = Page(result)
        let found = ["a.b", "a_b", "A-b", "日本", "日 本"].compactMap(page.anchors.input)
        #expect(found.count == 5 && Set(found).count == 5)
        _ = try StrictHTML(Report.html(result))
    }

    @Test("the glossary explains each term once, and every entry is reachable") func glossary() throws {
        let anchors = Glossary.Entry.all.map(\.anchor)
        #expect(Set(anchors).count == anchors.count)
        #expect(Set(Glossary.Entry.all.map(\.term)).count == anchors.count)
        let page = try StrictHTML(Report.html(try Fixture().result()))
        #expect(anchors.allSatisfy(page.ids.contains))
    }

    @Test("the Markdown and the summary hold the figures that the page holds") func formats() throws {
        let result = try Fixture().result()
        let markdown = Report.markdown(result)
        for text in [
            "118,420", "13,450", "87.4 %", "61,300", "+448,000", "-9,100", "66,300.00", "+11.0 % \\[9.6, 12.4\\]",
            "0.1033 USD",
            "**assumed**", "`prices.energy_per_kwh`", "12.5 %", "322,000",
        ] { #expect(markdown.contains(text), "\(text)") }
        let summary = Report.summary(result)
        for text in ["118,420 USD", "5.64 USD", "assay cost .", "1. Overhead of chat on vGPU", "97.5 %", "62.0 %"] {
            #expect(summary.contains(text), "\(text)")
        }
    }
}
