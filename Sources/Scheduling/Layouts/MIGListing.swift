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
    /// - Throws: ``DocumentError`` at a line that cannot be read, and for text without any table.
    package init(_ text: String, file: String) throws(DocumentError) {
        var entries: [Entry] = []
        var hasTable = false
        var number = 0
        for line in text.split(separator: "\n", omittingEmptySubsequences: false) {
            number += 1
            let words = line.split { $0 == "|" || $0 == " " || $0 == "\t" || $0 == "\r" }
            if line.contains("GPU instances") || line.contains("No GPU instances found")
                || line.contains("No MIG-enabled")
            {
                hasTable = true
            }
            guard words.count >= 2, words[1] == "MIG", let gpu = Int(words[0]) else { continue }
            // GPU, MIG, name, profile id, instance id, start:size
            let place = words.last?.split(separator: ":").compactMap { Int($0) } ?? []
            guard words.count == 6, let id = Int(words[4]), (0...1_023).contains(id), place.count == 2,
                (0...1_023).contains(gpu), (0...15).contains(place[0]),
                (1...16).contains(place[1])
            else {
                throw DocumentError(
                    file: file,
                    line: number,
                    problem:
                        "\(quoted(String(line))) is not an instance as `nvidia-smi mig -lgi` prints it; expected GPU, name, "
                        + "profile id, instance id and start:size"
                )
            }
            entries.append(Entry(gpu: gpu, profile: String(words[2]), id: id, start: place[0], size: place[1]))
            hasTable = true
        }
        guard hasTable else {
            throw DocumentError(
                file: file,
                problem: "has no table of GPU instances; expected a plan of ours, or what `nvidia-smi mig -lgi` prints"
            )
        }
        self.entries = entries
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
