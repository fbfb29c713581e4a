package import Documents

extension JobSelector {
    /// As `decision.json` has it, in the words of a study: `"all"`, or an object with those of `team`, `class`, `profile`
    /// (lists) and `gpus` (`"4"`, `"2-8"`, `"8-"`) that are stated.
    ///
    /// Names stand in lists of their own: a team may have a comma in its name.
    package var json: JSON {
        guard self != JobSelector() else { return "all" }
        func names(_ list: [String]) -> JSON? { list.isEmpty ? nil : .array(list.map(JSON.string)) }
        return .fields([
            "team": names(teams), "class": names(classes), "profile": names(profiles),
            "gpus": gpus.map { .string(Self.text($0)) },
        ])
    }

    /// Reads what ``json`` writes, and the text of ``init(parsing:)``.
    ///
    /// - Throws: ``DocumentError`` at the place of what is neither.
    package init(_ reader: Reader) throws(DocumentError) {
        self.init()
        guard reader.isObject else {
            let text = try reader.string()
            guard text != "all" else { return }
            do throws(SimulationError) { self = try JobSelector(parsing: text) } catch { throw reader.fail("\(error)") }
            return
        }
        let fields = try reader.object(["team", "class", "profile", "gpus"])
        func names(_ key: String) throws(DocumentError) -> [String] {
            guard let list = fields[key] else { return [] }
            var names: [String] = []
            for name in try list.array(maximum: 10_000) { names.append(try name.nonEmptyString()) }
            guard !names.isEmpty else { throw list.fail("names none; leave the key out to take any") }
            return names
        }
        teams = try names("team")
        classes = try names("class")
        profiles = try names("profile")
        if let place = fields["gpus"] {
            guard let range = Self.range(try place.string()) else {
                throw place.unexpected("GPUs such as \"4\", \"2-8\" or \"8-\"")
            }
            gpus = range
        }
        guard self != JobSelector() else { throw reader.fail("selects nothing; write \"all\" for every job") }
    }
}
