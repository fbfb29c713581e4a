package import ArgumentParser
import NodeCommands

/// The command line for people: every verb.
package struct Assay: AsyncParsableCommand {
    package static let configuration = CommandConfiguration(
        commandName: "assay",
        abstract: "Decide with evidence between bare metal and virtual machines for GPUs.",
        discussion: """
            A study is a folder with a study.yaml, records of measurements and prices. Start with `assay init`, check with \
            `assay validate`, and get the answer with `assay decide`.

            Exit codes: 0 done; 1 the answer is 'no' (a bar that you set was missed); 2 the input is wrong; 3 the \
            environment lacks something; 64 the command line is wrong; 70 a defect in Assay.
            """,
        version: Version.current,
        subcommands: [
            InitCommand.self, ValidateCommand.self, RecordCommand.self, ImportCommand.self, CompareCommand.self,
            PredictCommand.self, CostCommand.self, DecideCommand.self, SimulateCommand.self, PlanCommand.self,
            ComplyCommand.self,
            InspectCommand.self,
            MeasureCommand.self, SlurmSweepTaskCommand.self,
        ]
    )

    package init() {}
}
