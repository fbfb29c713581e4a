import Cost
import Decision
import Estate
import Evidence
import Study
import Testing

@testable import Reporting

@Suite("The money of the first screen") struct FirstScreenTests {
    /// The three documents of a result, each under its name.
    private func documents(_ result: DecisionResult) -> [(name: String, text: String)] {
        [
            ("terminal", Report.summary(result)), ("Markdown", Report.markdown(result)), ("page", Report.html(result)),
        ]
    }

    @Test("the difference against today is split into cash, purchases and people's time") func split() throws {
        let page = Page(try Fixture().result())
        #expect(page.savingParts.map(\.amount) == [9_100, 3_200, 1_000])
        #expect(page.savingParts.map(\.words).contains("of it time of people who wait: no cash"))
        for (name, text) in documents(page.result) {
            for line in page.savingParts + [page.freedCapacity].compactMap(\.self) {
                #expect(text.contains(line.words) && text.contains(Figures.amount(line.amount)), "\(name)")
            }
        }
    }

    @Test("the parts sum to the difference: what timing makes of it is a part of its own where it counts") func sums()
        throws
    {
        var result = try Fixture().result()
        result.savings[0].perMonth = Spread(p10: 1, p50: 2, p90: 3, mean: 2)
        let parts = Page(result).savingParts
        #expect(parts.count == 4)
        #expect(abs(parts.reduce(0) { $0 + $1.amount } - 13_450) < 1e-6)
    }

    @Test("a dearer choice has its parts with the sign of what it costs") func dearer() throws {
        var result = try Fixture().result()
        result.assignments[2].differencePerMonth = Spread(p10: -20_000, p50: -13_450, p90: -5_000, mean: -13_450)
        for index in result.savings.indices {
            let spread = result.savings[index].perMonth
            result.savings[index].perMonth = Spread(
                p10: -spread.p90,
                p50: -spread.p50,
                p90: -spread.p10,
                mean: -spread.mean
            )
        }
        let page = Page(result)
        #expect(page.saving?.words == "Dearer than today by")
        #expect(page.savingParts.map(\.amount) == [9_100, 3_200, 1_000])
        #expect(page.savingParts.last?.range == "700 to 1,300")
    }

    @Test("staying has no parts: the difference is against an alternative") func staying() throws {
        var result = try Fixture().result()
        for index in result.assignments.indices { result.assignments[index].isToday = index == 0 }
        #expect(Page(result).savingParts.isEmpty)
    }

    @Test("the cloud's figure comes with what it leaves out, and neither without a price") func cloud() throws {
        var result = try Fixture().result()
        for (name, text) in documents(result) {
            #expect(text.contains("96,000") && text.contains("76,800 to 115,200"), "\(name)")
            #expect(text.contains("leaves out people, setup, storage"), "\(name)")
        }
        result.cloudPerMonth = nil
        for (name, text) in documents(result) {
            #expect(!text.contains("A cloud by the hour"), "\(name)")
            #expect(!text.contains("leaves out people, setup, storage"), "\(name)")
        }
    }

    @Test("more hosts than are owned are said with what makes them necessary") func hosts() throws {
        var result = try Fixture().result()
        #expect(Page(result).hostsNeeded == nil)
        result.study.estate.hosts[0].count = 1
        let text = try #require(Page(result).hostsNeeded)
        #expect(text.contains("needs 4 hosts where 1 is owned"))
        #expect(text.contains("fraud 1.4 times its mean (declared)"))
        #expect(text.contains("29.2 GPUs at the peak"))
        #expect(text.contains("Today's placement would need 5 by the same rule."))
        for (name, document) in documents(result) { #expect(document.contains("needs 4 hosts where 1"), "\(name)") }
    }

    @Test("what cannot change the choice is said to be worth nothing, and stays in the list") func measuring() throws {
        var result = try Fixture().result()
        result.measurements[1].valueOverHorizon = Estimated(value: 0, standardError: 0)
        for (name, text) in documents(result) {
            #expect(text.contains("nothing to gain by itself"), "\(name)")
            #expect(!text.contains("up to 0 USD"), "\(name)")
        }
        #expect(Report.markdown(result).contains("**A quote for people**: nothing to gain by itself"))
        for index in result.measurements.indices {
            result.measurements[index].valueOverHorizon = Estimated(value: 0.2, standardError: 0)
        }
        for (name, text) in documents(result) {
            #expect(text.contains("Nothing is worth measuring for this decision"), "\(name)")
        }
    }

    @Test("an overhead between two hosts is never plainly measured") func confounded() throws {
        var result = try Fixture().result()
        result.workloads[0].model = .vmPassthrough
        #expect(!Report.summary(result).contains("hosts differ"))
        result.comparisons[0].comparison.hostsConfounded = true
        #expect(Report.summary(result).contains("11.0 % measured, hosts differ"))
        #expect(Report.markdown(result).contains("measured, hosts differ"))
        #expect(Report.html(result).contains(">measured, hosts differ<"))
    }

    @Test("square brackets are left to confidence intervals") func brackets() throws {
        let result = try Fixture().result()
        let options = try #require(
            Report.markdown(result).split(separator: "### Options").last?.split(separator: "###").first
        )
        #expect(!options.contains("\\["))
        #expect(options.contains("11.0 % (P10 to P90: 8.8 to 13.2), measured"))
    }

    @Test("where not every assignment was compared, that stands instead of a plain none") func coverage() throws {
        var result = try Fixture().result()
        result.estate.flipPoints = []
        for index in result.workloads.indices { result.workloads[index].flipPoints = [] }
        #expect(Report.html(result).contains("no single input changes a choice"))
        result.flipCoverage = "Only 40 of 4,100 assignments were compared."
        for (name, text) in documents(result).dropFirst() {
            #expect(text.contains("Only 40 of 4,100 assignments were compared."), "\(name)")
            #expect(!text.contains("no single input changes a choice"), "\(name)")
        }
        result.deferral?.grossValue = Spread(p10: 1, p50: 2, p90: 3, mean: 77_123)
        #expect(Report.html(result).contains("77,123 USD"))
    }

    @Test("a note stands once though the decision repeats the study's") func notes() throws {
        var result = try Fixture().result()
        result.notes = result.study.notes + result.notes
        let note = "Electricity was not given"
        for (name, text) in documents(result).dropFirst() {
            #expect(text.split(separator: note).count == 2, "\(name)")
        }
    }
}

@Suite("Bills beside the headline") struct BillWordsTests {
    @Test("the bills and what the years add sum to the headline, in both documents") func reconciliation() throws {
        let result = try Fixture().result()
        let today = try #require(result.assignments.first { $0.isToday })
        let steps = try #require(BillWords.reconciliation(today))
        #expect(steps.bills == 131_870 && steps.bills + steps.rest == today.costPerMonth.mean)
        var moved = result
        moved.assignments[0].costPerMonth.mean = 120_000
        for text in [Report.html(moved), Report.markdown(moved)] {
            #expect(text.contains("From the bills to the headline"))
            #expect(text.contains("+1,580") && text.contains("118,420") && text.contains("120,000"))
            #expect(text.contains("in the first year: quantity times unit price"))
        }
    }

    @Test(
        "a platform without a workload is named by what is left on it",
        arguments: [
            ([.licences], "VM, passthrough, rest of today's contract"),
            ([.idleUnallocated], "VM, passthrough, owned hosts in reserve"),
            ([.licences, .storage], "VM, passthrough, owned hosts in reserve and the rest of today's contract"),
        ] as [([CostGroup], String)]
    )
    func leftovers(groups: [CostGroup], expected: String) throws {
        var result = try Fixture().result()
        var bill = try #require(result.assignments.first { $0.isToday }?.platforms.first)
        #expect(BillWords.title(bill) == "VM, passthrough")
        bill.workloads = []
        bill.lines = groups.map { group in
            BillLine(
                title: "x",
                group: group,
                quantity: 1,
                quantityUnit: "x",
                unitPrice: 1,
                amountPerMonth: 1,
                inputs: []
            )
        }
        #expect(BillWords.title(bill) == expected)
        result.assignments[2].platforms = [bill]
        #expect(Report.html(result).contains("Carries no workload any more."))
    }
}

@Suite("Placements in words") struct PlacementsTests {
    private let twelve = (1...12).map { "w\($0)" }

    @Test("many workloads are counted, few of one kind are named") func counted() {
        let models = [DeploymentModel](repeating: .bareMetal, count: 9) + [.bareMetalMIG, .bareMetalMIG, .bareMetalMIG]
        #expect(
            Placements.text(models, workloads: twelve) == "9 on Bare metal; 3 on Bare metal, MIG (w10, w11, w12)"
        )
    }

    @Test("two assignments with the same counts stay apart: each is told against the choice") func distinct() {
        let choice = [DeploymentModel](repeating: .bareMetal, count: 6) + Array(repeating: .vmVGPU, count: 6)
        let texts = (0..<12).map { index -> String in
            var models = choice
            models[index] = models[index] == .bareMetal ? .vmVGPU : .bareMetal
            return Placements.text(models, workloads: twelve, choice: choice)
        }
        #expect(Set(texts).count == 12)
        #expect(texts[0] == "as the choice, but w1 on VM, time-sliced vGPU")
    }

    @Test(
        "lists of models of a decision are titled, counted where they are long",
        arguments: [
            ("bare-metal", "Bare metal"), ("Today: vm-passthrough", "Today: VM, passthrough"),
            ("bare-metal + vm-vgpu", "Bare metal + VM, time-sliced vGPU"),
            ("bare-metal + bare-metal", "all on Bare metal"),
            (
                "Chosen: bare-metal + bare-metal + bare-metal + bare-metal-mig",
                "Chosen: 3 on Bare metal; 1 on Bare metal, MIG"
            ),
            ("nothing eligible", "nothing eligible"), ("a + b", "a + b"), ("", ""), ("a: b: c", "a: b: c"),
        ]
    )
    func titled(text: String, expected: String) {
        #expect(Placements.titled(text) == expected)
    }

    @Test("a payback of nothing is at once, rounding dust is zero") func small() {
        #expect(Words.payback(0, horizon: 5) == "at once")
        #expect(Words.payback(0.004, horizon: 5) == "at once")
        #expect(Words.payback(1.4, horizon: 5) == "1.4 years")
        #expect(Words.payback(nil, horizon: 5) == "not within 5 years")
        #expect(Figures.amount(1.8e-12, signed: true) == "0")
        #expect(Figures.amount(-3e-9, signed: true) == "0")
        #expect(Figures.amount(0.0042, signed: true) == "+0.0042")
    }
}
