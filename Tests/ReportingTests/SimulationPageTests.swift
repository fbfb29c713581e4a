import Estate
import Probability
import Scheduling
import Testing

@testable import Reporting

@Suite("The page of a replay") struct SimulationPageTests {
    /// Shares, whole GPUs and gangs of two teams with names from outside, on three nodes; `jobs` of them.
    static func page(jobs: Int = 400, team: String = "vision", name: String = "job") throws -> SimulationPage {
        var random = RandomGenerator(seed: 7)
        var trace = Trace()
        trace.teams = [team, "other"]
        var time: Int64 = 0
        for id in 0..<jobs {
            time += Int64(random.index(below: 400_000))
            let kind = random.index(below: 4)
            trace.append(
                TraceJob(
                    id: Int64(id),
                    submit: time,
                    duration: Int64(random.index(below: 9_000_000)),
                    gpus: kind == 0 ? 2 : 1,
                    gpuMilli: kind > 1 ? 250 : 1_000,
                    team: Int32(id % 2)
                )
            )
        }
        let cluster = ClusterDescription.nodes([NodeGroup(name: name, count: 3, gpus: 4, partition: .shares)])
        let result = try simulate(trace, on: cluster)
        let report = ReplayReport(trace, result, ledger: JobLedger(trace, result))
        return SimulationPage(
            trace: name,
            setting: [.init("Deployment model", name), .init("Queue", "fcfs")],
            audit: [.init("Rows", "\(jobs)")],
            report: report,
            refusals: report.rejected.map { .init("\($0.reason)", "\($0.count)") },
            timeline: NodeTimeline(result, on: cluster),
            jobNames: Dictionary(uniqueKeysWithValues: (0..<jobs).map { ($0, "\(name) \($0)") })
        )
    }

    @Test("a number and its unit stand in one line; other words break as they may") func units() throws {
        #expect(SimulationPage.unbroken("54.4 min") == "54.4\u{A0}min")
        #expect(SimulationPage.unbroken("within 0.32 %, after 17 s") == "within 0.32\u{A0}%, after 17\u{A0}s")
        #expect(SimulationPage.unbroken("4 slots to a GPU, 3 hosts") == "4 slots to a GPU, 3 hosts")
        let page = Report.simulationHTML(try Self.page())
        #expect(page.contains("\u{A0}%</td>"))
    }

    /// The drawings of a page by their id.
    static func drawings(_ page: SimulationPage) -> [(id: String, markup: Markup)] {
        let waits = WaitsChart(id: "waits", report: page.report)
        return [
            ("utilisation", UtilisationChart(id: "utilisation", report: page.report).drawing),
            ("waits-curve", waits.curve), ("waits-groups", waits.groups),
        ]
            + (page.timeline.map { timeline in
                [("gantt", GanttChart(id: "gantt", timeline: timeline) { page.jobNames[$0] ?? "job" }.drawing)]
            } ?? [])
    }

    /// What is drawn stays inside its drawing.
    static func expectInside(_ drawing: StrictHTML, _ id: String) throws {
        let height = try #require(drawing.all("svg").first?.attributes["height"].flatMap { Double($0) })
        for element in drawing.elements where !element.ancestors.contains("defs") && element.ancestors.last != "pattern"
        {
            func share(_ key: String) throws -> Double? {
                guard let text = element.attributes[key], text.hasSuffix("%") else { return nil }
                let value = try #require(Double(text.dropLast()), "\(id): \(key)=\(text)")
                #expect(value >= 0 && value <= 100, "\(id): \(key)=\(text)")
                return value
            }
            let x = try share("x") ?? 0
            #expect(x + (try share("width") ?? 0) <= 100.01, "\(id)")
            _ = (try share("x1"), try share("x2"))
            if ["rect", "svg", "text"].contains(element.name), let y = element.attributes["y"].flatMap({ Double($0) }) {
                let tall = element.attributes["height"].flatMap { Double($0) } ?? 0
                #expect(y >= 0 && y + tall <= height, "\(id): \(element.name) at \(y)")
            }
            guard element.name == "path", element.ancestors.last == "svg", let path = element.attributes["d"],
                path.hasPrefix("M"), path.hasSuffix("Z"), path.contains(" ")
            else { continue }
            // Areas are drawn in a box of 1,000 by 1,000; marks around their own middle.
            let numbers = path.dropFirst().dropLast().split { "L ".contains($0) }.map { Double($0) }
            #expect(
                numbers.allSatisfy { $0.map { $0.isFinite && $0 >= -10 && $0 <= 1_000.01 } ?? false } || path.count < 40
            )
        }
    }

    @Test("drawings stay inside, have titles and descriptions, and name what they show") func structure() throws {
        let page = try Self.page()
        #expect(page.report.all.started == 400 && page.timeline != nil)
        for (id, markup) in Self.drawings(page) {
            let drawing = try StrictHTML("<!DOCTYPE html>\n\(markup.html)")
            try Self.expectInside(drawing, id)
            let root = try #require(drawing.all("svg").first)
            #expect(root.attributes["role"] == "img" && root.attributes["width"] == "100%")
            for label in (root.attributes["aria-labelledby"] ?? "").split(separator: " ") {
                #expect(drawing.ids.contains(String(label)), "\(id)")
            }
            #expect((drawing.all("title").first?.text.count ?? 0) > 5, "\(id)")
            #expect((drawing.all("desc").first?.text.count ?? 0) > 40, "\(id)")
        }
    }

    @Test("three areas of the estate over time lie on one another, and the queue has its own") func utilisation() throws
    {
        let page = try Self.page()
        let drawing = try StrictHTML(
            "<!DOCTYPE html>\n\(UtilisationChart(id: "u", report: page.report).drawing.html)"
        )
        let areas = drawing.all("path").filter { $0.attributes["d"]?.hasSuffix("Z") == true }
        #expect(areas.map { $0.attributes["class"] ?? "" } == ["gain", "band", "total", "gain"])
        // The top of one is the bottom of the next, point by point.
        func points(_ area: StrictHTML.Element) -> [String] {
            (area.attributes["d"] ?? "").dropFirst().dropLast().split(separator: "L").map(String.init)
        }
        for index in 0..<2 {
            let (under, over) = (points(areas[index]), points(areas[index + 1]))
            let count = page.report.series.spans.count
            #expect(under.count == 2 * count && over.count == 2 * count)
            #expect(Array(under.prefix(count)) == over.suffix(count).reversed())
        }
    }

    @Test("a lane has one bar for each of its jobs, and they do not overlap") func gantt() throws {
        let page = try Self.page()
        let timeline = try #require(page.timeline)
        let drawing = try StrictHTML(
            "<!DOCTYPE html>\n\(GanttChart(id: "g", timeline: timeline) { "job \($0)" }.drawing.html)"
        )
        let bars = drawing.all("rect").filter { ["gain", "total"].contains($0.attributes["class"] ?? "") }
        #expect(bars.count == timeline.lanes.reduce(0) { $0 + $1.bars.count } && bars.count > 10)
        var last: (y: String, end: Double)?
        for bar in bars {
            let y = try #require(bar.attributes["y"])
            let x = try #require(Double(bar.attributes["x"]?.dropLast() ?? ""))
            let width = try #require(Double(bar.attributes["width"]?.dropLast() ?? ""))
            if let last, last.y == y { #expect(x >= last.end - 0.01) }
            last = (y, x + width)
        }
        for lane in timeline.lanes {
            #expect(drawing.all("text").contains { $0.text == "GPU \(lane.gpu), \(lane.name)" })
        }
    }

    @Test("where nobody waits the axes go to a second, and the curve is full from the first moment") func nobody()
        throws
    {
        let page = try Self.page(jobs: 3)
        #expect(page.report.waitPercentiles.last == 0)
        let chart = WaitsChart(id: "w", report: page.report)
        for markup in [chart.curve, chart.groups] {
            let labels = try StrictHTML("<!DOCTYPE html>\n\(markup.html)").all("text").map(\.text)
            #expect(labels.contains { $0.hasSuffix("seconds of waiting") }, "\(labels)")
            #expect(labels.contains { Double($0) == 1 } && labels.allSatisfy { !$0.hasPrefix("0.000") }, "\(labels)")
        }
        let curve = try StrictHTML("<!DOCTYPE html>\n\(chart.curve.html)")
        let area = try #require(curve.all("path").first { $0.attributes["class"] == "gain" }?.attributes["d"])
        let points = area.dropFirst().split(separator: "L").map { $0.split(separator: " ").compactMap { Double($0) } }
        let xs = points.compactMap(\.first)
        #expect((xs.max() ?? 0) - (xs.min() ?? 0) > 100, "\(area)")
    }

    @Test("where nothing takes any time the axis of time goes to a second") func instant() throws {
        var trace = Trace()
        for id in 0..<2 { trace.append(TraceJob(id: Int64(id), submit: 0, duration: 0, gpus: 1)) }
        let cluster = ClusterDescription.nodes([NodeGroup(name: "n", count: 1, gpus: 1)])
        let result = try simulate(trace, on: cluster)
        let report = ReplayReport(trace, result, ledger: JobLedger(trace, result))
        let drawing = UtilisationChart(id: "u", report: report).drawing
        let labels = try StrictHTML("<!DOCTYPE html>\n\(drawing.html)").all("text").map(\.text)
        #expect(labels.contains { Double($0) == 1 } && labels.allSatisfy { !$0.hasPrefix("0.000") }, "\(labels)")
    }

    @Test("the curve of waits never falls, and the rows are the groups that waited") func waits() throws {
        let page = try Self.page()
        let chart = WaitsChart(id: "w", report: page.report)
        let curve = try StrictHTML("<!DOCTYPE html>\n\(chart.curve.html)")
        let area = try #require(curve.all("path").first { $0.attributes["class"] == "gain" }?.attributes["d"])
        let upper = area.dropFirst().split(separator: "L").prefix(page.report.waitPercentiles.count)
            .map { $0.split(separator: " ").compactMap { Double($0) } }
        for (one, other) in zip(upper, upper.dropFirst()) { #expect(one[0] <= other[0] && one[1] >= other[1]) }
        #expect(
            curve.all("line").compactMap { $0.attributes["class"] }.filter { $0 == "rim" || $0 == "over dashed" }.count
                == 2
        )
        let rows = try StrictHTML("<!DOCTYPE html>\n\(chart.groups.html)")
        for name in ["all jobs", "vision", "other", "1 GPU", "2 GPUs", "a part of a GPU"] {
            #expect(rows.all("text").contains { $0.text == name }, "\(name)")
        }
    }

    @Test("waits beyond the axis are not drawn at its end") func beyondTheAxis() throws {
        // Every second job waits ten seconds, and the last a day.
        var trace = Trace()
        for id in 0..<300 {
            let pair = Int64(id / 2)
            trace.append(
                TraceJob(id: Int64(id), submit: pair * 100_000, duration: id == 298 ? 86_400_000 : 10_000, gpus: 1)
            )
        }
        let result = try simulate(trace, on: .pool(gpus: 1))
        let report = ReplayReport(trace, result, ledger: JobLedger(trace, result))
        #expect(report.all.wait?.p99 == 10 && report.all.wait?.maximum == 86_400)
        let curve = try StrictHTML("<!DOCTYPE html>\n\(WaitsChart(id: "w", report: report).curve.html)")
        let area = try #require(curve.all("path").first { $0.attributes["class"] == "gain" }?.attributes["d"])
        let path = area.filter { $0 != "M" && $0 != "Z" }
        let points = path.split(separator: "L").map { $0.split(separator: " ").compactMap { Double($0) } }
        #expect(points.compactMap(\.last).min() == 10, "99 % is the most that is seen: \(area)")
    }

    @Test(
        "names from outside are words, never markup",
        arguments: [
            "<script>alert(1)</script>", "\"><img src=x onerror=alert(1)>", "</title></style></svg>", "a & b < c",
        ]
    )
    func escaping(_ name: String) throws {
        let page = try Self.page(jobs: 60, team: name, name: name)
        let html = try StrictHTML(Report.simulationHTML(page))
        #expect(html.all("h1").first?.text == name)
        #expect(html.all("td").contains { $0.text == name } || html.all("th").contains { $0.text == name })
        #expect(html.all("desc").contains { $0.text.contains("\(name):") })
        #expect(html.all("desc").contains { $0.text.contains("\(name) ") })
        for element in html.elements {
            for (key, value) in element.attributes {
                #expect(!key.hasPrefix("on") && key != "src")
                if key == "href" { #expect(value == "#main") }
            }
        }
    }

    @Test("the model is named among what was replayed") func model() throws {
        let html = try StrictHTML(Report.simulationHTML(try Self.page(name: "bare-metal-mig")))
        let row = try #require(html.all("tr").first { $0.text.hasPrefix("Deployment model") })
        #expect(row.text.contains("bare-metal-mig"))
    }

    @Test("a replay without jobs, or in which none started, is still a page that says so") func empty() throws {
        let none = try Self.page(jobs: 0)
        var large = Trace()
        large.append(TraceJob(id: 0, submit: 0, duration: 10, gpus: 50))
        let result = try simulate(large, on: .pool(gpus: 2))
        var refused = none
        refused.report = ReplayReport(large, result, ledger: JobLedger(large, result))
        refused.refusals = [.init("asks for more GPUs than there are", "1")]
        refused.timeline = nil
        for page in [none, refused] {
            for (id, markup) in Self.drawings(page) {
                try Self.expectInside(try StrictHTML("<!DOCTYPE html>\n\(markup.html)"), id)
            }
            let html = try StrictHTML(Report.simulationHTML(page))
            #expect(html.all("p").contains { $0.text.contains("None of the jobs could start") })
            #expect(!html.all("h2").contains { $0.text.hasPrefix("Who waited") })
        }
        #expect(Report.simulationHTML(refused).contains("asks for more GPUs than there are"))
    }
}
