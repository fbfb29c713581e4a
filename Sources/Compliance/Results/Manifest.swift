package import Documents

/// The hashes of everything that a binder holds and was made from.
package struct Manifest: Sendable, Hashable {
    /// One file.
    package struct Entry: Sendable, Hashable {
        /// Its name in the folder, or as the user named it.
        package let file: String
        /// `sha256:…`.
        package let hash: String
        /// How many bytes.
        package let bytes: Int

        /// A file with its content.
        package init(file: String, content: [UInt8]) {
            self.file = file
            hash = ContentHash.of(content)
            bytes = content.count
        }

        init(file: String, hash: String, bytes: Int) {
            self.file = file
            self.hash = hash
            self.bytes = bytes
        }
    }

    /// The name of its file.
    package static let name = "manifest.json"

    /// The files of the folder, by name.
    package let files: [Entry]
    /// The files that evidence and statements were read from, as they were named.
    package let sources: [Entry]

    /// A manifest; entries are put in the order of their names.
    package init(files: [Entry], sources: [Entry]) {
        self.files = files.sorted { $0.file < $1.file }
        self.sources = sources.sorted { $0.file < $1.file }
    }

    /// The hash of the list itself, which stands in it: a change of the manifest shows.
    private var seal: String {
        let text = (files + [Entry(file: "", hash: "", bytes: 0)] + sources).map {
            "\($0.file)\n\($0.hash)\n\($0.bytes)\n"
        }
        return ContentHash.of(Array(text.joined().utf8))
    }

    /// The manifest as its file holds it.
    package var json: JSON {
        func list(_ entries: [Entry]) -> JSON {
            .array(
                entries.map {
                    .fields(["file": .string($0.file), "sha256": .string($0.hash), "bytes": .integer($0.bytes)])
                }
            )
        }
        return .fields([
            "assay_manifest": 1, "sha256": .string(seal), "files": list(files), "sources": list(sources),
        ])
    }

    /// Reads a manifest; one that was altered is refused.
    package init(_ value: Value, file: String) throws(DocumentError) {
        let root = try Reader(value, file: file).object(["assay_manifest", "sha256", "files", "sources"])
        guard try root.require("assay_manifest").int() == 1 else {
            throw root.fail("is another version of the manifest than this program reads")
        }
        func list(_ reader: Reader) throws(DocumentError) -> [Entry] {
            var entries: [Entry] = []
            for reader in try reader.array(maximum: 100_000) {
                let fields = try reader.object(["file", "sha256", "bytes"])
                entries.append(
                    Entry(
                        file: try fields.require("file").nonEmptyString(),
                        hash: try fields.require("sha256").nonEmptyString(),
                        bytes: try fields.require("bytes").int(in: 0...Int.max)
                    )
                )
            }
            return entries
        }
        files = try list(try root.require("files"))
        sources = try list(try root.require("sources"))
        let stated = try root.require("sha256")
        guard try stated.string() == seal else {
            throw stated.fail("the manifest was altered: its list is \(seal), it says \(stated.found)")
        }
    }

    /// What of the content differs from the list, one sentence each; `content` gives a file's bytes, nil where it is not there.
    package func differences(
        _ content: (Entry) -> [UInt8]?,
        present: [String]
    ) -> [String] {
        var problems: [String] = []
        for entry in files {
            guard let bytes = content(entry) else {
                problems.append("\(entry.file): is missing")
                continue
            }
            let hash = ContentHash.of(bytes)
            if hash != entry.hash {
                problems.append("\(entry.file): was changed: it is \(hash), the manifest says \(entry.hash)")
            }
        }
        let known = Set(files.map(\.file))
        for name in present where !known.contains(name) && name != Self.name {
            problems.append("\(name): is not in the manifest")
        }
        return problems
    }
}
