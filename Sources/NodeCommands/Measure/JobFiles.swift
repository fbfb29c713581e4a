/// Where the records of arms and the journal of a job go.
enum JobFiles {
    private static let ending = ".record.json"

    /// `NAME.record.json` becomes `NAME.alone.record.json`.
    static func target(_ target: String, arm: String) -> String { stem(target) + ".\(arm)" + ending }

    /// `NAME.record.json` becomes `NAME.journal`.
    static func journal(_ target: String) -> String { stem(target) + ".journal" }

    private static func stem(_ target: String) -> String {
        for known in [ending, ".json"] where target.hasSuffix(known) && target.count > known.count {
            return String(target.dropLast(known.count))
        }
        return target
    }
}
