/// Runs the benchmark named by the first argument, or lists them.
@main
enum Main {
    static func main() throws {
        switch CommandLine.arguments.dropFirst().first {
        case "bca-coverage": try BootstrapCoverage.run()
        default: print("usage: assay-bench bca-coverage")
        }
    }
}
