import ArgumentParser
import Documents
import Estate
import Evidence
import Glibc
import Probing

/// What every mode of `measure` shares: the record, its host, the seed, what is printed.
struct RecordingOptions: ParsableArguments {
    @Option(name: [.customShort("o"), .long], help: "The record to write. Default: HOST.record.json.")
    var output: String?

    @Option(help: "The deployment model, where it is known better than inspect can see it.")
    var declare: String?

    @Option(
        name: .customLong("condition"),
        help: ArgumentHelp("Something set for every run of this record; may be repeated.", valueName: "NAME=VALUE")
    )
    var conditionTexts: [String] = []

    @Option(help: "Order, processors and everything random come from this seed. Default: from the clock.")
    var seed: Int?

    @Flag(help: "Measure an emulated processor, marked as such.")
    var allowEmulated = false

    @Flag(help: "Keep runs that something disturbed, marked as such.")
    var keepDisturbed = false

    @Flag(help: "Replace the output when it is there.")
    var force = false

    @Flag(help: "Print one JSON object.")
    var json = false

    func validate() throws {
        if let seed, seed < 0 { throw ValidationError("--seed is \(seed); expected 0 or more") }
        _ = try declare.map(Arguments.deploymentModel)
        var names: Set<String> = []
        for (name, _) in try pairs() where !names.insert(name).inserted {
            throw ValidationError("--condition \(name) is given twice; a run has one value of it")
        }
        for name in names.sorted() where ToolConditions.has(name) {
            throw ValidationError(
                "--condition \(name): the tool records this itself, and nothing may stand in its place; choose another name"
            )
        }
    }

    private func pairs() throws -> [(String, String)] {
        try conditionTexts.map { try Arguments.pair($0, option: "--condition", example: "pair=3") }
    }

    /// What was set for every run.
    func conditions() throws -> [Condition] {
        try pairs().map { Condition(name: $0.0, value: $0.1) }
    }

    /// The deployment model as declared.
    func declaredModel() throws -> DeploymentModel? { try declare.map(Arguments.deploymentModel) }

    /// The seed that was given, else one from the clock.
    func chosenSeed() -> Int { seed ?? time(nil) & 0xFFFF_FFFF }

    /// Where the record goes.
    var target: String { output ?? "\(Self.hostName()).record.json" }

    /// Refuses to overwrite a file unless asked to, and a place where none can be written; called before the first measurement.
    func checkTarget(_ path: String) throws {
        guard force || !Files.exists(path) else {
            throw Failure.input(["\(path): is there already; choose another with -o, or --force to replace it"])
        }
        try Files.requireWritable(path)
    }

    /// What marks every run: an emulated processor, where the user allows it.
    ///
    /// - Throws: `Failure.environment` on an emulated processor that nobody allowed.
    func emulationMarks() throws -> [Condition] {
        let sign = Emulation.sign()
        guard let doubt = sign ?? Emulation.doubt() else { return [] }
        guard allowEmulated else {
            throw Failure.environment(
                (sign == nil ? "whether the processor is emulated is not shown" : "the processor is emulated")
                    + ": \(doubt); --allow-emulated measures it all the same; no record was written"
            )
        }
        let mark: Disturbance.Kind = sign == nil ? .perhapsEmulated : .emulated
        return [Condition(name: mark.rawValue, value: "yes")]
    }

    /// The host's name, without what cannot stand in a file name.
    static func hostName() -> String {
        var buffer = [CChar](repeating: 0, count: 256)
        guard gethostname(&buffer, buffer.count - 1) == 0 else { return "host" }
        let bytes = buffer.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }
        let name = String(decoding: bytes, as: UTF8.self).filter { $0.isLetter || $0.isNumber || "-_.".contains($0) }
        return name.isEmpty ? "host" : name
    }

    /// The kernel's name of this boot, so that runs of different boots are told apart.
    static func bootIdentifier() throws -> String {
        let text = try Files.readText(
            "/proc/sys/kernel/random/boot_id",
            limit: 1 << 20,
            expected: "the boot's identifier"
        )
        return String(text.prefix { $0 != "\n" })
    }

    /// The record with the conditions of `--condition` in every run.
    func adding(_ record: Record) throws -> Record {
        try Self.adding(conditions(), to: record)
    }

    /// The record with these conditions in every run, in place of those of the same names.
    static func adding(_ extra: [Condition], to record: Record) throws -> Record {
        guard !extra.isEmpty else { return record }
        var content = record.content
        for host in content.hosts.indices {
            for boot in content.hosts[host].boots.indices {
                for run in content.hosts[host].boots[boot].runs.indices {
                    let old = content.hosts[host].boots[boot].runs[run]
                    let kept = old.conditions.filter { known in !extra.contains { $0.name == known.name } }
                    content.hosts[host].boots[boot].runs[run] = Run(
                        id: old.id,
                        started: old.started,
                        conditions: kept + extra,
                        warmUpExcluded: old.warmUpExcluded,
                        series: old.series
                    )
                }
            }
        }
        return try Record(content)
    }
}
