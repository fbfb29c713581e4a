import ArgumentParser
import Compliance
import Documents
import NodeCommands

/// `assay comply verify DIR`: whether every byte is what it was.
struct ComplyVerifyCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "verify",
        abstract:
            "Find any changed byte of a folder that 'assay comply -o' wrote, and of the evidence it was made from.",
        discussion: """
            The manifest holds SHA-256 of every file. It is not signed: whoever can rewrite all of the folder can rewrite it \
            too, so keep its own hash, which this prints, elsewhere.
            """
    )

    @Argument(help: ArgumentHelp("The folder.", valueName: "folder"))
    var folder: String

    @Flag(help: "Print one JSON object.")
    var json = false

    func run() throws {
        let path = folder + "/" + Manifest.name
        let bytes = try Files.read(
            path,
            limit: 64 << 20,
            expected: "the manifest of a folder that 'assay comply -o' wrote"
        )
        var problems: [String] = []
        var notes: [String] = []
        var count = 0
        do {
            let manifest = try Manifest(try JSONDocument.parse(bytes, file: path), file: path)
            if Array(try manifest.json.pretty().utf8) != bytes {
                problems.append("\(Manifest.name): was altered: its layout is not the one that is written")
            }
            count = manifest.files.count + manifest.sources.count
            // A name that leads out of the folder is not followed.
            func content(_ entry: Manifest.Entry) -> [UInt8]? {
                guard !entry.file.contains("/"), Files.exists(folder + "/" + entry.file) else { return nil }
                return try? Files.read(folder + "/" + entry.file, limit: 1 << 30, expected: "a file of the binder")
            }
            problems += manifest.differences(content, present: Files.names(in: folder))
            for source in manifest.sources {
                guard Files.exists(source.file) else {
                    notes.append("\(source.file): is not here, so only its copy was compared")
                    continue
                }
                let now = try Files.read(source.file, limit: 1 << 30, expected: "the file that evidence was read from")
                let hash = ContentHash.of(now)
                if hash != source.hash {
                    problems.append(
                        "\(source.file): was changed since: it is \(hash), the manifest says \(source.hash)"
                    )
                }
            }
        } catch let error as DocumentError {
            problems.append(error.description)
        }
        if json {
            try Console.print(
                .fields([
                    "intact": .bool(problems.isEmpty), "files": .integer(count),
                    "manifest_sha256": .string(ContentHash.of(bytes)),
                    "problems": .array(problems.map { .string($0) }), "notes": .array(notes.map { .string($0) }),
                ])
            )
        } else {
            for note in notes { print("note: \(note)") }
            if problems.isEmpty {
                print("\(counted(count, "file")), every byte as it was; manifest \(ContentHash.of(bytes))")
            }
        }
        guard problems.isEmpty else { throw Failure.missed(problems.joined(separator: "\n")) }
    }
}
