import ArgumentParser
import Documents
import Estate
import NodeCommands
import Scheduling

/// A mixed estate: which jobs go to which deployment model, and how many GPUs each has.
struct MixedOptions: ParsableArguments {
    @Option(
        parsing: .singleValue,
        help: ArgumentHelp(
            "With --model mixed: jobs, their model and its GPUs (without: all that are left), as JOBS=MODEL[:GPUS]; repeatable.",
            discussion:
                "JOBS is a list such as team:vision,class:training,profile:1g.10gb,gpus:2-8, or * for every job.",
            valueName: "jobs=model:gpus"
        )
    )
    var assign: [String] = []

    @Option(
        help: ArgumentHelp(
            "With --model mixed: the estate that assay decide chose, from its decision.json.",
            valueName: "decision.json"
        )
    )
    var decision: String?

    /// Whether any of them was given.
    var isUsed: Bool { !assign.isEmpty || decision != nil }

    func validate() throws {
        _ = try assigned()
        if decision != nil, !assign.isEmpty {
            throw ValidationError("--decision and --assign both say what an estate is mixed of; give one")
        }
    }

    /// A part of the estate before it has its hosts.
    struct Part: Sendable, Hashable {
        var model: DeploymentModel
        /// Who goes there, in the order of the options.
        var selectors: [JobSelector]
        /// Nil for what is left.
        var gpus: Int?
        /// The workloads of the selectors, one each; none of --assign.
        var workloads: [String] = []
        /// Turns that a GPU is cut into, where a decision says so.
        var slots: Int?
    }

    /// The parts of --assign: entries of one model are one part.
    func assigned() throws -> [Part] {
        var parts: [Part] = []
        for text in assign {
            guard let equals = text.lastIndex(of: "="), equals != text.startIndex else {
                throw ValidationError(
                    "--assign '\(text)' is not JOBS=MODEL[:GPUS]; an example: --assign class:notebook=bare-metal-mig:16"
                )
            }
            let selector: JobSelector
            do throws(SimulationError) { selector = try JobSelector(parsing: String(text[..<equals])) } catch {
                throw ValidationError("--assign \(text): \(error)")
            }
            let target = text[text.index(after: equals)...].split(separator: ":", omittingEmptySubsequences: false)
            let model = try Arguments.deploymentModel(target.first.map(String.init) ?? "")
            var gpus: Int?
            if target.count > 1 {
                guard target.count == 2, let count = Int(target[1]), (1...10_000_000).contains(count) else {
                    throw ValidationError("--assign '\(text)': the GPUs are not a number from 1 to 10000000")
                }
                gpus = count
            }
            guard let known = parts.firstIndex(where: { $0.model == model }) else {
                parts.append(Part(model: model, selectors: [selector], gpus: gpus))
                continue
            }
            parts[known].selectors.append(selector)
            guard let gpus else { continue }
            parts[known].gpus = (parts[known].gpus ?? 0) + gpus
        }
        guard parts.count(where: { $0.gpus == nil }) <= 1 else {
            let models = parts.filter { $0.gpus == nil }.map(\.model.rawValue)
            throw ValidationError(
                "--assign gives \(models.joined(separator: " and ")) no GPUs; one model at most takes what is left"
            )
        }
        return parts
    }

    /// The parts of --decision, with how it took its jobs, or of --assign.
    ///
    /// A decision names workloads; where it does not say which jobs they have, they are the jobs of the class, else of the
    /// team, of that name.
    func parts(_ imported: ImportedTrace) throws -> (parts: [Part], decided: DecidedReplay?) {
        guard let decision else { return (try assigned(), nil) }
        let bytes = try Files.read(decision, limit: 64 << 20, expected: "what assay decide writes: decision.json")
        do throws(DocumentError) {
            return try Self.read(Reader(JSONDocument.parse(bytes, file: decision), file: decision), imported)
        } catch {
            throw Failure.input([error.description])
        }
    }
}

extension MixedOptions {
    /// The chosen estate of a decision.
    private static func read(
        _ root: Reader,
        _ imported: ImportedTrace
    ) throws(DocumentError) -> (parts: [Part], decided: DecidedReplay?) {
        let object = try root.mapping()
        let marker = try object.require("assay_decision")
        guard try marker.int(in: 0...1_000_000) == 1 else {
            throw marker.fail("is not 1; expected the decision.json of this version of assay decide")
        }
        var selectors: [String: JobSelector] = [:]
        for workload in try object.require("workloads").array(maximum: 10_000) {
            let fields = try workload.mapping()
            let name = try fields.require("name").string()
            if let jobs = fields["jobs"] {
                selectors[name] = try JobSelector(jobs)
            } else if imported.classes.contains(name) {
                selectors[name] = JobSelector(classes: [name])
            } else if imported.trace.teams.contains(name) {
                selectors[name] = JobSelector(teams: [name])
            } else {
                throw workload.fail(
                    "workload '\(name)' is no class and no team of the trace; say which jobs it has in the study, or use --assign"
                )
            }
        }
        for assignment in try object.require("assignments").array(maximum: 10_000) {
            let fields = try assignment.mapping()
            guard try fields.require("chosen").bool() else { continue }
            var parts: [Part] = []
            for platform in try fields.require("platforms").array(maximum: 16) {
                let bill = try platform.mapping()
                let modelReader = try bill.require("model")
                guard let model = DeploymentModel(rawValue: try modelReader.string()) else {
                    throw modelReader.fail("is not a deployment model")
                }
                var own: [JobSelector] = []
                var names: [String] = []
                for workload in try bill.require("workloads").array(maximum: 10_000) {
                    let name = try workload.string()
                    guard let selector = selectors[name] else {
                        throw workload.fail("is a workload that the decision does not list")
                    }
                    own.append(selector)
                    names.append(name)
                }
                let gpus = try bill.require("gpus").int(in: 0...10_000_000)
                // What is owned and serves nobody (it is paid all the same) is no part of the replay.
                guard !own.isEmpty else { continue }
                let slots = try bill["size_and_idle"]?.mapping()["slots"]?.int(in: 2...64)
                parts.append(Part(model: model, selectors: own, gpus: gpus, workloads: names, slots: slots))
            }
            guard !parts.isEmpty else { throw assignment.fail("has no platforms") }
            return (
                parts,
                try object["replay"].flatMap { replay throws(DocumentError) in try DecidedReplay(replay, for: parts) }
            )
        }
        throw root.fail("chose no assignment")
    }
}
