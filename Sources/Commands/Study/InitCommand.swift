import ArgumentParser
import Documents
import Study
import NodeCommands

/// `assay init`: ten questions, or flags, and a study that is valid.
struct InitCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "init",
        abstract: "Write a commented study.yaml from at most ten questions, or from flags.",
        discussion: """
            A question whose flag is given is not asked. With --yes nothing is asked and the rest takes its default; what \
            was not answered is marked assumed in the file. Workloads have no default: with --yes, give at least one \
            --workload (and --server-price where the price book has none for the GPU).

            Example: assay init my-study --yes --gpus '16, 8 per host' --workload 'training, multi-node-training, 6050 \
            gpu-hours/month, 85% active, 16 gpus per job'
            """
    )

    @Argument(help: ArgumentHelp("The folder of the study.", valueName: "folder"))
    var folder = "."

    @Option(help: ArgumentHelp("\(InitQuestion.name.help)."))
    var name: String?

    @Option(help: ArgumentHelp("\(InitQuestion.gpu.help)."))
    var gpu: String?

    @Option(help: ArgumentHelp("\(InitQuestion.gpus.help)."))
    var gpus: String?

    @Option(help: ArgumentHelp("\(InitQuestion.today.help)."))
    var today: String?

    @Option(help: ArgumentHelp("\(InitQuestion.hypervisor.help)."))
    var hypervisor: String?

    @Option(help: ArgumentHelp("\(InitQuestion.contract.help)."))
    var contract: String?

    @Option(help: ArgumentHelp("\(InitQuestion.serverPrice.help)."))
    var serverPrice: String?

    @Option(help: ArgumentHelp("\(InitQuestion.utilisation.help)."))
    var utilisation: String?

    @Option(help: ArgumentHelp("\(InitQuestion.workloads.help); repeatable."))
    var workload: [String] = []

    @Option(help: ArgumentHelp("\(InitQuestion.rules.help)."))
    var rules: String?

    @Flag(help: "Ask nothing: take the default of every question without a flag. Needs --workload.")
    var yes = false

    @Flag(help: "Replace a study.yaml that is there.")
    var force = false

    @Flag(help: "Print one JSON object.")
    var json = false

    func run() throws {
        let target = (folder.hasSuffix("/") ? String(folder.dropLast()) : folder) + "/study.yaml"
        guard force || !Files.exists(target) else {
            throw Failure.input([
                "\(target): is there already; edit it, choose another folder, or --force to replace it"
            ])
        }
        var questions = try InitQuestions()
        var flags = Dictionary(uniqueKeysWithValues: given)
        while let question = questions.next {
            guard let text = flags.removeValue(forKey: question) else {
                try ask(question, &questions)
                continue
            }
            do {
                try questions.answer(question, text)
            } catch {
                throw Failure.input(["\(flag(question)): \(error)"])
            }
        }
        // A flag whose question was never asked contradicts another answer: a contract without a hypervisor, say.
        if let unused = flags.keys.min(by: { $0.rawValue < $1.rawValue }) {
            throw Failure.input(["\(flag(unused)): is not asked after the other answers; leave it out"])
        }
        guard let answers = questions.finished else { throw Failure.input(["a question is still open"]) }
        let text: String
        do {
            text = try StudyWriter.text(answers, today: Clock.today)
        } catch {
            throw Failure.input([error.description])
        }
        try Files.write([.init("study.yaml", text)], into: folder)
        if let unused = answers.unusedAllocation { Console.error("note: \(unused)") }
        if json {
            try Console.print(
                .fields([
                    "file": .string(target), "study": .string(answers.name), "gpus": .integer(answers.hosts.gpus),
                    "workloads": .array(answers.workloads.map { .string($0.name) }),
                ])
            )
        } else {
            print(
                """
                Written: \(target)
                Every number marked 'assumed: true' is a default with its source; replace what you know better. Next:
                  assay validate \(folder)
                  assay decide \(folder)
                """
            )
        }
    }

    /// The answers given as flags, in the order of the questions.
    private var given: [(InitQuestion, String)] {
        let flags: [(InitQuestion, String?)] = [
            (.name, name), (.gpu, gpu), (.gpus, gpus), (.today, today), (.hypervisor, hypervisor),
            (.contract, contract),
            (.serverPrice, serverPrice), (.utilisation, utilisation),
            (.workloads, workload.isEmpty ? nil : workload.joined(separator: "\n")), (.rules, rules),
        ]
        return flags.compactMap { question, text in text.map { (question, $0) } }
    }

    private func flag(_ question: InitQuestion) -> String {
        question == .workloads ? "--workload" : "--\(question.rawValue)"
    }

    /// Asks one question until it is answered; the default is taken with `--yes` and at the end of the input.
    private func ask(_ question: InitQuestion, _ questions: inout InitQuestions) throws {
        let standard = questions.defaultAnswer(question)
        while true {
            var answer = ""
            if !yes {
                Console.error("\(question.prompt)\n  \(questions.help(question))\(standard.map { " [\($0)]" } ?? "")")
                Console.error("> ", terminator: "")
                let line = readLine()
                if line == nil { Console.error("") }
                answer = line ?? ""
                if question.isMultiline, line != nil, !answer.isEmpty {
                    while let more = readLine(), !more.allSatisfy(\.isWhitespace) { answer += "\n" + more }
                }
                if line == nil, standard == nil {
                    throw Failure.input([
                        "\(flag(question)): the input ended before an answer; expected \(questions.help(question))"
                    ])
                }
            } else if standard == nil {
                throw Failure.input(["\(flag(question)) is needed; expected \(questions.help(question))"])
            }
            do {
                try questions.answer(question, answer)
                return
            } catch {
                guard !yes else { throw Failure.input(["\(flag(question)): \(error)"]) }
                Console.error("  \(error)")
            }
        }
    }
}
