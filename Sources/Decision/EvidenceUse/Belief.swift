import Documents
import Estate
import Probability
import Study

extension Spread {
    /// What is believed about a quantity.
    init(_ distribution: Distribution) {
        self.init(p10: distribution.p10, p50: distribution.p50, p90: distribution.p90, mean: distribution.mean)
    }

    /// Certain: the same everywhere.
    init(certain value: Double) {
        self.init(p10: value, p50: value, p90: value, mean: value)
    }

    /// Percentiles and mean of draws; zero when there are none.
    init(draws: [Double]) {
        let ps = Quantiles.of(draws, [0.1, 0.5, 0.9])
        guard ps.count == 3 else {
            self.init(certain: 0)
            return
        }
        var sum = 0.0
        for value in draws { sum += value }
        self.init(p10: ps[0], p50: ps[1], p90: ps[2], mean: sum / Double(draws.count))
    }
}

extension Workload {
    /// Overhead against bare metal under a model, as a share: none on whole bare-metal GPUs and where none is stated.
    func overheadBelief(under model: DeploymentModel) -> (spread: Spread, provenance: Provenance) {
        guard let quantity = overhead[model] else {
            let source = model == .bareMetal ? "by definition: bare metal is the baseline" : "the study states none"
            return (
                Spread(certain: 0),
                model == .bareMetal ? .declared(source: source, date: nil) : .assumed(source: source, date: nil)
            )
        }
        return (Spread(quantity.distribution), quantity.provenance)
    }
}

extension Provenance {
    /// The kind in a word: `measured`, `derived`, `declared`, `by definition` or `assumed`.
    package var word: String {
        switch self {
        case .measured: "measured"
        case .derived: "derived"
        case .declared: isDefinition ? "by definition" : "declared"
        case .assumed: "assumed"
        }
    }

    /// The kind with what limits it: `measured, hosts differ` where one host per arm was compared.
    package var qualifiedWord: String { ([word] + qualifiers).joined(separator: ", ") }

    /// What limits it, in few words each: `hosts differ`, `job measured is storage-bound (storage 61 %), not gpu-bound`.
    var qualifiers: [String] { (isHostsConfounded ? ["hosts differ"] : []) + [jobCaution].compactMap { $0 } }

    /// That the job measured is of another class than the workload, in few words; absent where it is not.
    package var jobCaution: String? {
        guard case .measured(_, let note) = self else { return nil }
        let mark = Provenance.jobCautionMark
        let parts = note.split(separator: ";").map { $0.drop { $0 == " " } }
        return parts.first { $0.hasPrefix(mark) }.map { String($0.dropFirst(mark.count)) }
    }

    /// What begins the part of a note that names another class of job.
    static let jobCautionMark = "caution: "

    /// Whether it was measured on one host per arm, so that virtualization was not isolated.
    package var isHostsConfounded: Bool {
        switch self {
        case .measured(_, let note), .derived(_, let note): note.contains("these two hosts differ")
        case .declared, .assumed: false
        }
    }

    /// Whether it is no statement at all, but the baseline that others are held against.
    var isDefinition: Bool {
        if case .declared(let source, _) = self { source.hasPrefix("by definition") } else { false }
    }
}
