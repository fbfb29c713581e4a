package import Documents
package import Estate

/// The instances of one host as `nvidia-smi mig -lgi` prints them.
///
/// The manual page says that this output may change, so a line that begins like an instance and cannot be read is an
/// error, never left out.
package struct MIGListing: Sendable, Hashable {
    /// One line of it.
    package struct Entry: Sendable, Hashable {
        package let gpu: Int
        /// As printed, without `MIG`.
        package let profile: String
        /// The id that the driver gave the instance.
        package let id: Int
        package let start: Int
        package let size: Int
    }

    package let entries: [Entry]

    /// Reads the table.
    ///
    /// A GPU that is not listed counts as whole, so a table that was cut is refused: its last row needs the line under it, and
    /// a table without rows is none (for a host without instances another sentence is printed).
    ///
    /// - Throws: ``DocumentError`` at a line that cannot be read, for a table that was cut, and for text without any table.
    package init(_ text: String, file: String) throws(DocumentError) {
        var entries: [Entry] = []
        var place = Place.outside
        var (hasTable, hasNone) = (false, false)
        var number = 0
        func wrong(_ problem: String, line: Int? = nil) -> DocumentError {
            DocumentError(file: file, line: line, problem: problem)
        }
        for raw in text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline) {
            number += 1
            let line = raw.drop { $0 == " " || $0 == "\t" }
            if line.contains("No GPU instances found") || line.contains("No MIG-enabled") {
                hasNone = true
                place = .outside
                continue
            }
            if line.contains("GPU instances:") {
                hasTable = true
                place = .head
                continue
            }
            if Self.isBorder(line) {
                if place != .head { place = place == .row ? .border : .outside }
                continue
            }
            let words = line.split { $0 == "|" || $0 == " " || $0 == "\t" }
            let isInstance = words.count >= 2 && words[1] == "MIG" && Int(words[0]) != nil
            let isRow =
                line.hasPrefix("|") && place != .outside && (place != .head || words.first.flatMap { Int($0) } != nil)
            guard isInstance || isRow else {
                guard place != .row else { throw wrong(Self.cut, line: number) }
                if place == .border { place = .outside }
                continue
            }
            guard let entry = Self.entry(words), line.last == "|" || line.reversed().first(where: { $0 != " " }) == "|"
            else {
                throw wrong(
                    "\(quoted(String(line))) is not an instance as `nvidia-smi mig -lgi` prints it; expected GPU, name, "
                        + "profile id, instance id and start:size",
                    line: number
                )
            }
            guard place != .outside else {
                throw wrong(
                    "has an instance outside of the table; give all that `nvidia-smi mig -lgi` prints",
                    line: number
                )
            }
            entries.append(entry)
            place = .row
        }
        guard place != .row else { throw wrong(Self.cut) }
        guard !hasTable || !entries.isEmpty else {
            throw wrong(
                "has the head of a table and no instance under it: the text was cut. Where there is no instance, nvidia-smi prints "
                    + "'No GPU instances found'; give all that `nvidia-smi mig -lgi` prints"
            )
        }
        guard hasTable || hasNone else {
            throw wrong(
                "has no table of GPU instances; expected a plan of ours, or what `nvidia-smi mig -lgi` prints"
            )
        }
        self.entries = entries
    }

    /// Where in the text a line is.
    private enum Place {
        case outside
        case head
        case row
        case border
    }

    private static let cut =
        "the table has no line under its last row (+---+): the text was cut; give all that `nvidia-smi mig -lgi` prints"

    /// A line between rows: `+---+`, whole.
    private static func isBorder(_ line: Substring) -> Bool {
        let plain = line.last == " " ? line.prefix { $0 != " " } : line
        guard plain.count > 2, plain.first == "+", plain.last == "+" else { return false }
        return plain.dropFirst().dropLast().allSatisfy { $0 == "-" || $0 == "=" || $0 == "+" }
    }

    /// GPU, MIG, name, profile id, instance id, start:size.
    private static func entry(_ words: [Substring]) -> Entry? {
        guard words.count == 6, words[1] == "MIG", let gpu = Int(words[0]), let id = Int(words[4]), Int(words[3]) != nil
        else { return nil }
        let place = words[5].split(separator: ":", omittingEmptySubsequences: false).map { Int($0) }
        guard place.count == 2, let start = place[0], let size = place[1], (0...1_023).contains(gpu),
            (0...1_023).contains(id), (0...15).contains(start), (1...16).contains(size)
        else { return nil }
        return Entry(gpu: gpu, profile: String(words[2]), id: id, start: start, size: size)
    }

    /// A host with these instances; GPUs that are not in the list have MIG mode off.
    ///
    /// - Throws: ``DocumentError`` for a GPU that the host does not have and a profile that it cannot have.
    package func applied(to host: PlannedHost, catalogue: GPUCatalogue, file: String) throws(DocumentError)
        -> PlannedHost
    {
        var result = host
        for position in result.gpus.indices { result.gpus[position].mode = .whole }
        for entry in entries {
            guard let position = result.gpus.firstIndex(where: { $0.index == entry.gpu }) else {
                throw DocumentError(
                    file: file,
                    problem:
                        "lists an instance on GPU \(entry.gpu), and \(host.name) has \(host.gpus.count) GPUs; check the estate"
                )
            }
            let name: String
            do {
                name = try catalogue.gpu(named: result.gpus[position].model).mig().profile(meaning: entry.profile).name
            } catch {
                throw DocumentError(file: file, problem: error.description)
            }
            let one = PlannedInstance(MIGInstance(profile: name, start: entry.start, size: entry.size))
            result.gpus[position].mode = .mig(
                (result.gpus[position].instances + [one]).sorted {
                    ($0.instance.start, $0.instance.profile) < ($1.instance.start, $1.instance.profile)
                }
            )
        }
        return result
    }
}
