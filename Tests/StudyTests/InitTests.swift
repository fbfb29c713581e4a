import Documents
import Estate
import Probability
import Study
import Testing

@Suite struct InitTests {
    /// Answers every question in order; an answer left out takes the default.
    private func answers(_ given: [InitQuestion: String]) throws -> InitAnswers {
        var questions = try InitQuestions()
        var asked = 0
        while let question = questions.next {
            try questions.answer(question, given[question] ?? "")
            asked += 1
            try #require(asked <= 10)
        }
        return try #require(questions.finished)
    }

    private func problem(_ question: InitQuestion, _ text: String, after: [InitQuestion: String] = [:]) throws -> String
    {
        var questions = try InitQuestions()
        while let next = questions.next, next != question { try questions.answer(next, after[next] ?? "") }
        do throws(InitError) {
            try questions.answer(question, text)
            return "none"
        } catch {
            #expect(questions.next == question)
            return error.description
        }
    }

    static let workload = "fraud training, multi-node-training, 6,050 gpu-hours/month, 85% active, 16 gpus per job"

    @Test func `a line of a workload says everything in any order`() throws {
        let line = try WorkloadLine(Self.workload)
        #expect(line.name == "fraud training")
        #expect(line.workloadClass == .multiNodeTraining)
        #expect(line.demand == .gpuHoursPerMonth(6_050))
        #expect(line.activity == 0.85)
        #expect(line.gpusPerJob == 16)
        let other = try WorkloadLine(
            "chat; p99 40 ms; 20GiB; online inference; live migration; 38 % of the gpus; RDMA; snapshots"
        )
        #expect(other.workloadClass == .onlineInference && other.demand == .allocatedShare(0.38))
        #expect(other.memoryGiB == 20 && other.latencyP99Milliseconds == 40)
        #expect(other.liveMigration && other.rdma && other.snapshots)
        #expect(
            try WorkloadLine("notebooks, 12 gpus, busy 20%, 9 hours per job").workloadClass == .interactiveDevelopment
        )
    }

    @Test(arguments: [
        ("a, trainning, 5 gpus", "'trainning' is not understood; did you mean 'training'?"),
        ("fraud, 5 gpus", "'fraud' has no class; add one of 'multi-node-training'"),
        ("a, training, 5 gpus, 6 gpus", "gives the demand a second time"),
        ("a, training, batch", "gives the class a second"),
        ("a, training, 120% active", "out of range; expected 0% to 100%"),
        ("a, training, blue", "'blue' is not understood"),
        ("a, training, 1.5 gpus per job", "is not a whole number of GPUs"), ("a.b, training", "'a.b' is not a name"),
        ("a, training, -5 gpus", "out of range"), (" , ", "the line is empty"),
        ("a, training, 85%", "is not understood"),
    ])
    func `a line that is not understood says which part`(_ line: String, _ expected: String) {
        do throws(InitError) {
            _ = try WorkloadLine(line)
            Issue.record("'\(line)' was read")
        } catch {
            #expect(error.description.contains(expected), "\(error)")
        }
    }

    @Test(arguments: [
        (InitQuestion.gpu, "h100", "names several GPUs"), (.gpu, "h1000-sxm-80gb", "did you mean"),
        (.gpus, "17, 8 per host", "17 GPUs do not fill hosts of 8"), (.gpus, "many", "'many' is not understood"),
        (.today, "vm-passthru", "did you mean 'vm-passthrough'?"), (.hypervisor, "vmwre", "did you mean 'vmware'?"),
        (.hypervisor, "no", "vm-passthrough runs on a hypervisor"), (.contract, "soon", "neither a date nor a price"),
        (.contract, "350 per bottle", "is not a price for what the licence counts"),
        (.serverPrice, "-5", "is not a price"),
        (.serverPrice, "cheap", "is not a price"), (.utilisation, "71%", "does not say of what"),
        (.utilisation, "71 allocated", "is not a share"), (.workloads, "", "an answer is needed"),
        (.workloads, "a, training, 8 gpus\nb, batch", "'b' does not say how much it uses"),
        (.workloads, "a, training, 16 gpus per job", "needs 16 GPUs and 8 are owned"),
        (.workloads, "a, training\nA, batch", "two workloads are named 'A'"),
        (.rules, "hippa", "did you mean 'hipaa'?"),
        (.name, "a/b", "is not a name"),
    ])
    func `a wrong answer is asked again`(_ question: InitQuestion, _ text: String, _ expected: String) throws {
        let problem = try problem(question, text, after: [.workloads: "a, training"])
        #expect(problem.contains(expected), "\(problem)")
    }

    @Test(arguments: [
        ("16, 8 per host", 2, 8), ("2 x 8", 2, 8), ("2x8", 2, 8), ("16", 2, 8), ("4", 1, 4), ("0", 0, 8),
        ("1_024", 128, 8),
        ("gpu[01-02]", 2, 8), ("gpu[01-03,07], 4 per host", 4, 4), ("2 × 4", 2, 4), ("16 GPUs, 4 per host", 4, 4),
    ])
    func `machines may be counted in several ways`(_ text: String, _ hosts: Int, _ gpus: Int) throws {
        let answers = try answers([.gpus: text, .serverPrice: "310000", .workloads: "a, training"])
        #expect(answers.hosts.count == hosts && answers.hosts.gpusPerHost == gpus)
    }

    @Test func `a contract in all is spread over what the licence counts`() throws {
        let answers = try answers([
            .gpus: "2 x 8", .contract: "2027-03, 78,400 a year", .workloads: "a, training",
        ])
        #expect(answers.contract.renewal == CalendarDate("2027-03-01"))
        #expect(answers.contract.pricePerUnit == 350)
        #expect(answers.contract.source?.contains("224 cores") == true)
    }

    @Test func `a share allocated that enters nowhere is said, in the file too`() throws {
        let stated: [InitQuestion: String] = [
            .gpus: "2 x 8", .utilisation: "71% allocated", .workloads: "a, training, 4 gpus",
        ]
        let answers = try answers(stated)
        let remark = try #require(answers.unusedAllocation)
        #expect(
            remark.hasPrefix("71.0 % allocated was answered") && remark.hasSuffix("theirs is used, 25.0 % of the GPUs")
        )
        #expect(try StudyWriter.text(answers, today: Fixture.today).contains("# \(remark).\nworkloads:"))
        var open = stated
        open[.workloads] = "a, training, 4 gpus\nb, inference"
        #expect(try self.answers(open).unusedAllocation == nil)
        open[.gpus] = "0"
        open[.workloads] = "a, training, 2 gpus per job"
        #expect(try self.answers(open).unusedAllocation?.contains("no GPUs are owned") == true)
        #expect(try self.answers([.gpus: "2 x 8", .workloads: "a, training, 4 gpus"]).unusedAllocation == nil)
    }

    @Test func `the price book is offered only where it has a price`() throws {
        var questions = try InitQuestions()
        try questions.answer(.gpu, "h100-sxm-80gb")
        try questions.answer(.gpus, "2 x 8")
        #expect(questions.help(.serverPrice).contains("book") && questions.defaultAnswer(.serverPrice) == "book")
        try questions.answer(.gpus, "2 x 4")
        #expect(questions.defaultAnswer(.serverPrice) == nil)
        #expect(questions.help(.serverPrice).contains("has none for a host with 4 h100-sxm-80gb"))
        #expect(!questions.help(.serverPrice).contains("'book'"))
        #expect(questions.help(.name) == InitQuestion.name.help)
    }

    /// Answers that vary everything an answer can say.
    static let scenarios: [[InitQuestion: String]] = [
        [.gpus: "2 x 8", .workloads: workload],
        [
            .workloads: "notebooks, 38% allocated\nchat, inference, 2 gpus, p99 50 ms, 20 gib\nrest, batch",
            .today: "vgpu",
        ],
        [
            .name: "Klinik-1", .gpu: "b200-180gb", .gpus: "gpu[01-04]", .today: "bare-metal", .hypervisor: "",
            .workloads: "w, fine-tuning, 2 gpus, 0.3% active", .rules: "hipaa, own hosts, stay in frankfurt, pci",
        ],
        [
            .gpu: "a100-pcie-80gb", .gpus: "4 x 2", .hypervisor: "nutanix", .contract: "200 per core, 2028-01",
            .serverPrice: "60000 to 80,000", .utilisation: "71% allocated, 38% active",
            .workloads: "a, batch\nb, inference",
        ],
        [
            .gpu: "l40s-48gb", .gpus: "8 x 4", .today: "passthrough", .hypervisor: "proxmox", .contract: "unknown",
            .serverPrice: "70000", .utilisation: "33.3% active",
            .workloads: "a, interactive, 9 hours per job, rdma, snapshots",
        ],
        [
            .gpus: "0", .today: "mig", .hypervisor: "no", .workloads: "a, training, 2 gpus per job",
            .utilisation: "5% allocated",
        ],
        [.gpu: "h200-sxm-141gb", .hypervisor: "none", .workloads: "a, training", .contract: "2027-01-31"],
        [
            .hypervisor: "hyper-v", .contract: "41.5 per core",
            .workloads: "übung 1, distributed training, 1e3 gpu-hours",
        ],
    ]

    @Test(arguments: scenarios) func `what is answered is what the reader reads`(_ given: [InitQuestion: String]) throws
    {
        let answers = try answers(given)
        let text = try StudyWriter.text(answers, today: Fixture.today)
        let study = try Fixture.read(text)
        #expect(study.name == answers.name && study.date == Fixture.today)
        #expect(study.estate.today == answers.today && study.estate.shape.gpu == answers.gpu)
        #expect(study.estate.hosts.reduce(0) { $0 + $1.count } == answers.hosts.count)
        #expect(study.estate.shape.gpusPerHost == answers.hosts.gpusPerHost)
        #expect(study.estate.renewal == answers.contract.renewal)
        if let price = answers.serverPrice {
            #expect(study.estate.shape.price.distribution.mean == (price.lowerBound + price.upperBound) / 2)
            #expect(!study.estate.shape.price.provenance.isAssumed)
        } else {
            #expect(study.estate.shape.price.provenance.isAssumed)
        }
        if let price = answers.contract.pricePerUnit {
            let licences = study.platforms.flatMap(\.licences).filter { $0.pricePerYear.distribution.mean == price }
            #expect(!licences.isEmpty || study.platforms.allSatisfy { !$0.model.isVirtual })
        }
        #expect(study.workloads.count == answers.workloads.count)
        for (line, workload) in zip(answers.workloads, study.workloads) {
            #expect(workload.name == line.name && workload.workloadClass == line.workloadClass)
            if let gpus = line.gpusPerJob { #expect(workload.gpusPerJob == gpus) }
            if let active = line.activity ?? answers.utilisation.active {
                #expect(workload.activity.distribution.mean == active && !workload.activity.provenance.isAssumed)
            } else {
                #expect(workload.activity.provenance.isAssumed)
            }
            switch line.demand {
            case .gpuHoursPerMonth(let hours): #expect(workload.gpuHoursPerMonth.distribution.mean == hours)
            case .gpus(let gpus): #expect(workload.gpuHoursPerMonth.distribution.mean == gpus * 730)
            case .allocatedShare(let share):
                let hours = share * Double(answers.hosts.gpus) * 730
                #expect(abs(workload.gpuHoursPerMonth.distribution.mean - hours) <= 1e-9 * hours)
            case nil: #expect(workload.gpuHoursPerMonth.provenance.isAssumed)
            }
            #expect(workload.needs.latencyP99Milliseconds == line.latencyP99Milliseconds)
            #expect(workload.needs.rdma == line.rdma && workload.needs.snapshots == line.snapshots)
            #expect(
                workload.needs.frameworks == answers.rules.frameworks && workload.needs.residency == answers.rules.sites
            )
            #expect(workload.needs.tenancy == answers.rules.tenancy ?? .shared)
        }
        // Everything else was written out as it would have been assumed: the file hides no number.
        for quantity in study.allQuantities {
            if case .assumed(let source, _) = quantity.provenance { #expect(!source.contains("unreadable")) }
        }
        #expect(text.contains("assumed: true"))
        #expect(!text.contains("\t") && text.hasSuffix("\n"))
    }

    @Test(arguments: scenarios) func `writing the defaults out changes no number`(_ given: [InitQuestion: String])
        throws
    {
        let text = try StudyWriter.text(try answers(given), today: Fixture.today)
        let study = try Fixture.read(text)
        // Without its assumed lines, the file falls back to the same defaults.
        let short = text.split(separator: "\n").filter {
            !$0.contains("assumed: true") && $0 != "    overhead:" || $0.contains("gpus: {")
        }
        let bare = try Fixture.read(short.filter { $0 != "prices:" }.joined(separator: "\n"))
        let names = Dictionary(bare.allQuantities.map { (self.key($0), $0) }, uniquingKeysWith: { first, _ in first })
        for quantity in study.allQuantities {
            let other = try #require(names[self.key(quantity)], "\(quantity.key)")
            #expect(other.distribution == quantity.distribution, "\(quantity.key)")
            #expect(other.provenance.isAssumed == quantity.provenance.isAssumed, "\(quantity.key)")
            #expect(other.range == quantity.range, "\(quantity.key)")
        }
    }

    /// The key, where a licence is named alike whether the estate or the book states it.
    private func key(_ quantity: Quantity) -> String {
        quantity.key.hasPrefix("licences.") ? "estate.licence_price_per_year" : quantity.key
    }

    @Test func `the same answers give the same file`() throws {
        let given = Self.scenarios[1]
        #expect(
            try StudyWriter.text(try answers(given), today: Fixture.today)
                == StudyWriter.text(try answers(given), today: Fixture.today)
        )
    }

    @Test func `hostile answers are refused or written harmlessly`() throws {
        for text in [
            "\u{1B}[31m", "*x", "&y", "a: b", "\"", "\\", "# c", "{", "]", "- -", "\u{202E}", "%",
            "9999999999999999999999",
        ] {
            for question in InitQuestion.allCases {
                var questions = try InitQuestions()
                for other in InitQuestion.allCases {
                    try? questions.answer(other, other == .workloads ? "a, training" : "")
                }
                guard (try? questions.answer(question, text)) != nil, let answers = questions.finished else { continue }
                let written = try StudyWriter.text(answers, today: Fixture.today)
                #expect(throws: Never.self) { try Fixture.read(written) }
            }
        }
    }
}
