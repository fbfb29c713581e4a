package import Estate
import Probing

/// What a capture says of its host, with the lines of the capture that each fact was made from: for `assay comply`.
package struct CapturedHost: Sendable {
    /// One fact.
    package struct Fact: Sendable {
        /// The name: `secure_boot`.
        package var name: String
        /// The value.
        package var value: String
        /// The file, leaf or call that it was read from.
        package var evidence: String
        /// Where the raw line stands in the capture: `nvml.txt`, `root/proc/stat`.
        package var place: String
        /// The line as the capture holds it; the fact itself where it was concluded from many.
        package var raw: String
    }

    /// The deployment model that is seen there; nil where none is shown.
    package var model: DeploymentModel?
    /// The capture itself; of a folder, what was read of it, as an archive.
    package var bytes: [UInt8]
    /// The facts, in the order of `assay inspect`.
    package var facts: [Fact]

    /// Reads a capture or a copied `/proc` and `/sys`.
    ///
    /// - Throws: `Failure.input` where it is none.
    package init(_ path: String) throws(Failure) {
        let view: HostView
        var archive: [UInt8]?
        if Files.isFolder(path) {
            do { view = try HostCapture.read(folder: path) } catch { throw .input(["\(error)"]) }
        } else {
            let bytes = try Files.read(
                path,
                limit: 256 << 20,
                expected: "a capture (make one with: assay inspect --capture)"
            )
            archive = bytes
            do { view = try HostCapture.read(bytes, file: path) } catch { throw .input(["\(error)"]) }
        }
        let inspection = Inspection(view)
        bytes = archive ?? HostCapture.archive(view.snapshot)
        model = inspection.model
        let snapshot = view.snapshot
        facts = inspection.facts.map { fact in
            let (place, raw) = Self.line(fact, snapshot)
            return Fact(name: fact.name, value: fact.value, evidence: fact.evidence, place: place, raw: raw)
        }
    }

    /// The raw lines behind a fact: NVML's answers to its call, or the files that it names.
    private static func line(_ fact: InspectedFact, _ snapshot: HostSnapshot) -> (place: String, raw: String) {
        if fact.evidence.hasPrefix("nvml: ") {
            let call = fact.evidence.dropFirst(6)
            let lines = (snapshot.nvml ?? []).filter { $0.hasPrefix(call + "(") }
            if !lines.isEmpty { return ("nvml.txt", lines.joined(separator: "\n")) }
        }
        let paths = fact.evidence.split(separator: " ").map { $0.filter { $0 != "," } }.filter { $0.hasPrefix("/") }
        var found: [(place: String, raw: String)] = []
        for path in paths {
            if case .value(let bytes)? = snapshot.files[path] {
                found.append(("root\(path)", shown(bytes)))
                continue
            }
            // What a folder's files said, and what was asked for and is or is not there.
            for (file, answer) in snapshot.files.sorted(by: { $0.key < $1.key }) where file.hasPrefix(path + "/") {
                if case .value(let bytes) = answer, found.count < 40, matters(file, to: fact) {
                    found.append(("root\(file)", "\(file): \(shown(bytes))"))
                }
            }
            for (file, answer) in snapshot.presence.sorted(by: { $0.key < $1.key })
            where file == path || file.hasPrefix(path + "/") {
                found.append(("manifest.txt", "there \(answer.value == true ? "value" : "missing") \(file)"))
            }
            for (folder, answer) in snapshot.lists.sorted(by: { $0.key < $1.key }) where found.count < 40 {
                guard folder == path || folder.hasPrefix(path + "/"), case .value(let names) = answer else { continue }
                found.append(("manifest.txt", "list \(folder): \(names.joined(separator: " "))"))
            }
        }
        guard let first = found.first else {
            return ("concluded from the whole capture", "\(fact.name) = \(fact.value)")
        }
        return (first.place, found.map(\.raw).joined(separator: "\n"))
    }

    /// Of a folder that serves many facts, the files of this one.
    private static func matters(_ file: String, to fact: InspectedFact) -> Bool {
        switch fact.name {
        case "iommu": file.hasSuffix("/type")
        case "gpu_iommu_group": false
        case "root_encryption": file.hasSuffix("/dm/uuid")
        default: true
        }
    }

    private static func shown(_ bytes: [UInt8]) -> String {
        // Bytes that are no text, such as a variable of the firmware, as hexadecimal digits.
        let head = bytes.prefix(4_096)
        if let text = String(validating: head, as: UTF8.self), !text.utf8.contains(where: { $0 < 0x09 }) {
            return text.hasSuffix("\n") ? String(text.dropLast()) : text
        }
        return head.prefix(256).map { byte in
            let digits = String(byte, radix: 16)
            return digits.utf8.count == 1 ? "0" + digits : digits
        }.joined(separator: " ")
    }
}
