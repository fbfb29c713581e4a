import Documents
import Estate
import Evidence
import Probability
import Study

extension ResolvedStudy {
    /// Combines overheads with the waiting predicted at the scale that a workload states.
    ///
    /// An overhead that was measured on as many nodes stands, and so do one that does not say on how many, and a declared
    /// one; a note says what was predicted. Published and derived overheads count as those of one node.
    mutating func predictScale(_ evidence: [ComparedEvidence]) {
        for index in study.workloads.indices {
            let workload = study.workloads[index]
            guard let scale = workload.scale else { continue }
            var isPredicted = false
            for (place, model) in DeploymentModel.allCases.enumerated() where model != .bareMetal {
                guard let found = Self.evidence(evidence, for: workload.name, under: model, having: Self.hasDetours)
                else { continue }
                isPredicted = true
                guard let small = workload.overhead[model] else { continue }
                let seed = study.policy.seed &+ UInt64(index * DeploymentModel.allCases.count + place) &* 0x9E37
                scaleOverhead(small, of: index, under: model, at: scale, with: found, seed: seed)
            }
            if !isPredicted {
                notes.append(
                    "\(workload.name): it states a scale, but no evidence for it has detours of both arms, so waiting on "
                        + "\(counted(scale.nodes, "node")) is not predicted; measure them with: assay measure --probes detours"
                )
            }
        }
    }

    private mutating func scaleOverhead(
        _ small: Quantity,
        of index: Int,
        under model: DeploymentModel,
        at scale: JobScale,
        with found: ArmEvidence,
        seed: UInt64
    ) {
        let name = study.workloads[index].name
        let place = "\(name) under \(model)"
        var from = 1
        var obstacle: String?
        switch small.provenance {
        case .measured:
            if let nodes = measuredNodes[place] {
                from = nodes
                if nodes >= scale.nodes { obstacle = "was measured on \(counted(nodes, "node"))" }
            } else {
                obstacle = "was measured on it is not said how many nodes (write 'nodes: N' at the evidence)"
            }
        case .declared: obstacle = "is declared"
        case .assumed, .derived: break
        }
        let base = min(from, scale.nodes)
        let scaled: ScaledOverhead
        do throws(PredictionError) {
            scaled = try ScaledOverhead(small.distribution, on: base, at: scale, records: found.records, seed: seed)
        } catch {
            notes.append("\(place): waiting on \(counted(scale.nodes, "node")) was not predicted: \(error).")
            return
        }
        let use = ScaleUse(
            workload: name,
            model: model,
            nodes: scale.nodes,
            ranks: scale.nodes * scale.ranksPerNode,
            fromNodes: base,
            added: scaled.added,
            isExtrapolated: scaled.isExtrapolated,
            records: found.identifiers,
            isUsed: obstacle == nil
        )
        scales.append(use)
        if let obstacle {
            notes.append(
                "\(place): the overhead \(obstacle) and stands; predicted from detours, waiting on "
                    + "\(counted(scale.nodes, "node")) would add \(use.addedWords) to that on \(counted(base, "node"))."
            )
            return
        }
        let reach = scaled.isExtrapolated ? "extrapolated beyond the sample by a fitted tail" : "within the sample"
        var formula =
            "derived: (1 + overhead on \(counted(base, "node")), \(small.provenance.word), "
            + "\(NumberText.percent(small.distribution.mean, 1, signed: true))) x (1 + what waiting on "
            + "\(counted(scale.nodes, "node")) adds, \(use.addedWords)) - 1; waiting predicted from detours of both arms, "
            + reach
        var behind: [String] = []
        switch small.provenance {
        case .measured(let records, let note):
            behind = records
            formula += "; the smaller scale: \(note)"
        case .derived(let records, let note):
            behind = records
            formula += "; the smaller scale: \(note)"
        case .assumed(let source, _):
            formula +=
                "; the smaller scale is assumed (\(source)): where published figures hold waiting, it counts twice"
        case .declared: break
        }
        if found.isConfounded, !formula.contains("these two hosts differ") {
            formula += "; one host per arm, so these two hosts differ by this much, whatever the cause"
        }
        var seen: Set<String> = []
        let records = (behind + found.identifiers).filter { seen.insert($0).inserted }
        // A key of its own: an overhead that several workloads share is not shared at this one's scale.
        let range = Quantity.defaultRange(of: scaled.distribution)
        study.workloads[index].overhead[model] = Quantity(
            key: "workloads.\(name).overhead.\(model)",
            title: "Overhead of \(model) on \(counted(scale.nodes, "node")), \(name)",
            unit: small.unit,
            distribution: scaled.distribution,
            provenance: .derived(records: records, note: formula),
            range: min(small.range.lowerBound, range.lowerBound)...max(small.range.upperBound, range.upperBound)
        )
    }

    // MARK: Which evidence

    /// Records of both arms that hold what a prediction needs.
    struct ArmEvidence {
        var records: ArmRecords
        var isConfounded: Bool
        var identifiers: [String] { (records.baseline + records.other).map(\.id) }
    }

    /// The first evidence with what is needed: one that names the workload, else components that name none.
    static func evidence(
        _ evidence: [ComparedEvidence],
        for workload: String,
        under model: DeploymentModel?,
        having isEnough: (ArmRecords) -> Bool
    ) -> ArmEvidence? {
        let mine =
            evidence.filter { $0.workload == workload } + evidence.filter { $0.isComponent && $0.workload == nil }
        for item in mine where model == nil || item.model == model {
            if let records = item.records, isEnough(records) {
                return ArmEvidence(records: records, isConfounded: item.comparison.hostsConfounded)
            }
        }
        return nil
    }

    /// Whether both arms have detours.
    static func hasDetours(_ records: ArmRecords) -> Bool {
        (try? DetourNoise(records.baseline)) != nil && (try? DetourNoise(records.other)) != nil
    }
}
