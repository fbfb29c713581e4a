import ArgumentParser
import NodeCommands
import Operating

/// How a sweep is given to Slurm.
struct SlurmSweepOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "Run --sweep as one job array of Slurm; this folder, which every node must see, keeps the results, and the "
                + "same command goes on where one ended.",
            valueName: "folder"
        )
    )
    var slurm: String?

    @Option(
        parsing: .singleValue,
        help: ArgumentHelp(
            "A long option of sbatch for the tasks, such as partition=short or mem=4G; repeatable.",
            valueName: "name=value"
        )
    )
    var slurmOption: [String] = []

    @Option(
        help: ArgumentHelp(
            "Replays that a task does one after another; 1 where the array may be so long.",
            valueName: "n"
        )
    )
    var slurmCells: Int?

    @Option(help: ArgumentHelp("Tasks that may run at once.", valueName: "n"))
    var slurmAtOnce: Int?

    @Option(
        help: ArgumentHelp("How often a task that is lost is submitted in all; 4 if not given.", valueName: "n")
    )
    var slurmTries: Int?

    @Option(
        help: ArgumentHelp("What Ctrl-C does to the tasks: leave or cancel; leave if not given.", valueName: "what")
    )
    var slurmOnInterrupt: Interrupt?

    /// How often a task that is lost is submitted in all.
    var tries: Int { slurmTries ?? 4 }

    /// What becomes of the tasks when the command is interrupted.
    enum Interrupt: String, ExpressibleByArgument, CaseIterable {
        case leave
        case cancel
    }

    /// Names of these options that take a value: they say how a sweep is run, not what it is.
    static let names = [
        "--slurm", "--slurm-option", "--slurm-cells", "--slurm-at-once", "--slurm-tries", "--slurm-on-interrupt",
    ]

    /// The options of sbatch.
    func options() throws -> [SlurmOption] {
        try slurmOption.map { text in
            do { return try SlurmOption(text) } catch { throw ValidationError("--slurm-option: \(error)") }
        }
    }

    /// Whether these options fit the rest of the command line.
    func check(sweep: String?, trace: String) throws {
        guard let slurm else {
            for (name, isGiven) in [
                ("--slurm-option", !slurmOption.isEmpty), ("--slurm-cells", slurmCells != nil),
                ("--slurm-at-once", slurmAtOnce != nil), ("--slurm-tries", slurmTries != nil),
                ("--slurm-on-interrupt", slurmOnInterrupt != nil),
            ] where isGiven {
                throw ValidationError("\(name) goes with --slurm")
            }
            return
        }
        guard sweep != nil else { throw ValidationError("--slurm runs a sweep; say which with --sweep") }
        guard trace != "-" else {
            throw ValidationError("--slurm needs a trace that its tasks can read again; name a file, not '-'")
        }
        guard !slurm.isEmpty, !slurm.contains(where: { $0 == "%" || $0 == "\\" || $0.isNewline }) else {
            throw ValidationError(
                "--slurm '\(slurm)' is no folder that Slurm can be told of: it must not be empty nor have a %, a \\ or a "
                    + "line break in it"
            )
        }
        for (name, value) in [
            ("--slurm-cells", slurmCells), ("--slurm-at-once", slurmAtOnce), ("--slurm-tries", slurmTries),
        ] {
            if let value, !(1...100_000).contains(value) {
                throw ValidationError("\(name) \(value) is outside 1 to 100000")
            }
        }
        _ = try options()
    }
}
