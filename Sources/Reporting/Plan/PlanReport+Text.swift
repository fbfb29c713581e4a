import Documents
import Estate
package import Scheduling

extension PlanReport {
    /// The plan for a terminal.
    package var text: String {
        var text = "\(plan.name): \(lead)\n"
        if !levels.isEmpty { text += "\n" + levelTable }
        text += "\n" + demandTable
        if let proofLine { text += "\n" + proofLine + "\n" }
        for (index, look) in looks.prefix(Self.lookLimit).enumerated() {
            if index == 0 { text += "\n" }
            if let present = look.present, present.gpus.map(\.mode) != look.host.gpus.map(\.mode) {
                text += "\(oneLine(look.title)), now\n" + LayoutBlocks.host(present)
                text += "\(oneLine(look.title)), planned\n" + LayoutBlocks.host(look.host)
            } else {
                text += "\(oneLine(look.title))\n" + LayoutBlocks.host(look.host)
            }
        }
        if looks.count > Self.lookLimit {
            text += "… and \(looks.count - Self.lookLimit) more kinds of host; plan.json has them all.\n"
        }
        if !plan.steps.isEmpty { text += "\n" + Self.text(plan.steps) }
        let notes = plan.notes + assumptions
        if !notes.isEmpty { text += "\n" + notes.map { "- \(oneLine($0))\n" }.joined() }
        return text
    }

    /// Steps for a terminal, host by host.
    package static func text(_ steps: [TransitionStep]) -> String {
        let (inTurn, atOnce) = seconds(steps)
        let waits = waits(steps)
        var text = "Steps: \(steps.count), about \(duration(inTurn))"
        if inTurn > atOnce { text += " one host after another, \(duration(atOnce)) all hosts at once" }
        text +=
            waits > 0
            ? ", and until \(waits == 1 ? "1 running job ends" : "\(waits) running jobs end").\n"
            : "; no job is waited for.\n"
        let shown = 60
        for step in steps.prefix(shown) {
            text += "  \(oneLine(step.host))\(step.gpu.map { " GPU \($0)" } ?? ""): \(words(step))\n"
        }
        if steps.count > shown { text += "  … \(steps.count - shown) more; plan.json has them all.\n" }
        return text
    }

    /// What a step does.
    static func words(_ step: TransitionStep) -> String {
        switch step.action {
        case .drainHost: "drain: no new jobs, those that run end"
        case .resumeHost: "resume"
        case .waitForInstance(let instance): "give \(instance) no further job and wait until its job ends"
        case .waitForGPU: "give the GPU no further job and wait until its job ends"
        case .destroy(let instance): "destroy \(instance)"
        case .create(let instance): "create \(instance)"
        case .enableMIG: "turn MIG mode on"
        case .disableMIG: "turn MIG mode off"
        case .resetGPU: "reset, so that the mode takes effect"
        }
    }

    private static func duration(_ seconds: Double) -> String {
        seconds < 120 ? "\(NumberText.fixed(seconds, 0)) s" : "\(NumberText.fixed(seconds / 60, 1)) min"
    }

    private var levelTable: String {
        TextTable(
            header: ["demand", "whole GPUs", "sliced GPUs", "at least", "fits"],
            alignments: [.left, .right, .right, .right, .left],
            rows: levels.map { level in
                guard let totals = level.totals else {
                    return [level.name, "", "", "", "no: " + (level.problem ?? "it was not planned")]
                }
                return [
                    level.name, "\(totals.wholeGPUs)", "\(totals.slicedGPUs)", "\(totals.slicedBound)", "yes",
                ]
            }
        ).render()
    }

    private var demandTable: String {
        let shown = 40
        var text = TextTable(
            header: ["wanted", "count", "team", "on"],
            alignments: [.left, .right, .left, .left],
            rows: plan.demand.prefix(shown).map { [$0.name, "\($0.count)", $0.team ?? "", $0.model ?? ""] }
        ).render()
        if plan.demand.count > shown { text += "… \(plan.demand.count - shown) more rows\n" }
        return text
    }
}

/// GPUs as rows of blocks: each memory slice has its width, an instance begins with an edge and its name.
enum LayoutBlocks {
    /// Characters of a whole GPU.
    static let width = 48

    /// The rows of a host; GPUs that look alike share one.
    static func host(_ host: PlannedHost) -> String {
        var rows: [(first: Int, last: Int, picture: String)] = []
        for gpu in host.gpus {
            let picture = row(gpu)
            if let before = rows.last, before.picture == picture, before.last + 1 == gpu.index {
                rows[rows.count - 1].last = gpu.index
            } else {
                rows.append((gpu.index, gpu.index, picture))
            }
        }
        let names = rows.map { $0.first == $0.last ? "GPU \($0.first)" : "GPU \($0.first)-\($0.last)" }
        let longest = names.map(\.count).max() ?? 0
        return zip(names, rows).map { name, row in
            "  " + name + String(repeating: " ", count: longest - name.count) + "  " + row.picture + "\n"
        }.joined()
    }

    /// One GPU.
    static func row(_ gpu: PlannedGPU) -> String {
        let suffix = gpu.isSpare ? " spare" : ""
        guard case .mig(let instances) = gpu.mode else {
            let label = " whole\(gpu.isBusy ? ", busy" : "") "
            return "▐" + label + String(repeating: gpu.isSpare ? "░" : "█", count: max(0, width - 1 - label.count))
                + "▌" + suffix
        }
        let slices = slices(gpu)
        let cell = width / slices
        var cells = Array(repeating: Character("·"), count: cell * slices)
        for one in instances {
            let begin = one.instance.start * cell
            let end = min(begin + one.instance.size * cell, cells.count)
            guard begin < end else { continue }
            let mark = one.hasJob ? "*" : ""
            let labels = labels(one.instance.profile).map { Array("▐" + $0 + mark) }
            let label = labels.first { $0.count <= end - begin } ?? labels[labels.count - 1]
            for position in begin..<end {
                let index = position - begin
                cells[position] = index < label.count && index < end - begin ? label[index] : "▒"
            }
        }
        return String(cells) + "▌" + suffix
    }

    /// Names of a profile, the longest first: where the whole one does not fit, its compute slices do, and what tells it from
    /// the plain profile of that size.
    static func labels(_ profile: String) -> [String] {
        let compute = String(profile.prefix { $0 != "." })
        let flags = profile.drop { $0 != "+" && $0 != "-" }
        return [profile, compute + flags, compute + flags.prefix(1)]
    }

    /// Memory slices of the GPU.
    static func slices(_ gpu: PlannedGPU) -> Int {
        let known = (try? GPUCatalogue.standard().gpu(named: gpu.model).migGeometry?.memorySlices?.value) ?? nil
        let needed = gpu.instances.map { $0.instance.start + $0.instance.size }.max() ?? 1
        return min(max(known ?? 8, needed), 16)
    }
}
