package import ArgumentParser
import Documents
import Estate
import Evidence
import Glibc
import Probing

/// `assay measure`: component probes of this machine, as a record that `assay compare` takes.
package struct MeasureCommand: ParsableCommand {
    package static let configuration = CommandConfiguration(
        commandName: "measure",
        abstract: "Measure the components of this machine: processor, memory, detours, timers, system calls, storage.",
        discussion: """
            Runs the same command on bare metal and in the virtual machine gives two records for assay compare. A run is a \
            round of fresh processes in an order drawn anew; what disturbed a run refuses it, with the reason in the record. \
            The facts of the host come from assay inspect.

            Example: assay measure --path /scratch -o bare-metal.record.json
            """
    )

    @Flag(help: "About 20 seconds, for a look, instead of about 2 minutes.")
    var quick = false

    @Option(
        help: ArgumentHelp("A folder on the storage to measure; without it storage is left out.", valueName: "folder")
    )
    var path: String?

    @Option(name: [.customShort("o"), .long], help: "The record to write. Default: HOST.record.json.")
    var output: String?

    @Option(help: "The deployment model, where it is known better than inspect can see it.")
    var declare: String?

    @Option(help: "Order, processors and everything random come from this seed. Default: from the clock.")
    var seed: Int?

    @Option(help: "Rounds, 1 to 1000. Default: 4 with --quick, else 12.")
    var rounds: Int?

    @Option(
        help: ArgumentHelp(
            "Only these probes: \(ComponentProbe.all.map(\.name).joined(separator: ", ")).",
            valueName: "a,b"
        )
    )
    var probes: String?

    @Option(help: "Seconds of samples in one round, 0.1 to 3600. Default: 2.4 with --quick, else 7.")
    var seconds: Double?

    @Flag(help: "Measure an emulated processor, marked as such.")
    var allowEmulated = false

    @Flag(help: "Keep runs that something disturbed, marked as such.")
    var keepDisturbed = false

    @Flag(help: "Replace the output when it is there.")
    var force = false

    @Flag(help: "Print one JSON object.")
    var json = false

    package init() {}

    package func validate() throws {
        if let rounds, !(1...1_000).contains(rounds) {
            throw ValidationError("--rounds is \(rounds); expected 1 to 1000")
        }
        if let seed, seed < 0 { throw ValidationError("--seed is \(seed); expected 0 or more") }
        if let seconds, !(0.1...3_600).contains(seconds) {
            throw ValidationError("--seconds is \(seconds); expected 0.1 to 3600")
        }
        _ = try declare.map(Arguments.deploymentModel)
        _ = try chosenProbes()
    }

    /// The probes asked for, in the order in which they were named.
    private func chosenProbes() throws -> [ComponentProbe] {
        guard let probes else { return ComponentProbe.all }
        return try probes.split(separator: ",").map { name in
            guard let probe = ComponentProbe.all.first(where: { $0.name == name }) else {
                let known = ComponentProbe.all.map(\.name)
                let hint = nearest(String(name), in: known).map { "did you mean '\($0)'?" }
                throw ValidationError(
                    "'\(name)' is not a probe; \(hint ?? "known are \(known.joined(separator: ", "))")"
                )
            }
            guard !probe.needsPath || path != nil else {
                throw ValidationError("the probe '\(name)' needs --path, a folder on the storage to measure")
            }
            return probe
        }
    }

    package func run() throws {
        if let path, !Files.isFolder(path) {
            throw Failure.input(["\(path): is no folder; --path names a folder on the storage to measure"])
        }
        let host = hostName()
        let target = output ?? "\(host).record.json"
        guard force || !Files.exists(target) else {
            throw Failure.input(["\(target): is there already; choose another with -o, or --force to replace it"])
        }
        let inspection = Inspection(HostView.live())
        let layout = MachineLayout.live()
        let started = MonotonicClock.wallTime()
        let plan = MeasurePlan(
            quick ? .quick : .full,
            seed: seed ?? time(nil) & 0xFFFF_FFFF,
            processors: layout.processors,
            probes: try chosenProbes(),
            path: path,
            rounds: rounds,
            sampleSeconds: seconds
        )
        let session = MeasureSession(
            plan: plan,
            layout: layout,
            launcher: ProcessLauncher(),
            environment: .live(processors: layout.processors),
            options: .init(keepsDisturbed: keepDisturbed, allowsEmulated: allowEmulated)
        )
        let outcome = session.run(progress: { step in
            Console.error("[\(step.done + 1)/\(step.planned)] round \(step.round): \(step.probe)")
        })
        let record: Record
        do {
            record = try outcome.record(
                host: host,
                boot: bootIdentifier(),
                facts: inspection.recordFacts,
                blindSpots: inspection.blindSpots,
                tool: .init(name: "assay measure", version: Version.current),
                created: started,
                declared: try declare.map(Arguments.deploymentModel),
                detected: inspection.model
            )
        } catch let error as MeasureRecordError {
            throw Failure.environment("\(error); no record was written")
        }
        try Files.write(.init(target, bytes: try record.encoded()))
        if json {
            try Console.print(outcome.json)
        } else {
            print(outcome.text)
            print("Written: \(target)\n\(record.id)")
        }
    }

    private func hostName() -> String {
        var buffer = [CChar](repeating: 0, count: 256)
        guard gethostname(&buffer, buffer.count - 1) == 0 else { return "host" }
        let bytes = buffer.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }
        let name = String(decoding: bytes, as: UTF8.self).filter { $0.isLetter || $0.isNumber || "-_.".contains($0) }
        return name.isEmpty ? "host" : name
    }

    /// The kernel's name of this boot, so that runs of different boots are told apart.
    private func bootIdentifier() throws -> String {
        let text = try Files.readText(
            "/proc/sys/kernel/random/boot_id",
            limit: 1 << 20,
            expected: "the boot's identifier"
        )
        return String(text.prefix { $0 != "\n" })
    }
}
