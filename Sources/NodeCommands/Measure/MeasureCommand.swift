package import ArgumentParser

/// `assay measure`: measurements of this machine as a record that `assay compare` takes.
///
/// What is measured is the mode: each has its flags in an option group of its own, and at most one is asked for. Without
/// any the components are measured.
package struct MeasureCommand: ParsableCommand {
    package static let configuration = CommandConfiguration(
        commandName: "measure",
        abstract: "Measure this machine: its components, or a job of yours.",
        discussion: """
            Running the same command on bare metal and in the virtual machine gives two records for assay compare. Without \
            --job the components are measured: processor, memory, detours, timers, system calls, storage. A run is a \
            round of fresh processes in an order drawn anew; what disturbed a run refuses it, with the reason in the record. \
            The facts of the host come from assay inspect.

            --job runs a command of yours again and again and reads its steps. --neighbour measures the job, or the \
            components, alone and beside a command that loads the machine.

            Examples:
            assay measure --path /scratch -o bare-metal.record.json
            assay measure --job './train.sh' --step-pattern 'step_time=([^ ,]+)' --runs auto -o job.record.json
            """
    )

    @OptionGroup(title: "Record") var recording: RecordingOptions
    @OptionGroup(title: "Components") var components: ComponentOptions
    @OptionGroup(title: "Network") var network: NetworkOptions
    @OptionGroup(title: "Job and neighbour") var job: JobOptions
    @OptionGroup(title: "Endpoint") var endpoint: EndpointOptions
    @OptionGroup(title: "Pair") var pair: PairOptions

    package init() {}

    /// Every mode that flags can ask for, components apart.
    private var modes: [any MeasureMode] { [job, network, endpoint] }

    /// The mode that was asked for.
    private var asked: any MeasureMode { modes.first { !$0.given.isEmpty } ?? components }

    package func validate() throws {
        let asked = modes.filter { !$0.given.isEmpty }
        if asked.count > 1 {
            let flags = asked.compactMap(\.given.first)
            throw ValidationError(
                "\(flags.joined(separator: " and ")) ask for different measurements; give one, and run the other after it"
            )
        }
        if let mode = asked.first, let flag = components.given.first, !mode.usesComponents {
            throw ValidationError(
                "\(flag) belongs to the measurement of components, and \(mode.given.first ?? "another mode") asks for "
                    + "something else; give one of the two"
            )
        }
        if let mode = asked.first { try mode.validate(recording) }
        try pair.validate(recording)
        guard pair.given.isEmpty || job.profile.isEmpty else {
            throw ValidationError(
                "--profile is of the job on one machine; measure the pair without it, and the job with it on one of the two"
            )
        }
        guard pair.given.isEmpty || (network.listen == nil && job.neighbour == nil && !job.resume) else {
            let other = network.listen != nil ? "--listen" : job.neighbour != nil ? "--neighbour" : "--resume"
            throw ValidationError(
                other == "--resume"
                    ? "a pair goes on with --continue; --resume belongs to a job that is measured alone"
                    : "--pair and \(other) are different measurements; give one, and run the other after it"
            )
        }
    }

    package func run() throws {
        guard pair.given.isEmpty else {
            // Everything that is said of one measurement is passed on to both machines, word for word.
            let words = CommandLine.arguments.drop { $0 != "measure" }.dropFirst()
            return try pair.run(recording, words: Array(words))
        }
        try asked.run(recording, components)
    }
}

/// One way to measure, with its flags.
///
/// Each mode is an option group (`@OptionGroup`) of ``MeasureCommand`` in its own file.
protocol MeasureMode: ParsableArguments {
    /// The flags of this mode that were given, as written: `--job`. Any of them asks for the mode.
    var given: [String] { get }
    /// Whether the flags of the components choose what this mode measures.
    var usesComponents: Bool { get }
    /// Checks what the mode needs of the common flags; errors are `ValidationError`s.
    func validate(_ recording: RecordingOptions) throws
    /// Measures and writes.
    func run(_ recording: RecordingOptions, _ components: ComponentOptions) throws
}

extension MeasureMode {
    var usesComponents: Bool { false }
    func validate(_ recording: RecordingOptions) throws {}
}
