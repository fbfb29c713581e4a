package import ArgumentParser
import Glibc
import Probing

extension ParsableCommand {
    /// Runs the command line and ends the process with the exit code that README lists.
    package static func start() async {
        // A run of a probe is this program again: answered before anything else.
        if let status = ProbeChild.answer(CommandLine.arguments) { Glibc.exit(status) }
        if let status = NetworkChild.answer(CommandLine.arguments) { Glibc.exit(status) }
        do {
            var command = try parseAsRoot()
            if var asynchronous = command as? any AsyncParsableCommand {
                try await asynchronous.run()
            } else {
                try command.run()
            }
        } catch let failure as Failure {
            Console.error("Error: \(failure)")
            Glibc.exit(failure.code)
        } catch {
            exit(withError: error)
        }
    }
}
