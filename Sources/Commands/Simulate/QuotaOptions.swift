import ArgumentParser
import Documents
import NodeCommands
import Scheduling

/// How many GPUs teams may hold at once.
struct QuotaOptions: ParsableArguments {
    @Option(
        parsing: .singleValue,
        help: ArgumentHelp(
            "GPUs that a team may hold at once, as team=GPUs; its other jobs wait and block nobody else; repeatable.",
            valueName: "team=gpus"
        )
    )
    var quota: [String] = []

    @Option(help: ArgumentHelp("The same from a CSV with the columns team and gpus.", valueName: "file.csv"))
    var quotas: String?

    /// Whether there are any.
    var isUsed: Bool { !quota.isEmpty || quotas != nil }

    func validate() throws {
        var table = TeamQuotas()
        try add(to: &table)
    }

    /// The quotas of the file, then those of the command line.
    func table() throws -> TeamQuotas {
        var table = TeamQuotas()
        if let quotas {
            let bytes = try Files.read(quotas, limit: 16 << 20, expected: "quotas: a CSV with team,gpus")
            do throws(DocumentError) {
                table = try TeamQuotas(bytes.span, file: quotas)
            } catch {
                throw Failure.input([error.description])
            }
        }
        try add(to: &table)
        return table
    }

    private func add(to table: inout TeamQuotas) throws {
        for text in quota {
            // A team's name may have an equals sign in it, a number has none.
            guard let equals = text.lastIndex(of: "="), equals != text.startIndex,
                let gpus = TeamQuotas.gpus(String(text[text.index(after: equals)...]))
            else {
                throw ValidationError(
                    "--quota '\(text)' is not team=GPUs with GPUs from 0 to 1000000000; an example: --quota vision=16"
                )
            }
            let team = String(text[..<equals])
            guard table.add(.init(team: team, gpus: gpus)) else {
                throw ValidationError("--quota gives team '\(team)' a second quota")
            }
        }
    }

    /// What is to be said of quotas for teams that the trace does not have; nil where there are none.
    static func warning(_ table: TeamQuotas, teams: [String]) -> Diagnostic? {
        let unknown = table.unknown(among: teams)
        guard let first = unknown.first else { return nil }
        let hint = nearest(first, in: teams).map { " (did you mean '\($0)'?)" } ?? ""
        let names = unknown.prefix(5).map { "'\($0)'" }.joined(separator: ", ")
        return Diagnostic(
            .warning,
            "\(unknown.count) of \(table.entries.count) quotas \(unknown.count == 1 ? "is for a team" : "are for teams") that "
                + "the trace does not have: \(names)\(unknown.count > 5 ? ", …" : "")\(hint)"
        )
    }
}
