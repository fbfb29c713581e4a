import ArgumentParser
import Study

/// The draws of a Monte Carlo run, where a command takes them over from the study.
struct MonteCarloOptions: ParsableArguments {
    @Option(help: "Monte Carlo draws, 1000 to 1000000. Default: the study's, else 100000.")
    var draws: Int?

    @Option(help: "Seed of the draws. Default: the study's.")
    var seed: UInt64?

    func validate() throws {
        if let draws, !(1_000...1_000_000).contains(draws) {
            throw ValidationError("--draws is \(draws); expected 1000 to 1000000")
        }
    }

    func apply(to study: inout Study) {
        if let draws { study.policy.draws = draws }
        if let seed { study.policy.seed = seed }
    }
}
