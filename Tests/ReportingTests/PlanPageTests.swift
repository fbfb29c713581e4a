import Documents
import Estate
import Scheduling
import Testing

@testable import Reporting

@Suite("The page of a plan") struct PlanPageTests {
    /// Two hosts of which one changes; a name that is an attack.
    private func report() throws -> PlanReport {
        var hosts = ["node1", "<b>node2"].map { name in
            PlannedHost(name: name, gpus: (0..<4).map { PlannedGPU(index: $0, model: "h100-sxm-80gb") })
        }
        hosts[0].gpus[0].mode = .mig([
            PlannedInstance(MIGInstance(profile: "3g.40gb", start: 4, size: 4), isBusy: true),
            PlannedInstance(MIGInstance(profile: "2g.20gb", start: 0, size: 2)),
        ])
        let plan = try LayoutPlanner.plan(
            PlanRequest(
                name: "<script>alert(1)</script>",
                hosts: hosts,
                isPresentKnown: true,
                demand: [
                    PlanDemand(.profile("3g.40gb"), count: 1, team: "a&b"),
                    PlanDemand(.profile("1g.10gb"), count: 3),
                    PlanDemand(.whole(gpusPerJob: 2), count: 1),
                ]
            ),
            catalogue: try GPUCatalogue.standard()
        )
        return PlanReport(
            plan: plan,
            levels: [PlanLevel(name: "p95", demand: [], totals: plan.totals, problem: nil)]
        )
    }

    @Test("It is well formed, holds every section, and shows names as text") func wellFormed() throws {
        let page = try StrictHTML(Report.planHTML(try report()))
        let ids = page.all("h2").compactMap { $0.attributes["id"] }
        #expect(ids == ["h-demand", "h-hosts", "h-steps", "h-notes"])
        #expect(page.all("script").isEmpty && page.all("b").isEmpty)
        #expect(page.all("svg").count >= 2)
        let picture = try #require(Report.planPicture(try report().plan))
        #expect(picture.hasPrefix("<svg xmlns=") && !picture.contains("<b>"))
    }

    @Test("What a star means stands under the picture also where nothing changes") func star() throws {
        var host = PlannedHost(name: "node1", gpus: [PlannedGPU(index: 0, model: "h100-sxm-80gb")])
        host.gpus[0].mode = .mig([PlannedInstance(MIGInstance(profile: "3g.40gb", start: 4, size: 4), isBusy: true)])
        let plan = try LayoutPlanner.plan(
            PlanRequest(
                name: "t",
                hosts: [host],
                isPresentKnown: true,
                demand: [PlanDemand(.profile("3g.40gb"), count: 1)]
            ),
            catalogue: try GPUCatalogue.standard()
        )
        let page = Report.planHTML(PlanReport(plan: plan, levels: []))
        #expect(page.contains("As it stands; nothing changes; * has a running job."))
    }

    @Test("Every instance has a box as wide as its slices, inside the picture") func boxes() throws {
        let report = try report()
        let host = try #require(report.plan.hosts.first { $0.gpus.contains { !$0.isWhole } })
        let drawing = LayoutDrawing(id: "x", title: "x", host: host)
        let boxes = drawing.drawing.html.components("<rect ").dropFirst()
        #expect(!boxes.isEmpty)
        for box in boxes {
            func number(_ name: String) throws -> Double {
                let text = try #require(box.components(" \(name)=\"").dropFirst().first)
                return try #require(Double(text.prefix { $0 != "\"" }))
            }
            #expect(try number("x") >= 59 && number("x") + number("width") <= 340)
        }
    }

    @Test("Blocks of a row stand over their memory slices, whatever the geometry") func blocks()
        throws
    {
        var gpu = PlannedGPU(index: 0, model: "h100-sxm-80gb")
        gpu.mode = .mig([
            PlannedInstance(MIGInstance(profile: "3g.40gb", start: 4, size: 4), isBusy: true)
        ])
        #expect(
            LayoutBlocks.row(gpu) == String(repeating: "·", count: 24) + "▐3g.40gb*"
                + String(repeating: "▒", count: 15) + "▌"
        )
        gpu = PlannedGPU(index: 0, model: "rtx-pro-6000-96gb")
        gpu.mode = .mig([PlannedInstance(MIGInstance(profile: "1g.24gb", start: 9, size: 3))])
        #expect(LayoutBlocks.row(gpu) == String(repeating: "·", count: 36) + "▐1g.24gb▒▒▒▒▌")
        gpu.mode = .whole
        #expect(LayoutBlocks.row(gpu).count == 49)
    }

    @Test("Short names tell profiles of one size apart, and a spare GPU is drawn as one") func shortNames() throws {
        var gpu = PlannedGPU(index: 0, model: "h100-sxm-80gb")
        gpu.mode = .mig([
            PlannedInstance(MIGInstance(profile: "1g.10gb", start: 0, size: 1)),
            PlannedInstance(MIGInstance(profile: "1g.10gb+me", start: 1, size: 1)),
        ])
        #expect(LayoutBlocks.row(gpu).hasPrefix("▐1g▒▒▒▐1g+me"))
        var host = PlannedHost(name: "node1", gpus: [gpu])
        let used = LayoutDrawing(id: "a", title: "a", host: host).drawing.html
        #expect(used.contains(">1g<") && used.contains(">1g+<") && used.contains("class=\"band\""))
        host.gpus[0].isSpare = true
        let spare = LayoutDrawing(id: "a", title: "a", host: host).drawing.html
        #expect(spare.contains(", spare</title>") && !spare.contains("class=\"band\""))
    }

    @Test("Hosts that look alike are shown once, by their list") func looks() throws {
        var report = try report()
        let one = report.plan.hosts[0]
        report.plan.present = nil
        report.plan.hosts = (1...12).map { number in
            var host = one
            host.name = "gpu\(number)"
            return host
        }
        #expect(report.looks.map(\.title) == ["gpu[1-12]"])
    }

    @Test("The text has the proof, the pictures and the steps") func text() throws {
        let text = try report().text
        for part in ["Why not fewer", "node1, now", "node1, planned", "Steps: ", "▐3g.40gb*"] {
            #expect(text.contains(part), "\(part)")
        }
    }
}

extension String {
    fileprivate func components(_ separator: String) -> [String] {
        var parts: [String] = []
        var rest = Substring(self)
        while let range = rest.firstRange(of: separator) {
            parts.append(String(rest[..<range.lowerBound]))
            rest = rest[range.upperBound...]
        }
        return parts + [String(rest)]
    }
}
