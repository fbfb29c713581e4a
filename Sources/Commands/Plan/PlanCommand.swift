import ArgumentParser

/// `assay plan`: layouts for an estate, and what follows from them.
struct PlanCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "plan",
        abstract: "Plan the MIG layout of every GPU, and the way there.",
        discussion: """
            assay plan STUDY -o DIR plans what a study's workloads want of its hosts; assay plan --demand FILE --gpus 16 --gpu \
            h100-sxm-80gb plans without one. assay plan diff A B says what lies between two plans.
            """,
        subcommands: [PlanLayoutsCommand.self, PlanDiffCommand.self, PlanExportCommand.self, PlanLibvirtCommand.self],
        defaultSubcommand: PlanLayoutsCommand.self
    )
}
