import Estate

/// What an assignment puts where, in few words however many workloads there are.
enum Placements {
    /// Names that are still read at a glance.
    private static let readable = 3

    /// An assignment by model: `all on Bare metal`, `Bare metal: a, b; VM, passthrough: c`.
    ///
    /// With many workloads the models are counted, `9 on Bare metal, 3 on Bare metal, MIG (a, b, c)`, or the assignment is
    /// told by where it differs from `choice`, which keeps two of one count apart.
    static func text(_ models: [DeploymentModel], workloads: [String], choice: [DeploymentModel]? = nil) -> String {
        let placed = Array(zip(models, workloads))
        let groups = grouped(placed.map { ($0.1, $0.0) })
        guard groups.count > 1 else {
            guard let only = groups.first else { return "no workloads" }
            return placed.count == 1 ? "\(placed[0].1) on \(only.model.title)" : "all on \(only.model.title)"
        }
        if placed.count <= 2 * readable {
            return groups.map { "\($0.model.title): \($0.names.joined(separator: ", "))" }.joined(separator: "; ")
        }
        if let choice, choice.count == models.count {
            let moved = placed.indices.filter { models[$0] != choice[$0] }
            if (1...readable).contains(moved.count) {
                let parts = grouped(moved.map { (workloads[$0], models[$0]) }).map {
                    "\($0.names.joined(separator: ", ")) on \($0.model.title)"
                }
                return "as the choice, but \(parts.joined(separator: "; "))"
            }
        }
        return groups.map { group in
            let names = group.names.count <= readable ? " (\(group.names.joined(separator: ", ")))" : ""
            return "\(group.names.count) on \(group.model.title)\(names)"
        }.joined(separator: "; ")
    }

    /// A text of the decision that lists models joined by plus signs, with their titles.
    ///
    /// One title where all are the same, counted where there are many. What stands before a first colon stays.
    static func titled(_ text: String) -> String {
        if let colon = text.firstIndex(of: ":") {
            let rest = trimmed(text[text.index(after: colon)...])
            if let titles = titles(rest) { return "\(text[..<colon]): \(titles)" }
        }
        return titles(text) ?? text
    }

    /// The titles of a list of models; nil where it lists something else.
    private static func titles(_ text: String) -> String? {
        let names = text.split(separator: "+", omittingEmptySubsequences: false).map(trimmed)
        let models = names.compactMap(DeploymentModel.init(rawValue:))
        guard models.count == names.count, let first = models.first else { return nil }
        if models.count == 1 { return first.title }
        if models.allSatisfy({ $0 == first }) { return "all on \(first.title)" }
        guard models.count > readable else { return models.map(\.title).joined(separator: " + ") }
        return grouped(models.map { ("", $0) }).map { "\($0.names.count) on \($0.model.title)" }.joined(separator: "; ")
    }

    /// Names by their model, in the order in which the models first come.
    private static func grouped(
        _ placed: [(name: String, model: DeploymentModel)]
    ) -> [(model: DeploymentModel, names: [String])] {
        var groups: [(model: DeploymentModel, names: [String])] = []
        for (name, model) in placed {
            if let place = groups.firstIndex(where: { $0.model == model }) {
                groups[place].names.append(name)
            } else {
                groups.append((model, [name]))
            }
        }
        return groups
    }

    private static func trimmed(_ text: some StringProtocol) -> String {
        String(text.drop { $0 == " " }.reversed().drop { $0 == " " }.reversed())
    }
}
