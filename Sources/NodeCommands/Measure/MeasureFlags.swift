import Documents
import Estate
import Evidence
import Probing

// What was asked, as flags for a record: enough to ask another machine for the same, and nothing that may be a secret.
// Commands, addresses, paths and headers stand there as the word for what goes in their place.

extension ComponentOptions {
    /// The flags that choose what is measured.
    var repeatedFlags: [String] {
        var words = quick ? ["--quick"] : []
        if path != nil { words += ["--path", "FOLDER"] }
        if let rounds { words += ["--rounds", "\(rounds)"] }
        if let seconds { words += ["--seconds", NumberText.plain(seconds)] }
        if let probes { words += ["--probes", probes] }
        if let gpu = gpus.gpu { words.append(gpu ? "--gpu" : "--no-gpu") }
        if let index = gpus.gpuIndex { words += ["--gpu-index", "\(index)"] }
        return words
    }
}

extension NetworkOptions {
    /// The flags that choose what is measured, those of the components included.
    func repeatedFlags(_ components: ComponentOptions) -> [String] {
        var words = ["--peer", "HOST:PORT"]
        if tokenFile != nil { words += ["--token-file", "FILE"] }
        if let networkProbes { words += ["--network-probes", networkProbes] }
        return words + components.repeatedFlags
    }
}

extension JobOptions {
    /// The flags of a job's plan.
    var repeatedFlags: [String] {
        var words = ["--job", "CMD"]
        if neighbour != nil { words += ["--neighbour", "CMD2", "--settle", NumberText.plain(settle)] }
        if let jobName { words += ["--job-name", ShellText.quote(jobName)] }
        if stepPattern != nil { words += ["--step-pattern", "REGEX"] }
        if stepFile != nil { words += ["--step-file", "FILE"] }
        if stepPattern != nil || stepFile != nil {
            words += ["--step-unit", ShellText.quote(stepUnit ?? "s"), "--skip-steps", "\(skipSteps)"]
        }
        if let steps { words += ["--steps", "\(steps)"] }
        words += ["--warmup", "\(warmup)"]
        if let runs { words += ["--runs", runs] }
        if runs == "auto" { words += ["--pilot", "\(pilot)", "--max-runs", "\(maxRuns)"] }
        return words
    }
}

extension EndpointOptions {
    /// The flags of the load.
    var repeatedFlags: [String] {
        var words = ["--endpoint", "URL", "--rate", NumberText.plain(rate ?? 0)]
        if let duration { words += ["--duration", duration] }
        if let endpointRuns { words += ["--endpoint-runs", "\(endpointRuns)"] }
        if let arrivals { words += ["--arrivals", arrivals.rawValue] }
        if let connections { words += ["--connections", "\(connections)"] }
        if let method { words += ["--method", method] }
        if body != nil { words += ["--body", "FILE"] }
        for _ in header { words += ["--header", "'Name: value'"] }
        if let slo { words += ["--slo", slo] }
        if let requestTimeout { words += ["--request-timeout", requestTimeout] }
        return words
    }
}

extension RecordingOptions {
    /// The record as it is written: with what was asked in every run, and the conditions of `--condition`.
    ///
    /// `measure_flags` and `seed` are what another machine is to be asked for the same with.
    func finished(_ record: Record, flags: [String], seed: Int? = nil) throws -> Record {
        var asked = [Condition(name: "measure_flags", value: flags.isEmpty ? "none" : flags.joined(separator: " "))]
        if let seed { asked.append(Condition(name: "seed", value: "\(seed)")) }
        return try Self.challenged(adding(Self.adding(asked, to: record)))
    }

    /// The record with what disproves its declared model among its blind spots; said on standard error too.
    private static func challenged(_ record: Record) throws -> Record {
        let found = record.modelContradictions.map { "The record is \($0)." }
        guard !found.isEmpty else { return record }
        for sentence in found {
            Console.error("warning: \(sentence) A comparison with it is invalid; check --declare.")
        }
        var content = record.content
        for host in content.hosts.indices { content.hosts[host].blindSpots += found }
        return try Record(content)
    }

    /// What leads on from a record that a guest has made of itself; nil where it is not known to be one.
    func nextStep(_ record: Record, at path: String) -> String? {
        let isGuest =
            record.model?.isVirtual == true
            || record.hosts.contains { host in
                host.facts.contains { $0.name == "virtualization" && $0.value == "yes" }
            }
        guard isGuest, record.model?.isVirtual != false else { return nil }
        return
            "A guest alone is no pair: assay compare \(ShellText.quote(path)) holds it against the device's limits and "
            + "published priors, and says how to borrow a bare-metal host for an hour."
    }
}
