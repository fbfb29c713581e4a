package import ArgumentParser

/// The command line for GPU hosts and guests: small, without a server or a database.
package struct AssayNode: AsyncParsableCommand {
    package static let configuration = CommandConfiguration(
        commandName: "assay-node",
        abstract: "What Assay needs on a GPU host or in a guest.",
        version: Version.current,
        subcommands: [InspectCommand.self, MeasureCommand.self]
    )

    package init() {}
}
