import ArgumentParser
import Documents
import Estate
import NodeCommands
import Scheduling

/// What stands on the GPUs today.
struct PlanPresentOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "What stands today: a plan.json, or HOST=FILE with what nvidia-smi mig -lgi, or assay inspect --json, prints there; repeatable.",
            valueName: "file|host=file"
        )
    )
    var present: [String] = []

    @Option(
        help: ArgumentHelp(
            "An instance with a running job (HOST:GPU:START), or a whole GPU with one (HOST:GPU); repeatable.",
            valueName: "host:gpu[:start]"
        )
    )
    var busy: [String] = []

    func validate() throws {
        if present.isEmpty, !busy.isEmpty { throw ValidationError("--busy goes with --present") }
        let listings = present.filter { $0.contains("=") }.count
        if listings != present.count, present.count > 1 {
            throw ValidationError("--present takes one plan.json, or HOST=FILE for each host")
        }
    }

    /// Whether anything is known.
    var isGiven: Bool { !present.isEmpty }

    /// The hosts as they stand.
    func applied(to hosts: [PlannedHost]) throws -> [PlannedHost] {
        var result = hosts
        let position = Dictionary(hosts.enumerated().map { ($1.name, $0) }, uniquingKeysWith: { one, _ in one })
        let catalogue = try GPUCatalogue.standard()
        func index(_ host: String, _ place: String) throws -> Int {
            if let found = position[host] { return found }
            let near = nearest(host, in: hosts.prefix(10_000).map(\.name)).map { "; did you mean '\($0)'?" } ?? ""
            throw Failure.input(["\(place): the estate has no host '\(oneLine(host))'\(near)"])
        }
        // Hosts of which an inspection does not say where instances stand, with its file; and those with a list of them.
        var unlisted: [(host: String, path: String)] = []
        var listed: Set<String> = []
        // Inspections first: a list of instances says more.
        for text in present where text.contains("=") {
            let (host, path) = try Arguments.pair(text, option: "--present", example: "node1=lgi.txt")
            let here = try index(host, "--present")
            guard let seen = try PlanInspectedHost.read(path) else { continue }
            if try !seen.apply(to: &result[here]) { unlisted.append((host, path)) }
        }
        for text in present {
            guard text.contains("=") else {
                for host in try PlanFile.read(text).hosts {
                    let here = try index(host.name, text)
                    guard host.gpus.map(\.index) == result[here].gpus.map(\.index),
                        host.gpus.map(\.model) == result[here].gpus.map(\.model)
                    else {
                        throw Failure.input([
                            "\(text): \(host.name) has other GPUs there than in the estate; plan and estate must be of the same hosts"
                        ])
                    }
                    for (gpu, other) in host.gpus.enumerated() {
                        result[here].gpus[gpu].mode = other.asPresent.mode
                        result[here].gpus[gpu].isBusy = other.isBusy
                        result[here].gpus[gpu].uuid = other.uuid ?? result[here].gpus[gpu].uuid
                        result[here].gpus[gpu].pciBusID = other.pciBusID ?? result[here].gpus[gpu].pciBusID
                        result[here].gpus[gpu].numaNode = other.numaNode ?? result[here].gpus[gpu].numaNode
                    }
                    result[here].sockets = host.sockets ?? result[here].sockets
                    result[here].cores = host.cores ?? result[here].cores
                    result[here].threadsPerCore = host.threadsPerCore ?? result[here].threadsPerCore
                    result[here].memoryMiB = host.memoryMiB ?? result[here].memoryMiB
                }
                continue
            }
            let (host, path) = try Arguments.pair(text, option: "--present", example: "node1=lgi.txt")
            let here = try index(host, "--present")
            guard try !PlanInspectedHost.isInspection(path) else { continue }
            guard listed.insert(host).inserted else {
                throw Failure.input([
                    "--present lists the instances of '\(oneLine(host))' twice; give each host one list"
                ])
            }
            let listing = try Files.readText(path, limit: 16 << 20, expected: "what nvidia-smi mig -lgi prints")
            do throws(DocumentError) {
                result[here] = try MIGListing(listing, file: path).applied(
                    to: result[here],
                    catalogue: catalogue,
                    file: path
                )
            } catch {
                throw Failure.input([error.description])
            }
        }
        for (host, path) in unlisted where !listed.contains(host) {
            throw Failure.input([
                "\(path): does not say that MIG is off on every GPU of '\(oneLine(host))', nor where instances stand; add "
                    + "--present \(oneLine(host))=FILE with what nvidia-smi mig -lgi prints there"
            ])
        }
        for text in busy { try mark(text, &result, index) }
        return result
    }

    private func mark(
        _ text: String,
        _ hosts: inout [PlannedHost],
        _ index: (String, String) throws -> Int
    ) throws {
        let parts = text.split(separator: ":", omittingEmptySubsequences: false).map(String.init)
        guard parts.count == 2 || parts.count == 3, let number = Int(parts[1]) else {
            throw ValidationError("--busy '\(text)' is not HOST:GPU or HOST:GPU:START")
        }
        let host = try index(parts[0], "--busy")
        guard let gpu = hosts[host].gpus.firstIndex(where: { $0.index == number }) else {
            throw Failure.input(["--busy \(text): \(parts[0]) has no GPU \(number)"])
        }
        guard parts.count == 3 else {
            guard hosts[host].gpus[gpu].isWhole else {
                throw Failure.input([
                    "--busy \(text): MIG mode is on there; name the instance's first slice, HOST:GPU:START"
                ])
            }
            hosts[host].gpus[gpu].isBusy = true
            return
        }
        guard let start = Int(parts[2]), case .mig(var instances) = hosts[host].gpus[gpu].mode,
            let one = instances.firstIndex(where: { $0.instance.start == start })
        else {
            throw Failure.input([
                "--busy \(text): no instance begins there; the layout is \(hosts[host].gpus[gpu].layout)"
            ])
        }
        instances[one].isBusy = true
        hosts[host].gpus[gpu].mode = .mig(instances)
    }
}
