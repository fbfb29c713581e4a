import ArgumentParser
import Cost
import Decision
import Documents
import Estate
import Study
import NodeCommands

/// `assay cost`: what every deployment model costs for the same work.
struct CostCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "cost",
        abstract: "Price a study under every deployment model, at the same useful GPU-hours.",
        discussion: """
            Every workload on the same model, one row a model; constraints are not asked (assay decide asks them). Amounts \
            are a month, levelised over the horizon.
            """
    )

    @Argument(help: ArgumentHelp("A study folder, or its study.yaml.", valueName: "folder"))
    var path: String

    @Option(help: "Show the bill of this deployment model line by line.")
    var bill: String?

    @OptionGroup var monteCarlo: MonteCarloOptions

    @Flag(help: "Print one JSON object.")
    var json = false

    func validate() throws {
        _ = try bill.map(Arguments.deploymentModel)
    }

    func run() async throws {
        var input = try StudyFolder(path)
        monteCarlo.apply(to: &input.study)
        let priced: PricedStudy
        do {
            priced = try await PricedStudy.price(
                input.study,
                evidence: input.evidence,
                trace: input.trace
            )
        } catch {
            throw Failure.input(["\(path): \(error)"])
        }
        if json {
            try Console.print(priced.json())
            return
        }
        if let bill {
            let model = try Arguments.deploymentModel(bill)
            let facts = priced.replay
            guard let priced = priced.models.first(where: { $0.model == model }) else {
                throw Failure.input([
                    "\(path): does not consider \(model); its platforms are "
                        + priced.models.map(\.model.rawValue).joined(separator: ", ")
                ])
            }
            print(CostText.bill(priced, currency: input.study.currency, replay: facts), terminator: "")
            return
        }
        print(CostText.table(priced), terminator: "")
    }
}
