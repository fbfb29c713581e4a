import Cost
import Decision
import Testing

@testable import Reporting

@Suite("Axes") struct AxisTests {
    @Test(
        "have round ticks that cover the values",
        arguments: [
            ([0, 97], [0, 25, 50, 75, 100]), ([-3, 8], [-5, 0, 5, 10]),
            ([0, 0.0031], [0, 0.001, 0.002, 0.003, 0.004]),
            ([118_420, 131_870], [115_000, 120_000, 125_000, 130_000, 135_000]), ([4, 4], [3, 3.5, 4, 4.5, 5]),
            ([], [-1, -0.5, 0, 0.5, 1]), ([.nan, .infinity], [-1, -0.5, 0, 0.5, 1]),
        ] as [([Double], [Double])]
    )
    func ticks(values: [Double], expected: [Double]) {
        let axis = Axis(covering: values, includingZero: false, style: .amount(unit: "USD"))
        #expect(axis.ticks.count == expected.count)
        for (tick, value) in zip(axis.ticks, expected) {
            #expect((tick - value).magnitude < 1e-9 * max(1, value.magnitude))
        }
    }

    @Test(
        "name their scale and label ticks without noise",
        arguments: [
            ([0, 950], "USD", ["0", "250", "500", "750", "1,000"]),
            ([0, 95_000], "thousand USD", ["0", "25", "50", "75", "100"]),
            ([0, 1_000_000], "million USD", ["0.00", "0.25", "0.50", "0.75", "1.00"]),
            ([0, 3e9], "billion USD", ["0", "1", "2", "3"]), ([0, 0.3], "USD", ["0.0", "0.1", "0.2", "0.3"]),
        ] as [([Double], String, [String])]
    )
    func labels(values: [Double], title: String, expected: [String]) {
        let axis = Axis(covering: values, style: .amount(unit: "USD"))
        #expect(axis.title == title)
        #expect(axis.ticks.map(axis.label) == expected)
    }

    @Test("cover every value, in order, inside the drawing", arguments: 0..<200) func properties(seed: Int) {
        var state = UInt64(seed) &* 0x9E37_79B9_7F4A_7C15 &+ 1
        func next() -> Double {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return Double(state >> 11) / Double(1 << 53)
        }
        var scale = 1e-6
        for _ in 0..<(seed % 19) { scale *= 10 }
        let values = (0..<5).map { _ in (next() - 0.3) * scale }
        let axis = Axis(covering: values, includingZero: seed % 2 == 0, style: .amount(unit: ""))
        #expect(axis.ticks.count >= 2 && axis.ticks.count <= 9)
        let places = values.sorted().compactMap { value -> Double? in
            #expect(axis.contains(value))
            return axis.position(value).flatMap { Double($0.html.dropLast()) }
        }
        #expect(places.count == values.count && places == places.sorted())
        #expect(places.allSatisfy { $0 >= 6.4 && $0 <= 93.6 })
        #expect(Set(axis.ticks.map(axis.label)).count == axis.ticks.count)
    }

    @Test(
        "steps are 1, 2, 2.5 or 5 times a power of ten",
        arguments: [1e-300, 3e-9, 0.04, 1, 6, 24, 25, 26, 7e12, 1e300]
    )
    func steps(width: Double) {
        let step = Axis.step(for: width)
        #expect(step >= width * 0.999_999 && step <= width * 2.6)
        #expect(Axis.step(for: .nan) == 1 && Axis.step(for: 0) == 1)
    }
}

@Suite("Charts") struct ChartTests {
    /// The rectangles of a drawing, as shares of its width.
    private func bars(_ drawing: Markup, _ look: (StrictHTML.Element) -> Bool) throws -> [(low: Double, high: Double)] {
        try StrictHTML("<!DOCTYPE html>\n\(drawing.html)").all("rect").filter { $0.attributes["y"] != nil && look($0) }
            .map {
                let low = try #require(Double($0.attributes["x"]?.dropLast() ?? ""))
                return (low, low + (try #require(Double($0.attributes["width"]?.dropLast() ?? ""))))
            }
    }

    @Test("a waterfall's bars meet end to end, and end at the total") func waterfall() throws {
        let fall = Waterfall(
            startTitle: "today",
            start: 100,
            steps: [
                Waterfall.Step(group: .licences, amount: -40), Waterfall.Step(group: .people, amount: 25),
                Waterfall.Step(group: .waiting, amount: -60),
            ],
            endTitle: "the choice",
            end: 25,
            unit: "USD a month"
        )
        let all = try bars(WaterfallChart(id: "w", waterfall: fall).drawing) { _ in true }
        #expect(all.count == 5)
        let unit = (all[0].high - all[0].low) / 100
        func level(_ value: Double) -> Double { all[0].low + value * unit }
        let expected: [(Double, Double)] = [(0, 100), (60, 100), (60, 85), (25, 85), (0, 25)]
        for (bar, range) in zip(all, expected) {
            #expect((bar.low - level(range.0)).magnitude < 0.01 && (bar.high - level(range.1)).magnitude < 0.01)
        }
    }

    @Test("a waterfall between large totals draws marks, not cut bars, and says so") func truncated() throws {
        let chart = WaterfallChart(
            id: "w",
            waterfall: Waterfall(
                startTitle: "a",
                start: 1_000,
                steps: [Waterfall.Step(group: .people, amount: -20)],
                endTitle: "b",
                end: 980,
                unit: "USD"
            )
        )
        #expect(chart.axisNote.contains("does not start at zero"))
        #expect(try bars(chart.drawing) { $0.attributes["class"] == "total" }.isEmpty)
        #expect(try bars(chart.drawing) { _ in true }.count == 1)
    }

    @Test("increases differ from decreases by pattern, not by colour alone") func patterns() throws {
        let chart = WaterfallChart(
            id: "w",
            waterfall: Waterfall(
                startTitle: "a",
                start: 10,
                steps: [Waterfall.Step(group: .people, amount: 5), Waterfall.Step(group: .lost, amount: -5)],
                endTitle: "b",
                end: 10,
                unit: "USD"
            )
        )
        #expect(try bars(chart.drawing) { $0.attributes["fill"] == "url(#w-hatch-b)" }.count == 1)
        #expect(try bars(chart.drawing) { $0.attributes["class"] == "gain" }.count == 1)
    }

    @Test("probability bars are as long as their probability") func probability() throws {
        let chart = ProbabilityChart(
            id: "p",
            rows: [0.75, 0.25].map {
                ProbabilityChart.Row(
                    label: "x",
                    probability: Estimated(value: $0, standardError: 0),
                    isChosen: $0 > 0.5
                )
            }
        )
        let lengths = try bars(chart.drawing) { _ in true }.map { $0.high - $0.low }
        #expect((lengths[0] / lengths[1] - 3).magnitude < 0.001)
    }

    @Test("an interval that dwarfs the rest runs off the axis without an end mark") func offTheEdge() throws {
        let row = { (label: String, low: Double, high: Double) in
            ForestPlot.Row(
                label: label,
                words: "overhead",
                shape: .disc,
                interval: (low + 0.005, low, high),
                isWeak: false
            )
        }
        let plot = ForestPlot(
            id: "f",
            title: "t",
            rows: [row("a", 0.01, 0.02), row("b", 0.01, 0.03), row("c", 0, 900)],
            margin: nil,
            quantity: "overhead"
        )
        let page = try StrictHTML("<!DOCTYPE html>\n\(plot.drawing.html)")
        let lines = page.all("line").filter { $0.attributes["class"] == "interval" }
        // Two lines with two ends each, one with a single end.
        #expect(lines.count == 3 + 2 + 2 + 1)
        #expect(page.all("desc").first?.text.contains("90,000.0") == true)
    }

    @Test(
        "labels wrap to what fits a phone, lose nothing short of four lines, and never split a short word",
        arguments: [
            "short", "", "Growth of fraud training over the years of the horizon", String(repeating: "W", count: 200),
            String(repeating: "日本語", count: 40), "a " + String(repeating: "b", count: 60) + " c",
            (0..<60).map { "word\($0)" }.joined(separator: " "),
        ]
    )
    func wrapping(text: String) {
        let lines = RowChart.wrap(text)
        #expect((1...4).contains(lines.count))
        for line in lines { #expect(RowChart.width(line) <= 43 + 1, "\(line)") }
        if !lines.contains(where: { $0.hasSuffix("…") }) {
            #expect(lines.joined().filter { $0 != " " } == text.filter { $0 != " " })
        }
    }
}
