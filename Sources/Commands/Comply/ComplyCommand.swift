import ArgumentParser

/// `assay comply`: from evidence to controls, for the auditor.
struct ComplyCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "comply",
        abstract: "Say which controls the evidence supports, which it contradicts, and what a person must answer.",
        discussion: """
            assay comply STUDY|RECORD|CAPTURE… --framework hipaa,soc2 -o DIR writes a binder for the auditor; \
            assay comply diff A B compares two of them; assay comply verify DIR finds any changed byte.
            """,
        subcommands: [ComplyReportCommand.self, ComplyDiffCommand.self, ComplyVerifyCommand.self],
        defaultSubcommand: ComplyReportCommand.self
    )
}
