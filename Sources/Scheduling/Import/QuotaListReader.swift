package import Documents

/// GPUs that teams may hold at once, by name, as a file or a command line gives them.
package struct TeamQuotas: Sendable, Hashable {
    /// A team and its GPUs, 0 to ``limit``.
    package struct Entry: Sendable, Hashable {
        package let team: String
        package let gpus: Double

        package init(team: String, gpus: Double) {
            self.team = team
            self.gpus = gpus
        }
    }

    /// The most GPUs of a quota.
    package static let limit = 1e9

    /// In the order in which they were given; no team twice.
    package private(set) var entries: [Entry] = []

    /// No quotas.
    package init() {}

    /// Adds a quota; false, with nothing changed, where the team has one already.
    package mutating func add(_ entry: Entry) -> Bool {
        guard !entries.contains(where: { $0.team == entry.team }) else { return false }
        entries.append(entry)
        return true
    }

    /// Reads a CSV with the columns team and gpus.
    ///
    /// - Parameters:
    ///   - bytes: the file, whole.
    ///   - file: its name, for errors.
    /// - Throws: at the first line that is wrong: a quota that is left out would change every result.
    package init(_ bytes: Span<UInt8>, file: String) throws(DocumentError) {
        var lines = LineReader(limit: 1 << 16)
        var position = 0
        var columns: (team: Int, gpus: Int, count: Int)?
        while let found = lines.next(in: bytes, at: &position) {
            guard case .inside(let range) = found else { throw Self.tooLong(file, lines.number) }
            try line(bytes.extracting(range), file, lines.number, &columns)
        }
        switch lines.last() {
        case .carried?:
            let copy = lines.carried
            try line(copy.span, file, lines.number, &columns)
        case .tooLong?: throw Self.tooLong(file, lines.number)
        default: break
        }
        guard !entries.isEmpty else {
            throw DocumentError(file: file, problem: "holds no quota; expected a CSV with team,gpus")
        }
    }

    private static func tooLong(_ file: String, _ line: Int) -> DocumentError {
        DocumentError(file: file, line: line, problem: "the line is longer than any row can be")
    }

    private mutating func line(
        _ raw: Span<UInt8>,
        _ file: String,
        _ number: Int,
        _ columns: inout (team: Int, gpus: Int, count: Int)?
    ) throws(DocumentError) {
        func error(_ problem: String) -> DocumentError { DocumentError(file: file, line: number, problem: problem) }
        var bytes = raw
        if number == 1, bytes.count >= 3, bytes[0] == 0xEF, bytes[1] == 0xBB, bytes[2] == 0xBF {
            bytes = bytes.extracting(3..<bytes.count)
        }
        guard bytes.count > 0 else { return }
        var splitter = FieldSplitter(capacity: 256)
        guard splitter.split(bytes, separator: UInt8(ascii: ","), quotes: true) else {
            throw error("a quote is not closed on its line")
        }
        guard let known = columns else {
            guard splitter.count <= 256 else { throw error("the header has more than 256 columns") }
            var names: [String] = []
            for index in 0..<splitter.count { names.append(Scan.text(bytes, splitter[index]).lowercased()) }
            guard let team = names.firstIndex(of: "team"), let gpus = names.firstIndex(of: "gpus") else {
                throw error(
                    "the header is \(names.prefix(20).map(quoted).joined(separator: ", ")); expected team and gpus"
                )
            }
            columns = (team, gpus, names.count)
            return
        }
        guard splitter.count == known.count else {
            throw error("has \(splitter.count) fields; expected \(known.count), as the header has")
        }
        guard !Scan.hasControlCharacter(bytes, splitter[known.team]) else {
            throw error("the team holds control characters")
        }
        let team = Scan.text(bytes, splitter[known.team])
        guard !team.isEmpty else { throw error("names no team") }
        let text = Scan.text(bytes, splitter[known.gpus])
        guard let gpus = Self.gpus(text) else {
            throw error("the quota of \(quoted(team)) is \(quoted(text)); expected GPUs from 0 to 1000000000")
        }
        guard add(Entry(team: team, gpus: gpus)) else { throw error("gives team \(quoted(team)) a second quota") }
    }

    /// GPUs as text, 0 to ``limit``; nil for anything else.
    package static func gpus(_ text: String) -> Double? {
        guard let gpus = Double(text), gpus >= 0, gpus <= limit else { return nil }
        return gpus
    }

    /// The quotas by index of a trace's teams, for ``SimulationOptions/teamQuotas``.
    package func byTeam(_ teams: [String]) -> [Double?] {
        guard !entries.isEmpty else { return [] }
        var quotas = [Double?](repeating: nil, count: teams.count)
        for entry in entries {
            for index in teams.indices where teams[index] == entry.team { quotas[index] = entry.gpus }
        }
        return quotas
    }

    /// Teams with a quota that a trace does not have, in the order in which they were given.
    package func unknown(among teams: [String]) -> [String] {
        entries.map(\.team).filter { !teams.contains($0) }
    }
}
