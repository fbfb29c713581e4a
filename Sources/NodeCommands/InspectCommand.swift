package import ArgumentParser
import Documents
import Probing

/// `assay inspect`: what lies between a workload and the GPU of this host.
package struct InspectCommand: ParsableCommand {
    package static let configuration = CommandConfiguration(
        commandName: "inspect",
        abstract: "Say what lies between a workload and the GPU of this host, with the evidence for each statement.",
        discussion: """
            Presence proves, absence does not: the answer lists the checks that ran, those that could not, and the blind \
            spots a guest has. Nothing is changed on the host. A capture holds exactly what the checks read; --from judges \
            it elsewhere.

            --require bare-metal ends with 0 when every mandatory check ran and none found a hypervisor, 1 on evidence of \
            one, 3 when a mandatory check could not run.
            """
    )

    @Option(
        help: ArgumentHelp(
            "Judge a capture or a copied /proc and /sys instead of this host.",
            valueName: "tar-or-folder"
        )
    )
    var from: String?

    @Option(
        help: ArgumentHelp(
            "Also write what the checks read to this tar; a file that is there is refused without --force.",
            valueName: "tar"
        )
    )
    var capture: String?

    @Flag(help: "Let --capture replace a file that is there.")
    var force = false

    @Option(help: ArgumentHelp("The host's own 'assay inspect --json', joined to a guest's.", valueName: "json"))
    var hostFacts: String?

    @Option(help: "Exit by this requirement: bare-metal.")
    var require: Requirement?

    @Flag(help: "The GPUs are under load now, so PCIe speeds below the maximum are findings.")
    var load = false

    @Flag(help: "Print one JSON object.")
    var json = false

    package init() {}

    package func run() throws {
        try requireFreeCapture()
        let view = try view()
        var inspection = Inspection(view, underLoad: load)
        if let hostFacts {
            let bytes = try Files.read(hostFacts, limit: 16 << 20, expected: "the host's 'assay inspect --json'")
            do {
                let value = try JSONDocument.parse(bytes, file: hostFacts)
                inspection.companion = try HostCompanion(value, file: hostFacts).join(inspection)
            } catch {
                throw Failure.input([error.description])
            }
        }
        // Written after judging: the capture is the log of what was asked.
        if let capture { try Files.write(.init(capture, bytes: HostCapture.archive(view.snapshot))) }
        if json {
            try Console.print(inspection.json)
        } else {
            print(inspection.text)
            if let capture { print("Written: \(capture)") }
        }
        try hold(inspection)
    }

    private func requireFreeCapture() throws {
        guard let capture else { return }
        if let from, Files.areSame(capture, from) {
            throw Failure.input(["\(capture): --capture would replace what --from reads; name another file"])
        }
        guard force || !Files.exists(capture) else {
            throw Failure.input(["\(capture): is there already; name another file, or replace it with --force"])
        }
    }

    private func view() throws -> HostView {
        guard let from else { return HostView.live() }
        do {
            if Files.isFolder(from) { return try HostCapture.read(folder: from) }
            let bytes = try Files.read(
                from,
                limit: TapeArchive.maximumBytes,
                expected: "a capture (make one with: assay inspect --capture)"
            )
            return try HostCapture.read(bytes, file: from)
        } catch let error as DocumentError {
            throw Failure.input([error.description])
        }
    }

    private func hold(_ inspection: Inspection) throws {
        guard let require else { return }
        switch require.judge(inspection) {
        case .met: return
        case .missed(let sentence): throw Failure.missed(sentence)
        case .unknown(let sentence): throw Failure.environment(sentence)
        }
    }
}

extension Requirement: ExpressibleByArgument {}
