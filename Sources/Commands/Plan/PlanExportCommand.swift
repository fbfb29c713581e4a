import ArgumentParser
import Documents
import Estate
import Exporting
import NodeCommands
import Scheduling

/// `assay plan export`: a plan for Slurm, mig-parted and Prometheus.
struct PlanExportCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "export",
        abstract: "Write a plan as configuration for Slurm, mig-parted and Prometheus.",
        discussion: """
            Every file comes from the same plan. For a gres.conf that names the device files of MIG instances, say what a \
            host has after its instances were created:

            assay plan export plan.json --format slurm -o DIR --mig-instances 'gpu[01-08]=lgi.txt' \
            --mig-minors 'gpu[01-08]=mig-minors.txt' --topology 'gpu[01-08]=topo.txt'

            lgi.txt is what nvidia-smi mig -lgi prints, mig-minors.txt a copy of /proc/driver/nvidia-caps/mig-minors, \
            topo.txt what nvidia-smi topo -m prints.
            """
    )

    @Argument(help: ArgumentHelp("A plan, as assay plan wrote it.", valueName: "plan.json"))
    var plan: String

    @Option(help: "Formats, separated by commas: mig-parted, slurm, prometheus. Default: all.")
    var format: String?

    @Option(name: [.customShort("o"), .long], help: "The folder to write into.")
    var output: String

    @Option(
        help: ArgumentHelp(
            "Instances of hosts, as nvidia-smi mig -lgi prints them; repeatable.",
            valueName: "hosts=file"
        )
    )
    var migInstances: [String] = []

    @Option(
        help: ArgumentHelp("A copy of their /proc/driver/nvidia-caps/mig-minors; repeatable.", valueName: "hosts=file")
    )
    var migMinors: [String] = []

    @Option(
        help: ArgumentHelp("NVLinks of hosts, as nvidia-smi topo -m prints them; repeatable.", valueName: "hosts=file")
    )
    var topology: [String] = []

    @Flag(help: "Print one JSON object.")
    var json = false

    func validate() throws {
        _ = try formats()
        for (texts, option) in sources {
            for text in texts { _ = try Arguments.pair(text, option: option, example: "'gpu[01-08]=FILE'") }
        }
        if !migMinors.isEmpty, migInstances.isEmpty {
            throw ValidationError("--mig-minors alone does not say which instances there are; add --mig-instances")
        }
        if !migInstances.isEmpty, migMinors.isEmpty {
            throw ValidationError("--mig-instances alone does not say which files instances have; add --mig-minors")
        }
    }

    func run() throws {
        let formats = try formats()
        let read = try PlanFile.read(plan)
        let files = try PlanExportFiles.of(read, formats: formats, devices: try devices())
        try Files.write(files.map(\.output), into: output)
        if json {
            try Console.print(
                .fields([
                    "plan": .string(plan), "folder": .string(output),
                    "files": .array(files.map { .string($0.name) }),
                ])
            )
        } else {
            print("Written to \(output): \(files.map(\.name).joined(separator: ", "))")
        }
    }

    private var sources: [([String], String)] {
        [(migInstances, "--mig-instances"), (migMinors, "--mig-minors"), (topology, "--topology")]
    }

    private func formats() throws -> [ExportFormat] {
        guard let format else { return ExportFormat.allCases }
        let known = ExportFormat.allCases.map(\.rawValue)
        var list: [ExportFormat] = []
        for word in format.split(separator: ",", omittingEmptySubsequences: false) {
            guard let found = ExportFormat(rawValue: String(word)) else {
                let hint = nearest(String(word), in: known).map { "did you mean '\($0)'?" }
                throw ValidationError(
                    "--format '\(word)' is not a format; \(hint ?? "known are \(known.joined(separator: ", "))")"
                )
            }
            if !list.contains(found) { list.append(found) }
        }
        return list
    }

    /// What hosts say of themselves, host by host.
    private func devices() throws -> [String: SlurmDevices] {
        var devices: [String: SlurmDevices] = [:]
        func each(
            _ arguments: [String],
            _ option: String,
            _ take: (String, String, inout SlurmDevices) throws -> Void
        ) throws {
            var seen: Set<String> = []
            for argument in arguments {
                let (hosts, path) = try Arguments.pair(argument, option: option, example: "'gpu[01-08]=FILE'")
                let names: [String]
                do { names = try Hostlist(parsing: hosts).names } catch {
                    throw Failure.input(["\(option) '\(oneLine(hosts))': \(error)"])
                }
                let text = try Files.readText(path, limit: 16 << 20, expected: "the text that \(option) is about")
                for name in names {
                    guard seen.insert(name).inserted else {
                        throw Failure.input(["\(option) names '\(name)' twice; give each host one file"])
                    }
                    do { try take(text, path, &devices[name, default: SlurmDevices()]) } catch let error
                        as DocumentError
                    {
                        throw Failure.input([error.description])
                    } catch {
                        throw Failure.input(["\(path): \(error)"])
                    }
                }
            }
        }
        try each(migInstances, "--mig-instances") { text, path, host in
            host.instances = SlurmDevices.instances(try MIGListing(text, file: path))
        }
        try each(migMinors, "--mig-minors") { text, _, host in host.minors = try CapabilityMinors(text) }
        try each(topology, "--topology") { text, _, host in host.links = try SlurmDevices.links(text) }
        return devices
    }
}
