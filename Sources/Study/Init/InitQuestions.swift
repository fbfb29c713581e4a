package import Documents
import Estate

/// The state of `assay init`: what has been answered, and what is asked next.
///
/// Pure: the caller prints the prompt, reads a line (or a flag) and gives it back. An answer is checked when it is
/// given, so a wrong one is asked again at once.
package struct InitQuestions: Sendable {
    private let book: PriceBook
    private let catalogue: GPUCatalogue
    private var answered: Set<InitQuestion> = []
    private var answers: InitAnswers

    /// Begins with the defaults of every question.
    ///
    /// - Throws: what reading the price book and the catalogue threw.
    package init() throws(DocumentError) {
        book = try PriceBook.standard()
        catalogue = try GPUCatalogue.standard()
        let gpu: GPUModel
        do {
            gpu = try catalogue.gpu(named: "h100-sxm-80gb")
        } catch {
            throw DocumentError(file: "gpus.json", problem: "\(error)")
        }
        answers = InitAnswers(
            name: "my study",
            gpu: gpu,
            hosts: .init(names: nil, count: 1, gpusPerHost: 8),
            today: .vmPassthrough,
            hypervisor: "vmware-vcf",
            contract: .init(),
            serverPrice: nil,
            utilisation: .init(),
            workloads: [],
            rules: .init()
        )
    }

    /// The next question, or nil when all are answered.
    package var next: InitQuestion? { InitQuestion.allCases.first { !answered.contains($0) && isAsked($0) } }

    /// Without a hypervisor there is no contract to ask about.
    private func isAsked(_ question: InitQuestion) -> Bool { question != .contract || answers.hypervisor != nil }

    /// The answer that an empty line stands for; nil where one must be given.
    package func defaultAnswer(_ question: InitQuestion) -> String? {
        switch question {
        case .name: "my study"
        case .gpu: "h100-sxm-80gb"
        case .gpus: "8, \(book.host(for: answers.gpu)?.gpus ?? 8) per host"
        case .today: "vm-passthrough"
        case .hypervisor: answers.today.isVirtual ? "vmware-vcf" : "no"
        case .contract: needsLicencePrice ? nil : "unknown"
        case .serverPrice: hasServerPrice ? "book" : nil
        case .utilisation: "unknown"
        case .workloads: nil
        case .rules: "none"
        }
    }

    /// What an answer looks like here; the price book is offered only where it has a price.
    package func help(_ question: InitQuestion) -> String {
        question == .serverPrice && !hasServerPrice
            ? "such as 310000 or '280000 to 340000'; the price book has none for a host with \(answers.hosts.gpusPerHost) "
                + "\(answers.gpu.id)"
            : question.help
    }

    private var hasServerPrice: Bool {
        answers.hosts.gpusPerHost == (book.host(for: answers.gpu)?.gpus ?? 8)
            && book.entry("server_price.\(answers.gpu.id)") != nil
    }

    private var needsLicencePrice: Bool {
        guard let known = answers.hypervisor.flatMap(book.hypervisor) else { return false }
        return known.metric != nil && known.price == nil
    }

    /// Takes an answer; an empty one takes the default.
    ///
    /// Questions may be answered in any order, best in that of ``InitQuestion``; an earlier answer that a later one contradicts is asked again.
    ///
    /// - Throws: ``InitError`` where the answer is not understood; nothing is changed then.
    package mutating func answer(_ question: InitQuestion, _ text: String) throws(InitError) {
        var text = NumberSpelling.trimmed(text)
        guard text.utf8.count <= 20_000 else { throw InitError(question, "the answer is too long") }
        if text.isEmpty {
            guard let standard = defaultAnswer(question) else {
                throw InitError(question, "an answer is needed, \(help(question))")
            }
            text = standard
        }
        switch question {
        case .name: answers.name = try name(text)
        case .gpu:
            answers.gpu = try gpu(text)
            reopen()
        case .gpus:
            answers.hosts = try hosts(text)
            reopen()
        case .today:
            answers.today = try model(text)
            if answers.today.isVirtual, answers.hypervisor == nil { answered.remove(.hypervisor) }
        case .hypervisor:
            answers.hypervisor = try hypervisor(text)
            answers.contract = .init()
            answered.remove(.contract)
        case .contract: answers.contract = try contract(text)
        case .serverPrice: answers.serverPrice = try serverPrice(text)
        case .utilisation: answers.utilisation = try utilisation(text)
        case .workloads: answers.workloads = try workloads(text)
        case .rules: answers.rules = try rules(text)
        }
        answered.insert(question)
    }

    /// Asks again what was answered for other machines.
    private mutating func reopen() {
        answered.remove(.serverPrice)
        answered.remove(.workloads)
        if answers.contract.source != nil { answered.remove(.contract) }
    }

    /// The answers, or nil while a question is open.
    package var finished: InitAnswers? { next == nil ? answers : nil }

    // MARK: One answer each

    private func name(_ text: String) throws(InitError) -> String {
        guard AnswerText.isName(text) else {
            throw InitError(
                .name,
                "\(quoted(text)) is not a name; use letters, digits, spaces, '-' and '_', at most 60"
            )
        }
        return text
    }

    private func gpu(_ text: String) throws(InitError) -> GPUModel {
        do {
            return try catalogue.gpu(named: text)
        } catch {
            throw InitError(.gpu, "\(error)")
        }
    }

    private func hosts(_ text: String) throws(InitError) -> InitAnswers.Hosts {
        let usual = book.host(for: answers.gpu)?.gpus ?? 8
        let problem = InitError(.gpus, "\(quoted(text)) is not understood; write \(InitQuestion.gpus.help)")
        let words = AnswerText.words(text.lowercased().replacingEach("×", with: " x "))
        let separated = words.flatMap { $0 == "x" || !$0.hasPrefix("x") ? [$0] : ["x", String($0.dropFirst())] }
        let numbers = separated.compactMap { word in
            AnswerText.number(word).flatMap { $0.isPercentage ? nil : Int(exactly: $0.value) }
        }
        if separated.contains("x"), numbers.count == 2 {
            return try hosts(count: numbers[0], gpusPerHost: numbers[1], names: nil)
        }
        if text.contains("[") || (numbers.isEmpty && !text.contains(" ") && text.contains(where: \.isNumber)) {
            return try namedHosts(text, usual: usual)
        }
        let perHost = separated.contains("host") || separated.contains("per") || separated.contains("host,")
        guard
            let gpus = AnswerText.parts(text).first.flatMap({ AnswerText.words($0).first }).flatMap(AnswerText.number),
            !gpus.isPercentage, let total = Int(exactly: gpus.value), total >= 0, numbers.count <= 2,
            numbers.count == 2 || !perHost || separated.count <= 3
        else { throw problem }
        let each = numbers.count == 2 ? numbers[1] : (total == 0 ? usual : min(usual, total))
        guard each > 0, total % each == 0 else {
            throw InitError(
                .gpus,
                "\(total) GPUs do not fill hosts of \(each); write such as '2 x 8', or state the GPUs per host"
            )
        }
        return try hosts(count: total / each, gpusPerHost: each, names: nil)
    }

    private func namedHosts(_ text: String, usual: Int) throws(InitError) -> InitAnswers.Hosts {
        // A hostlist has commas of its own: only a last part that speaks of hosts is apart from it.
        var list = text
        var each = usual
        if let comma = text.lastIndex(of: ","), text[comma...].contains("per") {
            let tail = AnswerText.words(String(text[text.index(after: comma)...]))
            guard let number = tail.compactMap(AnswerText.number).first, !number.isPercentage,
                let whole = Int(exactly: number.value)
            else { throw InitError(.gpus, "\(quoted(text)) is not understood; write \(InitQuestion.gpus.help)") }
            each = whole
            list = NumberSpelling.trimmed(text[..<comma])
        }
        do {
            let hostlist = try Hostlist(parsing: list)
            return try hosts(count: hostlist.count, gpusPerHost: each, names: hostlist.description)
        } catch let error as InitError {
            throw error
        } catch {
            throw InitError(.gpus, "\(error)")
        }
    }

    private func hosts(count: Int, gpusPerHost: Int, names: String?) throws(InitError) -> InitAnswers.Hosts {
        guard (0...Hostlist.maximumCount).contains(count), (1...64).contains(gpusPerHost) else {
            throw InitError(
                .gpus,
                "\(count) hosts of \(gpusPerHost) GPUs is out of range; up to \(Hostlist.maximumCount) hosts of 64"
            )
        }
        return InitAnswers.Hosts(names: names, count: count, gpusPerHost: gpusPerHost)
    }

    private func model(_ text: String) throws(InitError) -> DeploymentModel {
        let word = AnswerText.kebab(text)
        if let model = DeploymentModel(rawValue: word) { return model }
        let short: [String: DeploymentModel] = [
            "passthrough": .vmPassthrough, "vm": .vmPassthrough, "vms": .vmPassthrough, "sriov": .vmSRIOV,
            "sr-iov": .vmSRIOV,
            "vgpu": .vmVGPU, "vgpu-mig": .vmVGPUMIG, "mig": .bareMetalMIG, "metal": .bareMetal, "baremetal": .bareMetal,
        ]
        if let model = short[word] { return model }
        let near = nearest(word, in: DeploymentModel.allCases.map(\.rawValue))
        throw InitError(
            .today,
            "\(quoted(text)) is not a deployment model; "
                + (near.map { "did you mean '\($0)'?" } ?? "expected \(InitQuestion.today.help)")
        )
    }

    private func hypervisor(_ text: String) throws(InitError) -> String? {
        let word = text.lowercased()
        if ["no", "nothing", "not considered"].contains(word) {
            guard !answers.today.isVirtual else {
                throw InitError(
                    .hypervisor,
                    "\(answers.today) runs on a hypervisor; name it, or 'none' for one without a licence"
                )
            }
            return nil
        }
        if let known = book.hypervisor(word) { return known.id }
        let near = nearest(word, in: book.hypervisors.flatMap { [$0.id] + $0.aliases })
        throw InitError(
            .hypervisor,
            "\(quoted(text)) is not a hypervisor known here; "
                + (near.map { "did you mean '\($0)'?" } ?? "expected \(InitQuestion.hypervisor.help)")
        )
    }

    private func serverPrice(_ text: String) throws(InitError) -> ClosedRange<Double>? {
        if text.lowercased() == "book" {
            guard hasServerPrice else {
                throw InitError(
                    .serverPrice,
                    "the price book has no price for a host with \(answers.hosts.gpusPerHost) \(answers.gpu.id); write what a "
                        + "new one costs, such as 310000"
                )
            }
            return nil
        }
        let words = AnswerText.words(AnswerText.parts(text).joined(separator: " ").replacingEach("$", with: " "))
        let numbers = words.compactMap(AnswerText.number)
        let rest = words.filter { AnswerText.number($0) == nil && !["usd", "to", "-", "and", "between"].contains($0) }
        guard rest.isEmpty, !numbers.contains(where: \.isPercentage), let low = numbers.first?.value,
            numbers.count <= 2,
            let high = numbers.last?.value, low > 0, low <= high, high <= 1e12
        else {
            throw InitError(.serverPrice, "\(quoted(text)) is not a price; write \(help(.serverPrice))")
        }
        return low...high
    }

    private func utilisation(_ text: String) throws(InitError) -> InitAnswers.Utilisation {
        var result = InitAnswers.Utilisation()
        if text.lowercased() == "unknown" { return result }
        for part in AnswerText.parts(text) {
            let words = AnswerText.words(part)
            guard let number = words.compactMap(AnswerText.number).first, number.isPercentage,
                (0...1).contains(number.value)
            else {
                throw InitError(
                    .utilisation,
                    "\(quoted(part)) is not a share; write \(InitQuestion.utilisation.help)"
                )
            }
            if words.contains(where: { ["allocated", "allocation", "reserved", "booked"].contains($0) }) {
                result.allocated = number.value
            } else if words.contains(where: {
                ["active", "busy", "activity", "utilised", "utilized", "used"].contains($0)
            }) {
                result.active = number.value
            } else {
                throw InitError(
                    .utilisation,
                    "\(quoted(part)) does not say of what; add 'allocated' or 'active'"
                )
            }
        }
        return result
    }

    private func workloads(_ text: String) throws(InitError) -> [WorkloadLine] {
        var lines: [WorkloadLine] = []
        for line in text.split(whereSeparator: \.isNewline) {
            let trimmed = NumberSpelling.trimmed(line)
            guard !trimmed.isEmpty else { continue }
            let workload = try WorkloadLine(trimmed)
            guard !lines.contains(where: { $0.name.lowercased() == workload.name.lowercased() }) else {
                throw InitError(.workloads, "two workloads are named \(quoted(workload.name)); give each its own name")
            }
            if let gpus = workload.gpusPerJob { try check(gpus, workload) }
            lines.append(workload)
        }
        guard !lines.isEmpty else {
            throw InitError(.workloads, "no workload is named; write \(InitQuestion.workloads.help)")
        }
        if answers.hosts.gpus > 0, answers.unclaimedGPUs(lines) <= 0,
            let silent = lines.first(where: { $0.demand == nil })
        {
            throw InitError(
                .workloads,
                "\(quoted(silent.name)) does not say how much it uses, and the others use all that is allocated; add such as "
                    + "'6050 gpu-hours' or '12 gpus'"
            )
        }
        guard lines.count <= 64 else {
            throw InitError(.workloads, "\(lines.count) workloads are too many; at most 64 are read")
        }
        return lines
    }

    private func check(_ gpus: Int, _ workload: WorkloadLine) throws(InitError) {
        let owned = answers.hosts.gpus
        if owned > 0, gpus > owned {
            throw InitError(
                .workloads,
                "one job of \(quoted(workload.name)) needs \(gpus) GPUs and \(owned) are owned; lower it"
            )
        }
        if workload.workloadClass == .singleNodeTraining, gpus > answers.hosts.gpusPerHost {
            throw InitError(
                .workloads,
                "one job of \(quoted(workload.name)) needs \(gpus) GPUs and a host has \(answers.hosts.gpusPerHost); a job "
                    + "across hosts is of class 'multi-node-training'"
            )
        }
    }

    private func rules(_ text: String) throws(InitError) -> InitAnswers.Rules {
        var rules = InitAnswers.Rules()
        if ["none", "no"].contains(text.lowercased()) { return rules }
        for part in AnswerText.parts(text) {
            let word = AnswerText.kebab(part)
            let before = ["stay-in-", "only-in-", "site-", "residency-"]
            if let prefix = before.first(where: word.hasPrefix) {
                let site = String(word.dropFirst(prefix.count))
                guard AnswerText.isName(site) else {
                    throw InitError(.rules, "\(quoted(part)) names no site; write such as 'stay in frankfurt'")
                }
                if !rules.sites.contains(site) { rules.sites.append(site) }
            } else if ["own-hosts", "own-host", "dedicated-hosts", "dedicated-host", "single-tenant"].contains(word) {
                rules.tenancy = .host
            } else if ["own-gpus", "own-gpu", "dedicated-gpus", "dedicated-gpu"].contains(word) {
                rules.tenancy = .gpu
            } else if ["own-slices", "own-slice"].contains(word) {
                rules.tenancy = .slice
            } else if let framework = Self.frameworks[word] {
                if !rules.frameworks.contains(framework) { rules.frameworks.append(framework) }
            } else {
                let near = nearest(word, in: Self.frameworks.keys.sorted())
                throw InitError(
                    .rules,
                    "\(quoted(part)) is not a rule known here; "
                        + (near.map { "did you mean '\($0)'?" } ?? "write \(InitQuestion.rules.help)")
                )
            }
        }
        return rules
    }

    private static let frameworks: [String: String] = [
        "hipaa": "hipaa", "pci-dss": "pci-dss", "pci": "pci-dss", "gdpr": "gdpr", "sox": "sox", "soc2": "soc2",
        "soc-2": "soc2", "iso-27001": "iso-27001", "iso27001": "iso-27001", "fedramp": "fedramp", "dora": "dora",
        "nist-800-53": "nist-800-53", "nist-800-171": "nist-800-171", "eu-ai-act": "eu-ai-act", "hds": "hds",
        "bsi-c5": "bsi-c5",
    ]
}

extension InitQuestions {
    /// The contract: an end date and a price in any order, either of them possibly unknown.
    private func contract(_ text: String) throws(InitError) -> InitAnswers.Contract {
        var contract = InitAnswers.Contract()
        for part in AnswerText.parts(text) {
            if part.lowercased() == "unknown" { continue }
            if let date = CalendarDate(part) {
                contract.renewal = date
                continue
            }
            let words = AnswerText.words(part.replacingEach("$", with: " ")).filter {
                !["usd", "a", "per", "each"].contains($0)
            }
            let numbers = words.compactMap(AnswerText.number)
            let units = words.filter { AnswerText.number($0) == nil }
            guard let price = numbers.first, numbers.count == 1, !price.isPercentage, price.value >= 0,
                price.value <= 1e12
            else {
                throw InitError(
                    .contract,
                    "\(quoted(part)) is neither a date nor a price; write \(InitQuestion.contract.help)"
                )
            }
            try read(price.value, units.joined(separator: " "), part, into: &contract)
        }
        if needsLicencePrice, contract.pricePerUnit == nil {
            throw InitError(
                .contract,
                "this hypervisor has no public price; write what it costs, such as '200 per core'"
            )
        }
        return contract
    }

    private func read(
        _ price: Double,
        _ unit: String,
        _ part: String,
        into contract: inout InitAnswers.Contract
    ) throws(InitError) {
        guard let metric = answers.hypervisor.flatMap(book.hypervisor)?.metric else {
            throw InitError(
                .contract,
                "this hypervisor has no licence, so it has no price; write its end date alone, or 'unknown'"
            )
        }
        let name = metric.unitName.lowercased()
        if ["\(name)", "\(name) year", "\(name)/year", "\(name) and year"].contains(unit) {
            contract.pricePerUnit = price
        } else if ["year", "/year", "yearly", "in all", "total"].contains(unit) {
            let (units, words) = try licenceUnits(metric)
            contract.pricePerUnit = price / units
            contract.source = "a contract of \(NumberText.plain(price)) USD a year over \(words)"
        } else {
            throw InitError(
                .contract,
                "\(quoted(part)) is not a price for what the licence counts; write such as '350 per \(name)' or '78400 a year'"
            )
        }
    }

    /// The units of today's hosts that the licence counts, and them in words.
    private func licenceUnits(_ metric: LicenceMetric) throws(InitError) -> (Double, String) {
        let hosts = answers.hosts.count
        guard hosts > 0 else {
            throw InitError(
                .contract,
                "no hosts are owned, so a total says nothing; write the price per \(metric.unitName)"
            )
        }
        let usual = book.host(for: answers.gpu)
        switch metric {
        case .perHost: return (Double(hosts), "\(hosts) hosts")
        case .perPlatform(let units): return (Double(units), "\(units) tests")
        case .perGPU: return (Double(answers.hosts.gpus), "\(answers.hosts.gpus) GPUs")
        case .perSocket: return (Double(hosts * (usual?.sockets ?? 2)), "\(hosts * (usual?.sockets ?? 2)) sockets")
        case .perCore(let perSocket, let order):
            guard let usual else {
                throw InitError(.contract, "the cores of a host are not known for this GPU; write the price per core")
            }
            let cores = max(hosts * max(usual.cores, usual.sockets * perSocket), order)
            return (Double(cores), "\(cores) cores")
        }
    }
}

extension String {
    /// The text with each `old` replaced.
    fileprivate func replacingEach(_ old: Character, with new: String) -> String {
        var result = ""
        for character in self {
            if character == old { result += new } else { result.append(character) }
        }
        return result
    }
}
