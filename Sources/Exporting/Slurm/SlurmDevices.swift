import Documents
package import Estate
package import Scheduling

/// What a host's own files say of its MIG instances and links, for a `gres.conf` that names device files.
package struct SlurmDevices: Sendable, Hashable {
    /// A MIG instance that exists.
    package struct Instance: Sendable, Hashable {
        /// The GPU's index.
        package var gpu: Int
        /// The id that the driver gave it.
        package var id: Int
        /// Its profile and placement.
        package var instance: MIGInstance

        package init(gpu: Int, id: Int, instance: MIGInstance) {
            self.gpu = gpu
            self.id = id
            self.instance = instance
        }
    }

    /// The instances, as `nvidia-smi mig -lgi` lists them.
    package var instances: [Instance]
    /// The capability files' minor numbers; nil where they are not known.
    package var minors: CapabilityMinors?
    /// NVLinks between whole GPUs, row by row as `nvidia-smi topo -m` has them; nil where they are not known.
    package var links: [[Int]]?

    package init(instances: [Instance] = [], minors: CapabilityMinors? = nil, links: [[Int]]? = nil) {
        self.instances = instances
        self.minors = minors
        self.links = links
    }
}

/// The minor numbers of `/dev/nvidia-caps/nvidia-cap*`, as `/proc/driver/nvidia-caps/mig-minors` gives them.
package struct CapabilityMinors: Sendable, Hashable {
    private var byName: [String: Int] = [:]

    /// Reads the text: a line for each capability, `gpu0/gi1/access 12` or `gpu0/gi1/ci0/access 13`.
    ///
    /// - Throws: ``SlurmDevicesError`` with the line that is something else.
    package init(_ text: String) throws(SlurmDevicesError) {
        for (index, line) in Scan.lines(text).enumerated() where !line.isEmpty {
            let words = line.split(separator: " ")
            guard words.count == 2, words[0].utf8.count <= 64, let minor = Int(words[1]),
                (0...1_048_575).contains(minor)
            else {
                throw SlurmDevicesError(
                    line: index + 1,
                    problem: "is not a capability with its minor number; expected lines such as gpu0/gi1/access 12"
                )
            }
            byName[String(words[0])] = minor
        }
        guard byName.keys.contains(where: { $0.hasPrefix("gpu") }) else {
            throw SlurmDevicesError(
                line: 1,
                problem: "no capability of a GPU is named; expected the text of /proc/driver/nvidia-caps/mig-minors"
            )
        }
    }

    /// The minors of a GPU instance and of its only compute instance.
    func minors(gpu: Int, instance: Int) -> (instance: Int, compute: Int)? {
        guard let access = byName["gpu\(gpu)/gi\(instance)/access"],
            let compute = byName["gpu\(gpu)/gi\(instance)/ci0/access"]
        else { return nil }
        return (access, compute)
    }
}

/// What is wrong with a text that a host gave, and where.
package struct SlurmDevicesError: Error, Sendable, Hashable, CustomStringConvertible {
    /// The line, from 1.
    package let line: Int
    /// What was found, what was expected.
    package let problem: String

    /// `line 3: …`.
    package var description: String { "line \(line): \(problem)" }
}

extension SlurmDevices {
    /// The instances of a host as `nvidia-smi mig -lgi` lists them.
    package static func instances(_ listing: MIGListing) -> [Instance] {
        listing.entries.map {
            Instance(gpu: $0.gpu, id: $0.id, instance: MIGInstance(profile: $0.profile, start: $0.start, size: $0.size))
        }
    }

    /// Reads the NVLinks of `nvidia-smi topo -m`: `NV12` is twelve, any other way between GPUs is none.
    ///
    /// - Throws: ``SlurmDevicesError`` for a row that is shorter than there are GPUs.
    package static func links(_ text: String) throws(SlurmDevicesError) -> [[Int]] {
        let lines = Scan.lines(text).enumerated().map { index, line in
            (index: index, words: line.split { $0 == " " || $0 == "\t" })
        }
        // The head begins with GPU0 as its first column, the rows with the GPU and then a way.
        let rows = lines.filter { line in
            guard let first = line.words.first, isGPU(first), line.words.count > 1 else { return false }
            return !isGPU(line.words[1])
        }
        guard !rows.isEmpty, rows.count <= ExportPlan.gpusPerHost else {
            throw SlurmDevicesError(line: 1, problem: "has no matrix of GPUs; expected what nvidia-smi topo -m prints")
        }
        var matrix: [[Int]] = []
        for (row, line) in rows.enumerated() {
            let isWhole = line.words[0] == "GPU\(row)" && line.words.count > rows.count && line.words[row + 1] == "X"
            // Links beyond the last column lead to a GPU whose row is missing.
            guard isWhole, !line.words.dropFirst(rows.count + 1).contains(where: isLink) else {
                throw SlurmDevicesError(
                    line: line.index + 1,
                    problem: "is not the row of GPU\(row) with a column for each of \(counted(rows.count, "GPU"))"
                )
            }
            matrix.append(
                line.words[1...rows.count].enumerated().map { column, word in
                    if column == row { return -1 }
                    let count = word.hasPrefix("NV") ? Int(word.dropFirst(2)) ?? 0 : 0
                    return (0...64).contains(count) ? count : 0
                }
            )
        }
        return matrix
    }

    private static func isLink(_ word: Substring) -> Bool {
        word.hasPrefix("NV") && Int(word.dropFirst(2)) != nil
    }

    private static func isGPU(_ word: Substring) -> Bool {
        word.hasPrefix("GPU") && word.count > 3 && word.dropFirst(3).allSatisfy { $0.isASCII && $0.isNumber }
    }
}

/// Lines of texts that other programs print.
enum Scan {
    /// The lines, without colours that a terminal would get and without spaces at their ends.
    static func lines(_ text: String) -> [String] {
        text.split(omittingEmptySubsequences: false) { $0.isNewline }.map { line in
            var plain = ""
            var isEscape = false
            for character in line {
                if isEscape {
                    isEscape = !character.isLetter
                } else if character == "\u{1B}" {
                    isEscape = true
                } else {
                    plain.append(character)
                }
            }
            while plain.last?.isWhitespace ?? false { plain.removeLast() }
            return String(plain.drop { $0.isWhitespace })
        }
    }
}
