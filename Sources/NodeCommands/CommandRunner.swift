package import ArgumentParser
import Glibc

extension ParsableCommand {
    /// Runs the command line and ends the process with the exit code that README lists.
    package static func start() async {
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
