import ArgumentParser
import Estate
import NodeCommands
import Scheduling

/// What a deployment model costs, and what is known of jobs: with any of these, durations are told apart from work.
struct ModelOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "Measured overhead of the model: bare-metal speed over its speed, minus one; 0.08 is 8 %.",
            valueName: "ratio"
        )
    )
    var overhead: Double?

    @Option(help: ArgumentHelp("Frame buffers of a time-sliced GPU, all equal, with --model vm-vgpu.", valueName: "n"))
    var slots: Int?

    @Option(help: ArgumentHelp("What taking turns costs on a time-sliced GPU; 0.02 is 2 %.", valueName: "ratio"))
    var switching: Double?

    @Option(
        help: ArgumentHelp("What one busy neighbour costs beyond its turns on a time-sliced GPU.", valueName: "ratio")
    )
    var interference: Double?

    @Option(
        help: ArgumentHelp(
            "GPUs of the virtual machines there are, with --model vm-passthrough: 1,2,4,8.",
            valueName: "list"
        )
    )
    var vmShapes: String?

    @Option(
        help: ArgumentHelp(
            "What each class needs of a GPU and the least speed it accepts on a part of one: notebook=0.2:0.25,batch=0.6:0.5; * for all others.",
            valueName: "class=need:speed"
        )
    )
    var needs: String?

    @Option(help: ArgumentHelp("The deployment model under which the trace was recorded.", valueName: "model"))
    var recordedUnder: String?

    @Option(help: ArgumentHelp("Its overhead, which is in the trace's durations.", valueName: "ratio"))
    var recordedOverhead: Double?

    @Option(help: ArgumentHelp("Its start-up in seconds, which is in them as well.", valueName: "seconds"))
    var recordedStartUp: Double?

    /// Whether any of them was given.
    var isUsed: Bool {
        [overhead, switching, interference, recordedOverhead, recordedStartUp].contains { $0 != nil } || slots != nil
            || vmShapes != nil || needs != nil || recordedUnder != nil
    }

    func validate() throws {
        if let recordedUnder { _ = try Arguments.deploymentModel(recordedUnder) }
        if (recordedOverhead != nil || recordedStartUp != nil) && recordedUnder == nil {
            throw ValidationError("--recorded-overhead and --recorded-start-up go with --recorded-under")
        }
        if let recordedStartUp, !(0...1e7).contains(recordedStartUp) {
            throw ValidationError("--recorded-start-up \(recordedStartUp) is outside 0 to 10000000 seconds")
        }
        for (name, value) in [("--overhead", overhead), ("--recorded-overhead", recordedOverhead)] {
            if let value, !(value > -0.9 && value <= 100) {
                throw ValidationError("\(name) \(value) is outside -0.9 to 100; 0.08 is 8 %")
            }
        }
        for (name, value) in [("--switching", switching), ("--interference", interference)] {
            if let value, !(0...100).contains(value) {
                throw ValidationError("\(name) \(value) is outside 0 to 100; 0.05 is 5 %")
            }
        }
        if let slots, !(2...64).contains(slots) {
            throw ValidationError("--slots \(slots) is outside 2 to 64, the frame buffers of a time-sliced GPU")
        }
        _ = try shapes()
        _ = try needTable(nil)
    }

    /// What one model costs: what a hypervisor costs is not asked of bare metal.
    func overheads(of model: DeploymentModel, startUp: Int64, repartition: Int64) -> ModelOverheads {
        ModelOverheads(
            overhead: model.isVirtual ? overhead ?? 0 : 0,
            startUpMilliseconds: startUp,
            repartitionMilliseconds: model.usesMIG ? repartition : 0,
            switching: switching ?? 0,
            interference: interference ?? 0
        )
    }

    /// The model as the scheduler sees it; `cluster` has the layout of --slices.
    func model(
        _ model: DeploymentModel,
        _ cluster: ClusterDescription,
        _ pools: [HostPool],
        slots decided: Int? = nil
    ) throws -> ReplayModel {
        switch model {
        case .bareMetal: return .wholeGPU
        case .vmPassthrough:
            let largest = pools.map(\.gpusPerHost).max() ?? 0
            return .passthrough(shapes: try shapes().filter { $0 <= largest })
        case .vmVGPU, .vmSRIOV: return .timeSliced(slots: slots ?? decided ?? 4)
        case .bareMetalMIG, .vmVGPUMIG:
            guard case .nodes(let groups) = cluster else { return .dynamicMIG }
            for case .layout(_, let layout) in groups.map(\.partition) {
                return .staticMIG(layout: layout, hosts: pools.reduce(0) { $0 + $1.hosts })
            }
            return .dynamicMIG
        }
    }

    /// The model under which the trace was recorded.
    func recorded(_ geometry: MIGGeometry?, repartition: Int64) throws -> RecordedModel {
        RecordedModel(
            try recordedUnder.map(Arguments.deploymentModel) ?? .bareMetal,
            overheads: ModelOverheads(
                overhead: recordedOverhead ?? 0,
                startUpMilliseconds: Int64(((recordedStartUp ?? 0) * 1_000).rounded())
            ),
            geometry: geometry
        )
    }

    /// Traits by the trace's classes.
    func traits(_ classes: [String]) throws -> TraitTable { TraitTable(classes: try needTable(classes)) }

    private func shapes() throws -> [Int] {
        guard let vmShapes else { return [1, 2, 4, 8, 16] }
        let shapes = vmShapes.split(separator: ",").map { Int($0) }
        guard !shapes.isEmpty, shapes.allSatisfy({ $0.map { (1...64).contains($0) } ?? false }) else {
            throw ValidationError("--vm-shapes '\(vmShapes)' is not a list of GPUs such as 1,2,4,8")
        }
        return shapes.compactMap { $0 }.sorted()
    }

    /// The table by class; nil for the classes only checks the spelling.
    private func needTable(_ classes: [String]?) throws -> [JobTraits] {
        guard let needs else { return [] }
        var known: [String: JobTraits] = [:]
        for entry in needs.split(separator: ",") {
            let parts = entry.split(separator: "=", maxSplits: 1)
            let numbers = (parts.last ?? "").split(separator: ":").map { Double($0) }
            guard parts.count == 2, numbers.count == 2, let need = numbers[0], let speed = numbers[1],
                (0...1).contains(need), speed >= 0
            else {
                throw ValidationError("--needs '\(entry)' is not class=need:speed, such as notebook=0.2:0.25")
            }
            known[String(parts[0])] = JobTraits(need: SliceSpeedModel.standard.split(need), leastSpeed: speed)
        }
        guard let classes else { return [] }
        let others = known.removeValue(forKey: "*") ?? .unknown
        for name in known.keys.sorted() where !classes.contains(name) {
            throw Failure.input([
                "--needs names class '\(name)', which the trace does not have: \(classes.joined(separator: ", "))"
            ])
        }
        // A trace without classes has one, of all jobs.
        return (classes.isEmpty ? [""] : classes).map { known[$0] ?? others }
    }
}
