import ArgumentParser
import Estate
import NodeCommands
import Scheduling

/// What is asked of a replay beyond its results, and where the page goes.
struct QuestionOptions: ParsableArguments {
    @Option(
        name: [.customShort("o"), .long],
        help: ArgumentHelp(
            "Write index.html, results.json, series.csv, groups.csv and jobs.csv there.",
            valueName: "dir"
        )
    )
    var output: String?

    @Option(
        help: ArgumentHelp(
            "A promise about waiting, as percent:seconds; with --gpus, the GPUs that it takes are searched for.",
            valueName: "95:3600"
        )
    )
    var objective: String?

    @Option(
        help: ArgumentHelp(
            "Yearly growth of demand, such as 0.4: when does it outgrow the estate? With --objective.",
            valueName: "ratio"
        )
    )
    var growth: Double?

    @Option(help: ArgumentHelp("Deployment models to ask that of; default: --model.", valueName: "list"))
    var growthModels: String?

    @Option(help: ArgumentHelp("Draws of the trace's weeks or days for the interval; 20 if not given.", valueName: "n"))
    var replications: Int?

    @Option(help: ArgumentHelp("How far to look for that date, in years; 10 if not given.", valueName: "years"))
    var horizon: Double?

    func validate() throws {
        _ = try promise()
        if let replications, !(2...1_000).contains(replications) {
            throw ValidationError("--replications \(replications) is outside 2 to 1000")
        }
        if let horizon, !(0.1...100).contains(horizon) {
            throw ValidationError("--horizon \(horizon) is outside 0.1 to 100")
        }
        if let growth {
            guard growth > 0, growth <= 100 else {
                throw ValidationError("--growth \(growth) is not above 0 and at most 100; 0.4 is 40 % a year")
            }
            guard objective != nil else {
                throw ValidationError("--growth needs the promise that breaks: --objective 95:3600")
            }
        }
        for (name, isGiven) in [
            ("--growth-models", growthModels != nil), ("--replications", replications != nil),
            ("--horizon", horizon != nil),
        ] where isGiven && growth == nil {
            throw ValidationError("\(name) goes with --growth")
        }
        _ = try models()
    }

    /// The promise, if one was given.
    func promise() throws -> WaitObjective? {
        guard let objective else { return nil }
        let parts = objective.split(separator: ":").map { Double($0) }
        guard parts.count == 2, let percent = parts[0], let seconds = parts[1], percent > 0, percent <= 100,
            seconds >= 0,
            seconds.isFinite
        else {
            throw ValidationError("--objective '\(objective)' is not percent:seconds, such as 95:3600")
        }
        return WaitObjective(percent: percent, seconds: seconds)
    }

    /// The models that growth is asked of; nil where the command's own is meant.
    func models() throws -> [DeploymentModel]? {
        try growthModels.map { try $0.split(separator: ",").map { try Arguments.deploymentModel(String($0)) } }
    }
}
