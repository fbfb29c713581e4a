import Cost
import Decision
import Evidence
import Study
import Testing

@testable import Reporting

@Suite("The HTML report") struct PageTests {
    private func report(_ fixture: Fixture = Fixture()) throws -> (
        page: StrictHTML, html: String, result: DecisionResult
    ) {
        let result = try fixture.result()
        let html = Report.html(result)
        return (try StrictHTML(html), html, result)
    }

    @Test("is well-formed, and so is a comparison's page") func wellFormed() throws {
        #expect(try report().page.elements.count > 1_000)
        #expect(try StrictHTML(Report.comparisonHTML(Fixture().comparison())).all("svg").isEmpty == false)
    }

    @Test("links lead somewhere: every fragment has its id") func fragments() throws {
        for html in [try report().html, Report.comparisonHTML(Fixture().comparison())] {
            let page = try StrictHTML(html)
            var count = 0
            for element in page.elements {
                for (key, value) in element.attributes {
                    if key == "href", value.hasPrefix("#") {
                        count += 1
                        #expect(page.ids.contains(String(value.dropFirst())), "\(value)")
                    }
                    if key == "aria-labelledby" {
                        for id in value.split(separator: " ") { #expect(page.ids.contains(String(id)), "\(value)") }
                    }
                    if value.hasPrefix("url(#") {
                        #expect(page.ids.contains(String(value.dropFirst(5).dropLast())), "\(value)")
                    }
                }
            }
            #expect(count > 5)
        }
    }

    @Test("loads nothing: no script, no source, no address but in links to sources") func loadsNothing() throws {
        let (page, html, _) = try report()
        for element in page.elements {
            for (key, value) in element.attributes {
                #expect(!["src", "srcset", "style", "action", "data", "xlink:href"].contains(key), "\(key)")
                #expect(!key.hasPrefix("on"), "\(key)")
                if value.contains("://") {
                    #expect(element.name == "a" && (key == "href" || key == "title"), "\(value)")
                }
                if key == "href", !value.hasPrefix("#") {
                    #expect(value.hasPrefix("https://") || value.hasPrefix("http://"))
                    #expect(element.attributes["rel"] == "noreferrer noopener")
                }
            }
        }
        let style = try #require(page.all("style").first).text
        #expect(!style.contains("@import") && !style.contains("url("))
        #expect(html.contains("default-src 'none'"))
        #expect(page.all("a").contains { $0.attributes["href"] == "https://www.eia.gov/electricity/" })
    }

    @Test("has one heading of level one, and levels that never skip") func headings() throws {
        for html in [try report().html, Report.comparisonHTML(Fixture().comparison())] {
            let levels = try StrictHTML(html).elements.compactMap { element in
                ["h1": 1, "h2": 2, "h3": 3, "h4": 4][element.name]
            }
            #expect(levels.filter { $0 == 1 }.count == 1)
            #expect(levels.first == 1)
            for (before, after) in zip(levels, levels.dropFirst()) { #expect(after <= before + 1) }
        }
    }

    @Test("says its language, fits a phone, and lets a keyboard skip") func basics() throws {
        let page = try report().page
        #expect(page.all("html").first?.attributes["lang"] == "en")
        #expect(page.all("meta").contains { $0.attributes["name"] == "viewport" })
        #expect(page.all("a").first?.attributes["href"] == "#main")
        for header in page.all("th") { #expect(["row", "col"].contains(header.attributes["scope"])) }
        for table in page.all("table") { #expect(table.text.isEmpty == false) }
        #expect(page.all("caption").count == page.all("table").count)
    }

    @Test("every chart has a title and a description in words") func textAlternatives() throws {
        let page = try report().page
        let charts = page.all("svg").filter { $0.attributes["class"] == "chart" }
        #expect(charts.count == 7)
        #expect(charts.allSatisfy { $0.attributes["role"] == "img" })
        let descriptions = page.all("desc").map(\.text)
        #expect(descriptions.count == charts.count && descriptions.allSatisfy { $0.count > 40 })
        #expect(descriptions.contains { $0.contains("Licences -9,100") })
        #expect(descriptions.contains { $0.contains("+11.0 % [9.6, 12.4]") })
    }

    @Test("the decision comes first: sentence, workloads, money, matrix, before the first section") func firstScreen()
        throws
    {
        let (_, html, result) = try report()
        let head = try #require(html.split(separator: "</header>").first)
        #expect(head.contains(result.estate.sentence))
        for text in ["97.5 %", "61,300", "41,000", "118,420", "13,450", "9,100", "5.64", "87.4 %", "412", "62.0 %"] {
            #expect(head.contains(text), "\(text)")
        }
        for row in result.matrix { #expect(head.contains(row.reason)) }
        #expect(head.contains(">not met<") && head.contains(">unknown<") && head.contains(">met<"))
    }

    @Test("the parts come in the documented order") func order() throws {
        let ids = [
            "decision", "why", "options", "waterfall", "timing", "savings", "deferral", "flip-points", "measurements",
            "evidence", "tornado", "probability", "cash", "bills", "inputs", "questions", "notes", "glossary",
        ]
        let found = try report().page.elements.compactMap { $0.attributes["id"] }.filter(ids.contains)
        #expect(found == ids)
    }

    @Test("every input has a row with its key, its word, its source; every row is there once") func inputs() throws {
        let (page, _, result) = try report()
        let rows = page.all("tr").filter { $0.attributes["id"]?.hasPrefix("input-") == true }
        #expect(rows.count == result.inputs.count)
        for (row, input) in zip(rows, result.inputs) {
            #expect(row.text.contains(input.quantity.key))
            #expect(row.text.contains(Words.kind(of: input.quantity.provenance)))
        }
        let electricity = try #require(rows.first { $0.text.contains("prices.energy_per_kwh") })
        for text in ["assumed", "0.1033 USD per kWh", "0.0826 to 0.128", "www.eia.gov", "2026-11-22"] {
            #expect(electricity.text.contains(text), "\(text)")
        }
    }

    @Test("what rests on an assumption says so wherever it stands") func assumed() throws {
        let page = try report().page
        let lines = page.all("tr").filter { $0.text.contains("Line for people") }
        #expect(lines.count == 2 && lines.allSatisfy { $0.text.contains("assumed") })
        let options = page.all("tr").filter { $0.text.contains("1 of 4 time slices") }
        #expect(options.count == 1 && options.allSatisfy { $0.text.contains("assumed") })
        let tornado = try #require(page.all("desc").first { $0.text.contains("150,000 to 240,000 USD") })
        #expect(tornado.text.contains("16,900 to 9,200"))
        let labels = page.all("text").filter { $0.text == "assumed" && $0.attributes["class"] == "value" }
        #expect(labels.count == 2)
    }

    @Test("bills show quantity, unit price and amount, and their total") func bills() throws {
        let (page, _, result) = try report()
        let lines = page.all("tr").filter { $0.attributes["id"]?.contains("-line-") == true }
        let expected = result.assignments.filter { $0.isChosen || $0.isToday }.flatMap { $0.platforms.flatMap(\.lines) }
        #expect(lines.count == expected.count)
        for (row, line) in zip(lines, expected) {
            #expect(row.text.contains(line.title) && row.text.contains(Figures.exact(line.amountPerMonth)))
            #expect(row.text.contains(Figures.exact(line.unitPrice)))
        }
        let totals = page.all("tr").filter { $0.attributes["class"] == "total" }.map(\.text)
        for total in ["66,300.00", "52,120.00", "131,870.00"] { #expect(totals.contains { $0.contains(total) }) }
        #expect(page.all("p").contains { $0.text.contains("all platforms: 118,420.00 USD") })
    }

    @Test("rejections, flip points, measurements and their commands are all there") func why() throws {
        let (page, html, result) = try report()
        for workload in result.workloads {
            for option in workload.options {
                for rejection in option.rejections { #expect(html.contains("Out: \(rejection.sentence)")) }
            }
        }
        let flips = page.all("tr").filter {
            $0.text.contains("what is cheapest") || $0.text.contains("what is eligible")
        }
        #expect(flips.count == 2)
        #expect(flips.contains { $0.text.contains("322,000 USD") && $0.text.contains("VM, passthrough") })
        #expect(
            page.all("code").contains {
                $0.text.hasPrefix("assay record chat.csv") && $0.text.contains("\nassay compare")
            }
        )
        #expect(page.all("tr").contains { $0.text.contains("Switch at renewal") && $0.text.contains("+448,000") })
    }

    @Test("verdicts are in words; confounded hosts are never called overhead") func verdicts() throws {
        let page = try report().page
        let rows = page.all("tr").map(\.text)
        #expect(rows.contains { $0.contains("all-reduce") && $0.contains("these hosts differ by +25.6 %") })
        #expect(rows.contains { $0.contains("memory-copy") && $0.contains("equivalent within 1 %") })
        #expect(rows.contains { $0.contains("storage") && $0.contains("inconclusive: about 7 more pairs") })
        #expect(rows.contains { $0.contains("clock") && $0.contains("invalid: power limits differ") })
        #expect(rows.contains { $0.contains("p99") && $0.contains("descriptive only: 215 of 368 samples") })
        let run = try #require(page.all("tr").first { $0.text.hasPrefix("1412.1") })
        #expect(run.text.hasSuffix("457.2"))
        #expect(page.all("li").contains { $0.text.hasPrefix("Caution: The driver") })
        #expect(page.all("tr").filter { $0.attributes["id"]?.hasPrefix("record-") == true }.count == 4)
    }

    @Test("says that a study is illustrative, in its own words, and only then") func illustrative() throws {
        #expect(try report().html.contains("<strong>Illustrative.</strong>"))
        var result = try Fixture().result()
        result.study.isIllustrative = false
        #expect(!Report.html(result).lowercased().contains("illustrative"))
    }

    @Test("the same result gives the same bytes") func deterministic() throws {
        let result = try Fixture().result()
        #expect(Report.html(result) == Report.html(try Fixture().result()))
        #expect(Report.markdown(result) == Report.markdown(try Fixture().result()))
        #expect(Report.summary(result) == Report.summary(try Fixture().result()))
    }

    @Test("staying is said as staying, and a dearer choice as dearer") func signs() throws {
        var result = try Fixture().result()
        for index in result.assignments.indices { result.assignments[index].isToday = index == 0 }
        #expect(Report.html(result).contains("Cheaper than the next best assignment by"))
        result.assignments[1].differencePerMonth = Spread(p10: -300, p50: -200, p90: -100, mean: -200)
        let html = Report.html(result)
        #expect(html.contains("Dearer than the next best assignment by") && html.contains("100 to 300"))
    }

    @Test("a choice that is today's has no waterfall to show, and a file is named without its machine") func sameCost()
        throws
    {
        var result = try Fixture().result()
        for index in result.waterfall.steps.indices { result.waterfall.steps[index].amount = 0 }
        result.comparisons[0].comparison.baseline.files = ["/home/someone/study/records/bm.record.json"]
        let html = Report.html(result)
        #expect(html.contains("group by group: 131,870 USD a month"))
        #expect(!html.contains("c-waterfall"))
        #expect(html.contains(">records/bm.record.json<") && !html.contains("/home/someone"))
    }

    @Test("a result with nothing in it is still a page") func empty() throws {
        var result = try Fixture().result()
        result.assignments = []
        result.workloads = []
        result.timing = []
        result.tornado = []
        result.breakEvens = []
        result.waterfall.steps = []
        result.savings = []
        result.deferral = nil
        result.measurements = []
        result.matrix = []
        result.questions = []
        result.comparisons = []
        result.inputs = []
        result.study.workloads = []
        result.study.platforms = []
        result.study.estate.hosts = []
        let page = try StrictHTML(Report.html(result))
        for element in page.all("a") {
            let target = element.attributes["href"] ?? ""
            if target.hasPrefix("#") { #expect(page.ids.contains(String(target.dropFirst())), "\(target)") }
        }
        #expect(Report.markdown(result).contains("None."))
        #expect(!Report.summary(result).isEmpty)
    }

    @Test(
        "numbers that are not finite never reach a drawing",
        arguments: [Double.nan, .infinity, -.infinity, 1e300, -1e300]
    )
    func notFinite(number: Double) throws {
        var result = try Fixture().result()
        let wild = Spread(p10: number, p50: number, p90: number, mean: number)
        result.estate.costPerMonth = wild
        result.waterfall.start = number
        result.waterfall.steps[0].amount = number
        result.tornado[0].lowResult = number
        result.tornado[1].highInput = number
        result.timing[0].cashByYear[0] = wild
        result.assignments[0].probability = Estimated(value: number, standardError: number)
        result.assignments[0].differencePerMonth = wild
        result.workloads[0].options[1].overhead = wild
        result.comparisons[0].comparison.metrics[0].overhead = Effect(
            estimate: number,
            low: number,
            high: number,
            level: 0.95,
            method: ""
        )
        result.comparisons[0].comparison.metrics[0].baselineValues[0] = number
        let page = try StrictHTML(Report.html(result))
        for element in page.elements {
            for key in ["x", "x1", "x2", "y", "y1", "y2", "width", "height"] {
                guard let value = element.attributes[key] else { continue }
                let digits = value.hasSuffix("%") ? value.dropLast() : value[...]
                let place = try #require(Double(digits), "\(key)=\(value)")
                #expect(place.isFinite && place >= 0)
                if value.hasSuffix("%") { #expect(place <= 100) }
            }
        }
        _ = Report.markdown(result)
        _ = Report.summary(result)
    }
}
