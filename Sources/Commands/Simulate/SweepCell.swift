import Documents

/// One replay of a sweep, as it is printed: the same whether it was done here or on a node of a cluster.
struct SweepCell: Sendable {
    /// Its object in `--json`.
    var members: [JSONMember]
    /// Its row in the table.
    var row: [String]

    /// From its parts.
    init(members: [JSONMember], row: [String]) {
        self.members = members
        self.row = row
    }

    /// From a replay that was done.
    init(_ setting: ReplaySetting, _ summary: ReplaySummary, parsing: Double, keys: [String]) {
        members =
            keys.filter { $0 != "gpus" }.map { JSONMember($0, .string(setting.value(of: $0))) }
            + summary.members(parsing: parsing)
        row = ReplayText.row(setting, summary, keys: keys)
    }
}
