internal import Documents
import Estate
import Study

extension EvidenceCheck {
    /// Answers the question from what the context holds; nothing is taken for granted.
    func run(_ context: CheckContext) -> CheckResult {
        if let reason = skip(context.model) { return result(.notApplicable, reason + ".") }
        switch special {
        case .tenancy: return tenancy(context)
        case .residency: return residency(context)
        case .declaredModel, .inventory, .sameOnAllHosts, nil: break
        }
        guard !context.hosts.isEmpty else {
            return result(.missing, "There is no evidence of \(context.model). \(remedy)")
        }
        switch special {
        case .declaredModel: return declaredModel(context)
        case .inventory: return inventory(context)
        case .sameOnAllHosts: return sameOnAllHosts(context)
        case .tenancy, .residency, nil: return facts(context)
        }
    }

    private func result(_ outcome: CheckResult.Outcome, _ sentence: String, _ lines: [Int] = []) -> CheckResult {
        CheckResult(check: id, outcome: outcome, sentence: sentence, lines: lines.sorted())
    }

    /// The hosts that may answer: under a hypervisor, what only the host sees is not taken from a guest.
    private func vantagePoints(_ context: CheckContext) -> [CheckContext.SeenHost] {
        guard vantage == .host, context.model.isVirtual else { return context.hosts }
        return context.hosts.filter(\.host.isKnownHost)
    }

    /// The sources of each host, hosts in the order in which they come.
    private func byHost(_ hosts: [CheckContext.SeenHost]) -> [(name: String, seen: [CheckContext.SeenHost])] {
        var groups: [(name: String, seen: [CheckContext.SeenHost])] = []
        for host in hosts {
            if let place = groups.firstIndex(where: { $0.name == host.host.name }) {
                groups[place].seen.append(host)
            } else {
                groups.append((host.host.name, [host]))
            }
        }
        return groups
    }

    /// Each fact on each host: one that is bad decides; all must be there, collected and good.
    private func facts(_ context: CheckContext) -> CheckResult {
        let hosts = vantagePoints(context)
        guard !hosts.isEmpty else {
            return result(
                .missing,
                "The evidence of \(context.model) was collected inside guests, which cannot see this, or does not say "
                    + "where. \(remedy)"
            )
        }
        var (good, bad, open, lines): ([String], [String], [String], [Int]) = ([], [], [], [])
        for rule in rules {
            for (name, seen) in byHost(hosts) {
                let told = seen.compactMap { $0.line(rule.fact) }
                guard !told.isEmpty else {
                    open.append("\(rule.fact) was not collected on \(name)")
                    continue
                }
                var doubts: [String] = []
                var isGood = false
                for (fact, line) in told {
                    lines.append(line)
                    let words = "\(rule.fact) = \(fact.value) on \(name)"
                    switch rule.judge(fact.value) {
                    case .bad: bad.append(words)
                    case .good where fact.isDeclared:
                        doubts.append("\(words) was typed by a person, not collected")
                    case .good:
                        if !isGood { good.append(words) }
                        isGood = true
                    case .open(let reason): doubts.append("\(words): \(reason)")
                    }
                }
                if !isGood { open += doubts }
            }
        }
        if !bad.isEmpty { return result(.fails, listed(bad) + ".", lines) }
        if !open.isEmpty { return result(.missing, listed(open) + ". \(remedy)", lines) }
        return result(.passes, listed(good) + ".", lines)
    }

    private func sameOnAllHosts(_ context: CheckContext) -> CheckResult {
        let first = facts(context)
        guard first.outcome == .passes, let rule = rules.first else { return first }
        // What a person typed beside a collected value is no second version.
        let told = vantagePoints(context).compactMap { $0.host.fact(rule.fact) }.filter { !$0.isDeclared }
        let values = Set(told.map(\.value)).sorted()
        guard values.count > 1 else { return first }
        return result(
            .fails,
            "Hosts of \(context.model) differ in \(rule.fact): \(values.joined(separator: "; ")).",
            first.lines
        )
    }

    private func declaredModel(_ context: CheckContext) -> CheckResult {
        var (agree, differ, open, lines): ([String], [String], [String], [Int]) = ([], [], [], [])
        for seen in context.hosts {
            for name in ["deployment_model", "virtualization", "hypervisor", "mig"] {
                if let line = seen.line(name)?.line { lines.append(line) }
            }
            let name = seen.host.name
            if let detected = seen.host.detectedModel {
                // A host that gives GPUs away shows another model than its guests have.
                if detected == context.model {
                    agree.append("\(detected) was detected on \(name)")
                } else {
                    differ.append("\(detected) was detected on \(name), where \(context.model) is claimed")
                }
            } else if let fact = seen.host.fact("virtualization"), !fact.isDeclared, fact.value == "yes",
                !context.model.isVirtual
            {
                differ.append("\(name) is a virtual machine, and \(context.model) is claimed")
            } else {
                open.append("nothing on \(name) shows the model")
            }
        }
        if !differ.isEmpty { return result(.fails, listed(differ) + ".", lines) }
        // One look from the workload's own place is enough: hosts below do not show it.
        if agree.isEmpty { return result(.missing, listed(open) + ". \(remedy)", lines) }
        return result(.passes, listed(agree) + ".", lines)
    }

    private func inventory(_ context: CheckContext) -> CheckResult {
        var (good, bad, open, lines): ([String], [String], [String], [Int]) = ([], [], [], [])
        for (name, group) in byHost(context.hosts) {
            let named = group.filter { $0.host.fact("gpu") != nil }
            // The source that knows identities says the most.
            guard let seen = named.first(where: { $0.host.fact("gpu_uuid") != nil }) ?? named.first,
                let (gpu, gpuLine) = seen.line("gpu")
            else {
                open.append("no GPU was seen on \(name)")
                continue
            }
            lines.append(gpuLine)
            let models = gpu.value.split(separator: ",").map { $0.drop { $0 == " " } }.map(String.init)
            if !context.gpuNames.isEmpty,
                !models.allSatisfy({ model in context.gpuNames.contains { sameGPU(model, $0) } })
            {
                bad.append("\(name) has \(gpu.value), and the study declares \(context.gpuNames[0])")
            }
            guard let (uuid, uuidLine) = seen.line("gpu_uuid") else {
                open.append("the GPUs of \(name) were collected without their identities (gpu_uuid)")
                continue
            }
            lines.append(uuidLine)
            let identities = uuid.value.split(separator: ",").map { $0.filter { $0 != " " } }
            if let (count, line) = seen.line("gpu_count"), let number = Int(count.value) {
                lines.append(line)
                if number != identities.count {
                    bad.append("\(name) has \(number) GPUs and \(identities.count) identities")
                }
            }
            if Set(identities).count != identities.count { bad.append("an identity stands twice on \(name)") }
            if gpu.isDeclared || uuid.isDeclared {
                open.append("the GPUs of \(name) were typed by a person, not collected")
            } else {
                good.append("\(identities.count) of \(gpu.value) on \(name)")
            }
        }
        if !bad.isEmpty { return result(.fails, listed(bad) + ".", lines) }
        if !open.isEmpty { return result(.missing, listed(open) + ". \(remedy)", lines) }
        return result(.passes, listed(good) + ".", lines)
    }

    /// `NVIDIA H100 NVL` and `h100-nvl` name one GPU.
    private func sameGPU(_ left: String, _ right: String) -> Bool {
        func key(_ text: String) -> String {
            text.lowercased().split { !$0.isLetter && !$0.isNumber }.filter { $0 != "nvidia" }.joined(separator: " ")
        }
        return key(left) == key(right)
    }

    private func tenancy(_ context: CheckContext) -> CheckResult {
        guard let workload = context.workload, let need = workload.tenancy else {
            return result(.missing, "No tenancy is declared for the workload. \(remedy)")
        }
        let offered = Tenancy.offered(by: context.model)
        let sentence = "\(workload.name) asks for \(need.words); \(context.model) gives \(offered.words)"
        guard offered.strictness >= need.strictness else {
            return result(.fails, sentence + ", by what it is: no evidence could say otherwise.")
        }
        guard !context.hosts.isEmpty else {
            return result(.missing, "\(sentence), as declared; there is no evidence of \(context.model). \(remedy)")
        }
        // What was detected carries it, not what was declared.
        let model = EvidenceCheck.named("declared-model").map { $0.run(context) }
        guard let model, model.outcome == .passes else {
            return result(
                model?.outcome == .fails ? .fails : .missing,
                "\(sentence), if the model is the one claimed: \(model?.sentence ?? "not shown.")",
                model?.lines ?? []
            )
        }
        return result(.passes, "\(sentence). \(model.sentence)", model.lines)
    }

    private func residency(_ context: CheckContext) -> CheckResult {
        guard let allowed = context.workload?.sites, !allowed.isEmpty else {
            return result(.missing, "No site is declared at which the data must stay. \(remedy)")
        }
        let list = allowed.joined(separator: ", ")
        let outside = context.sites.filter { !allowed.contains($0) }
        guard outside.isEmpty else {
            return result(.fails, "Data must stay at \(list); the platform is declared to stand at \(listed(outside)).")
        }
        var (good, bad, open, lines): ([String], [String], [String], [Int]) = ([], [], [], [])
        for (name, group) in byHost(context.hosts) {
            let told = group.compactMap { $0.line("site") }
            if told.isEmpty { open.append("\(name) does not say where it stands") }
            for (site, line) in told {
                lines.append(line)
                let words = "\(name) stands at \(site.value)"
                if !allowed.contains(site.value) {
                    bad.append(words)
                } else if site.isDeclared {
                    open.append("\(words), as a person typed it")
                } else {
                    good.append("\(words) (\(site.origin))")
                }
            }
        }
        if !bad.isEmpty { return result(.fails, "Data must stay at \(list); \(listed(bad)).", lines) }
        guard !good.isEmpty, open.isEmpty else {
            let declared =
                context.sites.isEmpty ? "no site is declared for \(context.model)" : "as declared, it stands there"
            let seen = open.isEmpty ? "no host says where it stands" : listed(open)
            return result(.missing, "Data must stay at \(list); \(declared); \(seen). \(remedy)", lines)
        }
        return result(.passes, "Data must stay at \(list); \(listed(good)).", lines)
    }

    /// At most six, so that a hundred hosts do not bury the sentence.
    private func listed(_ items: [String]) -> String {
        let shown = items.prefix(6).map(oneLine).joined(separator: "; ")
        return items.count > 6 ? "\(shown); and \(items.count - 6) more" : shown
    }
}
